/* SPDX-License-Identifier: MIT */
/* Measures, a little at a time, what a load costs by the size of the memory it comes from, and how fast instructions go. */
#ifndef ROMS_DEMO_METER_H
#define ROMS_DEMO_METER_H

#include <stdbool.h>
#include <stdint.h>

enum { METER_SIZES = 25 };   /* 4 KB to 16 MB in half octaves */

struct meter {
    uint32_t kilobytes[METER_SIZES];
    uint32_t picoseconds[METER_SIZES];   /* a load */
    uint32_t millicycles[METER_SIZES];   /* a load; 0 without a cycle counter */
    unsigned done;                        /* sizes measured */
    unsigned mips;                        /* instructions a microsecond, simple integer ones; 0: not yet */
    bool has_pmu;
    uint64_t counter_hz;
    /* The size in progress. */
    unsigned phase, position, rounds;
    void *chain;
    uint64_t best_ticks, best_cycles, seed;
};

void meter_begin(struct meter *meter, uint64_t counter_hz, bool has_pmu);

/* Works until the counter reaches `deadline`, or a size is finished; false when there is nothing left to do. */
bool meter_work(struct meter *meter, uint64_t deadline);

#endif
