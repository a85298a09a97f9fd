/* SPDX-License-Identifier: MIT */
#include "cpu/cpu.h"

#include "cpu/engine.h"
#include "cpu/timing/timing.h"

void cpu_join(struct cpu *cpu, struct cpu *other)
{
    bug_on(cpu->peer != cpu);
    cpu->peer = other->peer;
    other->peer = cpu;
    if (cpu->timing && other->timing)
        timing_join(cpu->timing, other->timing);
}

void cpu_yield_to(struct cpu *cpu)
{
    for (struct cpu *p = cpu->peer; p != cpu; p = p->peer) {
        p->must_yield = true;
        cpu_look_around(p);
    }
}

void cpu_set_rate(struct cpu *cpu, uint64_t hz)
{
    uint64_t a = TICKS_PER_SECOND, b = hz;
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    cpu->hz = hz;
    cpu->ticks_num = TICKS_PER_SECOND / a;
    cpu->ticks_den = hz / a;
    cpu->ticks_below = UINT64_MAX / cpu->ticks_num;
}

/* Virtual time of a cycle count is computed from the count, never added up. For rates below 2^32 Hz. */
tick_t cpu_ticks(const struct cpu *cpu, uint64_t cycles)
{
    if (likely(cycles < cpu->ticks_below))
        return cycles * cpu->ticks_num / cpu->ticks_den;
    uint64_t seconds = cycles / cpu->hz, rest = cycles % cpu->hz;
    return seconds * TICKS_PER_SECOND + muldiv64(rest * 1000, TICKS_PER_SECOND / 1000, (uint32_t)cpu->hz);
}

uint64_t cpu_cycles_at(const struct cpu *cpu, tick_t at)
{
    if (at > TICK_NEVER - TICKS_PER_SECOND)   /* never, or so late that cycles would wrap */
        return UINT64_MAX;
    uint64_t cycles = clock_count_at(at, cpu->hz);
    while (cpu_ticks(cpu, cycles) < at)
        cycles++;
    return cycles;
}

void cpu_idle_until(struct cpu *cpu, tick_t at)
{
    uint64_t cycles = cpu_cycles_at(cpu, at);
    if (cycles > cpu->cycles) {
        cpu->idle_cycles += cycles - cpu->cycles;
        if (cpu->timed)
            timing_idle(cpu, cycles - cpu->cycles);
        cpu->cycles = cycles;
    }
}

void cpu_sync(struct cpu *cpu, const struct op *o, const struct block *b)
{
    unsigned n = (unsigned)(o - b->ops);
    cpu->pc = cpu->code_va + b->offset + 4 * n;
    uint64_t at = b->mode & CODE_TIMED ? timing_sync(cpu, (struct block *)b, n) : cpu->cycles + n;
    clock_reach(cpu->clock, cpu_ticks(cpu, at));
}

void cpu_leave(struct cpu *cpu, const struct op *o, const struct block *b)
{
    unsigned n = (unsigned)(o - b->ops);
    cpu->pc = cpu->last = cpu->code_va + b->offset + 4 * n;
    cpu->last_mode = b->mode;
    if (b->mode & CODE_TIMED)
        timing_leave(cpu, (struct block *)b, n);
    else
        cpu->cycles += n + 1;
}

uint64_t cpu_instructions(const struct cpu *cpu)
{
    uint64_t timed = cpu->timed_cycles;
    if (cpu->timed)
        timed += cpu->cycles - cpu->timed_since - (cpu->idle_cycles - cpu->timed_idle);
    return cpu->instructions + cpu->cycles - cpu->idle_cycles - timed;
}

void cpu_keep_time(struct cpu *cpu, enum timing_mode mode)
{
    if (cpu->timed)
        cpu->timed_cycles += cpu->cycles - cpu->timed_since - (cpu->idle_cycles - cpu->timed_idle);
    cpu->timed = mode != TIMING_OFF;
    cpu->timed_since = cpu->cycles;
    cpu->timed_idle = cpu->idle_cycles;
    timing_begin(cpu->timing, mode);
}

static struct block *find_block(struct cpu *cpu)
{
    struct ram *ram;
    uint64_t offset;
    uint32_t mode;
    const uint8_t *host = cpu->class->fetch(cpu, &ram, &offset, &mode);
    if (!host) {
        if (!cpu->timed)
            cpu->cycles++;   /* an exception takes time: a vector that faults itself must not stop the clock */
        return NULL;
    }
    if (cpu->timed)
        timing_enter_page(cpu);
    struct jump_entry *e = code_jump_entry(cpu->code, cpu->pc);
    cpu->code_va = cpu->pc & PAGE_MASK;
    if (unlikely(mode & CODE_LOOKED)) {   /* so that no branch finds it without, and its end comes back here */
        cpu_look_around(cpu);
        return code_find(cpu, host, ram, offset, mode & ~CODE_LOOKED);
    }
    if (e->va != cpu->pc || e->context != cpu->context) {
        struct block *b = code_find(cpu, host, ram, offset, mode);
        *e = (struct jump_entry){ .va = cpu->pc, .context = cpu->context, .block = b };
    }
    e->fetched = cpu->fetch_epoch[EPOCH_PAGE];   /* else the entry may have been late only in knowing this */
    return e->block;
}

static void enter(struct cpu *cpu, struct block *b)
{
    cpu->block = b;
    const struct op *o = b->ops[0].run(cpu, b->ops, b);
#ifdef ENGINE_LOOP
    while (o)
        o = o->run(cpu, o, cpu->block);
#else
    (void)o;
#endif
}

void cpu_run(struct cpu *cpu, tick_t until)
{
    cpu_run_to(cpu, cpu_cycles_at(cpu, until), UINT64_MAX);
}

void cpu_run_to(struct cpu *cpu, uint64_t end, uint64_t end_if_met)
{
    cpu->must_yield = false;
    cpu->end = end;
    cpu->end_if_met = end_if_met;
    for (;;) {
        cpu->horizon = cpu->end;
        if (cpu->interrupt_pending)
            cpu->class->interrupt(cpu);
        if (cpu->halted || cpu->must_yield || cpu->cycles >= cpu->end)
            break;
        uint64_t deadline = cpu_cycles_at(cpu, clock_deadline(cpu->clock));
        if (cpu->cycles >= deadline)
            break;
        if (deadline < cpu->end)
            cpu->horizon = deadline;
        if (cpu->timed)
            timing_look_around(cpu);
        while (cpu->cycles < cpu->horizon && !cpu->halted) {
            struct block *b = find_block(cpu);
            if (b)
                enter(cpu, b);
        }
    }
    clock_reach(cpu->clock, cpu_ticks(cpu, cpu->cycles));
}

/* ---- the cold ends of blocks ---- */

/* Block b is counted and cpu->pc known: go on there unless it is time to leave. */
static const struct op *resume(struct cpu *cpu, const struct block *b, struct block **link)
{
    if (cpu->cycles >= cpu->horizon) {
        cpu->last = cpu->code_va + b->end - 4;
        cpu->last_mode = b->mode;
        return NULL;
    }
    uint64_t flushes = cpu->code->flushes;
    struct block *n = find_block(cpu);
    if (!n)
        return NULL;
    if (link && flushes == cpu->code->flushes)   /* after a flush the block that holds the link is gone */
        *link = n;
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

COLD const struct op *block_leave_next(struct cpu *cpu, const struct op *o, struct block *b)
{
    (void)o;
    cpu->pc = cpu->code_va + b->end;
    return resume(cpu, b, b->end < PAGE_SIZE && !b->dead ? &b->next[0] : NULL);
}

/* A direct branch has its target, relative to code_va, in imm. It is linked only within its page: there the target's
   translation is that of the branch itself. */
COLD const struct op *block_leave_taken(struct cpu *cpu, const struct op *o, struct block *b)
{
    cpu->pc = cpu->code_va + (uint64_t)o->imm;
    return resume(cpu, b, (uint64_t)o->imm < PAGE_SIZE && !b->dead ? &b->next[1] : NULL);
}

COLD const struct op *block_find(struct cpu *cpu, const struct op *o, struct block *b)
{
    (void)o;
    return resume(cpu, b, NULL);
}

COLD const struct op *block_replay_next(struct cpu *cpu, const struct op *o, struct block *b)
{
    timing_end(cpu, b);
    struct block *n = b->next[0];
    if (!n || cpu->cycles >= cpu->horizon)
        return block_leave_next(cpu, o, b);
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

COLD const struct op *block_replay_taken(struct cpu *cpu, const struct op *o, struct block *b)
{
    timing_end(cpu, b);
    struct block *n = b->next[1];
    if (!n || cpu->cycles >= cpu->horizon)
        return block_leave_taken(cpu, o, b);
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

COLD const struct op *block_replay_find(struct cpu *cpu, const struct op *o, struct block *b)
{
    timing_end(cpu, b);
    struct jump_entry *e = code_jump_entry(cpu->code, cpu->pc);
    if (e->va != cpu->pc || e->context != cpu->context || cpu->cycles >= cpu->horizon ||
        e->fetched != cpu->fetch_epoch[EPOCH_PAGE])
        return block_find(cpu, o, b);
    cpu->code_va = cpu->pc & PAGE_MASK;
    struct block *n = e->block;
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}
