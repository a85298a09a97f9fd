/* SPDX-License-Identifier: MIT */
#include "tests/devices/virtio/mad_driver.h"

#include "base/bits.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

uint64_t mad_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

enum { MAD_BUFFERS = 0x10000 };   /* bytes of guest memory that its descriptors like to point into */

/* Mostly inside a small stretch of RAM, so that buffers, tables and rings overlap; else anywhere. */
static gpa_t mad_address(struct driver *d, uint64_t *random)
{
    uint64_t r = mad_random(random), v = mad_random(random);
    switch (r % 16) {
    case 0: return v;
    case 1: return FIXTURE_RAM + FIXTURE_RAM_SIZE - v % 64;
    case 2: return d->regs + v % 0x200;
    case 3: return UINT64_MAX - v % 4096;
    case 4: return d->queue[0].desc + v % 0x2000;
    default: return FIXTURE_RAM + v % MAD_BUFFERS;
    }
}

static uint32_t mad_length(uint64_t *random)
{
    uint64_t r = mad_random(random), v = mad_random(random);
    switch (r % 8) {
    case 0: return (uint32_t)v;
    case 1: return 0;
    case 2: return 0xffffffff - v % 64;
    case 3: return (uint32_t)(v % 64) * 16;
    default: return (uint32_t)(v % 2048);
    }
}

static void mad_desc(struct driver *d, uint64_t *random, gpa_t at, unsigned entries)
{
    uint16_t flags = (uint16_t)(mad_random(random) % 4);
    if (mad_random(random) % 4 == 0)
        flags |= DESC_INDIRECT;
    if (mad_random(random) % 64 == 0)
        flags = (uint16_t)mad_random(random);
    bool sane = mad_random(random) % 8;
    uint16_t next = (uint16_t)(mad_random(random) % (sane ? entries : 0x10000));
    gpa_t to = mad_address(d, random);
    driver_store_desc(d, at, to, mad_length(random), flags, next);
}

static void mad_ring(struct driver *d, uint64_t *random)
{
    struct driver_queue *q = &d->queue[mad_random(random) % d->queue_count];
    if (!q->size)
        return;
    uint16_t idx = (uint16_t)device_fixture_read(d->f, q->avail + 2, 2);
    bool sane = mad_random(random) % 32;
    uint16_t add = (uint16_t)(sane ? mad_random(random) % 4 : mad_random(random));
    for (unsigned i = 0; i < add && i < q->size; i++)
        device_fixture_write(d->f, q->avail + 4 + 2u * ((idx + i) % q->size), 2, mad_random(random) % (sane ? q->size : 0x10000));
    device_fixture_write(d->f, q->avail + 2, 2, (uint16_t)(idx + add));
}

/* Registers; on PCI also the other structures, configuration space (BARs move!) and the messages. */
static gpa_t mad_place(struct driver *d, uint64_t *random)
{
    uint64_t r = mad_random(random), v = mad_random(random);
    if (d->host && r % 4 == 0)
        return d->config + v % 0x100;
    if (d->host && r % 4 == 1)
        return d->table + v % 0x90;
    return d->regs + (d->host && r % 4 == 2 ? v % 4 * 0x1000 : 0) + (v >> 8) % 0x200;
}

static void mad_register(struct driver *d, uint64_t *random)
{
    unsigned size = 1u << mad_random(random) % 4;
    gpa_t at = mad_place(d, random) / size * size;
    uint64_t value = mad_random(random);
    if (mad_random(random) % 2)
        value %= 16;
    if (mad_random(random) % 2)
        space_load(&d->f->space, at, size, &value);
    else
        space_store(&d->f->space, at, size, value);
}

static void mad_chain(struct driver *d, uint64_t *random)
{
    struct driver_queue *q = &d->queue[mad_random(random) % d->queue_count];
    if (!q->size)
        return;
    unsigned count = 1 + (unsigned)(mad_random(random) % 8);
    for (unsigned i = 0; i < count; i++)
        mad_desc(d, random, q->desc + mad_random(random) % q->size * 16, q->size);
}

/* A length that is what a request needs half of the time. */
static uint32_t near(uint64_t *random, uint32_t right)
{
    switch (mad_random(random) % 8) {
    case 0: return mad_length(random);
    case 1: return (uint32_t)(mad_random(random) % 4096);
    case 2: return right + 8;
    case 3: return 1;
    default: return right;
    }
}

/* A well-formed chain whose content is nearly right: this is what gets deep into a device. */
static void mad_request(struct driver *d, uint64_t *random, mad_mutate *mutate)
{
    unsigned n = (unsigned)(mad_random(random) % d->queue_count);
    struct driver_queue *q = &d->queue[n];
    uint8_t bytes[512];
    if (!q->size)
        return;
    for (unsigned i = 0; i < sizeof bytes; i += 8) {
        uint64_t r = mad_random(random);
        st_le64(bytes + i, r & 3 ? 0 : r);
    }
    mutate(d, random, bytes, sizeof bytes);
    gpa_t at = FIXTURE_RAM + mad_random(random) % MAD_BUFFERS;
    space_write(&d->f->space, at, bytes, sizeof bytes);
    gpa_t last = FIXTURE_RAM + mad_random(random) % MAD_BUFFERS;
    if (mad_random(random) % 8 == 0)
        last = mad_address(d, random);
    uint32_t first_length = near(random, 16), second_length = near(random, 512), third_length = near(random, 512);
    bool one = mad_random(random) % 4 == 0, in = mad_random(random) % 2;
    uint16_t head = (uint16_t)(mad_random(random) % q->size), second = (head + 1) % q->size, third = (head + 2) % q->size;
    driver_store_desc(d, q->desc + head * 16u, at, one ? (uint32_t)sizeof bytes : first_length, DESC_NEXT, one ? third : second);
    driver_store_desc(d, q->desc + second * 16u, at + 16, second_length, DESC_NEXT | (in ? DESC_WRITE : 0), third);
    driver_store_desc(d, q->desc + third * 16u, last, third_length, DESC_WRITE, 0);
    uint16_t idx = (uint16_t)device_fixture_read(d->f, q->avail + 2, 2);
    device_fixture_write(d->f, q->avail + 4 + 2u * (idx % q->size), 2, head);
    device_fixture_write(d->f, q->avail + 2, 2, (uint16_t)(idx + 1));
    driver_store(d, REG_QUEUE_NOTIFY, n);
}

static void mad_start(struct driver *d, uint64_t *random)
{
    gpa_t heap = d->heap;
    d->heap = FIXTURE_RAM + 0x20000;
    driver_boot(d, mad_random(random));
    d->heap = heap;
}

void mad_driver_run(struct driver *d, int steps, uint64_t seed, mad_mutate *mutate,
                    void (*between)(void *to, uint64_t *random), void *to)
{
    uint64_t random = seed | 1;
    mad_start(d, &random);
    for (uint64_t left = trials((uint64_t)steps, 1); left > 0; left--) {
        uint64_t r = mad_random(&random);
        switch (r % 16) {
        case 0: mad_register(d, &random); break;
        case 1: mad_chain(d, &random); break;
        case 2: mad_ring(d, &random); break;
        case 3: driver_store(d, REG_QUEUE_NOTIFY, r >> 8 & 3); break;
        case 4: device_fixture_run(d->f, mad_random(&random) % TICKS_PER_MS); break;
        case 5: driver_take_causes(d); break;
        case 6:
            if (between)
                between(to, &random);
            break;
        default: mad_request(d, &random, mutate); break;
        }
        bool dead = driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET || !(driver_load(d, REG_STATUS) & VIRTIO_DRIVER_OK);
        if (mad_random(&random) % (dead ? 4 : 1024) == 0)
            mad_start(d, &random);
    }
    mad_start(d, &random);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_DRIVER_OK);
}
