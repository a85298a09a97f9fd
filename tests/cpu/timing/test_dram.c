/* SPDX-License-Identifier: MIT */
/* Catches: open rows that cost as much as closed ones, banks that wait for one another, a bus that carries two lines at once,
   refreshes that cost nothing or leave rows open, memory cycles rounded to core cycles, times that depend on more than time. */
#include "cpu/timing/counters.h"
#include "cpu/timing/dram.h"
#include "tests/support/support.h"

/* One memory cycle is 2 core cycles of 1 ns; refresh is far away. */
static const struct core_settings plain = {
    .clock_mhz = 1000, .dram_mhz = 500, .dram_cas = 5, .dram_rcd = 7, .dram_rp = 11, .dram_burst = 4, .dram_banks = 4,
    .dram_row = 1024, .dram_path = 40
};

enum { LINES = 1024 / 64, AT = 1000000, PATH = 40, CAS = 10, RCD = 14, RP = 22, BURST = 8 };

static struct dram d;
static uint64_t events[EVENT_COUNT];

static void start(const struct core_settings *settings)
{
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        events[i] = 0;
    dram_free(&d);
    dram_init(&d, settings);
}

static uint64_t read(uint64_t line, uint64_t at)
{
    return dram_access(&d, 0, line, false, at, events) - at;
}

/* A line in another row of the bank that line 0 is in: found by its conflict. */
static uint64_t rival(const struct core_settings *settings)
{
    for (uint64_t line = LINES;; line += LINES) {
        start(settings);
        read(0, AT);
        read(line, 2 * AT);
        if (events[EVENT_DRAM_ROW_CONFLICTS])
            return line;
    }
}

START_TEST(a_closed_row_an_open_row_and_another_row_cost_what_the_standard_says)
{
    uint64_t other = rival(&plain);
    start(&plain);
    ck_assert_uint_eq(read(0, AT), PATH + RCD + CAS + BURST);
    ck_assert_uint_eq(read(1, 2 * AT), PATH + CAS + BURST);
    ck_assert_uint_eq(read(other, 3 * AT), PATH + RP + RCD + CAS + BURST);
    ck_assert_uint_eq(read(LINES - 1, 4 * AT), PATH + RP + RCD + CAS + BURST);
    ck_assert_uint_eq(events[EVENT_DRAM_ROW_HITS], 1);
    ck_assert_uint_eq(events[EVENT_DRAM_ROW_CONFLICTS], 2);
    ck_assert_uint_eq(events[EVENT_DRAM_READS], 4);
    ck_assert_uint_eq(events[EVENT_BUS_ACCESSES], 4);
}
END_TEST

START_TEST(lines_of_an_open_row_follow_one_another_on_the_bus)
{
    start(&plain);
    uint64_t first = dram_access(&d, 0, 0, false, AT, events);
    for (uint64_t line = 1; line < LINES; line++)
        ck_assert_uint_eq(dram_access(&d, 0, line, line & 1, AT, events), first + line * BURST);
}
END_TEST

START_TEST(banks_open_their_rows_at_the_same_time)
{
    start(&plain);
    uint64_t first = dram_access(&d, 0, 0, false, AT, events);
    ck_assert_uint_eq(dram_access(&d, 0, LINES, false, AT, events), first + BURST);
    uint64_t other = rival(&plain);
    start(&plain);
    first = dram_access(&d, 0, 0, false, AT, events);
    ck_assert_uint_gt(dram_access(&d, 0, other, false, AT, events), first + RP + RCD);
}
END_TEST

START_TEST(the_channel_carries_reads_and_writes_apart)
{
    struct core_settings narrow = plain;
    narrow.dram_channel = 30;
    start(&narrow);
    uint64_t first = dram_access(&d, 0, 0, false, AT, events);
    ck_assert_uint_eq(dram_access(&d, 0, 1, false, AT, events), first + 30);
    ck_assert_uint_eq(dram_access(&d, 0, 2, true, AT, events), first + 2 * BURST);
    uint64_t second = dram_access(&d, 0, 3, true, AT, events), third = dram_access(&d, 0, 4, true, AT, events);
    ck_assert_uint_eq(second, AT + 30 + PATH + CAS + BURST + 8);   /* the bus is taken for 8 by the reads */
    ck_assert_uint_eq(third, AT + 60 + PATH + CAS + BURST);
    ck_assert_uint_eq(events[EVENT_DRAM_WRITES], 3);
}
END_TEST

START_TEST(a_refresh_is_waited_for_and_closes_the_rows)
{
    struct core_settings refreshed = plain;
    refreshed.dram_refresh = 10000;
    refreshed.dram_refresh_time = 200;
    start(&refreshed);
    uint64_t begin = 50 * 10000;
    ck_assert_uint_eq(read(0, begin - 1000), PATH + RCD + CAS + BURST);
    ck_assert_uint_eq(read(1, begin - 500), PATH + CAS + BURST);
    /* Arrives 100 into the refresh, which the first half of the path is before. */
    ck_assert_uint_eq(read(2, begin + 100 - PATH / 2), 100 + PATH + RCD + CAS + BURST);
    ck_assert_uint_eq(read(3, begin + 1000), PATH + CAS + BURST);
    ck_assert_uint_eq(read(3, begin + 11000), PATH + RCD + CAS + BURST);
    ck_assert_uint_eq(events[EVENT_DRAM_ROW_CONFLICTS], 0);
}
END_TEST

START_TEST(a_refresh_longer_than_its_interval_leaves_memory_usable)
{
    struct core_settings mad = plain;
    mad.dram_refresh = 100;
    mad.dram_refresh_time = 1000;
    start(&mad);
    for (uint64_t at = AT; at < AT + 10000; at += 13)
        ck_assert_uint_lt(read(at * 7, at), 100000);
}
END_TEST

/* 1200 MHz and 450 MHz: a memory cycle is 2 2/3 core cycles. Eight lines of a row are 64 memory cycles: 170.67 core cycles. */
START_TEST(fractions_of_core_cycles_are_kept)
{
    struct core_settings odd = plain;
    odd.clock_mhz = 1200;
    odd.dram_mhz = 450;
    odd.dram_burst = 1;
    start(&odd);
    uint64_t first = dram_access(&d, 0, 0, false, AT, events), last = first;
    for (uint64_t line = 1; line <= 12; line++)
        last = dram_access(&d, 0, line, false, AT, events);
    ck_assert_uint_eq(last - first, 32);
}
END_TEST

START_TEST(costs_depend_on_the_time_since_and_not_on_the_time)
{
    uint64_t state = 1;
    uint64_t shift = 10000ull * 123457;   /* whole refresh intervals */
    struct core_settings refreshed = plain;
    refreshed.dram_refresh = 10000;
    refreshed.dram_refresh_time = 200;
    static uint64_t took[3000];
    for (unsigned run = 0; run < 2; run++) {
        start(&refreshed);
        state = 1;
        uint64_t at = AT + run * shift;
        for (unsigned i = 0; i < 3000; i++) {
            state = state * 6364136223846793005ull + 1442695040888963407ull;
            at += state >> 57;
            uint64_t t = dram_access(&d, 0, state >> 40 & 0xfff, state >> 33 & 1, at, events) - at;
            if (run)
                ck_assert_uint_eq(t, took[i]);
            took[i] = t;
        }
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("dram");
    TCase *t = tcase_create("dram");
    tcase_add_test(t, a_closed_row_an_open_row_and_another_row_cost_what_the_standard_says);
    tcase_add_test(t, lines_of_an_open_row_follow_one_another_on_the_bus);
    tcase_add_test(t, banks_open_their_rows_at_the_same_time);
    tcase_add_test(t, the_channel_carries_reads_and_writes_apart);
    tcase_add_test(t, a_refresh_is_waited_for_and_closes_the_rows);
    tcase_add_test(t, a_refresh_longer_than_its_interval_leaves_memory_usable);
    tcase_add_test(t, fractions_of_core_cycles_are_kept);
    tcase_add_test(t, costs_depend_on_the_time_since_and_not_on_the_time);
    suite_add_tcase(s, t);
    return s;
}
