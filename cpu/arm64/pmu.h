/* SPDX-License-Identifier: MIT */
/* The performance monitors: PMUv3 (manual D7, D13.4) as in the Cortex-A53 (TRM chapter 12), with six event counters of 32 bits
   and a cycle counter of 64. They count what the timing model counts, so that a guest's own tools tell what -stats tells.

   Nothing is counted twice: a counter remembers what its source (time, instructions, a sum of the model's counters) said when
   its value was last right, and is brought up to date when somebody looks or when it may have overflowed. */
#ifndef CPU_ARM64_PMU_H
#define CPU_ARM64_PMU_H

#include "bus/clock.h"
#include "bus/irq.h"

struct arm64;

enum { PMU_EVENT_COUNTERS = 6, PMU_CYCLE_COUNTER = PMU_EVENT_COUNTERS, PMU_COUNTERS };

/* PMCR_EL0 (D13.4.7). */
enum { PMCR_E = 1 << 0, PMCR_P = 1 << 1, PMCR_C = 1 << 2, PMCR_D = 1 << 3, PMCR_X = 1 << 4, PMCR_DP = 1 << 5, PMCR_LC = 1 << 6 };

/* PMUSERENR_EL0 (D13.4.17). */
enum { PMUSERENR_EN = 1 << 0, PMUSERENR_SW = 1 << 1, PMUSERENR_CR = 1 << 2, PMUSERENR_ER = 1 << 3 };

/* What sysregs.def calls the registers; the two families count up from their first. */
enum pmu_register {
    PMU_CONTROL, PMU_ENABLE_SET, PMU_ENABLE_CLEAR, PMU_OVERFLOW_SET, PMU_OVERFLOW_CLEAR, PMU_INTERRUPT_SET, PMU_INTERRUPT_CLEAR,
    PMU_SELECT, PMU_INCREMENT, PMU_EVENTS_LOW, PMU_EVENTS_HIGH, PMU_USER, PMU_SELECTED_COUNT, PMU_SELECTED_TYPE,
    PMU_COUNT, PMU_CYCLES = PMU_COUNT + PMU_CYCLE_COUNTER, PMU_TYPE, PMU_CYCLES_FILTER = PMU_TYPE + PMU_CYCLE_COUNTER
};

struct pmu_time {
    uint64_t cycles, instructions;   /* cycles: those that the core was awake */
};

struct pmu {
    uint32_t control;                               /* PMCR_EL0 */
    uint32_t enabled, overflowed, interrupts;       /* a bit for each counter; the cycle counter's is bit 31 */
    uint32_t selected, user;                        /* PMSELR_EL0, PMUSERENR_EL0 */
    uint32_t type[PMU_COUNTERS];                    /* PMEVTYPER<n>_EL0, PMCCFILTR_EL0 */
    uint64_t count[PMU_COUNTERS];
    uint64_t seen[PMU_COUNTERS];                    /* what its source said when `count` was right */
    uint64_t due[PMU_COUNTERS];                     /* of the cycles that it counts in, the first when it can have overflowed */
    uint64_t divided;                               /* what the cycle counter's divider holds: 0 to 63 */

    /* Time spent at each exception level, kept while a counter counts at one level only. */
    bool by_level;
    struct pmu_time level_time[2];
    struct pmu_time since;                          /* when the core came to the level where it is */

    bool at_once;                                   /* the model counts at once, because a counter near its overflow needs it */
    struct event event;                             /* some counter may overflow then */
    struct irq irq;                                 /* PPI 23 */
};

void pmu_init(struct arm64 *c);
void pmu_reset(struct arm64 *c);

/* Registers. cpu->cycles must be exact: the op that asks has left its block (cpu_leave). */
uint64_t pmu_read(struct arm64 *c, unsigned reg);
void pmu_write(struct arm64 *c, unsigned reg, uint64_t value);

/* Does PMUSERENR_EL0 keep this from EL0? */
bool pmu_keeps_from_user(const struct arm64 *c, unsigned reg, bool is_write);

/* Called before the core goes to exception level `el`, if by_level says so, and when it has woken up. */
void pmu_enter_level(struct arm64 *c, unsigned el);
void pmu_wake(struct arm64 *c);

#endif
