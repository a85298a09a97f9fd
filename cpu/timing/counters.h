/* SPDX-License-Identifier: MIT */
/* What the timing model has counted. All of it is exact: the counts of the fast mode equal those of the reference mode. */
#ifndef CPU_TIMING_COUNTERS_H
#define CPU_TIMING_COUNTERS_H

#include "base/types.h"

enum timing_event {
#define EVENT(symbol, name, pmu, what) EVENT_##symbol,
#include "cpu/timing/counters.def"
#undef EVENT
    EVENT_COUNT
};

enum timing_cause {
#define CAUSE(symbol, name, what) CAUSE_##symbol,
#include "cpu/timing/causes.def"
#undef CAUSE
    CAUSE_COUNT
};

enum { COUNTER_LEVELS = 2 };   /* EL0, EL1 */

struct counters {
    uint64_t instructions[COUNTER_LEVELS];
    uint64_t cycles[COUNTER_LEVELS][CAUSE_COUNT];   /* their sum is the time of the core */
    uint64_t events[COUNTER_LEVELS][EVENT_COUNT];
};

/* Names as in counters.def and causes.def. */
struct counter_name {
    const char *name, *what;
    int pmu;                  /* PMUv3 event number, or -1 */
};

extern const struct counter_name counter_events[EVENT_COUNT];
extern const struct counter_name counter_causes[CAUSE_COUNT];

/* *sum += *part, member by member; *rest -= *part. */
void counters_add(struct counters *sum, const struct counters *part);
void counters_subtract(struct counters *rest, const struct counters *part);

#endif
