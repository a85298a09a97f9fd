/* SPDX-License-Identifier: MIT */
#include "frontends/cli/script.h"

#include <stdlib.h>

#include "base/log.h"
#include "frontends/host/keys.h"
#include "frontends/host/screenshot.h"

/* As fast as a quick typist: slow enough for guests that look at the keyboard now and then. */
enum { HOLD_MS = 50, PAUSE_MS = 50, BTN_LEFT = 0x110 };

struct step {
    struct script *script;
    const struct script_option *option;
    struct host_timer timer;
    const char *rest;       /* of the keys */
    uint16_t down[KEYS_CHORD];
    int down_count;
    bool is_done;
};

struct script {
    struct host_loop *loop;
    struct display *display;
    int count;
    bool has_failed;
    struct step steps[OPTIONS_SCRIPT];
};

static void again_in(struct step *step, unsigned ms)
{
    host_loop_at(step->script->loop, &step->timer, step->timer.at + ms * TICKS_PER_MS);
}

static void send_key(struct step *step, uint16_t code, bool is_down)
{
    host_loop_deliver(step->script->loop, &(struct host_message){ .kind = HOST_KEY, .code = code, .value = is_down });
}

static void take_picture(struct step *step)
{
    struct error err;
    if (screenshot_take(step->option->text, step->script->display, &err) < 0) {
        host_warn("%s", err.text);
        step->script->has_failed = true;
    }
    step->is_done = true;
}

/* Releases what is down, in reverse, or presses the next chord. */
static void play_keys(struct step *step)
{
    if (step->down_count) {
        while (step->down_count)
            send_key(step, step->down[--step->down_count], false);
        step->is_done = !*step->rest;
        if (!step->is_done)
            again_in(step, PAUSE_MS);
        return;
    }
    step->down_count = keys_next_chord(&step->rest, step->down, NULL);
    for (int i = 0; i < step->down_count; i++)
        send_key(step, step->down[i], true);
    again_in(step, HOLD_MS);
}

/* The button goes down a moment after the movement, so that the guest has seen where. */
static void play_pointer(struct step *step)
{
    if (step->down_count) {
        send_key(step, BTN_LEFT, false);
        step->is_done = true;
    } else if (step->rest) {
        send_key(step, BTN_LEFT, true);
        step->down_count = 1;
        again_in(step, HOLD_MS);
    } else {
        host_loop_deliver(step->script->loop,
                          &(struct host_message){ .kind = HOST_POINTER, .x = step->option->x, .y = step->option->y });
        step->rest = "";
        step->is_done = !step->option->clicks;
        if (!step->is_done)
            again_in(step, PAUSE_MS);
    }
}

static void switch_timing(struct step *step)
{
    host_loop_set_timing(step->script->loop, step->option->timing);
    step->is_done = true;
}

static void (*const players[])(struct step *step) = {
    [SCRIPT_SCREENDUMP] = take_picture, [SCRIPT_KEYS] = play_keys, [SCRIPT_POINTER] = play_pointer,
    [SCRIPT_TIMING] = switch_timing
};

static void fire(void *owner)
{
    struct step *step = owner;
    players[step->option->kind](step);
}

struct script *script_start(struct host_loop *loop, const struct options *options, struct display *display)
{
    struct script *script = mem_alloc(sizeof *script);
    script->loop = loop;
    script->display = display;
    script->count = options->script_count;
    for (int i = 0; i < script->count; i++) {
        struct step *step = &script->steps[i];
        step->script = script;
        step->option = &options->script[i];
        step->rest = step->option->kind == SCRIPT_KEYS ? step->option->text : NULL;
        step->timer = (struct host_timer){ .fire = fire, .owner = step };
        host_loop_at(loop, &step->timer, step->option->at);
    }
    return script;
}

bool script_end(struct script *script)
{
    static const char *const names[] = { [SCRIPT_SCREENDUMP] = "-screendump", [SCRIPT_KEYS] = "-sendkeys",
                                         [SCRIPT_POINTER] = "-pointer", [SCRIPT_TIMING] = "-timing-switch" };
    bool is_good = !script->has_failed;
    for (int i = 0; i < script->count; i++) {
        const struct step *step = &script->steps[i];
        host_loop_cancel(script->loop, &script->steps[i].timer);
        if (!step->is_done && !script->has_failed) {
            host_warn("%s %s: the run ended at %.3f s, before its time came", names[step->option->kind], step->option->text,
                      (double)host_loop_now(script->loop) / (double)TICKS_PER_SECOND);
            is_good = false;
        }
    }
    free(script);
    return is_good;
}
