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
#include "frontends/sdl/status.h"
#include "frontends/sdl/title.h"
#include "frontends/sdl/window.h"

/* A picture on its way to the screen. */
struct sheet {
    SDL_Texture *texture;
    int width, height;
};

/* Something drawn by us over the window. */
struct panel {
    struct canvas canvas;
    struct sheet sheet;
    int zoom, width;                   /* as it was drawn; zoom 0: to be drawn anew */
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
    int area_width, area_height;       /* in which it lies: all but the status line */
    enum scaling scaling;
    int pointer_x, pointer_y;          /* over the picture, 0..INPUT_ABS_MAX: the part of a large one that is seen */
    const struct bridge_picture *picture;
    SDL_Cursor *guest_cursor, *dot_cursor;
    bool had_picture, must_draw;

    /* our own panels: live numbers, the status line, the keys */
    struct overlay *overlay;
    struct status status;
    struct panel overlay_panel, status_panel, help_panel;
    bool shows_overlay, shows_status, shows_help;
    uint64_t status_at_ms;

    /* input */
    bool is_down[0x300];               /* keys and buttons that the guest believes to be pressed */
    bool shows_console, is_grabbed, is_closing;
    float wheel_x, wheel_y;            /* parts of notches */
    int fitted_width, fitted_height;   /* the size given to the window for the guest's picture */
    int picture_width, picture_height; /* of the last one */
    int told_width, told_height;       /* the size that the guest was told of; 0: none since it chose one itself */
    uint64_t told_at_ms;
    uint64_t resized_at_ms;            /* 0: the guest has been told */
    uint64_t strokes;                  /* of clipboard text, handed to the typist */

    /* the title */
    char title[TITLE_MAX], notice[96];
    uint64_t notice_until_ms, titled_at_ms;
    struct bridge_speed sample;
    struct title_speed speed;
    bool was_slow;

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

void window_draw_restore(struct window *w);     /* the window as large as the guest's picture */

/* window_panels.c */
void window_overlay_show(struct window *w, bool shows);
void window_overlay_take(struct window *w);
void window_status_show(struct window *w, bool shows);
void window_status_take(struct window *w);
int window_status_height(struct window *w, int width);               /* of the status line, in pixels; 0: there is none */
void window_panels_draw(struct window *w, int width, int height);    /* over all else, in a window of this many pixels */
void window_panels_free(struct window *w);

/* window_type.c */
bool window_types(const struct window *w);      /* is text of the clipboard being typed? */
void window_paste(struct window *w);            /* types it; while it does, stops */

/* window_events.c */
struct window_key { SDL_Scancode scancode; const char *name, *what; void (*run)(struct window *w); };
extern const struct window_key window_keys[];   /* with Ctrl-Alt; ends with a row without a name */
void window_event(struct window *w, const SDL_Event *event);
void window_tell_size(struct window *w);        /* the guest, when the user has stopped resizing */
void window_notice(struct window *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
