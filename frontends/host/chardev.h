/* SPDX-License-Identifier: MIT */
/* The host's end of a serial line: what -serial names. Bytes are queued in both directions, so that neither the guest nor the
   host ever waits for the other inside a call. */
#ifndef FRONTENDS_HOST_CHARDEV_H
#define FRONTENDS_HOST_CHARDEV_H

#include "base/error.h"
#include "bus/port.h"
#include "frontends/host/loop.h"

struct host_chardev;

/* Opens what `spec` says: stdio, mon:stdio, file:PATH, pty, unix:PATH[,server][,nowait], tcp:HOST:PORT[,server][,nowait],
   null, vc. `name` is the line's name for messages. NULL with err filled on failure. Its work is done by the loop. */
struct host_chardev *host_chardev_open(struct host_loop *loop, const char *name, const char *spec, struct error *err);
void host_chardev_close(struct host_chardev *line);   /* flushes; restores the terminal */

/* Writes out what is queued, however slow its reader is. */
void host_chardev_flush(struct host_chardev *line);

/* What the guest writes is never dropped because its reader is slow: the machine waits, as it does for files. */
void host_chardev_hold_back(struct host_chardev *line);

/* The port to attach to a machine. */
struct chardev *host_chardev_port(struct host_chardev *line);

/* Bytes for the guest, from elsewhere than the backend: the window's console. */
void host_chardev_type(struct host_chardev *line, const uint8_t *data, size_t length);

/* Shows what the guest writes to one listener more, on the machine's thread. */
void host_chardev_tap(struct host_chardev *line, void (*listen)(void *owner, const uint8_t *data, size_t length), void *owner);

/* Where the line can be reached from outside, for messages and tests: a file name, or "host:port". Empty if nowhere. */
const char *host_chardev_address(const struct host_chardev *line);

#endif
