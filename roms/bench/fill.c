/* SPDX-License-Identifier: MIT */
/* Fills as a C library makes them: 64 bytes a step, bytes for the rest. */
#include "roms/bench/bench.h"

enum { SIZE = 1 << 20, STEP = 64, SHORT = 200, SHORTS = 4000 };

static unsigned char *block;

struct __attribute__((packed, may_alias)) step {
    uint64_t words[STEP / 8];
};

void fill_prepare(void)
{
    block = bench_take(SIZE);
}

static __attribute__((noinline)) void fill(unsigned char *out, unsigned char value, size_t size)
{
    uint64_t word = value * 0x0101010101010101u;

    for (; size >= STEP; size -= STEP, out += STEP)
        *(struct step *)out = (struct step){ { word, word, word, word, word, word, word, word } };
    for (; size; size--) {
        *out++ = value;
        __asm__ volatile("" : : : "memory");   /* as in copy.c */
    }
}

uint64_t fill_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < 4; i++)
        fill(block + i, (unsigned char)(i * 85), SIZE - 4);
    for (unsigned i = 0; i < SHORTS; i++)
        fill(block + i * 251, (unsigned char)i, SHORT - i % 32);
    for (unsigned i = 0; i < SIZE; i += 251)
        sum = bench_mix(sum, block[i]);
    return sum;
}
