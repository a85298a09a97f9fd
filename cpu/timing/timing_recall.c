/* SPDX-License-Identifier: MIT */
/* What a memo is made from. A plain block is replayed once for each state and outcome; a block with events once for each wait
   that they came to: serving an event needs the cycle at which its op could issue, which variants.h keeps, but no replay. */
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

enum { KNOWN_MAX = 40 };

/* Waits that are known already, in the order of ops. An op may have several: the pipeline was held more than once. */
struct known {
    unsigned count;
    struct { uint8_t op; struct memory_wait wait; } at[KNOWN_MAX];
};

static void expand_at_start(struct timing *t)
{
    states_expand(t->states, memo_number(t->saved), &t->board, t->cpu->cycles);
}

/* Waits of op i, from entry *k on: holds at once, the rest for the step. */
static void apply_known(struct timing *t, const struct known *known, unsigned i, unsigned *k, struct memory_wait *wait)
{
    for (; *k < known->count && known->at[*k].op == i; ++*k) {
        const struct memory_wait *w = &known->at[*k].wait;
        if (w->issue)
            scoreboard_hold(&t->board, t->board.now + w->issue, (enum timing_cause)w->issue_cause);
        wait->result += w->result;
        wait->unit += w->unit;
        wait->unaligned |= w->unaligned;
        wait->result_cause = w->result_cause;
    }
}

/* Steps ops [0, end) from the state at the block's begin; returns with op `end` next. */
static unsigned replay_known(struct timing *t, struct block *b, unsigned end, const struct known *known)
{
    const struct uop *u = block_timing(b)->uops;
    unsigned k = 0;
    expand_at_start(t);
    for (; k < known->count && known->at[k].op == VARIANT_OP_FETCH; k++)
        scoreboard_delay_fetch(&t->board, known->at[k].wait.issue, (enum timing_cause)known->at[k].wait.issue_cause);
    for (unsigned i = 0; i < end; i++) {
        struct memory_wait wait = { 0 };
        scoreboard_ready(&t->board, &u[i], b->offset + 4 * i);
        apply_known(t, known, i, &k, &wait);
        scoreboard_step(&t->board, &u[i], &wait);
    }
    return k;
}

static void install(struct timing *t, struct block *b, uint32_t key, uint64_t cycles, int breakdown)
{
    uint32_t outcome = key & OUTCOME_MASK;
    struct memo *m = timing_memo_place(t, b, key - outcome, outcome);
    timing_collect_memo(t, b, m);
    *m = (struct memo){ .key = key, .out = t->cpu->sig, .cycles = (uint16_t)cycles, .stack = (uint16_t)breakdown };
    timing_use_memo(t, b, m);
}

/* The number of a spread. A full table begins again, and all memos with it: they know old numbers. */
static int number_of(struct timing *t, const uint64_t stack[CAUSE_COUNT])
{
    int number = breakdown_intern(&t->breakdowns, stack);
    if (number != BREAKDOWN_FULL)
        return number;
    timing_empty_memos(t);
    breakdown_forget(&t->breakdowns);
    return breakdown_intern(&t->breakdowns, stack);
}

/* The whole block with its known waits, entered in t->saved; `key` is what it is remembered by. */
static void compute(struct timing *t, struct block *b, enum outcome outcome, uint32_t key, const struct known *known)
{
    uint64_t start = t->cpu->cycles, before[CAUSE_COUNT], stack[CAUSE_COUNT];
    memcpy(before, t->board.stack, sizeof before);
    replay_known(t, b, b->length, known);
    scoreboard_end(&t->board, outcome, block_timing(b)->branch & UOP_INDIRECT);
    timing_settle(t, known->count);
    t->computed++;
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        stack[i] = t->board.stack[i] - before[i];
    int breakdown = number_of(t, stack);
    uint64_t cycles = t->cpu->cycles - start;
    if (t->cpu->sig == SIG_UNSETTLED || breakdown == BREAKDOWN_NONE || b->dead || cycles > UINT16_MAX) {
        timing_count_executions(t, b, outcome, 1);
        return;
    }
    memcpy(t->board.stack, before, sizeof before);   /* the memo counts this execution too */
    install(t, b, key, cycles, breakdown);
}

void timing_compute(struct timing *t, struct block *b, enum outcome outcome)
{
    static const struct known nothing;
    uint32_t key = t->cpu->sig | (uint32_t)outcome;
    t->saved = t->cpu->sig;
    compute(t, b, outcome, key, &nothing);
}

/* ---- blocks with events ---- */

static bool push(struct known *known, unsigned op, const struct memory_wait *wait)
{
    if (known->count == KNOWN_MAX)
        return false;
    known->at[known->count].op = (uint8_t)op;
    known->at[known->count++].wait = *wait;
    return true;
}

/* The cycle at which op could issue, from the block's begin. */
static uint32_t offset_of(struct timing *t, struct block *b, int number, unsigned op, const struct known *known)
{
    uint32_t offset;
    if (variants_offset(t->variants, b, number, op, &offset))
        return offset;
    uint64_t stack[CAUSE_COUNT];
    memcpy(stack, t->board.stack, sizeof stack);
    replay_known(t, b, op, known);
    offset = (uint32_t)(scoreboard_ready(&t->board, &block_timing(b)->uops[op], b->offset + 4 * op) - t->cpu->cycles);
    memcpy(t->board.stack, stack, sizeof stack);
    variants_keep_offset(t->variants, b, number, op, offset);
    return offset;
}

/* The walk over a block's events: which number the state has become, and what is known so far. */
struct walk {
    int number;              /* state, or variant of it; VARIANT_NONE: a wait too long to remember */
    struct known known;
};

static void meet(struct timing *t, struct walk *w, unsigned op, const struct memory_wait *wait)
{
    if (!wait->issue && !wait->result && !wait->unit && !wait->unaligned)
        return;
    bool has_room = push(&w->known, op, wait);
    bug_on(!has_room);
    if (w->number != VARIANT_NONE)
        w->number = variants_intern(t->variants, w->number, op, wait);
}

static void meet_fetch(struct timing *t, struct walk *w, const struct memory_event *events, unsigned count)
{
    struct memory_wait sum = { 0 };
    for (unsigned i = 0; i < count; i++) {
        struct memory_wait wait = { 0 };
        if (events[i].op != MEMORY_OP_FETCH)
            continue;
        memory_serve(t->memory, &events[i], t->cpu->cycles, &wait);
        sum.issue += wait.issue;
        if (wait.issue)
            sum.issue_cause = wait.issue_cause;
    }
    t->is_fetched = true;
    meet(t, w, VARIANT_OP_FETCH, &sum);
}

/* Everything of op `op`; t->served is at its first event, if it has one. */
static void meet_op(struct timing *t, struct block *b, struct walk *w, unsigned op, const struct memory_event *events,
                    unsigned count)
{
    struct memory_wait wait = { 0 };
    uint64_t at = 0;
    for (; t->served < count && (events[t->served].op == op || events[t->served].op == MEMORY_OP_FETCH); t->served++) {
        if (events[t->served].op == MEMORY_OP_FETCH)
            continue;
        if (!at)
            at = t->cpu->cycles + offset_of(t, b, w->number, op, &w->known);
        memory_serve(t->memory, &events[t->served], at, &wait);
        if (wait.issue) {
            struct memory_wait hold = { .issue = wait.issue, .issue_cause = wait.issue_cause };
            meet(t, w, op, &hold);
            at += wait.issue;
            wait.issue = 0;
        }
    }
    wait.issue_cause = 0;
    timing_add_delays(t, op, &wait);
    meet(t, w, op, &wait);
}

/* Behind op `op` (or behind fetch, op -1) the waits are too long to be remembered: the rest is replayed. */
static bool give_up(struct timing *t, struct block *b, const struct walk *w, int op)
{
    replay_known(t, b, (unsigned)(op + 1), &w->known);
    t->is_expanded = true;
    t->done = (unsigned)(op + 1);
    return false;
}

static unsigned next_op(const struct timing *t, const struct memory_event *events, unsigned count, unsigned delay)
{
    unsigned e = t->served;
    while (e < count && events[e].op == MEMORY_OP_FETCH)
        e++;
    unsigned op = e < count ? events[e].op : UINT32_MAX, delayed = delay < t->delay_count ? t->delays[delay].op : UINT32_MAX;
    return op < delayed ? op : delayed;
}

/* A block may have more holds than there is room for; then nothing is served yet and it is replayed. */
static bool fits(const struct timing *t, unsigned count)
{
    return 2 * count + t->delay_count + 1 <= KNOWN_MAX;
}

bool timing_recall(struct timing *t, struct block *b, enum outcome outcome)
{
    unsigned count, delay = 0, op;
    const struct memory_event *events = memory_events(t->memory, &count);
    if (t->is_expanded || t->done || timing_is_observed(t) || !fits(t, count))
        return false;
    struct walk w;
    w.number = memo_number(t->saved);
    w.known.count = 0;   /* the rest of it is large */
    meet_fetch(t, &w, events, count);
    if (w.number == VARIANT_NONE)
        return give_up(t, b, &w, -1);
    while ((op = next_op(t, events, count, delay)) != UINT32_MAX) {
        while (delay < t->delay_count && t->delays[delay].op <= op)
            delay++;
        meet_op(t, b, &w, op, events, count);
        if (w.number == VARIANT_NONE)
            return give_up(t, b, &w, (int)op);
    }
    timing_forget_block(t);
    uint32_t sig = memo_sig(w.number), key = sig | (uint32_t)outcome;
    struct memo *m = memo_slot(block_timing(b), sig, outcome);
    if (m->key == key) {
        t->cpu->cycles += m->cycles;
        t->cpu->sig = m->out;
        timing_use_memo(t, b, m);
    } else {
        compute(t, b, outcome, key, &w.known);
    }
    t->recalled++;
    return true;
}
