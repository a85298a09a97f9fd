/* SPDX-License-Identifier: MIT */
/* Two machines that run the same random programs: one as the user has it, one by the reference. Both are stopped at the same
   virtual times, and in between each at others: where a run is cut must not matter either. */
#ifndef TESTS_CPU_TIMING_TWINS_H
#define TESTS_CPU_TIMING_TWINS_H

#include "cpu/timing/counters.h"
#include "tests/cpu/timing/random_program.h"

struct twin {
    struct bare b;           /* first: on_access finds the twin by it */
    uint64_t seen;           /* a hash of the device's accesses and their times */
    uint64_t cycles, executed;   /* when the twins were closed */
    struct timing_work work;
};

struct twins {
    uint64_t seed, first;    /* the seed now, and the one that the twins were made with */
    struct core_model model;
    char settings[256];
    struct program_map map[2];
    struct program program;
    struct twin twin[2];     /* fast, reference */
    enum timing_mode mode[2];
    bool is_switched;        /* time was not kept all the time */
    uint64_t programs, instructions;
    uint64_t promises;       /* entries of line tables that were looked at */
};

enum { TWIN_FAST, TWIN_REFERENCE };

void twins_open(struct twins *t, uint64_t seed);
void twins_close(struct twins *t);

/* One more program on both. With `switches` time keeping may end, begin or change its mode in between. Fails if an entry of the
   fast twin's line tables promises a hit that would be none. */
void twins_run(struct twins *t, bool switches);

/* Fails, with seed and settings, if the machines differ in anything that the program or the user can see, or `deep`, in any tag,
   counter or byte of memory. */
void twins_compare(struct twins *t, bool deep);

#endif
