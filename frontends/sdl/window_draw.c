/* SPDX-License-Identifier: MIT */
/* From pictures to the window. */
#include <stdlib.h>
#include <string.h>

#include "frontends/host/bytes.h"
#include "frontends/sdl/font.h"
#include "frontends/sdl/window_state.h"

enum { BLANK_WIDTH = 640, BLANK_HEIGHT = 400 };

static void put_on_sheet(struct window *w, struct sheet *sheet, const uint32_t *pixels, int width, int height)
{
    if (sheet->texture && (sheet->width != width || sheet->height != height)) {
        SDL_DestroyTexture(sheet->texture);
        sheet->texture = NULL;
    }
    if (!sheet->texture)
        sheet->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING, width, height);
    sheet->width = width;
    sheet->height = height;
    if (sheet->texture)
        SDL_UpdateTexture(sheet->texture, NULL, pixels, width * (int)sizeof *pixels);
    w->must_draw = true;
}

/* What is shown while the guest has no picture. */
static void put_blank(struct window *w)
{
    const char *const lines[] = {
        w->had_picture ? "The guest has switched its screen off." : "The guest has not drawn anything yet.",
        "Ctrl-Alt-2 shows its serial console.",
    };
    uint32_t *pixels = mem_alloc(BLANK_WIDTH * BLANK_HEIGHT * sizeof *pixels);
    for (int i = 0; i < (int)ARRAY_SIZE(lines); i++)
        font_draw(pixels, BLANK_WIDTH, BLANK_HEIGHT, (BLANK_WIDTH - (int)strlen(lines[i]) * FONT_WIDTH) / 2,
                  BLANK_HEIGHT / 2 + (i - 1) * FONT_HEIGHT, lines[i], 0x808890);
    put_on_sheet(w, &w->screen, pixels, BLANK_WIDTH, BLANK_HEIGHT);
    free(pixels);
}

static bool is_fixed(struct window *w)
{
    return SDL_GetWindowFlags(w->window) & (SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_MAXIMIZED);
}

/* The window as large as the picture, as far as the desktop has room for it. A pixel of the guest is one of the window's units,
   which is what users of screens of high density expect; where a pixel is to be one of the host's, it is that. */
static void fit_window(struct window *w, int width, int height)
{
    SDL_Rect desktop;
    int units, pixels, ignored, line = w->shows_status ? STATUS_HEIGHT : 0;
    SDL_GetWindowSize(w->window, &units, &ignored);
    if (w->scaling == SCALING_ONE && SDL_GetRendererOutputSize(w->renderer, &pixels, &ignored) == 0) {
        width = letterbox_units(width, units, pixels);
        height = letterbox_units(height, units, pixels);
    }
    if (SDL_GetDisplayUsableBounds(SDL_GetWindowDisplayIndex(w->window), &desktop) == 0
        && (width > desktop.w || height + line > desktop.h)) {
        struct letterbox box = letterbox_fit(desktop.w, desktop.h - line, width, height);
        width = box.width;
        height = box.height;
    }
    w->fitted_width = width;
    w->fitted_height = height + line;
    SDL_SetWindowSize(w->window, w->fitted_width, w->fitted_height);
    w->told_width = w->told_height = 0;      /* what it was told before is no question any more */
    w->resized_at_ms = 0;
    w->must_draw = true;
}

/* The guest changed its mode: the window follows, unless that was the guest following the window. */
static void follow_mode(struct window *w, int width, int height)
{
    bool is_new = width != w->picture_width || height != w->picture_height;
    w->picture_width = width;
    w->picture_height = height;
    if (is_new && !is_fixed(w)
        && !letterbox_is_answer(width, height, w->told_width, w->told_height, SDL_GetTicks64() - w->told_at_ms))
        fit_window(w, width, height);
}

void window_draw_restore(struct window *w)
{
    if (is_fixed(w))
        window_notice(w, "the window covers all of the screen");
    else
        fit_window(w, w->picture_width, w->picture_height);
}

static void put_picture(struct window *w)
{
    if (w->picture && w->picture->width)
        put_on_sheet(w, &w->screen, w->picture->pixels, (int)w->picture->width, (int)w->picture->height);
    else
        put_blank(w);
}

static void take_picture(struct window *w)
{
    const struct bridge_picture *picture = bridge_take_picture(w->bridge);
    if (!picture)
        return;
    w->picture = picture;
    if (picture->width) {
        w->had_picture = true;
        follow_mode(w, (int)picture->width, (int)picture->height);
    }
    put_picture(w);
}

static void take_serial(struct window *w)
{
    struct bytes output = { 0 };
    bridge_take_serial(w->bridge, &output);
    console_show(w->console, bytes_first(&output), output.length);
    bytes_free(&output);
}

static void take_pointer(struct window *w)
{
    struct bridge_pointer pointer;
    if (!bridge_take_pointer(w->bridge, &pointer))
        return;
    SDL_Cursor *old = w->guest_cursor;
    w->guest_cursor = NULL;
    if (pointer.is_visible) {
        SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormatFrom(pointer.argb, (int)pointer.width, (int)pointer.height, 32,
                                                                  (int)pointer.width * 4, SDL_PIXELFORMAT_ARGB8888);
        int hot_x = SDL_clamp(pointer.hot_x, 0, (int)pointer.width - 1);
        int hot_y = SDL_clamp(pointer.hot_y, 0, (int)pointer.height - 1);
        w->guest_cursor = surface ? SDL_CreateColorCursor(surface, hot_x, hot_y) : NULL;
        SDL_FreeSurface(surface);
    }
    window_draw_cursor(w);
    if (old)
        SDL_FreeCursor(old);
}

void window_draw_take(struct window *w)
{
    take_picture(w);
    take_serial(w);
    take_pointer(w);
    window_overlay_take(w);
}

/* Guests that draw their pointer into the picture leave only a dot of ours, to show where the host believes it to be. */
void window_draw_cursor(struct window *w)
{
    static const uint8_t dot[8] = { 0xe0, 0xe0, 0xe0 }, inside[8] = { 0x40, 0xe0, 0x40 };
    if (!w->dot_cursor)
        w->dot_cursor = SDL_CreateCursor(inside, dot, 8, 8, 1, 1);
    SDL_Cursor *cursor = w->shows_console ? SDL_GetDefaultCursor() : w->guest_cursor ? w->guest_cursor : w->dot_cursor;
    if (cursor)
        SDL_SetCursor(cursor);
}

static void take_console(struct window *w)
{
    const uint32_t *pixels;
    int width, height;
    console_fit(w->console, w->area_width, w->area_height);
    if (console_draw(w->console, &pixels, &width, &height) || !w->terminal.texture)
        put_on_sheet(w, &w->terminal, pixels, width, height);
}

static void draw_sheet(struct window *w, const struct sheet *sheet)
{
    enum scaling scaling = w->shows_console ? SCALING_FIT : w->scaling;
    w->box = letterbox_place(scaling, w->area_width, w->area_height, sheet->width, sheet->height, w->pointer_x, w->pointer_y);
    bool is_whole = w->box.width % sheet->width == 0 && w->box.height % sheet->height == 0;
    SDL_SetTextureScaleMode(sheet->texture, is_whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    SDL_RenderSetClipRect(w->renderer, &(SDL_Rect){ 0, 0, w->area_width, w->area_height });
    SDL_RenderCopy(w->renderer, sheet->texture, NULL, &(SDL_Rect){ w->box.x, w->box.y, w->box.width, w->box.height });
    SDL_RenderSetClipRect(w->renderer, NULL);
}

void window_draw(struct window *w)
{
    int width, height;
    if (SDL_GetRendererOutputSize(w->renderer, &width, &height) < 0 || width < 1 || height < 1)
        return;
    w->area_width = width;
    w->area_height = SDL_max(height - window_status_height(w, width), 1);
    if (w->shows_console)
        take_console(w);
    if (!w->must_draw || SDL_GetWindowFlags(w->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN))
        return;
    if (!w->screen.texture)
        put_picture(w);
    const struct sheet *sheet = w->shows_console ? &w->terminal : &w->screen;
    if (!sheet->texture)
        return;
    w->must_draw = false;
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    draw_sheet(w, sheet);
    window_panels_draw(w, width, height);
    SDL_RenderPresent(w->renderer);
}

static void free_sheets(struct window *w)
{
    if (w->screen.texture)
        SDL_DestroyTexture(w->screen.texture);
    if (w->terminal.texture)
        SDL_DestroyTexture(w->terminal.texture);
    w->screen.texture = w->terminal.texture = NULL;
    window_panels_free(w);
}

void window_draw_again(struct window *w)
{
    free_sheets(w);
    w->must_draw = true;
}

void window_draw_free(struct window *w)
{
    if (w->guest_cursor)
        SDL_FreeCursor(w->guest_cursor);
    if (w->dot_cursor)
        SDL_FreeCursor(w->dot_cursor);
    free_sheets(w);
}
