/* SPDX-License-Identifier: MIT */
/* What a cache model makes slow: some 60 instructions of ordinary work, then a load or store somewhere in 16 MB. Behind caches
   of 32 KB and 512 KB nearly all of these go to memory: about 16 misses in 1000 instructions. */
#include "roms/bench/bench.h"

enum { FAR = (16 << 20) / 8, NEAR = 512, STEPS = 15000, WORK = 4 };

static uint64_t *far, *near;

void hostile_prepare(void)
{
    uint64_t random = 13;

    far = bench_take(FAR * sizeof *far);
    near = bench_take(NEAR * sizeof *near);
    for (unsigned i = 0; i < FAR; i++)
        far[i] = i * 0x9e3779b97f4a7c15u;
    for (unsigned i = 0; i < NEAR; i++)
        near[i] = bench_random(&random);
}

uint64_t hostile_once(void)
{
    uint64_t random = 14, sum = 0;

    for (unsigned i = 0; i < STEPS; i++) {
        uint64_t draw = bench_random(&random);
        uint64_t *place = &far[draw >> 20 & (FAR - 1)];
        for (unsigned j = 0; j < WORK; j++) {
            uint64_t value = near[(draw >> 8 * j) & (NEAR - 1)];
            sum += value & 1 ? value >> 7 : value * 5;
            sum ^= sum << 9;
        }
        if (draw & 8)
            *place ^= 1;   /* a bit that no sum sees: the next run must find what this one found */
        else
            sum += *place >> 1;
    }
    return sum;
}
