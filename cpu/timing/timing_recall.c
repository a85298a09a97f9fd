/* SPDX-License-Identifier: MIT */
/* What a memo is made from. A plain block is replayed once for each state and outcome; a block with events once for each wait
   that they came to: serving an event needs the cycle at which its op could issue, which variants.h keeps, but no replay. */
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

/* The pipeline at the block's begin, with what is known of its fetch. Returns the first wait of an op. */
static unsigned begin(struct timing *t, int number, struct known *known)
{
    unsigned next = 0;
    states_expand(t->states, variants_known(t->variants, number, known), &t->board, t->cpu->cycles);
    for (; next < known->count && known->at[next].op == VARIANT_OP_FETCH; next++) {
        const struct memory_wait *w = &known->at[next].wait;
        scoreboard_delay_fetch(&t->board, w->issue, (enum timing_cause)w->issue_cause);
    }
    return next;
}

/* Op i goes to the cycle in which it issues, with what is known of it from known->at[next] on. Returns what comes behind that. */
static unsigned make_ready(struct timing *t, struct block *b, unsigned i, const struct known *known, unsigned next,
                           struct memory_wait *wait)
{
    *wait = (struct memory_wait){ 0 };
    scoreboard_ready(&t->board, &block_timing(b)->uops[i], b->offset + 4 * i);
    for (; next < known->count && known->at[next].op == i; next++) {
        const struct memory_wait *w = &known->at[next].wait;
        if (w->issue)
            scoreboard_hold(&t->board, t->board.now + w->issue, (enum timing_cause)w->issue_cause);
        memory_wait_add(wait, w);
    }
    return next;
}

/* Steps the ops of the block before `end`. */
static unsigned replay_known(struct timing *t, struct block *b, unsigned end, int number, struct known *known)
{
    const struct uop *u = block_timing(b)->uops;
    unsigned next = begin(t, number, known);
    for (unsigned i = 0; i < end; i++) {
        struct memory_wait wait;
        next = make_ready(t, b, i, known, next, &wait);
        scoreboard_step(&t->board, &u[i], &wait);
    }
    return next;
}

void timing_go_to(struct timing *t, struct block *b, int number, unsigned op)
{
    struct known known;
    unsigned next = replay_known(t, b, op, number, &known);
    make_ready(t, b, op, &known, next, &t->wait);
    t->done = op;
    t->is_ready = true;
}

void timing_expand(struct timing *t, struct block *b)
{
    struct known known;
    if (t->cpu->sig == SIG_UNSETTLED)
        return;
    int number = memo_number(t->cpu->sig);
    t->cpu->sig = SIG_UNSETTLED;
    variants_known(t->variants, number, &known);
    if (known.count && known.at[known.count - 1].op != VARIANT_OP_FETCH)
        timing_go_to(t, b, number, known.at[known.count - 1].op);
    else
        begin(t, number, &known);
}

uint32_t timing_offset(struct timing *t, struct block *b, unsigned op)
{
    int number = memo_number(t->cpu->sig);
    uint32_t offset;
    if (variants_offset(t->variants, b, number, op, &offset))
        return offset;
    uint64_t stack[CAUSE_COUNT];
    struct known known;
    memcpy(stack, t->board.stack, sizeof stack);
    unsigned next = replay_known(t, b, op, number, &known);
    make_ready(t, b, op, &known, next, &t->wait);
    offset = (uint32_t)(t->board.now - t->cpu->cycles);
    memcpy(t->board.stack, stack, sizeof stack);
    variants_keep_offset(t->variants, b, number, op, offset);
    return offset;
}

bool timing_vary(struct timing *t, unsigned op, const struct memory_wait *waits, unsigned count)
{
    int number = memo_number(t->cpu->sig);
    for (unsigned i = 0; i < count && number != VARIANT_NONE; i++)
        number = variants_intern(t->variants, number, op, &waits[i]);
    if (number == VARIANT_NONE)
        return false;
    t->cpu->sig = memo_sig(number);
    t->recalled++;
    return true;
}

/* ---- memos ---- */

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

void timing_compute(struct timing *t, struct block *b, enum outcome outcome)
{
    uint32_t key = t->cpu->sig | (uint32_t)outcome;
    uint64_t start = t->cpu->cycles, before[CAUSE_COUNT], stack[CAUSE_COUNT];
    struct known known;
    memcpy(before, t->board.stack, sizeof before);
    replay_known(t, b, b->length, memo_number(t->cpu->sig), &known);
    scoreboard_end(&t->board, outcome, block_timing(b)->branch & UOP_INDIRECT);
    timing_settle(t, known.count);
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
