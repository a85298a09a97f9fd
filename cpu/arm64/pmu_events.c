/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/pmu_events.h"

#include "base/bits.h"
#include "cpu/timing/timing.h"

/* A term of an event's sum: a member of counters.events or counters.cycles. */
struct term {
    uint8_t number, index;
    enum { TERM_EVENT, TERM_CAUSE } kind;
};

#define PMU_SUM(number, kind, symbol) { number, kind##_##symbol, TERM_##kind },
static const struct term terms[] = {
#include "cpu/arm64/pmu_events.def"
};
#undef PMU_SUM

/* counters.def's numbers. */
#define EVENT(symbol, name, pmu, what) pmu,
static const int16_t numbers[EVENT_COUNT] = {
#include "cpu/timing/counters.def"
};
#undef EVENT

static bool is_counted_by_model(unsigned event)
{
    for (unsigned i = 0; i < ARRAY_SIZE(terms); i++)
        if (terms[i].number == event)
            return true;
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        if (numbers[i] >= 0 && (unsigned)numbers[i] == event)
            return true;
    return false;
}

enum pmu_source pmu_events_source(unsigned event)
{
    switch (event) {
    case PMU_SW_INCR: return SOURCE_SOFTWARE;
    case PMU_CHAIN: return SOURCE_CHAIN;
    case PMU_INST_RETIRED: return SOURCE_INSTRUCTIONS;
    case PMU_CPU_CYCLES: return SOURCE_CYCLES;
    case PMU_BUS_CYCLES: return SOURCE_CYCLES;   /* the bus interface has the core's clock */
    default: return is_counted_by_model(event) ? SOURCE_MODEL : SOURCE_NOTHING;
    }
}

static uint64_t sum_at(unsigned event, unsigned level, const struct counters *counters)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(terms); i++)
        if (terms[i].number == event)
            sum += (terms[i].kind == TERM_CAUSE ? counters->cycles[level] : counters->events[level])[terms[i].index];
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        if (numbers[i] >= 0 && (unsigned)numbers[i] == event)
            sum += counters->events[level][i];
    return sum;
}

uint64_t pmu_events_sum(unsigned event, unsigned levels, const struct counters *counters)
{
    uint64_t sum = 0;
    for (unsigned level = 0; level < COUNTER_LEVELS; level++)
        if (bit(levels, level))
            sum += sum_at(event, level, counters);
    return sum;
}

/* How memos spread cycles over their causes is known to them only, too. */
bool pmu_events_needs_memos(unsigned event)
{
    for (unsigned i = 0; i < ARRAY_SIZE(terms); i++)
        if (terms[i].number == event && (terms[i].kind == TERM_CAUSE || timing_memo_counts((enum timing_event)terms[i].index)))
            return true;
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        if (numbers[i] >= 0 && (unsigned)numbers[i] == event && timing_memo_counts((enum timing_event)i))
            return true;
    return false;
}

uint32_t pmu_events_common(void)
{
    uint32_t events = 1u << PMU_MEMORY_ERROR;   /* implemented; RAM makes none */
    for (unsigned event = 0; event < 32; event++)
        if (pmu_events_source(event) != SOURCE_NOTHING)
            events |= 1u << event;
    return events;
}
