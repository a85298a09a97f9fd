/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/hostile_driver.h"

#include "tests/fuzz/hostile_pci.h"
#include "tests/fuzz/requests.h"
#include "tests/fuzz/target.h"

/* virtio 1.2, 2.7.5 to 2.7.8 */
enum {
    DESC_SIZE = 16, DESC_NEXT = 1, DESC_WRITE = 2, DESC_INDIRECT = 4, AVAIL_IDX = 2, AVAIL_RING = 4, USED_IDX = 2,
};

/* A queue's rings in the window: 1024 descriptors, then the two rings; buffers lie behind those of all queues, or over them. */
enum { QUEUE_ROOM = 0x8000, AVAIL_AT = 0x4000, USED_AT = 0x5000, SIZE_MAX_HERE = 1024, PIECES = 4 };

/* Commands of flash chips (JESD68.01), selectors of configuration, enable bits, keys. */
static const uint32_t magic[] = {
    0x10, 0x11, 0x12, 0x20, 0x28, 0x40, 0x50, 0x60, 0x70, 0x90, 0x98, 0xaa, 0xd0, 0xe8, 0xff, 0x00400040, 0x00200020, 0x00d000d0,
    0x00e800e8, 0x00ff00ff, 0x00980098, 0x301, 0x8000, 0xc000, 0x51454d55, 0x18000000, 0x08000000, 0x1f, 0x19, 0x34325258,
};

uint64_t hostile_number(struct tape *t, const struct bench *b)
{
    uint8_t how = tape_byte(t);
    switch (how % 16) {
    case 0: return 0;
    case 1: return 1;
    case 2: case 3: case 4: return tape_byte(t) & 15;
    case 5: case 6: return tape_byte(t);
    case 7: return 1ull << tape_byte(t) % 64;
    case 8: return ~(uint64_t)(tape_byte(t) & 15);
    case 9: case 10: return hostile_address(t, b);
    case 11: return how & 16 ? __builtin_bswap64(hostile_address(t, b)) : __builtin_bswap32((uint32_t)hostile_address(t, b));
    case 12: return magic[tape_below(t, ARRAY_SIZE(magic))];
    case 13: return tape_number(t, 2);
    case 14: return tape_number(t, 4);
    default: return tape_number(t, 8);
    }
}

gpa_t hostile_address(struct tape *t, const struct bench *b)
{
    uint8_t how = tape_byte(t);
    switch (how) {
    case 0: return 0 - (uint64_t)tape_byte(t);
    case 1: case 2: return b->window + BENCH_WINDOW - tape_byte(t);
    case 3: case 4:
        if (!b->region_count)
            return 0;
        const struct region *r = b->regions[tape_below(t, b->region_count)];
        return r->base + tape_number(t, 2) % r->size;
    case 5: return tape_number(t, 8);
    case 6: return b->ram + 128 - tape_byte(t);
    default: return b->window + tape_number(t, 2) * (BENCH_WINDOW >> 16);
    }
}

/* A length that a bad driver gives; mostly it is the right one. */
static uint32_t wrong_length(struct tape *t, uint32_t right)
{
    uint8_t how = tape_byte(t);
    switch (how) {
    case 0: return 0xffffffff - tape_byte(t);
    case 1: return (uint32_t)tape_number(t, 4);
    case 2: return 0;
    case 3: return right + 1;
    default: return right;
    }
}

/* ---- starting ---- */

static uint64_t features_of(const struct virtio_device *v)
{
    return virtio_features(v, 0) | (uint64_t)virtio_features(v, 1) << 32;
}

static void negotiate(struct virtio_device *v, uint64_t features)
{
    virtio_set_status(v, 0);
    virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER);
    virtio_accept(v, 0, (uint32_t)features);
    virtio_accept(v, 1, (uint32_t)(features >> 32));
    virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK);
}

static gpa_t ring_of(const struct bench *b, unsigned n)
{
    return b->window + n * QUEUE_ROOM % BENCH_WINDOW;
}

static void enable(struct bench *b, unsigned n, uint16_t size)
{
    struct virtq *q = virtio_queue(b->virtio, n);
    static const uint8_t zeroes[QUEUE_ROOM - AVAIL_AT];
    if (!q || q->ready)
        return;
    q->size = size ? size : q->size_max < SIZE_MAX_HERE ? q->size_max : SIZE_MAX_HERE;
    q->desc = ring_of(b, n);
    q->driver = ring_of(b, n) + AVAIL_AT;
    q->device = ring_of(b, n) + USED_AT;
    bench_put(b, q->driver, zeroes, sizeof zeroes);
    virtio_enable_queue(b->virtio, n, true);
}

static void enable_badly(struct bench *b, struct tape *t, unsigned n)
{
    struct virtq *q = virtio_queue(b->virtio, n);
    if (!q || q->ready)
        return;
    q->size = (uint16_t)hostile_number(t, b);
    gpa_t *const at[] = { &q->desc, &q->driver, &q->device };
    for (unsigned i = 0; i < ARRAY_SIZE(at); i++) {
        static const uint8_t aligned[] = { 16, 2, 4 };
        *at[i] = hostile_address(t, b);
        if (!tape_rarely(t, 4))
            *at[i] &= ~(gpa_t)(aligned[i] - 1);
    }
    virtio_enable_queue(b->virtio, n, true);
}

void hostile_boot(struct bench *b, struct tape *t)
{
    struct virtio_device *v = b->virtio;
    if (b->pci)
        hostile_pci_enable(b);
    uint64_t features = features_of(v), without = 0;
    uint8_t how = tape_byte(t);
    if (how & 1)
        without |= 1ull << VIRTIO_F_EVENT_IDX;
    if (how & 2)
        without |= 1ull << (tape_byte(t) & 31);
    negotiate(v, how >= 252 ? tape_number(t, 8) : features & ~without);
    for (unsigned n = 0; n < v->ops->queue_count; n++) {
        uint8_t size = tape_byte(t);
        if (size >= 252)
            enable_badly(b, t, n);
        else
            enable(b, n, size < 32 ? (uint16_t)(1u << size % 8) : 0);
    }
    virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
}

static bool is_working(struct bench *b, struct tape *t)
{
    if (!virtio_is_live(b->virtio))
        hostile_boot(b, t);
    return virtio_is_live(b->virtio);
}

/* ---- rings ---- */

static struct virtq *any_queue(struct bench *b, struct tape *t, unsigned *n)
{
    *n = tape_below(t, b->virtio->ops->queue_count);
    return virtio_queue(b->virtio, *n);
}

static void put_desc(struct bench *b, gpa_t table, unsigned index, gpa_t at, uint32_t length, uint16_t flags, uint16_t next)
{
    uint8_t bytes[DESC_SIZE];
    st_le64(bytes, at);
    st_le32(bytes + 8, length);
    st_le16(bytes + 12, flags);
    st_le16(bytes + 14, next);
    bench_put(b, table + index * DESC_SIZE, bytes, sizeof bytes);
}

void hostile_descriptor(struct bench *b, struct tape *t)
{
    unsigned n;
    if (!is_working(b, t))
        return;
    struct virtq *q = any_queue(b, t, &n);
    uint16_t flags = tape_byte(t) & 7, next = (uint16_t)tape_number(t, 2), size = q->size ? q->size : 1;
    if (tape_rarely(t, 64))
        flags = (uint16_t)tape_number(t, 2);
    uint32_t index = tape_below(t, size), length = wrong_length(t, (uint32_t)tape_byte(t) * 16);
    gpa_t at = hostile_address(t, b);
    put_desc(b, q->desc, index, at, length, flags, tape_rarely(t, 16) ? next : next % size);
}

static void offer(struct bench *b, struct virtq *q, uint16_t head, uint16_t count)
{
    uint8_t bytes[2];
    bench_get(b, q->driver + AVAIL_IDX, bytes, sizeof bytes);
    uint16_t index = ld_le16(bytes);
    st_le16(bytes, head);
    bench_put(b, q->driver + AVAIL_RING + 2 * (q->size ? index % q->size : 0), bytes, sizeof bytes);
    st_le16(bytes, (uint16_t)(index + count));
    bench_put(b, q->driver + AVAIL_IDX, bytes, sizeof bytes);
}

void hostile_available(struct bench *b, struct tape *t)
{
    unsigned n;
    if (!is_working(b, t))
        return;
    struct virtq *q = any_queue(b, t, &n);
    uint16_t count = tape_byte(t) % 4, head = (uint16_t)tape_number(t, 2), size = q->size ? q->size : 1;
    if (tape_rarely(t, 64))
        count = (uint16_t)tape_number(t, 2);
    offer(b, q, tape_rarely(t, 32) ? head : head % size, count);
    uint8_t event[2];   /* flags, or used_event behind the ring */
    st_le16(event, tape_byte(t));
    bench_put(b, tape_byte(t) & 1 ? q->driver : q->driver + AVAIL_RING + 2 * (gpa_t)q->size, event, sizeof event);
}

void hostile_notify(struct bench *b, struct tape *t)
{
    uint32_t n = tape_byte(t);
    virtio_kick(b->virtio, n < 240 ? n % b->virtio->ops->queue_count : (uint32_t)hostile_number(t, b));
}

/* ---- requests ---- */

/* Where a request's descriptors go: the queue's own table, or an indirect one. */
struct chain {
    struct bench *b;
    gpa_t table;
    uint16_t entries, index, first;
    gpa_t last;              /* of the last descriptor: where its NEXT is taken back */
    uint16_t last_flags;
};

static void link_piece(struct chain *c, gpa_t at, uint32_t length, uint16_t flags)
{
    uint16_t here = c->index % c->entries, next = (uint16_t)(here + 1) % c->entries;
    put_desc(c->b, c->table, here, at, length, flags | DESC_NEXT, next);
    c->last = c->table + here * DESC_SIZE;
    c->last_flags = flags;
    c->index = next;
}

static void link_end(struct chain *c)
{
    uint8_t bytes[2];
    st_le16(bytes, c->last_flags);
    if (c->last)
        bench_put(c->b, c->last + 12, bytes, sizeof bytes);
}

/* `length` bytes from `at` on, in a piece or some; what the device writes may lie anywhere. */
static void link_bytes(struct chain *c, struct tape *t, gpa_t at, uint32_t length, uint16_t flags)
{
    unsigned pieces = 1;
    uint8_t how = tape_byte(t);
    if (how >= 192)
        pieces += how % (PIECES - 1);
    for (; pieces > 1 && length > 1; pieces--) {
        uint32_t n = tape_below(t, length < 600 ? length : 600);
        link_piece(c, at, n, flags);
        at += n;
        length -= n;
    }
    length = wrong_length(t, length);
    link_piece(c, how % 16 == 7 ? hostile_address(t, c->b) : at, length, flags);
}

static void link_request(struct chain *c, struct tape *t, const struct request *r, gpa_t out)
{
    if (r->out_length)
        link_bytes(c, t, out, r->out_length, 0);
    if (r->in_length)
        link_bytes(c, t, c->b->window + tape_number(t, 2) * 8, r->in_length, DESC_WRITE);
    link_end(c);
}

void hostile_request(struct bench *b, struct tape *t)
{
    struct request r;
    if (!is_working(b, t))
        return;
    request_draw(&r, t, b->virtio->ops->id, b->virtio->ops->queue_count, b->window);
    struct virtq *q = virtio_queue(b->virtio, r.queue);
    gpa_t out = b->window + tape_number(t, 2) * 8;
    bench_put(b, out, r.out, sizeof r.out);
    uint16_t head = (uint16_t)tape_number(t, 2) & (uint16_t)(q->size - 1);
    if (tape_rarely(t, 4)) {
        struct chain inner = { .b = b, .table = (b->window + tape_number(t, 2) * 8) & ~15ull, .entries = 16 };
        link_request(&inner, t, &r, out);
        put_desc(b, q->desc, head, inner.table, wrong_length(t, DESC_SIZE * 16), DESC_INDIRECT, 0);
    } else {
        struct chain chain = { .b = b, .table = q->desc, .entries = q->size ? q->size : 1, .index = head };
        link_request(&chain, t, &r, out);
    }
    offer(b, q, head, 1);
    if (tape_byte(t) < 224)
        virtio_kick(b->virtio, r.queue);
}

/* ---- the rest ---- */

void hostile_status(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (how < 128)
        virtio_acknowledge(b->virtio, how);
    else if (how < 192)
        virtio_enable_queue(b->virtio, how, how & 1);
    else if (how < 208)
        virtio_set_status(b->virtio, tape_byte(t));
    else
        virtio_accept(b->virtio, how & 3, (uint32_t)tape_number(t, 4));
}

void hostile_config(struct bench *b, struct tape *t)
{
    unsigned size = 1u << tape_byte(t) % 4;
    uint64_t offset = tape_byte(t) & ~(size - 1);
    if (tape_rarely(t, 16))
        offset = tape_number(t, 2);
    if (tape_byte(t) & 1)
        virtio_config_load(b->virtio, offset, size);
    else
        virtio_config_store(b->virtio, offset, hostile_number(t, b) & mask64(size * 8), size);
}

void hostile_recovers(struct bench *b)
{
    struct virtio_device *v = b->virtio;
    if (b->pci)
        hostile_pci_enable(b);
    negotiate(v, features_of(v));
    fuzz_require(v->status & VIRTIO_FEATURES_OK);
    for (unsigned n = 0; n < v->ops->queue_count; n++) {
        enable(b, n, 0);
        fuzz_require(v->queue[n].ready);
    }
    virtio_set_status(v, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    for (unsigned n = 0; n < v->ops->queue_count; n++)
        virtio_kick(v, n);
    fuzz_require(virtio_is_live(v) && !(v->status & VIRTIO_NEEDS_RESET));
}
