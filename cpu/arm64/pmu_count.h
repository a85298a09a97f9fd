/* SPDX-License-Identifier: MIT */
/* How the performance monitors' counters come by their values: pmu.c is the registers in front of it. */
#ifndef CPU_ARM64_PMU_COUNT_H
#define CPU_ARM64_PMU_COUNT_H

#include "cpu/arm64/arm64.h"
#include "cpu/timing/counters.h"

/* PMEVTYPER<n>_EL0 and PMCCFILTR_EL0: not at EL1, not at EL0. NSK, NSU, NSH and M belong to levels that are not here (RES0). */
#define PMU_NOT_EL1 (1u << 31)
#define PMU_NOT_EL0 (1u << 30)
enum { PMU_TYPE_EVENT = 0x3ff };

/* Sets of counters; bit i is counter i, the cycle counter among them. */
enum { PMU_NONE = 0, PMU_ALL = (1 << PMU_COUNTERS) - 1 };

/* The model's counters at one moment, asked for once and only if needed. */
struct pmu_view {
    bool is_taken;
    struct counters counters;
};

/* Brings these counters up to date. */
void pmu_count_settle(struct arm64 *c, unsigned counters, struct pmu_view *view);

/* Counts on from `count` and by `type` as they are now: after pmu_count_settle and a change of registers. All counters. */
void pmu_count_resume(struct arm64 *c, struct pmu_view *view);

/* Brings those up to date that may have overflowed since. */
void pmu_count_catch_up(struct arm64 *c);

/* One software increment. */
void pmu_count_increment(struct arm64 *c, unsigned counter);

/* The core leaves its exception level: what it spent there is put down. */
void pmu_count_end_level(struct arm64 *c);

/* Drives the wire and arms the event; exception level `el` counts. */
void pmu_count_arm(struct arm64 *c, unsigned el);

/* Counter i and, if it counts overflows of the one before, that one. */
unsigned pmu_count_with_source(const struct arm64 *c, unsigned i);

/* The bit of counter i in PMCNTENSET_EL0 and its like. */
static inline uint32_t pmu_count_bit(unsigned i)
{
    return 1u << (i == PMU_CYCLE_COUNTER ? 31 : i);
}

#endif
