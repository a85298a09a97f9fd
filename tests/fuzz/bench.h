/* SPDX-License-Identifier: MIT */
/* A board on the bench: all its parts, host ends on all its ports, a core that never runs, and one part under attack. Nothing here
   knows a part by name: parts, ports, wires and registers are found in the board's table and in devices/classes.def, so that what is
   added there is attacked from its first day.

   RAM is 8 MiB at the top of what the machine was made with; the rest is taken out of the address space, and its pages on the host
   cannot be touched, so a part that does ends the run, as it does behind RAM, where bus/space.c has guard pages. A hostile guest
   keeps to a window at RAM's end, and a small one at its start, where a frame buffer may be. */
#ifndef TESTS_FUZZ_BENCH_H
#define TESTS_FUZZ_BENCH_H

#include "boards/board.h"
#include "bus/pci.h"
#include "devices/virtio/virtio.h"
#include "tests/fuzz/hosts.h"

enum { BENCH_WINDOW = 512 << 10, BENCH_LOW_WINDOW = 16 << 10, BENCH_REGIONS = 16, BENCH_INPUTS = 64, BENCH_FIELDS = 256 };

struct bench {
    struct machine *m;
    struct fuzz_host hosts[MACHINE_PORTS];
    unsigned host_count;
    struct device *part;                          /* under attack */
    struct fuzz_host *host;                       /* on its port, or NULL */
    struct virtio_device *virtio;                 /* what it is, or holds, on a virtio transport; or NULL */
    struct pci_bus *pci;                          /* that it is on, or NULL; and its slot there */
    unsigned slot;
    const struct region *regions[BENCH_REGIONS];  /* of the part and of what it sits on; see bench_look */
    unsigned region_count;
    uint16_t inputs[BENCH_INPUTS];                /* those of its input wires that the board has connected */
    unsigned input_count;
    void (*move)(struct bench *b, struct tape *tape);   /* what only parts of its class are asked, or NULL */
    gpa_t window;                                 /* guest memory that may be used, BENCH_WINDOW bytes to the end of RAM */
    gpa_t ram;                                    /* where RAM begins, with a window of BENCH_LOW_WINDOW bytes */
    uint64_t fresh[BENCH_FIELDS];                 /* of its state after power on, field by field */
};

/* A machine with a part of this class, which devices/classes.def has, under attack. */
struct bench *bench_open(const char *class_name, bool virtio_is_on_pci);
void bench_close(struct bench *b);

/* To the state after power on: parts reset, memory and disks empty, time 0. Fails if the part's state differs from what it was
   then. */
void bench_begin(struct bench *b);

/* Where registers are may change while the machine runs: finds those of the part anew. */
void bench_look(struct bench *b);

void bench_reset(struct bench *b);
void bench_pass(struct bench *b, tick_t ticks);

/* Bytes and calls that host ports had since bench_begin. */
uint64_t bench_work(const struct bench *b);

/* A hash of all parts' states, of what came to the host's ports, and of guest memory where the guest may write: the same on every
   host. */
uint64_t bench_hash(const struct bench *b);

/* Guest memory, where the guest may write: false, and nothing is done, for anything else. */
bool bench_put(struct bench *b, gpa_t at, const void *bytes, size_t length);
bool bench_get(struct bench *b, gpa_t at, void *bytes, size_t length);

#endif
