/* SPDX-License-Identifier: MIT */
/* Operations that are Arm's own, as in the manual's shared/functions/float. */
#include "cpu/arm64/fpu.h"

static bool is_double(struct softfp_mode mode)
{
    return mode.format == SOFTFP_DOUBLE;
}

static uint64_t sign_of(struct softfp_mode mode, uint64_t v)
{
    return v & (is_double(mode) ? SIGN_D : SIGN_S);
}

static uint64_t negated(struct softfp_mode mode, uint64_t v)
{
    return v ^ (is_double(mode) ? SIGN_D : SIGN_S);
}

static bool is_nan(struct softfp_mode mode, uint64_t v)
{
    return softfp_is_nan(mode.format, v);
}

/* Without a NaN among the operands, a product is invalid only where infinity meets zero; there some instructions have another
   result. */
static bool is_infinity_times_zero(struct softfp_mode mode, struct softfp_result r, uint64_t a, uint64_t b)
{
    return r.flags & SOFTFP_INVALID && !is_nan(mode, a) && !is_nan(mode, b);
}

struct softfp_result fpu_negmul(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_mul(mode, a, b);
    r.value = negated(mode, r.value);
    return r;
}

struct softfp_result fpu_mulx(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_mul(mode, a, b);
    if (!is_infinity_times_zero(mode, r, a, b))
        return r;
    uint64_t two = is_double(mode) ? 0x4000000000000000 : 0x40000000;
    return (struct softfp_result){ two | sign_of(mode, a ^ b), r.flags & ~(uint32_t)SOFTFP_INVALID };
}

struct softfp_result fpu_abs_difference(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_sub(mode, a, b);
    r.value &= ~sign_of(mode, UINT64_MAX);
    return r;
}

/* FRECPS: 2 - a * b. */
struct softfp_result fpu_recip_step(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    uint64_t two = is_double(mode) ? 0x4000000000000000 : 0x40000000;
    struct softfp_result r = softfp_muladd(mode, negated(mode, a), b, two, 0);
    if (!is_infinity_times_zero(mode, r, a, b))
        return r;
    return (struct softfp_result){ two, r.flags & ~(uint32_t)SOFTFP_INVALID };
}

/* FRSQRTS: (3 - a * b) / 2. */
struct softfp_result fpu_rsqrt_step(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    uint64_t three = is_double(mode) ? 0x4008000000000000 : 0x40400000;
    uint64_t three_halves = is_double(mode) ? 0x3ff8000000000000 : 0x3fc00000;
    struct softfp_result r = softfp_muladd(mode, negated(mode, a), b, three, -1);
    if (!is_infinity_times_zero(mode, r, a, b))
        return r;
    return (struct softfp_result){ three_halves, r.flags & ~(uint32_t)SOFTFP_INVALID };
}

/* The sizes of single and double, and a number's fields with the fraction at bits 51..0 as the manual has it. */
struct fields {
    int exponent, exponent_max;
    uint64_t fraction;
};

static struct fields split(struct softfp_mode mode, uint64_t v)
{
    if (is_double(mode))
        return (struct fields){ (int)bits(v, 62, 52), 2047, bits(v, 51, 0) };
    return (struct fields){ (int)bits(v, 30, 23), 255, bits(v, 22, 0) << 29 };
}

static uint64_t joined(struct softfp_mode mode, uint64_t sign, int exponent, uint64_t fraction)
{
    return sign | (is_double(mode) ? (uint64_t)exponent << 52 | fraction : (uint64_t)exponent << 23 | fraction >> 29);
}

static uint64_t infinity(struct softfp_mode mode, uint64_t sign)
{
    return joined(mode, sign, is_double(mode) ? 2047 : 255, 0);
}

/* The manual's RecipEstimate: 1/a to 8 bits; a is 256..511 for [0.5, 1), so is the result for [1, 2). */
static unsigned recip_estimate(unsigned a)
{
    return ((1u << 19) / (a * 2 + 1) + 1) / 2;
}

/* The manual's RecipSqrtEstimate; a is 128..511 for [0.25, 1). */
static unsigned rsqrt_estimate(unsigned a)
{
    unsigned b = 512;
    a = a < 256 ? a * 2 + 1 : ((a & ~1u) + 1) * 2;
    while (a * (b + 1) * (b + 1) < 1u << 28)
        b++;
    return (b + 1) / 2;
}

/* What a number so small becomes that its reciprocal overflows. */
static struct softfp_result recip_overflow(struct softfp_mode mode, uint64_t sign)
{
    bool to_infinity = mode.rounding == SOFTFP_NEAREST || mode.rounding == (sign ? SOFTFP_DOWN : SOFTFP_UP);
    return (struct softfp_result){ infinity(mode, sign) - !to_infinity, SOFTFP_OVERFLOW | SOFTFP_INEXACT };
}

struct softfp_result fpu_recip_estimate(struct softfp_mode mode, uint64_t a)
{
    if (is_nan(mode, a))
        return softfp_nan(mode, a);
    struct softfp_result r = softfp_flush(mode, a);
    struct fields f = split(mode, r.value);
    uint64_t sign = sign_of(mode, a);
    if (f.exponent == f.exponent_max)
        return (struct softfp_result){ sign, 0 };
    if (!f.exponent && !f.fraction)
        return (struct softfp_result){ infinity(mode, sign), r.flags | SOFTFP_DIVIDE };
    if (!f.exponent && !(f.fraction >> 50))
        return recip_overflow(mode, sign);
    if (mode.flushes && f.exponent >= f.exponent_max - 2)
        return (struct softfp_result){ sign, SOFTFP_UNDERFLOW };
    if (!f.exponent) {
        bool is_half = f.fraction >> 51;
        f.exponent = is_half ? 0 : -1;
        f.fraction = f.fraction << (is_half ? 1 : 2) & mask64(52);
    }
    uint64_t estimate = (uint64_t)(recip_estimate(256 | (unsigned)(f.fraction >> 44)) & 255) << 44;
    int exponent = f.exponent_max - 2 - f.exponent;
    if (exponent > 0)
        return (struct softfp_result){ joined(mode, sign, exponent, estimate), 0 };
    estimate = (estimate | 1ull << 52) >> (1 - exponent);
    return (struct softfp_result){ joined(mode, sign, 0, estimate), 0 };
}

struct softfp_result fpu_rsqrt_estimate(struct softfp_mode mode, uint64_t a)
{
    if (is_nan(mode, a))
        return softfp_nan(mode, a);
    struct softfp_result r = softfp_flush(mode, a);
    struct fields f = split(mode, r.value);
    uint64_t sign = sign_of(mode, a);
    if (!f.exponent && !f.fraction)
        return (struct softfp_result){ infinity(mode, sign), r.flags | SOFTFP_DIVIDE };
    if (sign)
        return (struct softfp_result){ infinity(mode, 0) | (is_double(mode) ? 1ull << 51 : 1u << 22), SOFTFP_INVALID };
    if (f.exponent == f.exponent_max)
        return (struct softfp_result){ 0, 0 };
    if (!f.exponent) {
        int n = __builtin_clzll(f.fraction) - 11;
        f.fraction = f.fraction << n & mask64(52);
        f.exponent = 1 - n;
    }
    unsigned scaled = (unsigned)(f.fraction >> 44) | 256;
    unsigned estimate = rsqrt_estimate(f.exponent & 1 ? scaled >> 1 : scaled) & 255;
    int exponent = (f.exponent_max / 2 * 3 - 1 - f.exponent) / 2;
    return (struct softfp_result){ joined(mode, 0, exponent, (uint64_t)estimate << 44), 0 };
}

/* FRECPX: the exponent complemented, the fraction cleared. */
struct softfp_result fpu_recip_exponent(struct softfp_mode mode, uint64_t a)
{
    if (is_nan(mode, a))
        return softfp_nan(mode, a);
    struct softfp_result r = softfp_flush(mode, a);
    struct fields f = split(mode, a);
    int exponent = f.exponent ? f.exponent_max - f.exponent : f.exponent_max - 1;
    return (struct softfp_result){ joined(mode, sign_of(mode, a), exponent, 0), r.flags };
}

/* URECPE and URSQRTE: saturated for operands below a half and a quarter. */
struct softfp_result fpu_unsigned_recip_estimate(OP_UNUSED struct softfp_mode mode, uint64_t a)
{
    return (struct softfp_result){ a >> 31 ? recip_estimate((unsigned)(a >> 23)) << 23 : UINT32_MAX, 0 };
}

struct softfp_result fpu_unsigned_rsqrt_estimate(OP_UNUSED struct softfp_mode mode, uint64_t a)
{
    return (struct softfp_result){ a >> 30 ? rsqrt_estimate((unsigned)(a >> 23)) << 23 : UINT32_MAX, 0 };
}
