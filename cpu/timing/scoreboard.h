/* SPDX-License-Identifier: MIT */
/* The pipeline of an in-order core. scoreboard_step is the one place where cycles are computed: the memo remembers what it said,
   and the reference mode asks it about every instruction. */
#ifndef CPU_TIMING_SCOREBOARD_H
#define CPU_TIMING_SCOREBOARD_H

#include "cpu/timing/counters.h"
#include "cpu/timing/memory.h"
#include "cpu/timing/model.h"
#include "cpu/timing/predictor.h"

/* Absolute core cycles, except where it says otherwise. */
struct scoreboard {
    uint64_t now;                    /* the next instruction issues in this cycle or later */
    uint64_t fetched;                /* its fetch word is there from this cycle on */
    uint8_t slots;                   /* instructions issued in cycle `now` */
    bool closed;                     /* nothing more can be issued in cycle `now` */
    bool new_word;                   /* the next instruction begins a fetch word, wherever it is */
    uint8_t fetch_cause;             /* why fetch is late, if it is */
    uint64_t free[UNIT_COUNT];       /* when the unit can start the next one; UNIT_NONE always can */
    uint64_t pipes[2];               /* when the FP/SIMD pipes can, the earlier first */
    uint64_t live[2];                /* bit r: register r may still be waited for */
    uint64_t issue[TIMING_REGS];     /* when the producer of register r issued, plus what its result came late */
    uint8_t producer[TIMING_REGS];   /* enum timing_producer; PRODUCER_NONE unless live */
    uint8_t late[TIMING_REGS];       /* enum timing_cause of what made the result late; 0 (CAUSE_ISSUE): nothing did */

    uint64_t stack[CAUSE_COUNT];     /* cycles since it was last cleared; their sum is what `now` went on by */

    /* The core's numbers, laid out for the step. */
    uint32_t width, lead, word_mask, taken_bubbles, btic_bubbles, indirect_bubbles, mispredict;
    const struct group_timing *groups;
    const uint8_t (*latency)[CONSUMER_COUNT];
    uint8_t longest[PRODUCER_COUNT]; /* of its row */
};

void scoreboard_init(struct scoreboard *s, const struct core_model *model);

/* An empty pipeline at cycle `now`, with the first fetch word there. */
void scoreboard_clear(struct scoreboard *s, uint64_t now);

/* Fetch is held up for `cycles` because of `cause`. */
void scoreboard_delay_fetch(struct scoreboard *s, uint32_t cycles, enum timing_cause cause);

/* Issues u, which lies at `offset` in its page; `wait` is what its memory accesses cost (zeroes for none). Returns the cycle. The
   issue wait must have been taken off before by scoreboard_ready/scoreboard_hold, so only result and unit are looked at. */
uint64_t scoreboard_step(struct scoreboard *s, const struct uop *u, unsigned offset, const struct memory_wait *wait);

/* The first cycle in which u could issue: what scoreboard_step would return. Goes on to that cycle. */
uint64_t scoreboard_ready(struct scoreboard *s, const struct uop *u, unsigned offset);

/* Nothing issues before cycle `until`, because of `cause`. */
void scoreboard_hold(struct scoreboard *s, uint64_t until, enum timing_cause cause);

/* The block's end. `indirect`: its target came from a register and not from the return stack. */
void scoreboard_end(struct scoreboard *s, enum outcome outcome, bool indirect);

/* Pipeline emptied; the first instruction issues `cycles` after the last. */
void scoreboard_flush(struct scoreboard *s, uint32_t cycles);

#endif
