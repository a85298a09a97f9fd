/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_VIRTIO_H
#define ROMS_LIB_VIRTIO_H

#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/fdt.h"

enum { VIRTIO_GPU = 16, VIRTIO_INPUT = 18, VIRTIO_SOUND = 25, VIRTQ_MAX = 64 };

struct virtq_desc {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

/* One split virtqueue (Virtual I/O Device 1.1, 2.6) in the memory layout that the device sees. */
struct virtq {
    struct virtq_desc desc[VIRTQ_MAX] __attribute__((aligned(16)));
    struct {
        uint16_t flags, index, ring[VIRTQ_MAX], used_event;
    } avail __attribute__((aligned(2)));
    struct {
        uint16_t flags, index;
        struct {
            uint32_t id, length;
        } ring[VIRTQ_MAX];
        uint16_t avail_event;
    } used __attribute__((aligned(4)));
    uint16_t size, seen;
};

struct virtio {
    uintptr_t base;
    unsigned irq;
    fdt_node node;
};

enum { VIRTQ_NEXT = 1, VIRTQ_WRITE = 2 };

/* The next version 2 transport after the node *device holds (0 to begin) with a device of this type behind it. */
bool virtio_find(struct virtio *device, const struct fdt *fdt, unsigned type);

/* Resets the device and agrees on VIRTIO_F_VERSION_1 alone. false: the device would not. */
bool virtio_begin(const struct virtio *device);
bool virtio_queue(const struct virtio *device, unsigned number, struct virtq *queue);
void virtio_ready(const struct virtio *device);

/* Offers the chain that starts at descriptor `head`; virtio_notify tells the device. */
void virtio_offer(struct virtq *queue, unsigned head);
void virtio_notify(const struct virtio *device, unsigned number);

/* Takes back a used chain: its head, or -1. */
int virtio_take(struct virtq *queue, uint32_t *length);
void virtio_acknowledge(const struct virtio *device);

#endif
