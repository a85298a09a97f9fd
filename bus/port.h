/* SPDX-License-Identifier: MIT */
/* Ports: where bytes, packets, blocks, pixels, keys and samples enter and leave the machine. Each has two directions. "host"
   is set by a front end before the machine starts, "device" by the device in its init. A NULL function means that nobody is
   there, and the inline helpers below take care of that. Everything here is called on the machine's thread, between or within
   runs of the core, with clock->now exact. */
#ifndef BUS_PORT_H
#define BUS_PORT_H

#include "base/types.h"

/* ---- chardev: a serial line ---- */
struct chardev {
    /* device calls host */
    void (*write)(void *host, const uint8_t *data, size_t length);   /* never blocks, takes all */
    void *host;
    /* host calls device */
    size_t (*room)(void *device);                                     /* how many bytes `receive` would take now */
    void (*receive)(void *device, const uint8_t *data, size_t length); /* length <= room */
    void *device;
};

static inline void chardev_write(struct chardev *port, const uint8_t *data, size_t length)
{
    if (port && port->write)
        port->write(port->host, data, length);
}

/* ---- blockdev: a disk's host end ---- */
enum { BLOCK_SECTOR = 512 };

struct blockdev {
    /* device calls host; all return 0 or a negative errno, which the device turns into its own error */
    int (*read)(void *host, uint64_t offset, void *buffer, size_t length);
    int (*write)(void *host, uint64_t offset, const void *buffer, size_t length);
    int (*flush)(void *host);          /* returns when the data is on the host's disk */
    int (*discard)(void *host, uint64_t offset, uint64_t length);   /* may be NULL: not offered to the guest */
    /* The range reads as zeros afterwards; may_unmap: the host may have its room back. May be NULL: the device writes zeros. */
    int (*zero)(void *host, uint64_t offset, uint64_t length, bool may_unmap);
    void *host;
    uint64_t size;                     /* bytes, a multiple of BLOCK_SECTOR */
    bool read_only;
    uint64_t bytes;                    /* counted by the device, for lamps: what was read and written so far */
    char serial[21];                   /* what the guest reads as the disk's serial number */
};

/* ---- netdev: one network card's cable ---- */
enum { NET_FRAME_MAX = 65550 };       /* an Ethernet frame without FCS, with offloads never used */

struct netdev {
    /* device calls host */
    void (*send)(void *host, const uint8_t *frame, size_t length);
    void *host;
    /* host calls device */
    bool (*ready)(void *device);       /* would receive take a frame now? */
    void (*receive)(void *device, const uint8_t *frame, size_t length);   /* drops the frame when not ready */
    void *device;
    /* device tells host that `ready` has become true */
    void (*drained)(void *host);
    uint8_t mac[6];
    uint64_t bytes;                    /* counted by the device, for lamps: what was sent and received so far */
};

/* ---- display: one screen ---- */
/* 32 bits a pixel, 0x00RRGGBB as a host number (XRGB8888). */
struct display_frame {
    const uint32_t *pixels;   /* NULL: the screen is off or has no mode yet */
    unsigned width, height;   /* pixels */
    unsigned stride;          /* pixels from one line to the next */
};

struct display {
    /* host calls device: fills *frame; pixels stay valid until the machine runs on. `dirty` (may be NULL) is set false when
       nothing changed since the last call with the same pointer. */
    void (*scan)(void *device, struct display_frame *frame, bool *dirty);
    /* host calls device: the user resized the window to this size; the device may offer it to the guest. May be NULL. */
    void (*resize)(void *device, unsigned width, unsigned height);
    void *device;
    /* device calls host: the guest's pointer image; visible=false hides it. pixels are ARGB8888. May be NULL. */
    void (*cursor)(void *host, const uint32_t *argb, unsigned width, unsigned height, int hot_x, int hot_y, bool visible);
    void *host;
};

/* ---- input: keyboards and pointers ---- */
enum input_kind { INPUT_KEY, INPUT_ABS, INPUT_REL, INPUT_SYNC };

/* Codes are those of Linux' input-event-codes.h (KEY_A = 30, BTN_LEFT = 0x110, REL_X = 0, REL_WHEEL = 8, ABS_X = 0), because
   virtio-input speaks them as they are. Devices of other buses translate. */
struct input_event {
    uint8_t kind;     /* enum input_kind */
    uint16_t code;
    int32_t value;    /* key: 1 down, 0 up; abs: 0..INPUT_ABS_MAX over the whole screen; rel: counts */
};

enum { INPUT_ABS_MAX = 0x7fff };

struct input {
    /* host calls device. Groups of events end with INPUT_SYNC. A device ignores kinds it does not have. */
    void (*event)(void *device, const struct input_event *event);
    /* host calls device: has the guest's driver taken all groups so far? May be NULL: nobody knows. */
    bool (*taken)(void *device);
    void *device;
    bool wants_keys, wants_abs, wants_rel;   /* set by the device: which events to route here */
};

/* ---- audio: one output stream ---- */
struct audio {
    /* device calls host: signed 16-bit interleaved frames at `rate`; called at the pace of virtual time; never blocks */
    void (*play)(void *host, const int16_t *frames, size_t count, unsigned channels, unsigned rate);
    void *host;
    uint64_t bytes;        /* counted by the device, for lamps: what the guest has played so far */
};

/* ---- power: what the front panel and the machine tell each other ---- */
struct power {
    void (*button)(void *device);   /* host calls device: the user pressed the power button */
    void *device;
};

#endif
