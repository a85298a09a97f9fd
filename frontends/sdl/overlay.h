/* SPDX-License-Identifier: MIT */
/* The panel of live numbers over the guest's screen: from samples of the machine's counters to a picture. No SDL in it. */
#ifndef FRONTENDS_SDL_OVERLAY_H
#define FRONTENDS_SDL_OVERLAY_H

#include "frontends/sdl/bridge.h"
#include "frontends/sdl/canvas.h"

enum overlay_rate { OVERLAY_L1I, OVERLAY_L1D, OVERLAY_L2, OVERLAY_BRANCH, OVERLAY_RATES };
enum { OVERLAY_POINTS = 256 };   /* of the graph: a minute, and a little */

/* Of the last second. A number that there is none of is NAN: nothing was executed, or time was not kept. */
struct overlay_values {
    enum timing_mode timing;
    double mips;
    double clock_mhz, real_time;          /* the guest's clock, and how fast it goes */
    double ipc;                           /* while not asleep */
    double mpki[OVERLAY_RATES];
    double shares[CAUSE_COUNT];           /* of all cycles; they add up to 1 */
    float history[OVERLAY_POINTS];        /* IPC, the newest last */
    unsigned cores;                       /* if there are several, of each: */
    struct { double awake, ipc; } core[MACHINE_CORES];
};

struct overlay;

struct overlay *overlay_new(void);
void overlay_free(struct overlay *overlay);

/* Forgets all samples: the panel was hidden for a while. */
void overlay_clear(struct overlay *overlay);

/* One sample more, of a core with this clock. */
void overlay_take(struct overlay *overlay, const struct bridge_counts *counts, unsigned clock_mhz);

const struct overlay_values *overlay_values(const struct overlay *overlay);

/* overlay_draw.c: the panel, `zoom` times as large as on a screen of common density. */
void overlay_draw(struct canvas *canvas, const struct overlay_values *values, int zoom);

#endif
