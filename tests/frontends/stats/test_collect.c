/* SPDX-License-Identifier: MIT */
/* Catches: samples at times that depend on the host, a last interval that is lost, a series that eats all memory, and times that
   overflow. */
#include "frontends/stats/collect.h"
#include "tests/frontends/stats/made_up.h"
#include "tests/support/fake_machine.h"
#include "tests/support/support.h"

static struct fake_machine fake;
static struct stats_collector *collector;
static struct host_loop *loop;
static struct stats stats;

/* A thousand instructions a microsecond; asleep where the host is infinitely fast. */
static void read_fake(void *from, struct stats_sample *sample)
{
    (void)from;
    made_up_sample(fake.now / TICKS_PER_US, fake.now, sample);
}

static void run(tick_t every, tick_t limit, uint64_t host_per_second)
{
    fake = (struct fake_machine){ .host_per_second = host_per_second, .wakes = host_per_second ? 0 : TICK_NEVER };
    struct host_time time = fake_time(&fake);
    loop = host_loop_new(&(struct host_loop_config){ .limit = limit }, &time, NULL);
    collector = stats_collect(loop, (struct stats_source){ .read = read_fake }, every);
    ck_assert_int_eq(host_loop_run(loop, &fake_engine, &fake), HOST_END_LIMIT);
    stats_collected(collector, &stats);
}

static void tear_down(void)
{
    stats_collector_free(collector);
    host_loop_free(loop);
}

START_TEST(samples_are_of_exact_times_on_slow_and_fast_hosts)
{
    static const uint64_t hosts[] = { 1000000, 500 * 1000000ull, 3000 * 1000000ull };
    for (size_t host = 0; host < ARRAY_SIZE(hosts); host++) {
        run(3 * TICKS_PER_MS, 10 * TICKS_PER_MS, hosts[host]);
        ck_assert_uint_eq(stats.series_count, 4);
        for (unsigned i = 0; i < 3; i++)
            ck_assert_uint_eq(stats.series[i].at, 3 * TICKS_PER_MS * (i + 1));
        ck_assert_uint_eq(stats.series[3].at, 10 * TICKS_PER_MS);
        ck_assert_uint_eq(stats.total.at, 10 * TICKS_PER_MS);
        ck_assert_mem_eq(&stats.total, &stats.series[3], sizeof stats.total);
        if (host + 1 < ARRAY_SIZE(hosts))
            tear_down();
    }
}
END_TEST

START_TEST(a_run_of_whole_intervals_has_no_empty_last_one)
{
    run(5 * TICKS_PER_MS, 10 * TICKS_PER_MS, 1000000);
    ck_assert_uint_eq(stats.series_count, 2);
    ck_assert_uint_eq(stats.series[1].at, 10 * TICKS_PER_MS);
}
END_TEST

START_TEST(without_an_interval_there_is_only_the_end)
{
    run(0, 10 * TICKS_PER_MS, 1000000);
    ck_assert_uint_eq(stats.series_count, 0);
    ck_assert_uint_eq(stats.every, 0);
    ck_assert_uint_eq(stats.total.at, 10 * TICKS_PER_MS);
}
END_TEST

START_TEST(a_long_run_doubles_its_interval)
{
    run(TICKS_PER_US, 100 * TICKS_PER_MS, 1000000);
    ck_assert_uint_eq(stats.asked_every, TICKS_PER_US);
    ck_assert_uint_eq(stats.every, 8 * TICKS_PER_US);   /* 100,000 / 16,384 is more than 4 */
    ck_assert_uint_eq(stats.series_count, 12500);
    for (unsigned i = 0; i < stats.series_count; i++)
        ck_assert_uint_eq(stats.series[i].at, 8 * TICKS_PER_US * (i + 1));
}
END_TEST

START_TEST(the_longest_interval_does_not_come_again)
{
    run(10000000 * TICKS_PER_SECOND, 12000000 * TICKS_PER_SECOND, 0);
    ck_assert_uint_eq(stats.series_count, 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("collect");
    TCase *t = tcase_create("collect");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_add_test(t, samples_are_of_exact_times_on_slow_and_fast_hosts);
    tcase_add_test(t, a_run_of_whole_intervals_has_no_empty_last_one);
    tcase_add_test(t, without_an_interval_there_is_only_the_end);
    tcase_add_test(t, a_long_run_doubles_its_interval);
    tcase_add_test(t, the_longest_interval_does_not_come_again);
    suite_add_tcase(s, t);
    return s;
}
