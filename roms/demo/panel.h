/* SPDX-License-Identifier: MIT */
/* The cards on the right: what machine this is, what its memory costs, what was typed. Each is drawn whole, over empty space. */
#ifndef ROMS_DEMO_PANEL_H
#define ROMS_DEMO_PANEL_H

#include "roms/demo/facts.h"
#include "roms/demo/meter.h"
#include "roms/demo/paint.h"

enum { PANEL_KEYS = 6 };

struct panel {
    const struct facts *facts;
    const struct meter *meter;
    const struct screen *screen;
    const uint32_t *space;
    uint32_t *pixels;
    const char *keys[PANEL_KEYS];   /* newest last */
    bool keys_down[PANEL_KEYS];
    unsigned key_count;
    int pointer_x, pointer_y;
    unsigned buttons;                /* bits: left, right, middle */
    unsigned frames_a_second, frame_microseconds, load_percent;
    unsigned inputs;
};

/* These draw a card and return where it is. */
struct rect panel_machine(const struct panel *panel);
struct rect panel_plot(const struct panel *panel);
struct rect panel_keys(const struct panel *panel);

/* "512 KB", "16 MB" */
void panel_size(char *out, unsigned room, unsigned kilobytes);

#endif
