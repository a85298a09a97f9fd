/* SPDX-License-Identifier: MIT */
/* Catches: a clock that drifts or starts in the wrong year, alarms a second early, late or missed across a wrap, interrupts that
   ignore the mask, a calendar lost by a reset. */
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum { RTCDR = 0x00, RTCMR = 0x04, RTCLR = 0x08, RTCCR = 0x0c, RTCIMSC = 0x10, RTCRIS = 0x14, RTCMIS = 0x18, RTCICR = 0x1c };
enum { START = 1750000000 };

static struct device_fixture *f;
static struct device *rtc;
static gpa_t base;

static void start(uint64_t seconds)
{
    f = device_fixture_new();
    rtc = device_fixture_add(f, "pl031");
    device_fixture_option(rtc, "start", seconds);
    device_fixture_start(f);
    base = device_fixture_base(f, rtc, "regs");
}

static void setup(void)
{
    start(START);
}

static void teardown(void)
{
    device_fixture_free(f);
}

static uint32_t rd(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, base + reg, 4);
}

static void wr(unsigned reg, uint32_t value)
{
    device_fixture_write(f, base + reg, 4, value);
}

static bool irq(void)
{
    return device_fixture_level(f, rtc, "irq", 0);
}

START_TEST(counts_seconds_from_the_boards_start_time)
{
    ck_assert_uint_eq(rd(RTCDR), START);
    device_fixture_run(f, TICKS_PER_SECOND - 1);
    ck_assert_uint_eq(rd(RTCDR), START);
    device_fixture_run(f, 1);
    ck_assert_uint_eq(rd(RTCDR), START + 1);
    device_fixture_run(f, 1000000 * TICKS_PER_SECOND);
    ck_assert_uint_eq(rd(RTCDR), START + 1000001);
}
END_TEST

START_TEST(is_found_as_a_running_primecell)
{
    const uint8_t id[] = { 0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(rd(0xfe0 + 4 * i), id[i]);
    ck_assert_uint_eq(rd(RTCCR), 1);
    wr(RTCCR, 0);
    ck_assert_uint_eq(rd(RTCCR), 1);
}
END_TEST

START_TEST(a_loaded_time_counts_on_and_survives_a_reset)
{
    device_fixture_run(f, 10 * TICKS_PER_SECOND);
    wr(RTCLR, 1000);
    ck_assert_uint_eq(rd(RTCLR), 1000);
    device_fixture_run(f, 5 * TICKS_PER_SECOND);
    ck_assert_uint_eq(rd(RTCDR), 1005);
    device_fixture_reset(f);
    ck_assert_uint_eq(rd(RTCDR), 1005);
}
END_TEST

START_TEST(match_interrupts_at_the_second_and_only_when_unmasked)
{
    wr(RTCMR, START + 3);
    device_fixture_run(f, 3 * TICKS_PER_SECOND - 1);
    ck_assert_uint_eq(rd(RTCRIS), 0);
    device_fixture_run(f, 1);
    ck_assert_uint_eq(rd(RTCRIS), 1);
    ck_assert_uint_eq(rd(RTCMIS), 0);
    ck_assert(!irq());
    wr(RTCIMSC, 1);
    ck_assert_uint_eq(rd(RTCMIS), 1);
    ck_assert(irq());
    wr(RTCICR, 1);
    ck_assert_uint_eq(rd(RTCRIS), 0);
    ck_assert(!irq());
    device_fixture_run(f, 100 * TICKS_PER_SECOND);
    ck_assert(!irq());
    ck_assert_uint_eq(device_fixture_rises(f, rtc, "irq", 0), 1);
}
END_TEST

START_TEST(a_match_in_the_middle_of_a_second_is_not_late)
{
    device_fixture_run(f, TICKS_PER_SECOND / 3);
    wr(RTCIMSC, 1);
    wr(RTCMR, START + 1);
    device_fixture_run(f, TICKS_PER_SECOND - TICKS_PER_SECOND / 3 - 1);
    ck_assert(!irq());
    device_fixture_run(f, 1);
    ck_assert(irq());
}
END_TEST

START_TEST(moving_the_match_or_the_time_moves_the_alarm)
{
    wr(RTCIMSC, 1);
    wr(RTCMR, START + 5);
    wr(RTCMR, START + 10);
    device_fixture_run(f, 9 * TICKS_PER_SECOND);
    ck_assert(!irq());
    wr(RTCLR, START + 8);
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert(!irq());
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert(irq());
}
END_TEST

START_TEST(a_match_with_the_present_second_interrupts_at_once)
{
    wr(RTCIMSC, 1);
    wr(RTCMR, START);
    ck_assert(irq());
}
END_TEST

START_TEST(the_count_wraps_after_32_bits_and_the_alarm_follows)
{
    wr(RTCLR, 0xfffffffe);
    wr(RTCMR, 1);
    wr(RTCIMSC, 1);
    device_fixture_run(f, 2 * TICKS_PER_SECOND);
    ck_assert_uint_eq(rd(RTCDR), 0);
    ck_assert(!irq());
    device_fixture_run(f, TICKS_PER_SECOND);
    ck_assert(irq());
}
END_TEST

START_TEST(an_alarm_beyond_the_end_of_time_is_never_due)
{
    wr(RTCIMSC, 1);
    wr(RTCMR, START - 1);
    ck_assert_uint_eq(clock_deadline(&f->clock), TICK_NEVER);
}
END_TEST

START_TEST(reset_forgets_the_alarm_and_drops_the_wire)
{
    wr(RTCIMSC, 1);
    wr(RTCMR, START);
    ck_assert(irq());
    device_fixture_reset(f);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(RTCIMSC), 0);
    ck_assert_uint_eq(rd(RTCMR), 0);
    ck_assert_uint_eq(rd(RTCRIS), 0);
}
END_TEST

START_TEST(registers_take_words_only)
{
    uint64_t v;
    ck_assert(!space_store(&f->space, base + RTCMR, 2, 7));
    ck_assert(space_load(&f->space, base + RTCDR, 1, &v));
    ck_assert_uint_eq(v, START & 0xff);
}
END_TEST

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = device_fixture_hammer(f, rtc, 0, 100000, 31);
    device_fixture_free(f);
    setup();
    ck_assert_uint_eq(device_fixture_hammer(f, rtc, 0, 100000, 31), first);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("pl031");
    TCase *tcase = tcase_create("pl031");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, counts_seconds_from_the_boards_start_time);
    tcase_add_test(tcase, is_found_as_a_running_primecell);
    tcase_add_test(tcase, a_loaded_time_counts_on_and_survives_a_reset);
    tcase_add_test(tcase, match_interrupts_at_the_second_and_only_when_unmasked);
    tcase_add_test(tcase, a_match_in_the_middle_of_a_second_is_not_late);
    tcase_add_test(tcase, moving_the_match_or_the_time_moves_the_alarm);
    tcase_add_test(tcase, a_match_with_the_present_second_interrupts_at_once);
    tcase_add_test(tcase, the_count_wraps_after_32_bits_and_the_alarm_follows);
    tcase_add_test(tcase, an_alarm_beyond_the_end_of_time_is_never_due);
    tcase_add_test(tcase, reset_forgets_the_alarm_and_drops_the_wire);
    tcase_add_test(tcase, registers_take_words_only);
    tcase_add_test(tcase, random_accesses_do_no_harm_and_repeat);
    suite_add_tcase(suite, tcase);
    return suite;
}
