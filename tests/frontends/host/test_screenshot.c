/* SPDX-License-Identifier: MIT */
/* Catches: swapped colours, a stride taken for a width, files that claim to be written but are not. */
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/host/screenshot.h"
#include "tests/support/support.h"

static char file[] = "/tmp/orrery-screenshot-XXXXXX";

static void make_file(void)
{
    strcpy(strrchr(file, '-'), "-XXXXXX");
    int fd = mkstemp(file);
    ck_assert_int_ge(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(file);
}

/* Reads the file again as XRGB; to be freed. */
static uint32_t *read_again(unsigned *width, unsigned *height)
{
    png_image image = { .version = PNG_IMAGE_VERSION };
    ck_assert_int_ne(png_image_begin_read_from_file(&image, file), 0);
    image.format = PNG_FORMAT_RGB;
    *width = image.width;
    *height = image.height;
    uint8_t *rgb = malloc(PNG_IMAGE_SIZE(image));
    ck_assert_int_ne(png_image_finish_read(&image, NULL, rgb, 0, NULL), 0);
    uint32_t *pixels = malloc((size_t)*width * *height * sizeof *pixels);
    for (size_t i = 0; i < (size_t)*width * *height; i++)
        pixels[i] = (uint32_t)rgb[3 * i] << 16 | (uint32_t)rgb[3 * i + 1] << 8 | rgb[3 * i + 2];
    free(rgb);
    return pixels;
}

START_TEST(a_picture_reads_back_as_it_was)
{
    enum { WIDTH = 37, HEIGHT = 11, STRIDE = 40 };
    static uint32_t pixels[HEIGHT * STRIDE];
    for (unsigned i = 0; i < ARRAY_SIZE(pixels); i++)
        pixels[i] = i * 2654435761u;     /* the top byte is no part of the picture */
    struct display_frame frame = { pixels, WIDTH, HEIGHT, STRIDE };
    ck_assert_int_eq(screenshot_write(file, &frame, NULL), 0);
    unsigned width, height;
    uint32_t *again = read_again(&width, &height);
    ck_assert_uint_eq(width, WIDTH);
    ck_assert_uint_eq(height, HEIGHT);
    for (unsigned y = 0; y < HEIGHT; y++)
        for (unsigned x = 0; x < WIDTH; x++)
            ck_assert_uint_eq(again[y * WIDTH + x], pixels[y * STRIDE + x] & 0xffffff);
    free(again);
}
END_TEST

START_TEST(a_screen_that_is_off_is_black)
{
    unsigned width, height;
    ck_assert_int_eq(screenshot_take(file, NULL, NULL), 0);
    uint32_t *again = read_again(&width, &height);
    ck_assert(width == 640 && height == 480 && again[0] == 0 && again[640 * 480 - 1] == 0);
    free(again);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_an_error)
{
    struct display_frame frame = { 0 };
    struct error err;
    ck_assert_int_eq(screenshot_write("/no/such/folder/a.png", &frame, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "/no/such/folder/a.png"));
    if (access("/dev/full", W_OK) == 0) {
        ck_assert_int_eq(screenshot_write("/dev/full", &frame, &err), -1);
        ck_assert_ptr_nonnull(strstr(err.text, "No space"));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("screenshot");
    TCase *t = tcase_create("screenshot");
    tcase_add_checked_fixture(t, make_file, remove_file);
    tcase_add_test(t, a_picture_reads_back_as_it_was);
    tcase_add_test(t, a_screen_that_is_off_is_black);
    tcase_add_test(t, a_file_that_cannot_be_written_is_an_error);
    suite_add_tcase(s, t);
    return s;
}
