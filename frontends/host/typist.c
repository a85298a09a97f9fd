/* SPDX-License-Identifier: MIT */
#include "frontends/host/typist.h"

#include <stdatomic.h>
#include <stdlib.h>

/* Sixty strokes a second. A guest whose driver has not taken the last one is given time. */
enum { STEP_MS = 8, KEY_LEFT_SHIFT = 42, KEY_RIGHT_ALT = 100 };

struct typist {
    struct host_loop *loop;
    struct host_timer timer;
    struct layout_stroke *waiting;      /* of which `next` to `count` - 1 are left */
    size_t next, count, capacity;
    struct layout_stroke down;          /* code 0: nothing */
    bool is_armed;
    _Atomic uint64_t typed;
};

static void send(struct typist *t, uint16_t code, bool is_down)
{
    host_loop_deliver(t->loop, &(struct host_message){ .kind = HOST_KEY, .code = code, .value = is_down });
}

static void press(struct typist *t, struct layout_stroke stroke)
{
    if (stroke.held & LAYOUT_SHIFT)
        send(t, KEY_LEFT_SHIFT, true);
    if (stroke.held & LAYOUT_ALTGR)
        send(t, KEY_RIGHT_ALT, true);
    send(t, stroke.code, true);
    t->down = stroke;
}

static void release(struct typist *t)
{
    if (!t->down.code)
        return;
    send(t, t->down.code, false);
    if (t->down.held & LAYOUT_ALTGR)
        send(t, KEY_RIGHT_ALT, false);
    if (t->down.held & LAYOUT_SHIFT)
        send(t, KEY_LEFT_SHIFT, false);
    t->down = (struct layout_stroke){ 0 };
    t->typed++;
}

static void arm(struct typist *t, tick_t at)
{
    t->is_armed = true;
    host_loop_at(t->loop, &t->timer, at);
}

static void step(void *owner)
{
    struct typist *t = owner;
    bool is_free = host_loop_keys_taken(t->loop);
    t->is_armed = false;
    if (is_free && t->down.code)
        release(t);
    else if (is_free && t->next < t->count)
        press(t, t->waiting[t->next++]);
    if (t->next == t->count)
        t->next = t->count = 0;
    if (t->down.code || t->count)
        arm(t, host_loop_now(t->loop) + STEP_MS * TICKS_PER_MS);
}

struct typist *typist_new(struct host_loop *loop)
{
    struct typist *t = mem_alloc(sizeof *t);
    t->loop = loop;
    t->timer = (struct host_timer){ .fire = step, .owner = t };
    return t;
}

void typist_free(struct typist *t)
{
    if (!t)
        return;
    host_loop_cancel(t->loop, &t->timer);
    free(t->waiting);
    free(t);
}

void typist_add(struct typist *t, struct layout_stroke stroke)
{
    if (t->count == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 256;
        t->waiting = mem_realloc(t->waiting, t->capacity * sizeof *t->waiting);
    }
    t->waiting[t->count++] = stroke;
    if (!t->is_armed)
        arm(t, host_loop_now(t->loop));
}

void typist_stop(struct typist *t)
{
    host_loop_cancel(t->loop, &t->timer);
    t->is_armed = false;
    t->typed += t->count - t->next;
    t->next = t->count = 0;
    release(t);
}

uint64_t typist_typed(const struct typist *t)
{
    return t->typed;
}
