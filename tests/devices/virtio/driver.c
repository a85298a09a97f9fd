/* SPDX-License-Identifier: MIT */
#include "tests/devices/virtio/driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "tests/support/support.h"

static struct driver *new_on(const char *host, const char *transport, const char *class_name)
{
    struct driver *d = mem_alloc(sizeof *d);
    d->f = device_fixture_new();
    d->host = host ? device_fixture_add(d->f, host) : NULL;
    d->slot = device_fixture_add(d->f, transport);
    d->slot->parent = d->host;
    d->part = device_fixture_add(d->f, class_name);
    d->part->parent = d->slot;
    d->heap = FIXTURE_RAM + 0x1000;
    return d;
}

struct driver *driver_new(const char *class_name)
{
    return new_on(NULL, "virtio-mmio", class_name);
}

struct driver *driver_new_pci(const char *class_name)
{
    return new_on("pci-ecam", "virtio-pci", class_name);
}

void driver_start(struct driver *d)
{
    device_fixture_start(d->f);
    if (d->host)
        driver_pci_place(d);
    else
        d->regs = device_fixture_base(d->f, d->slot, "regs");
}

void driver_free(struct driver *d)
{
    device_fixture_free(d->f);
    free(d);
}

uint32_t driver_load(const struct driver *d, unsigned reg)
{
    unsigned size = 4;
    gpa_t at = d->host ? driver_pci_register(d, reg, &size) : d->regs + reg;
    return at ? (uint32_t)device_fixture_read(d->f, at, size) : 0;
}

void driver_store(const struct driver *d, unsigned reg, uint32_t value)
{
    unsigned size = 4;
    gpa_t at = d->host ? driver_pci_register(d, reg, &size) : d->regs + reg;
    if (d->host && reg == REG_QUEUE_NOTIFY)
        at += 4 * (gpa_t)value;
    if (at)
        device_fixture_write(d->f, at, size, value);
}

uint64_t driver_config(const struct driver *d, unsigned offset, unsigned size)
{
    unsigned width;
    gpa_t config = d->host ? driver_pci_register(d, REG_CONFIG, &width) : d->regs + REG_CONFIG;
    return device_fixture_read(d->f, config + offset, size);
}

uint64_t driver_offered(const struct driver *d)
{
    driver_store(d, REG_DEVICE_FEATURES_SEL, 0);
    uint64_t features = driver_load(d, REG_DEVICE_FEATURES);
    driver_store(d, REG_DEVICE_FEATURES_SEL, 1);
    return features | (uint64_t)driver_load(d, REG_DEVICE_FEATURES) << 32;
}

bool driver_negotiate(struct driver *d, uint64_t features)
{
    driver_store(d, REG_STATUS, 0);
    memset(d->queue, 0, sizeof d->queue);
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE);
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    driver_store(d, REG_DRIVER_FEATURES_SEL, 1);
    driver_store(d, REG_DRIVER_FEATURES, (uint32_t)(features >> 32));
    driver_store(d, REG_DRIVER_FEATURES_SEL, 0);
    driver_store(d, REG_DRIVER_FEATURES, (uint32_t)features);
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
    d->features = features;
    return driver_load(d, REG_STATUS) & VIRTIO_FEATURES_OK;
}

static bool has_event_idx(const struct driver *d)
{
    return bit(d->features, VIRTIO_F_EVENT_IDX);
}

static void store_address(struct driver *d, unsigned reg, gpa_t at)
{
    driver_store(d, reg, (uint32_t)at);
    driver_store(d, reg + 4, (uint32_t)(at >> 32));
}

void driver_setup_queue(struct driver *d, unsigned n, uint16_t size)
{
    struct driver_queue *q = &d->queue[n];
    driver_store(d, REG_QUEUE_SEL, n);
    ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 0);
    uint32_t limit = driver_load(d, REG_QUEUE_NUM_MAX);
    ck_assert_uint_ge(limit, size ? size : 1);
    *q = (struct driver_queue){ .size = size ? size : (uint16_t)limit };
    q->desc = driver_alloc(d, 16u * q->size);
    q->avail = driver_alloc(d, 6 + 2u * q->size);
    q->used = driver_alloc(d, 6 + 8u * q->size);
    device_fixture_write(d->f, q->avail + 2, 2, 0);
    device_fixture_write(d->f, q->used, 4, 0);
    for (unsigned i = 0; i < q->size; i++)
        q->free[q->free_count++] = (uint16_t)(q->size - 1 - i);
    driver_store(d, REG_QUEUE_NUM, q->size);
    store_address(d, REG_QUEUE_DESC, q->desc);
    store_address(d, REG_QUEUE_DRIVER, q->avail);
    store_address(d, REG_QUEUE_DEVICE, q->used);
    driver_store(d, REG_QUEUE_READY, 1);
    ck_assert_uint_eq(driver_load(d, REG_QUEUE_READY), 1);
}

void driver_boot(struct driver *d, uint64_t wanted)
{
    if (d->host)
        driver_pci_place(d);
    ck_assert(driver_negotiate(d, (driver_offered(d) & wanted) | 1ull << VIRTIO_F_VERSION_1));
    for (d->queue_count = 0; d->queue_count < VIRTIO_QUEUES; d->queue_count++) {
        driver_store(d, REG_QUEUE_SEL, d->queue_count);
        if (!driver_load(d, REG_QUEUE_NUM_MAX))
            break;
        driver_setup_queue(d, d->queue_count, 0);
    }
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    ck_assert_uint_eq(driver_load(d, REG_STATUS), VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
}

gpa_t driver_alloc(struct driver *d, uint64_t size)
{
    gpa_t at = d->heap;
    d->heap = align_up(at + size, 64);
    ck_assert_uint_le(d->heap, FIXTURE_RAM + FIXTURE_RAM_SIZE);
    return at;
}

gpa_t driver_alloc_bytes(struct driver *d, const void *data, size_t size)
{
    gpa_t at = driver_alloc(d, size);
    ck_assert(space_write(&d->f->space, at, data, size));
    return at;
}

void driver_get(const struct driver *d, gpa_t at, void *data, size_t size)
{
    ck_assert(space_read(&d->f->space, at, data, size));
}

static uint16_t load16(const struct driver *d, gpa_t at)
{
    return (uint16_t)device_fixture_read(d->f, at, 2);
}

void driver_store_desc(struct driver *d, gpa_t at, gpa_t to, uint32_t length, uint16_t flags, uint16_t next)
{
    device_fixture_write(d->f, at, 8, to);
    device_fixture_write(d->f, at + 8, 4, length);
    device_fixture_write(d->f, at + 12, 2, flags);
    device_fixture_write(d->f, at + 14, 2, next);
}

static uint16_t take_desc(struct driver_queue *q)
{
    ck_assert_uint_gt(q->free_count, 0);
    return q->free[--q->free_count];
}

static uint16_t buffer_flags(const struct driver_buffer *b, bool last)
{
    return (b->in ? DESC_WRITE : 0) | (last ? 0 : DESC_NEXT);
}

static uint16_t add_indirect(struct driver *d, struct driver_queue *q, const struct driver_buffer *b, unsigned count)
{
    gpa_t table = driver_alloc(d, count * 16u);
    for (unsigned i = 0; i < count; i++)
        driver_store_desc(d, table + i * 16, b[i].at, b[i].length, buffer_flags(&b[i], i + 1 == count), (uint16_t)(i + 1));
    uint16_t head = take_desc(q);
    driver_store_desc(d, q->desc + head * 16u, table, count * 16, DESC_INDIRECT, 0);
    return head;
}

static uint16_t add_direct(struct driver *d, struct driver_queue *q, const struct driver_buffer *b, unsigned count)
{
    uint16_t head = take_desc(q), at = head;
    for (unsigned i = 0; i < count; i++) {
        uint16_t next = i + 1 < count ? take_desc(q) : 0;
        driver_store_desc(d, q->desc + at * 16u, b[i].at, b[i].length, buffer_flags(&b[i], i + 1 == count), next);
        at = next;
    }
    return head;
}

uint16_t driver_add(struct driver *d, unsigned n, const struct driver_buffer *buffers, unsigned count, bool indirect)
{
    struct driver_queue *q = &d->queue[n];
    uint16_t head = indirect ? add_indirect(d, q, buffers, count) : add_direct(d, q, buffers, count);
    device_fixture_write(d->f, q->avail + 4 + 2u * (q->avail_idx % q->size), 2, head);
    device_fixture_write(d->f, q->avail + 2, 2, ++q->avail_idx);
    return head;
}

bool driver_kick(struct driver *d, unsigned n)
{
    struct driver_queue *q = &d->queue[n];
    uint16_t fresh = (uint16_t)(q->avail_idx - q->avail_kicked);
    q->avail_kicked = q->avail_idx;
    bool wanted = has_event_idx(d) ? (uint16_t)(q->avail_idx - load16(d, q->used + 4 + 8u * q->size) - 1) < fresh
                                   : !(load16(d, q->used) & 1);
    if (wanted)
        driver_store(d, REG_QUEUE_NOTIFY, n);
    return wanted;
}

static void free_chain(struct driver *d, struct driver_queue *q, uint16_t head)
{
    for (;;) {
        uint16_t flags = load16(d, q->desc + head * 16u + 12);
        q->free[q->free_count++] = head;
        if (!(flags & DESC_NEXT))
            return;
        head = load16(d, q->desc + head * 16u + 14);
    }
}

bool driver_take(struct driver *d, unsigned n, uint16_t *head, uint32_t *written)
{
    struct driver_queue *q = &d->queue[n];
    if (load16(d, q->used + 2) == q->used_seen)
        return false;
    gpa_t entry = q->used + 4 + 8u * (q->used_seen++ % q->size);
    *head = (uint16_t)device_fixture_read(d->f, entry, 4);
    *written = (uint32_t)device_fixture_read(d->f, entry + 4, 4);
    free_chain(d, q, *head);
    if (has_event_idx(d))
        driver_set_used_event(d, n, 0);
    return true;
}

void driver_set_used_event(struct driver *d, unsigned n, uint16_t more)
{
    struct driver_queue *q = &d->queue[n];
    device_fixture_write(d->f, q->avail + 4 + 2u * q->size, 2, (uint16_t)(q->used_seen + more));
}

uint32_t driver_run(struct driver *d, unsigned n, const struct driver_buffer *buffers, unsigned count, tick_t wait)
{
    uint16_t head = driver_add(d, n, buffers, count, false), taken = 0xffff;
    uint32_t written = 0;
    ck_assert(driver_kick(d, n));
    device_fixture_run(d->f, wait);
    ck_assert(driver_take(d, n, &taken, &written));
    ck_assert_uint_eq(taken, head);
    return written;
}

bool driver_irq(const struct driver *d)
{
    return d->host ? device_fixture_level(d->f, d->host, "intx", 1) : device_fixture_level(d->f, d->slot, "irq", 0);
}

uint32_t driver_take_causes(struct driver *d)
{
    uint32_t causes = driver_load(d, REG_INTERRUPT_STATUS);
    driver_store(d, REG_INTERRUPT_ACK, causes);   /* on PCI, reading has acknowledged */
    return causes;
}
