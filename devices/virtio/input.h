/* SPDX-License-Identifier: MIT */
/* What the virtio input devices share (virtio 1.2, 5.8): keyboard, tablet and mouse are tables over it. */
#ifndef DEVICES_VIRTIO_INPUT_H
#define DEVICES_VIRTIO_INPUT_H

#include "bus/port.h"
#include "devices/virtio/virtio.h"

/* Event types and codes of Linux' input-event-codes.h, which virtio-input adopts. */
enum {
    EV_SYN = 0x00, EV_KEY = 0x01, EV_REL = 0x02, EV_ABS = 0x03, EV_LED = 0x11, EV_REP = 0x14,
    KEY_ESC = 1, KEY_MICMUTE = 248, BTN_LEFT = 0x110, BTN_TASK = 0x117,
    REL_X = 0, REL_Y = 1, REL_HWHEEL = 6, REL_WHEEL = 8, ABS_X = 0, ABS_Y = 1, LED_NUML = 0, LED_SCROLLL = 2,
};

/* Codes `first` to `last` of one type that the device can report. */
struct virtio_input_codes {
    uint16_t type, first, last;
};

struct virtio_input_model {
    const char *name;
    uint16_t product;
    const struct virtio_input_codes *codes;   /* ends with a row of zeroes */
};

enum { VIRTIO_INPUT_EVENTS = 256 };

struct virtio_input {
    struct device device;
    struct virtio_device v;
    struct input *port;
    const struct virtio_input_model *model;
    /* Events on their way to the guest: a ring. `queued` belong to complete groups, `open` to the group that has not ended yet.
       */
    uint16_t type[VIRTIO_INPUT_EVENTS], code[VIRTIO_INPUT_EVENTS];
    uint32_t value[VIRTIO_INPUT_EVENTS];
    uint16_t first, queued, open;
    bool group_lost;          /* there was no room for the open group: all of it is dropped */
    uint32_t leds;            /* lit by the guest, one bit each */
};

extern const struct field virtio_input_fields[];
extern const struct device_port virtio_input_ports[];

int virtio_input_init(struct device *device, const struct virtio_input_model *model, struct error *err);
void virtio_input_reset(struct device *device);
void virtio_input_fini(struct device *device);

#endif
