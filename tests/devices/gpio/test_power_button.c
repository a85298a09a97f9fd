/* SPDX-License-Identifier: MIT */
/* Catches: a press too short for a guest to see, one that never ends, one that the GPIO chip does not turn into an interrupt. */
#include "bus/port.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum { PL061_IBE = 0x408, PL061_IE = 0x410, PL061_RIS = 0x414, PL061_IC = 0x41c, LINE = 3 };

static struct device_fixture *f;
static struct device *button;
static struct power panel;

static void setup(void)
{
    panel = (struct power){ 0 };
    f = device_fixture_new();
    button = device_fixture_add(f, "power-button");
    device_fixture_attach(button, "power", &panel);
}

static void teardown(void)
{
    device_fixture_free(f);
}

static bool pressed(void)
{
    return device_fixture_level(f, button, "out", 0);
}

START_TEST(a_press_lasts_100_ms_of_virtual_time)
{
    device_fixture_start(f);
    ck_assert(!pressed());
    panel.button(panel.device);
    ck_assert(pressed());
    device_fixture_run(f, 100 * TICKS_PER_MS - 1);
    ck_assert(pressed());
    device_fixture_run(f, 1);
    ck_assert(!pressed());
}
END_TEST

START_TEST(pressing_again_prolongs_the_press)
{
    device_fixture_start(f);
    panel.button(panel.device);
    device_fixture_run(f, 60 * TICKS_PER_MS);
    panel.button(panel.device);
    device_fixture_run(f, 60 * TICKS_PER_MS);
    ck_assert(pressed());
    device_fixture_run(f, 40 * TICKS_PER_MS);
    ck_assert(!pressed());
    ck_assert_uint_eq(device_fixture_rises(f, button, "out", 0), 1);
}
END_TEST

START_TEST(a_reset_releases_it)
{
    device_fixture_start(f);
    panel.button(panel.device);
    device_fixture_reset(f);
    ck_assert(!pressed());
    ck_assert_uint_eq(clock_deadline(&f->clock), TICK_NEVER);
}
END_TEST

START_TEST(a_board_without_a_front_panel_works)
{
    device_fixture_attach(button, "power", NULL);
    device_fixture_start(f);
    ck_assert(!pressed());
}
END_TEST

START_TEST(a_guest_sees_press_and_release_on_line_3_of_the_gpio)
{
    struct device *gpio = device_fixture_add(f, "pl061");
    device_fixture_connect(f, button, "out", 0, gpio, LINE);
    device_fixture_start(f);
    gpa_t base = device_fixture_base(f, gpio, "regs");
    device_fixture_write(f, base + PL061_IBE, 1, 1 << LINE);
    device_fixture_write(f, base + PL061_IE, 1, 1 << LINE);
    panel.button(panel.device);
    ck_assert(device_fixture_level(f, gpio, "irq", 0));
    ck_assert_uint_eq(device_fixture_read(f, base + (1 << LINE << 2), 1), 1 << LINE);
    device_fixture_write(f, base + PL061_IC, 1, 1 << LINE);
    ck_assert_uint_eq(device_fixture_read(f, base + PL061_RIS, 1), 0);
    device_fixture_run(f, 100 * TICKS_PER_MS);
    ck_assert(device_fixture_level(f, gpio, "irq", 0));
    ck_assert_uint_eq(device_fixture_read(f, base + (1 << LINE << 2), 1), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("power_button");
    TCase *t = tcase_create("power_button");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_press_lasts_100_ms_of_virtual_time);
    tcase_add_test(t, pressing_again_prolongs_the_press);
    tcase_add_test(t, a_reset_releases_it);
    tcase_add_test(t, a_board_without_a_front_panel_works);
    tcase_add_test(t, a_guest_sees_press_and_release_on_line_3_of_the_gpio);
    suite_add_tcase(suite, t);
    return suite;
}
