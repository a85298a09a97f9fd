/* SPDX-License-Identifier: MIT */
/* What changes over virtual time. Each interval is drawn as what it is: one number from its beginning to its end. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/report/plot.h"
#include "frontends/report/style.h"
#include "frontends/report/svg.h"
#include "frontends/stats/text.h"

enum {
    WIDTH = 600, WIDE = 1220, HEIGHT = 300, LEFT = 52, RIGHT = 14, TOP = 30, BOTTOM = 46, TICKS_ACROSS = 8, TICKS_UP = 6,
    HITS = 120, HINT = 1024
};

struct report_interval *plot_bins(const struct report_run *run, unsigned *count)
{
    unsigned joined = (run->interval_count + PLOT_BINS - 1) / PLOT_BINS;
    struct report_interval *bins = mem_alloc((PLOT_BINS + 1) * sizeof *bins);
    *count = 0;
    for (unsigned i = 0; i < run->interval_count; i++) {
        struct report_interval *bin = &bins[i / joined];
        if (i % joined == 0) {
            *bin = run->intervals[i];
            ++*count;
        } else {
            bin->to = run->intervals[i].to;
            counters_add(&bin->counters, &run->intervals[i].counters);
        }
    }
    return bins;
}

static struct svg_frame frame_of(double width, double end, double most)
{
    return (struct svg_frame){ .x = LEFT, .y = TOP, .width = width - LEFT - RIGHT, .height = HEIGHT - TOP - BOTTOM,
                               .across = axis_seconds(end, TICKS_ACROSS), .up = axis_values(most, TICKS_UP) };
}

/* The interval that a time is in, or NULL. */
static const struct report_interval *bin_at(const struct report_interval *bins, unsigned count, double time)
{
    for (unsigned i = 0; i < count; i++)
        if (time >= bins[i].from && time < bins[i].to)
            return &bins[i];
    return NULL;
}

/* ---- the cycle stack ---- */

/* sums[b][c]: the share of bin b's cycles of causes 0 to c - 1. A bin in which nothing was timed is empty. */
static double (*stack_of(const struct report_interval *bins, unsigned count))[CAUSE_COUNT + 1]
{
    double (*sums)[CAUSE_COUNT + 1] = mem_alloc((count + 1) * sizeof *sums);
    for (unsigned b = 0; b < count; b++) {
        struct stats_column column;
        double all = 0, below = 0;
        stats_column(&bins[b].counters, STATS_ALL, &column);
        for (unsigned c = 0; c < CAUSE_COUNT; c++)
            all += (double)column.cycles[c];
        for (unsigned c = 0; c < CAUSE_COUNT; c++) {
            below += all > 0 ? (double)column.cycles[c] / all : 0;
            sums[b][c + 1] = below;
        }
    }
    return sums;
}

/* Along the upper edge to the right, back along the lower one. */
static void put_layer(FILE *to, const struct svg_frame *f, const struct report_interval *bins, unsigned count,
                      double (*sums)[CAUSE_COUNT + 1], unsigned cause)
{
    bool is_empty = true;
    for (unsigned b = 0; b < count; b++)
        is_empty &= sums[b][cause + 1] <= sums[b][cause];
    if (is_empty)
        return;
    for (unsigned b = 0; b < count; b++)
        fprintf(to, "%s%.1f,%.1fH%.1f", b ? "L" : "<path d=\"M", svg_x(f, bins[b].from), svg_y(f, 100 * sums[b][cause + 1]),
                svg_x(f, bins[b].to));
    for (unsigned b = count; b-- > 0;)
        fprintf(to, "L%.1f,%.1fH%.1f", svg_x(f, bins[b].to), svg_y(f, 100 * sums[b][cause]), svg_x(f, bins[b].from));
    fprintf(to, "Z\" class=\"layer c%u\"/>\n", cause);
}

static void stack_hint(const struct report_interval *bin, char hint[HINT])
{
    struct stats_column column;
    unsigned tenths[CAUSE_COUNT];
    stats_column(&bin->counters, STATS_ALL, &column);
    stats_tenths(column.cycles, CAUSE_COUNT, tenths);
    int length = snprintf(hint, HINT, "%.6g to %.6g s", bin->from, bin->to);
    for (unsigned c = CAUSE_COUNT; c-- > 0;) {
        char name[PLOT_NAME];
        plot_cause_name(c, name);
        if (tenths[c])
            length += snprintf(hint + length, HINT - (size_t)length, "\n%s  %u.%u %%", name, tenths[c] / 10, tenths[c] % 10);
    }
}

void plot_stack_over_time(FILE *to, const struct report_interval *bins, unsigned count, double end, bool is_wide)
{
    double width = is_wide ? WIDE : WIDTH;
    struct svg_frame f = frame_of(width, end, 100);
    double (*sums)[CAUSE_COUNT + 1] = stack_of(bins, count);
    svg_begin(to, width, HEIGHT, "Cycles by cause over virtual time, in percent");
    for (unsigned c = 0; c < CAUSE_COUNT; c++)
        put_layer(to, &f, bins, count, sums, c);
    svg_axes(to, &f, "virtual time", "percent of all cycles");
    for (unsigned b = 0; b < count; b++) {
        char hint[HINT];
        stack_hint(&bins[b], hint);
        svg_rect(to, svg_x(&f, bins[b].from), f.y, svg_x(&f, bins[b].to) - svg_x(&f, bins[b].from), f.height, "hit", hint);
    }
    svg_end(to);
    free(sums);
}

/* ---- curves ---- */

static bool curve_value(const struct plot_curve *curve, const struct report_interval *bin, double *value)
{
    struct stats_column column;
    stats_column(&bin->counters, curve->level, &column);
    bool has_value = stats_value(curve->row, &column, value);
    if (curve->row->unit == STATS_SHARE)
        *value *= 100;
    return has_value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Where the axis ends: at the highest value, unless one in fifty are far above the others. */
static double choose_top(const struct plot_curve *curves, unsigned count, double *peak)
{
    unsigned room = 1, found = 0;
    for (unsigned i = 0; i < count; i++)
        room += curves[i].count;
    double *values = mem_alloc(room * sizeof *values), top = 0;
    for (unsigned i = 0; i < count; i++)
        for (unsigned b = 0; b < curves[i].count; b++)
            found += curve_value(&curves[i], &curves[i].bins[b], &values[found]);
    qsort(values, found, sizeof *values, compare);
    *peak = 0;
    if (found) {
        double usual = values[(found - 1) * 49 / 50];
        top = values[found - 1];
        if (found >= 20 && usual > 0 && top > 3 * usual) {
            *peak = top;
            top = 1.25 * usual;
        }
    }
    free(values);
    return top;
}

static void put_curve(FILE *to, const struct svg_frame *f, const struct plot_curve *curve, unsigned index)
{
    bool is_drawing = false, has_any = false;
    for (unsigned b = 0; b < curve->count; b++) {
        const struct report_interval *bin = &curve->bins[b];
        double value;
        bool has_value = curve_value(curve, bin, &value);
        if (has_value)
            fprintf(to, "%s%s%.1f,%.1fH%.1f", has_any ? "" : "<path d=\"", is_drawing ? "L" : "M", svg_x(f, bin->from),
                    svg_y(f, value), svg_x(f, bin->to));
        is_drawing = has_value;
        has_any |= has_value;
    }
    if (has_any)
        fprintf(to, "\" class=\"curve l%u\"/>\n", index);
}

static void put_curve_hits(FILE *to, const struct svg_frame *f, const struct plot_curve *curves, unsigned count)
{
    for (unsigned i = 0; i < HITS; i++) {
        double time = f->across.to * (i + 0.5) / HITS;
        char hint[HINT];
        int length = snprintf(hint, sizeof hint, "%.4g s", time);
        for (unsigned k = 0; k < count; k++) {
            const struct report_interval *bin = bin_at(curves[k].bins, curves[k].count, time);
            char number[32] = "-";
            double value;
            if (bin && curve_value(&curves[k], bin, &value))
                stats_decimal(value, number);
            length += snprintf(hint + length, sizeof hint - (size_t)length, "\n%s  %s", curves[k].name, number);
        }
        svg_rect(to, f->x + f->width * i / HITS, f->y, f->width / HITS, f->height, "hit", hint);
    }
}

double plot_curves(FILE *to, const struct plot_curve *curves, unsigned count, const char *up)
{
    double end = 0, peak, top = choose_top(curves, count, &peak);
    for (unsigned i = 0; i < count; i++)
        if (curves[i].count)
            end = fmax(end, curves[i].bins[curves[i].count - 1].to);
    struct svg_frame f = frame_of(WIDTH, end, top);
    svg_begin(to, WIDTH, HEIGHT, up);
    svg_axes(to, &f, "virtual time", up);
    for (unsigned i = 0; i < count; i++)
        put_curve(to, &f, &curves[i], i);
    put_curve_hits(to, &f, curves, count);
    svg_end(to);
    return peak;
}
