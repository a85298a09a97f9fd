/* SPDX-License-Identifier: MIT */
/* Catches: numbers of the wrong stretch of time, of the whole run instead of the last second, rates of nothing that are shown as
   numbers, a graph that stands still, and a panel that some number breaks. */
#include <math.h>
#include <string.h>

#include "frontends/report/style.h"
#include "frontends/sdl/overlay.h"
#include "tests/support/support.h"

enum { QUARTER_NS = 250000000 };

static struct overlay *overlay;
static struct bridge_counts counts;

static void set_up(void)
{
    overlay = overlay_new();
    memset(&counts, 0, sizeof counts);
    counts.speed = (struct bridge_speed){ 1000, TICKS_PER_SECOND, 5000000000, TIMING_ON, { 0 } };
    counts.counters.events[1][EVENT_L1D_READ_MISSES] = 999999;    /* of before: not to be seen */
    counts.counters.cycles[1][CAUSE_SYSTEM] = 999999;
}

static void tear_down(void)
{
    overlay_free(overlay);
}

/* A quarter of a second on the host, an eighth in the guest: a million instructions in two million cycles, and asleep as long. */
static void pass(uint64_t instructions)
{
    counts.speed.host_ns += QUARTER_NS;
    counts.speed.now += TICKS_PER_SECOND / 8;
    counts.speed.instructions += instructions;
    counts.counters.instructions[0] += instructions;
    counts.counters.cycles[0][CAUSE_ISSUE] += instructions;
    counts.counters.cycles[1][CAUSE_DRAM] += instructions;
    counts.counters.cycles[1][CAUSE_IDLE] += 2 * instructions;
    counts.counters.events[0][EVENT_L1I_MISSES] += instructions / 1000;
    counts.counters.events[0][EVENT_L1D_READ_MISSES] += instructions / 250;
    counts.counters.events[1][EVENT_L1D_WRITE_MISSES] += instructions / 1000;
    counts.counters.events[0][EVENT_L2_MISSES] += instructions / 500;
    counts.counters.events[0][EVENT_MISPREDICTED_RETURN] += instructions / 500;
    counts.counters.events[0][EVENT_MISPREDICTED_CONDITIONAL] += instructions / 200;
    overlay_take(overlay, &counts, 1200);
}

static bool is(double value, double wanted)
{
    return fabs(value - wanted) < 1e-6;
}

START_TEST(one_sample_is_not_enough)
{
    ck_assert_ptr_null(overlay_values(overlay));
    overlay_take(overlay, &counts, 1200);
    ck_assert_ptr_null(overlay_values(overlay));
    pass(1000000);
    ck_assert_ptr_nonnull(overlay_values(overlay));
    overlay_clear(overlay);
    ck_assert_ptr_null(overlay_values(overlay));
}
END_TEST

START_TEST(the_numbers_are_differences)
{
    overlay_take(overlay, &counts, 1200);
    pass(1000000);
    const struct overlay_values *v = overlay_values(overlay);
    ck_assert(is(v->mips, 4) && is(v->real_time, 0.5) && is(v->clock_mhz, 1200));
    ck_assert(is(v->ipc, 0.5));
    ck_assert(is(v->mpki[OVERLAY_L1I], 1) && is(v->mpki[OVERLAY_L1D], 5) && is(v->mpki[OVERLAY_L2], 2));
    ck_assert(is(v->mpki[OVERLAY_BRANCH], 7));
    ck_assert(is(v->shares[CAUSE_ISSUE], 0.25) && is(v->shares[CAUSE_DRAM], 0.25) && is(v->shares[CAUSE_IDLE], 0.5));
    ck_assert(is(v->shares[CAUSE_SYSTEM], 0));
    ck_assert_int_eq(v->timing, TIMING_ON);
}
END_TEST

START_TEST(they_are_of_the_last_second)
{
    overlay_take(overlay, &counts, 1200);
    pass(100000000);
    for (int i = 0; i < 4; i++)
        pass(1000000);
    ck_assert(is(overlay_values(overlay)->mips, 4));
    pass(5000000);
    ck_assert(is(overlay_values(overlay)->mips, 8));
}
END_TEST

START_TEST(the_graph_moves_by_a_point_a_sample)
{
    overlay_take(overlay, &counts, 1200);
    const float *history = overlay_values(overlay) ? NULL : (pass(1000000), overlay_values(overlay)->history);
    ck_assert(is((double)history[OVERLAY_POINTS - 1], 0.5) && isnan(history[OVERLAY_POINTS - 2]));
    counts.counters.cycles[0][CAUSE_ISSUE] += 2000000;
    pass(1000000);
    ck_assert(is((double)history[OVERLAY_POINTS - 1], 0.25) && is((double)history[OVERLAY_POINTS - 2], 0.5));
    for (int i = 0; i < 2 * OVERLAY_POINTS; i++)
        pass(1000000);
    ck_assert(is((double)history[0], 0.5));
}
END_TEST

START_TEST(where_nothing_is_counted_there_is_no_number)
{
    overlay_take(overlay, &counts, 1200);
    counts.speed.timing = TIMING_OFF;
    counts.speed.host_ns += QUARTER_NS;
    counts.speed.instructions += 75000000;
    overlay_take(overlay, &counts, 1200);
    const struct overlay_values *v = overlay_values(overlay);
    ck_assert(is(v->mips, 300) && isnan(v->ipc) && isnan(v->mpki[OVERLAY_L2]) && isnan(v->shares[CAUSE_IDLE]));
    ck_assert(isnan(v->history[OVERLAY_POINTS - 1]));
    ck_assert_int_eq(v->timing, TIMING_OFF);
    overlay_take(overlay, &counts, 1200);     /* the same again: no time has passed */
    ck_assert(is(overlay_values(overlay)->mips, 300));
}
END_TEST

static unsigned pixels_of(const struct canvas *canvas, uint32_t colour)
{
    unsigned count = 0;
    for (int i = 0; i < canvas->width * canvas->height; i++)
        count += canvas->pixels[i] == colour;
    return count;
}

/* The lamp, and the parts of the bar, have their colours undiluted. */
START_TEST(the_panel_shows_the_mode_and_the_stack)
{
    struct canvas canvas = { 0 };
    overlay_take(overlay, &counts, 1200);
    pass(1000000);
    struct overlay_values v = *overlay_values(overlay);
    overlay_draw(&canvas, &v, 1);
    int height = canvas.height;
    ck_assert_uint_ge(pixels_of(&canvas, 0xff2fc79b), 30);
    ck_assert_uint_ge(pixels_of(&canvas, 0xff2b87c4), 64 * 8 - 16);       /* issue: a quarter of the bar */
    ck_assert_uint_ge(pixels_of(&canvas, 0xff000000 | style_cause_on_dark(CAUSE_DRAM)), 64 * 8 - 16);       /* memory */
    v.timing = TIMING_OFF;
    overlay_draw(&canvas, &v, 1);
    ck_assert_uint_eq(pixels_of(&canvas, 0xff2fc79b), 0);
    ck_assert_int_lt(canvas.height, height);
    v.timing = TIMING_REFERENCE;
    overlay_draw(&canvas, &v, 2);
    ck_assert_int_eq(canvas.height, 2 * height);
    ck_assert_uint_ge(pixels_of(&canvas, 0xffe6b400), 120);
    ck_assert_uint_eq(canvas.pixels[0], 0);                               /* round corners */
    canvas_free(&canvas);
}
END_TEST

START_TEST(of_several_cores_each_has_its_numbers_and_its_place)
{
    struct canvas canvas = { 0 };
    counts.cores = 4;
    overlay_take(overlay, &counts, 1200);
    for (unsigned i = 0; i < 4; i++) {
        counts.core[i].cycles += 1000;
        counts.core[i].idle += 250 * i;
        counts.core[i].instructions += 100 * (4 - i);
    }
    pass(1000000);
    struct overlay_values v = *overlay_values(overlay);
    ck_assert_uint_eq(v.cores, 4);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(is(v.core[i].awake, 1 - 0.25 * i) && is(v.core[i].ipc, 0.4));
    overlay_draw(&canvas, &v, 1);
    int height = canvas.height;
    unsigned bars = pixels_of(&canvas, 0xff7fc4ee);         /* 72 pixels wide and 6 high, as far as awake */
    v.cores = 1;
    overlay_draw(&canvas, &v, 1);
    ck_assert_int_eq(height - canvas.height, 2 * 16);
    ck_assert_uint_ge(bars - pixels_of(&canvas, 0xff7fc4ee), 6 * (72 + 54 + 36 + 18) - 4 * 6);
    canvas_free(&canvas);
}
END_TEST

START_TEST(no_number_breaks_the_panel)
{
    static const double numbers[] = { 0, -1, 1e-9, 0.5, 2, 1e9, 1e300, INFINITY, -INFINITY, NAN };
    struct canvas canvas = { 0 };
    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
        double x = numbers[i];
        struct overlay_values v = { .timing = i % 3, .mips = x, .clock_mhz = x, .real_time = x, .ipc = x };
        for (unsigned k = 0; k < OVERLAY_RATES; k++)
            v.mpki[k] = x;
        for (unsigned k = 0; k < CAUSE_COUNT; k++)
            v.shares[k] = x;
        v.cores = i % (MACHINE_CORES + 1);
        for (unsigned k = 0; k < v.cores; k++)
            v.core[k].awake = v.core[k].ipc = x;
        for (unsigned k = 0; k < OVERLAY_POINTS; k++)
            v.history[k] = k % 3 ? (float)x : 1;
        overlay_draw(&canvas, &v, 1 + (int)i % 4);
        ck_assert_int_gt(canvas.width, 0);
    }
    canvas_free(&canvas);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("overlay");
    TCase *t = tcase_create("overlay");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, one_sample_is_not_enough);
    tcase_add_test(t, the_numbers_are_differences);
    tcase_add_test(t, they_are_of_the_last_second);
    tcase_add_test(t, the_graph_moves_by_a_point_a_sample);
    tcase_add_test(t, where_nothing_is_counted_there_is_no_number);
    tcase_add_test(t, the_panel_shows_the_mode_and_the_stack);
    tcase_add_test(t, of_several_cores_each_has_its_numbers_and_its_place);
    tcase_add_test(t, no_number_breaks_the_panel);
    suite_add_tcase(s, t);
    return s;
}
