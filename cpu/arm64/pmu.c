/* SPDX-License-Identifier: MIT */
/* The registers of the performance monitors (manual D13.4). */
#include "cpu/arm64/pmu.h"

#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/pmu_count.h"
#include "cpu/arm64/pmu_events.h"
#include "cpu/timing/timing.h"

/* PMCR_EL0's constant fields: IMP Arm, IDCODE Cortex-A53, N (TRM 12.4.1). Without EL2 and EL3 nothing prohibits counting, so DP
   does nothing, nor does X: nobody listens to the event bus. */
enum { PMCR_ID = 0x41030000 | PMU_EVENT_COUNTERS << 11, PMCR_STORED = PMCR_E | PMCR_D | PMCR_X | PMCR_DP | PMCR_LC };

enum { SELECT_MASK = 0x1f, SELECT_CYCLES = 31, USER_MASK = PMUSERENR_EN | PMUSERENR_SW | PMUSERENR_CR | PMUSERENR_ER };

#define COUNTER_BITS ((uint32_t)mask64(PMU_EVENT_COUNTERS) | 1u << 31)

/* Which counter PMXEVTYPER_EL0 and PMXEVCNTR_EL0 mean; PMU_COUNTERS: none. Where the manual leaves it open, they read as zero
   and writes are ignored: for counters that are not there, and the cycle counter as an event counter. */
static unsigned selected(const struct pmu *p, bool is_count)
{
    if (p->selected == SELECT_CYCLES && !is_count)
        return PMU_CYCLE_COUNTER;
    return p->selected < PMU_EVENT_COUNTERS ? p->selected : (unsigned)PMU_COUNTERS;
}

/* ---- reading ---- */

static uint64_t read_count(struct arm64 *c, unsigned i)
{
    struct pmu_view view = { .is_taken = false };
    if (i == PMU_COUNTERS)
        return 0;
    pmu_count_settle(c, pmu_count_with_source(c, i), &view);
    return c->pmu.count[i];
}

static uint64_t read_type(const struct pmu *p, unsigned i)
{
    return i == PMU_COUNTERS ? 0 : p->type[i];
}

static uint64_t read_overflows(struct arm64 *c)
{
    pmu_count_catch_up(c);
    return c->pmu.overflowed;
}

uint64_t pmu_read(struct arm64 *c, unsigned reg)
{
    const struct pmu *p = &c->pmu;
    switch (reg) {
    case PMU_CONTROL: return PMCR_ID | p->control;
    case PMU_ENABLE_SET:
    case PMU_ENABLE_CLEAR: return p->enabled;
    case PMU_OVERFLOW_SET:
    case PMU_OVERFLOW_CLEAR: return read_overflows(c);
    case PMU_INTERRUPT_SET:
    case PMU_INTERRUPT_CLEAR: return p->interrupts;
    case PMU_SELECT: return p->selected;
    case PMU_EVENTS_LOW: return pmu_events_common();
    case PMU_USER: return p->user;
    case PMU_SELECTED_COUNT: return read_count(c, selected(p, true));
    case PMU_SELECTED_TYPE: return read_type(p, selected(p, false));
    case PMU_EVENTS_HIGH:
    case PMU_INCREMENT: return 0;
    default: return reg < PMU_TYPE ? read_count(c, reg - PMU_COUNT) : read_type(p, reg - PMU_TYPE);
    }
}

/* ---- writing: what has been counted belongs to the old values, what comes to the new ---- */

static void write_control(struct pmu *p, uint64_t value)
{
    if (value & PMCR_P)
        memset(p->count, 0, PMU_EVENT_COUNTERS * sizeof p->count[0]);
    if (value & PMCR_C)
        p->count[PMU_CYCLE_COUNTER] = p->divided = 0;
    p->control = value & PMCR_STORED;
}

static void write_count(struct pmu *p, unsigned i, uint64_t value)
{
    if (i < PMU_COUNTERS)
        p->count[i] = i == PMU_CYCLE_COUNTER ? value : (uint32_t)value;
}

static void write_type(struct pmu *p, unsigned i, uint64_t value)
{
    if (i < PMU_COUNTERS)
        p->type[i] = value & (PMU_NOT_EL1 | PMU_NOT_EL0 | (i == PMU_CYCLE_COUNTER ? 0 : PMU_TYPE_EVENT));
}

/* Registers that say what is counted, and when to interrupt. */
static void write_counting(struct arm64 *c, unsigned reg, uint64_t value)
{
    struct pmu_view view = { .is_taken = false };
    struct pmu *p = &c->pmu;
    pmu_count_settle(c, PMU_ALL, &view);
    switch (reg) {
    case PMU_CONTROL: write_control(p, value); break;
    case PMU_ENABLE_SET: p->enabled |= value & COUNTER_BITS; break;
    case PMU_ENABLE_CLEAR: p->enabled &= ~(uint32_t)value; break;
    case PMU_INTERRUPT_SET: p->interrupts |= value & COUNTER_BITS; break;
    case PMU_INTERRUPT_CLEAR: p->interrupts &= ~(uint32_t)value; break;
    case PMU_SELECTED_COUNT: write_count(p, selected(p, true), value); break;
    case PMU_SELECTED_TYPE: write_type(p, selected(p, false), value); break;
    default:
        if (reg < PMU_TYPE)
            write_count(p, reg - PMU_COUNT, value);
        else
            write_type(p, reg - PMU_TYPE, value);
    }
    pmu_count_resume(c, &view);
}

static void write_increments(struct arm64 *c, uint64_t value)
{
    for (unsigned i = 0; i < PMU_EVENT_COUNTERS; i++)
        if (bit(value, i))
            pmu_count_increment(c, i);
}

void pmu_write(struct arm64 *c, unsigned reg, uint64_t value)
{
    struct pmu *p = &c->pmu;
    switch (reg) {
    case PMU_SELECT: p->selected = value & SELECT_MASK; return;
    case PMU_USER: p->user = value & USER_MASK; return;
    case PMU_INCREMENT: write_increments(c, value); break;
    case PMU_OVERFLOW_SET: p->overflowed |= value & COUNTER_BITS; break;
    case PMU_OVERFLOW_CLEAR:
        pmu_count_catch_up(c);   /* what has overflowed before is cleared too */
        p->overflowed &= ~(uint32_t)value;
        break;
    default: write_counting(c, reg, value); return;
    }
    pmu_count_arm(c, c->el);
}

/* D13.4.17 and "Traps and enables" of each register. */
bool pmu_keeps_from_user(const struct arm64 *c, unsigned reg, bool is_write)
{
    uint32_t rights = PMUSERENR_EN;
    if (reg == PMU_USER)
        return false;
    if (reg == PMU_INCREMENT)
        rights |= PMUSERENR_SW;
    else if (reg == PMU_SELECT)
        rights |= PMUSERENR_ER;
    else if (reg == PMU_CYCLES && !is_write)
        rights |= PMUSERENR_CR;
    else if (!is_write && (reg == PMU_SELECTED_COUNT || (reg >= PMU_COUNT && reg < PMU_CYCLES)))
        rights |= PMUSERENR_ER;
    return !(c->pmu.user & rights);
}

/* ---- time goes on ---- */

static void fire(void *core, tick_t late)
{
    (void)late;
    struct arm64 *c = core;
    if (!c->cpu.halted)
        pmu_count_catch_up(c);
}

void pmu_enter_level(struct arm64 *c, unsigned el)
{
    struct pmu *p = &c->pmu;
    pmu_count_end_level(c);
    if (p->interrupts)
        pmu_count_arm(c, el);
}

void pmu_wake(struct arm64 *c)
{
    if (c->pmu.interrupts)
        pmu_count_arm(c, c->el);
}

void pmu_init(struct arm64 *c)
{
    c->pmu.event = (struct event){ .fire = fire, .owner = c };
}

/* What is UNKNOWN out of reset is zero (TRM 12.4). */
void pmu_reset(struct arm64 *c)
{
    struct pmu *p = &c->pmu;
    p->control = p->enabled = p->overflowed = p->interrupts = p->selected = p->user = 0;
    memset(p->type, 0, sizeof p->type);
    memset(p->count, 0, sizeof p->count);
    memset(p->seen, 0, sizeof p->seen);
    memset(p->due, 0, sizeof p->due);
    memset(p->level_time, 0, sizeof p->level_time);
    p->since = (struct pmu_time){ 0, 0 };
    p->divided = 0;
    p->by_level = p->at_once = false;
    if (c->cpu.timing)
        timing_count_at_once(c->cpu.timing, false);
    pmu_count_arm(c, c->el);
}
