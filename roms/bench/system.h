/* SPDX-License-Identifier: MIT */
#ifndef ROMS_BENCH_SYSTEM_H
#define ROMS_BENCH_SYSTEM_H

#include <stdint.h>

/* What the guest's kernels of the group "system" and their models on the host agree on. */

enum { SVC_CALLS = 8000 };

/* What the call of the guest's EL0 program gives back for its argument. */
static inline uint64_t svc_answer(uint64_t argument)
{
    return argument * 0x9e3779b97f4a7c15u + (argument >> 32) + 1;
}

enum { PAGES = 64, PAGES_ROUNDS = 60, PAGE_SIZE = 4096 };

/* The page frame that a round puts behind a page: an odd factor makes it a permutation. */
static inline unsigned pages_frame(unsigned round, unsigned page)
{
    return (page * (2 * round + 1) + round * 7) % PAGES;
}

#endif
