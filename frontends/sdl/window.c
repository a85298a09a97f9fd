/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/window.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/sdl/window_state.h"

enum { TITLE_MS = 500, WAKE_MS = 200, SMALLEST = 160 };

/* ---- on the machine's thread ---- */

static void wake(void *owner)
{
    struct window *w = owner;
    SDL_Event event = { .type = w->wake_event };
    SDL_PushEvent(&event);
}

static uint64_t instructions(const void *machine)
{
    return machine_instructions(machine);
}

static void counters(void *machine, struct bridge_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    counts->cores = machine_cores(machine);
    for (unsigned i = 0; i < counts->cores; i++) {
        struct counters core;
        machine_core_counters(machine, i, &core);
        counters_add(&counts->counters, &core);
        for (unsigned level = 0; level < COUNTER_LEVELS; level++) {
            counts->core[i].instructions += core.instructions[level];
            counts->core[i].idle += core.cycles[level][CAUSE_IDLE];
            for (unsigned cause = 0; cause < CAUSE_COUNT; cause++)
                counts->core[i].cycles += core.cycles[level][cause];
        }
    }
}

static void *run_machine(void *argument)
{
    struct window *w = argument;
    w->end = host_loop_run(w->config.loop, &host_engine_machine, w->machine);
    w->has_ended = true;
    wake(w);
    return NULL;
}

/* ---- opening and closing ---- */

static int open_renderer(struct window *w, struct error *err)
{
    w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    return w->renderer ? 0 : error_set(err, "the window cannot be drawn (%s); use -display none or -nographic", SDL_GetError());
}

static int no_display(const char *why, struct error *err)
{
    return error_set(err, "there is no display to open a window on (%s); use -display none, or -nographic for the serial line "
                     "on this terminal", why);
}

/* SDL falls back to windows that nobody sees; only a user who asks for one by SDL_VIDEODRIVER wants that. */
static bool is_visible_driver(const char *driver)
{
    const char *wanted = SDL_getenv("SDL_VIDEODRIVER");
    return (wanted && *wanted) || !driver || (strcmp(driver, "offscreen") && strcmp(driver, "dummy") && strcmp(driver, "evdev"));
}

static int open_window(struct window *w, struct error *err)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");      /* ours end the run in order */
    SDL_SetHint(SDL_HINT_APP_NAME, "Orrery");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
    if (SDL_InitSubSystem(SDL_INIT_VIDEO) < 0)
        return no_display(SDL_GetError(), err);
    if (!is_visible_driver(SDL_GetCurrentVideoDriver()))
        return no_display("DISPLAY and WAYLAND_DISPLAY are not set", err);
    SDL_EnableScreenSaver();
    Uint32 flags = SDL_WINDOW_HIDDEN | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (w->config.is_full_screen)
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    w->window = SDL_CreateWindow(w->config.guest, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, (int)w->config.width,
                                 (int)w->config.height + (w->config.shows_status ? STATUS_HEIGHT : 0), flags);
    if (!w->window)
        return error_set(err, "the window cannot be opened (%s); use -display none or -nographic", SDL_GetError());
    SDL_SetWindowMinimumSize(w->window, SMALLEST, SMALLEST);
    SDL_GetWindowSize(w->window, &w->fitted_width, &w->fitted_height);
    w->picture_width = (int)w->config.width;
    w->picture_height = (int)w->config.height;
    w->wake_event = SDL_RegisterEvents(1);
    return open_renderer(w, err);
}

struct window *window_open(const struct window_config *config, struct error *err)
{
    struct window *w = mem_alloc(sizeof *w);
    w->config = *config;
    if (open_window(w, err) < 0) {
        window_close(w);
        return NULL;
    }
    w->bridge = bridge_new(&(struct bridge_config){ config->loop, config->display, config->serial, wake, w });
    w->console = console_new(config->loop);
    w->overlay = overlay_new();
    w->scaling = config->scaling;
    window_overlay_show(w, config->shows_overlay);
    window_status_show(w, config->shows_status);
    SDL_StopTextInput();
    SDL_SetWindowTitle(w->window, w->config.guest);
    SDL_ShowWindow(w->window);
    window_draw_cursor(w);
    SDL_PumpEvents();
    w->must_draw = true;
    window_draw(w);
    return w;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    bridge_free(w->bridge);
    console_free(w->console);
    overlay_free(w->overlay);
    window_draw_free(w);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_QuitSubSystem(SDL_INIT_VIDEO);
    free(w);
}

/* ---- running ---- */

/* A switch of time keeping is told whoever asked for it: a key here, the terminal, a script. A moment of slowness is none. */
static void take_speed(struct window *w)
{
    struct bridge_speed sample;
    bridge_take_speed(w->bridge, &sample);
    if (w->sample.host_ns && sample.timing != w->sample.timing)
        window_notice(w, "%s", host_loop_timing_text(sample.timing));
    w->speed = title_speed_between(&w->sample, &sample, w->config.percent);
    bool is_slow = w->speed.is_slow;
    w->speed.is_slow &= w->was_slow;
    w->was_slow = is_slow;
    w->sample = sample;
}

static void update_title(struct window *w)
{
    uint64_t now_ms = SDL_GetTicks64();
    bool is_due = now_ms >= w->titled_at_ms + TITLE_MS;
    struct title title = { .guest = w->config.guest, .notice = now_ms < w->notice_until_ms ? w->notice : NULL,
                           .shows_console = w->shows_console, .is_grabbed = w->is_grabbed, .is_powering_off = w->is_closing };
    char text[TITLE_MAX];
    if (!is_due && !title.notice && !w->is_closing)
        return;
    if (is_due) {
        take_speed(w);
        w->titled_at_ms = now_ms;
    }
    title_text(text, &title, &w->speed);
    if (strcmp(text, w->title)) {
        memcpy(w->title, text, sizeof text);
        SDL_SetWindowTitle(w->window, text);
    }
}

static void run_window(struct window *w)
{
    SDL_Event event;
    while (!w->has_ended) {
        if (SDL_WaitEventTimeout(&event, WAKE_MS))
            do
                window_event(w, &event);
            while (SDL_PollEvent(&event));
        window_draw_take(w);
        window_tell_size(w);
        update_title(w);
        window_status_take(w);
        window_draw(w);
    }
}

enum host_end window_run(struct window *w, struct machine *machine)
{
    w->machine = machine;
    bridge_start(w->bridge, &(struct bridge_source){ instructions, counters, machine, w->config.activity,
                                                           w->config.activity_owner });
    if (pthread_create(&w->thread, NULL, run_machine, w) != 0)
        return HOST_END_ERROR;
    run_window(w);
    pthread_join(w->thread, NULL);
    return w->end;
}
