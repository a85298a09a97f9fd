/* SPDX-License-Identifier: MIT */
/* The status line under the guest's screen, and the panel with the window's keys: pictures, without SDL. */
#ifndef FRONTENDS_SDL_STATUS_H
#define FRONTENDS_SDL_STATUS_H

#include "frontends/sdl/bridge.h"
#include "frontends/sdl/canvas.h"
#include "frontends/sdl/title.h"

enum { STATUS_HEIGHT = 22 };       /* on a screen of common density */

struct status {
    struct title_speed speed;
    uint64_t bytes[BRIDGE_LAMPS];  /* of the last sample */
    bool is_lit[BRIDGE_LAMPS];     /* something went through since the one before */
    const char *recording;         /* NULL: nothing */
    int width, height;             /* the guest's picture, and how large it is shown, in percent; 0: none */
    int percent;
    uint64_t typing;               /* strokes of the clipboard still to be typed */
    bool is_grabbed;
};

/* Lights the lamps of what went through since the last call. */
void status_take(struct status *status, const struct bridge_speed *sample);

/* Draws it over the whole width of a window of so many pixels, `zoom` times as large as on a screen of common density. */
void status_draw(struct canvas *canvas, const struct status *status, int zoom, int width);

/* Rows of keys and what they do; ends with a row without a key. */
struct status_key { const char *key, *what; };
void status_draw_keys(struct canvas *canvas, const struct status_key *keys, int zoom);

#endif
