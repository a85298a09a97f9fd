/* SPDX-License-Identifier: MIT */
/* Catches: a masked write that touches other pins, outputs that follow inputs, an edge of the wrong direction, an edge lost while
   masked, a level that stays after it is gone, a power button that a guest cannot see. */
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum {
    DATA = 0x000, DIR = 0x400, IS = 0x404, IBE = 0x408, IEV = 0x40c, IE = 0x410, RIS = 0x414, MIS = 0x418, IC = 0x41c,
    AFSEL = 0x420,
};
enum { ALL = 0x3fc };

static struct device_fixture *f;
static struct device *gpio;
static gpa_t base;

static void setup(void)
{
    f = device_fixture_new();
    gpio = device_fixture_add(f, "pl061");
    device_fixture_start(f);
    base = device_fixture_base(f, gpio, "regs");
}

static void teardown(void)
{
    device_fixture_free(f);
}

static uint32_t rd(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, base + reg, 1);
}

static void wr(unsigned reg, uint32_t value)
{
    device_fixture_write(f, base + reg, 1, value);
}

static void pin(unsigned n, bool level)
{
    device_fixture_input(gpio, n, level);
}

static bool out(unsigned n)
{
    return device_fixture_level(f, gpio, "out", n);
}

static bool irq(void)
{
    return device_fixture_level(f, gpio, "irq", 0);
}

START_TEST(is_found_by_its_primecell_id)
{
    const uint8_t id[] = { 0x61, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(rd(0xfe0 + 4 * i), id[i]);
}
END_TEST

START_TEST(registers_keep_a_byte)
{
    const unsigned regs[] = { DIR, IS, IBE, IEV, IE, AFSEL };
    for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
        device_fixture_write(f, base + regs[i], 4, 0xffffffa5);
        ck_assert_uint_eq(device_fixture_read(f, base + regs[i], 4), 0xa5);
    }
}
END_TEST

START_TEST(the_address_masks_what_data_reads_and_writes)
{
    wr(DIR, 0xff);
    wr(DATA + (0x0f << 2), 0xff);
    ck_assert_uint_eq(rd(DATA + ALL), 0x0f);
    ck_assert_uint_eq(rd(DATA + (0x3c << 2)), 0x0c);
    wr(DATA + (1 << 2), 0);
    ck_assert_uint_eq(rd(DATA + ALL), 0x0e);
    wr(DATA, 0xff);
    ck_assert_uint_eq(rd(DATA + ALL), 0x0e);
    ck_assert_uint_eq(rd(DATA), 0);
}
END_TEST

START_TEST(outputs_drive_their_wires_and_inputs_read_theirs)
{
    pin(7, true);
    wr(DIR, 0x0f);
    wr(DATA + ALL, 0xff);
    ck_assert_uint_eq(rd(DATA + ALL), 0x8f);   /* a store to an input changes nothing */
    ck_assert(out(0) && out(3) && !out(4) && !out(7));
    pin(0, false);
    ck_assert_uint_eq(rd(DATA + ALL), 0x8f);
    wr(DIR, 0x0e);
    ck_assert(!out(0) && out(1));
    ck_assert_uint_eq(rd(DATA + ALL), 0x8e);
}
END_TEST

START_TEST(a_rising_edge_interrupts_once_and_stays_until_cleared)
{
    wr(IEV, 8);
    wr(IE, 8);
    pin(3, true);
    ck_assert(irq());
    ck_assert_uint_eq(rd(RIS), 8);
    ck_assert_uint_eq(rd(MIS), 8);
    pin(3, false);
    ck_assert(irq());
    wr(IC, 8);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(RIS), 0);
}
END_TEST

START_TEST(a_falling_edge_is_told_from_a_rising_one)
{
    wr(IE, 8);
    pin(3, true);
    ck_assert(!irq());
    pin(3, false);
    ck_assert(irq());
}
END_TEST

START_TEST(both_edges_interrupt_when_asked_for)
{
    wr(IBE, 8);
    wr(IE, 8);
    pin(3, true);
    ck_assert(irq());
    wr(IC, 8);
    pin(3, false);
    ck_assert(irq());
}
END_TEST

START_TEST(a_masked_edge_is_remembered)
{
    wr(IEV, 8);
    pin(3, true);
    ck_assert(!irq());
    ck_assert_uint_eq(rd(RIS), 8);
    ck_assert_uint_eq(rd(MIS), 0);
    wr(IE, 8);
    ck_assert(irq());
}
END_TEST

START_TEST(a_level_interrupts_as_long_as_it_lasts)
{
    wr(IS, 8);
    wr(IEV, 8);
    wr(IE, 8);
    ck_assert(!irq());
    pin(3, true);
    ck_assert(irq());
    wr(IC, 8);
    ck_assert(irq());
    pin(3, false);
    ck_assert(!irq());
    wr(IEV, 0);   /* low level now */
    ck_assert(irq());
    pin(3, true);
    ck_assert(!irq());
}
END_TEST

START_TEST(pins_interrupt_independently_on_one_wire)
{
    wr(IEV, 0x81);
    wr(IE, 0x81);
    pin(0, true);
    pin(7, true);
    ck_assert_uint_eq(rd(MIS), 0x81);
    wr(IC, 1);
    ck_assert(irq());
    ck_assert_uint_eq(rd(MIS), 0x80);
    wr(IE, 1);
    ck_assert(!irq());
}
END_TEST

START_TEST(reset_makes_inputs_of_all_pins_and_forgets_edges)
{
    wr(DIR, 1);
    wr(DATA + ALL, 1);
    wr(IEV, 8);
    wr(IE, 8);
    pin(3, true);
    device_fixture_reset(f);
    ck_assert(!irq() && !out(0));
    ck_assert_uint_eq(rd(DATA + ALL), 8);   /* what others drive stays */
    ck_assert_uint_eq(rd(RIS), 0);
    ck_assert_uint_eq(rd(DIR), 0);
}
END_TEST

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = device_fixture_hammer(f, gpio, 8, 100000, 61);
    device_fixture_free(f);
    setup();
    ck_assert_uint_eq(device_fixture_hammer(f, gpio, 8, 100000, 61), first);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("pl061");
    TCase *t = tcase_create("pl061");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, is_found_by_its_primecell_id);
    tcase_add_test(t, registers_keep_a_byte);
    tcase_add_test(t, the_address_masks_what_data_reads_and_writes);
    tcase_add_test(t, outputs_drive_their_wires_and_inputs_read_theirs);
    tcase_add_test(t, a_rising_edge_interrupts_once_and_stays_until_cleared);
    tcase_add_test(t, a_falling_edge_is_told_from_a_rising_one);
    tcase_add_test(t, both_edges_interrupt_when_asked_for);
    tcase_add_test(t, a_masked_edge_is_remembered);
    tcase_add_test(t, a_level_interrupts_as_long_as_it_lasts);
    tcase_add_test(t, pins_interrupt_independently_on_one_wire);
    tcase_add_test(t, reset_makes_inputs_of_all_pins_and_forgets_edges);
    tcase_add_test(t, random_accesses_do_no_harm_and_repeat);
    tcase_set_timeout(t, 60);
    suite_add_tcase(suite, t);
    return suite;
}
