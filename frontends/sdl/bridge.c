/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/bridge.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

enum { FRAME_NS = 1000000000 / 60, SAMPLE_NS = 200000000, COUNTS_NS = 250000000, COUNTS_SHARE = 20, SERIAL_MAX = 1 << 20 };

struct bridge {
    struct bridge_config config;
    struct bridge_source source;
    _Atomic bool wants_counts;
    struct host_poller poller;

    /* the machine's thread only */
    struct bridge_picture drawing;
    tick_t scanned_at;
    uint64_t next_scan_ns, next_counts_ns;
    bool has_scanned, has_changed;

    /* the window's thread only */
    struct bridge_picture shown;

    pthread_mutex_t lock;          /* for all that follows */
    struct bridge_picture ready;
    struct bridge_pointer pointer;
    struct bytes serial;
    struct bridge_speed speed;
    struct bridge_counts counts;
    bool has_picture, has_pointer, has_counts, is_announced;
};

/* ---- the machine's thread ---- */

static void announce(struct bridge *b)
{
    bool is_first = !b->is_announced;
    b->is_announced = true;
    pthread_mutex_unlock(&b->lock);
    if (is_first)
        b->config.announce(b->config.owner);
}

static void copy_frame(struct bridge_picture *to, const struct display_frame *frame)
{
    bool is_off = !frame->pixels || !frame->width || !frame->height;
    size_t size = is_off ? 0 : (size_t)frame->width * frame->height;
    to->width = is_off ? 0 : frame->width;
    to->height = is_off ? 0 : frame->height;
    if (size > to->capacity) {
        free(to->pixels);
        to->pixels = mem_alloc(size * sizeof *to->pixels);
        to->capacity = size;
    }
    for (unsigned y = 0; y < to->height; y++)
        memcpy(to->pixels + (size_t)y * to->width, frame->pixels + (size_t)y * frame->stride, to->width * sizeof *to->pixels);
}

static void publish(struct bridge *b)
{
    pthread_mutex_lock(&b->lock);
    struct bridge_picture old = b->ready;
    b->ready = b->drawing;
    b->drawing = old;
    b->has_picture = true;
    announce(b);
}

static void scan(struct bridge *b)
{
    struct display_frame frame = { 0 };
    bool is_first = !b->has_scanned;
    b->has_scanned = true;
    b->has_changed = false;
    if (b->config.display->scan)
        b->config.display->scan(b->config.display->device, &frame, &b->has_changed);
    if (b->has_changed || is_first) {
        copy_frame(&b->drawing, &frame);
        publish(b);
    }
}

static void sample_speed(struct bridge *b, uint64_t host_ns)
{
    struct bridge_speed speed = { b->source.instructions(b->source.machine), host_loop_now(b->config.loop), host_ns,
                                  host_loop_timing(b->config.loop), { 0 } };
    if (b->source.activity)
        b->source.activity(b->source.activity_owner, speed.bytes);
    pthread_mutex_lock(&b->lock);
    b->speed = speed;
    pthread_mutex_unlock(&b->lock);
}

/* Behind sample_speed. A guest with much code takes longer to count: then it is counted less often, so that a twentieth of the
   time goes there at most. */
static void sample_counts(struct bridge *b, uint64_t host_ns)
{
    if (!b->wants_counts || host_ns < b->next_counts_ns)
        return;
    struct bridge_counts counts;
    b->source.counters(b->source.machine, &counts);
    counts.speed = b->speed;
    uint64_t pause = COUNTS_SHARE * (host_loop_host_ns(b->config.loop) - host_ns);
    b->next_counts_ns = host_ns + (pause > COUNTS_NS ? pause : COUNTS_NS);
    pthread_mutex_lock(&b->lock);
    b->counts = counts;
    b->has_counts = true;
    announce(b);
}

/* How long the loop may sleep while the guest does: what is shown of it goes on. */
static int64_t next_sample(const struct bridge *b, uint64_t host_ns)
{
    if (!b->wants_counts || b->next_counts_ns >= host_ns + SAMPLE_NS)
        return SAMPLE_NS;
    return b->next_counts_ns > host_ns ? (int64_t)(b->next_counts_ns - host_ns) : FRAME_NS;
}

/* At most 60 pictures a second of the host, and none while the guest sleeps. It is woken now and then all the same, so that the
   title can say how time goes by. */
static void before_poll(void *owner, struct host_poll *poll, int64_t *timeout_ns)
{
    struct bridge *b = owner;
    (void)poll;
    tick_t now = host_loop_now(b->config.loop);
    uint64_t host_ns = host_loop_host_ns(b->config.loop);
    bool has_run = !b->has_scanned || now != b->scanned_at;
    if (host_ns < b->next_scan_ns) {
        *timeout_ns = has_run ? (int64_t)(b->next_scan_ns - host_ns) : next_sample(b, host_ns);
        return;
    }
    if (has_run) {
        b->scanned_at = now;
        scan(b);
    }
    b->next_scan_ns = host_ns + FRAME_NS;
    sample_speed(b, host_ns);
    sample_counts(b, host_ns);
    *timeout_ns = next_sample(b, host_ns);
}

/* Somebody may be looking at the window: its guest's idle time is not to be skipped, even at maximum speed. */
static bool is_watched(void *owner)
{
    (void)owner;
    return true;
}

static void take_cursor(void *host, const uint32_t *argb, unsigned width, unsigned height, int hot_x, int hot_y, bool visible)
{
    struct bridge *b = host;
    struct bridge_pointer pointer = { .width = width < BRIDGE_POINTER ? width : BRIDGE_POINTER,
                                      .height = height < BRIDGE_POINTER ? height : BRIDGE_POINTER,
                                      .hot_x = hot_x, .hot_y = hot_y, .is_visible = visible && argb && width && height };
    for (unsigned y = 0; pointer.is_visible && y < pointer.height; y++)
        memcpy(pointer.argb + y * pointer.width, argb + (size_t)y * width, pointer.width * sizeof *argb);
    pthread_mutex_lock(&b->lock);
    b->pointer = pointer;
    b->has_pointer = true;
    announce(b);
}

static void take_output(void *owner, const uint8_t *data, size_t length)
{
    struct bridge *b = owner;
    pthread_mutex_lock(&b->lock);
    if (b->serial.length + length > SERIAL_MAX)      /* the window is not being drawn: the newest text matters most */
        bytes_drop(&b->serial, b->serial.length + length - SERIAL_MAX);
    bytes_put(&b->serial, data, length);
    announce(b);
}

/* ---- life ---- */

struct bridge *bridge_new(const struct bridge_config *config)
{
    struct bridge *b = mem_alloc(sizeof *b);
    b->config = *config;
    pthread_mutex_init(&b->lock, NULL);
    config->display->cursor = take_cursor;
    config->display->host = b;
    host_chardev_tap(config->serial, take_output, b);
    b->poller = (struct host_poller){ .before_poll = before_poll, .busy = is_watched, .owner = b };
    return b;
}

void bridge_start(struct bridge *b, const struct bridge_source *source)
{
    b->source = *source;
    host_loop_add_poller(b->config.loop, &b->poller);
}

void bridge_free(struct bridge *b)
{
    if (!b)
        return;
    host_loop_remove_poller(b->config.loop, &b->poller);
    host_chardev_tap(b->config.serial, NULL, NULL);
    b->config.display->cursor = NULL;
    free(b->drawing.pixels);
    free(b->ready.pixels);
    free(b->shown.pixels);
    bytes_free(&b->serial);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

/* ---- the window's thread ---- */

const struct bridge_picture *bridge_take_picture(struct bridge *b)
{
    pthread_mutex_lock(&b->lock);
    bool is_new = b->has_picture;
    if (is_new) {
        struct bridge_picture old = b->shown;
        b->shown = b->ready;
        b->ready = old;
    }
    b->has_picture = b->is_announced = false;
    pthread_mutex_unlock(&b->lock);
    return is_new ? &b->shown : NULL;
}

bool bridge_take_pointer(struct bridge *b, struct bridge_pointer *pointer)
{
    pthread_mutex_lock(&b->lock);
    bool is_new = b->has_pointer;
    if (is_new)
        *pointer = b->pointer;
    b->has_pointer = false;
    pthread_mutex_unlock(&b->lock);
    return is_new;
}

void bridge_take_serial(struct bridge *b, struct bytes *to)
{
    pthread_mutex_lock(&b->lock);
    bytes_put(to, bytes_first(&b->serial), b->serial.length);
    bytes_drop(&b->serial, b->serial.length);
    pthread_mutex_unlock(&b->lock);
}

void bridge_take_speed(struct bridge *b, struct bridge_speed *speed)
{
    pthread_mutex_lock(&b->lock);
    *speed = b->speed;
    pthread_mutex_unlock(&b->lock);
}

void bridge_want_counts(struct bridge *b, bool wants)
{
    b->wants_counts = wants;
}

bool bridge_take_counts(struct bridge *b, struct bridge_counts *counts)
{
    pthread_mutex_lock(&b->lock);
    bool is_new = b->has_counts;
    if (is_new)
        *counts = b->counts;
    b->has_counts = false;
    pthread_mutex_unlock(&b->lock);
    return is_new;
}
