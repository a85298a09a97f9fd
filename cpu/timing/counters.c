/* SPDX-License-Identifier: MIT */
#include "cpu/timing/counters.h"

const struct counter_name counter_events[EVENT_COUNT] = {
#define EVENT(symbol, name, pmu, what) { name, what, pmu },
#include "cpu/timing/counters.def"
#undef EVENT
};

const struct counter_name counter_causes[CAUSE_COUNT] = {
#define CAUSE(symbol, name, what) { name, what, -1 },
#include "cpu/timing/causes.def"
#undef CAUSE
};

enum { NUMBERS = sizeof(struct counters) / sizeof(uint64_t) };   /* the struct holds nothing else */

void counters_add(struct counters *sum, const struct counters *part)
{
    uint64_t *to = (uint64_t *)sum;
    const uint64_t *from = (const uint64_t *)part;
    for (unsigned i = 0; i < NUMBERS; i++)
        to[i] += from[i];
}

void counters_subtract(struct counters *rest, const struct counters *part)
{
    uint64_t *to = (uint64_t *)rest;
    const uint64_t *from = (const uint64_t *)part;
    for (unsigned i = 0; i < NUMBERS; i++)
        to[i] -= from[i];
}
