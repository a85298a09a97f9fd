/* SPDX-License-Identifier: MIT */
/* Catches: bytes lost or out of order between a line and the guest, input taken while nobody listens, ports announced that do not
   exist or in an order that drivers do not expect, control messages without an end, a port that writes to the other's line. */
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

#define F_MULTIPORT (1ull << 1)

enum { RX0, TX0, CONTROL_RX, CONTROL_TX, RX1, TX1 };
enum { DEVICE_READY = 0, PORT_ADD = 1, PORT_READY = 3, CONSOLE_PORT = 4, PORT_OPEN = 6, PORT_NAME = 7 };

struct line {
    struct chardev port;
    uint8_t said[8192];
    size_t length;
};

static struct line console, serial;

static void collect(void *host, const uint8_t *data, size_t length)
{
    struct line *line = host;
    for (size_t i = 0; i < length; i++)
        line->said[line->length++ % sizeof line->said] = data[i];
}

static struct driver *make(bool has_console, bool has_serial, bool on_pci)
{
    struct driver *d = on_pci ? driver_new_pci("virtio-console") : driver_new("virtio-console");
    console = (struct line){ .port = { .write = collect, .host = &console } };
    serial = (struct line){ .port = { .write = collect, .host = &serial } };
    if (has_console)
        device_fixture_attach(d->part, "console", &console.port);
    if (has_serial)
        device_fixture_attach(d->part, "serial", &serial.port);
    driver_start(d);
    return d;
}

static struct driver *boot(bool has_console, bool has_serial, uint64_t wanted)
{
    struct driver *d = make(has_console, has_serial, false);
    driver_boot(d, wanted);
    return d;
}

static void say(struct driver *d, unsigned queue, const void *data, uint32_t length)
{
    struct driver_buffer b = { driver_alloc_bytes(d, data, length), length, false };
    driver_run(d, queue, &b, 1, 0);
}

static gpa_t offer(struct driver *d, unsigned queue, uint32_t length)
{
    struct driver_buffer b = { driver_alloc(d, length), length, true };
    driver_add(d, queue, &b, 1, false);
    driver_kick(d, queue);
    return b.at;
}

static void tell(struct driver *d, uint32_t port, uint16_t event, uint16_t value)
{
    uint8_t message[8];
    st_le32(message, port);
    st_le16(message + 4, event);
    st_le16(message + 6, value);
    say(d, CONTROL_TX, message, sizeof message);
}

/* The next control message: "event port value", and in *name what follows it. */
static const char *hear(struct driver *d, char *name)
{
    static char text[32];
    uint8_t message[64] = { 0 };
    uint16_t head;
    uint32_t written;
    gpa_t at = offer(d, CONTROL_RX, sizeof message);
    if (!driver_take(d, CONTROL_RX, &head, &written))
        return "nothing";
    driver_get(d, at, message, sizeof message);
    ck_assert_uint_ge(written, 8);
    snprintf(text, sizeof text, "%u %u %u", ld_le16(message + 4), (unsigned)ld_le32(message), ld_le16(message + 6));
    snprintf(name, 32, "%.*s", (int)written - 8, (const char *)message + 8);
    return text;
}

/* ---- one port ---- */

START_TEST(what_the_guest_writes_reaches_the_line)
{
    struct driver *d = boot(true, false, 0);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 3);
    say(d, TX0, "hello, ", 7);
    say(d, TX0, "world", 5);
    ck_assert_uint_eq(console.length, 12);
    ck_assert_mem_eq(console.said, "hello, world", 12);
    driver_free(d);
}
END_TEST

START_TEST(what_is_typed_waits_for_buffers_and_arrives_in_order)
{
    struct driver *d = boot(true, false, 0);
    uint8_t typed[1000], got[1000];
    uint16_t head;
    uint32_t written;
    for (unsigned i = 0; i < sizeof typed; i++)
        typed[i] = (uint8_t)(i * 7 + i / 256);
    size_t room = console.port.room(console.port.device);
    ck_assert_uint_ge(room, sizeof typed);
    console.port.receive(console.port.device, typed, sizeof typed);
    ck_assert_uint_eq(console.port.room(console.port.device), room - sizeof typed);
    for (size_t done = 0; done < sizeof got; done += written) {
        gpa_t at = offer(d, RX0, 300);
        ck_assert(driver_take(d, RX0, &head, &written));
        ck_assert(written == 300 || written == sizeof got - done);
        driver_get(d, at, got + done, written);
    }
    ck_assert_mem_eq(typed, got, sizeof got);
    gpa_t at = offer(d, RX0, 16);   /* and the other way round: the buffer first */
    ck_assert(!driver_take(d, RX0, &head, &written));
    console.port.receive(console.port.device, typed, 1);
    ck_assert(driver_take(d, RX0, &head, &written));
    ck_assert_uint_eq(written, 1);
    driver_get(d, at, got, 1);
    ck_assert_uint_eq(got[0], typed[0]);
    driver_free(d);
}
END_TEST

START_TEST(nothing_is_taken_before_a_driver_listens)
{
    struct driver *d = make(true, true, false);
    ck_assert_uint_eq(console.port.room(console.port.device), 0);
    driver_boot(d, 0);
    ck_assert_uint_gt(console.port.room(console.port.device), 0);
    ck_assert_uint_eq(serial.port.room(serial.port.device), 0);   /* without several ports there is no second one */
    driver_boot(d, F_MULTIPORT);
    ck_assert_uint_eq(console.port.room(console.port.device), 0);
    tell(d, 0, PORT_OPEN, 1);
    tell(d, 1, PORT_OPEN, 1);
    ck_assert_uint_gt(console.port.room(console.port.device), 0);
    ck_assert_uint_gt(serial.port.room(serial.port.device), 0);
    tell(d, 0, PORT_OPEN, 0);
    ck_assert_uint_eq(console.port.room(console.port.device), 0);
    driver_free(d);
}
END_TEST

START_TEST(an_emergency_needs_no_queue)
{
    struct driver *d = make(true, false, false);
    device_fixture_write(d->f, d->regs + REG_CONFIG + 8, 4, '!');
    ck_assert_uint_eq(console.length, 1);
    ck_assert_uint_eq(console.said[0], '!');
    device_fixture_write(d->f, d->regs + REG_CONFIG + 4, 4, 99);
    ck_assert_uint_eq(driver_config(d, 4, 4), 2);
    ck_assert_uint_eq(console.length, 1);
    driver_free(d);
}
END_TEST

START_TEST(without_a_line_the_slot_is_empty)
{
    struct driver *d = make(false, false, false);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 0);
    driver_free(d);
}
END_TEST

/* ---- several ports ---- */

START_TEST(ports_are_announced_and_named_in_the_order_that_drivers_expect)
{
    char name[32];
    struct driver *d = boot(true, true, F_MULTIPORT);
    ck_assert_str_eq(hear(d, name), "nothing");
    tell(d, UINT32_MAX, DEVICE_READY, 1);
    driver_boot(d, F_MULTIPORT);   /* what is owed does not outlive a reset */
    ck_assert_str_eq(hear(d, name), "nothing");
    driver_boot(d, F_MULTIPORT);
    tell(d, UINT32_MAX, DEVICE_READY, 1);
    ck_assert_str_eq(hear(d, name), "1 0 1");
    ck_assert_str_eq(hear(d, name), "1 1 1");
    ck_assert_str_eq(hear(d, name), "nothing");
    driver_boot(d, F_MULTIPORT);
    tell(d, 0, PORT_READY, 1);
    tell(d, 1, PORT_READY, 1);
    ck_assert_str_eq(hear(d, name), "4 0 1");
    ck_assert_str_eq(hear(d, name), "6 0 1");
    ck_assert_str_eq(hear(d, name), "6 1 1");
    ck_assert_str_eq(hear(d, name), "7 1 1");
    ck_assert_str_eq(name, "org.orrery.port1");
    driver_free(d);
}
END_TEST

START_TEST(a_port_without_a_line_is_not_announced)
{
    char name[32];
    struct driver *d = boot(false, true, F_MULTIPORT);
    tell(d, UINT32_MAX, DEVICE_READY, 1);
    ck_assert_str_eq(hear(d, name), "1 1 1");
    driver_boot(d, F_MULTIPORT);
    tell(d, UINT32_MAX, DEVICE_READY, 0);   /* the driver failed */
    tell(d, 0, PORT_READY, 1);
    tell(d, 2, PORT_READY, 1);
    tell(d, UINT32_MAX, PORT_OPEN, 1);
    tell(d, 1, 99, 1);
    uint8_t half[4] = { 0 };
    say(d, CONTROL_TX, half, sizeof half);
    ck_assert_str_eq(hear(d, name), "nothing");
    driver_free(d);
}
END_TEST

START_TEST(each_port_has_its_own_line)
{
    struct driver *d = boot(true, true, F_MULTIPORT);
    uint16_t head;
    uint32_t written;
    say(d, TX0, "console", 7);
    say(d, TX1, "serial", 6);
    ck_assert_uint_eq(console.length, 7);
    ck_assert_uint_eq(serial.length, 6);
    ck_assert_mem_eq(serial.said, "serial", 6);
    tell(d, 1, PORT_OPEN, 1);
    serial.port.receive(serial.port.device, (const uint8_t *)"x", 1);
    offer(d, RX0, 16);
    offer(d, RX1, 16);
    ck_assert(!driver_take(d, RX0, &head, &written));
    ck_assert(driver_take(d, RX1, &head, &written));
    driver_free(d);
}
END_TEST

/* ---- hostile guests ---- */

START_TEST(a_receive_buffer_without_room_breaks_the_device)
{
    struct driver *d = boot(true, false, 0);
    console.port.receive(console.port.device, (const uint8_t *)"x", 1);
    struct driver_buffer b = { driver_alloc(d, 16), 16, false };
    driver_add(d, RX0, &b, 1, false);
    driver_kick(d, RX0);
    ck_assert(driver_load(d, REG_STATUS) & VIRTIO_NEEDS_RESET);
    driver_free(d);
}
END_TEST

/* 64 descriptors of the whole RAM each: what is sent of them is bounded. */
START_TEST(a_buffer_without_end_is_cut_off)
{
    struct driver *d = boot(true, false, 0);
    struct driver_buffer b[60];
    for (unsigned i = 0; i < ARRAY_SIZE(b); i++)
        b[i] = (struct driver_buffer){ FIXTURE_RAM, FIXTURE_RAM_SIZE, false };
    driver_run(d, TX0, b, ARRAY_SIZE(b), 0);
    ck_assert_uint_eq(console.length, 1 << 20);
    driver_free(d);
}
END_TEST

static void console_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d, (void)size;
    st_le32(bytes, (uint32_t)(mad_random(random) % 3));
    st_le16(bytes + 4, (uint16_t)(mad_random(random) % 9));
    st_le16(bytes + 6, (uint16_t)(mad_random(random) % 3));
}

static void host_types(void *to, uint64_t *random)
{
    uint8_t bytes[1024] = { 0 };
    struct chardev *const lines[] = { &console.port, &serial.port };
    struct chardev *line = lines[mad_random(random) % 2];
    size_t room = line->room(line->device), n = mad_random(random) % sizeof bytes;
    (void)to;
    if (room)
        line->receive(line->device, bytes, n < room ? n : room);
}

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = make(true, true, _i);
    mad_driver_run(d, 100000, 3 + (uint64_t)_i * 2, console_request, host_types, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-console");
    TCase *t = tcase_create("virtio-console");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, what_the_guest_writes_reaches_the_line);
    tcase_add_test(t, what_is_typed_waits_for_buffers_and_arrives_in_order);
    tcase_add_test(t, nothing_is_taken_before_a_driver_listens);
    tcase_add_test(t, an_emergency_needs_no_queue);
    tcase_add_test(t, without_a_line_the_slot_is_empty);
    tcase_add_test(t, ports_are_announced_and_named_in_the_order_that_drivers_expect);
    tcase_add_test(t, a_port_without_a_line_is_not_announced);
    tcase_add_test(t, each_port_has_its_own_line);
    tcase_add_test(t, a_receive_buffer_without_room_breaks_the_device);
    tcase_add_test(t, a_buffer_without_end_is_cut_off);
    tcase_add_loop_test(t, a_mad_driver_does_no_harm, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
