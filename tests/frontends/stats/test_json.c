/* SPDX-License-Identifier: MIT */
/* Catches: JSON that is none, totals that differ from the table, a series that does not add up to the totals, texts of the user
   that break the file. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/stats/json.h"
#include "frontends/stats/text.h"
#include "tests/frontends/stats/made_up.h"
#include "tests/support/support.h"

static struct stats stats;
static struct stats_sample samples[MADE_UP_SAMPLES];
static json_t *root;

static void make_stats(void)
{
    made_up_stats(&stats, samples);
}

static void check_documented(const char *page, const char *name)
{
    char quoted[80];
    snprintf(quoted, sizeof quoted, "`%s`", name);
    ck_assert_msg(strstr(page, quoted) != NULL, "docs/stats.md does not mention %s", quoted);
}

static void free_root(void)
{
    json_decref(root);
    root = NULL;
}

static void write_and_read(void)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    stats_json(to, &stats);
    fclose(to);
    json_error_t error;
    root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    free(text);
}

/* The member that a path of keys leads to. */
static json_t *at(const char *a, const char *b, const char *c)
{
    json_t *value = json_object_get(root, a);
    value = b ? json_object_get(value, b) : value;
    value = c ? json_object_get(value, c) : value;
    ck_assert_msg(value != NULL, "%s %s %s", a, b ? b : "", c ? c : "");
    return value;
}

START_TEST(totals_are_the_counters)
{
    write_and_read();
    for (unsigned level = 0; level < STATS_COLUMNS; level++) {
        struct stats_column column;
        stats_column(&stats.total.counters, level, &column);
        json_t *total = at("totals", stats_column_names[level], NULL), *stack = json_object_get(total, "stack");
        ck_assert_int_eq(json_integer_value(json_object_get(total, "instructions")), column.instructions);
        json_int_t sum = 0;
        for (unsigned i = 0; i < CAUSE_COUNT; i++) {
            json_int_t cycles = json_integer_value(json_object_get(stack, counter_causes[i].name));
            ck_assert_int_eq(cycles, column.cycles[i]);
            sum += cycles;
        }
        ck_assert_int_eq(json_integer_value(json_object_get(total, "cycles")), sum);
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(total, "events"), counter_events[i].name)),
                             column.events[i]);
    }
}
END_TEST

START_TEST(derived_values_are_those_of_the_table)
{
    write_and_read();
    for (unsigned level = 0; level < STATS_COLUMNS; level++) {
        struct stats_column column;
        stats_column(&stats.total.counters, level, &column);
        for (unsigned i = 0; i < stats_row_count; i++) {
            const struct stats_row *row = &stats_rows[i];
            struct stats_text text;
            stats_text(row, &column, &text);
            json_t *value = at("derived", stats_column_names[level], row->key);
            char number[32], key[64];
            if (row->unit == STATS_COUNT || row->unit == STATS_SHARE)
                stats_grouped((uint64_t)json_integer_value(value), number);
            else if (json_is_null(value))
                strcpy(number, "-");
            else
                stats_decimal(json_real_value(value), number);
            ck_assert_str_eq(number, text.number);
            if (row->unit != STATS_SHARE || !*text.more)
                continue;
            snprintf(key, sizeof key, "%s_share", row->key);
            stats_percent(json_real_value(at("derived", stats_column_names[level], key)), number);
            ck_assert_str_eq(number, text.more);
        }
    }
}
END_TEST

START_TEST(the_series_adds_up_to_the_totals)
{
    write_and_read();
    json_t *columns = at("series", "columns", NULL), *rows = at("series", "rows", NULL);
    ck_assert_uint_eq(json_array_size(rows), MADE_UP_SAMPLES);
    size_t width = json_array_size(columns);
    json_int_t sums[256] = { 0 };
    ck_assert_uint_le(width, ARRAY_SIZE(sums));
    double end = 0;
    for (size_t y = 0; y < MADE_UP_SAMPLES; y++) {
        json_t *row = json_array_get(rows, y);
        ck_assert_uint_eq(json_array_size(row), width);
        ck_assert_double_eq(json_real_value(json_array_get(row, 0)), end);
        end = json_real_value(json_array_get(row, 1));
        for (size_t x = 2; x < width; x++)
            sums[x] += json_integer_value(json_array_get(row, x));
    }
    ck_assert_double_eq(end, json_real_value(at("time", "virtual_seconds", NULL)));
    for (size_t x = 0; x < width; x++) {
        char level[8] = "", group[16] = "", name[64] = "";
        const char *column = json_string_value(json_array_get(columns, x));
        if (x < STATS_JSON_LEADING)
            continue;
        int parts = sscanf(column, "%7[^.].%15[^.].%63s", level, group, name);
        json_t *total = at("totals", level, group);
        ck_assert_msg(sums[x] == json_integer_value(parts == 3 ? json_object_get(total, name) : total), "%s", column);
    }
    ck_assert_int_eq(sums[2], json_integer_value(at("time", "instructions", NULL)));
}
END_TEST

START_TEST(without_an_interval_there_is_no_series)
{
    stats.every = 0;
    write_and_read();
    ck_assert_ptr_null(json_object_get(root, "series"));
}
END_TEST

START_TEST(the_file_says_what_it_is_and_what_its_names_mean)
{
    write_and_read();
    ck_assert_str_eq(json_string_value(at("format", NULL, NULL)), "orrery-stats");
    ck_assert_int_eq(json_integer_value(at("version", NULL, NULL)), STATS_JSON_VERSION);
    ck_assert_uint_eq(json_object_size(at("names", "causes", NULL)), CAUSE_COUNT);
    ck_assert_uint_eq(json_object_size(at("names", "events", NULL)), EVENT_COUNT);
    ck_assert_str_eq(json_string_value(at("names", "causes", "idle")), "asleep in WFI");
    ck_assert_int_eq(json_integer_value(at("work", "states", NULL)), 712);
    ck_assert_double_eq(json_real_value(at("host", "cpu_seconds", NULL)), 12.5);
}
END_TEST

START_TEST(what_the_user_typed_cannot_break_the_file)
{
    static const char *const argv[] = { "-append", "quotes \" and \\ and \n and </script>", "\xff\xfe no UTF-8",
                                        "snow \xe2\x98\x83" };
    stats.run.argv = (char *const *)argv;
    stats.run.argc = ARRAY_SIZE(argv);
    stats.run.append = argv[1];
    stats.run.guest = NULL;
    write_and_read();
    json_t *command = at("meta", "command", NULL);
    ck_assert_str_eq(json_string_value(json_array_get(command, 1)), argv[1]);
    ck_assert_str_eq(json_string_value(json_array_get(command, 2)), "?? no UTF-8");
    ck_assert_str_eq(json_string_value(json_array_get(command, 3)), argv[3]);
    ck_assert(json_is_null(at("meta", "guest", NULL)));
}
END_TEST

START_TEST(every_name_is_documented)
{
    static char page[1 << 16];
    FILE *file = fopen("docs/stats.md", "r");
    ck_assert_ptr_nonnull(file);
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
    for (unsigned i = 0; i < CAUSE_COUNT; i++)
        check_documented(page, counter_causes[i].name);
    for (unsigned i = 0; i < EVENT_COUNT; i++)
        check_documented(page, counter_events[i].name);
    for (unsigned i = 0; i < stats_row_count; i++)
        check_documented(page, stats_rows[i].key);
    write_and_read();
    const char *key;
    json_t *value;
    json_object_foreach(root, key, value)
        check_documented(page, key);
    json_object_foreach(at("meta", NULL, NULL), key, value)
        check_documented(page, key);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("json");
    TCase *t = tcase_create("json");
    tcase_add_checked_fixture(t, make_stats, free_root);
    tcase_add_test(t, totals_are_the_counters);
    tcase_add_test(t, derived_values_are_those_of_the_table);
    tcase_add_test(t, the_series_adds_up_to_the_totals);
    tcase_add_test(t, without_an_interval_there_is_no_series);
    tcase_add_test(t, the_file_says_what_it_is_and_what_its_names_mean);
    tcase_add_test(t, what_the_user_typed_cannot_break_the_file);
    tcase_add_test(t, every_name_is_documented);
    suite_add_tcase(s, t);
    return s;
}
