/* SPDX-License-Identifier: MIT */
/* Counters as a run could leave them, made up: every number is different, and what must hold between them does. */
#ifndef TESTS_FRONTENDS_STATS_MADE_UP_H
#define TESTS_FRONTENDS_STATS_MADE_UP_H

#include <string.h>

#include "frontends/stats/stats.h"

/* Of a thousand instructions, and of two thousand cycles. Of events and causes not named there are none. */
static const struct { unsigned event, per_mille; } made_up_events[] = {
    { EVENT_LOADS, 251 }, { EVENT_STORES, 122 }, { EVENT_UNALIGNED, 2 }, { EVENT_EXCEPTIONS, 3 }, { EVENT_IRQS, 1 },
    { EVENT_RETURNS_FROM_EXCEPTION, 3 }, { EVENT_BRANCHES_CONDITIONAL, 133 }, { EVENT_BRANCHES_DIRECT, 31 },
    { EVENT_BRANCHES_RETURN, 17 }, { EVENT_BRANCHES_INDIRECT, 6 }, { EVENT_MISPREDICTED_CONDITIONAL, 9 },
    { EVENT_MISPREDICTED_RETURN, 1 }, { EVENT_MISPREDICTED_INDIRECT, 2 }, { EVENT_L1I_ACCESSES, 561 }, { EVENT_L1I_MISSES, 5 },
    { EVENT_L1D_ACCESSES, 377 }, { EVENT_L1D_READ_MISSES, 8 }, { EVENT_L1D_WRITE_MISSES, 4 }, { EVENT_L1D_REFILLS, 13 },
    { EVENT_L1D_WRITEBACKS, 5 }, { EVENT_L1D_PREFETCHES, 3 }, { EVENT_L2_ACCESSES, 29 }, { EVENT_L2_MISSES, 7 },
    { EVENT_L2_WRITEBACKS, 2 }, { EVENT_STREAMED_LINES, 1 }, { EVENT_ITLB_MISSES, 4 }, { EVENT_DTLB_MISSES, 10 },
    { EVENT_L2_ITLB_MISSES, 1 }, { EVENT_L2_DTLB_MISSES, 2 }, { EVENT_WALK_CYCLES, 99 }, { EVENT_BUS_ACCESSES, 11 },
    { EVENT_DEVICE_ACCESSES, 1 }, { EVENT_DRAM_READS, 7 }, { EVENT_DRAM_WRITES, 3 }, { EVENT_DRAM_ROW_HITS, 6 },
    { EVENT_DRAM_ROW_CONFLICTS, 2 },
};

static const struct { unsigned cause, per_mille; } made_up_causes[] = {
    { CAUSE_ISSUE, 621 }, { CAUSE_DEPENDENCY, 205 }, { CAUSE_UNIT, 31 }, { CAUSE_FETCH, 158 }, { CAUSE_MISPREDICT, 84 },
    { CAUSE_L1I, 61 }, { CAUSE_ITLB, 9 }, { CAUSE_L2, 96 }, { CAUSE_DRAM, 417 }, { CAUSE_STORE, 28 }, { CAUSE_DTLB, 43 },
    { CAUSE_DEVICE, 17 }, { CAUSE_SYSTEM, 29 }, { CAUSE_IDLE, 201 },
};

/* `thousands` for EL0, and two fifths of that, slower, for EL1, which alone sleeps. */
static inline void made_up_counters(uint64_t thousands, struct counters *c)
{
    memset(c, 0, sizeof *c);
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        uint64_t times = el ? thousands * 2 / 5 : thousands;
        c->instructions[el] = 1000 * times + el;
        for (size_t i = 0; i < ARRAY_SIZE(made_up_events); i++)
            c->events[el][made_up_events[i].event] = made_up_events[i].per_mille * times * (el + 1);
        for (size_t i = 0; i < ARRAY_SIZE(made_up_causes); i++)
            if (el || made_up_causes[i].cause != CAUSE_IDLE)
                c->cycles[el][made_up_causes[i].cause] = made_up_causes[i].per_mille * times + el;
    }
    c->events[1][EVENT_L1D_ACCESSES] += 1000 * thousands;
}

static inline void made_up_sample(uint64_t thousands, tick_t at, struct stats_sample *sample)
{
    made_up_counters(thousands, &sample->counters);
    sample->at = at;
    sample->instructions = sample->counters.instructions[0] + sample->counters.instructions[1];
}

enum { MADE_UP_SAMPLES = 40 };

/* Three cores that did what the machine did: one a little, one most of it, one nothing. */
static inline void made_up_cores(struct stats *s)
{
    s->core_count = 3;
    made_up_counters(7000, &s->cores[0].counters);
    s->cores[1].counters = s->total.counters;
    counters_subtract(&s->cores[1].counters, &s->cores[0].counters);
    for (unsigned i = 0; i < s->core_count; i++) {
        s->cores[i].awake = i == 1;
        s->cores[i].instructions = s->cores[i].counters.instructions[0] + s->cores[i].counters.instructions[1];
    }
}

/* A whole run; every fifth of a second of it is different. */
static inline void made_up_stats(struct stats *s, struct stats_sample samples[MADE_UP_SAMPLES])
{
    uint64_t thousands = 0, idle = 0;
    for (unsigned i = 0; i < MADE_UP_SAMPLES; i++) {
        thousands += 40000 + 7001 * (i % 11) + 1000 * i;
        made_up_sample(thousands, (i + 1) * (TICKS_PER_SECOND / 5), &samples[i]);
        idle += 30000000 * (uint64_t)(i % 8);
        samples[i].counters.cycles[0][CAUSE_DRAM] += 1000000 * (uint64_t)i * i;
        samples[i].counters.cycles[1][CAUSE_IDLE] += idle;
    }
    *s = (struct stats){
        .run = { .program = "orrery 0.1", .guest = "made up", .kernel = "linux", .append = "console=ttyAMA0 quiet",
                 .board = "virt", .end = "power off", .ram_size = GIB },
        .timing = TIMING_ON, .total = samples[MADE_UP_SAMPLES - 1], .series = samples, .series_count = MADE_UP_SAMPLES,
        .every = TICKS_PER_SECOND / 5, .asked_every = TICKS_PER_SECOND / 5, .host_seconds = 12.5,
        .work = { .blocks = 123456789, .remembered = 123000000, .computed = 12345, .replayed = 444444, .states = 712 },
    };
}

#endif
