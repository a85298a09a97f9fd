/* SPDX-License-Identifier: MIT */
/* Catches: frames cut, padded, merged wrongly or delivered to a driver that did not want them, a host that waits forever for
   room, filters that outlive their driver, lengths a hostile driver invents. */
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

enum { RX, TX, CTRL, HDR = 12 };
#define F_MRG_RXBUF (1ull << 15)

struct cable {
    struct netdev port;
    uint8_t frame[NET_FRAME_MAX];
    size_t length;
    unsigned sent, drained;
    bool echoes;       /* answers every frame within `send` */
};

static void cable_send(void *host, const uint8_t *frame, size_t length)
{
    struct cable *cable = host;
    ck_assert_uint_ge(length, 14);
    ck_assert_uint_le(length, NET_FRAME_MAX);
    memcpy(cable->frame, frame, length);
    cable->length = length;
    cable->sent++;
    if (cable->echoes && cable->port.ready(cable->port.device))
        cable->port.receive(cable->port.device, frame, length);
}

static void cable_drained(void *host)
{
    ((struct cable *)host)->drained++;
}

static struct cable cable;

static struct driver *start(void)
{
    memset(&cable, 0, sizeof cable);
    cable.port = (struct netdev){
        .send = cable_send, .host = &cable, .drained = cable_drained, .mac = { 0x52, 0x54, 0, 1, 2, 3 },
    };
    struct driver *d = driver_new("virtio-net");
    device_fixture_attach(d->part, "net", &cable.port);
    driver_start(d);
    return d;
}

static struct driver *boot(uint64_t wanted)
{
    struct driver *d = start();
    driver_boot(d, wanted);
    return d;
}

/* A frame from the host to `mac` (NULL: to the card's own address) with `length` bytes of a pattern. */
static void host_sends(const uint8_t *mac, size_t length)
{
    uint8_t frame[NET_FRAME_MAX];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (uint8_t)(i * 13 + 5);
    memcpy(frame, mac ? mac : cable.port.mac, 6);
    cable.port.receive(cable.port.device, frame, length);
}

static gpa_t offer(struct driver *d, uint32_t length)
{
    struct driver_buffer b = { driver_alloc(d, length), length, true };
    driver_add(d, RX, &b, 1, false);
    driver_kick(d, RX);
    return b.at;
}

static void expect_pattern(struct driver *d, gpa_t at, size_t from, size_t length)
{
    uint8_t bytes[2048];
    ck_assert_uint_le(length, sizeof bytes);
    driver_get(d, at, bytes, length);
    for (size_t i = 0; i < length; i++)
        if (from + i >= 6)
            ck_assert_uint_eq(bytes[i], (uint8_t)((from + i) * 13 + 5));
}

START_TEST(the_configuration_has_the_cables_address)
{
    struct driver *d = start();
    uint64_t features = driver_offered(d);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 1);
    for (unsigned i = 0; i < 6; i++)
        ck_assert_uint_eq(driver_config(d, i, 1), cable.port.mac[i]);
    ck_assert_uint_eq(driver_config(d, 6, 2), 1);
    ck_assert(bit(features, 5) && bit(features, 15) && bit(features, 16) && bit(features, 17) && bit(features, 18));
    ck_assert_uint_eq(features & 0x7fdf, 0);   /* no offloads */
    driver_free(d);
    d = driver_new("virtio-net");
    driver_start(d);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 0);
    driver_free(d);
}
END_TEST

START_TEST(a_frame_sent_reaches_the_cable_without_its_header)
{
    struct driver *d = boot(UINT64_MAX);
    uint8_t bytes[HDR + 60] = { 0 };
    for (unsigned i = 0; i < 60; i++)
        bytes[HDR + i] = (uint8_t)(i + 1);
    gpa_t at = driver_alloc_bytes(d, bytes, sizeof bytes);
    struct driver_buffer one[] = { { at, HDR + 60, false } };
    struct driver_buffer odd[] = { { at, 5, false }, { at + 5, 20, false }, { at + 25, HDR + 35, false } };
    ck_assert_uint_eq(driver_run(d, TX, one, 1, 0), 0);
    ck_assert(driver_irq(d));
    ck_assert_uint_eq(cable.length, 60);
    ck_assert_mem_eq(cable.frame, bytes + HDR, 60);
    memset(cable.frame, 0, 60);
    driver_run(d, TX, odd, 3, 0);
    ck_assert_uint_eq(cable.sent, 2);
    ck_assert_mem_eq(cable.frame, bytes + HDR, 60);
    driver_free(d);
}
END_TEST

START_TEST(frames_of_impossible_length_or_with_offloads_are_not_sent)
{
    struct driver *d = boot(UINT64_MAX);
    gpa_t at = driver_alloc(d, HDR + NET_FRAME_MAX + 1);
    struct driver_buffer b = { at, HDR + 13, false };
    driver_run(d, TX, &b, 1, 0);
    b.length = HDR + NET_FRAME_MAX + 1;
    driver_run(d, TX, &b, 1, 0);
    b.length = 3;
    driver_run(d, TX, &b, 1, 0);
    device_fixture_write(d->f, at + 1, 1, 1);   /* VIRTIO_NET_HDR_GSO_TCPV4 */
    b.length = HDR + 60;
    driver_run(d, TX, &b, 1, 0);
    ck_assert_uint_eq(cable.sent, 0);
    device_fixture_write(d->f, at + 1, 1, 0);
    b.length = HDR + NET_FRAME_MAX;
    driver_run(d, TX, &b, 1, 0);
    b.length = HDR + 14;
    driver_run(d, TX, &b, 1, 0);
    ck_assert_uint_eq(cable.sent, 2);
    driver_free(d);
}
END_TEST

START_TEST(a_frame_received_has_a_header_that_counts_one_buffer)
{
    for (int merge = 0; merge < 2; merge++) {
        struct driver *d = boot(merge ? F_MRG_RXBUF : 0);
        uint16_t head;
        uint32_t written;
        uint8_t header[HDR];
        gpa_t at = offer(d, 2048);
        host_sends(NULL, 1514);
        ck_assert(driver_irq(d));
        ck_assert(driver_take(d, RX, &head, &written));
        ck_assert_uint_eq(written, HDR + 1514);
        driver_get(d, at, header, HDR);
        ck_assert_uint_eq(ld_le16(header + 10), 1);
        for (unsigned i = 0; i < 10; i++)
            ck_assert_uint_eq(header[i], 0);
        expect_pattern(d, at + HDR, 0, 1514);
        driver_free(d);
    }
}
END_TEST

START_TEST(a_large_frame_is_merged_from_several_buffers)
{
    struct driver *d = boot(F_MRG_RXBUF);
    uint16_t head;
    uint32_t written;
    gpa_t at[5];
    for (unsigned i = 0; i < 5; i++)
        at[i] = offer(d, i == 3 ? 100 : 1000);
    host_sends(NULL, 3000);   /* 988 + 1000 + 1000 + 12 */
    const uint32_t expected[] = { 1000, 1000, 1000, 12 };
    for (unsigned i = 0; i < 4; i++) {
        ck_assert(driver_take(d, RX, &head, &written));
        ck_assert_uint_eq(written, expected[i]);
    }
    ck_assert(!driver_take(d, RX, &head, &written));
    ck_assert_uint_eq(device_fixture_read(d->f, at[0] + 10, 2), 4);
    expect_pattern(d, at[0] + HDR, 0, 988);
    expect_pattern(d, at[1], 988, 1000);
    expect_pattern(d, at[2], 1988, 1000);
    expect_pattern(d, at[3], 2988, 12);
    ck_assert(cable.port.ready(cable.port.device));   /* the fifth is left */
    driver_free(d);
}
END_TEST

START_TEST(buffers_too_small_for_a_frame_are_kept_for_the_next)
{
    for (int merge = 0; merge < 2; merge++) {
        struct driver *d = boot(merge ? F_MRG_RXBUF : 0);
        uint16_t head;
        uint32_t written;
        offer(d, 200);
        if (merge)
            offer(d, 200);
        host_sends(NULL, 1000);
        ck_assert(!driver_take(d, RX, &head, &written) && !driver_irq(d));
        host_sends(NULL, 100);
        ck_assert(driver_take(d, RX, &head, &written));
        ck_assert_uint_eq(written, HDR + 100);
        driver_free(d);
        d = boot(merge ? F_MRG_RXBUF : 0);
        offer(d, HDR - 1);
        offer(d, 2000);
        host_sends(NULL, 100);
        ck_assert(!driver_take(d, RX, &head, &written));
        ck_assert(!(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET));
        driver_free(d);
    }
}
END_TEST

START_TEST(a_host_that_was_turned_away_hears_when_there_is_room)
{
    struct driver *d = start();
    ck_assert(!cable.port.ready(cable.port.device));
    driver_boot(d, UINT64_MAX);
    ck_assert_uint_eq(cable.drained, 0);
    ck_assert(!cable.port.ready(cable.port.device));
    host_sends(NULL, 60);
    offer(d, 2048);
    ck_assert_uint_eq(cable.drained, 1);
    ck_assert(cable.port.ready(cable.port.device));
    offer(d, 2048);
    ck_assert_uint_eq(cable.drained, 1);
    host_sends(NULL, 60);
    host_sends(NULL, 60);
    ck_assert(!cable.port.ready(cable.port.device));
    offer(d, 2048);   /* with event index: only notified because `ready` found the ring empty */
    ck_assert_uint_eq(cable.drained, 2);
    driver_free(d);
}
END_TEST

START_TEST(a_host_may_answer_while_a_frame_is_being_sent)
{
    struct driver *d = boot(UINT64_MAX);
    uint8_t bytes[HDR + 60] = { 0 };
    uint16_t head;
    uint32_t written;
    struct driver_buffer b = { driver_alloc_bytes(d, bytes, sizeof bytes), sizeof bytes, false };
    cable.echoes = true;
    offer(d, 2048);
    driver_run(d, TX, &b, 1, 0);
    ck_assert(driver_take(d, RX, &head, &written));
    ck_assert_uint_eq(written, sizeof bytes);
    driver_free(d);
}
END_TEST

static uint8_t control(struct driver *d, uint8_t class, uint8_t command, const void *data, uint32_t length)
{
    uint8_t head[2] = { class, command }, ack = 0xee;
    struct driver_buffer b[3] = { { driver_alloc_bytes(d, head, 2), 2, false } };
    unsigned n = 1;
    if (length)
        b[n++] = (struct driver_buffer){ driver_alloc_bytes(d, data, length), length, false };
    b[n++] = (struct driver_buffer){ driver_alloc_bytes(d, &ack, 1), 1, true };
    driver_run(d, CTRL, b, n, 0);
    driver_get(d, b[n - 1].at, &ack, 1);
    return ack;
}

static bool arrives(struct driver *d, const uint8_t *mac)
{
    uint16_t head;
    uint32_t written;
    offer(d, 2048);
    host_sends(mac, 60);
    bool arrived = driver_take(d, RX, &head, &written);
    if (!arrived) {   /* use the buffer up */
        uint8_t one = 1, zero = 0;
        control(d, 0, 0, &one, 1);
        host_sends(mac, 60);
        ck_assert(driver_take(d, RX, &head, &written));
        control(d, 0, 0, &zero, 1);
    }
    return arrived;
}

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, stranger[6] = { 2, 9, 9, 9, 9, 9 };
static const uint8_t group[6] = { 1, 0, 0x5e, 0, 0, 1 };

START_TEST(the_driver_chooses_what_it_receives)
{
    struct driver *d = boot(UINT64_MAX);
    uint8_t on = 1, off = 0;
    ck_assert(arrives(d, NULL) && arrives(d, stranger) && arrives(d, group) && arrives(d, broadcast));
    ck_assert_uint_eq(control(d, 0, 0, &off, 1), 0);   /* not promiscuous */
    ck_assert(arrives(d, NULL) && !arrives(d, stranger) && !arrives(d, group) && arrives(d, broadcast));
    ck_assert_uint_eq(control(d, 0, 1, &on, 1), 0);    /* all multicast */
    ck_assert(arrives(d, group) && !arrives(d, stranger));
    ck_assert_uint_eq(control(d, 0, 3, &on, 1), 0);    /* no multicast */
    ck_assert(!arrives(d, group));
    ck_assert_uint_eq(control(d, 0, 2, &on, 1), 0);    /* all unicast */
    ck_assert(arrives(d, stranger));
    ck_assert_uint_eq(control(d, 0, 4, &on, 1), 0);    /* no unicast */
    ck_assert(!arrives(d, stranger) && !arrives(d, NULL));
    ck_assert_uint_eq(control(d, 0, 5, &on, 1), 0);    /* no broadcast */
    ck_assert(!arrives(d, broadcast));
    driver_boot(d, UINT64_MAX);
    ck_assert(arrives(d, stranger) && arrives(d, group) && arrives(d, broadcast));
    driver_free(d);
}
END_TEST

START_TEST(addresses_can_be_listed_and_changed)
{
    struct driver *d = boot(UINT64_MAX);
    uint8_t off = 0, table[20] = { 1 }, other[6] = { 2, 1, 1, 1, 1, 1 };
    memcpy(table + 4, stranger, 6);
    table[10] = 1;
    memcpy(table + 14, group, 6);
    control(d, 0, 0, &off, 1);
    ck_assert(!arrives(d, stranger) && !arrives(d, group));
    ck_assert_uint_eq(control(d, 1, 0, table, sizeof table), 0);
    ck_assert(arrives(d, stranger) && arrives(d, group) && !arrives(d, other));
    ck_assert_uint_eq(control(d, 1, 1, other, 6), 0);
    ck_assert_uint_eq(driver_config(d, 0, 1), 2);
    ck_assert(arrives(d, other) && !arrives(d, cable.port.mac));
    uint8_t many[8 + 65 * 6] = { 65 };
    ck_assert_uint_eq(control(d, 1, 0, many, sizeof many), 0);   /* too many to keep: all unicast gets in */
    uint8_t third[6] = { 2, 2, 2, 2, 2, 2 };
    ck_assert(arrives(d, third) && !arrives(d, group));
    driver_free(d);
}
END_TEST

START_TEST(bad_control_commands_are_refused)
{
    struct driver *d = boot(UINT64_MAX);
    uint8_t table[20] = { 3 }, huge[8] = { 0xff, 0xff, 0xff, 0xff };
    ck_assert_uint_eq(control(d, 1, 0, table, sizeof table), 1);
    ck_assert_uint_eq(control(d, 1, 0, huge, sizeof huge), 1);
    ck_assert_uint_eq(control(d, 1, 0, huge, 3), 1);
    ck_assert_uint_eq(control(d, 1, 1, table, 5), 1);
    ck_assert_uint_eq(control(d, 0, 0, NULL, 0), 1);
    ck_assert_uint_eq(control(d, 0, 6, table, 1), 1);
    ck_assert_uint_eq(control(d, 4, 0, table, 2), 1);
    driver_free(d);
}
END_TEST

static void net_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d;
    (void)size;
    if (mad_random(random) % 2) {   /* a control command */
        bytes[0] = mad_random(random) % 3;
        bytes[1] = mad_random(random) % 7;
        st_le32(bytes + 2, mad_random(random) % 8 ? mad_random(random) % 4 : (uint32_t)mad_random(random));
    } else {
        memset(bytes, 0, 10);
    }
}

static void host_acts(void *to, uint64_t *random)
{
    (void)to;
    cable.port.ready(cable.port.device);
    bool short_frame = mad_random(random) % 8, to_group = mad_random(random) % 2;
    host_sends(to_group ? group : NULL, mad_random(random) % (short_frame ? 2000 : NET_FRAME_MAX));
}

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = start();
    cable.echoes = true;
    mad_driver_run(d, 150000, 1, net_request, host_acts, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-net");
    TCase *t = tcase_create("virtio-net");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_configuration_has_the_cables_address);
    tcase_add_test(t, a_frame_sent_reaches_the_cable_without_its_header);
    tcase_add_test(t, frames_of_impossible_length_or_with_offloads_are_not_sent);
    tcase_add_test(t, a_frame_received_has_a_header_that_counts_one_buffer);
    tcase_add_test(t, a_large_frame_is_merged_from_several_buffers);
    tcase_add_test(t, buffers_too_small_for_a_frame_are_kept_for_the_next);
    tcase_add_test(t, a_host_that_was_turned_away_hears_when_there_is_room);
    tcase_add_test(t, a_host_may_answer_while_a_frame_is_being_sent);
    tcase_add_test(t, the_driver_chooses_what_it_receives);
    tcase_add_test(t, addresses_can_be_listed_and_changed);
    tcase_add_test(t, bad_control_commands_are_refused);
    tcase_add_test(t, a_mad_driver_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
