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

/* On to cycle t > now. The cycle that is left was an issuing one if something issued in it. */
static inline void go_to(struct scoreboard *s, uint64_t t, unsigned cause)
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

void scoreboard_hold(struct scoreboard *s, uint64_t until, enum timing_cause cause)
{
    if (until > s->now)
        go_to(s, until, cause);
}

void scoreboard_delay_fetch(struct scoreboard *s, uint32_t cycles, enum timing_cause cause)
{
    uint64_t earliest = s->now > s->lead ? s->now - s->lead : 0;
    if (s->fetched < earliest)
        s->fetched = earliest;
    s->fetched += cycles;
    s->fetch_cause = (uint8_t)cause;
}

/* When every older result is there. */
static uint64_t all_results(const struct scoreboard *s)
{
    uint64_t t = s->now;
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t left = s->live[half]; left; left &= left - 1) {
            unsigned r = half * 64 + (unsigned)__builtin_ctzll(left);
            uint64_t ready = s->issue[r] + s->longest[s->producer[r]];
            t = ready > t ? ready : t;
        }
    for (unsigned unit = 1; unit < UNIT_COUNT; unit++)
        t = s->free[unit] > t ? s->free[unit] : t;
    return s->pipes[1] > t ? s->pipes[1] : t;
}

/* Fetch: an aligned word of fetch.bytes per cycle, at most `lead` cycles ahead. */
static inline uint64_t word_there(struct scoreboard *s, unsigned offset)
{
    if (s->new_word || !(offset & s->word_mask)) {
        s->new_word = false;
        s->fetched++;
        if (s->fetched + s->lead < s->now)
            s->fetched = s->now - s->lead;
    }
    return s->fetched;
}

uint64_t scoreboard_ready(struct scoreboard *s, const struct uop *u, unsigned offset)
{
    const struct group_timing *g = &s->groups[u->group];
    uint64_t t = s->now, at = word_there(s, offset);
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
        at = all_results(s);
        if (at > t) {
            t = at;
            cause = CAUSE_SYSTEM;
        }
    }
    if (t == s->now && (s->closed || s->slots >= s->width || (g->issue & ISSUE_ALONE && s->slots)))
        t++;
    if (t > s->now)
        go_to(s, t, cause);
    return t;
}

static inline void take_pipes(struct scoreboard *s, const struct group_timing *g, uint64_t t)
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

uint64_t scoreboard_step(struct scoreboard *s, const struct uop *u, unsigned offset, const struct memory_wait *wait)
{
    (void)offset;
    const struct group_timing *g = &s->groups[u->group];
    uint64_t t = s->now;
    s->slots++;
    if (g->issue & (ISSUE_ALONE | ISSUE_LAST))
        s->closed = true;
    if (g->unit)
        s->free[g->unit] = t + (g->busy ? g->busy : 1) + wait->unit;
    if (g->pipes)
        take_pipes(s, g, t);
    for (unsigned i = 0; i < u->dest_count; i++) {
        unsigned r = u->dest[i], p = u->producer[i];
        bool waits = wait->result && p != PRODUCER_ALU;   /* an updated base register does not wait for the data */
        s->producer[r] = (uint8_t)p;
        s->issue[r] = t + (waits ? wait->result : 0);
        s->late[r] = waits ? wait->result_cause : 0;
        s->live[r >> 6] |= 1ull << (r & 63);
    }
    if (g->hold) {
        go_to(s, t + g->hold, CAUSE_UNIT);
        s->slots = 1;
    }
    if (g->issue & ISSUE_SERIAL && g->cost)
        go_to(s, t + g->cost, CAUSE_SYSTEM);
    return t;
}

void scoreboard_end(struct scoreboard *s, enum outcome outcome, bool indirect)
{
    /* What an interned state no longer knows (states.c) may not count here either: a block may have begun no word of its own. */
    if (s->fetched + s->lead + 1 < s->now)
        s->fetched = s->now - s->lead - 1;
    switch (outcome) {
    case OUTCOME_NEXT:
        return;
    case OUTCOME_MISPREDICTED:
        s->fetched = s->now + s->mispredict - 1;
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
    go_to(s, s->now + 1, CAUSE_FETCH);
}

void scoreboard_flush(struct scoreboard *s, uint32_t cycles)
{
    s->fetched = s->now + cycles - 1;
    s->fetch_cause = CAUSE_SYSTEM;
    s->new_word = true;
    go_to(s, s->now + 1, CAUSE_SYSTEM);
}
