/* SPDX-License-Identifier: MIT */
/* What other threads hand to the machine's thread: a queue under a mutex. It never blocks its callers for longer than a copy, and
   it keeps order. Many pointer positions in a row are merged into the last one. */
#ifndef FRONTENDS_HOST_INBOX_H
#define FRONTENDS_HOST_INBOX_H

#include "base/types.h"
#include "bus/port.h"

enum host_message_kind {
    HOST_KEY,        /* code: Linux key or button; value: 1 down, 0 up */
    HOST_POINTER,    /* x, y: 0..INPUT_ABS_MAX over the whole screen */
    HOST_MOTION,     /* x, y: relative counts */
    HOST_WHEEL,      /* y: notches, positive away from the user; x: to the right */
    HOST_SERIAL,     /* bytes, length: typed at the serial console */
    HOST_RESIZE,     /* x, y: the new size of the window in pixels */
    HOST_POWER,      /* the power button was pressed */
    HOST_TIMING,     /* time keeping is to be switched off, or on again */
    HOST_TYPE,       /* code, value: a stroke of a text (layout.h), to be typed when its turn comes; code 0: no more of it */
};

struct host_message {
    enum host_message_kind kind;
    uint16_t code;
    int32_t value, x, y;
    uint8_t length;          /* of bytes */
    uint8_t bytes[32];
};

struct inbox;

struct inbox *inbox_new(void);
void inbox_free(struct inbox *inbox);

/* Appends; true when the queue was empty before, so that its reader must be woken. */
bool inbox_put(struct inbox *inbox, const struct host_message *message);

/* Takes everything that is queued: messages in order, valid until the next call. */
const struct host_message *inbox_take(struct inbox *inbox, size_t *count);

#endif
