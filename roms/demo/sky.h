/* SPDX-License-Identifier: MIT */
/* The planetary machine: where the planets are, and how they look. */
#ifndef ROMS_DEMO_SKY_H
#define ROMS_DEMO_SKY_H

#include <stdbool.h>
#include "roms/demo/paint.h"

enum { PLANETS = 8, SKY_WIDTH = 652, SKY_HEIGHT = SCREEN_HEIGHT, SKY_LINE = 32 };

struct body {
    float x, y, radius;      /* on the screen, pixels */
    float far;               /* how far behind the Sun, pixels; negative in front */
    struct rect box;         /* all that is drawn for it, trail included */
};

struct sky {
    double day;              /* days since 2000-01-01 12:00 */
    float zoom, tilt;        /* 1 shows all of it; 1 looks straight down */
    struct body bodies[PLANETS];
    float moon_x, moon_y;
};

/* Paints the part that stands still for a given zoom and tilt: space, the calendar ring, orbits, the Sun. */
void sky_backdrop(const struct sky *sky, uint32_t *pixels, const uint32_t *space);
void sky_space(uint32_t *pixels);

/* Computes where everything is at sky->day. */
void sky_move(struct sky *sky);
void sky_draw(const struct sky *sky, const struct canvas *canvas, int hovered, int selected);

/* The planet under the pointer, or -1. */
int sky_at(const struct sky *sky, int x, int y);
const char *sky_name(int planet);
const char *sky_note(int planet);

/* "21 November 2026" */
void sky_date(const struct sky *sky, char line[SKY_LINE]);

#endif
