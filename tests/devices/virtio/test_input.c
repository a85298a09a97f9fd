/* SPDX-License-Identifier: MIT */
/* Catches: a device that Linux would take for another one, events lost, torn apart or delivered to the wrong device, keys stuck
   because a release was dropped, a guest that is too slow and makes the host wait. */
#include <string.h>

#include "base/bits.h"
#include "bus/port.h"
#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

enum { EVENTQ, STATUSQ, QUEUE_SIZE = 64, RING = 256 };
enum { SEL_NAME = 1, SEL_SERIAL = 2, SEL_DEVIDS = 3, SEL_PROP = 0x10, SEL_EV = 0x11, SEL_ABS = 0x12 };
enum { T_SYN, T_KEY, T_REL, T_ABS, T_LED = 0x11, T_REP = 0x14 };
enum { CODE_A = 30, CODE_LEFT = 0x110, CODE_WHEEL = 8 };

static struct input port;

static struct driver *start(const char *class_name)
{
    memset(&port, 0, sizeof port);
    struct driver *d = driver_new(class_name);
    device_fixture_attach(d->part, "input", &port);
    driver_start(d);
    return d;
}

static struct driver *boot(const char *class_name)
{
    struct driver *d = start(class_name);
    driver_boot(d, UINT64_MAX);
    return d;
}

/* Gives the device `count` buffers of one event each, all of them at consecutive addresses. */
static gpa_t offer(struct driver *d, unsigned count)
{
    gpa_t at = driver_alloc(d, 8 * count);
    for (unsigned i = 0; i < count; i++) {
        struct driver_buffer b = { at + 8 * i, 8, true };
        driver_add(d, EVENTQ, &b, 1, false);
    }
    driver_kick(d, EVENTQ);
    return at;
}

static void host(enum input_kind kind, uint16_t code, int32_t value)
{
    port.event(port.device, &(struct input_event){ (uint8_t)kind, code, value });
}

static void expect_event(struct driver *d, gpa_t at, uint16_t type, uint16_t code, uint32_t value)
{
    uint8_t bytes[8];
    uint16_t head;
    uint32_t written;
    ck_assert(driver_take(d, EVENTQ, &head, &written));
    ck_assert_uint_eq(written, 8);
    driver_get(d, at, bytes, 8);
    ck_assert_uint_eq(ld_le16(bytes), type);
    ck_assert_uint_eq(ld_le16(bytes + 2), code);
    ck_assert_uint_eq(ld_le32(bytes + 4), value);
}

static bool is_silent(struct driver *d)
{
    uint16_t head;
    uint32_t written;
    return !driver_take(d, EVENTQ, &head, &written);
}

/* What Linux' virtinput_cfg_select does; returns the size. */
static unsigned ask(struct driver *d, uint8_t select, uint8_t subsel)
{
    device_fixture_write(d->f, d->regs + REG_CONFIG, 1, select);
    device_fixture_write(d->f, d->regs + REG_CONFIG + 1, 1, subsel);
    return (unsigned)driver_config(d, 2, 1);
}

static bool has_code(struct driver *d, uint8_t type, unsigned code)
{
    return code / 8 < ask(d, SEL_EV, type) && bit(driver_config(d, 8 + code / 8, 1), code % 8);
}

/* Found by tests/fuzz: slots of the ring of events kept what had been in them. */
START_TEST(a_reset_forgets_events_that_were_sent)
{
    struct driver *d = start("virtio-keyboard");
    device_fixture_reset(d->f);
    uint64_t fresh = device_fixture_hash(d->f);
    driver_boot(d, UINT64_MAX);
    offer(d, 2);
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    ck_assert(!is_silent(d));
    device_fixture_reset(d->f);
    ck_assert_uint_eq(device_fixture_hash(d->f), fresh);
    driver_free(d);
}
END_TEST

START_TEST(it_tells_whether_the_driver_has_taken_all_keys)
{
    struct driver *d = start("virtio-keyboard");
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    ck_assert(port.taken(port.device));            /* nobody is there: nobody is waited for */
    driver_boot(d, UINT64_MAX);
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    ck_assert(!port.taken(port.device));
    offer(d, 1);
    ck_assert(!port.taken(port.device));           /* the key, but not its end */
    offer(d, 1);
    ck_assert(port.taken(port.device));
    driver_free(d);
}
END_TEST

START_TEST(each_device_tells_its_name_and_number)
{
    const struct { const char *class, *name; unsigned product; } devices[] = {
        { "virtio-keyboard", "Orrery Virtio Keyboard", 1 },
        { "virtio-mouse", "Orrery Virtio Mouse", 2 },
        { "virtio-tablet", "Orrery Virtio Tablet", 3 },
    };
    for (unsigned k = 0; k < 3; k++) {
        struct driver *d = start(devices[k].class);
        char name[129] = "";
        ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 18);
        ck_assert_uint_eq(ask(d, SEL_NAME, 0), strlen(devices[k].name));
        for (unsigned i = 0; i < 128; i++)
            name[i] = (char)driver_config(d, 8 + i, 1);
        ck_assert_str_eq(name, devices[k].name);
        ck_assert_uint_gt(ask(d, SEL_SERIAL, 0), 0);
        ck_assert_uint_eq(ask(d, SEL_DEVIDS, 0), 8);
        ck_assert_uint_eq(driver_config(d, 8, 2), 6);
        ck_assert_uint_eq(driver_config(d, 12, 2), devices[k].product);
        ck_assert_uint_eq(ask(d, SEL_NAME, 1), 0);
        ck_assert_uint_eq(ask(d, SEL_PROP, 0), 0);
        ck_assert_uint_eq(ask(d, 0, 0), 0);
        ck_assert_uint_eq(ask(d, 0xff, 0), 0);
        ck_assert_uint_eq(driver_config(d, 8, 8), 0);
        driver_free(d);
    }
}
END_TEST

START_TEST(a_keyboard_has_keys_leds_and_repetition)
{
    struct driver *d = start("virtio-keyboard");
    ck_assert(port.wants_keys && !port.wants_abs && !port.wants_rel);
    ck_assert(!has_code(d, T_KEY, 0) && !has_code(d, T_KEY, CODE_LEFT));
    for (unsigned key = 1; key <= 127; key++)
        ck_assert(has_code(d, T_KEY, key));
    ck_assert(has_code(d, T_LED, 0) && has_code(d, T_LED, 1) && has_code(d, T_LED, 2) && !has_code(d, T_LED, 3));
    ck_assert_uint_gt(ask(d, SEL_EV, T_REP), 0);
    ck_assert_uint_eq(ask(d, SEL_EV, T_REL) + ask(d, SEL_EV, T_ABS), 0);
    ck_assert_uint_eq(ask(d, SEL_ABS, 0), 0);
    driver_free(d);
}
END_TEST

START_TEST(a_tablet_has_axes_from_0_to_32767)
{
    struct driver *d = start("virtio-tablet");
    ck_assert(!port.wants_keys && port.wants_abs && !port.wants_rel);
    ck_assert(has_code(d, T_ABS, 0) && has_code(d, T_ABS, 1) && !has_code(d, T_ABS, 2));
    ck_assert(has_code(d, T_KEY, CODE_LEFT) && !has_code(d, T_KEY, CODE_A));
    ck_assert(has_code(d, T_REL, CODE_WHEEL) && !has_code(d, T_REL, 0));
    for (uint8_t axis = 0; axis < 2; axis++) {
        ck_assert_uint_eq(ask(d, SEL_ABS, axis), 20);
        ck_assert_uint_eq(driver_config(d, 8, 4), 0);
        ck_assert_uint_eq(driver_config(d, 12, 4), INPUT_ABS_MAX);
        ck_assert_uint_eq(driver_config(d, 16, 8), 0);
    }
    driver_free(d);
}
END_TEST

START_TEST(a_mouse_has_relative_axes)
{
    struct driver *d = start("virtio-mouse");
    ck_assert(!port.wants_keys && !port.wants_abs && port.wants_rel);
    ck_assert(has_code(d, T_REL, 0) && has_code(d, T_REL, 1) && has_code(d, T_REL, CODE_WHEEL) && !has_code(d, T_REL, 7));
    ck_assert(has_code(d, T_KEY, CODE_LEFT));
    ck_assert_uint_eq(ask(d, SEL_EV, T_ABS), 0);
    driver_free(d);
}
END_TEST

START_TEST(a_group_arrives_whole_and_with_one_interrupt)
{
    struct driver *d = boot("virtio-tablet");
    gpa_t at = offer(d, 8);
    host(INPUT_ABS, 0, 100);
    host(INPUT_ABS, 1, 32767);
    ck_assert(is_silent(d) && !driver_irq(d));
    host(INPUT_SYNC, 0, 0);
    ck_assert(driver_irq(d));
    expect_event(d, at, T_ABS, 0, 100);
    expect_event(d, at + 8, T_ABS, 1, 32767);
    expect_event(d, at + 16, T_SYN, 0, 0);
    ck_assert(is_silent(d));
    driver_take_causes(d);
    host(INPUT_REL, CODE_WHEEL, -1);
    host(INPUT_KEY, CODE_LEFT, 1);
    host(INPUT_SYNC, 0, 0);
    expect_event(d, at + 24, T_REL, CODE_WHEEL, 0xffffffff);
    expect_event(d, at + 32, T_KEY, CODE_LEFT, 1);
    expect_event(d, at + 40, T_SYN, 0, 0);
    driver_free(d);
}
END_TEST

START_TEST(what_a_device_does_not_have_is_ignored)
{
    struct driver *d = boot("virtio-keyboard");
    gpa_t at = offer(d, 8);
    host(INPUT_ABS, 0, 1);
    host(INPUT_REL, 0, 1);
    host(INPUT_KEY, CODE_LEFT, 1);
    host(INPUT_KEY, 0xffff, 1);
    host(INPUT_SYNC, 0, 0);
    host(INPUT_SYNC, 0, 0);
    ck_assert(is_silent(d) && !driver_irq(d));
    host(INPUT_ABS, 0, 1);
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    expect_event(d, at, T_KEY, CODE_A, 1);
    expect_event(d, at + 8, T_SYN, 0, 0);
    driver_free(d);
}
END_TEST

START_TEST(nothing_typed_before_the_driver_arrives_later)
{
    struct driver *d = start("virtio-keyboard");
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    driver_boot(d, UINT64_MAX);
    offer(d, 8);
    ck_assert(is_silent(d));
    host(INPUT_KEY, CODE_A, 1);
    driver_boot(d, UINT64_MAX);
    offer(d, 8);
    host(INPUT_SYNC, 0, 0);
    ck_assert(is_silent(d));
    driver_free(d);
}
END_TEST

START_TEST(events_wait_for_buffers)
{
    struct driver *d = boot("virtio-keyboard");
    for (int i = 0; i < 3; i++) {
        host(INPUT_KEY, CODE_A, 1);
        host(INPUT_SYNC, 0, 0);
        host(INPUT_KEY, CODE_A, 0);
        host(INPUT_SYNC, 0, 0);
    }
    for (uint32_t i = 0; i < 6; i++) {
        gpa_t at = offer(d, 2);
        expect_event(d, at, T_KEY, CODE_A, !(i & 1));
        expect_event(d, at + 8, T_SYN, 0, 0);
    }
    driver_free(d);
}
END_TEST

/* Reads all that the device has kept and returns how many groups there were; no group may be torn. */
static unsigned drain(struct driver *d, unsigned group_size, bool *saw_key)
{
    unsigned groups = 0, in_group = 0;
    uint16_t head;
    uint32_t written;
    *saw_key = false;
    for (unsigned round = 0; round < 2 * RING / QUEUE_SIZE; round++) {
        gpa_t at = offer(d, QUEUE_SIZE);
        unsigned n = 0;
        for (; driver_take(d, EVENTQ, &head, &written); n++) {
            uint64_t type = device_fixture_read(d->f, at + 8 * n, 2);
            *saw_key |= type == T_KEY;
            in_group++;
            if (type == T_SYN) {
                ck_assert(in_group == group_size || *saw_key);
                in_group = 0;
                groups++;
            }
        }
        if (n < QUEUE_SIZE)
            break;
    }
    ck_assert_uint_eq(in_group, 0);
    return groups;
}

START_TEST(a_slow_guest_loses_motion_by_whole_groups_but_no_keys)
{
    struct driver *d = boot("virtio-tablet");
    bool saw_key;
    for (int i = 0; i < 1000; i++) {
        host(INPUT_ABS, 0, i);
        host(INPUT_ABS, 1, i);
        host(INPUT_SYNC, 0, 0);
    }
    host(INPUT_KEY, CODE_LEFT, 0);
    host(INPUT_SYNC, 0, 0);
    unsigned groups = drain(d, 3, &saw_key);
    ck_assert_uint_ge(groups, 60);
    ck_assert_uint_le(groups, RING / 3);
    ck_assert(saw_key);
    driver_free(d);
}
END_TEST

START_TEST(an_endless_group_is_lost_as_a_whole)
{
    struct driver *d = boot("virtio-keyboard");
    for (int i = 0; i < 1000; i++)
        host(INPUT_KEY, CODE_A, i & 1);
    host(INPUT_SYNC, 0, 0);
    gpa_t at = offer(d, QUEUE_SIZE);
    ck_assert(is_silent(d));
    host(INPUT_KEY, CODE_A, 1);
    host(INPUT_SYNC, 0, 0);
    expect_event(d, at, T_KEY, CODE_A, 1);
    driver_free(d);
}
END_TEST

START_TEST(leds_are_accepted)
{
    struct driver *d = boot("virtio-keyboard");
    uint8_t led[8] = { T_LED, 0, 1, 0, 1 };
    uint64_t before = device_fixture_hash(d->f);
    struct driver_buffer b = { driver_alloc_bytes(d, led, 8), 8, false };
    ck_assert_uint_eq(driver_run(d, STATUSQ, &b, 1, 0), 0);
    ck_assert_uint_ne(device_fixture_hash(d->f), before);
    b.length = 3;
    ck_assert_uint_eq(driver_run(d, STATUSQ, &b, 1, 0), 0);
    driver_free(d);
}
END_TEST

static void input_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)size;
    bytes[0] = T_LED;
    bytes[1] = 0;
    uint8_t select = (uint8_t)(mad_random(random) % 0x14);
    ask(d, select, (uint8_t)mad_random(random));
}

static void host_acts(void *to, uint64_t *random)
{
    (void)to;
    for (int i = 0; i < 4; i++) {
        uint64_t r = mad_random(random);
        host((enum input_kind)(r % 6), r >> 8 & 0x3f, (int32_t)(r >> 32));
        if (r >> 16 & 1)
            host(INPUT_KEY, 0x100 + (r >> 20 & 0x1f), 1);
    }
}

START_TEST(a_mad_driver_does_no_harm)
{
    static const char *const classes[] = { "virtio-keyboard", "virtio-tablet", "virtio-mouse" };
    struct driver *d = start(classes[_i]);
    mad_driver_run(d, 100000, 18 + (uint64_t)_i * 2, input_request, host_acts, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-input");
    TCase *t = tcase_create("virtio-input");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, it_tells_whether_the_driver_has_taken_all_keys);
    tcase_add_test(t, each_device_tells_its_name_and_number);
    tcase_add_test(t, a_keyboard_has_keys_leds_and_repetition);
    tcase_add_test(t, a_tablet_has_axes_from_0_to_32767);
    tcase_add_test(t, a_mouse_has_relative_axes);
    tcase_add_test(t, a_group_arrives_whole_and_with_one_interrupt);
    tcase_add_test(t, what_a_device_does_not_have_is_ignored);
    tcase_add_test(t, nothing_typed_before_the_driver_arrives_later);
    tcase_add_test(t, events_wait_for_buffers);
    tcase_add_test(t, a_slow_guest_loses_motion_by_whole_groups_but_no_keys);
    tcase_add_test(t, an_endless_group_is_lost_as_a_whole);
    tcase_add_test(t, a_reset_forgets_events_that_were_sent);
    tcase_add_test(t, leds_are_accepted);
    tcase_add_loop_test(t, a_mad_driver_does_no_harm, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
