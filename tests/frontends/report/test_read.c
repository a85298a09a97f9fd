/* SPDX-License-Identifier: MIT */
/* Catches: files that anybody may have written (cut short, other types, other numbers, other JSON) and that crash the reader, hang
   it, or are taken for good ones; counters that come back changed. */
#include "tests/frontends/report/files.h"

static struct report_run run;
static struct error err;

static void tear_down(void)
{
    report_free(&run);
    files_remove();
}

static int read_text(const char *text, size_t size)
{
    files_write("x.json", text, size);
    report_free(&run);
    err.text[0] = 0;
    return report_read(&run, "x.json", &err);
}

START_TEST(what_was_written_is_read_back)
{
    struct stats stats;
    struct stats_sample samples[MADE_UP_SAMPLES];
    made_up_stats(&stats, samples);
    char *text = files_text(NULL);
    ck_assert_msg(read_text(text, strlen(text)) == 0, "%s", err.text);
    free(text);
    ck_assert_mem_eq(&run.total, &stats.total.counters, sizeof run.total);
    ck_assert_uint_eq(run.instructions, stats.total.instructions);
    ck_assert_uint_eq(run.work.states, 712);
    ck_assert_double_eq(run.virtual_seconds, 8);
    ck_assert_uint_eq(run.interval_count, MADE_UP_SAMPLES);
    struct counters sum = { 0 };
    for (unsigned i = 0; i < run.interval_count; i++)
        counters_add(&sum, &run.intervals[i].counters);
    ck_assert_mem_eq(&sum, &run.total, sizeof sum);
    ck_assert_double_eq(run.intervals[3].to, 0.8);
    ck_assert_str_eq(report_meta(&run, "append"), "console=ttyAMA0 quiet");
    ck_assert_str_eq(report_meta(&run, "nothing"), "");
}
END_TEST

START_TEST(each_core_is_read_back_and_more_than_a_machine_has_are_refused)
{
    struct stats stats;
    struct stats_sample samples[MADE_UP_SAMPLES];
    made_up_stats(&stats, samples);
    made_up_cores(&stats);
    char *text = files_text(made_up_cores);
    ck_assert_msg(read_text(text, strlen(text)) == 0, "%s", err.text);
    ck_assert_uint_eq(run.core_count, stats.core_count);
    for (unsigned i = 0; i < run.core_count; i++)
        ck_assert_mem_eq(&run.cores[i], &stats.cores[i].counters, sizeof run.cores[i]);
    json_t *root = json_loads(text, 0, NULL), *cores = json_object_get(root, "cores");
    free(text);
    while (json_array_size(cores) <= MACHINE_CORES)
        json_array_append(cores, json_array_get(cores, 0));
    text = json_dumps(root, 0);
    ck_assert_int_eq(read_text(text, strlen(text)), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "cores"));
    free(text);
    json_array_clear(cores);
    json_array_append_new(cores, json_integer(7));
    text = json_dumps(root, 0);
    ck_assert_int_eq(read_text(text, strlen(text)), -1);
    free(text);
    json_decref(root);
}
END_TEST

static void give_a_core(struct stats *stats)
{
    stats->core = model_at(0);
}

START_TEST(settings_are_read_as_the_user_writes_them)
{
    const char *key;
    char *text = files_text(give_a_core), value[32];
    ck_assert_int_eq(read_text(text, strlen(text)), 0);
    free(text);
    report_setting_of(&run, "l2.size", value);
    ck_assert_str_eq(value, "512K");
    report_setting_of(&run, "no.such", value);
    ck_assert_str_eq(value, "");
    ck_assert(report_setting(&run, 0, &key, value));
    ck_assert(report_setting(&run, setting_count - 1, &key, value));
    ck_assert(!report_setting(&run, setting_count, &key, value));
    ck_assert_str_eq(report_core(&run, "name"), "cortex-a53");
}
END_TEST

START_TEST(a_file_cut_short_anywhere_is_refused)
{
    char *text = files_text(NULL);
    size_t size = strlen(text) - 2;   /* what is behind the last brace does not matter */
    for (size_t cut = 0; cut < size; cut += cut < 3000 ? 41 : 997) {
        ck_assert_int_eq(read_text(text, cut), -1);
        ck_assert_ptr_nonnull(strstr(err.text, "x.json"));
    }
    free(text);
}
END_TEST

/* Every value of the file in turn becomes something else. Nothing crashes; what the page needs is refused. */
static unsigned refused;

static void try_with(json_t *root)
{
    char *text = json_dumps(root, JSON_COMPACT);
    refused += read_text(text, strlen(text)) < 0;
    free(text);
}

static void damage(json_t *root, json_t *part, unsigned depth)
{
    json_t *strange[] = { json_null(), json_string("<b>"), json_integer(-1), json_real(1e300), json_array(), json_object(),
                          json_integer(INT64_MAX), json_true() };
    const char *key;
    void *next;
    json_t *value;
    json_object_foreach_safe(part, next, key, value) {
        json_incref(value);
        for (size_t i = 0; i < ARRAY_SIZE(strange); i++) {
            json_object_set(part, key, strange[i]);
            try_with(root);
        }
        json_object_set(part, key, value);
        if (json_is_object(value) && depth < 3 && strcmp(key, "names") && strcmp(key, "derived"))
            damage(root, value, depth + 1);
        json_decref(value);
    }
    for (size_t i = 0; i < ARRAY_SIZE(strange); i++)
        json_decref(strange[i]);
}

static void shorten(struct stats *stats)
{
    stats->series_count = 2;
}

START_TEST(a_file_with_any_value_damaged_does_no_harm)
{
    char *text = files_text(shorten);
    json_t *root = json_loads(text, 0, NULL);
    free(text);
    refused = 0;
    damage(root, root, 0);
    ck_assert_uint_gt(refused, 500);
    json_decref(root);
}
END_TEST

/* The text with `from` replaced once, to be freed. */
static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    ck_assert_msg(at != NULL, "%s", from);
    return mem_printf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

START_TEST(damaged_files_are_told_apart)
{
    static const struct { const char *from, *to, *message; } cases[] = {
        { "\"orrery-stats\"", "\"other\"", "\"format\" is not \"orrery-stats\"" },
        { "\"version\": 1", "\"version\": 2", "version 2" },
        { "\"loads\":", "\"lodes\":", "counts \"lodes\"" },
        { "\"issue\": 2", "\"issue\": -2", "\"issue\" is not a count" },
        { "\"issue\": 2", "\"issue\": 2.5e3,\"fetch\":2", "not JSON" },
        { "\"issue\": 2", "\"issue\": 99999999999999999999", "too big" },
        { "\"from\",\"to\"", "\"to\",\"from\"", "begins with from, to" },
        { "\"el0.stack.issue\"", "\"el3.stack.issue\"", "column \"el3.stack.issue\"" },
        { "[0.2,0.4,", "[0.1,0.4,", "in the order of time" },
        { "[0.2,0.4,", "[0.2,0.1,", "in the order of time" },
        { "[0.2,0.4,", "[0.2,0.4,7,", "as long as series.columns" },
        { "[0.2,0.4,", "[0.2,1e400,", "real number overflow" },
        { "[0.2,0.4,", "[0.2,1e12,", "not a number of seconds" },
        { "\"virtual_seconds\": 8.0", "\"virtual_seconds\": -8.0", "number of seconds" },
    };
    char *good = files_text(NULL);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *text = replaced(good, cases[i].from, cases[i].to);
        ck_assert_int_eq(read_text(text, strlen(text)), -1);
        ck_assert_msg(strstr(err.text, cases[i].message) != NULL, "%s: %s", cases[i].to, err.text);
        free(text);
    }
    free(good);
}
END_TEST

START_TEST(what_is_no_file_of_stats_is_refused)
{
    static const char *const texts[] = { "", "hello", "{}", "[]", "null", "7", "{\"format\":7}", "\xff\xfe",
                                         "{\"format\":\"orrery-stats\",\"version\":1}" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        ck_assert_int_eq(read_text(texts[i], strlen(texts[i])), -1);
    size_t size = 1000000;
    char *deep = mem_alloc(size);
    memset(deep, '[', size);
    ck_assert_int_eq(read_text(deep, size), -1);
    memset(deep, 0, size);
    ck_assert_int_eq(read_text(deep, size), -1);
    free(deep);
    ck_assert_int_eq(report_read(&run, "missing.json", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    ck_assert_int_eq(report_read(&run, ".", &err), -1);
    ck_assert_int_eq(report_read(&run, "/dev/zero", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "longer"));
}
END_TEST

START_TEST(names_are_short_and_different)
{
    struct report_run runs[4] = { { .file = mem_strdup("a/boot.json") }, { .file = mem_strdup("b/boot.json") },
                                  { .file = mem_strdup("/tmp/fast\xff.json") }, { .file = mem_alloc(300) } };
    memset(runs[3].file, 'x', 57);
    memcpy(runs[3].file + 57, "\xe2\x98\x83\xe2\x98\x83", 6);   /* cut within a snowman */
    report_name(runs, 4);
    ck_assert_str_eq(runs[0].name, "1: a/boot.json");
    ck_assert_str_eq(runs[1].name, "2: b/boot.json");
    ck_assert_str_eq(runs[2].name, "fast?");
    ck_assert_uint_eq(strlen(runs[3].name), 60);
    for (unsigned i = 0; i < 4; i++)
        report_free(&runs[i]);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("read");
    TCase *t = tcase_create("read");
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, files_make, tear_down);
    tcase_add_test(t, what_was_written_is_read_back);
    tcase_add_test(t, each_core_is_read_back_and_more_than_a_machine_has_are_refused);
    tcase_add_test(t, settings_are_read_as_the_user_writes_them);
    tcase_add_test(t, a_file_cut_short_anywhere_is_refused);
    tcase_add_test(t, a_file_with_any_value_damaged_does_no_harm);
    tcase_add_test(t, damaged_files_are_told_apart);
    tcase_add_test(t, what_is_no_file_of_stats_is_refused);
    tcase_add_test(t, names_are_short_and_different);
    suite_add_tcase(s, t);
    return s;
}
