/* SPDX-License-Identifier: MIT */
/* Copies as a C library makes them: 64 bytes a step where it can, and from an address that is not aligned. */
#include "roms/bench/bench.h"

enum { SIZE = 1 << 20, STEP = 64, SHORT = 200, SHORTS = 4000 };

static unsigned char *from, *to;

struct __attribute__((packed, may_alias)) step {
    uint64_t words[STEP / 8];
};

void copy_prepare(void)
{
    uint64_t random = 11;

    from = bench_take(SIZE + STEP);
    to = bench_take(SIZE);
    for (unsigned i = 0; i < SIZE + STEP; i++)
        from[i] = (unsigned char)bench_random(&random);
}

static __attribute__((noinline)) void copy(unsigned char *out, const unsigned char *in, size_t size)
{
    for (; size >= STEP; size -= STEP, in += STEP, out += STEP)
        *(struct step *)out = *(const struct step *)in;
    for (; size; size--) {
        *out++ = *in++;
        __asm__ volatile("" : : : "memory");   /* else the compiler makes a call of its own memcpy of this */
    }
}

uint64_t copy_once(void)
{
    uint64_t sum = 0;

    copy(to, from, SIZE);
    copy(to + 16, from + 7, SIZE - 64);
    for (unsigned i = 0; i < SHORTS; i++)
        copy(to + i * SHORT, from + i * 251, SHORT - i % 32);
    for (unsigned i = 0; i < SIZE; i += 251)
        sum = bench_mix(sum, to[i]);
    return sum;
}
