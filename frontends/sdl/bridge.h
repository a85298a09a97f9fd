/* SPDX-License-Identifier: MIT */
/* What crosses from the machine's thread to the window's: pictures, the guest's pointer image, what the serial line wrote, how
   fast the machine runs, and what its core's model counts. Neither thread waits for the other longer than for an exchange of
   pointers or a short copy. */
#ifndef FRONTENDS_SDL_BRIDGE_H
#define FRONTENDS_SDL_BRIDGE_H

#include "frontends/host/bytes.h"
#include "frontends/host/chardev.h"
#include "frontends/host/loop.h"

struct bridge;

struct bridge_picture {
    uint32_t *pixels;              /* XRGB, `width` to a line; NULL while the guest shows nothing */
    unsigned width, height;
    size_t capacity;               /* pixels allocated */
};

enum { BRIDGE_POINTER = 64 };

struct bridge_pointer {
    uint32_t argb[BRIDGE_POINTER * BRIDGE_POINTER];
    unsigned width, height;
    int hot_x, hot_y;
    bool is_visible;
};

/* What lamps are for. */
enum bridge_lamp { BRIDGE_DISK, BRIDGE_NET, BRIDGE_SOUND, BRIDGE_LAMPS };

struct bridge_speed {
    uint64_t instructions;
    tick_t now;
    uint64_t host_ns;              /* when these were read */
    enum timing_mode timing;
    uint64_t bytes[BRIDGE_LAMPS];  /* that went through the machine's ports so far */
};

struct bridge_counts {
    struct bridge_speed speed;
    struct counters counters;      /* of all cores together */
    unsigned cores;
    struct { uint64_t instructions, cycles, idle; } core[MACHINE_CORES];
};

/* The machine, asked on its own thread. */
struct bridge_source {
    uint64_t (*instructions)(const void *machine);
    void (*counters)(void *machine, struct bridge_counts *counts);   /* all but the speed */
    void *machine;
    void (*activity)(void *owner, uint64_t bytes[BRIDGE_LAMPS]);   /* may be NULL */
    void *activity_owner;
};

struct bridge_config {
    struct host_loop *loop;
    struct display *display;
    struct host_chardev *serial;
    void (*announce)(void *owner); /* on the machine's thread: there is something new to take; not again until some was taken */
    void *owner;
};

/* Before the machine is built, on any thread; connects itself to the display's port. */
struct bridge *bridge_new(const struct bridge_config *config);
void bridge_free(struct bridge *bridge);

/* Before the machine runs. */
void bridge_start(struct bridge *bridge, const struct bridge_source *source);

/* ---- on the window's thread ---- */

/* The newest picture, valid until the next call; NULL when it is the one from before. */
const struct bridge_picture *bridge_take_picture(struct bridge *bridge);

/* False when it did not change. */
bool bridge_take_pointer(struct bridge *bridge, struct bridge_pointer *pointer);

/* Moves what the serial line wrote into `to`. */
void bridge_take_serial(struct bridge *bridge, struct bytes *to);

void bridge_take_speed(struct bridge *bridge, struct bridge_speed *speed);

/* Whether counters are wanted. Reading them takes about a millisecond, so it is done four times a second, and only then. */
void bridge_want_counts(struct bridge *bridge, bool wants);

/* False when there are none that were not taken. */
bool bridge_take_counts(struct bridge *bridge, struct bridge_counts *counts);

#endif
