/* SPDX-License-Identifier: MIT */
#include "frontends/net/net_queue.h"

#include <string.h>

#include "base/error.h"

bool net_queue_put(struct net_queue *queue, const void *frame, size_t length, tick_t at)
{
    if (queue->count == NET_QUEUE_SLOTS || length > NET_QUEUE_FRAME)
        return false;
    struct net_queue_slot *slot = &queue->slots[(queue->first + queue->count) % NET_QUEUE_SLOTS];
    const struct net_queue_slot *last = &queue->slots[(queue->first + queue->count + NET_QUEUE_SLOTS - 1) % NET_QUEUE_SLOTS];
    slot->at = queue->count && last->at > at ? last->at : at;
    slot->length = (uint16_t)length;
    memcpy(slot->bytes, frame, length);
    queue->count++;
    return true;
}

const struct net_queue_slot *net_queue_peek(const struct net_queue *queue)
{
    return queue->count ? &queue->slots[queue->first] : NULL;
}

void net_queue_drop(struct net_queue *queue)
{
    bug_on(queue->count == 0);
    queue->first = (queue->first + 1) % NET_QUEUE_SLOTS;
    queue->count--;
}
