/* SPDX-License-Identifier: MIT */
/* Block ends that the memo does not answer. Here the block is replayed through the scoreboard, with the events that were noted
   while it ran, and the result remembered if it had none. The reference mode replays every block; so both modes share one
   definition of time. */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/timing/timing_parts.h"

/* ---- settled and not ---- */

/* Between a delay and the block's end cpu->sig is a variant; nowhere else. */
static bool is_delayed(const struct timing *t)
{
    return memo_number(t->cpu->sig) & VARIANT;
}

static void unsettle(struct timing *t)
{
    if (t->cpu->sig == SIG_UNSETTLED)
        return;
    if (is_delayed(t)) {
        t->saved = t->undelayed;
        if (t->quick_first != variants_first(t->variants))   /* their numbers are forgotten: no memo will be found */
            memset(t->quick, 0, sizeof t->quick);
        t->quick_first = variants_first(t->variants);
    } else {
        t->saved = t->cpu->sig;
        t->delay_count = 0;   /* of a block that the memo ended */
    }
    t->cpu->sig = SIG_UNSETTLED;
    t->is_expanded = false;
}

static bool has_events(struct timing *t)
{
    unsigned count;
    memory_events(t->memory, &count);
    return count;
}

/* The state at the block's begin into the board, if it is not there. */
static void expand(struct timing *t)
{
    unsettle(t);
    if (t->is_expanded)
        return;
    states_expand(t->states, memo_number(t->saved), &t->board, t->cpu->cycles);
    t->is_expanded = true;
}

void timing_unsettle(struct timing *t)
{
    expand(t);
}

/* A block is over: the board's state gets its number, if it has one. */
void timing_settle(struct timing *t, bool behind_events)
{
    t->cpu->cycles = t->board.now;
    int number = t->is_reference || t->trace ? STATE_NONE : states_intern(t->states, &t->board, behind_events);
    t->is_expanded = true;
    t->cpu->sig = number == STATE_NONE ? SIG_UNSETTLED : memo_sig(number);
}

/* ---- replay ---- */

static void serve_fetch(struct timing *t, const struct memory_event *e)
{
    struct memory_wait wait = { 0 };
    memory_serve(t->memory, e, t->board.now, &wait);
    if (wait.issue)
        scoreboard_delay_fetch(&t->board, wait.issue, (enum timing_cause)wait.issue_cause);
}

/* What belongs to op i, at the cycle in which it could issue. */
static void serve_op(struct timing *t, const struct memory_event *events, unsigned count, unsigned i, struct memory_wait *wait)
{
    for (; t->served < count && (events[t->served].op == i || events[t->served].op == MEMORY_OP_FETCH); t->served++) {
        if (events[t->served].op == MEMORY_OP_FETCH)
            continue;
        memory_serve(t->memory, &events[t->served], t->board.now, wait);
        if (wait->issue)
            scoreboard_hold(&t->board, t->board.now + wait->issue, (enum timing_cause)wait->issue_cause);
        wait->issue = 0;
    }
    timing_add_delays(t, i, wait);
}

/* Steps the ops from where the last replay stopped up to op `end`. */
static void replay(struct timing *t, struct block *b, unsigned end)
{
    static const struct memory_wait none;
    struct block_timing *bt = block_timing(b);
    const struct uop *u = bt->uops;
    unsigned count;
    const struct memory_event *events = memory_events(t->memory, &count);
    if (!count && !t->delay_count && !timing_is_observed(t)) {
        for (unsigned i = t->done; i < end; i++) {
            scoreboard_ready(&t->board, &u[i], b->offset + 4 * i);
            scoreboard_step(&t->board, &u[i], &none);
        }
        t->done = end;
        return;
    }
    if (!t->is_fetched)
        for (unsigned i = 0; i < count; i++)
            if (events[i].op == MEMORY_OP_FETCH)
                serve_fetch(t, &events[i]);
    t->is_fetched = true;
    for (unsigned i = t->done; i < end; i++) {
        struct memory_wait wait = { 0 };
        scoreboard_ready(&t->board, &u[i], b->offset + 4 * i);
        serve_op(t, events, count, i, &wait);
        uint64_t issued = scoreboard_step(&t->board, &u[i], &wait);
        if (timing_is_observed(t))
            timing_observe_op(t, b, i, issued, events, count);
    }
    t->done = end;
}

/* Brings in the block's lines, if they may have left L1I since they were last looked at. */
static void fetch_lines(struct timing *t, struct block *b)
{
    struct block_timing *bt = block_timing(b);
    const uint32_t *epoch = t->cpu->fetch_epoch;
    if (bt->epoch == epoch[bt->first] + epoch[bt->last] && !t->is_reference)
        return;
    memory_fetch_lines(t->memory, bt->pa, bt->pa + 4 * b->length - 4);
    bt->epoch = epoch[bt->first] + epoch[bt->last] - (t->counts_at_once ? 1 : 0);
}

void timing_forget_block(struct timing *t)
{
    memory_forget(t->memory);
    t->done = t->served = t->delay_count = 0;
    t->is_fetched = false;
}

void timing_end(struct cpu *cpu, struct block *b)
{
    struct timing *t = cpu->timing;
    struct block_timing *bt = block_timing(b);
    enum outcome outcome = (enum outcome)cpu->outcome;
    cpu->instructions += b->length;
    if (!t->done)
        fetch_lines(t, b);
    if (cpu->sig != SIG_UNSETTLED && !is_delayed(t) && !has_events(t)) {
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
    unsettle(t);
    if (timing_recall(t, b, outcome))
        return;
    t->replayed++;
    expand(t);
    replay(t, b, b->length);
    scoreboard_end(&t->board, outcome, bt->branch & UOP_INDIRECT);
    timing_count_executions(t, b, outcome, 1);
    timing_observe_end(t, b, b->length, outcome);
    timing_forget_block(t);
    timing_settle(t, true);
}

uint64_t timing_sync(struct cpu *cpu, struct block *b, unsigned n)
{
    struct timing *t = cpu->timing;
    if (!t->done)
        fetch_lines(t, b);
    expand(t);
    replay(t, b, n);
    return t->board.now;
}

void timing_leave(struct cpu *cpu, struct block *b, unsigned n)
{
    struct timing *t = cpu->timing;
    if (n + 1u == b->length && !t->done && !block_timing(b)->branch) {   /* all of it was executed */
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
    timing_forget_block(t);
    timing_settle(t, true);
}

static void flush(struct timing *t, unsigned cycles)
{
    expand(t);
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

static void look_for_events(struct timing *t)
{
    if (has_events(t))
        unsettle(t);
}

void timing_enter_page(struct cpu *cpu)
{
    memory_fetch_page(cpu->timing->memory, &cpu->fetch_page);
    look_for_events(cpu->timing);
}

void timing_access(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page, unsigned size,
                   bool write, bool may_prove, uint64_t add, bool may_write)
{
    struct timing *t = cpu->timing;
    enum memory_proof proof = memory_data(t->memory, page, size, write, (unsigned)(o - b->ops), cpu->cycles);
    look_for_events(t);
    if (proof != MEMORY_NOT_YET && may_prove && !t->is_reference)
        memory_installed(t->memory, page, add, proof == MEMORY_WRITABLE && may_write);
}

void timing_split(struct cpu *cpu, const struct op *o, const struct block *b, bool write)
{
    memory_split(cpu->timing->memory, write, (unsigned)(o - b->ops));
    look_for_events(cpu->timing);
}

void timing_zero(struct cpu *cpu, const struct op *o, const struct block *b, const struct memory_page *page)
{
    memory_zero(cpu->timing->memory, page, (unsigned)(o - b->ops), cpu->cycles);
    look_for_events(cpu->timing);
}

void timing_device(struct cpu *cpu, const struct op *o, const struct block *b)
{
    memory_device(cpu->timing->memory, (unsigned)(o - b->ops));
    look_for_events(cpu->timing);
}

void timing_maintain(struct cpu *cpu, const struct op *o, const struct block *b, enum memory_maintenance what, gpa_t pa)
{
    memory_maintain(cpu->timing->memory, what, pa, (unsigned)(o - b->ops));
    look_for_events(cpu->timing);
}

static void note_delay(struct timing *t, unsigned op, unsigned cycles)
{
    if (t->delay_count == DELAYS_MAX)   /* a block has no more ops; one that is retried is noted again */
        return;
    t->delays[t->delay_count].op = (uint8_t)op;
    t->delays[t->delay_count++].cycles = (uint16_t)cycles;
}

/* A delay is known when it is noted, so the state can become its variant at once, for which the block's end has a memo (the one
   that timing_recall would make). False: it cannot. */
static bool delay_variant(struct timing *t, struct quick_delay *q, unsigned op, unsigned cycles)
{
    uint32_t sig = t->cpu->sig;
    if (sig == SIG_UNSETTLED || timing_is_observed(t))
        return false;
    struct memory_wait wait = { 0 };
    timing_add_delay(&wait, cycles);
    int number = variants_intern(t->variants, memo_number(sig), op, &wait);
    if (number == VARIANT_NONE)
        return false;
    *q = (struct quick_delay){ .sig = sig, .out = memo_sig(number), .op = (uint8_t)op, .is_first = !is_delayed(t),
                               .cycles = (uint16_t)cycles };
    return true;
}

/* Large products are frequent: their variants are kept at hand. */
void timing_delay(struct cpu *cpu, const struct op *o, const struct block *b, unsigned cycles)
{
    struct timing *t = cpu->timing;
    unsigned op = (unsigned)(o - b->ops);
    uint32_t sig = cpu->sig;
    struct quick_delay *q = &t->quick[(sig >> SIG_SHIFT ^ op * 29) % QUICK_DELAYS];
    if (unlikely(q->sig != sig || q->op != op || q->cycles != cycles) && !delay_variant(t, q, op, cycles)) {
        unsettle(t);
        note_delay(t, op, cycles);
        return;
    }
    if (q->is_first) {
        t->undelayed = sig;
        t->delay_count = 0;
    }
    note_delay(t, op, cycles);
    cpu->sig = q->out;
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
    struct timing *t = mem_alloc(sizeof *t);
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
    free(t);
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
    timing_forget_block(t);
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
