/* SPDX-License-Identifier: MIT */
/* The states of the pipeline at block ends, relative to that moment, each with a number. Whatever can no longer influence a later
   cycle is made zero before: that is exact, and keeps the number of states small. */
#ifndef CPU_TIMING_STATES_H
#define CPU_TIMING_STATES_H

#include "cpu/timing/scoreboard.h"

enum { STATE_REGS = 20, STATE_NONE = -1, STATE_NUMBERS = 1 << 26 };

struct states;

struct states *states_new(void);
void states_free(struct states *table);

/* The number of the scoreboard's state, or STATE_NONE if it is one that is not worth a number: results that come so late, or so
   many of them, that it will hardly be met again; or, `behind_events`, a state met for the first time. */
int states_intern(struct states *table, struct scoreboard *s, bool behind_events);

/* Puts state `number` into the scoreboard at cycle `now`. */
void states_expand(struct states *table, int number, struct scoreboard *s, uint64_t now);

/* How many there are. */
uint64_t states_count(const struct states *table);

/* Numbers below this one are forgotten (the table was full); no memo with one is used again. */
int states_first(const struct states *table);

#endif
