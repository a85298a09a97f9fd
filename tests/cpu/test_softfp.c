/* SPDX-License-Identifier: MIT */
/* Catches: a wrong last bit, a wrong or missing flag, a rounding direction confused, a NaN lost: everything that the host's FPU,
   in each of its rounding modes, does differently. What hosts do not have (flushing, half precision, ties away, odd) has cases
   by hand. */
#include <fenv.h>
#include <math.h>
#include <string.h>

#include "cpu/softfp.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { ROUNDS = 60000 };

static uint64_t seed;

static int rounds(void)
{
    static int count;
    if (!count)
        count = (int)trials(ROUNDS, 1);
    return count;
}

static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545f4914f6cdd1dull;
}

static double as_double(uint64_t v) { double d; memcpy(&d, &v, 8); return d; }
static uint64_t of_double(double d) { uint64_t v; memcpy(&v, &d, 8); return v; }
static float as_single(uint64_t v) { uint32_t w = (uint32_t)v; float f; memcpy(&f, &w, 4); return f; }
static uint64_t of_single(float f) { uint32_t w; memcpy(&w, &f, 4); return w; }

/* Values where bugs live: near 1, near the ends of the exponent range, few bits set, long runs of ones, specials, anything. */
static uint64_t interesting(enum softfp_format format)
{
    unsigned fraction = format == SOFTFP_DOUBLE ? 52 : 23, exponents = format == SOFTFP_DOUBLE ? 2047 : 255;
    uint64_t r = next_random(), sign = (r & 1) << (format == SOFTFP_DOUBLE ? 63 : 31), one = 1ull << fraction;
    uint64_t bits = next_random() & (one - 1);
    switch (r >> 4 & 7) {
    case 0: bits = 0; break;
    case 1: bits = 1ull << (r >> 16) % fraction; break;
    case 2: bits = (one - 1) & ~((1ull << (r >> 16) % fraction) - 1); break;
    case 3: bits = (1ull << (r >> 16) % fraction) - 1; break;
    }
    unsigned exponent = exponents / 2;
    switch (r >> 8 & 7) {
    case 0: exponent = (unsigned)(r >> 24) % (exponents + 1); break;
    case 1: exponent = (unsigned)(r >> 24) % 3; break;
    case 2: exponent = exponents - (unsigned)(r >> 24) % 3; break;
    case 3: exponent += (unsigned)(r >> 24) % (2 * fraction) - fraction; break;
    case 4: exponent = exponents / 4 * (1 + 2 * (r >> 24 & 1)) + (unsigned)(r >> 25) % 8; break;
    default: exponent += (unsigned)(r >> 24) % 5 - 2; break;
    }
    return sign | (uint64_t)exponent << fraction | bits;
}

/* Through pointers, so that the compiler does not put its own expansion there, which is right in one rounding mode only. */
static double (*volatile host_rint)(double) = rint;
static float (*volatile host_rintf)(float) = rintf;
static long (*volatile host_lrint)(double) = lrint;

static const int host_rounding[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };

static uint32_t host_flags(void)
{
    int e = fetestexcept(FE_ALL_EXCEPT);
    return (e & FE_INVALID ? SOFTFP_INVALID : 0) | (e & FE_DIVBYZERO ? SOFTFP_DIVIDE : 0) |
           (e & FE_OVERFLOW ? SOFTFP_OVERFLOW : 0) | (e & FE_UNDERFLOW ? SOFTFP_UNDERFLOW : 0) |
           (e & FE_INEXACT ? SOFTFP_INEXACT : 0);
}

/* What hosts may do otherwise: they see tininess after rounding, which matters for results rounded up to the smallest normal
   number; NaN payloads are their own; and infinity times zero plus a quiet NaN may be valid. */
static void check_same(const char *what, enum softfp_format format, struct softfp_result r, uint64_t host, uint32_t flags,
                       const uint64_t *operands)
{
    uint64_t sign = format == SOFTFP_DOUBLE ? 1ull << 63 : 1ull << 31;
    uint64_t smallest = format == SOFTFP_DOUBLE ? 1ull << 52 : 1ull << 23;
    if ((host & ~sign) == smallest && flags & SOFTFP_INEXACT) {
        r.flags &= ~(uint32_t)SOFTFP_UNDERFLOW;
        flags &= ~(uint32_t)SOFTFP_UNDERFLOW;
    }
    if (!strcmp(what, "fma") && softfp_is_nan(format, operands[2]))
        r.flags = flags;
    bool is_same = softfp_is_nan(format, host) ? softfp_is_nan(format, r.value) : r.value == host;
    ck_assert_msg(is_same && r.flags == flags, "%s %llx %llx %llx: %llx flags %x, host %llx flags %x", what,
                  (unsigned long long)operands[0], (unsigned long long)operands[1], (unsigned long long)operands[2],
                  (unsigned long long)r.value, (unsigned)r.flags, (unsigned long long)host, (unsigned)flags);
}

#define CHECK_HOST(what, format, of, type, soft, expression)                         \
    do {                                                                             \
        feclearexcept(FE_ALL_EXCEPT);                                                \
        fesetround(host_rounding[mode.rounding]);                                    \
        volatile type host_ = (expression);                                          \
        uint32_t flags_ = host_flags();                                              \
        fesetround(FE_TONEAREST);                                                    \
        check_same(what, format, soft, of(host_), flags_, v);                        \
    } while (0)

START_TEST(doubles_agree_with_the_host_in_every_rounding_mode)
{
    seed = 0x1234567 + (unsigned)_i;
    struct softfp_mode mode = { .format = SOFTFP_DOUBLE, .rounding = (uint8_t)_i }, single = mode;
    single.format = SOFTFP_SINGLE;
    for (int i = 0; i < rounds(); i++) {
        uint64_t v[3] = { interesting(SOFTFP_DOUBLE), interesting(SOFTFP_DOUBLE), interesting(SOFTFP_DOUBLE) };
        volatile double a = as_double(v[0]), b = as_double(v[1]), c = as_double(v[2]);
        CHECK_HOST("add", SOFTFP_DOUBLE, of_double, double, softfp_add(mode, v[0], v[1]), a + b);
        CHECK_HOST("sub", SOFTFP_DOUBLE, of_double, double, softfp_sub(mode, v[0], v[1]), a - b);
        CHECK_HOST("mul", SOFTFP_DOUBLE, of_double, double, softfp_mul(mode, v[0], v[1]), a * b);
        CHECK_HOST("div", SOFTFP_DOUBLE, of_double, double, softfp_div(mode, v[0], v[1]), a / b);
        CHECK_HOST("sqrt", SOFTFP_DOUBLE, of_double, double, softfp_sqrt(mode, v[0]), sqrt(a));
        CHECK_HOST("single", SOFTFP_SINGLE, of_single, float, softfp_convert(single, SOFTFP_DOUBLE, v[0]), (float)a);
        CHECK_HOST("rint", SOFTFP_DOUBLE, of_double, double, softfp_round(mode, v[0], true), host_rint(a));
        /* The product close to the addend: massive cancellation. */
        if (i & 1)
            c = -(a * b);
        v[2] = of_double(c);
        CHECK_HOST("fma", SOFTFP_DOUBLE, of_double, double, softfp_muladd(mode, v[0], v[1], v[2], 0), fma(a, b, c));
    }
}
END_TEST

START_TEST(singles_agree_with_the_host_in_every_rounding_mode)
{
    seed = 0x7654321 + (unsigned)_i;
    struct softfp_mode mode = { .format = SOFTFP_SINGLE, .rounding = (uint8_t)_i }, full = mode;
    full.format = SOFTFP_DOUBLE;
    for (int i = 0; i < rounds(); i++) {
        uint64_t v[3] = { interesting(SOFTFP_SINGLE), interesting(SOFTFP_SINGLE), interesting(SOFTFP_SINGLE) };
        volatile float a = as_single(v[0]), b = as_single(v[1]), c = as_single(v[2]);
        CHECK_HOST("add", SOFTFP_SINGLE, of_single, float, softfp_add(mode, v[0], v[1]), a + b);
        CHECK_HOST("sub", SOFTFP_SINGLE, of_single, float, softfp_sub(mode, v[0], v[1]), a - b);
        CHECK_HOST("mul", SOFTFP_SINGLE, of_single, float, softfp_mul(mode, v[0], v[1]), a * b);
        CHECK_HOST("div", SOFTFP_SINGLE, of_single, float, softfp_div(mode, v[0], v[1]), a / b);
        CHECK_HOST("sqrt", SOFTFP_SINGLE, of_single, float, softfp_sqrt(mode, v[0]), sqrtf(a));
        CHECK_HOST("double", SOFTFP_DOUBLE, of_double, double, softfp_convert(full, SOFTFP_SINGLE, v[0]), (double)a);
        CHECK_HOST("rint", SOFTFP_SINGLE, of_single, float, softfp_round(mode, v[0], true), host_rintf(a));
        if (i & 1)
            c = -(a * b);
        v[2] = of_single(c);
        CHECK_HOST("fma", SOFTFP_SINGLE, of_single, float, softfp_muladd(mode, v[0], v[1], v[2], 0), fmaf(a, b, c));
    }
}
END_TEST

/* Integers of the host's own size: what is larger a 32-bit host computes in its compiler's library, to the nearest in every mode. */
START_TEST(integers_agree_with_the_host_in_every_rounding_mode)
{
    const double limit = ldexp(1, 8 * (int)sizeof(long) - 2);
    seed = 0xabcdef + (unsigned)_i;
    struct softfp_mode mode = { .format = SOFTFP_DOUBLE, .rounding = (uint8_t)_i }, single = mode;
    single.format = SOFTFP_SINGLE;
    for (int i = 0; i < rounds(); i++) {
        uint64_t v[3] = { next_random() >> (next_random() & 63) };
        volatile long n = (long)(i & 1 ? v[0] : -v[0]);
        v[0] = (uint64_t)(int64_t)n;
        CHECK_HOST("scvtf", SOFTFP_DOUBLE, of_double, double, softfp_from_int(mode, v[0], 0, true), (double)n);
        CHECK_HOST("scvtf", SOFTFP_SINGLE, of_single, float, softfp_from_int(single, v[0], 0, true), (float)n);
        CHECK_HOST("scvtf fixed", SOFTFP_DOUBLE, of_double, double, softfp_from_int(mode, v[0], 13, true), (double)n * 0x1p-13);
        v[0] = interesting(SOFTFP_DOUBLE);
        volatile double a = as_double(v[0]);
        if (fabs(a) < limit) {
            CHECK_HOST("fcvts", SOFTFP_DOUBLE, , uint64_t, softfp_to_int(mode, v[0], 0, 64, true), (uint64_t)(int64_t)host_lrint(a));
            CHECK_HOST("fcvtzs", SOFTFP_DOUBLE, , uint64_t,
                       softfp_to_int((struct softfp_mode){ .format = SOFTFP_DOUBLE, .rounding = SOFTFP_ZERO }, v[0], 0, 64, true),
                       (uint64_t)(int64_t)(long)a);
        }
    }
}
END_TEST

START_TEST(integers_saturate_with_invalid_and_nothing_else)
{
    struct softfp_mode mode = { .format = SOFTFP_DOUBLE, .rounding = SOFTFP_ZERO };
    static const struct {
        double from;
        unsigned width;
        bool is_signed;
        uint64_t to;
        uint32_t flags;
    } cases[] = {
        { 2147483647.0, 32, true, 2147483647, 0 },
        { 2147483647.5, 32, true, 2147483647, SOFTFP_INEXACT },
        { 2147483648.0, 32, true, 2147483647, SOFTFP_INVALID },
        { -2147483648.5, 32, true, (uint64_t)INT32_MIN, SOFTFP_INEXACT },
        { -2147483649.0, 32, true, (uint64_t)INT32_MIN, SOFTFP_INVALID },
        { 4294967295.5, 32, false, UINT32_MAX, SOFTFP_INEXACT },
        { 4294967296.0, 32, false, UINT32_MAX, SOFTFP_INVALID },
        { -0.5, 32, false, 0, SOFTFP_INEXACT },
        { -1.0, 64, false, 0, SOFTFP_INVALID },
        { 0x1p63, 64, true, INT64_MAX, SOFTFP_INVALID },
        { -0x1p63, 64, true, 1ull << 63, 0 },
        { 0x1p63, 64, false, 1ull << 63, 0 },
        { 0x1p64, 64, false, UINT64_MAX, SOFTFP_INVALID },
        { INFINITY, 64, true, INT64_MAX, SOFTFP_INVALID },
        { -INFINITY, 64, true, 1ull << 63, SOFTFP_INVALID },
        { -INFINITY, 32, false, 0, SOFTFP_INVALID },
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct softfp_result r = softfp_to_int(mode, of_double(cases[i].from), 0, cases[i].width, cases[i].is_signed);
        ck_assert_uint_eq(r.value, cases[i].to);
        ck_assert_uint_eq(r.flags, cases[i].flags);
    }
    struct softfp_result r = softfp_to_int(mode, of_double(NAN), 0, 64, true);
    ck_assert_uint_eq(r.value, 0);
    ck_assert_uint_eq(r.flags, SOFTFP_INVALID);
}
END_TEST

START_TEST(every_half_survives_single_and_double)
{
    struct softfp_mode half = { .format = SOFTFP_HALF, .flushes = true }, single = { .format = SOFTFP_SINGLE, .flushes = true };
    struct softfp_mode other = { .format = SOFTFP_HALF_ALTERNATIVE }, full = { .format = SOFTFP_DOUBLE };
    for (unsigned h = 0; h < 0x10000; h++) {
        struct softfp_result wide = softfp_convert(single, SOFTFP_HALF, h);
        struct softfp_result back = softfp_convert(half, SOFTFP_SINGLE, wide.value);
        bool is_signalling = (h & 0x7e00) == 0x7c00 && h & 0x1ff;
        ck_assert_uint_eq(back.value, is_signalling ? h | 0x200 : h);
        ck_assert_uint_eq(wide.flags, is_signalling ? SOFTFP_INVALID : 0);
        ck_assert_uint_eq(back.flags, 0);
        wide = softfp_convert(full, SOFTFP_HALF_ALTERNATIVE, h);
        ck_assert_uint_eq(softfp_convert(other, SOFTFP_DOUBLE, wide.value).value, h);
    }
}
END_TEST

START_TEST(the_alternative_half_saturates_and_has_no_nan)
{
    struct softfp_mode mode = { .format = SOFTFP_HALF_ALTERNATIVE };
    struct softfp_result r = softfp_convert(mode, SOFTFP_SINGLE, of_single(131008.0f));
    ck_assert_uint_eq(r.value, 0x7fff);
    ck_assert_uint_eq(r.flags, 0);
    r = softfp_convert(mode, SOFTFP_SINGLE, of_single(-131072.0f));
    ck_assert_uint_eq(r.value, 0xffff);
    ck_assert_uint_eq(r.flags, SOFTFP_INVALID);
    r = softfp_convert(mode, SOFTFP_SINGLE, of_single(INFINITY));
    ck_assert_uint_eq(r.value, 0x7fff);
    ck_assert_uint_eq(r.flags, SOFTFP_INVALID);
    r = softfp_convert(mode, SOFTFP_SINGLE, 0xffc00001);
    ck_assert_uint_eq(r.value, 0x8000);
    ck_assert_uint_eq(r.flags, SOFTFP_INVALID);
}
END_TEST

START_TEST(flushing_takes_denormal_operands_and_results)
{
    struct softfp_mode mode = { .format = SOFTFP_SINGLE, .flushes = true };
    struct softfp_result r = softfp_add(mode, 0x80000001, 0x80000000);
    ck_assert_uint_eq(r.value, 0x80000000);
    ck_assert_uint_eq(r.flags, SOFTFP_DENORMAL);
    r = softfp_mul(mode, 0x00800000, of_single(-0.5f));
    ck_assert_uint_eq(r.value, 0x80000000);
    ck_assert_uint_eq(r.flags, SOFTFP_UNDERFLOW);
    /* Tiny before rounding, although it would round up to a normal number. */
    r = softfp_mul(mode, 0x00800001, of_single(0x1.fffffcp-1f));
    ck_assert_uint_eq(r.value, 0);
    ck_assert_uint_eq(r.flags, SOFTFP_UNDERFLOW);
    mode.flushes = false;
    r = softfp_mul(mode, 0x00800001, of_single(0x1.fffffcp-1f));
    ck_assert_uint_eq(r.value, 0x00800000);
    ck_assert_uint_eq(r.flags, SOFTFP_UNDERFLOW | SOFTFP_INEXACT);
}
END_TEST

START_TEST(the_first_signalling_nan_wins_then_the_first_quiet_one)
{
    struct softfp_mode mode = { .format = SOFTFP_SINGLE };
    const uint64_t quiet = 0x7fc00001, quiet2 = 0xffc00002, signalling = 0x7f800003, inf = 0x7f800000;
    ck_assert_uint_eq(softfp_add(mode, quiet, signalling).value, 0x7fc00003);
    ck_assert_uint_eq(softfp_add(mode, quiet, signalling).flags, SOFTFP_INVALID);
    ck_assert_uint_eq(softfp_sub(mode, quiet, quiet2).value, quiet);
    ck_assert_uint_eq(softfp_sub(mode, 0, quiet2).value, quiet2);
    ck_assert_uint_eq(softfp_sub(mode, 0, quiet2).flags, 0);
    ck_assert_uint_eq(softfp_muladd(mode, quiet, 0, quiet2, 0).value, quiet2);
    ck_assert_uint_eq(softfp_muladd(mode, quiet, signalling, quiet2, 0).value, 0x7fc00003);
    ck_assert_uint_eq(softfp_muladd(mode, inf, 0, quiet2, 0).value, 0x7fc00000);
    ck_assert_uint_eq(softfp_muladd(mode, inf, 0, quiet2, 0).flags, SOFTFP_INVALID);
    ck_assert_uint_eq(softfp_muladd(mode, inf, 0, signalling, 0).value, 0x7fc00003);
    mode.default_nan = true;
    ck_assert_uint_eq(softfp_add(mode, quiet2, 0).value, 0x7fc00000);
    ck_assert_uint_eq(softfp_add(mode, quiet2, 0).flags, 0);
}
END_TEST

START_TEST(rounding_to_odd_is_safe_to_round_again)
{
    seed = 42;
    struct softfp_mode odd = { .format = SOFTFP_SINGLE, .rounding = SOFTFP_ODD }, half = { .format = SOFTFP_HALF };
    for (int i = 0; i < rounds(); i++) {
        double fraction = (double)(next_random() & 0xfff) / 2048 + (i & 1) * 0x1p-40;
        uint64_t v = of_double(ldexp(1 + fraction, (int)(next_random() % 20) - 10));
        uint64_t once = softfp_convert(half, SOFTFP_DOUBLE, v).value;
        ck_assert_uint_eq(softfp_convert(half, SOFTFP_SINGLE, softfp_convert(odd, SOFTFP_DOUBLE, v).value).value, once);
    }
    ck_assert_uint_eq(softfp_convert(odd, SOFTFP_DOUBLE, of_double(0x1p200)).value, 0x7f7fffff);
}
END_TEST

START_TEST(zeros_order_by_sign_only_for_min_and_max)
{
    struct softfp_mode mode = { .format = SOFTFP_SINGLE };
    const uint64_t plus = 0, minus = 0x80000000, quiet = 0x7fc00001;
    ck_assert_uint_eq(softfp_max(mode, minus, plus).value, plus);
    ck_assert_uint_eq(softfp_min(mode, plus, minus).value, minus);
    ck_assert_uint_eq(softfp_compare(mode, plus, minus, true).value, SOFTFP_EQUAL);
    ck_assert_uint_eq(softfp_max(mode, quiet, plus).value, quiet);
    ck_assert_uint_eq(softfp_max_number(mode, quiet, minus).value, minus);
    ck_assert_uint_eq(softfp_compare(mode, quiet, plus, false).flags, 0);
    ck_assert_uint_eq(softfp_compare(mode, quiet, plus, true).flags, SOFTFP_INVALID);
    ck_assert_uint_eq(softfp_compare(mode, quiet, plus, true).value, SOFTFP_UNORDERED);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("softfp");
    TCase *t = tcase_create("softfp");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, doubles_agree_with_the_host_in_every_rounding_mode, SOFTFP_NEAREST, SOFTFP_ZERO + 1);
    tcase_add_loop_test(t, singles_agree_with_the_host_in_every_rounding_mode, SOFTFP_NEAREST, SOFTFP_ZERO + 1);
    tcase_add_loop_test(t, integers_agree_with_the_host_in_every_rounding_mode, SOFTFP_NEAREST, SOFTFP_ZERO + 1);
    tcase_add_test(t, integers_saturate_with_invalid_and_nothing_else);
    tcase_add_test(t, every_half_survives_single_and_double);
    tcase_add_test(t, the_alternative_half_saturates_and_has_no_nan);
    tcase_add_test(t, flushing_takes_denormal_operands_and_results);
    tcase_add_test(t, the_first_signalling_nan_wins_then_the_first_quiet_one);
    tcase_add_test(t, rounding_to_odd_is_safe_to_round_again);
    tcase_add_test(t, zeros_order_by_sign_only_for_min_and_max);
    suite_add_tcase(s, t);
    return s;
}
