/* SPDX-License-Identifier: MIT */
/* Between the files of the window only. */
#ifndef FRONTENDS_SDL_WINDOW_STATE_H
#define FRONTENDS_SDL_WINDOW_STATE_H

#include <SDL.h>
#include <pthread.h>
#include <stdatomic.h>

#include "frontends/sdl/bridge.h"
#include "frontends/sdl/console.h"
#include "frontends/sdl/letterbox.h"
#include "frontends/sdl/overlay.h"
#include "frontends/sdl/title.h"
#include "frontends/sdl/window.h"

/* A picture on its way to the screen. */
struct sheet {
    SDL_Texture *texture;
    int width, height;
};

struct window {
    struct window_config config;
    struct bridge *bridge;
    struct console *console;
    SDL_Window *window;
    SDL_Renderer *renderer;
    Uint32 wake_event;                 /* pushed by the machine's thread */

    /* drawing */
    struct sheet screen, terminal;
    struct letterbox box;              /* where the shown sheet lies, in pixels of the renderer */
    const struct bridge_picture *picture;
    SDL_Cursor *guest_cursor, *dot_cursor;
    bool had_picture, must_draw;

    /* the panel of live numbers */
    struct overlay *overlay;
    struct canvas panel;
    struct sheet panel_sheet;
    int panel_zoom;                    /* 0: to be drawn anew */
    bool shows_overlay;

    /* input */
    bool is_down[0x300];               /* keys and buttons that the guest believes to be pressed */
    bool shows_console, is_grabbed, is_closing;
    float wheel_x, wheel_y;            /* parts of notches */
    int fitted_width, fitted_height;   /* the size given to the window for the guest's picture */
    bool was_resized;                  /* by the user: it stays as it is */
    bool has_told_size;
    uint64_t resized_at_ms;            /* 0: the guest has been told */

    /* the title */
    char title[TITLE_MAX], notice[96];
    uint64_t notice_until_ms, titled_at_ms;
    struct bridge_speed speed;

    /* the machine's thread */
    struct machine *machine;
    pthread_t thread;
    _Atomic bool has_ended;
    enum host_end end;
};

/* window_draw.c */
void window_draw_take(struct window *w);        /* what the machine's thread has for us */
void window_draw(struct window *w);             /* if anything changed */
void window_draw_again(struct window *w);       /* the host lost what was drawn */
void window_draw_free(struct window *w);
void window_draw_cursor(struct window *w);      /* the host's pointer image, as fits the view */

/* window_overlay.c */
void window_overlay_show(struct window *w, bool shows);
void window_overlay_take(struct window *w);
void window_overlay_draw(struct window *w, int width, int height);   /* over all else, in a window of this many pixels */

/* window_events.c */
void window_event(struct window *w, const SDL_Event *event);
void window_tell_size(struct window *w);        /* the guest, when the user has stopped resizing */
void window_notice(struct window *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
