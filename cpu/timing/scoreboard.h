/* SPDX-License-Identifier: MIT */
/* The pipeline of an in-order core. The step (scoreboard_ready, then scoreboard_step) is the one place where cycles are
   computed: the memo remembers what it said, and the reference mode asks it about every instruction. */
#ifndef CPU_TIMING_SCOREBOARD_H
#define CPU_TIMING_SCOREBOARD_H

#include "base/types.h"
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

    uint64_t latest;                 /* no result comes later than that behind its latency; a hint for states_intern */
    uint64_t stack[CAUSE_COUNT];     /* cycles since it was last cleared; their sum is what `now` went on by */

    /* The core's numbers, laid out for the step. */
    uint32_t width, lead, word_mask, taken_bubbles, btic_bubbles, indirect_bubbles, mispredict;
    const struct group_timing *groups;
    const uint8_t (*latency)[CONSUMER_COUNT];
    const uint8_t *unaligned;
    uint8_t longest[PRODUCER_COUNT]; /* of its row */
};

void scoreboard_init(struct scoreboard *s, const struct core_model *model);

/* An empty pipeline at cycle `now`, with the first fetch word there. */
void scoreboard_clear(struct scoreboard *s, uint64_t now);

/* Fetch is held up for `cycles` because of `cause`. */
void scoreboard_delay_fetch(struct scoreboard *s, uint32_t cycles, enum timing_cause cause);

/* How long after its issue the producer of register r may be waited for, at most. Flags are conditions, whoever reads them. */
static inline unsigned scoreboard_longest(const struct scoreboard *s, unsigned r)
{
    return r == TIMING_FLAGS ? s->latency[s->producer[r]][CONSUMER_ALU] : s->longest[s->producer[r]];
}

/* When every older result is there and every unit free. */
uint64_t scoreboard_results(const struct scoreboard *s);

/* Nothing issues before cycle `until`, because of `cause`. */
void scoreboard_hold(struct scoreboard *s, uint64_t until, enum timing_cause cause);

/* The block's end. `indirect`: its target came from a register and not from the return stack. */
void scoreboard_end(struct scoreboard *s, enum outcome outcome, bool indirect);

/* Pipeline emptied; the first instruction issues `cycles` after the last. */
void scoreboard_flush(struct scoreboard *s, uint32_t cycles);

/* ---- the step: inline, for the replay loop is where time keeping spends its time ---- */

#define SCOREBOARD_INLINE static inline __attribute__((always_inline))

/* On to cycle t > now. The cycle that is left was an issuing one if something issued in it. */
SCOREBOARD_INLINE void scoreboard_go_to(struct scoreboard *s, uint64_t t, unsigned cause)
{
    uint64_t passed = t - s->now;
    if (s->slots) {
        s->stack[CAUSE_ISSUE]++;
        passed--;
    }
    s->stack[cause] += passed;
    s->now = t;
    s->slots = 0;
    s->closed = false;
}

/* Fetch: an aligned word of fetch.bytes per cycle, at most `lead` cycles ahead. */
SCOREBOARD_INLINE uint64_t scoreboard_word(struct scoreboard *s, unsigned offset)
{
    if (s->new_word || !(offset & s->word_mask)) {
        s->new_word = false;
        s->fetched++;
        if (s->fetched + s->lead < s->now)
            s->fetched = s->now - s->lead;
    }
    return s->fetched;
}

/* The first cycle in which u, which lies at `offset` in its page, can issue. Goes on to that cycle. */
SCOREBOARD_INLINE uint64_t scoreboard_ready(struct scoreboard *s, const struct uop *u, unsigned offset)
{
    const struct group_timing *g = &s->groups[u->group];
    uint64_t t = s->now, at = scoreboard_word(s, offset);
    unsigned cause = CAUSE_DEPENDENCY;
    if (at > t) {
        t = at;
        cause = s->fetch_cause;
    } else {
        s->fetch_cause = CAUSE_FETCH;
    }
    for (unsigned i = 0; i < u->source_count; i++) {
        unsigned r = u->source[i];
        at = s->issue[r] + s->latency[s->producer[r]][u->consumer[i]];
        if (at > t) {
            t = at;
            cause = s->late[r] ? s->late[r] : CAUSE_DEPENDENCY;
        }
    }
    if (s->free[g->unit] > t) {
        t = s->free[g->unit];
        cause = CAUSE_UNIT;
    }
    if (g->pipes && s->pipes[g->pipes - 1] > t) {
        t = s->pipes[g->pipes - 1];
        cause = CAUSE_UNIT;
    }
    if (g->issue & ISSUE_SERIAL) {
        at = scoreboard_results(s);
        if (at > t) {
            t = at;
            cause = CAUSE_SYSTEM;
        }
    }
    if (t == s->now && (s->closed || s->slots >= s->width || (g->issue & ISSUE_ALONE && s->slots)))
        t++;
    if (t > s->now)
        scoreboard_go_to(s, t, cause);
    return t;
}

SCOREBOARD_INLINE void scoreboard_take_pipes(struct scoreboard *s, const struct group_timing *g, uint64_t t)
{
    uint64_t until = t + (g->pipes_busy ? g->pipes_busy : 1);
    if (g->pipes == 2) {
        s->pipes[0] = s->pipes[1] = until;
    } else {
        uint64_t other = s->pipes[1];
        s->pipes[0] = until < other ? until : other;
        s->pipes[1] = until < other ? other : until;
    }
}

/* Issues u in the cycle that scoreboard_ready went on to; `wait` is what its memory accesses cost beside the issue wait, which
   scoreboard_hold has taken off already. Returns the cycle. */
SCOREBOARD_INLINE uint64_t scoreboard_step(struct scoreboard *s, const struct uop *u, const struct memory_wait *wait)
{
    const struct group_timing *g = &s->groups[u->group];
    uint64_t t = s->now;
    s->slots++;
    if (g->issue & (ISSUE_ALONE | ISSUE_LAST))
        s->closed = true;
    if (g->unit)
        s->free[g->unit] = t + (g->busy ? g->busy : 1) + wait->unit + wait->unaligned;
    if (g->pipes)
        scoreboard_take_pipes(s, g, t);
    for (unsigned i = 0; i < u->dest_count; i++) {
        unsigned r = u->dest[i], p = u->producer[i];
        bool waits = p != PRODUCER_ALU;   /* an updated base register does not wait for the data */
        uint32_t more = waits && wait->unaligned ? s->unaligned[p] : 0;
        s->producer[r] = (uint8_t)p;
        s->issue[r] = t + (waits ? wait->result : 0) + more;
        s->late[r] = waits && wait->result ? wait->result_cause : more ? CAUSE_UNIT : 0;
        s->live[r >> 6] |= 1ull << (r & 63);
    }
    if (wait->result && t + wait->result > s->latest)
        s->latest = t + wait->result;
    if (g->hold + wait->unaligned) {
        scoreboard_go_to(s, t + g->hold + wait->unaligned, CAUSE_UNIT);
        s->slots = 1;
    }
    if (g->issue & ISSUE_SERIAL && g->cost)
        scoreboard_go_to(s, t + g->cost, CAUSE_SYSTEM);
    return t;
}

#endif
