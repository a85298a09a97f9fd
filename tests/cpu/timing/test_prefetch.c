/* SPDX-License-Identifier: MIT */
/* Catches: a prefetcher that sees patterns where there are none, asks for a line twice, stops behind its first lines, leaves the
   page, or follows more streams than it has. */
#include "cpu/timing/memory.h"
#include "cpu/timing/prefetch.h"
#include "tests/support/support.h"

enum { DISTANCE = 4, PAGE_LINES = 64, BASE = 100 * PAGE_LINES };

static struct prefetch p;
static uint64_t lines[PREFETCH_DISTANCE_MAX];

static void start(unsigned streams)
{
    struct core_settings settings = { .prefetch_streams = streams, .prefetch_distance = DISTANCE, .prefetch_after = 2 };
    prefetch_init(&p, &settings);
}

static unsigned missed(uint64_t line)
{
    return prefetch_missed(&p, line, lines);
}

START_TEST(neighbours_start_it_with_the_second_miss_and_it_keeps_its_distance)
{
    start(2);
    ck_assert_uint_eq(missed(BASE), 0);
    ck_assert_uint_eq(missed(BASE + 1), DISTANCE);
    for (unsigned i = 0; i < DISTANCE; i++)
        ck_assert_uint_eq(lines[i], BASE + 2 + i);
    for (uint64_t line = BASE + 2; line < BASE + PAGE_LINES - DISTANCE; line++) {
        ck_assert_uint_eq(prefetch_used(&p, line, lines), 1);
        ck_assert_uint_eq(lines[0], line + DISTANCE);
    }
}
END_TEST

START_TEST(other_strides_need_a_third_miss)
{
    for (int64_t stride = -PREFETCH_STRIDE_MAX; stride <= PREFETCH_STRIDE_MAX; stride++) {
        if (stride >= -1 && stride <= 1)
            continue;
        start(2);
        uint64_t line = BASE + 32;
        ck_assert_uint_eq(missed(line), 0);
        ck_assert_uint_eq(missed(line + (uint64_t)stride), 0);
        ck_assert_uint_eq(missed(line + 2 * (uint64_t)stride), DISTANCE);
        ck_assert_uint_eq(lines[0], line + 3 * (uint64_t)stride);
    }
    start(2);
    for (uint64_t line = BASE; line < BASE + 60; line += PREFETCH_STRIDE_MAX + 1)
        ck_assert_uint_eq(missed(line), 0);
}
END_TEST

START_TEST(it_stops_at_the_end_of_the_page)
{
    start(2);
    missed(BASE + PAGE_LINES - 4);
    ck_assert_uint_eq(missed(BASE + PAGE_LINES - 3), 2);
    ck_assert_uint_eq(lines[1], BASE + PAGE_LINES - 1);
    ck_assert_uint_eq(prefetch_used(&p, BASE + PAGE_LINES - 2, lines), 0);
    start(2);
    missed(BASE + 2);
    ck_assert_uint_eq(missed(BASE + 1), 1);
    ck_assert_uint_eq(lines[0], BASE);
}
END_TEST

START_TEST(a_random_walk_starts_nothing)
{
    start(2);
    uint64_t state = 1;
    unsigned asked = 0;
    for (unsigned i = 0; i < 10000; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        asked += missed(state >> 44) > 0;
    }
    ck_assert_uint_lt(asked, 10);
}
END_TEST

START_TEST(two_streams_do_not_disturb_each_other_and_a_third_does)
{
    unsigned asked[2] = { 0 };
    for (unsigned streams = 2; streams <= 3; streams++) {
        start(2);
        for (unsigned i = 0; i < 8; i++)
            for (unsigned s = 0; s < streams; s++)
                asked[streams - 2] += missed(BASE + s * 100 * PAGE_LINES + i * 2);
    }
    ck_assert_uint_gt(asked[0], 12);
    ck_assert_uint_eq(asked[1], 0);
}
END_TEST

START_TEST(without_streams_it_does_nothing)
{
    start(0);
    for (uint64_t line = BASE; line < BASE + 32; line++)
        ck_assert_uint_eq(missed(line) + prefetch_used(&p, line, lines), 0);
}
END_TEST

START_TEST(lines_at_both_ends_of_the_address_space_are_lines_like_others)
{
    start(1);
    missed(1);
    ck_assert_uint_eq(missed(0), 0);
    missed(UINT64_MAX >> 6);
    missed((UINT64_MAX >> 6) - 1);
    missed(0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("prefetch");
    TCase *t = tcase_create("prefetch");
    tcase_add_test(t, neighbours_start_it_with_the_second_miss_and_it_keeps_its_distance);
    tcase_add_test(t, other_strides_need_a_third_miss);
    tcase_add_test(t, it_stops_at_the_end_of_the_page);
    tcase_add_test(t, a_random_walk_starts_nothing);
    tcase_add_test(t, two_streams_do_not_disturb_each_other_and_a_third_does);
    tcase_add_test(t, without_streams_it_does_nothing);
    tcase_add_test(t, lines_at_both_ends_of_the_address_space_are_lines_like_others);
    suite_add_tcase(s, t);
    return s;
}
