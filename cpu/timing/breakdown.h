/* SPDX-License-Identifier: MIT */
/* How the cycles of a memo are spread over their causes, each spread kept once: a memo has room for a number only. */
#ifndef CPU_TIMING_BREAKDOWN_H
#define CPU_TIMING_BREAKDOWN_H

#include "cpu/timing/counters.h"

enum { BREAKDOWNS_MAX = 1 << 15, BREAKDOWN_NONE = -1, BREAKDOWN_FULL = -2 };

struct breakdowns {
    int count;
    uint16_t cycles[BREAKDOWNS_MAX][CAUSE_COUNT];
    uint16_t hash[2 * BREAKDOWNS_MAX];   /* index + 1, or 0 */
};

/* The number of this spread; BREAKDOWN_NONE if a part does not fit, BREAKDOWN_FULL if the table is full. */
int breakdown_intern(struct breakdowns *table, const uint64_t stack[CAUSE_COUNT]);

/* Begins again: nobody may use a number given out before. */
void breakdown_forget(struct breakdowns *table);

#endif
