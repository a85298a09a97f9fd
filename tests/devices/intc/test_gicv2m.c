/* SPDX-License-Identifier: MIT */
/* Catches: a message that raises another frame's or another interrupt, that is lost or stays; a doorbell that other accesses of
   devices reach; messages to registers that are no doorbell. */
#include "base/bits.h"
#include "devices/intc/gicv2.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum { TYPER = 0x008, SETSPI = 0x040, IIDR = 0xfcc, FIRST = 80, COUNT = 64 };
enum { GICD_CTLR = 0x000, GICD_ISENABLER = 0x100, GICD_ISPENDR = 0x200, GICD_ICFGR = 0xc00, GICC_CTLR = 0, GICC_PMR = 4, GICC_IAR = 12,
       GICC_EOIR = 16 };

static struct device_fixture *f;
static struct device *gic, *frame;
static gpa_t regs, dist, cpu;

static void start(void)
{
    f = device_fixture_new();
    gic = device_fixture_add(f, "gicv2");
    frame = device_fixture_add(f, "gicv2m");
    for (unsigned i = 0; i < COUNT; i++)
        device_fixture_connect(f, frame, "spi", i, gic, FIRST + i);
    device_fixture_start(f);
    regs = device_fixture_base(f, frame, "regs");
    dist = device_fixture_base(f, gic, "dist");
    cpu = device_fixture_base(f, gic, "cpu");
    for (unsigned id = FIRST; id < FIRST + COUNT; id += 16)
        device_fixture_write(f, dist + GICD_ICFGR + id / 4, 4, 0xaaaaaaaa);   /* edges */
    for (unsigned id = FIRST / 32 * 32; id < FIRST + COUNT; id += 32)
        device_fixture_write(f, dist + GICD_ISENABLER + id / 8, 4, 0xffffffff);
    device_fixture_write(f, dist + GICD_CTLR, 4, 1);
    device_fixture_write(f, cpu + GICC_CTLR, 4, 1);
    device_fixture_write(f, cpu + GICC_PMR, 4, 0xff);
}

static unsigned take(void)
{
    unsigned id = (unsigned)device_fixture_read(f, cpu + GICC_IAR, 4);
    device_fixture_write(f, cpu + GICC_EOIR, 4, id);
    return id;
}

START_TEST(the_frame_says_which_interrupts_are_its_own)
{
    start();
    ck_assert_uint_eq(device_fixture_read(f, regs + TYPER, 4), FIRST << 16 | COUNT);
    ck_assert_uint_ne(device_fixture_read(f, regs + IIDR, 4), 0);
    device_fixture_free(f);
}
END_TEST

START_TEST(each_message_is_one_interrupt)
{
    start();
    for (unsigned id = FIRST; id < FIRST + COUNT; id++) {
        ck_assert(space_message(&f->space, regs + SETSPI, id));
        ck_assert_uint_eq(take(), id);
        ck_assert_uint_eq(take(), 1023);
    }
    ck_assert(space_message(&f->space, regs + SETSPI, FIRST));
    ck_assert(space_message(&f->space, regs + SETSPI, FIRST + 5));
    ck_assert(space_message(&f->space, regs + SETSPI, FIRST));   /* pending already: an edge is remembered once */
    ck_assert_uint_eq(take(), FIRST);
    ck_assert_uint_eq(take(), FIRST + 5);
    ck_assert_uint_eq(take(), 1023);
    device_fixture_free(f);
}
END_TEST

START_TEST(messages_for_others_are_nothing)
{
    start();
    const uint32_t others[] = { 0, 1, 16, 32, FIRST - 1, FIRST + COUNT, 1019, 1023 };
    for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
        ck_assert(space_message(&f->space, regs + SETSPI, others[i]));
        ck_assert_uint_eq(take(), 1023);
    }
    device_fixture_free(f);
}
END_TEST

START_TEST(a_message_reaches_doorbells_and_ram_only)
{
    start();
    ck_assert(space_message(&f->space, FIXTURE_RAM + 64, 0x01020304));
    ck_assert_uint_eq(device_fixture_read(f, FIXTURE_RAM + 64, 4), 0x01020304);
    device_fixture_write(f, dist + GICD_CTLR, 4, 0);
    ck_assert(!space_message(&f->space, dist + GICD_CTLR, 1));
    ck_assert_uint_eq(device_fixture_read(f, dist + GICD_CTLR, 4), 0);
    ck_assert(!space_message(&f->space, 0, 1));
    ck_assert(!space_message(&f->space, UINT64_MAX - 3, 1));
    ck_assert(!space_message(&f->space, FIXTURE_RAM + FIXTURE_RAM_SIZE - 2, 1));
    uint8_t bytes[4] = { FIRST };
    ck_assert(!space_write(&f->space, regs + SETSPI, bytes, sizeof bytes));   /* other DMA does not ring */
    device_fixture_free(f);
}
END_TEST

START_TEST(a_frame_outside_the_controller_is_refused)
{
    static const struct { uint32_t first, count; } bad[] = { { 31, 1 }, { 80, 0 }, { 80, 65 }, { 1000, 64 }, { UINT32_MAX, 2 } };
    for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error err;
        struct device_fixture *g = device_fixture_new();
        struct device *part = device_fixture_add(g, "gicv2m");
        device_fixture_option(part, "first", bad[i].first);
        device_fixture_option(part, "count", bad[i].count);
        ck_assert_int_eq(device_fixture_try_start(g, &err), -1);
        device_fixture_free(g);
    }
}
END_TEST

START_TEST(a_mad_guest_does_no_harm)
{
    start();
    device_fixture_hammer(f, frame, 0, 50000, 1);
    for (unsigned i = 0; i < COUNT; i++)
        ck_assert(!device_fixture_level(f, frame, "spi", i));
    device_fixture_free(f);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("gicv2m");
    TCase *t = tcase_create("gicv2m");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_frame_says_which_interrupts_are_its_own);
    tcase_add_test(t, each_message_is_one_interrupt);
    tcase_add_test(t, messages_for_others_are_nothing);
    tcase_add_test(t, a_message_reaches_doorbells_and_ram_only);
    tcase_add_test(t, a_frame_outside_the_controller_is_refused);
    tcase_add_test(t, a_mad_guest_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
