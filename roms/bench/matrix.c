/* SPDX-License-Identifier: MIT */
/* Product of two matrices of 32-bit integers, the second walked by columns as a naive program does. */
#include "roms/bench/bench.h"

enum { N = 57 };   /* odd: compilers leave the loop one of integers */

static int32_t (*a)[N], (*b)[N], (*c)[N];

void matrix_prepare(void)
{
    uint64_t random = 3;

    a = bench_take(N * sizeof *a);
    b = bench_take(N * sizeof *b);
    c = bench_take(N * sizeof *c);
    for (unsigned i = 0; i < N; i++)
        for (unsigned j = 0; j < N; j++) {
            a[i][j] = (int32_t)(bench_random(&random) & 0xffff) - 0x8000;
            b[i][j] = (int32_t)(bench_random(&random) & 0xfff) - 0x800;
        }
}

uint64_t matrix_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < N; i++)
        for (unsigned j = 0; j < N; j++) {
            uint32_t dot = 0;
            for (unsigned k = 0; k < N; k++)
                dot += (uint32_t)a[i][k] * (uint32_t)b[k][j];
            c[i][j] = (int32_t)dot;
        }
    for (unsigned i = 0; i < N; i++)
        sum = bench_mix(sum, (uint32_t)c[i][(i * 7 + 1) % N]);
    return sum;
}
