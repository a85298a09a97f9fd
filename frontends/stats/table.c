/* SPDX-License-Identifier: MIT */
#include "frontends/stats/table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "frontends/stats/text.h"

enum { TAG_WIDTH = 9, LABEL_WIDTH = 18, NUMBER_WIDTH = 15, MORE_WIDTH = 8, SHARE_WIDTH = 10, BAR_WIDTH = 34, EIGHTHS = 8 };

bool stats_locale_is_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };   /* the first that is set counts */
    for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
    }
    return false;
}

/* ---- the head ---- */

static void put_line(FILE *to, const char *label, const char *number, const char *more)
{
    fprintf(to, "%-*s%*s%s%s\n", TAG_WIDTH + LABEL_WIDTH, label, NUMBER_WIDTH, number, *more ? "  " : "", more);
}

void stats_table_line(FILE *to, const char *text)
{
    char number[32];
    const char *colon = strstr(text, ": ");
    if (!colon) {
        fprintf(to, "%s\n", text);
        return;
    }
    char *label = mem_printf("%.*s", (int)(colon - text), text);
    stats_grouped(strtoull(colon + 2, NULL, 10), number);
    put_line(to, label, number, "");
    free(label);
}

/* ---- several cores ---- */

/* The first is as wide as numbers are, the last two are of lines, those between are small. */
static int core_width(unsigned column)
{
    return !column ? LABEL_WIDTH - 1 : column + 2 < stats_core_column_count ? MORE_WIDTH : NUMBER_WIDTH;
}

static void put_core(FILE *to, const char *label, const struct counters *counters)
{
    struct stats_column column;
    stats_column(counters, STATS_ALL, &column);
    fprintf(to, "%-*s", TAG_WIDTH, label);
    for (unsigned i = 0; i < stats_core_column_count; i++) {
        struct stats_text text;
        stats_text(stats_row(stats_core_columns[i].key), &column, &text);
        bool is_wide = core_width(i) >= NUMBER_WIDTH;
        fprintf(to, "%*s", core_width(i), !is_wide && *text.more ? text.more : text.number);
    }
    fputc('\n', to);
}

/* Each core's part of what the rows below say of all together. */
static void put_cores(FILE *to, const struct stats *s)
{
    if (s->core_count < 2)
        return;
    fprintf(to, "\n%-*s", TAG_WIDTH, "core");
    for (unsigned i = 0; i < stats_core_column_count; i++)
        fprintf(to, "%*s", core_width(i), stats_core_columns[i].title);
    fprintf(to, "\n%*s%*s%*s\n", TAG_WIDTH + LABEL_WIDTH - 1, "", 5 * MORE_WIDTH, "per 1000 instr.", 2 * NUMBER_WIDTH,
            "another core");
    for (unsigned i = 0; i < s->core_count; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", i);
        put_core(to, number, &s->cores[i].counters);
    }
    put_core(to, "together", &s->total.counters);
}

/* What can be said of a core whatever its timing is. */
static void put_heads_of_cores(FILE *to, const struct stats *s)
{
    for (unsigned i = 0; s->core_count > 1 && i < s->core_count; i++) {
        char label[32], number[32], more[32];
        snprintf(label, sizeof label, "  of core %u", i);
        snprintf(more, sizeof more, "%.1f %% awake", 100 * s->cores[i].awake);
        stats_grouped(s->cores[i].instructions, number);
        put_line(to, label, number, more);
    }
}

static void put_head(FILE *to, const struct stats *s)
{
    static const char *const modes[] = { [TIMING_OFF] = "off", [TIMING_ON] = "on", [TIMING_REFERENCE] = "reference" };
    char number[32], more[64];
    fprintf(to, "%s: ", s->run.program ? s->run.program : "orrery");
    if (s->core)
        fprintf(to, "%s as on %s at %u MHz, ", s->core->name, s->core->board, s->core->settings.clock_mhz);
    fprintf(to, "timing %s%s%s\n", modes[s->timing], s->run.end ? "; ended by " : "", s->run.end ? s->run.end : "");
    stats_grouped(s->total.instructions, number);
    put_line(to, "instructions", number, "");
    put_heads_of_cores(to, s);
    snprintf(number, sizeof number, "%.6f", stats_seconds(s->total.at));
    put_line(to, "virtual seconds", number, "");
    snprintf(number, sizeof number, "%.3f", s->host_seconds);
    more[0] = 0;
    if (s->host_seconds > 0)
        snprintf(more, sizeof more, "%.1f MIPS", (double)s->total.instructions / s->host_seconds * 1e-6);
    put_line(to, "host CPU seconds", number, more);
}

/* ---- rows ---- */

static void put_titles(FILE *to)
{
    static const char *const titles[STATS_COLUMNS] = { "EL0", "EL1", "total" };
    fprintf(to, "\n%*s", TAG_WIDTH + LABEL_WIDTH, "");
    for (unsigned i = 0; i < STATS_COLUMNS; i++)
        fprintf(to, "%*s%*s", NUMBER_WIDTH, titles[i], i + 1 < STATS_COLUMNS ? MORE_WIDTH : 0, "");
    fputc('\n', to);
}

static void put_row(FILE *to, const char *tag, const struct stats_row *row, const struct stats_column columns[STATS_COLUMNS])
{
    char line[256];
    int length = snprintf(line, sizeof line, "%-*s%-*s", TAG_WIDTH, tag, LABEL_WIDTH, row->label);
    for (unsigned i = 0; i < STATS_COLUMNS; i++) {
        struct stats_text text;
        stats_text(row, &columns[i], &text);
        length += snprintf(line + length, sizeof line - (size_t)length, "%*s%*s", NUMBER_WIDTH, text.number, MORE_WIDTH,
                           text.more);
    }
    while (length && line[length - 1] == ' ')
        length--;
    fprintf(to, "%.*s\n", length, line);
}

static void put_rows(FILE *to, const struct stats_column columns[STATS_COLUMNS], bool is_alone)
{
    const char *group = "";
    put_titles(to);
    for (unsigned i = 0; i < stats_row_count; i++) {
        const struct stats_row *row = &stats_rows[i];
        bool is_first = strcmp(group, row->group) != 0;
        if (is_alone && !strcmp(row->group, STATS_SHARING))
            continue;
        put_row(to, is_first ? row->group : "", row, columns);
        group = row->group;
    }
}

/* ---- the cycle stack ---- */

static void put_bar(FILE *to, unsigned tenths, bool is_utf8)
{
    static const char *const ends[EIGHTHS] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
    unsigned eighths = (tenths * BAR_WIDTH * EIGHTHS + 500) / 1000;
    unsigned whole = is_utf8 ? eighths / EIGHTHS : (eighths + EIGHTHS / 2) / EIGHTHS;
    if (whole || (is_utf8 && eighths))
        fputs("  ", to);
    for (unsigned i = 0; i < whole; i++)
        fputs(is_utf8 ? "█" : "#", to);
    if (is_utf8)
        fputs(ends[eighths % EIGHTHS], to);
}

static void put_share(FILE *to, unsigned tenths)
{
    char text[32];
    snprintf(text, sizeof text, "%u.%u %%", tenths / 10, tenths % 10);
    fprintf(to, "%*s", SHARE_WIDTH, text);
}

/* The last column is the stack of the cycles that the core was not asleep; the bars are its. */
enum { STACKS = STATS_COLUMNS + 1 };

static void put_stack(FILE *to, const struct stats_column columns[STATS_COLUMNS], bool is_utf8)
{
    static const char *const titles[STACKS] = { "EL0", "EL1", "total", "not asleep" };
    unsigned tenths[STACKS][CAUSE_COUNT], sums[STACKS] = { 0 };
    uint64_t awake[CAUSE_COUNT];
    memcpy(awake, columns[STATS_ALL].cycles, sizeof awake);
    awake[CAUSE_IDLE] = 0;
    for (unsigned i = 0; i < STACKS; i++)
        stats_tenths(i < STATS_COLUMNS ? columns[i].cycles : awake, CAUSE_COUNT, tenths[i]);
    fprintf(to, "\n%-*s", TAG_WIDTH + LABEL_WIDTH / 2, "cycles by cause");
    for (unsigned i = 0; i < STACKS; i++)
        fprintf(to, "%*s", SHARE_WIDTH + (i == STACKS - 1), titles[i]);
    fputc('\n', to);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        fprintf(to, "%-*s", TAG_WIDTH + LABEL_WIDTH / 2, counter_causes[cause].name);
        for (unsigned i = 0; i < STACKS; i++) {
            fprintf(to, "%s", i == STACKS - 1 ? " " : "");
            put_share(to, tenths[i][cause]);
            sums[i] += tenths[i][cause];
        }
        put_bar(to, tenths[STACKS - 1][cause], is_utf8);
        fputc('\n', to);
    }
    fprintf(to, "%-*s", TAG_WIDTH + LABEL_WIDTH / 2, "together");
    for (unsigned i = 0; i < STACKS; i++) {
        fprintf(to, "%s", i == STACKS - 1 ? " " : "");
        put_share(to, sums[i]);
    }
    fputc('\n', to);
}

/* ---- the engine ---- */

static void put_work(FILE *to, const struct timing_work *work)
{
    const struct { const char *label; uint64_t number; } rows[] = {
        { "remembered", work->remembered }, { "computed anew", work->computed }, { "replayed with events", work->replayed },
    };
    char number[32], more[48];
    stats_grouped(work->blocks, number);
    fputc('\n', to);
    put_line(to, "blocks timed", number, "");
    for (size_t i = 0; work->blocks && i < ARRAY_SIZE(rows); i++) {
        char label[40];
        snprintf(label, sizeof label, "  %s", rows[i].label);
        stats_grouped(rows[i].number, number);
        snprintf(more, sizeof more, "%6.1f of 1000", 1000 * ((double)rows[i].number / (double)work->blocks));
        put_line(to, label, number, more);
    }
    stats_grouped(work->states, number);
    put_line(to, "states of the pipeline", number, "");
}

void stats_table(FILE *to, const struct stats *s, bool is_utf8)
{
    struct stats_column columns[STATS_COLUMNS];
    for (unsigned i = 0; i < STATS_COLUMNS; i++)
        stats_column(&s->total.counters, i, &columns[i]);
    put_head(to, s);
    if (!stats_cycles(&columns[STATS_ALL])) {
        fputs("Cycles, caches and branches were not counted: timing was off.\n", to);
        return;
    }
    if (columns[STATS_ALL].instructions < s->total.instructions) {
        char number[32];
        stats_grouped(columns[STATS_ALL].instructions, number);
        fprintf(to, "Timing was on for %s of the instructions; what follows counts only these.\n", number);
    }
    put_cores(to, s);
    put_rows(to, columns, s->core_count == 1);
    put_stack(to, columns, is_utf8);
    put_work(to, &s->work);
}
