/* SPDX-License-Identifier: MIT */
/* Host ends of ports, of every kind there is, for devices under attack: they take all that comes, see that the device keeps to
   bus/port.h, count what it costs, and do what the tape says from their side. */
#ifndef TESTS_FUZZ_HOSTS_H
#define TESTS_FUZZ_HOSTS_H

#include "bus/device.h"
#include "bus/port.h"
#include "tests/fuzz/tape.h"

struct fuzz_host {
    enum port_kind kind;
    union {
        struct chardev chardev;
        struct blockdev blockdev;
        struct netdev netdev;
        struct display display;
        struct input input;
        struct audio audio;
        struct power power;
    };
    uint8_t *disk;         /* with pages behind it that cannot be touched */
    unsigned failures;     /* of the disk's next operations, which fail */
    uint64_t work;         /* bytes and calls since fuzz_host_begin */
    uint64_t sum;          /* of every byte that came: all are looked at */
};

/* A disk has `disk_size` bytes. */
void fuzz_host_open(struct fuzz_host *host, enum port_kind kind, uint64_t disk_size);
void fuzz_host_close(struct fuzz_host *host);

/* As new: the disk is empty and whole. */
void fuzz_host_begin(struct fuzz_host *host);

/* Something from outside: bytes, a frame, a key, another size of the window, a disk that begins to fail. */
void fuzz_host_act(struct fuzz_host *host, struct tape *tape);

#endif
