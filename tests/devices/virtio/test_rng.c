/* SPDX-License-Identifier: MIT */
/* Catches: an entropy device that repeats itself, differs between equal runs, or fills what it was not given. */
#include <string.h>

#include "tests/devices/virtio/driver.h"
#include "tests/devices/virtio/mad_driver.h"
#include "tests/support/support.h"

static struct driver *boot(uint64_t seed)
{
    struct driver *d = driver_new("virtio-rng");
    device_fixture_option(d->part, "seed", seed);
    driver_start(d);
    driver_boot(d, UINT64_MAX);
    return d;
}

static void ask(struct driver *d, uint8_t *bytes, uint32_t length)
{
    struct driver_buffer b = { driver_alloc(d, length), length, true };
    ck_assert_uint_eq(driver_run(d, 0, &b, 1, 0), length);
    driver_get(d, b.at, bytes, length);
}

START_TEST(equal_seeds_give_equal_numbers_and_others_do_not)
{
    uint8_t a[1000], b[1000], c[1000], more[1000];
    struct driver *d = boot(7);
    ck_assert_uint_eq(driver_load(d, REG_DEVICE_ID), 4);
    ask(d, a, sizeof a);
    ask(d, more, sizeof more);
    ck_assert_mem_ne(a, more, sizeof a);
    driver_boot(d, UINT64_MAX);
    ask(d, more, sizeof more);
    ck_assert_mem_ne(a, more, sizeof a);   /* a driver's reset does not start the numbers again, */
    device_fixture_reset(d->f);
    driver_boot(d, UINT64_MAX);
    ask(d, more, sizeof more);
    ck_assert_mem_eq(a, more, sizeof a);   /* power on does */
    driver_free(d);
    d = boot(7);
    ask(d, b, sizeof b);
    driver_free(d);
    d = boot(8);
    ask(d, c, sizeof c);
    driver_free(d);
    ck_assert_mem_eq(a, b, sizeof a);
    ck_assert_mem_ne(a, c, sizeof a);
}
END_TEST

START_TEST(the_numbers_look_even)
{
    uint8_t bytes[8192];
    unsigned ones = 0;
    struct driver *d = boot(1);
    ask(d, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes; i++)
        ones += (unsigned)__builtin_popcount(bytes[i]);
    ck_assert_uint_ge(ones, sizeof bytes * 4 * 97 / 100);
    ck_assert_uint_le(ones, sizeof bytes * 4 * 103 / 100);
    driver_free(d);
}
END_TEST

START_TEST(a_request_is_filled_exactly_and_a_huge_one_in_part)
{
    struct driver *d = boot(1);
    gpa_t at = driver_alloc(d, 0x40000);
    uint8_t around[12];
    struct driver_buffer odd = { at + 1, 9, true }, huge = { at, 0x40000, true };
    ck_assert_uint_eq(driver_run(d, 0, &odd, 1, 0), 9);
    driver_get(d, at, around, sizeof around);
    ck_assert_uint_eq(around[0], 0);
    ck_assert_uint_eq(around[10], 0);
    ck_assert_uint_eq(driver_run(d, 0, &huge, 1, 0), 0x10000);
    driver_free(d);
}
END_TEST

static void no_request(struct driver *d, uint64_t *random, uint8_t *bytes, unsigned size)
{
    (void)d;
    (void)random;
    (void)bytes;
    (void)size;
}

START_TEST(a_mad_driver_does_no_harm)
{
    struct driver *d = driver_new("virtio-rng");
    driver_start(d);
    mad_driver_run(d, 150000, 4, no_request, NULL, NULL);
    driver_free(d);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("virtio-rng");
    TCase *t = tcase_create("virtio-rng");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, equal_seeds_give_equal_numbers_and_others_do_not);
    tcase_add_test(t, the_numbers_look_even);
    tcase_add_test(t, a_request_is_filled_exactly_and_a_huge_one_in_part);
    tcase_add_test(t, a_mad_driver_does_no_harm);
    suite_add_tcase(s, t);
    return s;
}
