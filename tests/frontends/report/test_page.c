/* SPDX-License-Identifier: MIT */
/* Catches: markup of a file in the page, a page that needs the network or is no well-formed XML within its plots, numbers that are
   not those of the table, NaN in a picture, curves of empty runs. */
#include "frontends/report/page.h"
#include "frontends/report/plot.h"
#include "frontends/report/report.h"
#include "frontends/report/svg.h"
#include "frontends/stats/text.h"
#include "tests/frontends/report/files.h"
#include "tests/support/trials.h"

static char *page;
static struct report_run runs[PAGE_RUNS];
static unsigned run_count;

static void tear_down(void)
{
    free(page);
    page = NULL;
    while (run_count)
        report_free(&runs[--run_count]);
    files_remove();
}

static void add(const char *name, void change(struct stats *stats))
{
    struct error err;
    char *text = files_text(change);
    files_write(name, text, strlen(text));
    free(text);
    ck_assert_msg(report_read(&runs[run_count++], name, &err) == 0, "%s", err.text);
}

static const char *made(void)
{
    size_t size;
    report_name(runs, run_count);
    FILE *to = open_memstream(&page, &size);
    page_write(to, runs, run_count);
    fclose(to);
    return page;
}

/* Tags of one element are closed in the order of opening; void elements and comments aside. */
static void check_nesting(const char *text)
{
    static const char *const voids[] = { "meta", "!doctype" };
    char open[64][16];
    unsigned depth = 0;
    for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<')) {
        const char *end = strchr(p, '>');
        ck_assert_ptr_nonnull(end);
        char name[16];
        bool is_end = p[1] == '/';
        ck_assert_int_eq(sscanf(p + 1 + is_end, "%15[a-z0-9!]", name), 1);
        bool is_void = end[-1] == '/';
        for (size_t i = 0; i < ARRAY_SIZE(voids); i++)
            is_void |= !strcmp(name, voids[i]);
        if (is_end) {
            ck_assert_uint_gt(depth, 0);
            ck_assert_str_eq(open[--depth], name);
        } else if (!is_void) {
            ck_assert_uint_lt(depth, 64);
            strcpy(open[depth++], name);
        }
    }
    ck_assert_uint_eq(depth, 0);
}

static void check_sound(const char *text)
{
    check_nesting(text);
    static const char *const never[] = { "nan", "inf\"", "<script", "http:", "https:", "src=", "url(", "@import" };
    for (size_t i = 0; i < ARRAY_SIZE(never); i++)
        ck_assert_msg(!strstr(text, never[i]), "%s: %.60s", never[i], strstr(text, never[i]));
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;
    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

START_TEST(one_run_has_all_its_plots)
{
    add("one.json", NULL);
    made();
    check_sound(page);
    ck_assert_uint_eq(count_of(page, "<svg"), 7);
    ck_assert_ptr_nonnull(strstr(page, "<h1>one</h1>"));
    ck_assert_ptr_nonnull(strstr(page, "Cycle stack over time"));
    ck_assert_ptr_null(strstr(page, "Comparison"));
}
END_TEST

START_TEST(each_of_several_cores_has_a_row)
{
    add("four.json", made_up_cores);
    check_sound(made());
    ck_assert_ptr_nonnull(strstr(page, "Cores of four"));
    ck_assert_ptr_nonnull(strstr(page, "<tr><td>core 2</td>"));
    ck_assert_ptr_null(strstr(page, "<tr><td>core 3</td>"));
    ck_assert_ptr_nonnull(strstr(page, "<tr><td>together</td>"));
}
END_TEST

START_TEST(every_number_is_that_of_the_table)
{
    struct stats_column column;
    add("one.json", NULL);
    made();
    stats_column(&runs[0].total, STATS_ALL, &column);
    for (unsigned i = 0; i < stats_row_count; i++) {
        struct stats_text text;
        stats_text(&stats_rows[i], &column, &text);
        char *cell = mem_printf("<td>%s", text.number);
        ck_assert_msg(strstr(page, cell) != NULL, "%s %s", stats_rows[i].key, text.number);
        free(cell);
    }
}
END_TEST

static void use_a_core(struct stats *stats)
{
    stats->core = model_at(0);
}

static struct core_model smaller;
static void use_a_smaller_core(struct stats *stats)
{
    smaller = *model_at(0);
    smaller.settings.l2_size /= 2;
    stats->core = &smaller;
    stats->total.counters.cycles[0][CAUSE_DRAM] *= 2;
}

START_TEST(several_runs_are_compared)
{
    add("one.json", use_a_core);
    add("two.json", use_a_smaller_core);
    made();
    check_sound(page);
    ck_assert_ptr_nonnull(strstr(page, "one and two compared"));
    ck_assert_ptr_nonnull(strstr(page, "<td>256K</td>"));
    ck_assert_uint_eq(count_of(page, "<tr class=\"differs\">"), 1);
    ck_assert_uint_eq(count_of(page, "<svg"), 8);
    double first = (double)(runs[0].total.cycles[0][CAUSE_DRAM] + runs[0].total.cycles[1][CAUSE_DRAM]);
    double second = (double)(runs[1].total.cycles[0][CAUSE_DRAM] + runs[1].total.cycles[1][CAUSE_DRAM]);
    char *ratio = mem_printf("× %.3f</td>", second / first);
    ck_assert_double_gt(second, 1.5 * first);
    ck_assert_ptr_nonnull(strstr(page, ratio));
    ck_assert_ptr_nonnull(strstr(page, "× 1.000"));
    free(ratio);
}
END_TEST

START_TEST(as_many_runs_as_fit_have_classes_of_their_own)
{
    for (unsigned i = 0; i < PAGE_RUNS; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u.json", i);
        add(name, NULL);
    }
    check_sound(made());
    ck_assert_ptr_nonnull(strstr(page, "class=\"curve l7\""));
}
END_TEST

static void be_hostile(struct stats *stats)
{
    stats->run.guest = "</dd><script>alert(1)</script>";
    stats->run.kernel = stats->run.append = "\" onload=\"x\" '&amp; \x1b[2J \xe2\x80\xae";
    stats->run.program = stats->run.board = stats->run.end = "<svg onload=x>";
}

START_TEST(markup_in_a_file_is_only_text)
{
    add("<img src=x onerror=y>.json", be_hostile);
    made();
    check_nesting(page);
    ck_assert_ptr_null(strstr(page, "<script"));
    ck_assert_ptr_null(strstr(page, "<img"));
    ck_assert_ptr_null(strstr(page, "<svg onload"));
    ck_assert_ptr_null(strstr(page, "\x1b"));
    ck_assert_ptr_nonnull(strstr(page, "&lt;img src=x"));
}
END_TEST

static void be_empty(struct stats *stats)
{
    struct stats_sample *samples = (struct stats_sample *)stats->series;
    memset(&stats->total.counters, 0, sizeof stats->total.counters);
    for (unsigned i = 0; i < stats->series_count; i++)
        memset(&samples[i].counters, 0, sizeof samples[i].counters);
    stats->total.at = 0;
    stats->host_seconds = 0;
}

static void be_without_series(struct stats *stats)
{
    be_empty(stats);
    stats->every = 0;
}

START_TEST(runs_in_which_nothing_was_counted_have_a_page_too)
{
    add("empty.json", be_empty);
    add("none.json", be_without_series);
    add("good.json", NULL);
    check_sound(made());
    ck_assert_ptr_nonnull(strstr(page, "Timing was off"));
}
END_TEST

static void be_huge(struct stats *stats)
{
    struct stats_sample *samples = (struct stats_sample *)stats->series;
    uint64_t *numbers = (uint64_t *)&stats->total.counters;
    for (size_t i = 0; i < sizeof(struct counters) / sizeof *numbers; i++)
        numbers[i] = 100000000000000000;
    for (unsigned i = 0; i < stats->series_count; i++)
        for (size_t k = 0; k < sizeof(struct counters) / sizeof *numbers; k++)
            ((uint64_t *)&samples[i].counters)[k] = (uint64_t)(i + 1) * 100000000000000000 / (k % 3 + 1);
}

START_TEST(the_largest_numbers_are_drawn)
{
    add("huge.json", be_huge);
    check_sound(made());
}
END_TEST

static void be_short(struct stats *stats)
{
    stats->core = model_at(0);
    stats->series_count = 3;
}

/* A few bytes of a good file become others, mostly digits, so that many of the files are still read. */
START_TEST(whatever_can_be_read_can_be_drawn)
{
    static const char digits[] = "0123456789-.e,[]{}\"";
    char *good = files_text(be_short);
    size_t size = strlen(good);
    uint32_t random = 1;
    unsigned drawn = 0, rounds = (unsigned)trials(600, 10);
    for (unsigned round = 0; round < rounds; round++) {
        char *bad = mem_strdup(good);
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            random = random * 1664525 + 1013904223;
            size_t at = (random >> 8) % size;
            while (at + 1 < size && (bad[at] < '0' || bad[at] > '9'))
                at++;
            bad[at] = digits[(random >> 4) % (round % 8 ? 10 : sizeof digits - 1)];
        }
        files_write("x.json", bad, size);
        free(bad);
        struct error err;
        if (report_read(&runs[0], "x.json", &err) < 0)
            continue;
        run_count = 1;
        check_sound(made());
        free(page);
        page = NULL;
        report_free(&runs[--run_count]);
        drawn++;
    }
    free(good);
    ck_assert_uint_gt(drawn, rounds / 4);
    ck_assert_uint_lt(drawn, rounds);
}
END_TEST

START_TEST(many_intervals_are_joined_and_keep_their_sum)
{
    struct report_run run = { .interval_count = 1001, .intervals = mem_alloc(1001 * sizeof(struct report_interval)) };
    for (unsigned i = 0; i < run.interval_count; i++)
        run.intervals[i] = (struct report_interval){ .from = i, .to = i + 1, .counters = { .instructions = { i, 1 } } };
    unsigned count;
    struct report_interval *bins = plot_bins(&run, &count);
    uint64_t sum = 0, ones = 0;
    ck_assert_uint_le(count, PLOT_BINS);
    ck_assert_uint_ge(count, PLOT_BINS / 2);
    for (unsigned i = 0; i < count; i++) {
        sum += bins[i].counters.instructions[0];
        ones += bins[i].counters.instructions[1];
        ck_assert_double_eq(bins[i].from, i ? bins[i - 1].to : 0);
    }
    ck_assert_uint_eq(sum, 1001 * 1000 / 2);
    ck_assert_uint_eq(ones, 1001);
    ck_assert_double_eq(bins[count - 1].to, 1001);
    free(bins);
    free(run.intervals);
}
END_TEST

START_TEST(text_is_escaped_and_cut_between_characters)
{
    static const struct { const char *text, *escaped; unsigned limit; } cases[] = {
        { "a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;", 0 }, { "snow\xe2\x98\x83man", "snow\xe2\x98\x83…", 5 },
        { "\x1b[2J\x7f\n", " [2J \n", 0 }, { "x\xc2\x9by", "x y", 0 }, { "x\xc2", "x\xc2", 0 }, { "abc", "abc", 3 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        char *text = NULL;
        size_t size;
        FILE *to = open_memstream(&text, &size);
        svg_escape(to, cases[i].text, cases[i].limit);
        fclose(to);
        ck_assert_str_eq(text, cases[i].escaped);
        free(text);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("page");
    TCase *t = tcase_create("page");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, files_make, tear_down);
    tcase_add_test(t, one_run_has_all_its_plots);
    tcase_add_test(t, each_of_several_cores_has_a_row);
    tcase_add_test(t, every_number_is_that_of_the_table);
    tcase_add_test(t, several_runs_are_compared);
    tcase_add_test(t, as_many_runs_as_fit_have_classes_of_their_own);
    tcase_add_test(t, markup_in_a_file_is_only_text);
    tcase_add_test(t, runs_in_which_nothing_was_counted_have_a_page_too);
    tcase_add_test(t, the_largest_numbers_are_drawn);
    tcase_add_test(t, whatever_can_be_read_can_be_drawn);
    tcase_add_test(t, many_intervals_are_joined_and_keep_their_sum);
    tcase_add_test(t, text_is_escaped_and_cut_between_characters);
    suite_add_tcase(s, t);
    return s;
}
