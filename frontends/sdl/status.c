/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/status.h"

#include <stdio.h>
#include <string.h>

#include "frontends/sdl/font.h"

/* Lengths are those of a screen of common density. */
enum { PAD = 10, GAP = 18, LAMP = 8, LAMP_GAP = 5, TEXT_TOP = (STATUS_HEIGHT - FONT_HEIGHT) / 2, TEXT_MAX = 96 };
enum { KEYS_PAD = 16, KEYS_HEAD = 26, KEYS_COLUMN = 28, KEYS_RADIUS = 8 };

enum {
    GROUND = 0xff0e1217, PANEL = 0xf40e1217, EDGE = 0x30ffffff, INK = 0xffe7eaee, SOFT = 0xff9aa4b2, DARK = 0xff2a323d,
    GREEN = 0xff2fc79b, GREY = 0xff7b8494, YELLOW = 0xffe6b400, RED = 0xffff6b5e,
};

void status_take(struct status *s, const struct bridge_speed *sample)
{
    for (unsigned i = 0; i < BRIDGE_LAMPS; i++)
        s->is_lit[i] = sample->bytes[i] != s->bytes[i];
    memcpy(s->bytes, sample->bytes, sizeof s->bytes);
}

/* ---- items from left to right ---- */

struct line {
    struct canvas *canvas;
    int zoom, x;
};

static void put_text(struct line *l, const char *text, uint32_t colour)
{
    l->x = canvas_text(l->canvas, l->x, TEXT_TOP * l->zoom, l->zoom, text, colour) + GAP * l->zoom;
}

static void put_lamp(struct line *l, uint32_t colour, const char *text, uint32_t ink)
{
    double z = l->zoom, top = (STATUS_HEIGHT - LAMP) / 2 * z;
    canvas_panel(l->canvas, (struct canvas_box){ l->x, top, l->x + LAMP * z, top + LAMP * z }, LAMP / 2 * z, colour, 0);
    l->x += (LAMP + LAMP_GAP) * l->zoom;
    put_text(l, text, ink);
}

static void put_speed(struct line *l, const struct title_speed *speed)
{
    static const struct { const char *text; uint32_t colour; } modes[] = {
        [TIMING_OFF] = { "timing off", GREY }, [TIMING_ON] = { "timing on", GREEN },
        [TIMING_REFERENCE] = { "reference timing", YELLOW },
    };
    char text[TEXT_MAX];
    put_lamp(l, modes[speed->timing].colour, modes[speed->timing].text, SOFT);
    snprintf(text, sizeof text, "%.0f MIPS", speed->mips);
    put_text(l, text, SOFT);
    snprintf(text, sizeof text, "%s%.0f %% of real time", speed->is_slow ? "host too slow: " : "", speed->percent);
    put_text(l, text, speed->is_slow ? RED : INK);
}

static void put_lamps(struct line *l, const struct status *s)
{
    static const char *const names[] = { [BRIDGE_DISK] = "disk", [BRIDGE_NET] = "net", [BRIDGE_SOUND] = "sound" };
    char text[TEXT_MAX];
    for (unsigned i = 0; i < BRIDGE_LAMPS; i++)
        put_lamp(l, s->is_lit[i] ? GREEN : DARK, names[i], s->is_lit[i] ? INK : SOFT);
    if (s->recording) {
        snprintf(text, sizeof text, "rec %.40s", s->recording);
        put_lamp(l, RED, text, INK);
    }
    if (s->typing) {
        snprintf(text, sizeof text, "typing %llu", (unsigned long long)s->typing);
        put_lamp(l, YELLOW, text, INK);
    }
    if (s->is_grabbed)
        put_text(l, "mouse grabbed", INK);
}

/* At the right end, if it does not lie over the rest. */
static void put_picture(struct line *l, const struct status *s)
{
    char text[TEXT_MAX];
    if (!s->width)
        return;
    snprintf(text, sizeof text, "%dx%d at %d %%", s->width, s->height, s->percent);
    int at = l->canvas->width - PAD * l->zoom - canvas_text_width(text, l->zoom);
    if (at >= l->x)
        canvas_text(l->canvas, at, TEXT_TOP * l->zoom, l->zoom, text, SOFT);
}

void status_draw(struct canvas *canvas, const struct status *status, int zoom, int width)
{
    struct line line = { canvas, zoom, PAD * zoom };
    canvas_reset(canvas, width, STATUS_HEIGHT * zoom);
    canvas_fill(canvas, (struct canvas_box){ 0, 0, width, canvas->height }, GROUND);
    canvas_fill(canvas, (struct canvas_box){ 0, 0, width, zoom }, EDGE);
    put_speed(&line, &status->speed);
    put_lamps(&line, status);
    put_picture(&line, status);
}

/* ---- the keys ---- */

void status_draw_keys(struct canvas *canvas, const struct status_key *keys, int zoom)
{
    static const char head[] = "Keys: Ctrl-Alt with";
    int widest = canvas_text_width(head, 1) - KEYS_COLUMN, rows = 0;
    for (; keys[rows].key; rows++) {
        int width = canvas_text_width(keys[rows].what, 1);
        widest = width > widest ? width : widest;
    }
    canvas_reset(canvas, (2 * KEYS_PAD + KEYS_COLUMN + widest) * zoom, (2 * KEYS_PAD + KEYS_HEAD + rows * FONT_HEIGHT) * zoom);
    canvas_panel(canvas, (struct canvas_box){ 0, 0, canvas->width, canvas->height }, KEYS_RADIUS * zoom, PANEL, EDGE);
    canvas_text(canvas, KEYS_PAD * zoom, KEYS_PAD * zoom, zoom, head, SOFT);
    for (int i = 0; i < rows; i++) {
        int y = (KEYS_PAD + KEYS_HEAD + i * FONT_HEIGHT) * zoom;
        canvas_text(canvas, KEYS_PAD * zoom, y, zoom, keys[i].key, GREEN);
        canvas_text(canvas, (KEYS_PAD + KEYS_COLUMN) * zoom, y, zoom, keys[i].what, INK);
    }
}
