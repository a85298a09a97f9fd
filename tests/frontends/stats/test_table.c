/* SPDX-License-Identifier: MIT */
/* Catches: a table wider than a terminal, columns that run into each other, zeroes printed for what was not measured. */
#include <stdlib.h>
#include <string.h>

#include "frontends/stats/table.h"
#include "frontends/stats/text.h"
#include "tests/frontends/stats/made_up.h"
#include "tests/support/support.h"

enum { WIDTH = 96 };

static struct stats stats;
static struct stats_sample samples[MADE_UP_SAMPLES];
static char *text;

static void make_stats(void)
{
    made_up_stats(&stats, samples);
}

static void free_text(void)
{
    free(text);
    text = NULL;
}

static const char *table(bool is_utf8)
{
    size_t size;
    free_text();
    FILE *to = open_memstream(&text, &size);
    stats_table(to, &stats, is_utf8);
    fclose(to);
    return text;
}

/* Columns that a line takes: bytes that do not continue a character. */
static int width(const char *line, const char *end)
{
    int columns = 0;
    for (; line < end; line++)
        columns += (*line & 0xc0) != 0x80;
    return columns;
}

START_TEST(the_table_fits_its_width_and_ends_lines_without_blanks)
{
    for (int is_utf8 = 0; is_utf8 < 2; is_utf8++)
        for (const char *line = table(is_utf8), *end; (end = strchr(line, '\n')); line = end + 1) {
            ck_assert_msg(width(line, end) <= WIDTH, "%.*s", (int)(end - line), line);
            ck_assert_msg(end == line || end[-1] != ' ', "%.*s|", (int)(end - line), line);
        }
}
END_TEST

START_TEST(each_of_several_cores_has_a_row_and_one_alone_has_none)
{
    made_up_cores(&stats);
    table(false);
    ck_assert_ptr_nonnull(strstr(text, "\n0    "));
    ck_assert_ptr_nonnull(strstr(text, "\n2    "));
    ck_assert_ptr_nonnull(strstr(text, "\ntogether "));
    ck_assert_ptr_nonnull(strstr(text, "came from a core"));
    for (const char *line = text, *end; (end = strchr(line, '\n')); line = end + 1)
        ck_assert_msg(width(line, end) <= WIDTH, "%.*s", (int)(end - line), line);
    stats.core_count = 1;
    table(false);
    ck_assert_ptr_null(strstr(text, "\n0    "));
    ck_assert_ptr_null(strstr(text, "came from a core"));
}
END_TEST

START_TEST(shares_stand_apart_from_numbers)
{
    for (const char *p = table(false); (p = strstr(p, "100.0 %")); p++)
        ck_assert_int_eq(p[-1], ' ');
}
END_TEST

START_TEST(every_row_and_every_cause_is_there)
{
    table(true);
    for (unsigned i = 0; i < stats_row_count; i++)
        ck_assert_msg(strstr(text, stats_rows[i].label) != NULL, "%s", stats_rows[i].label);
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        ck_assert_msg(strstr(text, counter_causes[i].name) != NULL, "%s", counter_causes[i].name);
    ck_assert_ptr_nonnull(strstr(text, "412.4 MIPS"));
    ck_assert_ptr_nonnull(strstr(text, "ended by power off"));
}
END_TEST

START_TEST(the_stack_says_100_percent_four_times)
{
    const char *line = strstr(table(false), "\ntogether");
    ck_assert_ptr_nonnull(line);
    for (int i = 0; i < 4; i++) {
        line = strstr(line, "100.0 %");
        ck_assert_ptr_nonnull(line++);
    }
}
END_TEST

START_TEST(without_utf8_the_table_is_ascii)
{
    for (const char *p = table(false); *p; p++)
        ck_assert((unsigned char)*p < 0x80);
    ck_assert_ptr_nonnull(strchr(text, '#'));
    ck_assert_ptr_nonnull(strstr(table(true), "█"));
}
END_TEST

START_TEST(with_timing_off_there_is_no_zero)
{
    memset(&stats.total.counters, 0, sizeof stats.total.counters);
    stats.timing = TIMING_OFF;
    table(false);
    ck_assert_ptr_nonnull(strstr(text, "timing was off"));
    ck_assert_ptr_nonnull(strstr(text, "5,155,060,001"));
    ck_assert_ptr_null(strstr(text, "L1D"));
}
END_TEST

START_TEST(a_run_timed_in_part_says_so)
{
    stats.total.instructions += 5;
    ck_assert_ptr_nonnull(strstr(table(false), "Timing was on for 5,155,060,001 of the instructions"));
}
END_TEST

START_TEST(the_largest_numbers_do_no_harm)
{
    memset(&stats.total, 0xff, sizeof stats.total);
    memset(&stats.work, 0xff, sizeof stats.work);
    stats.host_seconds = 1e-300;
    ck_assert_ptr_nonnull(strstr(table(true), "together"));
}
END_TEST

START_TEST(lines_of_the_engine_stand_in_the_same_columns)
{
    size_t size;
    FILE *to = open_memstream(&text, &size);
    stats_table_line(to, "table walks: 12345");
    stats_table_line(to, "just words");
    fclose(to);
    ck_assert_str_eq(text, "table walks                         12,345\njust words\n");
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("table");
    TCase *t = tcase_create("table");
    tcase_add_checked_fixture(t, make_stats, free_text);
    tcase_add_test(t, the_table_fits_its_width_and_ends_lines_without_blanks);
    tcase_add_test(t, each_of_several_cores_has_a_row_and_one_alone_has_none);
    tcase_add_test(t, shares_stand_apart_from_numbers);
    tcase_add_test(t, every_row_and_every_cause_is_there);
    tcase_add_test(t, the_stack_says_100_percent_four_times);
    tcase_add_test(t, without_utf8_the_table_is_ascii);
    tcase_add_test(t, with_timing_off_there_is_no_zero);
    tcase_add_test(t, a_run_timed_in_part_says_so);
    tcase_add_test(t, the_largest_numbers_do_no_harm);
    tcase_add_test(t, lines_of_the_engine_stand_in_the_same_columns);
    suite_add_tcase(s, t);
    return s;
}
