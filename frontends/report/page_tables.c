/* SPDX-License-Identifier: MIT */
#include "frontends/report/page_tables.h"

#include <math.h>
#include <string.h>

#include "frontends/report/plot.h"
#include "frontends/report/svg.h"
#include "frontends/stats/text.h"

enum { SETTINGS_MAX = 200 };
static const double notable = 0.02;   /* ratios within 2 % of 1 get no colour */

static void put_cell(FILE *to, const char *text)
{
    fputs(*text == ' ' ? "<td class=\"part\">" : "<td>", to);
    svg_escape(to, text, 0);
    fputs("</td>", to);
}

static void put_text_cell(FILE *to, const struct stats_text *text)
{
    fprintf(to, "<td>%s", text->number);
    if (*text->more)
        fprintf(to, " <small>%s</small>", text->more);
    fputs("</td>", to);
}

static void put_group(FILE *to, const char *group, unsigned columns)
{
    fprintf(to, "<tr><th>%s</th><th colspan=\"%u\"></th></tr>\n", group, columns);
}

static void put_titles(FILE *to, const char *const *titles, unsigned count)
{
    fputs("<div class=\"scroll\"><table>\n<thead><tr><th></th>", to);
    for (unsigned i = 0; i < count; i++) {
        fputs("<th>", to);
        svg_escape(to, titles[i], 0);
        fputs("</th>", to);
    }
    fputs("</tr></thead>\n<tbody>\n", to);
}

/* ---- comparison ---- */

static void put_ratio(FILE *to, bool has_both, double value, double first)
{
    if (!has_both || !(first > 0)) {
        fputs("<td></td>", to);
        return;
    }
    double ratio = value / first;
    fprintf(to, "<td%s>× %.*f</td>", ratio > 1 + notable ? " class=\"up\"" : ratio < 1 - notable ? " class=\"down\"" : "",
            ratio < 10 ? 3 : 1, fmin(ratio, 1e12));
}

/* What is compared of a share is the share. */
static void put_compared_row(FILE *to, const struct stats_row *row, const struct stats_column *columns, unsigned count)
{
    double first = 0;
    bool has_first = stats_value(row, &columns[0], &first);
    fputs("<tr>", to);
    put_cell(to, row->label);
    for (unsigned i = 0; i < count; i++) {
        struct stats_text text;
        double value;
        bool has_value = stats_value(row, &columns[i], &value);
        stats_text(row, &columns[i], &text);
        put_text_cell(to, &text);
        if (i)
            put_ratio(to, has_first && has_value, value, first);
    }
    fputs("</tr>\n", to);
}

static void put_compared_cause(FILE *to, unsigned cause, const struct stats_column *columns, unsigned count)
{
    char name[PLOT_NAME];
    double first = (double)columns[0].cycles[cause];
    plot_cause_name(cause, name);
    fprintf(to, "<tr>");
    put_cell(to, name);
    for (unsigned i = 0; i < count; i++) {
        struct stats_text text;
        uint64_t all = stats_cycles(&columns[i]);
        stats_grouped(columns[i].cycles[cause], text.number);
        text.more[0] = 0;
        if (all)
            stats_percent((double)columns[i].cycles[cause] / (double)all, text.more);
        put_text_cell(to, &text);
        if (i)
            put_ratio(to, true, (double)columns[i].cycles[cause], first);
    }
    fputs("</tr>\n", to);
}

/* Times are no counters. */
static void put_compared_times(FILE *to, const struct report_run *runs, unsigned count)
{
    static const char *const names[] = { "virtual seconds", "host CPU seconds", "host MIPS" };
    for (size_t row = 0; row < ARRAY_SIZE(names); row++) {
        double first = 0;
        fputs("<tr>", to);
        put_cell(to, names[row]);
        for (unsigned i = 0; i < count; i++) {
            double number = row == 0 ? runs[i].virtual_seconds : row == 1 ? runs[i].host_seconds : runs[i].mips;
            fprintf(to, "<td>%.6g</td>", number);
            if (i)
                put_ratio(to, true, number, first);
            else
                first = number;
        }
        fputs("</tr>\n", to);
    }
}

enum { COMPARED_MAX = 16 };

void page_comparison(FILE *to, const struct report_run *runs, unsigned count)
{
    struct stats_column columns[COMPARED_MAX] = { { 0 } };
    const char *titles[2 * COMPARED_MAX], *group = "";
    unsigned width = 2 * count - 1;
    bug_on(count < 2 || count > COMPARED_MAX);
    for (unsigned i = 0; i < count; i++) {
        stats_column(&runs[i].total, STATS_ALL, &columns[i]);
        titles[i ? 2 * i - 1 : 0] = runs[i].name;
        titles[2 * i] = i ? "ratio" : runs[0].name;
    }
    fputs("<section class=\"wide\">\n<h2>Comparison</h2>\n<p>Totals of both exception levels. Ratios are to the first run; of "
          "what has a share, of the shares.</p>\n", to);
    put_titles(to, titles, width);
    put_group(to, "time", width);
    put_compared_times(to, runs, count);
    put_group(to, "cycles by cause", width);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
        put_compared_cause(to, cause, columns, count);
    for (unsigned i = 0; i < stats_row_count; group = stats_rows[i++].group) {
        if (strcmp(group, stats_rows[i].group))
            put_group(to, stats_rows[i].group, width);
        put_compared_row(to, &stats_rows[i], columns, count);
    }
    fputs("</tbody></table></div>\n</section>\n", to);
}

/* ---- everything of one run ---- */

static void put_causes(FILE *to, const struct stats_column columns[STATS_COLUMNS])
{
    unsigned tenths[STATS_COLUMNS][CAUSE_COUNT];
    for (unsigned i = 0; i < STATS_COLUMNS; i++)
        stats_tenths(columns[i].cycles, CAUSE_COUNT, tenths[i]);
    put_group(to, "cycles by cause", STATS_COLUMNS);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        char name[PLOT_NAME];
        plot_cause_name(cause, name);
        fprintf(to, "<tr title=\"%s\"><td>%s</td>", counter_causes[cause].what, name);
        for (unsigned i = 0; i < STATS_COLUMNS; i++) {
            struct stats_text text;
            stats_grouped(columns[i].cycles[cause], text.number);
            snprintf(text.more, sizeof text.more, "%u.%u %%", tenths[i][cause] / 10, tenths[i][cause] % 10);
            put_text_cell(to, &text);
        }
        fputs("</tr>\n", to);
    }
}

static void put_work(FILE *to, const struct timing_work *work)
{
    const struct { const char *name; uint64_t number; } rows[] = {
        { "blocks timed", work->blocks }, { "remembered", work->remembered }, { "computed anew", work->computed },
        { "replayed with events", work->replayed }, { "states of the pipeline", work->states },
    };
    put_group(to, "timing engine", STATS_COLUMNS);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        char number[32];
        stats_grouped(rows[i].number, number);
        fprintf(to, "<tr><td>%s</td><td></td><td></td><td>%s</td></tr>\n", rows[i].name, number);
    }
}

void page_numbers(FILE *to, const struct report_run *run, bool is_open)
{
    static const char *const titles[STATS_COLUMNS] = { "EL0 (programs)", "EL1 (kernel)", "total" };
    struct stats_column columns[STATS_COLUMNS];
    const char *group = "";
    for (unsigned i = 0; i < STATS_COLUMNS; i++)
        stats_column(&run->total, i, &columns[i]);
    fprintf(to, "<details class=\"wide\"%s>\n<summary>All numbers of ", is_open ? " open" : "");
    svg_escape(to, run->name, 0);
    fputs("</summary>\n", to);
    put_titles(to, titles, STATS_COLUMNS);
    put_causes(to, columns);
    for (unsigned i = 0; i < stats_row_count; group = stats_rows[i++].group) {
        if (strcmp(group, stats_rows[i].group))
            put_group(to, stats_rows[i].group, STATS_COLUMNS);
        fputs("<tr>", to);
        put_cell(to, stats_rows[i].label);
        for (unsigned level = 0; level < STATS_COLUMNS; level++) {
            struct stats_text text;
            stats_text(&stats_rows[i], &columns[level], &text);
            put_text_cell(to, &text);
        }
        fputs("</tr>\n", to);
    }
    put_work(to, &run->work);
    fputs("</tbody></table></div>\n</details>\n", to);
}

/* ---- several cores ---- */

static void put_core(FILE *to, const char *name, const struct counters *counters)
{
    struct stats_column column;
    stats_column(counters, STATS_ALL, &column);
    fprintf(to, "<tr><td>%s</td>", name);
    for (unsigned i = 0; i < stats_core_column_count; i++) {
        struct stats_text text;
        stats_text(stats_row(stats_core_columns[i].key), &column, &text);
        put_text_cell(to, &text);
    }
    fputs("</tr>\n", to);
}

void page_cores(FILE *to, const struct report_run *run)
{
    const char *titles[COMPARED_MAX];
    if (run->core_count < 2)
        return;
    bug_on(stats_core_column_count > COMPARED_MAX);
    for (unsigned i = 0; i < stats_core_column_count; i++)
        titles[i] = stats_core_columns[i].what;
    fputs("<section class=\"wide\">\n<h2>Cores of ", to);
    svg_escape(to, run->name, 0);
    fputs("</h2>\n<p>Misses are for each 1000 instructions. Lines come from another core's cache, or are lost to one that writes "
          "them.</p>\n", to);
    put_titles(to, titles, stats_core_column_count);
    for (unsigned i = 0; i < run->core_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "core %u", i);
        put_core(to, name, &run->cores[i]);
    }
    put_core(to, "together", &run->total);
    fputs("</tbody></table></div>\n</section>\n", to);
}

/* ---- settings ---- */

static bool setting_differs(const struct report_run *runs, unsigned count, const char *key, const char *value)
{
    for (unsigned i = 1; i < count; i++) {
        char other[32];
        report_setting_of(&runs[i], key, other);
        if (strcmp(other, value))
            return true;
    }
    return false;
}

static void put_settings(FILE *to, const struct report_run *runs, unsigned count, bool differing)
{
    const char *key;
    char value[32];
    for (unsigned i = 0; i < SETTINGS_MAX && report_setting(&runs[0], i, &key, value); i++) {
        if (setting_differs(runs, count, key, value) != differing)
            continue;
        fputs(differing ? "<tr class=\"differs\"><td><code>" : "<tr><td><code>", to);
        svg_escape(to, key, 40);
        fputs("</code></td>", to);
        for (unsigned run = 0; run < count; run++) {
            report_setting_of(&runs[run], key, value);
            put_cell(to, value);
        }
        fputs("</tr>\n", to);
    }
}

void page_settings(FILE *to, const struct report_run *runs, unsigned count)
{
    const char *titles[COMPARED_MAX];
    bug_on(count > COMPARED_MAX);
    for (unsigned i = 0; i < count; i++)
        titles[i] = runs[i].name;
    fprintf(to, "<details class=\"wide\">\n<summary>Settings of the core%s</summary>\n", count > 1 ? "s; differences first" : "");
    put_titles(to, titles, count);
    put_settings(to, runs, count, true);
    put_settings(to, runs, count, false);
    fputs("</tbody></table></div>\n</details>\n", to);
}
