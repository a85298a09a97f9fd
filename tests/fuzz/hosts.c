/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "tests/fuzz/target.h"

enum { BEHIND_DISK = 1 << 20 };

/* Reads every byte: what the device hands over must be there. */
static void take(struct fuzz_host *host, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i += 64)
        host->sum += bytes[i];
    if (length)
        host->sum += bytes[length - 1];
    host->work += length + 64;
}

/* ---- serial lines ---- */

static void serial_write(void *to, const uint8_t *data, size_t length)
{
    take(to, data, length);
}

static void serial_act(struct fuzz_host *host, struct tape *tape)
{
    struct chardev *port = &host->chardev;
    uint8_t bytes[64];
    size_t length = tape_bytes(tape, bytes, tape_below(tape, sizeof bytes));
    size_t room = port->room ? port->room(port->device) : 0;
    if (port->receive && room)
        port->receive(port->device, bytes, length < room ? length : room);
}

/* ---- disks ---- */

static int disk_check(struct fuzz_host *host, uint64_t offset, uint64_t length)
{
    fuzz_require(offset <= host->blockdev.size && length <= host->blockdev.size - offset);
    host->work += length + 64;
    if (!host->failures)
        return 0;
    host->failures--;
    return -EIO;
}

static int disk_read(void *to, uint64_t offset, void *buffer, size_t length)
{
    struct fuzz_host *host = to;
    int result = disk_check(host, offset, length);
    if (!result)
        memcpy(buffer, host->disk + offset, length);
    return result;
}

static int disk_write(void *to, uint64_t offset, const void *buffer, size_t length)
{
    struct fuzz_host *host = to;
    int result = disk_check(host, offset, length);
    if (!result)
        memcpy(host->disk + offset, buffer, length);
    return result;
}

static int disk_discard(void *to, uint64_t offset, uint64_t length)
{
    struct fuzz_host *host = to;
    int result = disk_check(host, offset, length);
    if (!result)
        memset(host->disk + offset, 0, length);
    return result;
}

static int disk_zero(void *to, uint64_t offset, uint64_t length, bool may_unmap)
{
    (void)may_unmap;
    return disk_discard(to, offset, length);
}

static int disk_flush(void *to)
{
    return disk_check(to, 0, 0);
}

static void disk_act(struct fuzz_host *host, struct tape *tape)
{
    host->failures = tape_below(tape, 4);
}

/* ---- networks ---- */

static void net_send(void *to, const uint8_t *frame, size_t length)
{
    fuzz_require(length <= NET_FRAME_MAX);
    take(to, frame, length);
}

/* Frames of every length, in memory of just that length. */
static void net_act(struct fuzz_host *host, struct tape *tape)
{
    struct netdev *port = &host->netdev;
    size_t length = tape_below(tape, 128);
    if (tape_rarely(tape, 16))
        length = (size_t)tape_number(tape, 2) % (NET_FRAME_MAX + 1);
    uint8_t *frame = calloc(1, length ? length : 1);
    tape_bytes(tape, frame, length < 64 ? length : 64);
    if (port->ready)
        host->sum += port->ready(port->device);
    if (port->receive)
        port->receive(port->device, frame, length);
    free(frame);
}

/* ---- screens, keys, sound, power ---- */

static void display_cursor(void *to, const uint32_t *argb, unsigned width, unsigned height, int hot_x, int hot_y, bool visible)
{
    if (!visible)
        return;
    fuzz_require(width && height && hot_x >= 0 && hot_y >= 0 && (unsigned)hot_x < width && (unsigned)hot_y < height);
    take(to, argb, (size_t)width * height * sizeof *argb);
}

static void display_act(struct fuzz_host *host, struct tape *tape)
{
    struct display *port = &host->display;
    struct display_frame frame = { 0 };
    bool dirty = true;
    if (tape_rarely(tape, 4) && port->resize) {
        unsigned width = (unsigned)tape_number(tape, 2), height = (unsigned)tape_number(tape, 2);
        port->resize(port->device, tape_rarely(tape, 16) ? width << 16 : width, height);
    } else if (port->scan) {
        port->scan(port->device, &frame, tape_byte(tape) % 4 ? &dirty : NULL);
        for (unsigned y = 0; frame.pixels && y < frame.height; y += 16)
            take(host, frame.pixels + (size_t)y * frame.stride, frame.width * sizeof *frame.pixels);
    }
}

static void input_act(struct fuzz_host *host, struct tape *tape)
{
    static const uint16_t codes[] = { 0, 1, 8, 30, 0x110, 0x111, 0x14a, 0x2ff, 0xffff };
    struct input *port = &host->input;
    for (unsigned n = 1 + tape_below(tape, 8); n && port->event; n--) {
        struct input_event e = { .kind = tape_byte(tape) % 5 };
        e.value = (int8_t)tape_byte(tape);
        e.code = tape_rarely(tape, 4) ? (uint16_t)tape_number(tape, 2) : codes[tape_below(tape, ARRAY_SIZE(codes))];
        port->event(port->device, &e);
    }
}

static void audio_play(void *to, const int16_t *frames, size_t count, unsigned channels, unsigned rate)
{
    fuzz_require(channels && rate);
    take(to, frames, count * channels * sizeof *frames);
}

static void power_act(struct fuzz_host *host, struct tape *tape)
{
    (void)tape;
    if (host->power.button)
        host->power.button(host->power.device);
}

/* ---- all of them ---- */

static uint8_t *map_disk(uint64_t size)
{
    uint8_t *disk = mmap(NULL, size + BEHIND_DISK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    fuzz_require(disk != MAP_FAILED && !mprotect(disk + size, BEHIND_DISK, PROT_NONE));
    return disk;
}

void fuzz_host_open(struct fuzz_host *host, enum port_kind kind, uint64_t disk_size)
{
    *host = (struct fuzz_host){ .kind = kind };
    switch (kind) {
    case PORT_CHARDEV: host->chardev = (struct chardev){ .write = serial_write, .host = host }; break;
    case PORT_BLOCKDEV:
        host->disk = map_disk(disk_size);
        host->blockdev = (struct blockdev){ .read = disk_read, .write = disk_write, .flush = disk_flush, .discard = disk_discard, .zero = disk_zero,
                                            .host = host, .size = disk_size, .serial = "20 bytes of a serial" };
        break;
    case PORT_NETDEV:
        host->netdev = (struct netdev){ .send = net_send, .host = host, .mac = { 0x52, 0x54, 0, 1, 2, 3 } };
        break;
    case PORT_DISPLAY: host->display = (struct display){ .cursor = display_cursor, .host = host }; break;
    case PORT_AUDIO: host->audio = (struct audio){ .play = audio_play, .host = host }; break;
    default: break;
    }
}

void fuzz_host_close(struct fuzz_host *host)
{
    if (host->disk)
        munmap(host->disk, host->blockdev.size + BEHIND_DISK);
}

void fuzz_host_begin(struct fuzz_host *host)
{
    if (host->disk)
        madvise(host->disk, host->blockdev.size, MADV_DONTNEED);
    host->failures = 0;
    host->work = host->sum = 0;
}

void fuzz_host_act(struct fuzz_host *host, struct tape *tape)
{
    switch (host->kind) {
    case PORT_CHARDEV: serial_act(host, tape); break;
    case PORT_BLOCKDEV: disk_act(host, tape); break;
    case PORT_NETDEV: net_act(host, tape); break;
    case PORT_DISPLAY: display_act(host, tape); break;
    case PORT_INPUT: input_act(host, tape); break;
    case PORT_POWER: power_act(host, tape); break;
    default: break;
    }
}
