/* SPDX-License-Identifier: MIT */
/* How fast the machine runs, and what the window's title says. */
#ifndef FRONTENDS_SDL_TITLE_H
#define FRONTENDS_SDL_TITLE_H

#include "frontends/sdl/bridge.h"

/* The speed between two samples. */
struct title_speed {
    double mips, percent;          /* of real time */
    enum timing_mode timing;
    bool is_slow;                  /* the host does not keep up with what was asked for */
};

/* `wanted` is the percentage of real time that was asked for, HOST_SPEED_MAX for as much as the host can: that is never slow. */
struct title_speed title_speed_between(const struct bridge_speed *before, const struct bridge_speed *now, unsigned wanted);

struct title {
    const char *guest;
    const char *notice;            /* a passing message, or NULL */
    bool shows_console, is_grabbed, is_powering_off;
};

enum { TITLE_MAX = 256 };

void title_text(char text[TITLE_MAX], const struct title *title, const struct title_speed *speed);

#endif
