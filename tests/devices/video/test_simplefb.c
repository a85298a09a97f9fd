/* SPDX-License-Identifier: MIT */
/* Catches: swapped colours, rows at the wrong place, a change that the host is not told of, a still screen redrawn for ever, a
   base outside RAM that makes the host read beyond it. */
#include "bus/port.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum { WIDTH = 40, HEIGHT = 30, BASE = FIXTURE_RAM + 0x1000 };

static struct device_fixture *f;
static struct device *fb;
static struct display display;

static void start(uint64_t base, unsigned width, unsigned height)
{
    display = (struct display){ 0 };
    f = device_fixture_new();
    fb = device_fixture_add(f, "simple-framebuffer");
    device_fixture_attach(fb, "display", &display);
    device_fixture_option(fb, "base", base);
    device_fixture_option(fb, "width", width);
    device_fixture_option(fb, "height", height);
    device_fixture_start(f);
}

static void setup(void)
{
    start(BASE, WIDTH, HEIGHT);
}

static void teardown(void)
{
    device_fixture_free(f);
}

static struct display_frame scan(bool *dirty)
{
    struct display_frame frame;
    display.scan(display.device, &frame, dirty);
    return frame;
}

static void put(unsigned x, unsigned y, uint32_t argb)
{
    device_fixture_write(f, BASE + (y * WIDTH + x) * 4, 4, argb);
}

START_TEST(a_frame_shows_the_pixels_in_ram_without_alpha)
{
    put(0, 0, 0xff112233);
    put(WIDTH - 1, HEIGHT - 1, 0x80abcdef);
    device_fixture_write(f, BASE + (2 * WIDTH + 5) * 4 + 2, 1, 0x77);   /* the red byte */
    struct display_frame frame = scan(NULL);
    ck_assert_uint_eq(frame.width, WIDTH);
    ck_assert_uint_eq(frame.height, HEIGHT);
    ck_assert_uint_eq(frame.pixels[0], 0x112233);
    ck_assert_uint_eq(frame.pixels[(HEIGHT - 1) * frame.stride + WIDTH - 1], 0xabcdef);
    ck_assert_uint_eq(frame.pixels[2 * frame.stride + 5], 0x770000);
}
END_TEST

START_TEST(dirty_tells_the_first_frame_and_each_change)
{
    bool dirty = false;
    scan(&dirty);
    ck_assert(dirty);
    scan(&dirty);
    ck_assert(!dirty);
    for (unsigned y = 0; y < HEIGHT; y++) {
        put(y, y, 0x00000001);
        scan(&dirty);
        ck_assert(dirty);
        scan(&dirty);
        ck_assert(!dirty);
    }
}
END_TEST

START_TEST(a_look_that_does_not_ask_hides_no_change)
{
    bool dirty;
    scan(&dirty);
    put(1, 1, 0x123456);
    scan(NULL);
    scan(&dirty);
    ck_assert(dirty);
}
END_TEST

START_TEST(a_place_outside_ram_gives_no_picture)
{
    const gpa_t wrong[] = { 0, FIXTURE_RAM + FIXTURE_RAM_SIZE - 4, FIXTURE_RAM - 4, UINT64_MAX - 8 };
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        teardown();
        start(wrong[i], WIDTH, HEIGHT);
        bool dirty;
        ck_assert_ptr_null(scan(&dirty).pixels);
    }
}
END_TEST

START_TEST(the_last_row_may_end_with_ram)
{
    teardown();
    start(FIXTURE_RAM + FIXTURE_RAM_SIZE - WIDTH * HEIGHT * 4, WIDTH, HEIGHT);
    device_fixture_write(f, FIXTURE_RAM + FIXTURE_RAM_SIZE - 4, 4, 0x654321);
    ck_assert_uint_eq(scan(NULL).pixels[WIDTH * HEIGHT - 1], 0x654321);
}
END_TEST

START_TEST(impossible_sizes_are_refused)
{
    const struct { unsigned width, height; } wrong[] = { { 0, 10 }, { 10, 0 }, { 8193, 10 }, { 10, UINT32_MAX } };
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct device_fixture *g = device_fixture_new();
        struct device *part = device_fixture_add(g, "simple-framebuffer");
        struct error err;
        device_fixture_option(part, "width", wrong[i].width);
        device_fixture_option(part, "height", wrong[i].height);
        ck_assert_int_eq(device_fixture_try_start(g, &err), -1);
        device_fixture_free(g);
    }
}
END_TEST

START_TEST(nobody_needs_to_look)
{
    struct device_fixture *g = device_fixture_new();
    device_fixture_add(g, "simple-framebuffer");
    device_fixture_start(g);
    device_fixture_free(g);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("simplefb");
    TCase *t = tcase_create("simplefb");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_frame_shows_the_pixels_in_ram_without_alpha);
    tcase_add_test(t, dirty_tells_the_first_frame_and_each_change);
    tcase_add_test(t, a_look_that_does_not_ask_hides_no_change);
    tcase_add_test(t, a_place_outside_ram_gives_no_picture);
    tcase_add_test(t, the_last_row_may_end_with_ram);
    tcase_add_test(t, impossible_sizes_are_refused);
    tcase_add_test(t, nobody_needs_to_look);
    suite_add_tcase(suite, t);
    return suite;
}
