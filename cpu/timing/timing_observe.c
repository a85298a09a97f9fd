/* SPDX-License-Identifier: MIT */
/* Where inside a block its cycles go: for annotation and for the pipeline trace. An op's cycles are those from the issue of the
   op before it to its own; what is left at the block's end is the last op's. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

struct timing_profile_block {
    struct timing_profile_block *next;
    gva_t va;
    unsigned count;
    struct { uint32_t insn; uint64_t executions, cycles, l1d_misses, l1i_misses, mispredictions; } line[];
};

/* A guest that rewrites its code for ever must not fill the host's memory: later code is not counted line by line. */
enum { PROFILE_LINES_MAX = 1 << 22 };

/* The block's lines, made when it is met first; NULL when there are too many. They outlive the block: code that was overwritten
   took its time all the same. */
static struct timing_profile_block *lines_of(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    if (!bt->profile && t->profile_lines < PROFILE_LINES_MAX) {
        t->profile_lines += b->length;
        struct timing_profile_block *p = mem_alloc(sizeof *p + b->length * sizeof p->line[0]);
        p->va = bt->va;
        p->count = b->length;
        for (unsigned i = 0; i < b->length; i++)
            p->line[i].insn = b->ops[i].insn;
        p->next = t->profile;
        t->profile = p;
        bt->profile = p;
    }
    return bt->profile;
}

static void tell_trace(struct timing *t, const struct block *b, unsigned i, uint64_t issued)
{
    const struct uop *u = &block_timing((struct block *)b)->uops[i];
    uint64_t done = issued + 1;
    for (unsigned d = 0; d < u->dest_count; d++)
        if (issued + t->board.longest[u->producer[d]] > done)
            done = issued + t->board.longest[u->producer[d]];
    struct timing_step step = { .va = t->cpu->code_va + b->offset + 4 * i, .insn = b->ops[i].insn, .fetched = t->board.fetched,
                                .issued = issued, .done = done, .el = (uint8_t)t->cpu->level };
    if (step.fetched > issued)
        step.fetched = issued;
    t->trace(t->trace_to, &step);
}

void timing_observe_op(struct timing *t, const struct block *b, unsigned i, uint64_t issued)
{
    if (!i)
        t->last_issue = t->cpu->cycles;
    t->noted[i].cycles = (uint32_t)(issued - t->last_issue);
    t->last_issue = issued;
    if (t->trace)
        tell_trace(t, b, i, issued);
}

void timing_observe_events(struct timing *t, unsigned op, const struct memory_event *events, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!memory_is_miss(&events[i]))
            continue;
        if (op == MEMORY_OP_FETCH)
            t->noted[0].l1i_misses++;
        else
            t->noted[op].l1d_misses++;
    }
}

void timing_observe_end(struct timing *t, struct block *b, unsigned n, enum outcome outcome)
{
    if (!t->is_profiled)
        return;
    struct timing_profile_block *p = lines_of(t, b);
    for (unsigned i = 0; p && i < n; i++) {
        p->line[i].executions++;
        p->line[i].cycles += t->noted[i].cycles;
        p->line[i].l1d_misses += t->noted[i].l1d_misses;
        p->line[i].l1i_misses += t->noted[i].l1i_misses;
    }
    memset(t->noted, 0, n * sizeof t->noted[0]);
    if (!p)
        return;
    p->line[n - 1].cycles += t->board.now - t->last_issue;
    p->line[n - 1].mispredictions += outcome == OUTCOME_MISPREDICTED;
}

/* A memo's executions are all alike: one replay on a board of its own says how. */
void timing_observe_memo(struct timing *t, struct block *b, const struct memo *m, uint64_t times)
{
    static const struct memory_wait none;
    struct timing_profile_block *p = lines_of(t, b);
    if (!p)
        return;
    const struct block_timing *bt = block_timing(b);
    int number = memo_number(m->key);
    uint64_t last = t->cpu->cycles, end = last + m->cycles;
    bool is_known = !(number & VARIANT) && number >= states_first(t->states);   /* else forgotten: all goes to the last op */
    if (!t->spare) {
        t->spare = mem_alloc(sizeof *t->spare);
        scoreboard_init(t->spare, &t->model);
    }
    if (is_known)
        states_expand(t->states, number, t->spare, last);
    for (unsigned i = 0; i < b->length; i++) {
        p->line[i].executions += times;
        if (!is_known)
            continue;
        uint64_t issued = scoreboard_ready(t->spare, &bt->uops[i], b->offset + 4 * i);
        scoreboard_step(t->spare, &bt->uops[i], &none);
        p->line[i].cycles += times * (issued - last);
        last = issued;
    }
    p->line[b->length - 1].cycles += times * (end - last);
    if ((m->key & OUTCOME_MASK) == OUTCOME_MISPREDICTED)
        p->line[b->length - 1].mispredictions += times;
}

void timing_profile(struct timing *t, bool on)
{
    timing_counters(t, &(struct counters){ 0 });   /* what was before does not count */
    memset(t->noted, 0, sizeof t->noted);
    t->is_profiled = on;
}

void timing_lines(struct timing *t, void (*line)(void *to, const struct timing_line *l), void *to)
{
    timing_counters(t, &(struct counters){ 0 });
    for (const struct timing_profile_block *p = t->profile; p; p = p->next)
        for (unsigned i = 0; i < p->count; i++)
            if (p->line[i].executions) {
                struct timing_line l = { .va = p->va + 4 * i, .insn = p->line[i].insn, .executions = p->line[i].executions,
                                         .cycles = p->line[i].cycles, .l1d_misses = p->line[i].l1d_misses,
                                         .l1i_misses = p->line[i].l1i_misses, .mispredictions = p->line[i].mispredictions };
                line(to, &l);
            }
}

void timing_trace(struct timing *t, void (*step)(void *to, const struct timing_step *s), void *to)
{
    t->trace = step;
    t->trace_to = to;
    if (step)
        timing_expand(t, NULL);
}

void timing_observe_free(struct timing *t)
{
    while (t->profile) {
        struct timing_profile_block *next = t->profile->next;
        free(t->profile);
        t->profile = next;
    }
    free(t->spare);
}
