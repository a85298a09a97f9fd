/* SPDX-License-Identifier: MIT */
/* Catches: a hit that costs something, a miss that costs nothing, an entry of the line table that outlives its line or its page,
   a line proved before it has arrived, translations that survive their maintenance, and fast and reference mode drifting apart. */
#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

static struct memory_fixture f;

static void start(bool translated)
{
    memory_fixture_open(&f);
    f.translated = translated;
    f.fast = true;
    memory_fixture_start(&f);
}

static void stop(void)
{
    memory_fixture_close(&f);
}

START_TEST(a_line_is_fetched_once_and_then_costs_nothing)
{
    start(false);
    struct memory_wait wait;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_NOT_YET);
    ck_assert_uint_gt(wait.result, 50);
    ck_assert_uint_eq(wait.result_cause, CAUSE_DRAM);
    ck_assert_uint_eq(wait.issue, 0);
    ck_assert(!memory_fixture_proved(&f, 0x1000, false));
    f.now += wait.result;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1038, 8, false, &wait), MEMORY_READABLE);
    ck_assert_uint_eq(wait.result, 0);
    ck_assert(memory_fixture_proved(&f, 0x1000, false));
    ck_assert(!memory_fixture_proved(&f, 0x1000, true));
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_READS], 1);
    stop();
}
END_TEST

START_TEST(a_line_on_its_way_is_waited_for_and_not_counted_again)
{
    start(false);
    struct memory_wait first, second;
    memory_fixture_access(&f, 0x1000, 8, false, &first);
    f.now += 20;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_NOT_YET);
    ck_assert_uint_eq(second.result, first.result - 20);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], 1);
    f.now += second.result - 1;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_NOT_YET);
    ck_assert_uint_eq(second.result, 1);
    f.now++;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_READABLE);
    stop();
}
END_TEST

START_TEST(a_store_misses_without_waiting_and_makes_its_line_writable)
{
    start(false);
    struct memory_wait wait;
    memory_fixture_access(&f, 0x1000, 8, true, &wait);
    ck_assert_uint_eq(wait.issue + wait.result + wait.unit, 0);
    ck_assert_uint_eq(f.counts[EVENT_L1D_WRITE_MISSES], 1);
    f.now += 1000;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_WRITABLE);
    ck_assert(memory_fixture_proved(&f, 0x1000, true));
    stop();
}
END_TEST

START_TEST(the_first_write_of_a_clean_line_has_no_event)
{
    start(false);
    struct memory_wait wait;
    memory_fixture_load(&f, 0x1000, 0);
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_READABLE);
    uint64_t hits = f.left_out;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, true, &wait), MEMORY_WRITABLE);
    ck_assert_uint_eq(f.left_out, hits);
    ck_assert_uint_eq(wait.issue + wait.result, 0);
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, true, &wait), MEMORY_WRITABLE);
    ck_assert_uint_eq(f.left_out, hits + 1);
    stop();
}
END_TEST

START_TEST(what_leaves_l1_is_found_in_l2)
{
    start(false);
    for (unsigned i = 0; i < 64; i++)   /* 64 lines of one set of four */
        memory_fixture_load(&f, 0x100000 + i * 0x2000, 0);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 64);
    unsigned near = 0;
    for (unsigned i = 0; i < 60; i++) {
        uint64_t misses = f.counts[EVENT_L1D_READ_MISSES];
        f.now += 1000;
        uint64_t passed = memory_fixture_load(&f, 0x100000 + i * 0x2000, 0);
        if (f.counts[EVENT_L1D_READ_MISSES] == misses) {
            ck_assert_uint_eq(passed, 0);
            continue;
        }
        ck_assert_uint_eq(passed, f.settings.l2_latency);
        near++;
    }
    ck_assert_uint_gt(near, 50);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 64);
    stop();
}
END_TEST

START_TEST(an_entry_dies_with_its_line)
{
    start(false);
    memory_fixture_load(&f, 0x100000, 0);
    memory_fixture_load(&f, 0x100000, 0);
    ck_assert(memory_fixture_proved(&f, 0x100000, false));
    for (unsigned i = 1; i < 100; i++)   /* other entries, the same set */
        memory_fixture_load(&f, 0x100000 + i * 0x2000 + 0x40000000ull * i, 0);
    uint64_t misses = f.counts[EVENT_L1D_READ_MISSES];
    ck_assert(!memory_fixture_proved(&f, 0x100000, false));
    memory_fixture_load(&f, 0x100000, 0);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], misses + 1);
    stop();
}
END_TEST

START_TEST(entries_die_with_their_page)
{
    start(true);
    memory_fixture_load(&f, 0x10000, 0);
    memory_fixture_load(&f, 0x10000, 0);
    ck_assert(memory_fixture_proved(&f, 0x10000, false));
    for (unsigned i = 1; i <= f.settings.utlb_entries - 1; i++)
        memory_fixture_load(&f, 0x10000 + i * 0x1000 + 0x40, 0);
    ck_assert(memory_fixture_proved(&f, 0x10000, false));
    memory_fixture_load(&f, 0x10000 + 0x100000 + 0x40, 0);
    ck_assert(!memory_fixture_proved(&f, 0x10000, false));
    uint64_t misses = f.counts[EVENT_DTLB_MISSES], walks = f.counts[EVENT_L2_DTLB_MISSES];
    f.now += 1000;
    ck_assert_uint_eq(memory_fixture_load(&f, 0x10000, 0), f.settings.utlb_refill);
    ck_assert_uint_eq(f.counts[EVENT_DTLB_MISSES], misses + 1);
    ck_assert_uint_eq(f.counts[EVENT_L2_DTLB_MISSES], walks);
    stop();
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("memory");
    tcase_add_test(t, a_line_is_fetched_once_and_then_costs_nothing);
    tcase_add_test(t, a_line_on_its_way_is_waited_for_and_not_counted_again);
    tcase_add_test(t, a_store_misses_without_waiting_and_makes_its_line_writable);
    tcase_add_test(t, the_first_write_of_a_clean_line_has_no_event);
    tcase_add_test(t, what_leaves_l1_is_found_in_l2);
    tcase_add_test(t, an_entry_dies_with_its_line);
    tcase_add_test(t, entries_die_with_their_page);
    suite_add_tcase(s, t);
    return s;
}
