/* SPDX-License-Identifier: MIT */
/* Catches: colours that are wrong over a translucent ground, edges between pixels that are lost or drawn twice, text that is not
   that of the typeface, writing beside the picture. */
#include "frontends/sdl/canvas.h"
#include "frontends/sdl/font.h"
#include "tests/support/support.h"

enum { WIDTH = 40, HEIGHT = 32 };

static struct canvas canvas;

static void set_up(void)
{
    canvas_reset(&canvas, WIDTH, HEIGHT);
}

static void tear_down(void)
{
    canvas_free(&canvas);
}

static uint32_t at(int x, int y)
{
    return canvas.pixels[y * WIDTH + x];
}

static unsigned alpha(int x, int y)
{
    return at(x, y) >> 24;
}

START_TEST(it_begins_empty_and_is_painted_over)
{
    ck_assert_uint_eq(at(0, 0), 0);
    canvas_fill(&canvas, (struct canvas_box){ 0, 0, 2, 2 }, 0x80ff0000);
    ck_assert_uint_eq(at(0, 0), 0x80ff0000);
    ck_assert_uint_eq(at(2, 0), 0);
    canvas_fill(&canvas, (struct canvas_box){ 0, 0, 1, 1 }, 0xff00ff00);
    ck_assert_uint_eq(at(0, 0), 0xff00ff00);
    canvas_fill(&canvas, (struct canvas_box){ 1, 0, 2, 1 }, 0x8000ff00);
    /* half of green over half of red: three quarters opaque, two thirds of that green */
    ck_assert_uint_eq(at(1, 0), 0xc055aa00);
}
END_TEST

START_TEST(edges_between_pixels_cover_their_share)
{
    canvas_fill(&canvas, (struct canvas_box){ 2.5, 3.25, 4.5, 4.25 }, 0xffffffff);
    ck_assert_uint_eq(alpha(3, 3), 191);
    ck_assert_uint_eq(alpha(3, 4), 64);
    ck_assert_uint_eq(alpha(2, 3), 96);
    ck_assert_uint_eq(alpha(4, 3), 96);
    ck_assert_uint_eq(alpha(5, 3) + alpha(1, 3) + alpha(3, 5) + alpha(3, 2), 0);
    canvas_fill(&canvas, (struct canvas_box){ 10.25, 10.25, 10.75, 10.75 }, 0xffffffff);
    ck_assert_uint_eq(alpha(10, 10), 64);
}
END_TEST

START_TEST(a_panel_has_round_corners_and_an_edge)
{
    canvas_panel(&canvas, (struct canvas_box){ 0, 0, WIDTH, HEIGHT }, 8, 0xff102030, 0xffffffff);
    ck_assert_uint_eq(at(0, 0), 0);
    ck_assert_uint_eq(at(WIDTH - 1, HEIGHT - 1), 0);
    ck_assert_uint_eq(at(WIDTH / 2, HEIGHT / 2), 0xff102030);
    ck_assert_uint_eq(at(WIDTH / 2, 0), 0xffffffff);
    ck_assert_uint_eq(at(0, HEIGHT / 2), 0xffffffff);
    ck_assert_uint_eq(at(WIDTH / 2, 2), 0xff102030);
}
END_TEST

START_TEST(text_is_the_typefaces_pixel_for_pixel)
{
    uint8_t rows[FONT_HEIGHT] = { 0 };
    font_glyph(0xd7, rows);
    ck_assert_int_eq(canvas_text(&canvas, 1, 2, 1, "A\xc3\x97", 0xff0000ff), 17);
    ck_assert_int_eq(canvas_text_width("A\xc3\x97", 2), 32);
    for (int y = 0; y < FONT_HEIGHT; y++)
        for (int x = 0; x < FONT_WIDTH; x++)
            ck_assert_uint_eq(at(9 + x, 2 + y), rows[y] & 0x80 >> x ? 0xff0000ff : 0);
}
END_TEST

START_TEST(large_text_has_smooth_slopes_and_full_strokes)
{
    unsigned between = 0, full = 0;
    canvas_text(&canvas, 0, 0, 2, "X", 0xffffffff);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        unsigned a = canvas.pixels[i] >> 24;
        full += a == 255;
        between += a > 0 && a < 255;
    }
    ck_assert_uint_gt(full, 20);
    ck_assert_uint_gt(between, 4);
}
END_TEST

START_TEST(what_lies_outside_is_cut_off)
{
    const double far = 1e9;
    canvas_fill(&canvas, (struct canvas_box){ -far, -far, far, far }, 0xff00ff00);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        ck_assert_uint_eq(canvas.pixels[i], 0xff00ff00);
    canvas_fill(&canvas, (struct canvas_box){ 5, 5, 2, 2 }, 0xffffffff);
    canvas_fill(&canvas, (struct canvas_box){ WIDTH, HEIGHT, far, far }, 0xffffffff);
    for (int zoom = 1; zoom <= 4; zoom++)
        canvas_text(&canvas, -5, HEIGHT - 5, zoom, "cut off on all sides", 0xff00ff00);
    canvas_panel(&canvas, (struct canvas_box){ -20, -20, 3 * WIDTH, 3 * HEIGHT }, 4, 0xff00ff00, 0xff00ff00);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        ck_assert_uint_eq(canvas.pixels[i], 0xff00ff00);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("canvas");
    TCase *t = tcase_create("canvas");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, it_begins_empty_and_is_painted_over);
    tcase_add_test(t, edges_between_pixels_cover_their_share);
    tcase_add_test(t, a_panel_has_round_corners_and_an_edge);
    tcase_add_test(t, text_is_the_typefaces_pixel_for_pixel);
    tcase_add_test(t, large_text_has_smooth_slopes_and_full_strokes);
    tcase_add_test(t, what_lies_outside_is_cut_off);
    suite_add_tcase(s, t);
    return s;
}
