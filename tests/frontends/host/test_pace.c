/* SPDX-License-Identifier: MIT */
/* Catches: drift between virtual and host time, rounding that wakes too early, racing after the host was late. */
#include "frontends/host/pace.h"
#include "tests/support/support.h"

static const uint64_t second = 1000000000;

START_TEST(virtual_time_follows_host_time_by_the_percentage)
{
    struct pace pace = { .percent = 100 };
    pace_anchor(&pace, 5 * second, 7 * TICKS_PER_SECOND);
    ck_assert_uint_eq(pace_virtual(&pace, 5 * second), 7 * TICKS_PER_SECOND);
    ck_assert_uint_eq(pace_virtual(&pace, 5 * second + 250), 7 * TICKS_PER_SECOND + 250000);
    pace.percent = 25;
    ck_assert_uint_eq(pace_virtual(&pace, 9 * second), 8 * TICKS_PER_SECOND);
    ck_assert_uint_eq(pace_virtual(&pace, 1 * second), 7 * TICKS_PER_SECOND);
}
END_TEST

START_TEST(the_host_time_of_a_tick_is_never_too_early)
{
    const unsigned percents[] = { 1, 33, 100, 250, PACE_PERCENT_MAX };
    for (size_t i = 0; i < ARRAY_SIZE(percents); i++) {
        struct pace pace = { .percent = percents[i] };
        pace_anchor(&pace, 123, 456);
        for (tick_t at = 456; at < 3 * TICKS_PER_SECOND; at = at * 3 + 1) {
            uint64_t host = pace_host(&pace, at);
            ck_assert_uint_ge(pace_virtual(&pace, host), at);
            ck_assert(host == 123 || pace_virtual(&pace, host - 1) < at);
        }
    }
    struct pace pace = { .percent = 100 };
    ck_assert_uint_eq(pace_host(&pace, TICK_NEVER), UINT64_MAX);
}
END_TEST

START_TEST(moving_the_anchor_along_does_not_bend_the_line)
{
    struct pace pace = { .percent = 37 }, fixed = pace;
    for (uint64_t host = 0; host < 100 * second; host += 1234567891) {
        tick_t now = pace_virtual(&fixed, host);
        ck_assert(!pace_keep(&pace, host, now));
        ck_assert_uint_eq(pace_virtual(&pace, host + 1000), pace_virtual(&fixed, host + 1000));
    }
}
END_TEST

START_TEST(half_a_second_late_is_caught_up_more_is_given_up)
{
    struct pace pace = { .percent = 100 };
    ck_assert(!pace_keep(&pace, second / 2, 0));
    ck_assert_uint_eq(pace_virtual(&pace, second), TICKS_PER_SECOND);
    ck_assert(pace_keep(&pace, second / 2 + 1, 0));
    ck_assert_uint_eq(pace_virtual(&pace, second / 2 + 1), 0);
    ck_assert_uint_eq(pace_virtual(&pace, second / 2 + 11), 10000);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("pace");
    TCase *t = tcase_create("pace");
    tcase_add_test(t, virtual_time_follows_host_time_by_the_percentage);
    tcase_add_test(t, the_host_time_of_a_tick_is_never_too_early);
    tcase_add_test(t, moving_the_anchor_along_does_not_bend_the_line);
    tcase_add_test(t, half_a_second_late_is_caught_up_more_is_given_up);
    suite_add_tcase(s, t);
    return s;
}
