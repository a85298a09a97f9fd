/* SPDX-License-Identifier: MIT */
/* The window: the guest's screen and its serial console. It runs on the process's main thread; the machine gets a thread of its
   own. */
#ifndef FRONTENDS_SDL_WINDOW_H
#define FRONTENDS_SDL_WINDOW_H

#include "base/error.h"
#include "frontends/host/chardev.h"
#include "frontends/host/layout.h"
#include "frontends/host/loop.h"
#include "frontends/sdl/bridge.h"
#include "frontends/sdl/letterbox.h"

struct window;

struct window_config {
    const char *guest;             /* for the title */
    struct host_loop *loop;
    struct display *display;
    struct input *pointers[2];     /* ports of pointing devices: they say whether the pointer is absolute */
    struct host_chardev *serial;
    struct typist *typist;
    const struct layout *layout;   /* of the guest: how text of the clipboard is typed */
    unsigned width, height;        /* what the guest's screen starts with */
    unsigned percent;              /* of real time: what was asked for, as struct host_loop_config's */
    const char *recording;         /* what is being recorded, for the status line: "wav, profile"; NULL: nothing */
    void (*activity)(void *owner, uint64_t bytes[BRIDGE_LAMPS]);   /* on the machine's thread */
    void *activity_owner;
    enum scaling scaling;
    bool is_full_screen, shows_overlay, shows_status;
};

/* Opens the window and shows it, empty. To be called before the machine is built, since it connects itself to the display's
   port, and since loading takes a while. NULL with err filled when there is no display. */
struct window *window_open(const struct window_config *config, struct error *err);

/* Runs the machine and the window until something ends the run. */
enum host_end window_run(struct window *window, struct machine *machine);

/* NULL is fine. */
void window_close(struct window *window);

#endif
