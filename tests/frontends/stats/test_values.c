/* SPDX-License-Identifier: MIT */
/* Catches: a row that divides the wrong things or says nothing about an event that is counted; shares that do not add up to
   100.0 %; numbers that nobody can read. */
#include <string.h>

#include "frontends/stats/text.h"
#include "tests/frontends/stats/made_up.h"
#include "tests/support/support.h"

static struct stats_column columns[STATS_COLUMNS];

static void make_columns(void)
{
    struct counters counters;
    made_up_counters(1000, &counters);
    for (unsigned i = 0; i < STATS_COLUMNS; i++)
        stats_column(&counters, i, &columns[i]);
}

static double value(const char *key, unsigned level)
{
    double v;
    ck_assert(stats_value(stats_row(key), &columns[level], &v));
    return v;
}

START_TEST(the_last_column_is_the_sum_of_the_others)
{
    make_columns();
    const struct stats_column *all = &columns[STATS_ALL];
    ck_assert_uint_eq(all->instructions, columns[0].instructions + columns[1].instructions);
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        ck_assert_uint_eq(all->cycles[i], columns[0].cycles[i] + columns[1].cycles[i]);
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        ck_assert_uint_eq(all->events[i], columns[0].events[i] + columns[1].events[i]);
}
END_TEST

START_TEST(values_are_what_their_names_say)
{
    make_columns();
    const struct stats_column *c = &columns[0];
    double instructions = (double)c->instructions;
    ck_assert_double_eq_tol(value("ipc", 0), instructions / (double)stats_cycles(c), 1e-12);
    ck_assert_double_eq_tol(value("l1d_misses", 0), 12 / 377.0, 1e-12);
    ck_assert_double_eq_tol(value("l1d_mpki", 0), 12, 1e-12);
    ck_assert_double_eq_tol(value("l2_misses", 0), 7 / 29.0, 1e-12);
    ck_assert_double_eq_tol(value("mispredicted", 0), 12 / 187.0, 1e-12);
    ck_assert_double_eq_tol(value("returns_mispredicted", 0), 1 / 17.0, 1e-12);
    ck_assert_double_eq_tol(value("walk_mpki", 0), 3, 1e-12);
    ck_assert_double_eq_tol(value("cycles_per_walk", 0), 33, 1e-12);
    ck_assert_double_eq_tol(value("dram_row_hits", 0), 0.6, 1e-12);
}
END_TEST

START_TEST(sleep_is_no_part_of_ipc)
{
    make_columns();
    const struct stats_column *c = &columns[1];
    ck_assert_uint_gt(c->cycles[CAUSE_IDLE], 0);
    ck_assert_uint_eq(stats_awake(c) + c->cycles[CAUSE_IDLE], stats_cycles(c));
    ck_assert_double_eq_tol(value("ipc", 1), (double)c->instructions / (double)stats_awake(c), 1e-12);
}
END_TEST

START_TEST(no_part_is_more_than_its_whole)
{
    make_columns();
    for (unsigned i = 0; i < stats_row_count; i++)
        for (unsigned level = 0; level < STATS_COLUMNS; level++)
            if (stats_rows[i].unit == STATS_SHARE)
                ck_assert_msg(value(stats_rows[i].key, level) <= 1, "%s", stats_rows[i].key);
}
END_TEST

START_TEST(every_event_that_is_counted_is_shown)
{
    for (unsigned event = 0; event < EVENT_COUNT; event++) {
        bool is_shown = false;
        for (unsigned i = 0; i < stats_row_count; i++)
            for (unsigned term = 0; term < STATS_TERMS; term++)
                is_shown |= stats_rows[i].of[term] == STATS_EVENT + event;
        ck_assert_msg(is_shown, "%s is in no row of values.c", counter_events[event].name);
    }
}
END_TEST

START_TEST(keys_are_unique)
{
    for (unsigned i = 0; i < stats_row_count; i++)
        ck_assert_msg(stats_row(stats_rows[i].key) == &stats_rows[i], "%s", stats_rows[i].key);
}
END_TEST

START_TEST(nothing_is_divided_by_nothing)
{
    static const struct stats_column zero;
    for (unsigned i = 0; i < stats_row_count; i++) {
        double v;
        struct stats_text text;
        ck_assert_int_eq(stats_value(&stats_rows[i], &zero, &v), stats_rows[i].unit == STATS_COUNT);
        stats_text(&stats_rows[i], &zero, &text);
        ck_assert_str_eq(text.more, "");
        ck_assert(!strcmp(text.number, "0") || !strcmp(text.number, "-"));
    }
}
END_TEST

START_TEST(tenths_of_a_percent_always_add_up)
{
    uint64_t parts[CAUSE_COUNT], random = 1;
    unsigned tenths[CAUSE_COUNT];
    for (unsigned round = 0; round < 2000; round++) {
        double all = 0;
        for (unsigned i = 0; i < CAUSE_COUNT; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            parts[i] = random >> (random >> 58);   /* from huge to nothing */
            all += (double)parts[i];
        }
        stats_tenths(parts, CAUSE_COUNT, tenths);
        unsigned sum = 0;
        for (unsigned i = 0; i < CAUSE_COUNT; i++) {
            sum += tenths[i];
            ck_assert_double_eq_tol(tenths[i], 1000 * ((double)parts[i] / all), 1.001);
        }
        ck_assert_uint_eq(sum, 1000);
    }
    memset(parts, 0, sizeof parts);
    stats_tenths(parts, CAUSE_COUNT, tenths);
    ck_assert_uint_eq(tenths[0], 0);
}
END_TEST

START_TEST(numbers_are_written_for_people)
{
    char text[32];
    static const struct { uint64_t number; const char *text; } grouped[] = {
        { 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 1234567, "1,234,567" },
        { UINT64_MAX, "18,446,744,073,709,551,615" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(grouped); i++) {
        stats_grouped(grouped[i].number, text);
        ck_assert_str_eq(text, grouped[i].text);
    }
    static const struct { double number; const char *text; } decimals[] = {
        { 0, "0" }, { 0.0123, "0.0123" }, { 0.5, "0.50" }, { 1.234, "1.23" }, { 12.34, "12.3" }, { 1234.5, "1234" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(decimals); i++) {
        stats_decimal(decimals[i].number, text);
        ck_assert_str_eq(text, decimals[i].text);
    }
    stats_percent(0.1234, text);
    ck_assert_str_eq(text, "12.3 %");
    stats_percent(0.0012, text);
    ck_assert_str_eq(text, "0.12 %");
    stats_percent(1e300, text);
    ck_assert_uint_lt(strlen(text), 16);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("values");
    TCase *t = tcase_create("values");
    tcase_add_test(t, the_last_column_is_the_sum_of_the_others);
    tcase_add_test(t, values_are_what_their_names_say);
    tcase_add_test(t, sleep_is_no_part_of_ipc);
    tcase_add_test(t, no_part_is_more_than_its_whole);
    tcase_add_test(t, every_event_that_is_counted_is_shown);
    tcase_add_test(t, keys_are_unique);
    tcase_add_test(t, nothing_is_divided_by_nothing);
    tcase_add_test(t, tenths_of_a_percent_always_add_up);
    tcase_add_test(t, numbers_are_written_for_people);
    suite_add_tcase(s, t);
    return s;
}
