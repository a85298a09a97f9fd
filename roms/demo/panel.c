/* SPDX-License-Identifier: MIT */
#include "roms/demo/panel.h"
#include "roms/demo/font.h"
#include "roms/demo/maths.h"
#include "roms/lib/print.h"

enum {
    LEFT = 660, WIDTH = 344, PAD = 20,
    MACHINE_TOP = 20, MACHINE_HEIGHT = 252,
    PLOT_TOP = 284, PLOT_HEIGHT = 312,
    KEYS_TOP = 608, KEYS_HEIGHT = 140,
    BRASS = 0xd9b45b, TEXT = 0xebe7dc, QUIET = 0x8d97ab, FAINT = 0x3a4560, CARD = 0x141b2e, CURVE = 0x6fd0ff,
};

static struct canvas begin_card(const struct panel *panel, const struct rect *rect, const char *title)
{
    struct canvas canvas = {panel->pixels, 0, 0, SCREEN_WIDTH, SCREEN_HEIGHT};

    paint_copy(panel->pixels, panel->space, rect);
    paint_card(&canvas, rect, 10, CARD, 0.72f, BRASS, 0.30f);
    font_draw(&canvas, FONT_CAPS, rect->x + PAD, rect->y + 28, title, BRASS);
    return canvas;
}

/* Small text when it is long, and words left out at the end when it is longer. */
static void draw_value(const struct canvas *canvas, int x, int y, int width, const char *text)
{
    char line[FACT_LINE];
    enum font_face face = font_width(FONT_BODY, text) <= width ? FONT_BODY : FONT_SMALL;

    for (size_t length = print_into(line, sizeof line, "%s", text); length && font_width(face, line) > width; line[length] = 0)
        while (length && line[--length] != ' ')
            ;
    font_draw(canvas, face, x, y, line, TEXT);
}

struct rect panel_machine(const struct panel *panel)
{
    struct rect rect = {LEFT, MACHINE_TOP, WIDTH, MACHINE_HEIGHT};
    struct canvas canvas = begin_card(panel, &rect, "MACHINE");
    const struct facts *facts = panel->facts;
    char display[FACT_LINE], speed[FACT_LINE];

    print_into(display, sizeof display, "%s, %d " FONT_TIMES " %d", panel->screen->kind, panel->screen->width,
               panel->screen->height);
    if (panel->meter->mips)
        print_into(speed, sizeof speed, "%u million instructions/s", panel->meter->mips);
    else
        print_into(speed, sizeof speed, "measuring");
    const char *rows[][2] = {
        {"Board", facts->board}, {"Core", facts->cpu}, {"Features", facts->features}, {"Caches", facts->caches},
        {"Memory", facts->memory}, {"Counter", facts->counter}, {"Display", display}, {"Speed", speed},
    };
    for (int i = 0; i < (int)(sizeof rows / sizeof rows[0]); i++) {
        int y = rect.y + 60 + i * 25;
        font_draw(&canvas, FONT_SMALL, rect.x + PAD, y, rows[i][0], QUIET);
        draw_value(&canvas, rect.x + PAD + 76, y, WIDTH - 2 * PAD - 76, rows[i][1]);
    }
    return rect;
}

void panel_size(char *out, unsigned room, unsigned kilobytes)
{
    if (kilobytes < 1024)
        print_into(out, room, "%u KB", kilobytes);
    else if (kilobytes % 1024)
        print_into(out, room, "%u.%u MB", kilobytes / 1024, kilobytes % 1024 * 10 / 1024);
    else
        print_into(out, room, "%u MB", kilobytes / 1024);
}

/* The top of the scale in picoseconds: the first of 1, 2, 5, 10, … ns that leaves room above the curve. */
static uint32_t scale_top(const struct meter *meter)
{
    static const uint8_t steps[] = {1, 2, 5};
    uint32_t most = 0, decade = 1000;

    for (unsigned i = 0; i < meter->done; i++)
        most = meter->picoseconds[i] > most ? meter->picoseconds[i] : most;
    for (unsigned i = 0; i < 18; i++, decade *= i % 3 == 0 ? 10 : 1)
        if (steps[i % 3] * decade / 10 * 9 >= most)
            return steps[i % 3] * decade;
    return most;
}

struct plot {
    float left, top, width, height, most;
};

static float plot_x(const struct plot *plot, float index)
{
    return plot->left + plot->width * index / (METER_SIZES - 1);
}

static float plot_y(const struct plot *plot, float picoseconds)
{
    return plot->top + plot->height * (1 - picoseconds / plot->most);
}

static void draw_axes(const struct canvas *canvas, const struct plot *plot, uint32_t most)
{
    static const char *const sizes[] = {"4K", "16K", "64K", "256K", "1M", "4M", "16M"};
    char label[16];
    int lines = most / 1000 % 2 == 0 && most % 5000 ? 4 : 5;

    for (int i = 0; i <= lines; i++) {
        uint32_t value = most / (unsigned)lines * (unsigned)i;
        float y = (float)maths_floor(plot_y(plot, (float)value)) + 0.5f;
        paint_line(canvas, plot->left, y, plot->left + plot->width, y, 1, FAINT, i ? 0.6f : 1, i ? 0.6f : 1);
        if (value % 1000)
            print_into(label, sizeof label, "%u.%u", value / 1000, value % 1000 / 100);
        else
            print_into(label, sizeof label, "%u", value / 1000);
        font_draw_right(canvas, FONT_SMALL, (int)plot->left - 9, (int)y + 5, label, QUIET);
    }
    for (int i = 0; i < METER_SIZES; i += 2) {
        float x = (float)maths_floor(plot_x(plot, (float)i)) + 0.5f, bottom = plot->top + plot->height;
        bool labelled = i % 4 == 0;
        paint_line(canvas, x, bottom, x, bottom + (labelled ? 6 : 3), 1, QUIET, 0.7f, 0.7f);
        if (labelled)
            font_draw_centred(canvas, FONT_SMALL, (int)x, (int)bottom + 21, sizes[i / 4], QUIET);
    }
}

static void draw_curve(const struct canvas *canvas, const struct plot *plot, const struct meter *meter)
{
    float bottom = plot->top + plot->height;

    for (unsigned i = 1; i < meter->done; i++) {
        float x0 = plot_x(plot, (float)i - 1), x1 = plot_x(plot, (float)i);
        float y0 = plot_y(plot, (float)meter->picoseconds[i - 1]), y1 = plot_y(plot, (float)meter->picoseconds[i]);
        for (int x = maths_floor(x0 + 0.5f); x < maths_floor(x1 + 0.5f); x++) {
            float y = y0 + (y1 - y0) * ((float)x + 0.5f - x0) / (x1 - x0);
            for (int py = maths_floor(y); py < (int)bottom; py++)
                paint_pixel(canvas, x, py, CURVE, 0.05f + 0.22f * (bottom - (float)py) / plot->height);
        }
    }
    for (unsigned i = 1; i < meter->done; i++)
        paint_line(canvas, plot_x(plot, (float)i - 1), plot_y(plot, (float)meter->picoseconds[i - 1]), plot_x(plot, (float)i),
                   plot_y(plot, (float)meter->picoseconds[i]), 2, CURVE, 1, 1);
    for (unsigned i = 0; i < meter->done; i++) {
        float x = plot_x(plot, (float)i), y = plot_y(plot, (float)meter->picoseconds[i]);
        paint_disc(canvas, x, y, 3.0f, CARD, 1);
        paint_disc(canvas, x, y, 2.2f, i + 1 == meter->done ? 0xffffff : CURVE, 1);
    }
}

static void draw_caption(const struct canvas *canvas, const struct meter *meter, int x, int y)
{
    char line[FACT_LINE], size[16];
    unsigned last = meter->done - 1;

    if (meter->done < METER_SIZES) {
        panel_size(size, sizeof size, meter->kilobytes[meter->done]);
        print_into(line, sizeof line, "measuring %s", size);
    } else {
        int length = (int)print_into(line, sizeof line, "4 KB %u.%02u ns " FONT_DOT " 16 MB %u.%02u ns",
                                     meter->picoseconds[0] / 1000, meter->picoseconds[0] % 1000 / 10,
                                     meter->picoseconds[last] / 1000, meter->picoseconds[last] % 1000 / 10);
        if (meter->has_pmu && meter->millicycles[last])
            print_into(line + length, sizeof line - (unsigned)length, " " FONT_DOT " %u cycles",
                       (meter->millicycles[last] + 500) / 1000);
        if (font_width(FONT_SMALL, line) > WIDTH - 2 * PAD)
            line[length] = 0;
    }
    font_draw(canvas, FONT_SMALL, x, y, line, TEXT);
}

struct rect panel_plot(const struct panel *panel)
{
    struct rect rect = {LEFT, PLOT_TOP, WIDTH, PLOT_HEIGHT};
    struct canvas canvas = begin_card(panel, &rect, "MEMORY LATENCY");
    uint32_t most = scale_top(panel->meter);
    struct plot plot = {LEFT + 54, PLOT_TOP + 52, WIDTH - 54 - 26, PLOT_HEIGHT - 52 - 86, (float)most};

    font_draw_right(&canvas, FONT_SMALL, LEFT + WIDTH - PAD, PLOT_TOP + 28, "ns per load", QUIET);
    draw_axes(&canvas, &plot, most);
    font_draw_centred(&canvas, FONT_SMALL, (int)(plot.left + plot.width / 2), (int)(plot.top + plot.height) + 42,
                      "working set, random chain of loads", QUIET);
    draw_curve(&canvas, &plot, panel->meter);
    draw_caption(&canvas, panel->meter, LEFT + PAD, PLOT_TOP + PLOT_HEIGHT - 16);
    return rect;
}

/* Draws the newest keys at the right end; what does not fit is left out. */
static void draw_caps(const struct canvas *canvas, const struct panel *panel, int left, int right, int top)
{
    int widths[PANEL_KEYS], total = 0, first = (int)panel->key_count;

    while (first > 0) {
        int width = font_width(FONT_BODY, panel->keys[first - 1]) + 22;
        width = width < 34 ? 34 : width;
        if (total + width > right - left)
            break;
        widths[--first] = width;
        total += width + 8;
    }
    for (int i = first, x = left; i < (int)panel->key_count; x += widths[i] + 8, i++) {
        bool down = panel->keys_down[i];
        struct rect cap = {x, top, widths[i], 34};
        paint_card(canvas, &cap, 6, down ? BRASS : 0x24304c, 1, down ? BRASS : QUIET, 0.5f);
        font_draw_centred(canvas, FONT_BODY, x + widths[i] / 2, top + 22, panel->keys[i], down ? 0x141b2e : TEXT);
    }
}

struct rect panel_keys(const struct panel *panel)
{
    struct rect rect = {LEFT, KEYS_TOP, WIDTH, KEYS_HEIGHT};
    struct canvas canvas = begin_card(panel, &rect, "INPUT");
    char line[FACT_LINE];

    print_into(line, sizeof line, "%u frames/s " FONT_DOT " %u.%u ms each", panel->frames_a_second,
               panel->frame_microseconds / 1000, panel->frame_microseconds / 100 % 10);
    font_draw_right(&canvas, FONT_SMALL, LEFT + WIDTH - PAD, KEYS_TOP + 28, line, QUIET);
    if (panel->key_count)
        draw_caps(&canvas, panel, LEFT + PAD, LEFT + WIDTH - PAD, KEYS_TOP + 46);
    else
        font_draw(&canvas, FONT_BODY, LEFT + PAD, KEYS_TOP + 69, panel->inputs ? "press a key" : "no keyboard found",
                  FAINT + 0x202020);
    print_into(line, sizeof line, "pointer %d, %d%s%s%s", panel->pointer_x, panel->pointer_y, panel->buttons & 1 ? "  left" : "",
               panel->buttons & 4 ? "  middle" : "", panel->buttons & 2 ? "  right" : "");
    font_draw(&canvas, FONT_SMALL, LEFT + PAD, KEYS_TOP + KEYS_HEIGHT - 22, panel->inputs ? line : "type on the serial line",
              QUIET);
    return rect;
}
