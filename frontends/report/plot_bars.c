/* SPDX-License-Identifier: MIT */
/* Totals beside each other. Bars lie, so that their names can be read. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "frontends/report/plot.h"
#include "frontends/report/style.h"
#include "frontends/report/svg.h"
#include "frontends/stats/text.h"

enum {
    WIDTH = 600, LEFT = 140, RIGHT = 58, TOP = 14, BOTTOM = 46, TICKS = 6,
    BAR = 15, BAR_GAP = 2, GROUP_GAP = 13, STACK = 38, STACK_GAP = 16, NAME_MAX_LETTERS = 19, HINT = 256
};

void plot_cause_name(unsigned cause, char name[PLOT_NAME])
{
    static const char *const acronyms[] = { "l1i", "l1d", "l2", "itlb", "dtlb", "dram" };
    snprintf(name, PLOT_NAME, "%s", counter_causes[cause].name);
    for (size_t i = 0; i < ARRAY_SIZE(acronyms); i++) {
        char *at = strstr(name, acronyms[i]);
        for (size_t k = 0; at && k < strlen(acronyms[i]); k++)
            at[k] = (char)toupper((unsigned char)at[k]);
    }
    for (char *p = name; *p; p++)
        if (*p == '_')
            *p = ' ';
}

static struct svg_frame frame_of(double height, double most)
{
    return (struct svg_frame){ .x = LEFT, .y = TOP, .width = WIDTH - LEFT - RIGHT, .height = height,
                               .across = axis_values(most, TICKS), .up = axis_values(1, 1) };
}

static void put_across(FILE *to, const struct svg_frame *f, const char *name)
{
    for (unsigned i = 0; i < axis_ticks(&f->across); i++) {
        char text[32];
        double x = svg_x(f, i * f->across.step);
        svg_line(to, x, f->y, x, f->y + f->height, i ? "grid" : "base");
        axis_label(&f->across, i * f->across.step, text);
        svg_text(to, x, f->y + f->height + 17, SVG_MIDDLE, "tick", text);
    }
    svg_text(to, f->x + f->width, f->y + f->height + 36, SVG_END, "name", name);
}

/* A name of any length, to the left of its bar. */
static void put_name(FILE *to, double y, const char *name)
{
    fprintf(to, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" class=\"label\">", LEFT - 10, y);
    svg_escape(to, name, NAME_MAX_LETTERS);
    fputs("<title>", to);
    svg_escape(to, name, 0);
    fputs("</title></text>\n", to);
}

/* ---- groups of bars ---- */

static bool bar_value(const struct stats_row *row, const struct plot_column *column, double *value)
{
    bool has_value = stats_value(row, &column->column, value);
    if (row->unit == STATS_SHARE)
        *value *= 100;
    return has_value;
}

static const char *bar_name(const struct stats_row *row)
{
    static const struct { const char *key, *name; } names[] = {
        { "l1i_mpki", "L1I misses" }, { "l1d_mpki", "L1D misses" }, { "l2_mpki", "L2 misses" },
        { "utlb_mpki", "micro-TLB misses" }, { "walk_mpki", "table walks" }, { "mispredicted_mpki", "mispredictions" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (!strcmp(names[i].key, row->key))
            return names[i].name;
    return row->label;
}

static void put_group(FILE *to, const struct svg_frame *f, double y, const struct stats_row *row,
                      const struct plot_column *columns, unsigned count)
{
    put_name(to, y + count * (BAR + BAR_GAP) / 2.0 + 4, bar_name(row));
    for (unsigned i = 0; i < count; i++, y += BAR + BAR_GAP) {
        char class[8], number[32] = "-", hint[HINT];
        double value, end = f->x;
        if (bar_value(row, &columns[i], &value)) {
            stats_decimal(value, number);
            end = svg_x(f, value);
        }
        snprintf(class, sizeof class, "s%u", i % STYLE_SERIES);
        snprintf(hint, sizeof hint, "%s: %s", columns[i].name, number);
        svg_rect(to, f->x, y, end - f->x, BAR, class, hint);
        svg_text(to, end + 6, y + BAR - 3, SVG_START, "value", number);
    }
}

void plot_bars(FILE *to, const char *const *keys, unsigned key_count, const struct plot_column *columns, unsigned count,
               const char *across)
{
    double most = 0, value, group = count * (BAR + BAR_GAP) + GROUP_GAP;
    for (unsigned k = 0; k < key_count; k++)
        for (unsigned i = 0; i < count; i++)
            if (bar_value(stats_row(keys[k]), &columns[i], &value))
                most = fmax(most, value);
    struct svg_frame f = frame_of(key_count * group, most);
    svg_begin(to, WIDTH, TOP + f.height + BOTTOM, across);
    put_across(to, &f, across);
    for (unsigned k = 0; k < key_count; k++)
        put_group(to, &f, f.y + k * group + GROUP_GAP / 2.0, stats_row(keys[k]), columns, count);
    svg_end(to);
}

/* ---- stacks ---- */

static void put_part(FILE *to, double x, double y, double width, unsigned cause, double cpi, double share)
{
    char class[16], name[PLOT_NAME], number[32], percent[16], hint[HINT];
    plot_cause_name(cause, name);
    stats_decimal(cpi, number);
    stats_percent(share, percent);
    snprintf(class, sizeof class, "part c%u", cause);
    snprintf(hint, sizeof hint, "%s: %s cycles, %s\n%s", name, number, percent, counter_causes[cause].what);
    svg_rect(to, x, y, width, STACK, class, hint);
    if (width > 8 + 6.2 * (double)strlen(name))
        svg_text(to, x + width / 2, y + STACK / 2.0 + 4, SVG_MIDDLE, style_cause_is_light(cause) ? "onlight" : "ondark", name);
}

static void put_stack(FILE *to, const struct svg_frame *f, double y, const struct plot_column *column)
{
    const struct stats_column *c = &column->column;
    double below = 0, awake = (double)stats_awake(c), instructions = (double)c->instructions;
    char number[32] = "-";
    put_name(to, y + STACK / 2.0 + 4, column->name);
    for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
        double cycles = (double)c->cycles[cause];
        if (cause == CAUSE_IDLE || cycles <= 0 || instructions <= 0)
            continue;
        double x = svg_x(f, below / instructions), end = svg_x(f, (below + cycles) / instructions);
        put_part(to, x, y, end - x, cause, cycles / instructions, cycles / awake);
        below += cycles;
    }
    if (instructions > 0)
        stats_decimal(below / instructions, number);
    svg_text(to, svg_x(f, instructions > 0 ? below / instructions : 0) + 7, y + STACK / 2.0 + 4, SVG_START, "value", number);
}

void plot_stacks(FILE *to, const struct plot_column *columns, unsigned count)
{
    double most = 0;
    for (unsigned i = 0; i < count; i++)
        if (columns[i].column.instructions)
            most = fmax(most, (double)stats_awake(&columns[i].column) / (double)columns[i].column.instructions);
    struct svg_frame f = frame_of(count * (STACK + STACK_GAP), most);
    svg_begin(to, WIDTH, TOP + f.height + BOTTOM, "Cycles for each instruction, by cause");
    put_across(to, &f, "cycles for each instruction");
    for (unsigned i = 0; i < count; i++)
        put_stack(to, &f, f.y + i * (STACK + STACK_GAP) + STACK_GAP / 2.0, &columns[i]);
    svg_end(to);
}
