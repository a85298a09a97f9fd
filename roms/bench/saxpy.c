/* SPDX-License-Identifier: MIT */
/* y = a x + y in single precision, fused, sixteen numbers a step. */
#include "roms/bench/bench.h"
#ifdef __aarch64__
#include <arm_neon.h>
#endif

enum { N = 4096, ROUNDS = 64 };

static float *x, *y, *start;

void saxpy_prepare(void)
{
    uint64_t random = 9;

    x = bench_take(N * sizeof *x);
    y = bench_take(N * sizeof *y);
    start = bench_take(N * sizeof *start);
    for (unsigned i = 0; i < N; i++) {
        x[i] = (float)(bench_random(&random) >> 48) / 65536 - 0.5f;
        start[i] = (float)(bench_random(&random) >> 48) / 65536;
    }
}

static void saxpy(float a)
{
#ifdef __aarch64__
    for (unsigned i = 0; i < N; i += 16) {
        float32x4_t y0 = vld1q_f32(y + i), y1 = vld1q_f32(y + i + 4), y2 = vld1q_f32(y + i + 8), y3 = vld1q_f32(y + i + 12);
        vst1q_f32(y + i, vfmaq_n_f32(y0, vld1q_f32(x + i), a));
        vst1q_f32(y + i + 4, vfmaq_n_f32(y1, vld1q_f32(x + i + 4), a));
        vst1q_f32(y + i + 8, vfmaq_n_f32(y2, vld1q_f32(x + i + 8), a));
        vst1q_f32(y + i + 12, vfmaq_n_f32(y3, vld1q_f32(x + i + 12), a));
    }
#else
    for (unsigned i = 0; i < N; i++)
        y[i] = __builtin_fmaf(x[i], a, y[i]);
#endif
}

uint64_t saxpy_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < N; i++)
        y[i] = start[i];
    for (unsigned i = 0; i < ROUNDS; i++)
        saxpy(i & 1 ? -0.3f : 0.7f);
    for (unsigned i = 0; i < N; i += 13) {
        union { float value; uint32_t bits; } value = { y[i] };
        sum = bench_mix(sum, value.bits);
    }
    return sum;
}
