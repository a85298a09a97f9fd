/* SPDX-License-Identifier: MIT */
/* Catches: pictures out of proportion, blurred where they could be sharp, corners that the mouse cannot reach, clicks that land
   beside what was clicked, windows that jump back when the guest follows them. */
#include "bus/port.h"
#include "frontends/sdl/letterbox.h"
#include "tests/support/support.h"

static void is_box(struct letterbox box, int x, int y, int width, int height)
{
    ck_assert_int_eq(box.x, x);
    ck_assert_int_eq(box.y, y);
    ck_assert_int_eq(box.width, width);
    ck_assert_int_eq(box.height, height);
}

START_TEST(a_picture_keeps_its_proportions_and_is_centred)
{
    is_box(letterbox_fit(1024, 768, 1024, 768), 0, 0, 1024, 768);
    is_box(letterbox_fit(2048, 1536, 1024, 768), 0, 0, 2048, 1536);
    is_box(letterbox_fit(1920, 1080, 1024, 768), 240, 0, 1440, 1080);
    is_box(letterbox_fit(768, 1024, 1024, 768), 0, 224, 768, 576);
    is_box(letterbox_fit(1, 1, 16384, 1), 0, 0, 1, 1);
    is_box(letterbox_fit(16384, 16384, 16384, 16384), 0, 0, 16384, 16384);
}
END_TEST

START_TEST(whole_multiples_are_the_largest_that_fit)
{
    is_box(letterbox_place(SCALING_INTEGER, 1920, 1080, 640, 400, 0, 0), 320, 140, 1280, 800);
    is_box(letterbox_place(SCALING_INTEGER, 1279, 800, 640, 400, 0, 0), 319, 200, 640, 400);
    is_box(letterbox_place(SCALING_INTEGER, 1280, 1200, 640, 400, 0, 0), 0, 200, 1280, 800);
    is_box(letterbox_place(SCALING_INTEGER, 640, 399, 640, 400, 0, 0), 1, 0, 638, 399);      /* none does: as well as it can */
    is_box(letterbox_place(SCALING_FIT, 1920, 1080, 640, 400, 0, 0), 96, 0, 1728, 1080);
}
END_TEST

START_TEST(pixel_by_pixel_is_neither_larger_nor_smaller)
{
    is_box(letterbox_place(SCALING_ONE, 1920, 1080, 640, 400, 9, 9), 640, 340, 640, 400);
    is_box(letterbox_place(SCALING_ONE, 640, 400, 640, 400, 9, 9), 0, 0, 640, 400);
    is_box(letterbox_place(SCALING_ONE, 800, 300, 640, 400, 0, 0), 80, 0, 640, 400);
    is_box(letterbox_place(SCALING_ONE, 800, 300, 640, 400, 0, INPUT_ABS_MAX), 80, -100, 640, 400);
}
END_TEST

/* The pointer's place over the picture decides what is seen, and what is seen decides where the pointer is: these must agree, or
   the picture would swim. */
START_TEST(a_large_picture_moves_so_that_the_pointer_stays_on_its_point)
{
    enum { WINDOW = 640, PICTURE = 1024 };
    for (int x = 0; x < WINDOW; x += 13) {
        struct letterbox box = { .width = PICTURE, .height = PICTURE };
        int at_x, at_y;
        ck_assert(letterbox_point(&box, WINDOW, WINDOW, x, WINDOW - 1 - x, &at_x, &at_y));
        box = letterbox_place(SCALING_ONE, WINDOW, WINDOW, PICTURE, PICTURE, at_x, at_y);
        int seen = x - box.x, pointed = (int)((int64_t)at_x * (PICTURE - 1) / INPUT_ABS_MAX);
        ck_assert_msg(seen - pointed <= 1 && pointed - seen <= 1, "at %d: %d is seen, %d is pointed at", x, seen, pointed);
        ck_assert(box.x <= 0 && box.x >= WINDOW - PICTURE && box.y <= 0 && box.y >= WINDOW - PICTURE);
    }
    struct letterbox box = letterbox_place(SCALING_ONE, WINDOW, WINDOW, PICTURE, PICTURE, INPUT_ABS_MAX, 0);
    is_box(box, WINDOW - PICTURE, 0, PICTURE, PICTURE);
}
END_TEST

START_TEST(every_corner_of_the_picture_is_in_reach)
{
    struct letterbox box = letterbox_fit(1920, 1080, 1024, 768);
    int x, y;
    ck_assert(letterbox_point(&box, 1920, 1080, 240, 0, &x, &y));
    ck_assert(x == 0 && y == 0);
    ck_assert(letterbox_point(&box, 1920, 1080, 240 + 1440 - 1, 1079, &x, &y));
    ck_assert(x == INPUT_ABS_MAX && y == INPUT_ABS_MAX);
    ck_assert(letterbox_point(&box, 1920, 1080, 240 + 720, 540, &x, &y));
    ck_assert(x > 0x3fe0 && x < 0x4020 && y > 0x3fe0 && y < 0x4020);
    for (int scaling = 0; scaling < SCALINGS; scaling++) {
        box = letterbox_place(scaling, 700, 500, 1024, 400, 0, 0);
        letterbox_point(&box, 700, 500, 0, 0, &x, &y);
        ck_assert(x == 0 && y == 0);
        letterbox_point(&box, 700, 500, 699, 499, &x, &y);
        ck_assert(x == INPUT_ABS_MAX && y == INPUT_ABS_MAX);
    }
}
END_TEST

START_TEST(a_point_beside_the_picture_is_its_nearest_edge)
{
    struct letterbox box = letterbox_fit(1920, 1080, 1024, 768);
    int x, y;
    ck_assert(!letterbox_point(&box, 1920, 1080, 0, 540, &x, &y));
    ck_assert_int_eq(x, 0);
    ck_assert(!letterbox_point(&box, 1920, 1080, 1919, -5, &x, &y));
    ck_assert(x == INPUT_ABS_MAX && y == 0);
    struct letterbox dot = letterbox_fit(1, 1, 5, 5);
    ck_assert(letterbox_point(&dot, 1, 1, 0, 0, &x, &y));
    ck_assert(x == 0 && y == 0);
}
END_TEST

START_TEST(units_of_a_dense_screen_hold_several_pixels)
{
    ck_assert_int_eq(letterbox_units(1024, 800, 800), 1024);
    ck_assert_int_eq(letterbox_units(1024, 800, 1600), 512);
    ck_assert_int_eq(letterbox_units(1023, 800, 1600), 512);      /* never too small */
    ck_assert_int_eq(letterbox_units(1000, 800, 1200), 667);
    ck_assert_int_eq(letterbox_units(1000, 0, 0), 1000);
}
END_TEST

START_TEST(a_guest_that_follows_the_window_is_not_followed)
{
    ck_assert(letterbox_is_answer(800, 500, 800, 500, 60000));    /* exactly what it was told, however late */
    ck_assert(letterbox_is_answer(800, 480, 804, 500, 1000));     /* or what its modes allow of it */
    ck_assert(!letterbox_is_answer(800, 480, 804, 500, 60000));   /* a mode of its own */
    ck_assert(!letterbox_is_answer(1280, 1024, 800, 500, 1000));
    ck_assert(!letterbox_is_answer(1024, 768, 0, 0, 0));          /* it was told nothing */
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("letterbox");
    TCase *t = tcase_create("letterbox");
    tcase_add_test(t, a_picture_keeps_its_proportions_and_is_centred);
    tcase_add_test(t, whole_multiples_are_the_largest_that_fit);
    tcase_add_test(t, pixel_by_pixel_is_neither_larger_nor_smaller);
    tcase_add_test(t, a_large_picture_moves_so_that_the_pointer_stays_on_its_point);
    tcase_add_test(t, every_corner_of_the_picture_is_in_reach);
    tcase_add_test(t, a_point_beside_the_picture_is_its_nearest_edge);
    tcase_add_test(t, units_of_a_dense_screen_hold_several_pixels);
    tcase_add_test(t, a_guest_that_follows_the_window_is_not_followed);
    suite_add_tcase(s, t);
    return s;
}
