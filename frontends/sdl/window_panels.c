/* SPDX-License-Identifier: MIT */
/* Our own panels on their way to the window: live numbers, the status line, the keys. */
#include "frontends/host/typist.h"
#include "frontends/sdl/window_state.h"

enum { MARGIN = 12, STATUS_MS = 200, KEYS_MAX = 20 };

/* Pixels for each of the window's units, which are about as large on every screen. */
static int density(struct window *w, int width)
{
    int units, height;
    SDL_GetWindowSize(w->window, &units, &height);
    int zoom = units > 0 ? (width + units / 2) / units : 1;
    return SDL_clamp(zoom, 1, 4);
}

/* What was drawn on the panel's canvas becomes a texture. */
static void put_panel(struct window *w, struct panel *panel)
{
    struct sheet *sheet = &panel->sheet;
    if (sheet->texture && (sheet->width != panel->canvas.width || sheet->height != panel->canvas.height)) {
        SDL_DestroyTexture(sheet->texture);
        sheet->texture = NULL;
    }
    sheet->width = panel->canvas.width;
    sheet->height = panel->canvas.height;
    if (!sheet->texture) {
        sheet->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, sheet->width,
                                           sheet->height);
        if (!sheet->texture)
            return;
        SDL_SetTextureBlendMode(sheet->texture, SDL_BLENDMODE_BLEND);
        SDL_SetTextureScaleMode(sheet->texture, SDL_ScaleModeLinear);
    }
    SDL_UpdateTexture(sheet->texture, NULL, panel->canvas.pixels, sheet->width * (int)sizeof *panel->canvas.pixels);
}

/* The panel's size on the window: made smaller where the window is smaller than that. */
static SDL_Rect size_of(const struct panel *panel, int width, int height)
{
    SDL_Rect at = { .w = panel->sheet.width, .h = panel->sheet.height };
    if (at.w > width || at.h > height) {
        struct letterbox box = letterbox_fit(SDL_max(width, 1), SDL_max(height, 1), at.w, at.h);
        at.w = box.width;
        at.h = box.height;
    }
    return at;
}

static void copy_panel(struct window *w, const struct panel *panel, const SDL_Rect *at)
{
    if (panel->sheet.texture)
        SDL_RenderCopy(w->renderer, panel->sheet.texture, NULL, at);
}

/* ---- live numbers ---- */

void window_overlay_show(struct window *w, bool shows)
{
    w->shows_overlay = shows;
    w->must_draw = true;
    overlay_clear(w->overlay);
    bridge_want_counts(w->bridge, shows);
}

void window_overlay_take(struct window *w)
{
    struct bridge_counts counts;
    if (!bridge_take_counts(w->bridge, &counts) || !w->shows_overlay)
        return;
    overlay_take(w->overlay, &counts, machine_core(w->machine)->settings.clock_mhz);
    w->overlay_panel.zoom = 0;
    w->must_draw = true;
}

/* In the corner at the top right. */
static void draw_overlay(struct window *w, int width, int height, int zoom)
{
    struct panel *panel = &w->overlay_panel;
    int margin = MARGIN * zoom;
    if (!w->shows_overlay || !overlay_values(w->overlay))
        return;
    if (panel->zoom != zoom) {
        overlay_draw(&panel->canvas, overlay_values(w->overlay), zoom);
        put_panel(w, panel);
        panel->zoom = zoom;
    }
    SDL_Rect at = size_of(panel, width - 2 * margin, height - 2 * margin);
    at.x = width - margin - at.w;
    at.y = margin;
    copy_panel(w, panel, &at);
}

/* ---- the status line ---- */

void window_status_show(struct window *w, bool shows)
{
    w->shows_status = shows;
    w->status_at_ms = 0;
    w->must_draw = true;
}

void window_status_take(struct window *w)
{
    struct bridge_speed sample;
    struct status *s = &w->status;
    uint64_t now_ms = SDL_GetTicks64();
    if (!w->shows_status || now_ms < w->status_at_ms + STATUS_MS)
        return;
    w->status_at_ms = now_ms;
    bridge_take_speed(w->bridge, &sample);
    status_take(s, &sample);
    s->speed = w->speed;
    s->speed.timing = sample.timing;
    s->recording = w->config.recording;
    s->typing = w->strokes - typist_typed(w->config.typist);
    s->is_grabbed = w->is_grabbed;
    bool has_picture = !w->shows_console && w->picture && w->picture->width;
    s->width = has_picture ? (int)w->picture->width : 0;
    s->height = has_picture ? (int)w->picture->height : 0;
    s->percent = has_picture ? w->box.width * 100 / s->width : 0;
    w->status_panel.zoom = 0;
    w->must_draw = true;
}

int window_status_height(struct window *w, int width)
{
    return w->shows_status ? STATUS_HEIGHT * density(w, width) : 0;
}

static void draw_status(struct window *w, int width, int height, int zoom)
{
    struct panel *panel = &w->status_panel;
    if (!w->shows_status)
        return;
    if (panel->zoom != zoom || panel->width != width) {
        status_draw(&panel->canvas, &w->status, zoom, width);
        put_panel(w, panel);
        panel->zoom = zoom;
        panel->width = width;
    }
    copy_panel(w, panel, &(SDL_Rect){ 0, height - panel->sheet.height, panel->sheet.width, panel->sheet.height });
}

/* ---- the keys ---- */

static void draw_help(struct window *w, int width, int height, int zoom)
{
    struct panel *panel = &w->help_panel;
    if (!w->shows_help)
        return;
    if (panel->zoom != zoom) {
        struct status_key keys[KEYS_MAX + 1] = { { 0 } };
        for (int i = 0; i < KEYS_MAX && window_keys[i].name; i++)
            keys[i] = (struct status_key){ window_keys[i].name, window_keys[i].what };
        status_draw_keys(&panel->canvas, keys, zoom);
        put_panel(w, panel);
        panel->zoom = zoom;
    }
    SDL_Rect at = size_of(panel, width, height);
    at.x = (width - at.w) / 2;
    at.y = (height - at.h) / 2;
    copy_panel(w, panel, &at);
}

/* ---- all of them ---- */

void window_panels_draw(struct window *w, int width, int height)
{
    int zoom = density(w, width);
    draw_status(w, width, height, zoom);
    draw_overlay(w, width, w->area_height, zoom);
    draw_help(w, width, w->area_height, zoom);
}

void window_panels_free(struct window *w)
{
    struct panel *const panels[] = { &w->overlay_panel, &w->status_panel, &w->help_panel };
    for (size_t i = 0; i < ARRAY_SIZE(panels); i++) {
        if (panels[i]->sheet.texture)
            SDL_DestroyTexture(panels[i]->sheet.texture);
        canvas_free(&panels[i]->canvas);
        *panels[i] = (struct panel){ 0 };
    }
}
