/* SPDX-License-Identifier: MIT */
#include "frontends/report/page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/report/page_tables.h"
#include "frontends/report/plot.h"
#include "frontends/report/style.h"
#include "frontends/report/svg.h"
#include "frontends/stats/text.h"

enum { TEXT_LIMIT = 400 };

struct page {
    FILE *to;
    const struct report_run *runs;
    unsigned count;
    struct plot_column all[PAGE_RUNS];                /* each run's total */
    struct report_interval *bins[PAGE_RUNS];
    unsigned bin_count[PAGE_RUNS];
};

/* ---- small pieces ---- */

static void begin_section(const struct page *page, const char *class, const char *title, const char *what)
{
    fprintf(page->to, "<section%s%s%s>\n<h2>", *class ? " class=\"" : "", class, *class ? "\"" : "");
    svg_escape(page->to, title, 0);
    fprintf(page->to, "</h2>\n<p>%s</p>\n", what);
}

static void begin_plot(const struct page *page)
{
    fputs("<div class=\"plot\">\n", page->to);
}

static void end_plot_section(const struct page *page)
{
    fputs("</div>\n</section>\n", page->to);
}

/* A legend of what has the classes s0, s1, … */
static void put_key(const struct page *page, const char *const *names, unsigned count)
{
    fputs("<ul class=\"key\">", page->to);
    for (unsigned i = 0; i < count; i++) {
        fprintf(page->to, "<li><i class=\"s%u\"></i>", i);
        svg_escape(page->to, names[i], 0);
        fputs("</li>", page->to);
    }
    fputs("</ul>\n", page->to);
}

static void put_key_of_runs(const struct page *page)
{
    const char *names[PAGE_RUNS];
    for (unsigned i = 0; i < page->count; i++)
        names[i] = page->runs[i].name;
    put_key(page, names, page->count);
}

/* The legend of causes that any of the runs has cycles of, in the order of the stack. */
static void put_key_of_causes(const struct page *page, bool with_sleep)
{
    fputs("<ul class=\"key\">", page->to);
    for (unsigned c = 0; c < CAUSE_COUNT; c++) {
        uint64_t cycles = 0;
        for (unsigned i = 0; i < page->count; i++)
            cycles |= page->all[i].column.cycles[c];
        char name[PLOT_NAME];
        plot_cause_name(c, name);
        if (cycles && (with_sleep || c != CAUSE_IDLE))
            fprintf(page->to, "<li title=\"%s\"><i class=\"c%u\"></i>%s</li>", counter_causes[c].what, c, name);
    }
    fputs("</ul>\n", page->to);
}

static void put_tile(const struct page *page, const char *number, const char *what)
{
    fputs("<div class=\"tile\"><b>", page->to);
    svg_escape(page->to, number, 0);
    fprintf(page->to, "</b><span>%s</span></div>\n", what);
}

static void put_value_tile(const struct page *page, const char *key, bool is_share, const char *what)
{
    struct stats_text text;
    stats_text(stats_row(key), &page->all[0].column, &text);
    put_tile(page, !is_share ? text.number : *text.more ? text.more : "-", what);
}

/* ---- sections ---- */

static void put_head(const struct page *page)
{
    FILE *to = page->to;
    fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>", to);
    for (unsigned i = 0; i < page->count; i++) {
        fputs(i ? ", " : "", to);
        svg_escape(to, page->runs[i].name, 0);
    }
    fputs(" – Orrery</title>\n<style>\n", to);
    style_sheet(to);
    fputs("</style>\n</head>\n<body>\n<main>\n<h1>", to);
    for (unsigned i = 0; i < page->count; i++) {
        fputs(!i ? "" : i + 1 < page->count ? ", " : " and ", to);
        svg_escape(to, page->runs[i].name, 0);
    }
    fputs(page->count > 1 ? " compared</h1>\n" : "</h1>\n", to);
}

static void put_fact(FILE *to, const char *what, const char *text, bool is_code)
{
    if (!*text)
        return;
    fprintf(to, "<dt>%s</dt><dd%s>%s", what, is_code ? " class=\"long\"" : "", is_code ? "<code>" : "");
    svg_escape(to, text, TEXT_LIMIT);
    fprintf(to, "%s</dd>\n", is_code ? "</code>" : "");
}

static void put_run(const struct page *page, unsigned index)
{
    const struct report_run *run = &page->runs[index];
    char number[32], core[160], clock[32];
    char *command = report_command(run);
    FILE *to = page->to;
    fputs(page->count > 1 ? "<section>\n<h2>" : "<section class=\"wide\">\n<h2>", to);
    if (page->count > 1)
        fprintf(to, "<i class=\"s%u\"></i> ", index);
    svg_escape(to, run->name, 0);
    fputs("</h2>\n<dl>\n", to);
    put_fact(to, "guest", report_meta(run, "guest"), false);
    report_setting_of(run, "clock", clock);
    snprintf(core, sizeof core, "%.50s%s%.50s%s%s%s", report_core(run, "name"), *report_core(run, "board") ? " as on " : "",
             report_core(run, "board"), *clock ? " at " : "", clock, *clock ? " MHz" : "");
    put_fact(to, "core", core, false);
    put_fact(to, "timing", report_meta(run, "timing"), false);
    snprintf(number, sizeof number, "%.6g s", run->virtual_seconds);
    put_fact(to, "virtual time", number, false);
    stats_grouped(run->instructions, number);
    put_fact(to, "instructions", number, false);
    snprintf(core, sizeof core, "%.3g CPU seconds, %.0f MIPS", run->host_seconds, run->mips);
    put_fact(to, "host", core, false);
    put_fact(to, "ended by", report_meta(run, "end"), false);
    put_fact(to, "written by", report_meta(run, "program"), false);
    put_fact(to, "options", command, true);
    put_fact(to, "kernel's options", report_meta(run, "append"), true);
    fputs("</dl>\n</section>\n", to);
    free(command);
}

static void put_tiles(const struct page *page)
{
    char number[32];
    fputs("<div class=\"tiles\">\n", page->to);
    put_value_tile(page, "ipc", false, "instructions per awake cycle");
    snprintf(number, sizeof number, "%.4g s", page->runs[0].virtual_seconds);
    put_tile(page, number, "virtual time");
    put_value_tile(page, "awake", true, "of the time awake");
    put_value_tile(page, "l1d_mpki", false, "L1D misses per 1000 instr.");
    put_value_tile(page, "l2_mpki", false, "L2 misses per 1000 instr.");
    put_value_tile(page, "mispredicted", true, "of branches mispredicted");
    put_value_tile(page, "dram_row_hits", true, "DRAM row hits");
    snprintf(number, sizeof number, "%.0f", page->runs[0].mips);
    put_tile(page, number, "MIPS on the host");
    fputs("</div>\n", page->to);
}

/* Whose the cycles were. */
static void put_shares(const struct page *page)
{
    struct stats_column column;
    uint64_t parts[STATS_COLUMNS];   /* the last: asleep, which is no level's */
    unsigned tenths[STATS_COLUMNS];
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        stats_column(&page->runs[0].total, el, &column);
        parts[el] = stats_awake(&column);
    }
    parts[STATS_ALL] = page->all[0].column.cycles[CAUSE_IDLE];
    stats_tenths(parts, STATS_COLUMNS, tenths);
    fprintf(page->to, "<p>Of all cycles %u.%u %% were EL0's, %u.%u %% EL1's, and %u.%u %% the core slept.</p>\n", tenths[0] / 10,
            tenths[0] % 10, tenths[1] / 10, tenths[1] % 10, tenths[2] / 10, tenths[2] % 10);
}

static const char *const mpki[] = { "l1i_mpki", "l1d_mpki", "l2_mpki", "utlb_mpki", "walk_mpki", "mispredicted_mpki" };

/* Stacks and bars of one run by exception level, or of several runs. */
static void put_totals(const struct page *page)
{
    static const char *const levels[STATS_COLUMNS] = { "EL0 (programs)", "EL1 (kernel)", "total" };
    struct plot_column columns[PAGE_RUNS];
    unsigned count = page->count;
    memcpy(columns, page->all, sizeof columns);
    if (page->count == 1)
        for (count = 0; count < STATS_COLUMNS; count++) {
            columns[count].name = levels[count];
            stats_column(&page->runs[0].total, count, &columns[count].column);
        }
    begin_section(page, "", "Cycle stacks", "Cycles that an instruction takes, by what they were spent on; sleep is left out.");
    if (page->count == 1)
        put_shares(page);
    put_key_of_causes(page, false);
    begin_plot(page);
    plot_stacks(page->to, columns, count);
    end_plot_section(page);

    begin_section(page, "", "Misses", "For each 1000 instructions.");
    if (page->count == 1)
        put_key(page, levels, STATS_COLUMNS);
    else
        put_key_of_runs(page);
    begin_plot(page);
    plot_bars(page->to, mpki, ARRAY_SIZE(mpki), columns, count, "for each 1000 instructions");
    end_plot_section(page);
}

static void put_curves(const struct page *page, const char *title, const char *what, const struct plot_curve *curves,
                       unsigned count, const char *up)
{
    const char *names[STYLE_SERIES];
    char peak_text[32];
    for (unsigned i = 0; i < count; i++)
        names[i] = curves[i].name;
    begin_section(page, "", title, what);
    put_key(page, names, count);
    begin_plot(page);
    double peak = plot_curves(page->to, curves, count, up);
    if (peak > 0) {
        stats_decimal(peak, peak_text);
        fprintf(page->to, "</div>\n<p>A few peaks are cut off; the highest is %s.</p>\n</section>\n", peak_text);
    } else {
        end_plot_section(page);
    }
}

/* The same row of each run, or rows of one run. */
static struct plot_curve curve_of(const struct page *page, unsigned run, const char *key, unsigned level, const char *name)
{
    return (struct plot_curve){ .name = name, .bins = page->bins[run], .count = page->bin_count[run], .row = stats_row(key),
                                .level = level };
}

static void put_over_time_of_one(const struct page *page)
{
    const struct plot_curve ipc[] = {
        curve_of(page, 0, "ipc", 0, "EL0 (programs)"), curve_of(page, 0, "ipc", 1, "EL1 (kernel)"),
        curve_of(page, 0, "ipc", STATS_ALL, "total"),
    };
    const struct plot_curve caches[] = {
        curve_of(page, 0, "l1i_mpki", STATS_ALL, "L1I"), curve_of(page, 0, "l1d_mpki", STATS_ALL, "L1D"),
        curve_of(page, 0, "l2_mpki", STATS_ALL, "L2"),
    };
    const struct plot_curve others[] = {
        curve_of(page, 0, "mispredicted_mpki", STATS_ALL, "branches mispredicted"),
        curve_of(page, 0, "utlb_mpki", STATS_ALL, "micro-TLB misses"), curve_of(page, 0, "walk_mpki", STATS_ALL, "table walks"),
    };
    const struct plot_curve rates[] = {
        curve_of(page, 0, "l1i_misses", STATS_ALL, "L1I"), curve_of(page, 0, "l1d_misses", STATS_ALL, "L1D"),
        curve_of(page, 0, "l2_misses", STATS_ALL, "L2"), curve_of(page, 0, "mispredicted", STATS_ALL, "branches mispredicted"),
    };
    put_curves(page, "IPC over time", "Instructions per cycle that the core was awake.", ipc, ARRAY_SIZE(ipc),
               "instructions per awake cycle");
    put_curves(page, "Cache misses over time", "For each 1000 instructions.", caches, ARRAY_SIZE(caches),
               "for each 1000 instructions");
    put_curves(page, "Branches and TLBs over time", "For each 1000 instructions.", others, ARRAY_SIZE(others),
               "for each 1000 instructions");
    put_curves(page, "Miss rates over time", "Of the accesses of each cache; of all branches.", rates, ARRAY_SIZE(rates),
               "percent");
}

static void put_over_time_of_all(const struct page *page)
{
    static const struct { const char *key, *title, *what, *up; } plots[] = {
        { "ipc", "IPC over time", "Instructions per cycle that the core was awake.", "instructions per awake cycle" },
        { "l1d_mpki", "L1D misses over time", "For each 1000 instructions.", "for each 1000 instructions" },
        { "l2_mpki", "L2 misses over time", "For each 1000 instructions.", "for each 1000 instructions" },
        { "mispredicted_mpki", "Mispredicted branches over time", "For each 1000 instructions.", "for each 1000 instructions" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(plots); i++) {
        struct plot_curve curves[PAGE_RUNS];
        for (unsigned run = 0; run < page->count; run++)
            curves[run] = curve_of(page, run, plots[i].key, STATS_ALL, page->runs[run].name);
        put_curves(page, plots[i].title, plots[i].what, curves, page->count, plots[i].up);
    }
}

static void put_stack_over_time(const struct page *page, unsigned run, double end)
{
    char *title = page->count > 1 ? mem_printf("Cycle stack over time: %s", page->runs[run].name)
                                  : mem_strdup("Cycle stack over time");
    begin_section(page, page->count > 1 ? "" : "wide", title, "What the core spent its cycles on, sleep included.");
    put_key_of_causes(page, true);
    begin_plot(page);
    plot_stack_over_time(page->to, page->bins[run], page->bin_count[run], end, page->count == 1);
    end_plot_section(page);
    free(title);
}

static void put_over_time(const struct page *page)
{
    unsigned with_series = 0;
    double end = 0;   /* of the longest: runs are drawn to the same scale */
    for (unsigned i = 0; i < page->count; i++)
        if (page->bin_count[i]) {
            with_series++;
            end = fmax(end, page->bins[i][page->bin_count[i] - 1].to);
        }
    for (unsigned i = 0; i < page->count; i++)
        if (page->bin_count[i])
            put_stack_over_time(page, i, end);
    if (with_series && page->count == 1)
        put_over_time_of_one(page);
    else if (with_series)
        put_over_time_of_all(page);
    else
        fputs("<section class=\"wide\"><p>Nothing is drawn over time: -stats-every SECONDS writes a series.</p></section>\n",
              page->to);
}

void page_write(FILE *to, const struct report_run *runs, unsigned count)
{
    struct page page = { .to = to, .runs = runs, .count = count };
    bool is_timed = true;
    for (unsigned i = 0; i < count; i++) {
        page.all[i].name = runs[i].name;
        stats_column(&runs[i].total, STATS_ALL, &page.all[i].column);
        page.bins[i] = plot_bins(&runs[i], &page.bin_count[i]);
        is_timed &= stats_cycles(&page.all[i].column) > 0;
    }
    put_head(&page);
    if (count == 1)
        put_tiles(&page);
    fputs("<div class=\"grid\">\n", to);
    for (unsigned i = 0; i < count; i++)
        put_run(&page, i);
    if (!is_timed)
        fputs("<section class=\"wide\"><h2>Timing was off</h2><p>A run without timing counts no cycles, caches or branches; "
              "start it with -timing on.</p></section>\n", to);
    put_totals(&page);
    put_over_time(&page);
    if (count > 1)
        page_comparison(to, runs, count);
    for (unsigned i = 0; i < count; i++)
        page_cores(to, &runs[i]);
    for (unsigned i = 0; i < count; i++)
        page_numbers(to, &runs[i], count == 1);
    page_settings(to, runs, count);
    fputs("</div>\n<footer>Made by <code>orrery report</code>. Every cycle has one cause; times are those of the guest."
          "</footer>\n</main>\n</body>\n</html>\n", to);
    for (unsigned i = 0; i < count; i++)
        free(page.bins[i]);
}
