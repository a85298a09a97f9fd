/* SPDX-License-Identifier: MIT */
/* Catches: a card that Linux would not take, samples lost, doubled, torn or converted wrongly, buffers returned early, late or with
   a drift, streams that follow the host instead of virtual time, commands obeyed in the wrong state, buffers that a release
   forgets, sizes and numbers of a hostile driver that are believed. */
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

enum { CONTROLQ, EVENTQ, TXQ, RXQ };
enum { JACK_INFO = 1, JACK_REMAP, PCM_INFO = 0x100, SET_PARAMS, PREPARE, RELEASE, START, STOP, CHMAP_INFO = 0x200 };
enum { OK = 0x8000, BAD_MSG, NOT_SUPP, IO_ERR, XRUN = 0x1101 };
enum { OUTPUT, INPUT };
enum { S8 = 3, U8 = 4, S16 = 5, U16 = 6, S24 = 15, S32 = 17, FLOAT = 19 };
enum { RATE_44100 = 6, RATE_48000 = 7, RATE_192000 = 12, RATE_384000 = 13 };
enum { XRUNS = 1 << 4, SAMPLES = 1 << 16 };

/* The host's end: collects what is played. */
static struct audio port;
static int16_t heard[SAMPLES];
static size_t heard_count;
static unsigned heard_channels, heard_rate;

static void listen(void *host, const int16_t *frames, size_t count, unsigned channels, unsigned rate)
{
    (void)host;
    size_t n = count * channels;
    ck_assert_uint_ge(count, 1);
    for (size_t i = 0; heard_count + n <= SAMPLES && i < n; i++)   /* as the guest wrote them */
        heard[heard_count + i] = (int16_t)le16((uint16_t)frames[i]);
    heard_count += n;
    heard_channels = channels;
    heard_rate = rate;
}

static struct driver *boot_with(struct audio *audio)
{
    heard_count = 0;
    struct driver *d = driver_new("virtio-sound");
    device_fixture_attach(d->part, "audio", audio);
    driver_start(d);
    driver_boot(d, UINT64_MAX);
    return d;
}

static struct driver *boot(void)
{
    port = (struct audio){ .play = listen };
    return boot_with(&port);
}

/* ---- control requests ---- */

static uint32_t request(struct driver *d, const uint32_t *words, unsigned count, uint8_t *answer, uint32_t size)
{
    uint8_t bytes[64];
    for (unsigned i = 0; i < count; i++)
        st_le32(bytes + 4 * i, words[i]);
    struct driver_buffer b[2] = { { driver_alloc_bytes(d, bytes, 4 * count), 4 * count, false },
                                  { driver_alloc(d, size + 4), size + 4, true } };
    uint32_t written = driver_run(d, CONTROLQ, b, 2, 0);
    uint8_t status[4];
    ck_assert_uint_ge(written, 4);
    driver_get(d, b[1].at, status, 4);
    if (size)
        driver_get(d, b[1].at + 4, answer, size);
    ck_assert_uint_eq(written, ld_le32(status) == OK ? size + 4 : 4);
    return ld_le32(status);
}

static uint32_t command(struct driver *d, uint32_t code, uint32_t stream)
{
    return request(d, (const uint32_t[]){ code, stream }, 2, NULL, 0);
}

static uint32_t set_params(struct driver *d, uint32_t stream, uint32_t buffer, uint32_t period, uint32_t features,
                           unsigned channels, unsigned format, unsigned rate)
{
    return request(d, (const uint32_t[]){ SET_PARAMS, stream, buffer, period, features, channels | format << 8 | rate << 16 }, 6,
                   NULL, 0);
}

static void expect_query(uint32_t code, unsigned total, uint32_t size, const uint8_t *wanted)
{
    uint8_t answer[512];
    struct driver *d = boot();
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, total, size }, 4, answer, total * size), OK);
    ck_assert_mem_eq(answer, wanted, total * size);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, total - 1, 1, size }, 4, answer, size), OK);
    ck_assert_mem_eq(answer, wanted + (total - 1) * size, size);
    /* An older driver knows less of an item, a newer one more. */
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, 1, 4 }, 4, answer, 4), OK);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, 1, size + 8 }, 4, answer, size + 8), OK);
    ck_assert_mem_eq(answer, wanted, size);
    ck_assert_uint_eq(ld_le64(answer + size), 0);
    /* 5.14.6.1.1 forbids these. */
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 1, total, size }, 4, answer, total * size), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, UINT32_MAX, 2, size }, 4, answer, 2 * size), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, total, size }, 4, answer, total * size - 1), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, total, 1 << 30 }, 4, answer, 64), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ code, 0, 1 }, 3, answer, size), BAD_MSG);
    driver_free(d);
}

START_TEST(it_tells_what_it_has)
{
    struct driver *d = boot();
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 25);
    ck_assert_uint_eq(driver_config(d, 0, 4), 2);
    ck_assert_uint_eq(driver_config(d, 4, 4), 2);
    ck_assert_uint_eq(driver_config(d, 8, 4), 4);
    driver_free(d);
    static const uint8_t jacks[2 * 24] = { [8] = 0x10, 0x40, 0x01, 0x01, 0x14, [16] = 1, [32] = 0x20, 0x90, 0xa1, 0x01, 0x24 };
    expect_query(JACK_INFO, 2, 24, jacks);
    uint8_t streams[2 * 32] = { [24] = OUTPUT, 1, 2, [56] = INPUT, 1, 2 };
    for (unsigned i = 0; i < 2; i++) {
        st_le32(streams + 32 * i + 4, XRUNS);
        st_le64(streams + 32 * i + 8, 1 << S8 | 1 << U8 | 1 << S16 | 1 << S24 | 1 << S32 | 1 << FLOAT);
        st_le64(streams + 32 * i + 16, 0x1fff);    /* 5.5 to 192 kHz */
    }
    expect_query(PCM_INFO, 2, 32, streams);
    static const uint8_t maps[4 * 24] = { [5] = 1, 2, [24 + 5] = 2, 3, 4, [48 + 4] = 1, 1, 2, [72 + 4] = 1, 2, 3, 4 };
    expect_query(CHMAP_INFO, 4, 24, maps);
}
END_TEST

START_TEST(requests_that_are_none_are_refused)
{
    struct driver *d = boot();
    ck_assert_uint_eq(command(d, JACK_REMAP, 0), NOT_SUPP);
    ck_assert_uint_eq(command(d, 0x300, 0), NOT_SUPP);
    ck_assert_uint_eq(command(d, PREPARE, 2), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ PREPARE }, 1, NULL, 0), BAD_MSG);
    ck_assert_uint_eq(request(d, (const uint32_t[]){ SET_PARAMS, 0, 64, 64, 0 }, 5, NULL, 0), BAD_MSG);
    struct driver_buffer odd[2] = { { driver_alloc(d, 2), 2, false }, { driver_alloc(d, 4), 4, true } };
    uint8_t status[4];
    ck_assert_uint_eq(driver_run(d, CONTROLQ, odd, 2, 0), 4);
    driver_get(d, odd[1].at, status, 4);
    ck_assert_uint_eq(ld_le32(status), BAD_MSG);
    ck_assert_uint_eq(driver_run(d, CONTROLQ, odd, 1, 0), 0);       /* no room for an answer */
    driver_free(d);
}
END_TEST

START_TEST(parameters_it_cannot_have_are_refused)
{
    static const struct { uint32_t buffer, period, features; unsigned channels, format, rate; uint32_t status; } rows[] = {
        { 4096, 1024, 0, 2, S16, RATE_48000, OK },
        { 4096, 1024, XRUNS, 1, U8, 0, OK },
        { 4 << 20, 1, 0, 1, FLOAT, RATE_192000, OK },
        { 4096, 0, 0, 2, S16, RATE_48000, BAD_MSG },
        { 0, 4, 0, 2, S16, RATE_48000, BAD_MSG },
        { 4096, 1000, 0, 2, S16, RATE_48000, BAD_MSG },
        { 1024, 4096, 0, 2, S16, RATE_48000, BAD_MSG },
        { (4 << 20) + 4, 4, 0, 2, S16, RATE_48000, NOT_SUPP },
        { UINT32_MAX, 1, 0, 2, S16, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 0, S16, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 3, S16, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 255, S16, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 2, U16, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 2, 255, RATE_48000, NOT_SUPP },
        { 4096, 1024, 0, 2, S16, RATE_384000, NOT_SUPP },
        { 4096, 1024, 0, 2, S16, 255, NOT_SUPP },
        { 4096, 1024, 1, 2, S16, RATE_48000, NOT_SUPP },
        { 4096, 1024, XRUNS | 1 << 31, 2, S16, RATE_48000, NOT_SUPP },
    };
    struct driver *d = boot();
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned stream = 0; stream < 2; stream++)
            ck_assert_msg(set_params(d, stream, rows[i].buffer, rows[i].period, rows[i].features, rows[i].channels, rows[i].format,
                                     rows[i].rate) == rows[i].status, "row %u, stream %u", i, stream);
    driver_free(d);
}
END_TEST

/* 5.14.6.6.1, written down once more: how to get into each state, and what is valid there. */
START_TEST(commands_are_obeyed_in_their_order_only)
{
    static const uint32_t codes[] = { SET_PARAMS, PREPARE, START, STOP, RELEASE };
    static const struct { uint32_t way[5]; bool valid[5]; } states[] = {
        { { 0 }, { true } },
        { { SET_PARAMS }, { true, true } },
        { { SET_PARAMS, PREPARE }, { true, true, true, false, true } },
        { { SET_PARAMS, PREPARE, START }, { false, false, false, true, false } },
        { { SET_PARAMS, PREPARE, START, STOP }, { false, false, true, false, true } },
        { { SET_PARAMS, PREPARE, RELEASE }, { true, true } },
        { { SET_PARAMS, PREPARE, START, STOP, RELEASE }, { true, true } },
    };
    for (unsigned stream = 0; stream < 2; stream++)
        for (unsigned state = 0; state < ARRAY_SIZE(states); state++)
            for (unsigned c = 0; c < ARRAY_SIZE(codes); c++) {
                struct driver *d = boot();
                uint32_t status = OK;
                for (unsigned i = 0; i <= 5; i++) {
                    uint32_t code = i < 5 ? states[state].way[i] : codes[c];
                    if (!code)
                        continue;
                    ck_assert_uint_eq(status, OK);
                    status = code == SET_PARAMS ? set_params(d, stream, 4096, 1024, 0, 2, S16, RATE_48000)
                                                : command(d, code, stream);
                }
                ck_assert_msg(status == (states[state].valid[c] ? OK : BAD_MSG), "state %u, command 0x%x", state, codes[c]);
                driver_free(d);
            }
}
END_TEST

/* ---- buffers ---- */

struct buffer {
    uint16_t head;
    gpa_t data, status;
    uint32_t length;
};

static struct buffer offer_with(struct driver *d, unsigned queue, uint32_t id, const void *data, uint32_t length,
                                uint32_t status_size)
{
    uint8_t header[4];
    st_le32(header, id);
    struct buffer b = { .data = data ? driver_alloc_bytes(d, data, length) : driver_alloc(d, length + 1),
                        .status = driver_alloc(d, 8), .length = length };
    struct driver_buffer parts[3] = { { driver_alloc_bytes(d, header, 4), 4, false }, { b.data, length, queue == RXQ },
                                      { b.status, status_size, true } };
    b.head = driver_add(d, queue, parts, 3, true);
    driver_kick(d, queue);
    return b;
}

static struct buffer offer(struct driver *d, unsigned queue, const void *data, uint32_t length)
{
    return offer_with(d, queue, queue - TXQ, data, length, 8);
}

static void expect_back(struct driver *d, unsigned queue, const struct buffer *b, uint32_t status, uint32_t recorded)
{
    uint16_t head;
    uint32_t written;
    uint8_t answer[8];
    ck_assert_msg(driver_take(d, queue, &head, &written), "the buffer has not come back");
    ck_assert_uint_eq(head, b->head);
    ck_assert_uint_eq(written, recorded + 8);
    driver_get(d, b->status, answer, sizeof answer);
    ck_assert_uint_eq(ld_le32(answer), status);
    ck_assert_uint_eq(ld_le32(answer + 4), 0);
}

static bool is_back(struct driver *d, unsigned queue)
{
    uint16_t head;
    uint32_t written;
    return driver_take(d, queue, &head, &written);
}

static struct driver *prepared(uint32_t stream, uint32_t features, unsigned channels, unsigned format, unsigned rate)
{
    struct driver *d = boot();
    ck_assert_uint_eq(set_params(d, stream, 1 << 16, 1 << 10, features, channels, format, rate), OK);
    ck_assert_uint_eq(command(d, PREPARE, stream), OK);
    return d;
}

static void tone(int16_t *samples, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        samples[i] = (int16_t)le16((uint16_t)(i * 2654435761u >> 16));
}

START_TEST(what_is_played_is_heard_when_its_time_is_over)
{
    int16_t samples[3 * 960];
    struct buffer b[3];
    tone(samples, ARRAY_SIZE(samples));
    struct driver *d = prepared(OUTPUT, 0, 2, S16, RATE_48000);
    for (unsigned i = 0; i < 2; i++)
        b[i] = offer(d, TXQ, samples + i * 960, 960 * 2);          /* 480 frames: 10 ms */
    device_fixture_run(d->f, 50 * TICKS_PER_MS);
    ck_assert_uint_eq(heard_count, 0);                             /* nothing before the start */
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, 10 * TICKS_PER_MS - 1);
    ck_assert(!is_back(d, TXQ));
    device_fixture_run(d->f, 1);
    expect_back(d, TXQ, &b[0], OK, 0);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(heard_count, 960);
    b[2] = offer(d, TXQ, samples + 2 * 960, 960 * 2);
    device_fixture_run(d->f, 10 * TICKS_PER_MS);
    expect_back(d, TXQ, &b[1], OK, 0);
    device_fixture_run(d->f, 10 * TICKS_PER_MS - 1);
    ck_assert(!is_back(d, TXQ));
    device_fixture_run(d->f, 1);
    expect_back(d, TXQ, &b[2], OK, 0);
    ck_assert_uint_eq(heard_count, 3 * 960);
    ck_assert_mem_eq(heard, samples, sizeof samples);
    ck_assert_uint_eq(heard_channels, 2);
    ck_assert_uint_eq(heard_rate, 48000);
    ck_assert_uint_eq(port.bytes, sizeof samples);
    driver_free(d);
}
END_TEST

START_TEST(the_last_moment_to_write_a_buffer_is_its_end)
{
    uint8_t early[8] = { 1, 0, 2, 0, 3, 0, 4 }, late[8] = { 5, 0, 6, 0, 7, 0, 8 };
    struct driver *d = prepared(OUTPUT, 0, 1, S16, RATE_48000);
    struct buffer b = offer(d, TXQ, early, sizeof early);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, TICKS_PER_US);
    ck_assert(space_write(&d->f->space, b.data, late, sizeof late));
    device_fixture_run(d->f, TICKS_PER_MS);
    expect_back(d, TXQ, &b, OK, 0);
    ck_assert_mem_eq(heard, late, sizeof late);
    driver_free(d);
}
END_TEST

/* 100 frames at 44,100 Hz are no whole number of ticks: 441 such buffers are exactly a second all the same. */
START_TEST(long_streams_do_not_drift)
{
    static const int16_t silence[100];
    struct driver *d = prepared(OUTPUT, 0, 1, S16, RATE_44100);
    unsigned back = 0, offered = 0;
    for (; offered < 8; offered++)
        offer(d, TXQ, silence, sizeof silence);
    tick_t start = d->f->clock.now;
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    while (back < 440) {
        ck_assert(d->f->clock.first);
        device_fixture_run(d->f, d->f->clock.first->at - d->f->clock.now);
        while (is_back(d, TXQ))
            back++, offer(d, TXQ, silence, sizeof silence);
    }
    device_fixture_run(d->f, start + TICKS_PER_SECOND - 1 - d->f->clock.now);
    ck_assert(!is_back(d, TXQ));
    device_fixture_run(d->f, 1);
    ck_assert(is_back(d, TXQ));
    ck_assert_uint_eq(heard_count, 441 * 100);
    driver_free(d);
}
END_TEST

START_TEST(every_format_is_converted)
{
    static const struct { unsigned format, bytes; uint8_t samples[5][4]; int16_t heard[5]; } rows[] = {
        { S8, 1, { { 0 }, { 1 }, { 0x7f }, { 0x80 }, { 0xff } }, { 0, 256, 0x7f00, -32768, -256 } },
        { U8, 1, { { 0x80 }, { 0x81 }, { 0xff }, { 0 }, { 0x7f } }, { 0, 256, 0x7f00, -32768, -256 } },
        { S16, 2, { { 0, 0 }, { 1, 0 }, { 0xff, 0x7f }, { 0, 0x80 }, { 0xff, 0xff } }, { 0, 1, 32767, -32768, -1 } },
        { S24, 4, { { 0 }, { 0, 1, 0 }, { 0xff, 0xff, 0x7f, 0 }, { 0, 0, 0x80, 0xff }, { 0xff, 0xff, 0xff, 0xff } },
          { 0, 1, 32767, -32768, -1 } },
        { S32, 4, { { 0 }, { 0, 0, 1, 0 }, { 0xff, 0xff, 0xff, 0x7f }, { 0, 0, 0, 0x80 }, { 0xff, 0xff, 0xff, 0xff } },
          { 0, 1, 32767, -32768, -1 } },
        /* a half, minus a half, a thousand, minus infinity, no number */
        { FLOAT, 4, { { 0, 0, 0, 0x3f }, { 0, 0, 0, 0xbf }, { 0, 0, 0x7a, 0x44 }, { 0, 0, 0x80, 0xff }, { 0, 0, 0xc0, 0x7f } },
          { 16384, -16384, 32767, -32768, 0 } },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        uint8_t bytes[20];
        for (unsigned k = 0; k < 5; k++)
            memcpy(bytes + k * rows[i].bytes, rows[i].samples[k], rows[i].bytes);
        struct driver *d = prepared(OUTPUT, 0, 1, rows[i].format, RATE_48000);
        offer(d, TXQ, bytes, 5 * rows[i].bytes);
        ck_assert_uint_eq(command(d, START, OUTPUT), OK);
        device_fixture_run(d->f, TICKS_PER_MS);
        ck_assert_uint_eq(heard_count, 5);
        for (unsigned k = 0; k < 5; k++)
            ck_assert_int_eq((int16_t)le16((uint16_t)heard[k]), rows[i].heard[k]);
        driver_free(d);
    }
}
END_TEST

START_TEST(buffers_larger_than_a_piece_arrive_whole)
{
    static int16_t samples[20000];
    tone(samples, ARRAY_SIZE(samples));
    struct driver *d = prepared(OUTPUT, 0, 2, S16, RATE_192000);
    offer(d, TXQ, samples, sizeof samples);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, TICKS_PER_SECOND);
    ck_assert_uint_eq(heard_count, 20000);
    ck_assert_mem_eq(heard, samples, sizeof samples);
    driver_free(d);
}
END_TEST

static void expect_xrun(struct driver *d, gpa_t at, uint32_t stream)
{
    uint16_t head;
    uint32_t written;
    uint8_t event[8];
    ck_assert(driver_take(d, EVENTQ, &head, &written));
    ck_assert_uint_eq(written, 8);
    driver_get(d, at, event, sizeof event);
    ck_assert_uint_eq(ld_le32(event), XRUN);
    ck_assert_uint_eq(ld_le32(event + 4), stream);
}

START_TEST(a_stream_that_starves_says_so_once_and_goes_on_when_fed)
{
    static const int16_t samples[480];
    struct driver *d = prepared(OUTPUT, XRUNS, 1, S16, RATE_48000);
    struct driver_buffer room = { driver_alloc(d, 8), 8, true };
    driver_add(d, EVENTQ, &room, 1, false);
    driver_add(d, EVENTQ, &room, 1, false);
    driver_kick(d, EVENTQ);
    struct buffer b = offer(d, TXQ, samples, sizeof samples);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, 10 * TICKS_PER_MS - 1);
    ck_assert(!is_back(d, EVENTQ));
    device_fixture_run(d->f, 1);
    expect_back(d, TXQ, &b, OK, 0);
    expect_xrun(d, room.at, OUTPUT);
    device_fixture_run(d->f, 123 * TICKS_PER_MS);
    ck_assert(!is_back(d, EVENTQ));
    b = offer(d, TXQ, samples, sizeof samples);                    /* ten milliseconds from here, not from the past */
    device_fixture_run(d->f, 10 * TICKS_PER_MS - 1);
    ck_assert(!is_back(d, TXQ));
    device_fixture_run(d->f, 1);
    expect_back(d, TXQ, &b, OK, 0);
    expect_xrun(d, room.at, OUTPUT);
    driver_free(d);
}
END_TEST

START_TEST(without_the_feature_or_a_buffer_nobody_hears_of_it)
{
    static const int16_t samples[48];
    for (unsigned features = 0; features <= XRUNS; features += XRUNS) {
        struct driver *d = prepared(OUTPUT, features, 1, S16, RATE_48000);
        struct driver_buffer room = { driver_alloc(d, 8), 8, true };
        if (!features) {
            driver_add(d, EVENTQ, &room, 1, false);
            driver_kick(d, EVENTQ);
        }
        struct buffer b = offer(d, TXQ, samples, sizeof samples);
        ck_assert_uint_eq(command(d, START, OUTPUT), OK);
        device_fixture_run(d->f, TICKS_PER_SECOND);
        expect_back(d, TXQ, &b, OK, 0);
        ck_assert(!is_back(d, EVENTQ));
        driver_free(d);
    }
}
END_TEST

START_TEST(a_stop_keeps_buffers_and_a_release_gives_them_back_unheard)
{
    static const int16_t samples[480];
    struct buffer b[4];
    struct driver *d = prepared(OUTPUT, 0, 1, S16, RATE_48000);
    for (unsigned i = 0; i < 4; i++)
        b[i] = offer(d, TXQ, samples, sizeof samples);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, 14 * TICKS_PER_MS);
    expect_back(d, TXQ, &b[0], OK, 0);
    ck_assert_uint_eq(command(d, STOP, OUTPUT), OK);
    device_fixture_run(d->f, TICKS_PER_SECOND);
    ck_assert(!is_back(d, TXQ));
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    device_fixture_run(d->f, 10 * TICKS_PER_MS);
    expect_back(d, TXQ, &b[1], OK, 0);
    ck_assert_uint_eq(command(d, STOP, OUTPUT), OK);
    ck_assert_uint_eq(command(d, RELEASE, OUTPUT), OK);
    expect_back(d, TXQ, &b[2], OK, 0);
    expect_back(d, TXQ, &b[3], OK, 0);
    device_fixture_run(d->f, TICKS_PER_SECOND);
    ck_assert_uint_eq(heard_count, 960);
    driver_free(d);
}
END_TEST

START_TEST(nothing_is_connected_to_the_microphone)
{
    static const struct { unsigned format, bytes; uint8_t silence; } rows[] = { { S16, 2, 0 }, { U8, 1, 0x80 }, { S32, 4, 0 } };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        uint8_t data[480 * 2 * 4];
        uint32_t length = 480 * 2 * rows[i].bytes;
        struct driver *d = prepared(INPUT, 0, 2, rows[i].format, RATE_48000);
        memset(data, 0x55, sizeof data);
        struct buffer b = offer(d, RXQ, data, length), second = offer(d, RXQ, data, length);
        ck_assert_uint_eq(command(d, START, INPUT), OK);
        device_fixture_run(d->f, 10 * TICKS_PER_MS - 1);
        ck_assert(!is_back(d, RXQ));
        device_fixture_run(d->f, 1);
        expect_back(d, RXQ, &b, OK, length);
        driver_get(d, b.data, data, length);
        for (unsigned k = 0; k < length; k++)
            ck_assert_uint_eq(data[k], rows[i].silence);
        ck_assert_uint_eq(command(d, STOP, INPUT), OK);
        ck_assert_uint_eq(command(d, RELEASE, INPUT), OK);
        expect_back(d, RXQ, &second, OK, 0);
        driver_free(d);
    }
}
END_TEST

START_TEST(buffers_that_are_none_come_back_as_errors)
{
    static const uint8_t data[(1 << 16) + 4];
    for (unsigned queue = TXQ; queue <= RXQ; queue++) {
        uint32_t id = queue - TXQ;
        struct driver *d = prepared(id, 0, 2, S16, RATE_48000);
        for (unsigned running = 0; running < 2; running++) {
            const struct buffer b[] = {
                offer_with(d, queue, 1 - id, data, 64, 8),         /* of the other stream */
                offer_with(d, queue, 7, data, 64, 8),
                offer_with(d, queue, id, data, 66, 8),             /* half a frame */
                offer_with(d, queue, id, data, (1 << 16) + 4, 8),  /* more than agreed on */
            };
            for (unsigned i = 0; i < ARRAY_SIZE(b); i++)
                expect_back(d, queue, &b[i], IO_ERR, 0);
            if (!running)
                ck_assert_uint_eq(command(d, START, id), OK);
        }
        ck_assert_uint_eq(heard_count, 0);
        driver_free(d);
    }
    struct driver *d = boot();                                     /* before any parameters */
    struct buffer b = offer(d, TXQ, data, 64);
    expect_back(d, TXQ, &b, IO_ERR, 0);
    struct driver_buffer parts[] = { { driver_alloc(d, 64), 64, false }, { driver_alloc(d, 4), 4, true } };
    ck_assert_uint_eq(driver_run(d, TXQ, parts, 1, 0), 0);         /* no room for a status; half the room */
    ck_assert_uint_eq(driver_run(d, TXQ, parts, 2, 0), 4);
    ck_assert_uint_eq(driver_run(d, RXQ, parts, 2, 0), 4);
    driver_free(d);
}
END_TEST

static uint64_t hash_of_a_song(struct audio *audio)
{
    int16_t samples[480];
    tone(samples, ARRAY_SIZE(samples));
    struct driver *d = boot_with(audio);
    ck_assert_uint_eq(set_params(d, OUTPUT, 1 << 16, 1 << 10, XRUNS, 1, S16, RATE_44100), OK);
    ck_assert_uint_eq(command(d, PREPARE, OUTPUT), OK);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    for (unsigned i = 0; i < 20; i++) {
        offer(d, TXQ, samples, sizeof samples);
        device_fixture_run(d->f, 7 * TICKS_PER_MS);
    }
    uint64_t hash = device_fixture_hash(d->f);
    driver_free(d);
    return hash;
}

START_TEST(the_machine_is_the_same_whether_somebody_listens_or_not)
{
    port = (struct audio){ .play = listen };
    struct audio deaf = { .play = NULL };
    uint64_t heard_by_all = hash_of_a_song(&port);
    ck_assert_uint_gt(heard_count, 0);
    ck_assert_uint_eq(hash_of_a_song(&deaf), heard_by_all);
    ck_assert_uint_eq(hash_of_a_song(NULL), heard_by_all);
}
END_TEST

START_TEST(a_reset_silences_it)
{
    static const int16_t samples[480];
    struct driver *d = prepared(OUTPUT, 0, 1, S16, RATE_48000);
    offer(d, TXQ, samples, sizeof samples);
    ck_assert_uint_eq(command(d, START, OUTPUT), OK);
    ck_assert_ptr_nonnull(d->f->clock.first);
    driver_boot(d, UINT64_MAX);
    ck_assert_ptr_null(d->f->clock.first);
    ck_assert_uint_eq(command(d, PREPARE, OUTPUT), BAD_MSG);
    driver_free(d);
}
END_TEST

static void nearly_right(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    static const uint32_t codes[] = { JACK_INFO, PCM_INFO, SET_PARAMS, PREPARE, RELEASE, START, STOP, CHMAP_INFO };
    uint64_t r = mad_random(random);
    (void)d, (void)size;
    st_le32(bytes, r & 1 ? codes[r >> 1 & 7] : (uint32_t)(r >> 4 & 1));    /* a request, or a buffer's stream */
    st_le32(bytes + 4, (uint32_t)(r >> 5 & 1));
    st_le32(bytes + 8, 1u << (r >> 8 & 15));
    st_le32(bytes + 12, 1u << (r >> 12 & 7));
    st_le32(bytes + 16, (r >> 16 & 7) ? (uint32_t)(r >> 19 & 1) << 4 : (uint32_t)r);
    bytes[20] = (uint8_t)(r >> 24 & 3);
    bytes[21] = (r >> 26 & 3) ? S16 : (uint8_t)(r >> 32);
    bytes[22] = (uint8_t)(r >> 28 & 15);
}

START_TEST(a_mad_driver_does_no_harm)
{
    port = (struct audio){ .play = listen };
    struct driver *d = driver_new("virtio-sound");
    device_fixture_attach(d->part, "audio", &port);
    driver_start(d);
    mad_driver_run(d, 150000, 25, nearly_right, NULL, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-sound");
    TCase *t = tcase_create("virtio-sound");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, it_tells_what_it_has);
    tcase_add_test(t, requests_that_are_none_are_refused);
    tcase_add_test(t, parameters_it_cannot_have_are_refused);
    tcase_add_test(t, commands_are_obeyed_in_their_order_only);
    tcase_add_test(t, what_is_played_is_heard_when_its_time_is_over);
    tcase_add_test(t, the_last_moment_to_write_a_buffer_is_its_end);
    tcase_add_test(t, long_streams_do_not_drift);
    tcase_add_test(t, every_format_is_converted);
    tcase_add_test(t, buffers_larger_than_a_piece_arrive_whole);
    tcase_add_test(t, a_stream_that_starves_says_so_once_and_goes_on_when_fed);
    tcase_add_test(t, without_the_feature_or_a_buffer_nobody_hears_of_it);
    tcase_add_test(t, a_stop_keeps_buffers_and_a_release_gives_them_back_unheard);
    tcase_add_test(t, nothing_is_connected_to_the_microphone);
    tcase_add_test(t, buffers_that_are_none_come_back_as_errors);
    tcase_add_test(t, the_machine_is_the_same_whether_somebody_listens_or_not);
    tcase_add_test(t, a_reset_silences_it);
    tcase_add_test(t, a_mad_driver_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
