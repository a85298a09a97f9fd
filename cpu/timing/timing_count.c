/* SPDX-License-Identifier: MIT */
/* Counting. What a block's executions have in common is counted when its memos' counts are collected, not at each end. */
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

static const struct { uint8_t kind, event, missed; } branch_events[] = {
    { UOP_CONDITIONAL, EVENT_BRANCHES_CONDITIONAL, EVENT_MISPREDICTED_CONDITIONAL },
    { UOP_DIRECT, EVENT_BRANCHES_DIRECT, EVENT_BRANCHES_DIRECT },   /* never mispredicted */
    { UOP_RETURN, EVENT_BRANCHES_RETURN, EVENT_MISPREDICTED_RETURN },
    { UOP_INDIRECT, EVENT_BRANCHES_INDIRECT, EVENT_MISPREDICTED_INDIRECT },
};

void timing_count_executions(struct timing *t, const struct block *b, enum outcome outcome, uint64_t times)
{
    const struct block_timing *bt = block_timing((struct block *)b);
    unsigned level = bt->level;
    uint64_t *events = t->total.events[level];
    t->blocks += times;
    t->total.instructions[level] += times * b->length;
    events[EVENT_LOADS] += times * bt->loads;
    events[EVENT_STORES] += times * bt->stores;
    events[EVENT_L1D_ACCESSES] += times * (bt->loads + bt->stores);
    events[EVENT_L1I_ACCESSES] += times * bt->words;
    for (unsigned i = 0; i < ARRAY_SIZE(branch_events); i++)
        if (bt->branch & branch_events[i].kind) {
            events[branch_events[i].event] += times;
            if (outcome == OUTCOME_MISPREDICTED)
                events[branch_events[i].missed] += times;
        }
}

void timing_count_part(struct timing *t, const struct block *b, unsigned n)
{
    const struct block_timing *bt = block_timing((struct block *)b);
    uint64_t *events = t->total.events[bt->level];
    t->total.instructions[bt->level] += n;
    for (unsigned i = 0; i < n; i++) {
        unsigned is_load = bt->uops[i].kind & UOP_LOAD ? 1 : 0, is_store = bt->uops[i].kind & UOP_STORE ? 1 : 0;
        events[EVENT_LOADS] += is_load;
        events[EVENT_STORES] += is_store;
        events[EVENT_L1D_ACCESSES] += is_load | is_store;
    }
    events[EVENT_L1I_ACCESSES] += ((b->offset + 4 * n - 1) & ~t->board.word_mask) / (t->board.word_mask + 1) -
                                  b->offset / (t->board.word_mask + 1) + 1;
}

void timing_count_cycles(struct timing *t)
{
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        t->total.cycles[t->cpu->level][i] += t->board.stack[i];
    memset(t->board.stack, 0, sizeof t->board.stack);
}

void timing_collect_memo(struct timing *t, struct block *b, struct memo *m)
{
    const struct block_timing *bt = block_timing(b);
    if (!m->count)
        return;
    const uint16_t *stack = t->breakdowns.cycles[m->stack];
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        t->total.cycles[bt->level][i] += (uint64_t)m->count * stack[i];
    timing_count_executions(t, b, (enum outcome)(m->key & OUTCOME_MASK), m->count);
    if (t->is_profiled)
        timing_observe_memo(t, b, m, m->count);
    m->count = 0;
}

void timing_collect(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    for (unsigned i = 0; i < memo_count(bt); i++) {
        timing_collect_memo(t, b, &bt->memo[i]);
        if (b->dead)
            bt->memo[i].key = MEMO_NOTHING;
    }
}

static void empty_block(void *to, struct block *b)
{
    if (!(b->mode & CODE_TIMED))
        return;
    struct block_timing *bt = block_timing(b);
    timing_collect(to, b);
    for (unsigned i = 0; i < memo_count(bt); i++)
        bt->memo[i].key = MEMO_NOTHING;
}

void timing_empty_memos(struct timing *t)
{
    code_each(t->cpu->code, empty_block, t);
}

static void collect_block(void *to, struct block *b)
{
    if (b->mode & CODE_TIMED)
        timing_collect(to, b);
}

void timing_counters(struct timing *t, struct counters *sum)
{
    code_each(t->cpu->code, collect_block, t);
    timing_count_cycles(t);
    *sum = t->total;
}

const struct counters *timing_total(struct timing *t)
{
    timing_count_cycles(t);
    return &t->total;
}

/* Those of timing_count_executions. */
bool timing_memo_counts(enum timing_event event)
{
    for (unsigned i = 0; i < ARRAY_SIZE(branch_events); i++)
        if (event == branch_events[i].event || event == branch_events[i].missed)
            return true;
    return event == EVENT_LOADS || event == EVENT_STORES || event == EVENT_L1D_ACCESSES || event == EVENT_L1I_ACCESSES;
}

/* No block's epoch is right then, so that memo_end asks timing_end. */
void timing_count_at_once(struct timing *t, bool on)
{
    if (on && !t->counts_at_once) {
        code_each(t->cpu->code, collect_block, t);
        for (unsigned line = 0; line < EPOCH_PAGE; line++)
            t->cpu->fetch_epoch[line]++;
    }
    t->counts_at_once = on;
}

/* A memo counts its uses in 32 bits; each stands for an instruction at least, and each of these takes half a cycle. A guest that
   sleeps uses none: there is nothing to collect however long it does. */
void timing_look_around(struct cpu *cpu)
{
    enum { CYCLES = 1 << 30, INSTRUCTIONS = 1 << 30 };
    struct timing *t = cpu->timing;
    if (cpu->instructions - t->collected > INSTRUCTIONS) {
        t->collected = cpu->instructions;
        code_each(cpu->code, collect_block, t);
    }
    if (cpu->horizon > cpu->cycles + CYCLES)
        cpu->horizon = cpu->cycles + CYCLES;
}

void timing_count(struct cpu *cpu, enum timing_event event)
{
    cpu->timing->total.events[cpu->level][event]++;
}

void timing_level(struct cpu *cpu, unsigned level)
{
    timing_count_cycles(cpu->timing);
    cpu->level = level;
    memory_count_to(cpu->timing->memory, cpu->timing->total.events[level]);
}
