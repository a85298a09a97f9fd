/* SPDX-License-Identifier: MIT */
/* Catches: deadlines out of order, events fired twice, timer frequencies that drift. */
#include "bus/clock.h"
#include "tests/support/support.h"

static int fired[8], fired_count;
static struct event ev[4];

static void fire(void *owner, tick_t late)
{
    (void)late;
    fired[fired_count++] = (int)((struct event *)owner - ev);
}

static struct clock fresh_clock(void)
{
    fired_count = 0;
    for (int i = 0; i < 4; i++)
        ev[i] = (struct event){ .fire = fire, .owner = &ev[i] };
    return (struct clock){ 0 };
}

START_TEST(events_fire_in_order_of_deadline_then_of_arming)
{
    struct clock clock = fresh_clock();
    clock_at(&clock, &ev[0], 30);
    clock_at(&clock, &ev[1], 10);
    clock_at(&clock, &ev[2], 30);
    clock_at(&clock, &ev[3], 20);
    clock_advance(&clock, 29);
    ck_assert_int_eq(fired_count, 2);
    clock_advance(&clock, 30);
    ck_assert_int_eq(fired_count, 4);
    int expected[] = { 1, 3, 0, 2 };
    ck_assert_mem_eq(fired, expected, sizeof expected);
}
END_TEST

START_TEST(a_cancelled_event_stays_silent)
{
    struct clock clock = fresh_clock();
    clock_at(&clock, &ev[0], 5);
    clock_cancel(&clock, &ev[0]);
    clock_cancel(&clock, &ev[1]);
    clock_advance(&clock, 100);
    ck_assert_int_eq(fired_count, 0);
    ck_assert_uint_eq(clock_deadline(&clock), TICK_NEVER);
}
END_TEST

START_TEST(counts_and_ticks_convert_without_drift)
{
    /* 62.5 MHz: 16 ns; 1.2 GHz: 833 1/3 ps; 32768 Hz: not a divisor of anything. */
    ck_assert_uint_eq(clock_ticks_of(1, 62500000), 16000);
    ck_assert_uint_eq(clock_count_at(31999, 62500000), 1);
    ck_assert_uint_eq(clock_ticks_of(3, 1200000000), 2500);
    const uint64_t rates[] = { 1, 32768, 62500000, 1200000000, 999999937 };
    for (unsigned i = 0; i < 5; i++)
        for (uint64_t n = 1; n < 1000000000ull; n = n * 7 + 3) {
            if (n / rates[i] > 10000000)
                continue;
            tick_t t = clock_ticks_of(n, rates[i]);
            ck_assert_uint_eq(clock_count_at(t, rates[i]), n);
            ck_assert_uint_eq(clock_count_at(t - 1, rates[i]), n - 1);
        }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("clock");
    TCase *t = tcase_create("clock");
    tcase_add_test(t, events_fire_in_order_of_deadline_then_of_arming);
    tcase_add_test(t, a_cancelled_event_stays_silent);
    tcase_add_test(t, counts_and_ticks_convert_without_drift);
    suite_add_tcase(s, t);
    return s;
}
