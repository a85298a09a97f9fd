/* SPDX-License-Identifier: MIT */
#include "cpu/timing/scoreboard.h"

#include <string.h>

#include "base/bits.h"

void scoreboard_init(struct scoreboard *s, const struct core_model *model)
{
    const struct core_settings *n = &model->settings;
    memset(s, 0, sizeof *s);
    s->width = n->issue_width;
    s->lead = n->fetch_lead;
    s->word_mask = n->fetch_bytes - 1;
    s->taken_bubbles = n->taken_bubbles;
    s->btic_bubbles = n->btic_bubbles;
    s->indirect_bubbles = n->indirect_bubbles;
    s->mispredict = n->mispredict;
    s->groups = model->groups;
    s->latency = model->latency;
    s->unaligned = model->unaligned;
    for (unsigned p = 0; p < PRODUCER_COUNT; p++)
        for (unsigned k = 0; k < CONSUMER_COUNT; k++)
            if (s->latency[p][k] > s->longest[p])
                s->longest[p] = s->latency[p][k];
    scoreboard_clear(s, 0);
}

void scoreboard_clear(struct scoreboard *s, uint64_t now)
{
    s->now = s->fetched = now;
    s->slots = 0;
    s->closed = false;
    s->new_word = true;
    s->fetch_cause = CAUSE_FETCH;
    memset(s->free, 0, sizeof s->free);
    memset(s->pipes, 0, sizeof s->pipes);
    memset(s->live, 0, sizeof s->live);
    memset(s->issue, 0, sizeof s->issue);
    memset(s->producer, 0, sizeof s->producer);
    memset(s->late, 0, sizeof s->late);
}

void scoreboard_hold(struct scoreboard *s, uint64_t until, enum timing_cause cause)
{
    if (until > s->now)
        scoreboard_go_to(s, until, cause);
}

void scoreboard_delay_fetch(struct scoreboard *s, uint32_t cycles, enum timing_cause cause)
{
    uint64_t earliest = s->now > s->lead ? s->now - s->lead : 0;
    if (s->fetched < earliest)
        s->fetched = earliest;
    s->fetched += cycles;
    s->fetch_cause = (uint8_t)cause;
}

uint64_t scoreboard_results(const struct scoreboard *s)
{
    uint64_t t = s->now;
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t left = s->live[half]; left; left &= left - 1) {
            unsigned r = half * 64 + (unsigned)__builtin_ctzll(left);
            uint64_t ready = s->issue[r] + scoreboard_longest(s, r);
            t = ready > t ? ready : t;
        }
    for (unsigned unit = 1; unit < UNIT_COUNT; unit++)
        t = s->free[unit] > t ? s->free[unit] : t;
    return s->pipes[1] > t ? s->pipes[1] : t;
}

/* Cycles near each other; the first may be behind 0. */
static uint64_t later(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b) > 0 ? a : b;
}

void scoreboard_end(struct scoreboard *s, enum outcome outcome, bool indirect)
{
    /* What an interned state no longer knows (states.c) may not count here either: a block may have begun no word of its own. */
    s->fetched = later(s->fetched, s->now - s->lead - 1);
    switch (outcome) {
    case OUTCOME_NEXT:
        return;
    case OUTCOME_MISPREDICTED:
        s->fetched = later(s->fetched, s->now + s->mispredict - 1);   /* fetch never goes back: states.c counts on it */
        s->fetch_cause = CAUSE_MISPREDICT;
        break;
    case OUTCOME_TAKEN:
        s->fetched += s->taken_bubbles + (indirect ? s->indirect_bubbles : 0);
        break;
    case OUTCOME_TARGET_HIT:
        s->fetched += s->btic_bubbles;
        break;
    }
    s->new_word = true;
    scoreboard_go_to(s, s->now + 1, CAUSE_FETCH);
}

void scoreboard_flush(struct scoreboard *s, uint32_t cycles)
{
    s->fetched = later(s->fetched, s->now + cycles - 1);
    s->fetch_cause = CAUSE_SYSTEM;
    s->new_word = true;
    scoreboard_go_to(s, s->now + 1, CAUSE_SYSTEM);
}
