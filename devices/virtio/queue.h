/* SPDX-License-Identifier: MIT */
/* Split virtqueues (virtio 1.2, 2.7), read as a hostile driver may have written them. Nothing that lies in guest memory is
   believed: every index, length, address, direction and chain is checked each time it is read, and every walk ends after a
   fixed number of steps. What breaks the rules sets `fault`, after which the queue is dead until it is reset. */
#ifndef DEVICES_VIRTIO_QUEUE_H
#define DEVICES_VIRTIO_QUEUE_H

#include "bus/space.h"
#include "bus/state.h"

/* The longest chain that is followed. 2.7.5.3.1 wants chains no longer than the queue, but Linux lets indirect tables grow
   beyond it (the page list of a large frame buffer). */
enum { VIRTQ_RANGES = 1024 };

struct virtq_range {
    gpa_t at;
    uint32_t length;
};

/* One direction of a chain: its bytes, in order. All of it is known to be RAM. */
struct virtq_list {
    const struct virtq_range *range;
    unsigned count;
    uint64_t bytes;
};

/* A buffer that the driver made available. It points into itself: never copy one. */
struct virtq_chain {
    uint16_t head;
    struct virtq_list out;   /* driver to device: comes first */
    struct virtq_list in;    /* device to driver */
    struct virtq_range ranges[VIRTQ_RANGES];
};

struct virtq {
    /* what the driver programs through the transport, before it enables the queue */
    uint16_t size, size_max;
    uint64_t desc, driver, device;   /* descriptor table, available ring, used ring */
    bool ready;
    /* fixed while the queue is enabled */
    const struct space *space;
    bool event_idx, indirect;        /* VIRTIO_F_EVENT_IDX, VIRTIO_F_INDIRECT_DESC */
    /* progress */
    uint16_t avail_next;             /* the next entry of the available ring to take */
    uint16_t used_next;              /* the next entry of the used ring to fill */
    uint16_t used_told;              /* used_next when the driver was last considered for an interrupt */
    uint16_t in_flight;              /* chains taken and not returned */
    const char *fault;               /* what the driver did wrong; NULL while all is well */
};

#define VIRTQ_FIELDS(type, q)                                                                                          \
    FIELD(type, q.size, FIELD_U16), FIELD(type, q.desc, FIELD_U64), FIELD(type, q.driver, FIELD_U64),                  \
    FIELD(type, q.device, FIELD_U64), FIELD(type, q.ready, FIELD_BOOL), FIELD(type, q.event_idx, FIELD_BOOL),          \
    FIELD(type, q.indirect, FIELD_BOOL), FIELD(type, q.avail_next, FIELD_U16), FIELD(type, q.used_next, FIELD_U16),    \
    FIELD(type, q.used_told, FIELD_U16), FIELD(type, q.in_flight, FIELD_U16)

/* Disabled, with nothing programmed. size_max stays. */
void virtq_reset(struct virtq *q);

/* The driver enables the queue. False (and a fault) when its size or addresses are impossible. */
bool virtq_start(struct virtq *q, const struct space *space, bool event_idx, bool indirect);

/* How many chains the driver has made available and the device has not taken. When there is none, asks the driver to notify the
   device of the next one. */
unsigned virtq_waiting(struct virtq *q);

/* Takes the next chain. False when there is none, or on a fault. A device must bound its own loop (by the queue's size, say): the
   buffers it fills may lie over the available ring and seem to make more chains available. */
bool virtq_pop(struct virtq *q, struct virtq_chain *chain);

/* Gives back the last `count` chains taken, as if they had not been. */
void virtq_unpop(struct virtq *q, unsigned count);

/* Returns a chain to the driver; `written` counts the bytes of `in` that the device filled, from the first. */
void virtq_push(struct virtq *q, uint16_t head, uint32_t written);

/* After pushing: does the driver want to be interrupted (2.7.7)? */
bool virtq_wants_interrupt(struct virtq *q);

/* Copy from (out) or to (in) a list, `offset` bytes into it. They return how many bytes were copied: fewer at the list's end. */
size_t virtq_read(const struct space *space, const struct virtq_list *list, uint64_t offset, void *buffer, size_t length);
size_t virtq_write(const struct space *space, const struct virtq_list *list, uint64_t offset, const void *buffer, size_t length);

/* The host address of the bytes at `offset`, and in *length how many follow there, at most as many as it said before. NULL at the
   list's end and where the bytes are not contiguous on the host: then copy. With `write` they are announced as changing now. */
void *virtq_host(const struct space *space, const struct virtq_list *list, uint64_t offset, size_t *length, bool write);

#endif
