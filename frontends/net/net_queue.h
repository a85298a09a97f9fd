/* SPDX-License-Identifier: MIT */
/* Frames on their way to the guest: a ring, in order of arrival. */
#ifndef FRONTENDS_NET_NET_QUEUE_H
#define FRONTENDS_NET_NET_QUEUE_H

#include "base/types.h"

/* Beyond NET_QUEUE_HIGH the host's sockets are left unread, so that the host's own TCP holds the sender back; the rest is for
   what was on its way already. A slot takes a full Ethernet frame with a VLAN tag. */
enum { NET_QUEUE_SLOTS = 1024, NET_QUEUE_HIGH = 256, NET_QUEUE_FRAME = 1518 };

struct net_queue {
    struct net_queue_slot { tick_t at; uint16_t length; uint8_t bytes[NET_QUEUE_FRAME]; } slots[NET_QUEUE_SLOTS];
    unsigned first, count;
};

/* Copies a frame in that is due at a virtual time, but never before one that came earlier. False when it is dropped: the ring is
   full or the frame too long. */
bool net_queue_put(struct net_queue *queue, const void *frame, size_t length, tick_t at);

/* The oldest frame, or NULL; it stays in the queue until net_queue_drop. */
const struct net_queue_slot *net_queue_peek(const struct net_queue *queue);
void net_queue_drop(struct net_queue *queue);

#endif
