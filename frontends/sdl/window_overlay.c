/* SPDX-License-Identifier: MIT */
/* The panel of live numbers on its way to the window. */
#include "frontends/sdl/window_state.h"

enum { MARGIN = 12 };

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
    w->panel_zoom = 0;
    w->must_draw = true;
}

/* Pixels for each of the window's units, which are about as large on every screen. */
static int density(struct window *w, int width)
{
    int units, height;
    SDL_GetWindowSize(w->window, &units, &height);
    int zoom = units > 0 ? (width + units / 2) / units : 1;
    return SDL_clamp(zoom, 1, 4);
}

static void put_panel(struct window *w, int zoom)
{
    struct sheet *sheet = &w->panel_sheet;
    overlay_draw(&w->panel, overlay_values(w->overlay), zoom);
    w->panel_zoom = zoom;
    if (sheet->texture && (sheet->width != w->panel.width || sheet->height != w->panel.height)) {
        SDL_DestroyTexture(sheet->texture);
        sheet->texture = NULL;
    }
    sheet->width = w->panel.width;
    sheet->height = w->panel.height;
    if (!sheet->texture) {
        sheet->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, sheet->width,
                                           sheet->height);
        if (!sheet->texture)
            return;
        SDL_SetTextureBlendMode(sheet->texture, SDL_BLENDMODE_BLEND);
        SDL_SetTextureScaleMode(sheet->texture, SDL_ScaleModeLinear);
    }
    SDL_UpdateTexture(sheet->texture, NULL, w->panel.pixels, sheet->width * (int)sizeof *w->panel.pixels);
}

/* In the corner at the top right; made smaller where the window is smaller than that. */
void window_overlay_draw(struct window *w, int width, int height)
{
    int zoom = density(w, width), margin = MARGIN * zoom;
    if (!w->shows_overlay || !overlay_values(w->overlay))
        return;
    if (w->panel_zoom != zoom)
        put_panel(w, zoom);
    SDL_Rect at = { .w = w->panel_sheet.width, .h = w->panel_sheet.height };
    if (at.w > width - 2 * margin || at.h > height - 2 * margin) {
        struct letterbox box = letterbox_fit(SDL_max(width - 2 * margin, 1), SDL_max(height - 2 * margin, 1), at.w, at.h);
        at.w = box.width;
        at.h = box.height;
    }
    at.x = width - margin - at.w;
    at.y = margin;
    if (w->panel_sheet.texture)
        SDL_RenderCopy(w->renderer, w->panel_sheet.texture, NULL, &at);
}
