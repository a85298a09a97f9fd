/* SPDX-License-Identifier: MIT */
/* Block ends that the memo does not answer, and what happens while a block runs. From a state that is known, what an access waits
   makes another number of it (timing_recall.c). What is too long to be known is replayed on the scoreboard, as far as the block
   has run; the reference mode replays every block, so both modes share one definition of time. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

void timing_settle(struct timing *t, bool behind_events)
{
    t->cpu->cycles = t->board.now;
    int number = t->is_reference || t->trace ? STATE_NONE : states_intern(t->states, &t->board, behind_events);
    t->cpu->sig = number == STATE_NONE ? SIG_UNSETTLED : memo_sig(number);
}

static inline bool is_known(const struct timing *t)
{
    return t->cpu->sig != SIG_UNSETTLED;
}

/* ---- replay ---- */

/* Op t->done issues. */
static void step(struct timing *t, struct block *b)
{
    unsigned i = t->done++;
    const struct uop *u = &block_timing(b)->uops[i];
    if (!t->is_ready) {
        scoreboard_ready(&t->board, u, b->offset + 4 * i);
        t->wait = (struct memory_wait){ 0 };
    }
    t->is_ready = false;
    uint64_t issued = scoreboard_step(&t->board, u, &t->wait);
    if (timing_is_observed(t))
        timing_observe_op(t, b, i, issued);
}

/* The ops before `end` issue. */
static void replay(struct timing *t, struct block *b, unsigned end)
{
    static const struct memory_wait none;
    if (t->done >= end)
        return;
    if (t->is_ready)
        step(t, b);
    if (timing_is_observed(t)) {
        while (t->done < end)
            step(t, b);
        return;
    }
    const struct uop *u = block_timing(b)->uops;
    for (unsigned i = t->done; i < end; i++) {
        scoreboard_ready(&t->board, &u[i], b->offset + 4 * i);
        scoreboard_step(&t->board, &u[i], &none);
    }
    t->done = end;
}

/* Op n goes to the cycle in which it can issue. */
static void make_ready(struct timing *t, struct block *b, unsigned n)
{
    replay(t, b, n);
    if (t->is_ready)
        return;
    scoreboard_ready(&t->board, &block_timing(b)->uops[n], b->offset + 4 * n);
    t->wait = (struct memory_wait){ 0 };
    t->is_ready = true;
}

/* ---- waits of fetch ---- */

/* Behind memory_fetch_*, before the block's first op: what it has to wait for. */
static void meet_fetch(struct timing *t)
{
    struct memory_wait sum = { 0 };
    unsigned count;
    const struct memory_event *events = memory_events(t->memory, &count);
    if (!count)
        return;
    if (timing_is_observed(t)) {
        timing_expand(t, NULL);
        timing_observe_events(t, MEMORY_OP_FETCH, events, count);
    }
    for (unsigned i = 0; i < count; i++) {
        struct memory_wait wait = { 0 };
        memory_serve(t->memory, &events[i], t->cpu->cycles, &wait);
        sum.issue += wait.issue;
        if (wait.issue)
            sum.issue_cause = wait.issue_cause;
    }
    memory_forget(t->memory);
    if (!sum.issue || (is_known(t) && timing_vary(t, VARIANT_OP_FETCH, &sum, 1)))
        return;
    timing_expand(t, NULL);
    scoreboard_delay_fetch(&t->board, sum.issue, (enum timing_cause)sum.issue_cause);
}

/* Brings in the running block's lines, if they may have left L1I since they were last looked at: before the first access that
   may have events, or else at its end. */
static void fetch_lines(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    const uint32_t *epoch = t->cpu->fetch_epoch;
    if (t->looked == t->cpu->instructions)
        return;
    t->looked = t->cpu->instructions;
    if (bt->epoch == epoch[bt->first] + epoch[bt->last] && !t->is_reference)
        return;
    memory_fetch_lines(t->memory, bt->pa, bt->pa + 4 * b->length - 4);
    bt->epoch = epoch[bt->first] + epoch[bt->last] - (t->counts_at_once ? 1 : 0);
    meet_fetch(t);
}

/* ---- block ends ---- */

static void forget_block(struct timing *t)
{
    t->done = 0;
    t->is_ready = false;
}

void timing_end(struct cpu *cpu, struct block *b)
{
    struct timing *t = cpu->timing;
    struct block_timing *bt = block_timing(b);
    enum outcome outcome = (enum outcome)cpu->outcome;
    fetch_lines(t, b);
    cpu->instructions += b->length;
    if (is_known(t)) {
        struct memo *m = memo_slot(bt, cpu->sig, outcome);   /* it may have been the epoch only */
        if (m->key == (cpu->sig | (uint32_t)outcome)) {
            cpu->cycles += m->cycles;
            cpu->sig = m->out;
            timing_use_memo(t, b, m);
        } else {
            timing_compute(t, b, outcome);
        }
        return;
    }
    t->replayed++;
    replay(t, b, b->length);
    scoreboard_end(&t->board, outcome, bt->branch & UOP_INDIRECT);
    timing_count_executions(t, b, outcome, 1);
    timing_observe_end(t, b, b->length, outcome);
    forget_block(t);
    timing_settle(t, true);
}

uint64_t timing_sync(struct cpu *cpu, struct block *b, unsigned n)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, b);
    timing_expand(t, b);
    replay(t, b, n);
    return t->board.now;
}

void timing_leave(struct cpu *cpu, struct block *b, unsigned n)
{
    struct timing *t = cpu->timing;
    if (n + 1u == b->length && !block_timing(b)->branch) {   /* all of it was executed */
        cpu->outcome = OUTCOME_NEXT;
        timing_end(cpu, b);
        return;
    }
    timing_sync(cpu, b, n + 1);
    cpu->instructions += n + 1;
    t->blocks++;
    t->replayed++;
    timing_count_part(t, b, n + 1);
    timing_observe_end(t, b, n + 1, OUTCOME_NEXT);
    forget_block(t);
    timing_settle(t, true);
}

static void flush(struct timing *t, unsigned cycles)
{
    timing_expand(t, NULL);
    scoreboard_flush(&t->board, cycles);
    timing_settle(t, false);
}

void timing_exception(struct cpu *cpu)
{
    timing_count(cpu, EVENT_EXCEPTIONS);
    flush(cpu->timing, cpu->timing->model.settings.exception_entry);
}

void timing_exception_return(struct cpu *cpu)
{
    timing_count(cpu, EVENT_RETURNS_FROM_EXCEPTION);
    flush(cpu->timing, cpu->timing->model.settings.exception_return);
}

void timing_idle(struct cpu *cpu, uint64_t cycles)
{
    struct timing *t = cpu->timing;
    t->total.cycles[cpu->level][CAUSE_IDLE] += cycles;
    scoreboard_clear(&t->board, cpu->cycles + cycles);
    timing_settle(t, false);
}

/* ---- what happens while a block runs ---- */

/* Waits that follow each other, until they are known: holds, one by one, and then the rest together. They are written where they
   are read: the host waits for what it copies right behind storing parts of it. */
enum { HOLDS_MAX = 16 };

struct waits {
    unsigned holds;
    struct memory_wait hold[HOLDS_MAX], rest;
};

static bool is_nothing(const struct memory_wait *wait)
{
    return !(wait->result | wait->unit | wait->unaligned);
}

/* Op `op`, which is ready, waits. */
static void wait_for(struct timing *t, const struct memory_wait *wait)
{
    if (wait->issue)
        scoreboard_hold(&t->board, t->board.now + wait->issue, (enum timing_cause)wait->issue_cause);
    memory_wait_add(&t->wait, wait);
}

static void wait_for_all(struct timing *t, struct block *b, unsigned op, const struct waits *waits)
{
    if (is_known(t)) {
        uint32_t sig = t->cpu->sig;
        if ((!waits->holds || timing_vary(t, op, waits->hold, waits->holds)) &&
            (is_nothing(&waits->rest) || timing_vary(t, op, &waits->rest, 1)))
            return;
        t->cpu->sig = SIG_UNSETTLED;
        timing_go_to(t, b, memo_number(sig), op);
    }
    for (unsigned i = 0; i < waits->holds; i++)
        wait_for(t, &waits->hold[i]);
    wait_for(t, &waits->rest);
}

/* Serves the events of one access of op `op`, which could issue at cycle `at`. */
static void serve(struct timing *t, const struct memory_event *events, unsigned count, uint64_t at, struct waits *waits)
{
    struct memory_wait *rest = &waits->rest;
    waits->holds = 0;
    *rest = (struct memory_wait){ 0 };
    for (unsigned i = 0; i < count; i++) {
        memory_serve(t->memory, &events[i], at, rest);
        if (!rest->issue)
            continue;
        bug_on(waits->holds == HOLDS_MAX);
        waits->hold[waits->holds++] = (struct memory_wait){ .issue = rest->issue, .issue_cause = rest->issue_cause };
        at += rest->issue;
        rest->issue = 0;
    }
    rest->issue_cause = 0;
}

static bool are_timeless(const struct memory_event *events, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!memory_is_timeless(&events[i]))
            return false;
    return true;
}

/* Behind step 1 of an access of op o: what it has to wait for. */
static void meet(struct timing *t, const struct op *o, const struct block *const_b)
{
    struct block *b = (struct block *)const_b;   /* nothing of it changes here but what the model keeps beside it */
    unsigned op = (unsigned)(o - b->ops), count;
    const struct memory_event *events = memory_events(t->memory, &count);
    struct waits waits;
    uint64_t at = 0;
    if (!count)
        return;
    if (timing_is_observed(t)) {
        timing_expand(t, b);
        timing_observe_events(t, op, events, count);
    }
    if (!is_known(t)) {
        make_ready(t, b, op);
        at = t->board.now;
    } else if (!are_timeless(events, count)) {
        at = t->cpu->cycles + timing_offset(t, b, op);
    }
    serve(t, events, count, at, &waits);
    memory_forget(t->memory);
    if (waits.holds || !is_nothing(&waits.rest))
        wait_for_all(t, b, op, &waits);
}

void timing_enter_page(struct cpu *cpu)
{
    memory_fetch_page(cpu->timing->memory, &cpu->fetch_page);
    meet_fetch(cpu->timing);
}

void timing_access(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page, unsigned size,
                   bool write, bool may_prove, uint64_t add, bool may_write)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, (struct block *)b);
    enum memory_proof proof = memory_data(t->memory, page, size, write, (unsigned)(o - b->ops), cpu->cycles);
    meet(t, o, b);
    if (proof != MEMORY_NOT_YET && proof != MEMORY_PROVED && may_prove && !t->is_reference)
        memory_installed(t->memory, page, add, proof == MEMORY_WRITABLE && may_write);
}

void timing_split(struct cpu *cpu, const struct op *o, const struct block *b, bool write)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, (struct block *)b);
    memory_split(t->memory, write, (unsigned)(o - b->ops));
    meet(t, o, b);
}

void timing_zero(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, (struct block *)b);
    memory_zero(t->memory, page, (unsigned)(o - b->ops), cpu->cycles);
    meet(t, o, b);
}

void timing_device(struct cpu *cpu, const struct op *o, const struct block *b)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, (struct block *)b);
    memory_device(t->memory, (unsigned)(o - b->ops));
    meet(t, o, b);
}

void timing_maintain(struct cpu *cpu, const struct op *o, const struct block *b, enum memory_maintenance what, gpa_t pa)
{
    struct timing *t = cpu->timing;
    fetch_lines(t, (struct block *)b);
    memory_maintain(t->memory, what, pa, (unsigned)(o - b->ops));
    meet(t, o, b);
}

void timing_delay(struct cpu *cpu, const struct op *o, const struct block *const_b, unsigned cycles)
{
    struct timing *t = cpu->timing;
    struct block *b = (struct block *)const_b;
    unsigned op = (unsigned)(o - b->ops);
    struct memory_wait wait = { .result = cycles, .result_cause = CAUSE_DEPENDENCY, .unit = cycles };
    fetch_lines(t, b);
    if (timing_is_observed(t))
        timing_expand(t, b);
    if (is_known(t)) {
        if (timing_vary(t, op, &wait, 1))
            return;
        timing_expand(t, b);
    }
    make_ready(t, b, op);
    wait_for(t, &wait);
}

/* ---- blocks ---- */

size_t timing_room(void)
{
    return sizeof(struct block_timing);
}

void timing_describe(struct cpu *cpu, struct block *b, struct uop *uops)
{
    struct block_timing *bt = block_timing(b);
    memset(bt, 0, sizeof *bt);
    memset(uops, 0, b->length * sizeof *uops);
    timing_memo_init(bt);
    for (unsigned i = 0; i < b->length; i++) {
        cpu->class->describe(&b->ops[i], i, &uops[i]);
        bt->loads = (uint8_t)(bt->loads + (uops[i].kind & UOP_LOAD ? 1 : 0));
        bt->stores = (uint8_t)(bt->stores + (uops[i].kind & UOP_STORE ? 1 : 0));
    }
    bt->uops = uops;
    bt->branch = uops[b->length - 1].kind & UOP_BRANCH;
    bt->level = (uint8_t)cpu->level;
    bt->va = cpu->pc;
    bt->first = (uint8_t)(b->offset >> MEMORY_LINE_BITS);
    bt->last = (uint8_t)((b->end - 1) >> MEMORY_LINE_BITS);
    bt->pa = (cpu->fetch_page.pa & PAGE_MASK) + b->offset;
    bt->epoch = cpu->fetch_epoch[bt->first] + cpu->fetch_epoch[bt->last] - 1;   /* not looked at yet */
    unsigned word = cpu->timing->board.word_mask + 1;
    bt->words = (uint8_t)((b->end - 1) / word - b->offset / word + 1);
}

/* ---- as a whole ---- */

struct timing *timing_new(struct cpu *cpu, const struct core_model *model)
{
    struct timing *t = mem_alloc_table(sizeof *t);
    t->cpu = cpu;
    t->model = *model;
    t->memory = memory_new(&t->model.settings, cpu->fetch_epoch, cpu->class->walk, cpu);
    t->states = states_new();
    t->variants = variants_new();
    t->memos_most = MEMOS_MOST;
    scoreboard_init(&t->board, &t->model);
    predictor_init(&cpu->predictor, &t->model.settings);
    cpu->timing = t;
    timing_level(cpu, cpu->level);
    return t;
}

void timing_free(struct timing *t)
{
    if (!t)
        return;
    predictor_free(&t->cpu->predictor);
    memory_free(t->memory);
    states_free(t->states);
    timing_forget_memos(t);
    variants_free(t->variants);
    timing_observe_free(t);
    mem_free_table(t, sizeof *t);
}

const struct core_model *timing_model(const struct timing *t)
{
    return &t->model;
}

static void take(void *core)
{
    cpu_met(core);
}

void timing_join(struct timing *t, struct timing *other)
{
    memory_join(t->memory, other->memory);
    memory_on_take(t->memory, take);
    memory_on_take(other->memory, take);
}

struct memory *timing_memory(struct timing *t)
{
    return t->memory;
}

void timing_reset(struct timing *t)
{
    memory_reset(t->memory);
    predictor_reset(&t->cpu->predictor);
    forget_block(t);
    t->looked = UINT64_MAX;
    scoreboard_clear(&t->board, t->cpu->cycles);
    timing_settle(t, false);
}

void timing_begin(struct timing *t, enum timing_mode mode)
{
    t->is_reference = mode == TIMING_REFERENCE;
    timing_reset(t);
}

void timing_work(struct timing *t, struct timing_work *work)
{
    timing_counters(t, &(struct counters){ 0 });
    *work = (struct timing_work){ .blocks = t->blocks, .computed = t->computed, .recalled = t->recalled, .replayed = t->replayed,
                                  .remembered = t->blocks - t->computed - t->replayed, .states = states_count(t->states) };
}
