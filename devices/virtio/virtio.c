/* SPDX-License-Identifier: MIT */
#include "devices/virtio/virtio.h"

#include "base/bits.h"
#include "base/log.h"

enum { STATUS_BY_DRIVER = VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_DRIVER_OK | VIRTIO_FEATURES_OK | VIRTIO_FAILED };

#define COMMON_FEATURES (1ull << VIRTIO_F_INDIRECT_DESC | 1ull << VIRTIO_F_EVENT_IDX | 1ull << VIRTIO_F_VERSION_1)

void virtio_init(struct virtio_device *v, struct device *owner, const struct virtio_ops *ops, uint64_t features,
                 unsigned config_size)
{
    bug_on(ops->queue_count > VIRTIO_QUEUES || config_size > VIRTIO_CONFIG_MAX);
    v->ops = ops;
    v->owner = owner;
    v->offered = features | COMMON_FEATURES;
    v->config_size = (uint16_t)config_size;
    for (unsigned i = 0; i < ops->queue_count; i++)
        v->queue[i].size_max = ops->queue_size[i];
}

int virtio_plug(struct device *parent, struct virtio_device *v, struct error *err)
{
    struct virtio_transport *transport = (struct virtio_transport *)parent;
    if (!transport)
        return error_set(err, "%s: a virtio device must sit on a virtio transport", v->owner->id);
    if (transport->plugged)
        return error_set(err, "%s: %s already holds %s", v->owner->id, parent->id, transport->plugged->owner->id);
    transport->plugged = v;
    v->transport = transport;
    return 0;
}

void virtio_unplug(struct virtio_device *v)
{
    if (v->transport)
        v->transport->plugged = NULL;
    v->transport = NULL;
}

static void set_causes(struct virtio_device *v, uint8_t causes)
{
    v->causes = causes;
    if (v->transport && v->transport->causes_changed)
        v->transport->causes_changed(v->transport);
}

static void interrupt(struct virtio_device *v, uint8_t cause, unsigned queue)
{
    struct virtio_transport *t = v->transport;
    if (!t || !t->message || !t->message(t, queue))
        set_causes(v, v->causes | cause);
}

static void stop_queue(struct virtio_device *v, unsigned n)
{
    v->queue[n].ready = false;
    if (v->ops->queue_stopped)
        v->ops->queue_stopped(v, n);
}

void virtio_reset(struct virtio_device *v)
{
    for (unsigned i = 0; i < v->ops->queue_count; i++) {
        stop_queue(v, i);
        virtq_reset(&v->queue[i]);
    }
    v->status = 0;
    v->accepted = 0;
    if (v->ops->reset)
        v->ops->reset(v);
    set_causes(v, 0);
}

bool virtio_is_live(const struct virtio_device *v)
{
    return (v->status & (VIRTIO_DRIVER_OK | VIRTIO_NEEDS_RESET)) == VIRTIO_DRIVER_OK && !v->is_stalled;
}

bool virtio_has(const struct virtio_device *v, unsigned feature)
{
    return bit(v->accepted, feature);
}

void virtio_config_changed(struct virtio_device *v)
{
    v->generation++;
    if (v->status & VIRTIO_DRIVER_OK)
        interrupt(v, VIRTIO_CAUSE_CONFIG, VIRTIO_CONFIG_EVENT);
}

void virtio_broken(struct virtio_device *v, const char *why)
{
    guest_log(v->owner->id, "%s; the device needs a reset", why);
    v->status |= VIRTIO_NEEDS_RESET;
    virtio_config_changed(v);
}

static void check_fault(struct virtio_device *v, const struct virtq *q)
{
    if (q->fault && !(v->status & VIRTIO_NEEDS_RESET))
        virtio_broken(v, q->fault);
}

unsigned virtio_waiting(struct virtio_device *v, unsigned queue)
{
    if (!virtio_is_live(v))
        return 0;
    unsigned waiting = virtq_waiting(&v->queue[queue]);
    check_fault(v, &v->queue[queue]);
    return waiting;
}

bool virtio_pop(struct virtio_device *v, unsigned queue, struct virtq_chain *chain)
{
    if (!virtio_is_live(v))
        return false;
    bool popped = virtq_pop(&v->queue[queue], chain);
    check_fault(v, &v->queue[queue]);
    return popped;
}

void virtio_unpop(struct virtio_device *v, unsigned queue, unsigned count)
{
    virtq_unpop(&v->queue[queue], count);
}

void virtio_push(struct virtio_device *v, unsigned queue, uint16_t head, uint32_t written)
{
    if (!virtio_is_live(v))
        return;
    virtq_push(&v->queue[queue], head, written);
    check_fault(v, &v->queue[queue]);
}

void virtio_notify(struct virtio_device *v, unsigned queue)
{
    if (!virtio_is_live(v))
        return;
    if (virtq_wants_interrupt(&v->queue[queue]))
        interrupt(v, VIRTIO_CAUSE_QUEUE, queue);
    check_fault(v, &v->queue[queue]);
}

uint32_t virtio_features(const struct virtio_device *v, uint32_t select)
{
    return select < 2 ? (uint32_t)(v->offered >> (32 * select)) : 0;
}

void virtio_accept(struct virtio_device *v, uint32_t select, uint32_t features)
{
    if (v->status & VIRTIO_FEATURES_OK) {
        guest_log(v->owner->id, "features changed after FEATURES_OK; ignored");
        return;
    }
    if (select >= 2) {
        if (features)
            guest_log(v->owner->id, "features beyond bit 63 are not offered");
        return;
    }
    v->accepted &= ~(0xffffffffull << (32 * select));
    v->accepted |= (uint64_t)features << (32 * select);
}

/* 3.1.1, step 5: the device has the last word on what was chosen. */
static bool features_are_good(const struct virtio_device *v)
{
    if (v->accepted & ~v->offered)
        guest_log(v->owner->id, "features 0x%llx were never offered", (unsigned long long)(v->accepted & ~v->offered));
    else if (!virtio_has(v, VIRTIO_F_VERSION_1))
        guest_log(v->owner->id, "a driver without VIRTIO_F_VERSION_1: legacy drivers are not supported");
    else
        return true;
    return false;
}

/* Buffers that were made available before DRIVER_OK had no notification the device could act on. */
static void start(struct virtio_device *v)
{
    for (unsigned i = 0; i < v->ops->queue_count; i++)
        if (v->queue[i].ready && virtio_is_live(v))
            v->ops->notify(v, i);
}

void virtio_set_status(struct virtio_device *v, uint8_t status)
{
    if (!status) {
        virtio_reset(v);
        return;
    }
    if (v->status & STATUS_BY_DRIVER & ~status)
        guest_log(v->owner->id, "status bits 0x%x cleared without a reset; ignored", v->status & STATUS_BY_DRIVER & ~status);
    uint8_t fresh = status & STATUS_BY_DRIVER & ~v->status;
    if (fresh & VIRTIO_FEATURES_OK && !features_are_good(v))
        fresh &= (uint8_t)~VIRTIO_FEATURES_OK;
    if (fresh & VIRTIO_DRIVER_OK && !((v->status | fresh) & VIRTIO_FEATURES_OK)) {
        guest_log(v->owner->id, "DRIVER_OK without FEATURES_OK; ignored");
        fresh &= (uint8_t)~VIRTIO_DRIVER_OK;
    }
    v->status |= fresh;
    if (fresh & VIRTIO_FEATURES_OK && v->ops->features_agreed)
        v->ops->features_agreed(v);
    if (fresh & VIRTIO_DRIVER_OK)
        start(v);
}

void virtio_stall(struct virtio_device *v, bool stalled)
{
    bool was_live = virtio_is_live(v);
    v->is_stalled = stalled;
    if (stalled && was_live)
        virtio_broken(v, "it may not reach memory any more while it is running");
    else if (virtio_is_live(v) && !was_live)
        start(v);
}

void virtio_acknowledge(struct virtio_device *v, uint8_t causes)
{
    set_causes(v, v->causes & (uint8_t)~causes);
}

struct virtq *virtio_queue(struct virtio_device *v, uint32_t n)
{
    return n < v->ops->queue_count ? &v->queue[n] : NULL;
}

void virtio_enable_queue(struct virtio_device *v, uint32_t n, bool enable)
{
    struct virtq *q = virtio_queue(v, n);
    if (!q || q->ready == enable)
        return;
    if (!enable)
        stop_queue(v, n);
    else if (!(v->status & VIRTIO_FEATURES_OK))   /* 3.1.1: negotiation decides how queues are read */
        guest_log(v->owner->id, "queue %u enabled before FEATURES_OK; ignored", (unsigned)n);
    else if (!virtq_start(q, v->owner->dma, virtio_has(v, VIRTIO_F_EVENT_IDX), virtio_has(v, VIRTIO_F_INDIRECT_DESC)))
        check_fault(v, q);
}

void virtio_kick(struct virtio_device *v, uint32_t n)
{
    struct virtq *q = virtio_queue(v, n);
    if (!q || !q->ready)
        guest_log(v->owner->id, "queue %u notified, which is not ready", (unsigned)n);
    else if (virtio_is_live(v))
        v->ops->notify(v, n);
}

uint64_t virtio_config_load(struct virtio_device *v, uint64_t offset, unsigned size)
{
    uint8_t bytes[8] = { 0 };
    for (unsigned i = 0; i < size; i++)
        if (offset + i < v->config_size)
            bytes[i] = v->config[offset + i];
    return ld_le(bytes, size);
}

void virtio_config_store(struct virtio_device *v, uint64_t offset, uint64_t value, unsigned size)
{
    if (!v->ops->config_write || offset >= v->config_size || size > v->config_size - offset)
        guest_log(v->owner->id, "store to offset 0x%llx of the configuration space ignored", (unsigned long long)offset);
    else
        v->ops->config_write(v, (unsigned)offset, value, size);
}
