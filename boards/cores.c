/* SPDX-License-Identifier: MIT */
/* Several cores on one host thread: they take turns in virtual time. The one that is furthest behind runs, until it is a slice
   ahead of the next; whoever sleeps costs nothing. So their clocks are never more than a slice apart, and everything about the
   order is a function of the machine's state: the same run is the same to the last bit, however it is cut into calls. */
#include "boards/board.h"
#include "cpu/arm64/cluster.h"
#include "cpu/timing/port.h"
#include "devices/intc/gicv2.h"

/* A slice is this long, and up to half as long again: lengths are drawn by a hash of the time, so that no loop of a guest can be
   in step with them. It is the latency of what one core tells another that is awake; one that sleeps is woken at once. Never so
   short that a loop around an exclusive pair could fail for ever. docs/design.md has what other lengths cost. */
enum { SLICE_NS = 2000, SLICE_CYCLES_MIN = 512 };

_Static_assert((int)MACHINE_CORES <= (int)PORT_CORES, "the timing model has room for every core");

#define NOBODY UINT64_MAX

static uint64_t drawn(uint64_t at)
{
    return at * 0x9e3779b97f4a7c15ull >> 32;
}

static uint64_t slice(const struct machine *m, uint64_t at)
{
    uint64_t cycles = (uint64_t)m->core.settings.clock_mhz * SLICE_NS / 1000;
    if (cycles < SLICE_CYCLES_MIN)
        cycles = SLICE_CYCLES_MIN;
    return cycles + drawn(at) % (cycles / 2);
}

/* A slice in which the core takes a line away from another, in the timing model, ends when it has caught up with the next. So
   cores that fight for a line have it by turns as short as their fight, and not once in two microseconds. That store was
   progress, so short turns hold up no loop but one with other stores between its exclusives; for that one now and then is not
   so short. */
static uint64_t short_slice(uint64_t at)
{
    return drawn(at ^ at << 20) % 32 ? 0 : SLICE_CYCLES_MIN;
}

static bool is_awake(const struct arm64 *c)
{
    return !c->cpu.halted || c->cpu.interrupt_pending;
}

/* The core has slept until now. */
static void wake(struct machine *m, struct arm64 *c)
{
    cpu_idle_until(&c->cpu, m->clock.now);
    c->cpu.class->interrupt(&c->cpu);
}

/* The core that is furthest behind; *next becomes the cycle of the one that is second, or NOBODY. */
static struct arm64 *find_first(struct machine *m, uint64_t *next)
{
    struct arm64 *first = NULL;
    *next = NOBODY;
    for (unsigned i = 0; i < m->core_count; i++) {
        struct arm64 *c = m->cores[i];
        if (!is_awake(c))
            continue;
        if (c->cpu.halted)
            wake(m, c);
        if (!first || c->cpu.cycles < first->cpu.cycles) {
            *next = first ? first->cpu.cycles : NOBODY;
            first = c;
        } else if (c->cpu.cycles < *next) {
            *next = c->cpu.cycles;
        }
    }
    return first;
}

/* Events whose time has come for every core. False: there were none. */
static bool fire_events(struct machine *m, tick_t at)
{
    if (clock_deadline(&m->clock) > at && clock_deadline(&m->clock) > m->clock.now)
        return false;
    clock_advance(&m->clock, at);
    return true;
}

static void run_one(struct machine *m, struct arm64 *c, uint64_t next)
{
    if (m->gic)
        gicv2_set_current_cpu(m->gic, c->mpidr & 0xff);
    if (next == NOBODY)
        cpu_run(&c->cpu, m->until);   /* nobody can tell where such a slice ends */
    else
        cpu_run_to(&c->cpu, next + slice(m, next), next + short_slice(c->cpu.cycles));
}

/* All sleep: time goes to the next event, or to the end of the run. False: time is over before anything wakes anybody. */
static bool skip(struct machine *m)
{
    tick_t event = clock_deadline(&m->clock), to = event < m->until ? event : m->until;
    if (to > BOARD_END_OF_TIME)
        return false;
    clock_advance(&m->clock, to);
    return true;
}

static enum machine_stop run(struct machine *m)
{
    while (m->stop == MACHINE_REACHED && m->clock.now <= BOARD_END_OF_TIME) {
        uint64_t next;
        struct arm64 *c = find_first(m, &next);
        tick_t at = c ? cpu_ticks(&c->cpu, c->cpu.cycles) : m->clock.now;
        if (at >= m->until)
            return MACHINE_REACHED;
        if (!c && !skip(m))
            return MACHINE_HALTED;
        if (!c || fire_events(m, at) || cluster_take_turn(c))
            continue;   /* somebody may be awake now who was not */
        run_one(m, c, next);
    }
    return m->stop == MACHINE_REACHED ? MACHINE_HALTED : m->stop;
}

enum machine_stop cores_run(struct machine *m)
{
    enum machine_stop stop = run(m);
    for (unsigned i = 0; i < m->core_count; i++)
        if (!is_awake(m->cores[i]))
            cpu_idle_until(&m->cores[i]->cpu, m->clock.now);
    return stop;
}

/* An event would cut slices, and who has which would depend on where runs end. */
void cores_until_changed(struct machine *m)
{
    for (unsigned i = 0; i < m->core_count; i++) {
        m->cores[i]->cpu.must_yield = true;
        cpu_look_around(&m->cores[i]->cpu);
    }
}
