/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/cluster.h"

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/sysreg.h"
#include "cpu/arm64/timer.h"

/* ---- events (manual D1.17.1) ---- */

void cluster_event(struct arm64 *c)
{
    c->event_register = true;
    if (c->waits_for_event)
        arm64_interrupts_changed(c);
}

void cluster_event_all(struct arm64 *c)
{
    struct arm64 *core = c;
    do
        cluster_event(core);
    while ((core = cluster_next(core)) != c);
}

/* CNTKCTL_EL1 (D13.8.14): an event each time that bit EVNTI of the counter changes, to 1 or (EVNTDIR) to 0. */
enum { CNTKCTL_EVNTEN = 1 << 2, CNTKCTL_EVNTDIR = 1 << 3, CNTKCTL_EVNTI = 4 };

/* The first count behind `count` at which the event stream has an event. */
static uint64_t next_of_stream(const struct arm64 *c, uint64_t count)
{
    uint64_t half = 1ull << bits(c->cntkctl_el1, CNTKCTL_EVNTI + 3, CNTKCTL_EVNTI);
    uint64_t phase = c->cntkctl_el1 & CNTKCTL_EVNTDIR ? 0 : half;
    return count + 2 * half - ((count - phase) & (2 * half - 1));
}

/* The stream is looked at only where somebody waits for it: an event that comes while the core is awake is not put down, so a
   WFE may last one period longer than on hardware. */
void cluster_wait_for_event(struct arm64 *c)
{
    c->cpu.halted = c->waits_for_event = true;
    if (c->cntkctl_el1 & CNTKCTL_EVNTEN)
        clock_at(c->cpu.clock, &c->stream_event,
                 clock_ticks_of(next_of_stream(c, timer_count(c)), ARM64_COUNTER_HZ));
    arm64_interrupts_changed(c);
}

static void fire_stream(void *core, tick_t late)
{
    (void)late;
    cluster_event(core);
}

/* ---- exclusive monitors (manual B2.9) ---- */

/* Cores take turns, so between a load-exclusive and its store-exclusive another core has executed only if it had a turn between
   them. Giving up the reservation then is what the manual allows (a monitor may be cleared at any time), and what it demands if
   that core stored to the address; the value there need not have changed. Stores have nothing to do for it. A turn is thousands
   of instructions long, so a loop around such a pair gets through. */
bool cluster_take_turn(struct arm64 *c)
{
    bool wakes = false;
    for (struct arm64 *other = cluster_next(c); other != c; other = cluster_next(other)) {
        if (!other->exclusive_size)
            continue;
        other->exclusive_size = 0;
        cluster_event(other);
        wakes |= other->cpu.halted;
    }
    return wakes;
}

/* ---- power ---- */

void cluster_power_off(struct arm64 *c)
{
    c->is_off = c->cpu.halted = true;
    c->waits_for_event = false;
    c->exclusive_size = 0;
    arm64_interrupts_changed(c);
}

void cluster_power_on(struct arm64 *c, gva_t entry, uint64_t context)
{
    struct cpu *cpu = &c->cpu;
    arm64_reset(c);
    cpu_idle_until(cpu, cpu->clock->now);
    cpu->pc = entry;
    c->x[0] = context;
    cpu_yield_to(cpu);
}

void cluster_init(struct arm64 *c)
{
    c->cpu.peer = &c->cpu;
    c->stream_event = (struct event){ .fire = fire_stream, .owner = c };
}

const struct field cluster_fields[] = {
    FIELD(struct arm64, is_off, FIELD_BOOL), FIELD(struct arm64, waits_for_event, FIELD_BOOL),
    FIELD(struct arm64, stream_event, FIELD_EVENT),
    FIELD_LIST_END
};
