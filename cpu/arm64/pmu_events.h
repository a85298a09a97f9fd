/* SPDX-License-Identifier: MIT */
/* Which events the performance monitors count, and from what. */
#ifndef CPU_ARM64_PMU_EVENTS_H
#define CPU_ARM64_PMU_EVENTS_H

#include "cpu/timing/counters.h"

/* Those that need no sum of the model's counters (Cortex-A53 TRM 12.9). */
enum {
    PMU_SW_INCR = 0x00, PMU_INST_RETIRED = 0x08, PMU_CPU_CYCLES = 0x11, PMU_MEMORY_ERROR = 0x1a, PMU_BUS_CYCLES = 0x1d,
    PMU_CHAIN = 0x1e
};

/* What an event's count comes from. */
enum pmu_source {
    SOURCE_NOTHING,        /* never counts: there is no such event, or it does not happen here */
    SOURCE_SOFTWARE,       /* PMSWINC_EL0 */
    SOURCE_CHAIN,          /* overflows of the counter before */
    SOURCE_CYCLES, SOURCE_INSTRUCTIONS,
    SOURCE_MODEL           /* pmu_events_sum */
};

enum pmu_source pmu_events_source(unsigned event);

/* The event's count so far at these exception levels (bit 0 EL0, bit 1 EL1), out of the model's. */
uint64_t pmu_events_sum(unsigned event, unsigned levels, const struct counters *counters);

/* Is a part of the sum counted by memos (timing_memo_counts)? */
bool pmu_events_needs_memos(unsigned event);

/* PMCEID0_EL0: a bit for each of the events 0 to 31. */
uint32_t pmu_events_common(void);

#endif
