/* SPDX-License-Identifier: MIT */
/* What the window's title says. */
#ifndef FRONTENDS_SDL_TITLE_H
#define FRONTENDS_SDL_TITLE_H

#include "frontends/sdl/bridge.h"

struct title {
    const char *guest;
    const char *notice;            /* a passing message, or NULL */
    bool shows_console, is_grabbed, is_powering_off;
};

enum { TITLE_MAX = 256 };

/* The speed is that between the two samples. */
void title_text(char text[TITLE_MAX], const struct title *title, const struct bridge_speed *before,
                const struct bridge_speed *now);

#endif
