/* SPDX-License-Identifier: MIT */
/* Catches: lamps that stay dark or never go out, a slow host that is not told of in red, numbers that break the line, text that
   runs over other text in narrow windows. */
#include <math.h>

#include "frontends/sdl/status.h"
#include "tests/support/support.h"

enum { GREEN = 0xff2fc79b, GREY = 0xff7b8494, YELLOW = 0xffe6b400, RED = 0xffff6b5e };

static struct canvas canvas;

static unsigned pixels_of(uint32_t colour)
{
    unsigned count = 0;
    for (int i = 0; i < canvas.width * canvas.height; i++)
        count += canvas.pixels[i] == colour;
    return count;
}

START_TEST(a_lamp_is_lit_while_something_goes_through)
{
    struct status s = { 0 };
    status_take(&s, &(struct bridge_speed){ .bytes = { 100, 0, 5 } });
    ck_assert(s.is_lit[BRIDGE_DISK] && !s.is_lit[BRIDGE_NET] && s.is_lit[BRIDGE_SOUND]);
    status_take(&s, &(struct bridge_speed){ .bytes = { 100, 1, 5 } });
    ck_assert(!s.is_lit[BRIDGE_DISK] && s.is_lit[BRIDGE_NET] && !s.is_lit[BRIDGE_SOUND]);
    status_take(&s, &(struct bridge_speed){ .bytes = { 100, 1, 5 } });
    ck_assert(!s.is_lit[BRIDGE_DISK] && !s.is_lit[BRIDGE_NET] && !s.is_lit[BRIDGE_SOUND]);
}
END_TEST

START_TEST(each_state_has_its_colour)
{
    struct status s = { .speed = { 150, 100, TIMING_OFF, false } };
    status_draw(&canvas, &s, 1, 1024);
    ck_assert_int_eq(canvas.width, 1024);
    ck_assert_int_eq(canvas.height, STATUS_HEIGHT);
    ck_assert_uint_ge(pixels_of(GREY), 20);
    ck_assert_uint_eq(pixels_of(GREEN) + pixels_of(RED) + pixels_of(YELLOW), 0);
    s.is_lit[BRIDGE_NET] = true;
    status_draw(&canvas, &s, 1, 1024);
    unsigned one = pixels_of(GREEN);
    ck_assert_uint_ge(one, 20);
    s.speed.timing = TIMING_ON;
    status_draw(&canvas, &s, 1, 1024);
    ck_assert_uint_eq(pixels_of(GREEN), 2 * one);
    s.speed.is_slow = true;
    status_draw(&canvas, &s, 1, 1024);
    unsigned words = pixels_of(RED);
    ck_assert_uint_ge(words, 200);
    s.recording = "sound";
    s.typing = 12;
    status_draw(&canvas, &s, 1, 1024);
    ck_assert_uint_ge(pixels_of(RED), words + 20);
    ck_assert_uint_ge(pixels_of(YELLOW), 20);
}
END_TEST

START_TEST(the_picture_s_size_is_left_out_where_it_has_no_room)
{
    struct status s = { .speed = { 150, 100, TIMING_ON, false } }, sized = s;
    sized.width = 1024;
    sized.height = 768;
    sized.percent = 100;
    for (int width = 160; width <= 1280; width += 1120) {
        uint64_t sum[2] = { 0 };
        for (int i = 0; i < 2; i++) {
            status_draw(&canvas, i ? &sized : &s, 1, width);
            for (int k = 0; k < canvas.width * canvas.height; k++)
                sum[i] += canvas.pixels[k];
        }
        ck_assert(width < 200 ? sum[0] == sum[1] : sum[0] != sum[1]);
    }
}
END_TEST

START_TEST(no_number_breaks_the_line)
{
    static const double numbers[] = { 0, -1, 1e300, INFINITY, NAN };
    for (unsigned i = 0; i < ARRAY_SIZE(numbers); i++) {
        char recording[200];
        for (unsigned k = 0; k < sizeof recording; k++)
            recording[k] = k + 1 < sizeof recording ? 'x' : 0;
        struct status s = { .speed = { numbers[i], numbers[i], TIMING_REFERENCE, true }, .recording = recording, .typing = UINT64_MAX,
                            .is_grabbed = true, .width = 99999, .height = 99999, .percent = 99999 };
        status_draw(&canvas, &s, 1 + (int)i % 4, 1 + (int)i * 300);
        ck_assert_int_eq(canvas.width, 1 + (int)i * 300);
    }
}
END_TEST

START_TEST(the_keys_panel_is_as_large_as_its_rows)
{
    static const struct status_key few[] = { { "A", "a" }, { NULL, NULL } };
    static const struct status_key more[] = { { "A", "a" }, { "B", "a much longer row than the head of the panel" }, { NULL, NULL } };
    status_draw_keys(&canvas, few, 1);
    int width = canvas.width, height = canvas.height;
    status_draw_keys(&canvas, more, 1);
    ck_assert(canvas.width > width && canvas.height == height + 16);
    status_draw_keys(&canvas, few, 3);
    ck_assert(canvas.width == 3 * width && canvas.height == 3 * height);
}
END_TEST

static void tear_down(void)
{
    canvas_free(&canvas);
}

Suite *test_suite(void)
{
    Suite *s = suite_create("status");
    TCase *t = tcase_create("status");
    tcase_add_checked_fixture(t, NULL, tear_down);
    tcase_add_test(t, a_lamp_is_lit_while_something_goes_through);
    tcase_add_test(t, each_state_has_its_colour);
    tcase_add_test(t, the_picture_s_size_is_left_out_where_it_has_no_room);
    tcase_add_test(t, no_number_breaks_the_line);
    tcase_add_test(t, the_keys_panel_is_as_large_as_its_rows);
    suite_add_tcase(s, t);
    return s;
}
