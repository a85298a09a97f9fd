/* SPDX-License-Identifier: MIT */
/* Catches: a block that a driver rejects, and a preferred mode that is not the size asked for. */
#include "base/bits.h"
#include "devices/virtio/edid.h"
#include "tests/support/support.h"

static void check(unsigned width, unsigned height)
{
    uint8_t e[EDID_SIZE], sum = 0;
    edid_make(e, width, height);
    for (unsigned i = 0; i < EDID_SIZE; i++)
        sum += e[i];
    ck_assert_uint_eq(sum, 0);
    ck_assert_uint_eq(ld_le64(e), 0x00ffffffffffff00ull);
    ck_assert_uint_eq(e[18], 1);
    ck_assert_uint_eq(e[126], 0);
    const uint8_t *t = e + 54;
    unsigned h_active = t[2] | (t[4] >> 4) << 8, h_blank = t[3] | (t[4] & 15) << 8;
    unsigned v_active = t[5] | (t[7] >> 4) << 8, v_blank = t[6] | (t[7] & 15) << 8;
    ck_assert_uint_eq(h_active, width);
    ck_assert_uint_eq(v_active, height);
    unsigned h_front = t[8] | (t[11] >> 6) << 8, h_sync = t[9] | (t[11] >> 4 & 3) << 8;
    unsigned v_front = t[10] >> 4 | (t[11] >> 2 & 3) << 4, v_sync = (t[10] & 15) | (t[11] & 3) << 4;
    ck_assert_uint_lt(h_front + h_sync, h_blank);
    ck_assert_uint_lt(v_front + v_sync, v_blank);
    ck_assert_uint_gt(h_front * h_sync * v_front * v_sync, 0);
    double refresh = ld_le16(t) * 10000.0 / ((h_active + h_blank) * (v_active + v_blank));
    ck_assert(refresh > 20 && refresh < 60.1);
    if (width * height <= 3840 * 2160)
        ck_assert(refresh > 58 || width < 100);
    ck_assert_uint_eq(t[17] >> 3 & 3, 3);
}

START_TEST(the_preferred_mode_is_the_size_asked_for)
{
    const unsigned sizes[][2] = {
        { 1024, 768 }, { 800, 600 }, { 1920, 1080 }, { 3840, 2160 }, { 1, 1 }, { EDID_MAX, EDID_MAX }, { 1367, 769 },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++)
        check(sizes[i][0], sizes[i][1]);
}
END_TEST

START_TEST(a_second_descriptor_names_the_monitor)
{
    uint8_t e[EDID_SIZE];
    edid_make(e, 1024, 768);
    ck_assert_uint_eq(e[54 + 18 + 3], 0xfd);
    ck_assert_uint_eq(e[54 + 36 + 3], 0xfc);
    ck_assert_mem_eq(e + 54 + 36 + 5, "Orrery\n", 7);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("edid");
    TCase *t = tcase_create("edid");
    tcase_add_test(t, the_preferred_mode_is_the_size_asked_for);
    tcase_add_test(t, a_second_descriptor_names_the_monitor);
    suite_add_tcase(s, t);
    return s;
}
