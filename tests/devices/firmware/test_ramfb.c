/* SPDX-License-Identifier: MIT */
/* Catches: swapped colours in any format, rows at the wrong stride, a configuration that makes the host read outside RAM, one that
   is half taken, a screen that outlives a reset. */
#include "base/bits.h"
#include "bus/port.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum { DMA = 16, FILE_KEY = 0x20, SELECT_WRITE = 8 | 16 };
enum { ACCESS = FIXTURE_RAM + 0x100, CONFIG = FIXTURE_RAM + 0x200, PIXELS = FIXTURE_RAM + 0x10000,
       RAM_END = FIXTURE_RAM + FIXTURE_RAM_SIZE };
enum { XR24 = 0x34325258, XB24 = 0x34324258, RG24 = 0x34324752, RG16 = 0x36314752 };

static struct device_fixture *f;
static struct device *cfg;
static struct display display;

static void setup(void)
{
    display = (struct display){ 0 };
    f = device_fixture_new();
    cfg = device_fixture_add(f, "fw-cfg");
    struct device *fb = device_fixture_add(f, "ramfb");
    fb->parent = cfg;
    device_fixture_attach(fb, "display", &display);
    device_fixture_start(f);
}

static void teardown(void)
{
    device_fixture_free(f);
}

static void put_be32(gpa_t at, uint32_t value)
{
    device_fixture_write(f, at, 4, __builtin_bswap32(value));
}

static void configure(uint64_t address, uint32_t format, uint32_t width, uint32_t height, uint32_t stride)
{
    const uint32_t words[] = { (uint32_t)(address >> 32), (uint32_t)address, format, 0, width, height, stride };
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        put_be32(CONFIG + 4 * i, words[i]);
    const uint32_t access[] = { FILE_KEY << 16 | SELECT_WRITE, sizeof words, 0, CONFIG };
    for (unsigned i = 0; i < ARRAY_SIZE(access); i++)
        put_be32(ACCESS + 4 * i, access[i]);
    device_fixture_write(f, device_fixture_base(f, cfg, "regs") + DMA, 8, __builtin_bswap64(ACCESS));
    ck_assert_uint_eq(device_fixture_read(f, ACCESS, 4), 0);
}

static struct display_frame scan(bool *dirty)
{
    struct display_frame frame;
    display.scan(display.device, &frame, dirty);
    return frame;
}

START_TEST(it_is_dark_until_firmware_says_where)
{
    ck_assert_ptr_null(scan(NULL).pixels);
    configure(PIXELS, XR24, 20, 10, 80);
    struct display_frame frame = scan(NULL);
    ck_assert_ptr_nonnull(frame.pixels);
    ck_assert_uint_eq(frame.width, 20);
    ck_assert_uint_eq(frame.height, 10);
}
END_TEST

START_TEST(every_format_has_its_colours)
{
    static const struct { uint32_t format; unsigned bytes; uint32_t value, colour; } rows[] = {
        { XR24, 4, 0xff112233, 0x112233 }, { 0x34325241, 4, 0x80112233, 0x112233 }, { XB24, 4, 0x00332211, 0x112233 },
        { 0x34324241, 4, 0xff332211, 0x112233 }, { RG24, 3, 0x112233, 0x112233 }, { RG16, 2, 0xf81f, 0xff00ff },
        { RG16, 2, 0x07e0, 0x00ff00 }, { RG16, 2, 0x8410, 0x848284 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        configure(PIXELS, rows[i].format, 8, 4, 0);
        gpa_t at = PIXELS + (2 * 8 + 3) * rows[i].bytes;   /* row 2, column 3 */
        for (unsigned k = 0; k < rows[i].bytes; k++)
            device_fixture_write(f, at + k, 1, rows[i].value >> 8 * k & 0xff);
        struct display_frame frame = scan(NULL);
        ck_assert_uint_eq(frame.pixels[2 * frame.stride + 3], rows[i].colour);
        for (unsigned k = 0; k < rows[i].bytes; k++)
            device_fixture_write(f, at + k, 1, 0);
    }
}
END_TEST

START_TEST(rows_are_a_stride_apart)
{
    configure(PIXELS, XR24, 5, 3, 100);
    device_fixture_write(f, PIXELS + 200 + 16, 4, 0xabcdef);
    device_fixture_write(f, PIXELS + 20, 4, 0xffffff);   /* in the gap */
    struct display_frame frame = scan(NULL);
    for (unsigned i = 0; i < 15; i++)
        ck_assert_uint_eq(frame.pixels[i / 5 * frame.stride + i % 5], i == 14 ? 0xabcdef : 0);
}
END_TEST

START_TEST(only_changes_are_told)
{
    bool dirty;
    configure(PIXELS, XR24, 5, 3, 0);
    scan(&dirty);
    ck_assert(dirty);
    scan(&dirty);
    ck_assert(!dirty);
    device_fixture_write(f, PIXELS + 56, 4, 1);
    scan(NULL);
    scan(&dirty);
    ck_assert(dirty);
}
END_TEST

/* What cannot be leaves the picture before it. */
START_TEST(impossible_screens_are_refused)
{
    static const struct { uint64_t address; uint32_t format, width, height, stride; } rows[] = {
        { PIXELS, XR24, 0, 10, 80 }, { PIXELS, XR24, 10, 0, 80 }, { PIXELS, XR24, 8193, 1, 0 }, { PIXELS, XR24, 1, 8193, 0 },
        { PIXELS, XR24, UINT32_MAX, UINT32_MAX, UINT32_MAX }, { PIXELS, XR24, 20, 10, 79 }, { PIXELS, XR24, 20, 10, 1 },
        { PIXELS, XR24, 20, 10, UINT32_MAX }, { PIXELS, 0x20203852, 20, 10, 80 }, { PIXELS, 0, 20, 10, 80 },
        { 0, XR24, 20, 10, 80 }, { RAM_END - 799, XR24, 20, 10, 80 }, { UINT64_MAX - 100, XR24, 20, 10, 80 },
        { FIXTURE_IO, XR24, 20, 10, 80 }, { PIXELS, XR24, 8192, 8192, 0 }, { 0xffffffffffffffff, XR24, 1, 1, 0 },
    };
    configure(PIXELS, XR24, 7, 6, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        configure(rows[i].address, rows[i].format, rows[i].width, rows[i].height, rows[i].stride);
        struct display_frame frame = scan(NULL);
        ck_assert_msg(frame.pixels && frame.width == 7 && frame.height == 6, "row %u was taken", i);
    }
    configure(RAM_END - 800, XR24, 20, 10, 80);   /* up to the last byte */
    ck_assert_uint_eq(scan(NULL).width, 20);
}
END_TEST

START_TEST(reset_makes_it_dark)
{
    bool dirty;
    configure(PIXELS, XR24, 5, 3, 0);
    scan(&dirty);
    device_fixture_reset(f);
    struct display_frame frame = scan(&dirty);
    ck_assert_ptr_null(frame.pixels);
    ck_assert(dirty);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ramfb");
    TCase *tcase = tcase_create("ramfb");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, it_is_dark_until_firmware_says_where);
    tcase_add_test(tcase, every_format_has_its_colours);
    tcase_add_test(tcase, rows_are_a_stride_apart);
    tcase_add_test(tcase, only_changes_are_told);
    tcase_add_test(tcase, impossible_screens_are_refused);
    tcase_add_test(tcase, reset_makes_it_dark);
    suite_add_tcase(suite, tcase);
    return suite;
}
