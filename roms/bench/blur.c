/* SPDX-License-Identifier: MIT */
/* A blur of a grey picture by weights 1 2 1 in both directions, sixteen pixels a step, rounded. */
#include "roms/bench/bench.h"
#ifdef __aarch64__
#include <arm_neon.h>
#endif

enum { WIDTH = 256, HEIGHT = 128, MARGIN = 16, PITCH = WIDTH + 2 * MARGIN };

static uint8_t *picture, *blurred;
static uint16_t *columns;

void blur_prepare(void)
{
    uint64_t random = 10;

    picture = bench_take(PITCH * (HEIGHT + 2));
    blurred = bench_take(PITCH * (HEIGHT + 2));
    columns = bench_take(PITCH * sizeof *columns);
    for (unsigned i = 0; i < PITCH * (HEIGHT + 2); i++)
        picture[i] = (uint8_t)(bench_random(&random) >> 20);
}

/* The sums down the columns of three rows, 0 to 1020. */
static void blur_down(const uint8_t *row)
{
#ifdef __aarch64__
    for (unsigned i = 0; i < PITCH; i += 16) {
        uint8x16_t above = vld1q_u8(row - PITCH + i), here = vld1q_u8(row + i), below = vld1q_u8(row + PITCH + i);
        uint16x8_t low = vaddl_u8(vget_low_u8(above), vget_low_u8(below)), high = vaddl_high_u8(above, below);
        vst1q_u16(columns + i, vaddq_u16(low, vshll_n_u8(vget_low_u8(here), 1)));
        vst1q_u16(columns + i + 8, vaddq_u16(high, vshll_high_n_u8(here, 1)));
    }
#else
    for (unsigned i = 0; i < PITCH; i++)
        columns[i] = (uint16_t)(row[i - (size_t)PITCH] + 2 * row[i] + row[i + PITCH]);
#endif
}

static void blur_across(uint8_t *row)
{
#ifdef __aarch64__
    for (unsigned i = MARGIN; i < MARGIN + WIDTH; i += 16) {
        uint16x8_t sums[2];
        for (unsigned part = 0; part < 2; part++) {
            const uint16_t *at = columns + i + 8 * part;
            sums[part] = vmlaq_n_u16(vaddq_u16(vld1q_u16(at - 1), vld1q_u16(at + 1)), vld1q_u16(at), 2);
        }
        vst1q_u8(row + i, vrshrn_high_n_u16(vrshrn_n_u16(sums[0], 4), sums[1], 4));
    }
#else
    for (unsigned i = MARGIN; i < MARGIN + WIDTH; i++)
        row[i] = (uint8_t)((columns[i - 1] + 2 * columns[i] + columns[i + 1] + 8) >> 4);
#endif
}

uint64_t blur_once(void)
{
    uint64_t sum = 0;

    for (unsigned round = 0; round < 16; round++)
        for (unsigned y = 1; y <= HEIGHT; y++) {
            blur_down(picture + y * PITCH);
            blur_across(blurred + y * PITCH);
        }
    for (unsigned y = 1; y <= HEIGHT; y++)
        for (unsigned x = y % 7; x < WIDTH; x += 7)
            sum = bench_mix(sum, blurred[y * PITCH + MARGIN + x]);
    return sum;
}
