/* SPDX-License-Identifier: MIT */
/* Random programs for a whole core: a main part at EL1, functions, a part at EL0, exception vectors. They load and store over
   several pages, loop, branch in every way, change their own code, their page tables and their address space, set timers, sleep,
   read counters. Nothing is expected of what they compute but that two machines agree on it, and on when. */
#ifndef TESTS_CPU_TIMING_RANDOM_PROGRAM_H
#define TESTS_CPU_TIMING_RANDOM_PROGRAM_H

#include "tests/cpu/arm64/bare.h"

enum {
    PROGRAM_SPACES = 2, PROGRAM_PAGES = 16,      /* address spaces, and pages of data in each */
    PROGRAM_FRAMES = 24,                         /* pages of RAM behind these, from BARE_DATA */
    PROGRAM_KERNEL_PAGES = 16, PROGRAM_USER_PAGES = 8,
    PROGRAM_USER_CODE = 0x00410000, PROGRAM_DATA = 0x00800000, PROGRAM_DEVICE = 0x00900000,
    PROGRAM_LARGE = 0x00a00000,                  /* virtual addresses; this one is a block or a table of pages */
    PROGRAM_PART_MAX = 400, PROGRAM_PARTS = 4
};

/* Where things are: the same on both machines. */
struct program_map {
    gva_t kernel;                                /* what is added to a physical address at EL1 */
    bool is_low;                                 /* EL1 lives in the lower half, in the tables that context switches exchange */
    gpa_t root[PROGRAM_SPACES];
    gpa_t descriptor[PROGRAM_SPACES][PROGRAM_PAGES];
    gpa_t large_at[PROGRAM_SPACES];              /* the descriptor of PROGRAM_LARGE, and what it may be */
    uint64_t large[PROGRAM_SPACES][2];
};

/* A run of instructions and the physical address it belongs at. */
struct program_part {
    gpa_t at;
    unsigned count;
    uint32_t word[PROGRAM_PART_MAX];
};

struct program {
    struct program_part part[PROGRAM_PARTS];     /* main, two functions, the part at EL0 */
    uint64_t registers[20];
    uint64_t base;                               /* of data at EL1 */
    unsigned instructions;
};

/* Vectors, tables and data; translation on. The machine must be fresh. */
void program_prepare(struct bare *b, struct program_map *map, bool is_low, uint64_t seed);

void program_draw(struct program *p, const struct program_map *map, uint64_t *seed);

/* Puts the program into RAM as a device would, and the core at its begin. */
void program_start(struct bare *b, const struct program *p, const struct program_map *map);

/* The value of TTBR0_EL1 for a space. */
uint64_t program_table(const struct program_map *map, unsigned space);

#endif
