/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>

#include "frontends/report/style.h"
#include "frontends/sdl/font.h"
#include "frontends/sdl/overlay.h"

/* Lengths are those of a screen of common density; all are multiplied by the zoom. */
enum {
    PAD = 12, INNER = 256, WIDTH = INNER + 2 * PAD, RADIUS = 8,
    HEAD_TOP = 9, NUMBER_TOP = 30, GRAPH_TOP = 68, GRAPH_HEIGHT = 48, BAR_TOP = 122, BAR_HEIGHT = 8, KEY_TOP = 134,
    KEY_COLUMN = 132, KEYS = 4, RATES_TOP = 173, RATES_COLUMN = 56, HEIGHT = 214,
    CORES_TOP = 210, CORE_BAR = 72, CORE_BAR_HEIGHT = 6,
    NOTE_TOP = 66, SHORT_HEIGHT = 94,
    IPC_MAX = 4
};

enum {
    PANEL = 0xee0e1217, EDGE = 0x30ffffff, INK = 0xffe7eaee, SOFT = 0xff9aa4b2, FIELD = 0x12ffffff, GRID = 0x24ffffff,
    CURVE = 0xff7fc4ee, UNDER = 0x602b87c4
};

struct drawing {
    struct canvas *canvas;
    const struct overlay_values *values;
    int zoom;
};

static void put(const struct drawing *d, int x, int y, const char *text, uint32_t colour)
{
    canvas_text(d->canvas, (PAD + x) * d->zoom, y * d->zoom, d->zoom, text, colour);
}

static void put_right(const struct drawing *d, int y, const char *text, uint32_t colour)
{
    put(d, INNER - canvas_text_width(text, 1), y, text, colour);
}

static void fill(const struct drawing *d, double left, double top, double right, double bottom, uint32_t colour)
{
    double z = d->zoom;
    canvas_fill(d->canvas, (struct canvas_box){ (PAD + left) * z, top * z, (PAD + right) * z, bottom * z }, colour);
}

/* Three digits, as far as there is room. */
static const char *number(char text[16], double value)
{
    if (!isfinite(value))
        return "-";
    if (value < 9.995)
        snprintf(text, 16, "%.2f", value);
    else if (value < 99.95)
        snprintf(text, 16, "%.1f", value);
    else
        snprintf(text, 16, "%.0f", fmin(value, 99999));
    return text;
}

/* ---- the head: what time it is, how fast it goes ---- */

static const struct { const char *text; uint32_t lamp; } modes[] = {
    [TIMING_OFF] = { "timing off", 0xff7b8494 }, [TIMING_ON] = { "timing on", 0xff2fc79b },
    [TIMING_REFERENCE] = { "reference timing", 0xffe6b400 },
};

static void draw_head(const struct drawing *d)
{
    const struct overlay_values *v = d->values;
    double z = d->zoom, top = HEAD_TOP + 3;
    struct canvas_box lamp = { PAD * z, top * z, (PAD + 8) * z, (top + 8) * z };
    canvas_panel(d->canvas, lamp, 4 * z, modes[v->timing].lamp, 0);
    put(d, 14, HEAD_TOP, modes[v->timing].text, SOFT);
    if (v->timing != TIMING_OFF) {
        char text[32];
        snprintf(text, sizeof text, "%.0f MIPS", v->mips);
        put_right(d, HEAD_TOP, text, SOFT);
    }
}

static void draw_numbers(const struct drawing *d, double value, const char *unit)
{
    char text[48], part[16];
    const struct overlay_values *v = d->values;
    int baseline = 12, end = canvas_text(d->canvas, PAD * d->zoom, NUMBER_TOP * d->zoom, 2 * d->zoom, number(part, value), INK);
    canvas_text(d->canvas, end + 6 * d->zoom, (NUMBER_TOP + baseline) * d->zoom, d->zoom, unit, SOFT);
    bool is_fast = v->clock_mhz >= 1000;
    snprintf(text, sizeof text, "%.4g %s \xc3\x97 %s", is_fast ? v->clock_mhz / 1000 : v->clock_mhz, is_fast ? "GHz" : "MHz",
             number(part, v->real_time));
    put_right(d, NUMBER_TOP - 1, text, INK);
    put_right(d, NUMBER_TOP + baseline + 1, "of real time", SOFT);
}

/* ---- the graph ---- */

/* A scale on which nothing is cut off, in halves; no core does more than IPC_MAX. */
static double scale_of(const float *history)
{
    double most = 1;
    for (unsigned i = 0; i < OVERLAY_POINTS; i++)
        if (isfinite(history[i]) && history[i] > most)
            most = history[i];
    return ceil(fmin(most, IPC_MAX) * 2) / 2;
}

static void draw_grid(const struct drawing *d, double scale)
{
    fill(d, 0, GRAPH_TOP, INNER, GRAPH_TOP + GRAPH_HEIGHT, FIELD);
    for (double value = 0.5; value < scale; value += 0.5) {
        double y = round(GRAPH_TOP + GRAPH_HEIGHT * (1 - value / scale));
        fill(d, 0, y, INNER, y + 1, GRID);
    }
}

/* A curve of columns, each from where the one before ended to its own height, under it a shade. */
static void draw_graph(const struct drawing *d)
{
    const float *history = d->values->history;
    const double thickness = 1.6, bottom = GRAPH_TOP + GRAPH_HEIGHT, step = (double)INNER / OVERLAY_POINTS;
    double scale = scale_of(history), before = NAN;
    draw_grid(d, scale);
    for (unsigned i = 0; i < OVERLAY_POINTS; i++) {
        double height = fmin(fmax((double)history[i] / scale, 0), 1);
        double y = isfinite(history[i]) ? bottom - 1 - (GRAPH_HEIGHT - 3) * height : NAN, left = i * step, right = left + step;
        if (isfinite(y)) {
            double from = isfinite(before) ? before : y;
            fill(d, left, y, right, bottom, UNDER);
            fill(d, left, fmin(y, from) - thickness / 2, right, fmax(y, from) + thickness / 2, CURVE);
        }
        before = y;
    }
}

/* ---- where the cycles go ---- */

static void draw_stack(const struct drawing *d)
{
    const double *shares = d->values->shares;
    double at = 0;
    fill(d, 0, BAR_TOP, INNER, BAR_TOP + BAR_HEIGHT, FIELD);
    for (unsigned i = 0; i < CAUSE_COUNT && isfinite(shares[i]); i++) {
        double end = at + shares[i] * INNER;
        fill(d, at, BAR_TOP, end, BAR_TOP + BAR_HEIGHT, 0xff000000 | style_cause_on_dark(i));
        at = end;
    }
}

/* The largest share that is smaller than `below`, or equal to that of an earlier cause than `last`. */
static int next_largest(const double *shares, int last)
{
    int best = -1;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        bool is_behind = last < 0 || shares[i] < shares[last] || (shares[i] == shares[last] && i > last);
        if (is_behind && isfinite(shares[i]) && (best < 0 || shares[i] > shares[best]))
            best = i;
    }
    return best;
}

static void draw_key(const struct drawing *d)
{
    const double *shares = d->values->shares;
    int cause = -1;
    for (int i = 0; i < KEYS; i++) {
        cause = next_largest(shares, cause);
        if (cause < 0 || shares[cause] < 0.005)
            return;
        char text[32];
        int x = i % 2 * KEY_COLUMN, y = KEY_TOP + i / 2 * FONT_HEIGHT;
        int length = snprintf(text, sizeof text, "%.10s %.0f%%", counter_causes[cause].name, shares[cause] * 100);
        for (int k = 0; k < length; k++)
            text[k] = text[k] == '_' ? ' ' : text[k];
        fill(d, x, y + 4, x + 8, y + 12, 0xff000000 | style_cause_on_dark((unsigned)cause));
        put(d, x + 12, y, text, SOFT);
    }
}

static void draw_rates(const struct drawing *d)
{
    static const char *const names[] = { [OVERLAY_L1I] = "L1I", [OVERLAY_L1D] = "L1D", [OVERLAY_L2] = "L2",
                                         [OVERLAY_BRANCH] = "branch" };
    char text[16];
    for (int i = 0; i < OVERLAY_RATES; i++) {
        put(d, i * RATES_COLUMN, RATES_TOP, names[i], SOFT);
        put(d, i * RATES_COLUMN, RATES_TOP + FONT_HEIGHT, number(text, d->values->mpki[i]), INK);
    }
    put_right(d, RATES_TOP + FONT_HEIGHT, "MPKI", SOFT);
}

/* ---- several cores ---- */

/* Each its number, how much of the time it was awake, and its IPC then; two in a row. */
static void draw_cores(const struct drawing *d)
{
    const struct overlay_values *v = d->values;
    for (unsigned i = 0; v->cores > 1 && i < v->cores; i++) {
        char text[16];
        int x = (int)i % 2 * KEY_COLUMN, y = CORES_TOP + (int)i / 2 * FONT_HEIGHT, bar = y + 5;
        double awake = isfinite(v->core[i].awake) ? fmin(fmax(v->core[i].awake, 0), 1) : 0;
        snprintf(text, sizeof text, "%u", i);
        put(d, x, y, text, SOFT);
        fill(d, x + 12, bar, x + 12 + CORE_BAR, bar + CORE_BAR_HEIGHT, FIELD);
        fill(d, x + 12, bar, x + 12 + CORE_BAR * awake, bar + CORE_BAR_HEIGHT, CURVE);
        put(d, x + 18 + CORE_BAR, y, number(text, v->core[i].ipc), INK);
    }
}

static int height_of(const struct overlay_values *v)
{
    if (v->timing == TIMING_OFF)
        return SHORT_HEIGHT;
    return v->cores > 1 ? HEIGHT + (int)(v->cores + 1) / 2 * FONT_HEIGHT : HEIGHT;
}

void overlay_draw(struct canvas *canvas, const struct overlay_values *values, int zoom)
{
    struct drawing d = { canvas, values, zoom };
    canvas_reset(canvas, WIDTH * zoom, height_of(values) * zoom);
    canvas_panel(canvas, (struct canvas_box){ 0, 0, canvas->width, canvas->height }, RADIUS * zoom, PANEL, EDGE);
    draw_head(&d);
    if (values->timing == TIMING_OFF) {
        draw_numbers(&d, values->mips, "MIPS");
        put(&d, 0, NOTE_TOP, host_loop_timing_text(TIMING_OFF), SOFT);
        return;
    }
    draw_numbers(&d, values->ipc, "IPC");
    draw_graph(&d);
    draw_stack(&d);
    draw_key(&d);
    draw_rates(&d);
    draw_cores(&d);
}
