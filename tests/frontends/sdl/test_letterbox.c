/* SPDX-License-Identifier: MIT */
/* Catches: pictures out of proportion, corners that the mouse cannot reach, clicks that land beside what was clicked. */
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

START_TEST(every_corner_of_the_picture_is_in_reach)
{
    struct letterbox box = letterbox_fit(1920, 1080, 1024, 768);
    int x, y;
    ck_assert(letterbox_point(&box, 240, 0, &x, &y));
    ck_assert(x == 0 && y == 0);
    ck_assert(letterbox_point(&box, 240 + 1440 - 1, 1079, &x, &y));
    ck_assert(x == INPUT_ABS_MAX && y == INPUT_ABS_MAX);
    ck_assert(letterbox_point(&box, 240 + 720, 540, &x, &y));
    ck_assert(x > 0x3fe0 && x < 0x4020 && y > 0x3fe0 && y < 0x4020);
}
END_TEST

START_TEST(a_point_beside_the_picture_is_its_nearest_edge)
{
    struct letterbox box = letterbox_fit(1920, 1080, 1024, 768), dot = { 0, 0, 1, 1 };
    int x, y;
    ck_assert(!letterbox_point(&box, 0, 540, &x, &y));
    ck_assert_int_eq(x, 0);
    ck_assert(!letterbox_point(&box, 1919, -5, &x, &y));
    ck_assert(x == INPUT_ABS_MAX && y == 0);
    ck_assert(letterbox_point(&dot, 0, 0, &x, &y));
    ck_assert(x == 0 && y == 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("letterbox");
    TCase *t = tcase_create("letterbox");
    tcase_add_test(t, a_picture_keeps_its_proportions_and_is_centred);
    tcase_add_test(t, every_corner_of_the_picture_is_in_reach);
    tcase_add_test(t, a_point_beside_the_picture_is_its_nearest_edge);
    suite_add_tcase(s, t);
    return s;
}
