/* SPDX-License-Identifier: MIT */
/* Catches: a fused multiply-add of singles that is rounded twice, on hosts without the instruction. (Those with it take another
   way, so the comparison with QEMU does not see this one.) */
#include "cpu/arm64/fpu_fma.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

static uint64_t seed = 77;

static uint32_t next_random(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)(seed * 0x2545f4914f6cdd1dull >> 32);
}

/* Few bits set, so that sums often end near the middle between two singles. */
static uint32_t operand(void)
{
    uint32_t r = next_random(), fraction = (1u << r % 23 | (r >> 5 & 1) << (r >> 6) % 23 | (r >> 12 & 1)) & 0x7fffff;
    return (r & SIGN_S) | (100 + (r >> 16) % 55) << 23 | fraction;
}

START_TEST(a_sum_by_doubles_is_proven_only_if_it_is_the_fused_one)
{
    unsigned proven = 0, count = (unsigned)trials(2000000, 1);
    for (unsigned i = 0; i < count; i++) {
        uint32_t a = operand(), b = operand(), addend = operand();
        struct host_result r = host_muladd_s_by_double(true, a, b, addend);
        if (!r.is_proven)
            continue;
        proven++;
        ck_assert_uint_eq(r.bits, softfp_muladd((struct softfp_mode){ .format = SOFTFP_SINGLE }, a, b, addend, 0).value);
    }
    ck_assert_uint_gt(proven, count / 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("fpu_fma");
    TCase *t = tcase_create("fpu_fma");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_sum_by_doubles_is_proven_only_if_it_is_the_fused_one);
    suite_add_tcase(s, t);
    return s;
}
