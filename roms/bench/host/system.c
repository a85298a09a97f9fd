/* SPDX-License-Identifier: MIT */
/* What the guest's svc.c and pages.c compute, without exceptions and page tables: their checksums come from here. */
#include "roms/bench/bench.h"
#include "roms/bench/system.h"

void svc_prepare(void)
{
}

uint64_t svc_once(void)
{
    uint64_t value = 15;

    for (unsigned i = 0; i < SVC_CALLS; i++)
        value = svc_answer(value);
    return value;
}

static uint64_t *frames;

void pages_prepare(void)
{
    frames = bench_take(PAGES * sizeof *frames);
}

uint64_t pages_once(void)
{
    uint64_t sum = 0;

    for (unsigned frame = 0; frame < PAGES; frame++)
        frames[frame] = frame;
    for (unsigned round = 0; round < PAGES_ROUNDS; round++)
        for (unsigned page = 0; page < PAGES; page++) {
            uint64_t *word = &frames[pages_frame(round, page)];
            sum = bench_mix(sum, *word);
            *word += page;
        }
    return sum;
}
