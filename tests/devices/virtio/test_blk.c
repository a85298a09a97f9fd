/* SPDX-License-Identifier: MIT */
/* Catches: commands that touch the wrong sectors, errors of the host that the guest never hears of, requests beyond the disk's
   end, data that should last and was not flushed, completions at the wrong time, a hostile driver that crashes or hangs the
   machine. */
#include <errno.h>
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

enum { F_SIZE_MAX = 1, F_SEG_MAX = 2, F_RO = 5, F_BLK_SIZE = 6, F_FLUSH = 9, F_CONFIG_WCE = 11 };
enum { F_DISCARD = 13, F_WRITE_ZEROES = 14 };
enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8, T_DISCARD = 11, T_WRITE_ZEROES = 13 };
enum { S_OK = 0, S_IOERR = 1, S_UNSUPP = 2, S_NONE = 0xee };
enum { DISK_SIZE = 256 * 1024, LONG_ENOUGH_US = 2000 };

struct disk {
    struct blockdev port;
    uint8_t data[DISK_SIZE];
    int error;              /* what the host answers */
    unsigned writes, flushes, discards, zeroes;
    bool misaligned, unmapped;
};

static int disk_read(void *host, uint64_t offset, void *buffer, size_t length)
{
    struct disk *disk = host;
    disk->misaligned |= offset % 512 || length % 512;
    ck_assert_uint_le(offset + length, DISK_SIZE);
    if (!disk->error)
        memcpy(buffer, disk->data + offset, length);
    return disk->error;
}

static int disk_write(void *host, uint64_t offset, const void *buffer, size_t length)
{
    struct disk *disk = host;
    disk->misaligned |= offset % 512 || length % 512;
    disk->writes++;
    ck_assert(!disk->port.read_only);
    ck_assert_uint_le(offset + length, DISK_SIZE);
    if (!disk->error)
        memcpy(disk->data + offset, buffer, length);
    return disk->error;
}

static int disk_flush(void *host)
{
    struct disk *disk = host;
    disk->flushes++;
    return disk->error;
}

static int disk_discard(void *host, uint64_t offset, uint64_t length)
{
    struct disk *disk = host;
    disk->discards++;
    ck_assert_uint_le(offset + length, DISK_SIZE);
    if (!disk->error)
        memset(disk->data + offset, 0xdd, length);
    return disk->error;
}

static int disk_zero(void *host, uint64_t offset, uint64_t length, bool may_unmap)
{
    struct disk *disk = host;
    disk->zeroes++;
    disk->unmapped = may_unmap;
    ck_assert_uint_le(offset + length, DISK_SIZE);
    if (!disk->error)
        memset(disk->data + offset, 0, length);
    return disk->error;
}

static struct disk disk;

static struct driver *start_with(bool read_only, bool discard, bool zero)
{
    memset(&disk, 0, sizeof disk);
    disk.port = (struct blockdev){
        .read = disk_read, .write = disk_write, .flush = disk_flush, .discard = discard ? disk_discard : NULL, .host = &disk,
        .size = DISK_SIZE, .read_only = read_only, .serial = "ORRERY-DISK-0",
        .zero = zero ? disk_zero : NULL,
    };
    for (unsigned i = 0; i < DISK_SIZE; i++)
        disk.data[i] = (uint8_t)(i / 512 * 7 + i);
    struct driver *d = driver_new("virtio-blk");
    device_fixture_attach(d->part, "drive", &disk.port);
    driver_start(d);
    return d;
}

static struct driver *start(bool read_only, bool discard)
{
    return start_with(read_only, discard, false);
}

static struct driver *boot(bool read_only, bool discard)
{
    struct driver *d = start(read_only, discard);
    driver_boot(d, UINT64_MAX);
    return d;
}

static gpa_t header(struct driver *d, uint32_t type, uint64_t sector)
{
    uint8_t bytes[16] = { 0 };
    st_le32(bytes, type);
    st_le64(bytes + 8, sector);
    return driver_alloc_bytes(d, bytes, sizeof bytes);
}

/* One request with one data buffer (length 0: none) as Linux lays it out; returns the status. */
static uint8_t request(struct driver *d, uint32_t type, uint64_t sector, gpa_t data, uint32_t length, bool in)
{
    uint8_t status = S_NONE;
    gpa_t status_at = driver_alloc_bytes(d, &status, 1);
    struct driver_buffer b[3] = { { header(d, type, sector), 16, false } };
    unsigned n = 1;
    if (length)
        b[n++] = (struct driver_buffer){ data, length, in };
    b[n++] = (struct driver_buffer){ status_at, 1, true };
    driver_run(d, 0, b, n, LONG_ENOUGH_US * TICKS_PER_US);
    driver_get(d, status_at, &status, 1);
    return status;
}

static uint8_t clear(struct driver *d, uint32_t type, uint64_t sector, uint32_t sectors, uint32_t flags)
{
    uint8_t segment[16];
    st_le64(segment, sector);
    st_le32(segment + 8, sectors);
    st_le32(segment + 12, flags);
    return request(d, type, 0, driver_alloc_bytes(d, segment, sizeof segment), sizeof segment, false);
}

START_TEST(the_configuration_describes_the_disk)
{
    struct driver *d = start(false, true);
    uint64_t features = driver_offered(d);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 2);
    ck_assert_uint_eq(driver_config(d, 0, 8), DISK_SIZE / 512);
    ck_assert_uint_eq(driver_config(d, 0, 4), DISK_SIZE / 512);
    ck_assert_uint_eq(driver_config(d, 8, 4), 1 << 20);
    ck_assert_uint_eq(driver_config(d, 12, 4), 254);
    ck_assert_uint_eq(driver_config(d, 20, 4), 512);
    ck_assert_uint_eq(driver_config(d, 32, 1), 1);
    ck_assert_uint_ge(driver_config(d, 36, 4), 1);
    ck_assert_uint_eq(driver_config(d, 60, 4), 0);
    ck_assert(bit(features, F_SIZE_MAX) && bit(features, F_SEG_MAX) && bit(features, F_BLK_SIZE) && bit(features, F_FLUSH));
    ck_assert(bit(features, F_DISCARD) && bit(features, F_WRITE_ZEROES) && !bit(features, F_RO));
    driver_free(d);
    d = start(true, true);
    features = driver_offered(d);
    ck_assert(bit(features, F_RO) && !bit(features, F_DISCARD) && !bit(features, F_WRITE_ZEROES));
    driver_free(d);
}
END_TEST

START_TEST(a_slot_without_a_disk_is_empty)
{
    struct driver *d = driver_new("virtio-blk");
    driver_start(d);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 0);
    driver_free(d);
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
    struct driver *d = boot(false, false);
    uint8_t out[2048], back[2048];
    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = (uint8_t)(i * 31);
    ck_assert_uint_eq(request(d, T_OUT, 5, driver_alloc_bytes(d, out, sizeof out), sizeof out, false), S_OK);
    ck_assert_mem_eq(disk.data + 5 * 512, out, sizeof out);
    ck_assert_uint_eq(disk.data[5 * 512 - 1], (uint8_t)(4 * 7 + 5 * 512 - 1));
    gpa_t to = driver_alloc(d, sizeof back);
    ck_assert_uint_eq(request(d, T_IN, 5, to, sizeof back, true), S_OK);
    driver_get(d, to, back, sizeof back);
    ck_assert_mem_eq(back, out, sizeof back);
    driver_free(d);
}
END_TEST

START_TEST(sectors_may_straddle_buffers_of_any_size_in_an_indirect_table)
{
    struct driver *d = boot(false, false);
    gpa_t data = driver_alloc(d, 4096), status = driver_alloc(d, 64), head_at = header(d, T_IN, 3);
    /* A header in two pieces, 1536 bytes of data in odd ones, the status behind the last of them. */
    struct driver_buffer b[] = {
        { head_at, 5, false }, { head_at + 5, 11, false }, { data, 1, true }, { data + 100, 700, true },
        { data + 900, 333, true }, { data + 2000, 502, true }, { status, 1, true },
    };
    uint16_t head, expected = driver_add(d, 0, b, 7, true);
    uint32_t written;
    driver_kick(d, 0);
    device_fixture_run(d->f, LONG_ENOUGH_US * TICKS_PER_US);
    ck_assert(driver_take(d, 0, &head, &written));
    ck_assert_uint_eq(head, expected);
    ck_assert_uint_eq(written, 1537);
    uint8_t got[1536], s;
    driver_get(d, data, got, 1);
    driver_get(d, data + 100, got + 1, 700);
    driver_get(d, data + 900, got + 701, 333);
    driver_get(d, data + 2000, got + 1034, 502);
    driver_get(d, status, &s, 1);
    ck_assert_uint_eq(s, S_OK);
    ck_assert_mem_eq(got, disk.data + 3 * 512, sizeof got);
    ck_assert(!disk.misaligned);
    driver_free(d);
}
END_TEST

START_TEST(nothing_beyond_the_end_of_the_disk_is_touched)
{
    struct driver *d = boot(false, true);
    gpa_t data = driver_alloc(d, 4096);
    uint64_t last = DISK_SIZE / 512 - 1;
    ck_assert_uint_eq(request(d, T_IN, last, data, 512, true), S_OK);
    ck_assert_uint_eq(request(d, T_IN, last, data, 1024, true), S_IOERR);
    ck_assert_uint_eq(request(d, T_OUT, last + 1, data, 512, false), S_IOERR);
    ck_assert_uint_eq(request(d, T_IN, UINT64_MAX, data, 512, true), S_IOERR);
    ck_assert_uint_eq(request(d, T_IN, UINT64_MAX / 512 + 1, data, 512, true), S_IOERR);
    ck_assert_uint_eq(request(d, T_IN, 0, data, 511, true), S_IOERR);
    ck_assert_uint_eq(clear(d, T_DISCARD, last, 2, 0), S_IOERR);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, UINT64_MAX, 1, 0), S_IOERR);
    ck_assert_uint_eq(disk.writes + disk.discards, 0);
    driver_free(d);
}
END_TEST

START_TEST(flush_reaches_the_host)
{
    struct driver *d = boot(false, false);
    ck_assert_uint_eq(request(d, T_FLUSH, 0, 0, 0, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 1);
    disk.error = -EIO;
    ck_assert_uint_eq(request(d, T_FLUSH, 0, 0, 0, false), S_IOERR);
    driver_free(d);
}
END_TEST

START_TEST(without_a_cache_every_write_is_flushed)
{
    struct driver *d = start(false, false);
    driver_boot(d, 0);
    gpa_t data = driver_alloc(d, 512);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 1);
    driver_boot(d, 1u << F_FLUSH);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 1);
    driver_boot(d, 1u << F_CONFIG_WCE);
    ck_assert_uint_eq(driver_config(d, 32, 1), 0);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 2);
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(driver_config(d, 32, 1), 1);
    device_fixture_write(d->f, d->regs + REG_CONFIG + 32, 1, 0);
    ck_assert_uint_eq(disk.flushes, 3);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 4);
    driver_free(d);
}
END_TEST

START_TEST(host_errors_become_io_errors)
{
    struct driver *d = boot(false, true);
    gpa_t data = driver_alloc(d, 512);
    disk.error = -ENOSPC;
    ck_assert_uint_eq(request(d, T_IN, 0, data, 512, true), S_IOERR);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_IOERR);
    ck_assert_uint_eq(clear(d, T_DISCARD, 0, 8, 0), S_IOERR);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 0, 8, 0), S_IOERR);
    disk.error = 0;
    ck_assert_uint_eq(request(d, T_IN, 0, data, 512, true), S_OK);
    driver_free(d);
}
END_TEST

START_TEST(a_read_only_disk_refuses_to_be_written)
{
    struct driver *d = boot(true, true);
    gpa_t data = driver_alloc(d, 512);
    ck_assert_uint_eq(request(d, T_OUT, 0, data, 512, false), S_IOERR);
    ck_assert_uint_eq(clear(d, T_DISCARD, 0, 8, 0), S_UNSUPP);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 0, 8, 0), S_UNSUPP);
    ck_assert_uint_eq(request(d, T_IN, 0, data, 512, true), S_OK);
    driver_free(d);
}
END_TEST

START_TEST(discard_and_write_zeroes_clear_what_they_name)
{
    struct driver *d = boot(false, true);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 10, 100, 1), S_OK);
    for (unsigned i = 10 * 512; i < 110 * 512; i++)
        ck_assert_uint_eq(disk.data[i], 0);
    ck_assert_uint_eq(disk.data[110 * 512], (uint8_t)(110 * 7));
    ck_assert_uint_eq(clear(d, T_DISCARD, 200, 8, 0), S_OK);
    ck_assert_uint_eq(disk.data[200 * 512], 0xdd);
    ck_assert_uint_ne(disk.data[208 * 512], 0xdd);
    ck_assert_uint_eq(clear(d, T_DISCARD, 200, 8, 1), S_UNSUPP);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 0, 8, 2), S_UNSUPP);
    uint8_t two[32] = { 0 };
    two[8] = two[24] = 1;
    gpa_t at = driver_alloc_bytes(d, two, sizeof two);
    ck_assert_uint_eq(request(d, T_DISCARD, 0, at, 32, false), S_OK);
    ck_assert_uint_eq(disk.discards, 3);
    ck_assert_uint_eq(request(d, T_WRITE_ZEROES, 0, at, 32, false), S_IOERR);
    ck_assert_uint_eq(request(d, T_DISCARD, 0, at, 31, false), S_IOERR);
    ck_assert_uint_eq(request(d, T_DISCARD, 0, 0, 0, false), S_IOERR);
    driver_free(d);
}
END_TEST

START_TEST(a_host_that_makes_zeroes_itself_is_told_whether_it_may_give_up_the_room)
{
    struct driver *d = boot(false, true);
    ck_assert_uint_eq(driver_config(d, 56, 1), 0);   /* write_zeroes_may_unmap */
    driver_free(d);
    d = start_with(false, true, true);
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(driver_config(d, 56, 1), 1);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 10, 100, 1), S_OK);
    ck_assert(disk.unmapped);
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 110, 8, 0), S_OK);
    ck_assert(!disk.unmapped);
    ck_assert_uint_eq(disk.zeroes, 2);
    ck_assert_uint_eq(disk.writes, 0);
    ck_assert_uint_eq(disk.data[117 * 512 + 511], 0);
    ck_assert_uint_eq(disk.data[118 * 512], (uint8_t)(118 * 7));
    disk.error = -ENOSPC;
    ck_assert_uint_eq(clear(d, T_WRITE_ZEROES, 0, 8, 1), S_IOERR);
    driver_free(d);
}
END_TEST

START_TEST(the_serial_number_can_be_asked_for)
{
    struct driver *d = boot(false, false);
    char id[21] = "";
    gpa_t at = driver_alloc(d, 20);
    ck_assert_uint_eq(request(d, T_GET_ID, 0, at, 20, true), S_OK);
    driver_get(d, at, id, 20);
    ck_assert_str_eq(id, "ORRERY-DISK-0");
    ck_assert_uint_eq(request(d, T_GET_ID, 0, at, 19, true), S_IOERR);
    driver_free(d);
}
END_TEST

START_TEST(unknown_commands_are_unsupported)
{
    struct driver *d = boot(false, false);
    ck_assert_uint_eq(request(d, 2, 0, 0, 0, false), S_UNSUPP);
    ck_assert_uint_eq(request(d, 0x80000000, 0, 0, 0, false), S_UNSUPP);
    ck_assert_uint_eq(clear(d, T_DISCARD, 0, 8, 0), S_UNSUPP);   /* this host offers none */
    driver_free(d);
}
END_TEST

/* 20 us of latency each, and 400 bytes a microsecond one after the other. */
START_TEST(a_request_takes_the_time_of_a_disk)
{
    struct driver *d = boot(false, false);
    gpa_t data = driver_alloc(d, 4096), status = driver_alloc(d, 1);
    struct driver_buffer b[] = { { header(d, T_IN, 0), 16, false }, { data, 4096, true }, { status, 1, true } };
    uint16_t head;
    uint32_t written;
    driver_add(d, 0, b, 3, false);
    driver_add(d, 0, b, 3, false);
    driver_kick(d, 0);
    tick_t transfer = 10240000;   /* 4096 / 400 us */
    device_fixture_run(d->f, 20 * TICKS_PER_US + transfer - 1);
    ck_assert(!driver_irq(d) && !driver_take(d, 0, &head, &written));
    device_fixture_run(d->f, 1);
    ck_assert(driver_irq(d) && driver_take(d, 0, &head, &written));
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_QUEUE);
    ck_assert(!driver_irq(d) && !driver_take(d, 0, &head, &written));
    device_fixture_run(d->f, transfer - 1);
    ck_assert(!driver_irq(d));
    device_fixture_run(d->f, 1);
    ck_assert(driver_irq(d) && driver_take(d, 0, &head, &written));
    driver_free(d);
}
END_TEST

START_TEST(a_reset_forgets_what_is_in_flight)
{
    struct driver *d = boot(false, false);
    gpa_t data = driver_alloc(d, 4096), status = driver_alloc(d, 1);
    struct driver_buffer b[] = { { header(d, T_IN, 0), 16, false }, { data, 4096, true }, { status, 1, true } };
    uint16_t head;
    uint32_t written;
    driver_add(d, 0, b, 3, false);
    driver_kick(d, 0);
    driver_boot(d, UINT64_MAX);
    device_fixture_run(d->f, LONG_ENOUGH_US * TICKS_PER_US);
    ck_assert(!driver_irq(d) && !driver_take(d, 0, &head, &written));
    ck_assert_uint_eq(request(d, T_IN, 0, data, 512, true), S_OK);
    driver_free(d);
}
END_TEST

/* Found by tests/fuzz: slots of the ring of requests kept what had been in them. */
START_TEST(a_reset_forgets_requests_that_are_done)
{
    struct driver *d = start(false, false);
    device_fixture_reset(d->f);
    uint64_t fresh = device_fixture_hash(d->f);
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(request(d, T_FLUSH, 0, 0, 0, false), S_OK);
    device_fixture_reset(d->f);
    ck_assert_uint_eq(device_fixture_hash(d->f), fresh);
    driver_free(d);
}
END_TEST

START_TEST(a_chain_made_available_again_while_in_flight_needs_a_reset)
{
    struct driver *d = start(false, false);
    ck_assert(driver_negotiate(d, 1ull << VIRTIO_F_VERSION_1));
    driver_setup_queue(d, 0, 4);
    driver_store(d, REG_STATUS, VIRTIO_ACKNOWLEDGE | VIRTIO_DRIVER | VIRTIO_FEATURES_OK | VIRTIO_DRIVER_OK);
    gpa_t status = driver_alloc(d, 1);
    struct driver_buffer b[] = { { header(d, T_GET_ID, 0), 16, false }, { status, 1, true } };
    driver_add(d, 0, b, 2, false);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert(!(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET));
        device_fixture_write(d->f, d->queue[0].avail + 2, 2, i + 1);
        driver_store(d, REG_QUEUE_NOTIFY, 0);
    }
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    device_fixture_run(d->f, LONG_ENOUGH_US * TICKS_PER_US);
    driver_free(d);
}
END_TEST

START_TEST(a_full_queue_of_large_requests_is_served_over_time)
{
    struct driver *d = boot(false, false);
    gpa_t data = driver_alloc(d, DISK_SIZE), status = driver_alloc(d, 1), at = header(d, T_IN, 0);
    struct driver_buffer b[] = { { at, 16, false }, { data, DISK_SIZE, true }, { status, 1, true } };
    unsigned sent = 0, done = 0;
    uint16_t head;
    uint32_t written;
    for (; sent < 256; sent++)
        driver_add(d, 0, b, 3, true);
    driver_kick(d, 0);
    for (unsigned ms = 0; ms < 400 && done < sent; ms++) {
        device_fixture_run(d->f, TICKS_PER_MS);
        while (driver_take(d, 0, &head, &written))
            done++;
        ck_assert_uint_le(done, 2 * (ms + 1));   /* 400 MB/s are one and a half of these a millisecond */
    }
    ck_assert_uint_eq(done, sent);
    driver_free(d);
}
END_TEST

/* Fills the queue with one request, without letting time pass. */
static void fill_queue(struct driver *d, uint32_t type, gpa_t data, uint32_t length)
{
    gpa_t status = driver_alloc(d, 1), at = header(d, type, 0);
    struct driver_buffer with_data[] = { { at, 16, false }, { data, length, false }, { status, 1, true } };
    struct driver_buffer without[] = { { at, 16, false }, { status, 1, true } };
    for (unsigned i = 0; i < 256; i++)
        driver_add(d, 0, length ? with_data : without, length ? 3 : 2, true);
    driver_kick(d, 0);
}

static void empty_queue(struct driver *d)
{
    uint16_t head;
    uint32_t written;
    unsigned done = 0;
    device_fixture_run(d->f, TICKS_PER_SECOND);
    while (driver_take(d, 0, &head, &written))
        done++;
    ck_assert_uint_eq(done, 256);
}

/* 10 ms of a disk that discards 25.6 GB a second, and needs 10 us for each range. */
START_TEST(a_full_queue_of_discards_is_served_over_time)
{
    enum { RANGES = 16, AT_ONCE = 1000 };
    struct driver *d = boot(false, true);
    uint8_t segments[RANGES][16] = { { 0 } };
    for (unsigned i = 0; i < RANGES; i++)
        st_le32(segments[i] + 8, DISK_SIZE / 512);
    fill_queue(d, T_DISCARD, driver_alloc_bytes(d, segments, sizeof segments), sizeof segments);
    ck_assert_uint_le(disk.discards, AT_ONCE + RANGES);
    empty_queue(d);
    ck_assert_uint_eq(disk.discards, 256 * RANGES);
    driver_free(d);
}
END_TEST

START_TEST(a_full_queue_of_flushes_is_served_over_time)
{
    enum { AT_ONCE = 4 };
    struct driver *d = boot(false, true);
    fill_queue(d, T_FLUSH, 0, 0);
    ck_assert_uint_eq(disk.flushes, AT_ONCE);
    driver_store(d, REG_QUEUE_NOTIFY, 0);
    ck_assert_uint_eq(disk.flushes, AT_ONCE);
    device_fixture_run(d->f, 21 * TICKS_PER_US);
    ck_assert_uint_eq(disk.flushes, 2 * AT_ONCE);
    empty_queue(d);
    ck_assert_uint_eq(disk.flushes, 256);
    driver_free(d);
}
END_TEST

/* The switch of the cache flushes too, while nothing is in flight that would end. */
START_TEST(flushes_without_a_request_hold_up_nobody)
{
    struct driver *d = boot(false, true);
    for (unsigned i = 0; i < 8; i++)
        device_fixture_write(d->f, d->regs + REG_CONFIG + 32, 1, 0);
    ck_assert_uint_eq(request(d, T_FLUSH, 0, 0, 0, false), S_OK);
    ck_assert_uint_eq(disk.flushes, 9);
    driver_free(d);
}
END_TEST

START_TEST(a_request_without_a_header_or_a_status_needs_a_reset)
{
    struct driver *d = boot(false, false);
    gpa_t at = header(d, T_IN, 0);
    struct driver_buffer no_status[] = { { at, 16, false } }, no_header[] = { { at, 15, false }, { at, 1, true } };
    driver_add(d, 0, no_status, 1, false);
    driver_kick(d, 0);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    ck_assert_uint_eq(driver_take_causes(d), VIRTIO_CAUSE_CONFIG);
    driver_boot(d, UINT64_MAX);
    driver_add(d, 0, no_header, 2, false);
    driver_kick(d, 0);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(request(d, T_IN, 0, driver_alloc(d, 512), 512, true), S_OK);
    driver_free(d);
}
END_TEST

static void disk_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d;
    (void)size;
    static const uint8_t types[] = { T_IN, T_OUT, T_FLUSH, T_GET_ID, T_DISCARD, T_WRITE_ZEROES, 3, T_IN };
    st_le32(bytes, types[mad_random(random) % 8]);
    st_le64(bytes + 8, mad_random(random) % 8 ? mad_random(random) % (DISK_SIZE / 512 + 8) : mad_random(random));
    st_le64(bytes + 16, mad_random(random) % (DISK_SIZE / 512 + 8));
    st_le64(bytes + 24, mad_random(random) % 16);
}

static void host_trouble(void *to, uint64_t *random)
{
    (void)to;
    disk.error = mad_random(random) % 2 ? -EIO : 0;
}

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = start(false, true);
    mad_driver_run(d, 150000, 2, disk_request, host_trouble, NULL);
    uint64_t hash = device_fixture_hash(d->f);
    driver_free(d);
    ck_assert(!disk.misaligned);
    d = start(false, true);
    mad_driver_run(d, 150000, 2, disk_request, host_trouble, NULL);
    ck_assert_uint_eq(device_fixture_hash(d->f), hash);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-blk");
    TCase *t = tcase_create("virtio-blk");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_configuration_describes_the_disk);
    tcase_add_test(t, a_slot_without_a_disk_is_empty);
    tcase_add_test(t, what_is_written_is_read_back);
    tcase_add_test(t, sectors_may_straddle_buffers_of_any_size_in_an_indirect_table);
    tcase_add_test(t, nothing_beyond_the_end_of_the_disk_is_touched);
    tcase_add_test(t, flush_reaches_the_host);
    tcase_add_test(t, without_a_cache_every_write_is_flushed);
    tcase_add_test(t, host_errors_become_io_errors);
    tcase_add_test(t, a_read_only_disk_refuses_to_be_written);
    tcase_add_test(t, discard_and_write_zeroes_clear_what_they_name);
    tcase_add_test(t, a_host_that_makes_zeroes_itself_is_told_whether_it_may_give_up_the_room);
    tcase_add_test(t, the_serial_number_can_be_asked_for);
    tcase_add_test(t, unknown_commands_are_unsupported);
    tcase_add_test(t, a_request_takes_the_time_of_a_disk);
    tcase_add_test(t, a_reset_forgets_what_is_in_flight);
    tcase_add_test(t, a_reset_forgets_requests_that_are_done);
    tcase_add_test(t, a_chain_made_available_again_while_in_flight_needs_a_reset);
    tcase_add_test(t, a_full_queue_of_large_requests_is_served_over_time);
    tcase_add_test(t, a_full_queue_of_discards_is_served_over_time);
    tcase_add_test(t, a_full_queue_of_flushes_is_served_over_time);
    tcase_add_test(t, flushes_without_a_request_hold_up_nobody);
    tcase_add_test(t, a_request_without_a_header_or_a_status_needs_a_reset);
    tcase_add_test(t, a_mad_driver_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
