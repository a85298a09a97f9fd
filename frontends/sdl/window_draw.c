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

/* A window that the user has not touched takes the size of the guest's picture, as far as the desktop has room for it. */
static void fit_window(struct window *w, const struct bridge_picture *picture)
{
    SDL_Rect desktop;
    int width = (int)picture->width, height = (int)picture->height;
    Uint32 flags = SDL_GetWindowFlags(w->window);
    if (w->was_resized || flags & (SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_MAXIMIZED)
        || (width == w->fitted_width && height == w->fitted_height))
        return;
    if (SDL_GetDisplayUsableBounds(SDL_GetWindowDisplayIndex(w->window), &desktop) == 0
        && (width > desktop.w || height > desktop.h)) {
        struct letterbox box = letterbox_fit(desktop.w, desktop.h, width, height);
        width = box.width;
        height = box.height;
    }
    w->fitted_width = width;
    w->fitted_height = height;
    SDL_SetWindowSize(w->window, width, height);
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
        fit_window(w, picture);
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

void window_draw(struct window *w)
{
    int width, height, terminal_width, terminal_height;
    const uint32_t *pixels;
    if (SDL_GetRendererOutputSize(w->renderer, &width, &height) < 0 || width < 1 || height < 1)
        return;
    if (w->shows_console) {
        console_fit(w->console, width, height);
        if (console_draw(w->console, &pixels, &terminal_width, &terminal_height) || !w->terminal.texture)
            put_on_sheet(w, &w->terminal, pixels, terminal_width, terminal_height);
    }
    if (!w->must_draw || SDL_GetWindowFlags(w->window) & (SDL_WINDOW_MINIMIZED | SDL_WINDOW_HIDDEN))
        return;
    if (!w->screen.texture)
        put_picture(w);
    const struct sheet *sheet = w->shows_console ? &w->terminal : &w->screen;
    if (!sheet->texture)
        return;
    w->must_draw = false;
    w->box = letterbox_fit(width, height, sheet->width, sheet->height);
    bool is_whole = w->box.width % sheet->width == 0 && w->box.height % sheet->height == 0;
    SDL_SetTextureScaleMode(sheet->texture, is_whole ? SDL_ScaleModeNearest : SDL_ScaleModeLinear);
    SDL_SetRenderDrawColor(w->renderer, 0, 0, 0, 255);
    SDL_RenderClear(w->renderer);
    SDL_RenderCopy(w->renderer, sheet->texture, NULL, &(SDL_Rect){ w->box.x, w->box.y, w->box.width, w->box.height });
    window_overlay_draw(w, width, height);
    SDL_RenderPresent(w->renderer);
}

static void free_sheets(struct window *w)
{
    if (w->screen.texture)
        SDL_DestroyTexture(w->screen.texture);
    if (w->terminal.texture)
        SDL_DestroyTexture(w->terminal.texture);
    if (w->panel_sheet.texture)
        SDL_DestroyTexture(w->panel_sheet.texture);
    w->screen.texture = w->terminal.texture = w->panel_sheet.texture = NULL;
    w->panel_zoom = 0;
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
