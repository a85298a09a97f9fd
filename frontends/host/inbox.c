/* SPDX-License-Identifier: MIT */
#include "frontends/host/inbox.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/error.h"

struct queue {
    struct host_message *messages;
    size_t count, capacity;
};

struct inbox {
    pthread_mutex_t lock;
    struct queue filling, taken;
};

struct inbox *inbox_new(void)
{
    struct inbox *inbox = mem_alloc(sizeof *inbox);
    pthread_mutex_init(&inbox->lock, NULL);
    return inbox;
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    pthread_mutex_destroy(&inbox->lock);
    free(inbox->filling.messages);
    free(inbox->taken.messages);
    free(inbox);
}

/* Merges a message into the one before it where the guest could not tell the difference, except by being spared work. */
static bool merged(struct host_message *last, const struct host_message *message)
{
    if (last->kind != message->kind)
        return false;
    switch (message->kind) {
    case HOST_POINTER:
    case HOST_RESIZE:
        *last = *message;
        return true;
    case HOST_MOTION:
        last->x += message->x;
        last->y += message->y;
        return true;
    default:
        return false;
    }
}

static void append(struct queue *queue, const struct host_message *message)
{
    if (queue->count && merged(&queue->messages[queue->count - 1], message))
        return;
    if (queue->count == queue->capacity) {
        queue->capacity = queue->capacity ? 2 * queue->capacity : 64;
        queue->messages = mem_realloc(queue->messages, queue->capacity * sizeof *queue->messages);
    }
    queue->messages[queue->count++] = *message;
}

bool inbox_put(struct inbox *inbox, const struct host_message *message)
{
    pthread_mutex_lock(&inbox->lock);
    bool was_empty = !inbox->filling.count;
    append(&inbox->filling, message);
    pthread_mutex_unlock(&inbox->lock);
    return was_empty;
}

const struct host_message *inbox_take(struct inbox *inbox, size_t *count)
{
    pthread_mutex_lock(&inbox->lock);
    struct queue full = inbox->filling;
    inbox->filling = inbox->taken;
    inbox->filling.count = 0;
    inbox->taken = full;
    pthread_mutex_unlock(&inbox->lock);
    *count = full.count;
    return full.messages;
}
