/* SPDX-License-Identifier: MIT */
/* A virtio disk, virtio 1.2, 5.2. The data of a request is moved when the driver notifies; the request is returned when a disk
   of the latency and rate of the options "latency_us" and "rate_mb" (10^6 bytes a second) would be done: transfers follow each
   other, latencies overlap.
   In: a block device as "drive"; without one the slot stays empty. Out: through the transport. */
#include <string.h>

#include "base/bits.h"
#include "base/log.h"
#include "bus/port.h"
#include "devices/classes.h"
#include "devices/virtio/virtio.h"

/* 5.2.3 */
enum {
    VIRTIO_BLK_F_SIZE_MAX = 1, VIRTIO_BLK_F_SEG_MAX = 2, VIRTIO_BLK_F_RO = 5, VIRTIO_BLK_F_BLK_SIZE = 6, VIRTIO_BLK_F_FLUSH = 9,
    VIRTIO_BLK_F_TOPOLOGY = 10, VIRTIO_BLK_F_CONFIG_WCE = 11, VIRTIO_BLK_F_DISCARD = 13, VIRTIO_BLK_F_WRITE_ZEROES = 14,
};

/* struct virtio_blk_config, 5.2.4 */
enum {
    CONFIG_CAPACITY = 0, CONFIG_SIZE_MAX = 8, CONFIG_SEG_MAX = 12, CONFIG_BLK_SIZE = 20, CONFIG_PHYSICAL_BLOCK_EXP = 24,
    CONFIG_MIN_IO_SIZE = 26, CONFIG_WRITEBACK = 32, CONFIG_MAX_DISCARD_SECTORS = 36, CONFIG_MAX_DISCARD_SEG = 40,
    CONFIG_DISCARD_SECTOR_ALIGNMENT = 44, CONFIG_MAX_WRITE_ZEROES_SECTORS = 48, CONFIG_MAX_WRITE_ZEROES_SEG = 52,
    CONFIG_WRITE_ZEROES_MAY_UNMAP = 56, CONFIG_SIZE = 60,
};

/* struct virtio_blk_req, 5.2.6 */
enum {
    VIRTIO_BLK_T_IN = 0, VIRTIO_BLK_T_OUT = 1, VIRTIO_BLK_T_FLUSH = 4, VIRTIO_BLK_T_GET_ID = 8, VIRTIO_BLK_T_DISCARD = 11,
    VIRTIO_BLK_T_WRITE_ZEROES = 13,
    VIRTIO_BLK_S_OK = 0, VIRTIO_BLK_S_IOERR = 1, VIRTIO_BLK_S_UNSUPP = 2,
    HEADER_SIZE = 16, STATUS_SIZE = 1, ID_SIZE = 20, SEGMENT_SIZE = 16, SEGMENT_UNMAP = 1,
};

enum {
    QUEUE_SIZE = 256, SEG_MAX = QUEUE_SIZE - 2, SIZE_MAX_BYTES = 1 << 20, PHYSICAL_BLOCK_EXP = 3,
    REQUEST_MAX = 128 << 20,   /* bytes of one request; loaders that ignore size_max stay below too */
    DISCARD_SECTORS = 1 << 21, DISCARD_SEGMENTS = 16, ZERO_SECTORS = 1 << 15, ZERO_CHUNK = 16 << 10,
};

/* What bounds the cost of one notification to the host: how far the disk works ahead of virtual time, for which a discard, too,
   takes some (that of a block, and of a share of its bytes: a table of the image may have to be changed for each cluster); and
   how often it asks the host to flush before virtual time goes on. */
#define AHEAD (10 * TICKS_PER_MS)
enum { DISCARD_BLOCK = 4096, DISCARD_SHARE = 64, FLUSHES_MAX = 4 };

struct virtio_blk {
    struct device device;
    struct virtio_device v;
    struct blockdev *port;
    uint32_t latency_us, rate_mb;       /* options */
    struct event done;                  /* the first request in flight is finished */
    tick_t line_free;                   /* when the last transfer accepted ends */
    uint16_t head[QUEUE_SIZE];          /* requests in flight: a ring, in the order of `due` */
    uint32_t written[QUEUE_SIZE];
    tick_t due[QUEUE_SIZE];
    uint16_t first, pending;
    uint32_t flushes;                   /* since a request was finished, or none was in flight */
};

static const struct field blk_fields[] = {
    VIRTIO_FIELDS(struct virtio_blk, v),
    FIELD(struct virtio_blk, done, FIELD_EVENT),
    FIELD(struct virtio_blk, line_free, FIELD_U64),
    FIELD_ARRAY(struct virtio_blk, head, FIELD_U16, QUEUE_SIZE),
    FIELD_ARRAY(struct virtio_blk, written, FIELD_U32, QUEUE_SIZE),
    FIELD_ARRAY(struct virtio_blk, due, FIELD_U64, QUEUE_SIZE),
    FIELD(struct virtio_blk, first, FIELD_U16),
    FIELD(struct virtio_blk, pending, FIELD_U16),
    FIELD(struct virtio_blk, flushes, FIELD_U32),
    FIELD_LIST_END
};

struct request {
    const struct virtq_chain *chain;
    uint32_t type;
    uint64_t sector;
    uint64_t length;     /* bytes of data, without header and status */
    uint64_t moved;      /* bytes the disk had to handle, for the time it takes */
};

static bool is_on_disk(const struct virtio_blk *blk, uint64_t sector, uint64_t bytes)
{
    uint64_t sectors = blk->port->size / BLOCK_SECTOR;
    return sector <= sectors && bytes <= (sectors - sector) * BLOCK_SECTOR;
}

/* 5.2.6.2: without a cache that the driver knows to flush, what is written must last. */
static bool is_write_through(const struct virtio_blk *blk)
{
    if (virtio_has(&blk->v, VIRTIO_BLK_F_CONFIG_WCE))
        return !blk->v.config[CONFIG_WRITEBACK];
    return !virtio_has(&blk->v, VIRTIO_BLK_F_FLUSH);
}

static uint8_t flush(struct virtio_blk *blk)
{
    blk->flushes++;
    return blk->port->flush && blk->port->flush(blk->port->host) ? VIRTIO_BLK_S_IOERR : VIRTIO_BLK_S_OK;
}

static uint8_t written(struct virtio_blk *blk)
{
    return is_write_through(blk) ? flush(blk) : VIRTIO_BLK_S_OK;
}

/* Moves whole sectors between the disk and the guest. The host sees whole sectors only: one that straddles buffers is put
   together here. */
static int move(struct virtio_blk *blk, const struct virtq_list *list, uint64_t at, uint64_t disk, uint64_t length, bool in)
{
    const struct space *space = blk->device.dma;
    struct blockdev *port = blk->port;
    port->bytes += length;
    for (uint64_t done = 0; done < length;) {
        uint8_t sector[BLOCK_SECTOR];
        size_t n = length - done;
        uint8_t *host = virtq_host(space, list, at + done, &n, in);
        n &= ~(size_t)(BLOCK_SECTOR - 1);
        if (!host || !n) {
            host = sector;
            n = BLOCK_SECTOR;
            if (!in)
                virtq_read(space, list, at + done, sector, n);
        }
        int error = in ? port->read(port->host, disk + done, host, n) : port->write(port->host, disk + done, host, n);
        if (error)
            return error;
        if (in && host == sector)
            virtq_write(space, list, at + done, sector, n);
        done += n;
    }
    return 0;
}

static uint8_t serve_move(struct virtio_blk *blk, struct request *r)
{
    bool in = r->type == VIRTIO_BLK_T_IN;
    if (r->length % BLOCK_SECTOR || r->length > REQUEST_MAX || !is_on_disk(blk, r->sector, r->length)) {
        guest_log(blk->device.id, "%s of %llu bytes at sector %llu is impossible", in ? "read" : "write",
                  (unsigned long long)r->length, (unsigned long long)r->sector);
        return VIRTIO_BLK_S_IOERR;
    }
    if (!in && blk->port->read_only)
        return VIRTIO_BLK_S_IOERR;
    r->moved = r->length;
    if (move(blk, in ? &r->chain->in : &r->chain->out, in ? 0 : HEADER_SIZE, r->sector * BLOCK_SECTOR, r->length, in))
        return VIRTIO_BLK_S_IOERR;
    return in ? VIRTIO_BLK_S_OK : written(blk);
}

static int write_zeroes(const struct blockdev *port, uint64_t disk, uint64_t length)
{
    static const uint8_t zeroes[ZERO_CHUNK];
    for (uint64_t done = 0; done < length;) {
        size_t n = length - done < sizeof zeroes ? (size_t)(length - done) : sizeof zeroes;
        int error = port->write(port->host, disk + done, zeroes, n);
        if (error)
            return error;
        done += n;
    }
    return 0;
}

/* struct virtio_blk_discard_write_zeroes: which sectors one segment means, or why it is refused (5.2.6.2). */
static uint8_t check_segment(struct virtio_blk *blk, const struct request *r, const uint8_t *segment)
{
    uint64_t sector = ld_le64(segment);
    uint32_t sectors = ld_le32(segment + 8), flags = ld_le32(segment + 12);
    bool zeroes = r->type == VIRTIO_BLK_T_WRITE_ZEROES;
    if (flags & (zeroes ? ~(uint32_t)SEGMENT_UNMAP : ~0u))
        return VIRTIO_BLK_S_UNSUPP;
    if (sectors > (zeroes ? ZERO_SECTORS : DISCARD_SECTORS) || !is_on_disk(blk, sector, (uint64_t)sectors * BLOCK_SECTOR))
        return VIRTIO_BLK_S_IOERR;
    return VIRTIO_BLK_S_OK;
}

/* Zeroes take the time of written ones, however the host makes them: it must not show in the guest's clock. */
static int clear_segment(struct virtio_blk *blk, struct request *r, const uint8_t *segment)
{
    const struct blockdev *port = blk->port;
    uint64_t disk = ld_le64(segment) * BLOCK_SECTOR, length = (uint64_t)ld_le32(segment + 8) * BLOCK_SECTOR;
    bool discards = r->type == VIRTIO_BLK_T_DISCARD;
    r->moved += discards ? DISCARD_BLOCK + length / DISCARD_SHARE : length;
    if (discards)
        return port->discard(port->host, disk, length);
    return port->zero ? port->zero(port->host, disk, length, ld_le32(segment + 12) & SEGMENT_UNMAP)
                      : write_zeroes(port, disk, length);
}

static uint8_t serve_clear(struct virtio_blk *blk, struct request *r)
{
    uint8_t segments[DISCARD_SEGMENTS][SEGMENT_SIZE];
    bool zeroes = r->type == VIRTIO_BLK_T_WRITE_ZEROES;
    if (!virtio_has(&blk->v, zeroes ? VIRTIO_BLK_F_WRITE_ZEROES : VIRTIO_BLK_F_DISCARD))
        return VIRTIO_BLK_S_UNSUPP;
    if (!r->length || r->length % SEGMENT_SIZE || r->length / SEGMENT_SIZE > (zeroes ? 1 : DISCARD_SEGMENTS))
        return VIRTIO_BLK_S_IOERR;
    unsigned count = (unsigned)(r->length / SEGMENT_SIZE);
    virtq_read(blk->device.dma, &r->chain->out, HEADER_SIZE, segments, r->length);
    for (unsigned i = 0; i < count; i++) {
        uint8_t status = check_segment(blk, r, segments[i]);
        if (status)
            return status;
    }
    for (unsigned i = 0; i < count; i++)
        if (clear_segment(blk, r, segments[i]))
            return VIRTIO_BLK_S_IOERR;
    return written(blk);
}

/* 5.2.6: a serial number that fills all 20 bytes has no terminator. */
static uint8_t serve_id(struct virtio_blk *blk, struct request *r)
{
    uint8_t id[ID_SIZE] = { 0 };
    if (r->length < ID_SIZE)
        return VIRTIO_BLK_S_IOERR;
    for (unsigned i = 0; i < ID_SIZE && blk->port->serial[i]; i++)
        id[i] = (uint8_t)blk->port->serial[i];
    virtq_write(blk->device.dma, &r->chain->in, 0, id, sizeof id);
    return VIRTIO_BLK_S_OK;
}

static uint8_t serve(struct virtio_blk *blk, struct request *r)
{
    switch (r->type) {
    case VIRTIO_BLK_T_IN:
    case VIRTIO_BLK_T_OUT: return serve_move(blk, r);
    case VIRTIO_BLK_T_FLUSH: return flush(blk);
    case VIRTIO_BLK_T_GET_ID: return serve_id(blk, r);
    case VIRTIO_BLK_T_DISCARD:
    case VIRTIO_BLK_T_WRITE_ZEROES: return serve_clear(blk, r);
    default: return VIRTIO_BLK_S_UNSUPP;
    }
}

/* Puts a served request in line behind those that came before it. */
static void finish_later(struct virtio_blk *blk, const struct request *r)
{
    tick_t now = blk->device.clock->now;
    uint32_t rate = blk->rate_mb ? blk->rate_mb : 1;
    unsigned slot = (blk->first + blk->pending++) % QUEUE_SIZE;
    blk->line_free = (blk->line_free > now ? blk->line_free : now) + r->moved * (TICKS_PER_SECOND / 1000000) / rate;
    blk->head[slot] = r->chain->head;
    blk->written[slot] = r->chain->in.bytes > UINT32_MAX ? UINT32_MAX : (uint32_t)r->chain->in.bytes;
    blk->due[slot] = blk->line_free + blk->latency_us * TICKS_PER_US;
}

/* False: this is no request, as it has no room for a header or a status. */
static bool accept(struct virtio_blk *blk, const struct virtq_chain *chain)
{
    uint8_t header[HEADER_SIZE];
    if (chain->in.bytes < STATUS_SIZE || virtq_read(blk->device.dma, &chain->out, 0, header, sizeof header) < sizeof header)
        return false;
    struct request r = { .chain = chain, .type = ld_le32(header), .sector = ld_le64(header + 8) };
    bool in = r.type == VIRTIO_BLK_T_IN || r.type == VIRTIO_BLK_T_GET_ID;
    r.length = in ? chain->in.bytes - STATUS_SIZE : chain->out.bytes - HEADER_SIZE;
    uint8_t status = serve(blk, &r);
    virtq_write(blk->device.dma, &chain->in, chain->in.bytes - STATUS_SIZE, &status, sizeof status);
    finish_later(blk, &r);
    return true;
}

/* Serves what waits, as far ahead as the disk may work, and arms the event for the first completion. */
static void work(struct virtio_blk *blk)
{
    struct virtq_chain chain;
    struct clock *clock = blk->device.clock;
    if (!blk->pending)
        blk->flushes = 0;
    while (blk->pending < QUEUE_SIZE && blk->line_free < clock->now + AHEAD && blk->flushes < FLUSHES_MAX
           && virtio_pop(&blk->v, 0, &chain))
        if (!accept(blk, &chain)) {
            virtio_broken(&blk->v, "a request without header or status");
            break;
        }
    if (blk->pending)
        clock_at(clock, &blk->done, blk->due[blk->first]);
}

static void requests_done(void *owner, tick_t late)
{
    (void)late;
    struct virtio_blk *blk = owner;
    while (blk->pending && blk->due[blk->first] <= blk->device.clock->now) {
        virtio_push(&blk->v, 0, blk->head[blk->first], blk->written[blk->first]);
        blk->first = (blk->first + 1) % QUEUE_SIZE;
        blk->pending--;
    }
    virtio_notify(&blk->v, 0);
    blk->flushes = 0;
    work(blk);
}

static void blk_notify(struct virtio_device *v, unsigned queue)
{
    (void)queue;
    work(container_of(v, struct virtio_blk, v));
}

/* 5.2.5.2: a driver that may choose the cache but cannot flush it starts without one. */
static void blk_features_agreed(struct virtio_device *v)
{
    v->config[CONFIG_WRITEBACK] = !virtio_has(v, VIRTIO_BLK_F_CONFIG_WCE) || virtio_has(v, VIRTIO_BLK_F_FLUSH);
}

static void blk_config_write(struct virtio_device *v, unsigned offset, uint64_t value, unsigned size)
{
    struct virtio_blk *blk = container_of(v, struct virtio_blk, v);
    if (offset != CONFIG_WRITEBACK || size != 1 || !virtio_has(v, VIRTIO_BLK_F_CONFIG_WCE)) {
        guest_log(blk->device.id, "store to offset %u of the configuration space ignored", offset);
        return;
    }
    v->config[CONFIG_WRITEBACK] = value & 1;
    if (is_write_through(blk) && flush(blk))
        guest_log(blk->device.id, "the host could not write its cache back");
}

static void blk_queue_stopped(struct virtio_device *v, unsigned queue)
{
    (void)queue;
    struct virtio_blk *blk = container_of(v, struct virtio_blk, v);
    clock_cancel(blk->device.clock, &blk->done);
    blk->line_free = 0;
    blk->first = blk->pending = 0;
    blk->flushes = 0;
    memset(blk->head, 0, sizeof blk->head);
    memset(blk->written, 0, sizeof blk->written);
    memset(blk->due, 0, sizeof blk->due);
}

static void blk_virtio_reset(struct virtio_device *v)
{
    v->config[CONFIG_WRITEBACK] = 1;
}

static const struct virtio_ops blk_virtio = {
    .id = VIRTIO_ID_BLOCK,
    .queue_count = 1,
    .queue_size = { QUEUE_SIZE },
    .notify = blk_notify,
    .features_agreed = blk_features_agreed,
    .config_write = blk_config_write,
    .queue_stopped = blk_queue_stopped,
    .reset = blk_virtio_reset,
};

static uint64_t features_of(const struct blockdev *port)
{
    uint64_t features = 1u << VIRTIO_BLK_F_SIZE_MAX | 1u << VIRTIO_BLK_F_SEG_MAX | 1u << VIRTIO_BLK_F_BLK_SIZE |
                        1u << VIRTIO_BLK_F_FLUSH | 1u << VIRTIO_BLK_F_TOPOLOGY | 1u << VIRTIO_BLK_F_CONFIG_WCE;
    if (port->read_only)
        return features | 1u << VIRTIO_BLK_F_RO;
    if (port->discard)
        features |= 1u << VIRTIO_BLK_F_DISCARD;
    return features | 1u << VIRTIO_BLK_F_WRITE_ZEROES;
}

static int blk_init(struct device *device, struct error *err)
{
    struct virtio_blk *blk = (struct virtio_blk *)device;
    blk->done = (struct event){ .fire = requests_done, .owner = blk };
    if (!blk->port)
        return 0;
    virtio_init(&blk->v, device, &blk_virtio, features_of(blk->port), CONFIG_SIZE);
    uint8_t *config = blk->v.config;
    st_le64(config + CONFIG_CAPACITY, blk->port->size / BLOCK_SECTOR);
    st_le32(config + CONFIG_SIZE_MAX, SIZE_MAX_BYTES);
    st_le32(config + CONFIG_SEG_MAX, SEG_MAX);
    st_le32(config + CONFIG_BLK_SIZE, BLOCK_SECTOR);
    config[CONFIG_PHYSICAL_BLOCK_EXP] = PHYSICAL_BLOCK_EXP;
    st_le16(config + CONFIG_MIN_IO_SIZE, 1 << PHYSICAL_BLOCK_EXP);
    config[CONFIG_WRITEBACK] = 1;
    st_le32(config + CONFIG_MAX_DISCARD_SECTORS, DISCARD_SECTORS);
    st_le32(config + CONFIG_MAX_DISCARD_SEG, DISCARD_SEGMENTS);
    st_le32(config + CONFIG_DISCARD_SECTOR_ALIGNMENT, 1 << PHYSICAL_BLOCK_EXP);
    st_le32(config + CONFIG_MAX_WRITE_ZEROES_SECTORS, ZERO_SECTORS);
    st_le32(config + CONFIG_MAX_WRITE_ZEROES_SEG, 1);
    config[CONFIG_WRITE_ZEROES_MAY_UNMAP] = blk->port->zero != NULL;
    return virtio_plug(device->parent, &blk->v, err);
}

static void blk_reset(struct device *device)
{
    struct virtio_blk *blk = (struct virtio_blk *)device;
    if (blk->port)
        virtio_reset(&blk->v);
}

static void blk_fini(struct device *device)
{
    virtio_unplug(&((struct virtio_blk *)device)->v);
}

const struct device_class virtio_blk_class = {
    .name = "virtio-blk",
    .manual = "OASIS virtio 1.2, 5.2",
    .size = sizeof(struct virtio_blk),
    .ports = (const struct device_port[]){ { "drive", PORT_BLOCKDEV, offsetof(struct virtio_blk, port) }, { 0 } },
    .options = (const struct device_option[]){
        { "latency_us", OPTION_U32, offsetof(struct virtio_blk, latency_us), 20 },
        { "rate_mb", OPTION_U32, offsetof(struct virtio_blk, rate_mb), 400 },
        { 0 },
    },
    .fields = blk_fields,
    .init = blk_init,
    .reset = blk_reset,
    .fini = blk_fini,
};
