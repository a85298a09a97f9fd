/* SPDX-License-Identifier: MIT */
#include "cpu/softfp_parts.h"

static struct softfp_result zero_of(struct softfp_mode mode, bool negative, uint32_t flags)
{
    return (struct softfp_result){ softfp_zero(softfp_layout(mode.format), negative), flags };
}

/* The sign of an exact zero sum of numbers of different sign. */
static bool cancels_to_minus(struct softfp_mode mode)
{
    return mode.rounding == SOFTFP_DOWN;
}

/* Brings the leading 1 of a significand that is not 0 to bit 63. */
static struct softfp_parts normalise(struct softfp_parts p)
{
    int n = __builtin_clzll(p.significand);
    p.significand <<= n;
    p.exponent -= n;
    return p;
}

/* Two finite numbers. Significands have at most 53 bits, so the lowest of 64 is free to be sticky after one shift. */
static struct softfp_result add_finite(struct softfp_mode mode, struct softfp_parts a, struct softfp_parts b, uint32_t flags)
{
    if (a.exponent < b.exponent || (a.exponent == b.exponent && a.significand < b.significand)) {
        struct softfp_parts t = a;
        a = b;
        b = t;
    }
    unsigned distance = (unsigned)(a.exponent - b.exponent);
    a.significand >>= 1;
    a.exponent++;
    b.significand = softfp_shift_sticky(b.significand, distance + 1);
    a.significand = a.negative == b.negative ? a.significand + b.significand : a.significand - b.significand;
    if (!a.significand)
        return zero_of(mode, cancels_to_minus(mode), flags);
    return softfp_pack_finite(mode, normalise(a), flags);
}

static struct softfp_result add_parts(struct softfp_mode mode, struct softfp_parts a, struct softfp_parts b, uint32_t flags)
{
    if (a.kind == KIND_INFINITE && b.kind == KIND_INFINITE && a.negative != b.negative)
        return softfp_invalid(mode, flags);
    if (a.kind == KIND_INFINITE || b.kind == KIND_INFINITE)
        return softfp_pack(mode, a.kind == KIND_INFINITE ? a : b, flags);
    if (a.kind == KIND_ZERO && b.kind == KIND_ZERO)
        return zero_of(mode, a.negative == b.negative ? a.negative : cancels_to_minus(mode), flags);
    if (a.kind == KIND_ZERO || b.kind == KIND_ZERO)
        return softfp_pack(mode, a.kind == KIND_ZERO ? b : a, flags);
    return add_finite(mode, a, b, flags);
}

struct softfp_result softfp_add(struct softfp_mode mode, uint64_t va, uint64_t vb)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    return softfp_either_nan(a, b) ? softfp_choose_nan(mode, a, b, flags) : add_parts(mode, a, b, flags);
}

struct softfp_result softfp_sub(struct softfp_mode mode, uint64_t va, uint64_t vb)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    if (softfp_either_nan(a, b))
        return softfp_choose_nan(mode, a, b, flags);
    b.negative = !b.negative;
    return add_parts(mode, a, b, flags);
}

/* 128 bits, for products. */
struct wide {
    uint64_t high, low;
};

static struct wide wide_mul(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    unsigned __int128 p = (unsigned __int128)a * b;
    return (struct wide){ (uint64_t)(p >> 64), (uint64_t)p };
#else
    uint64_t a0 = a & 0xffffffffu, a1 = a >> 32, b0 = b & 0xffffffffu, b1 = b >> 32;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    uint64_t middle2 = a0 * b1 + (middle & 0xffffffffu);
    return (struct wide){ a1 * b1 + (middle >> 32) + (middle2 >> 32), middle2 << 32 | (a0 * b0 & 0xffffffffu) };
#endif
}

static struct wide wide_shift_sticky(struct wide v, unsigned n)
{
    if (n == 0)
        return v;
    if (n >= 64)
        return (struct wide){ 0, softfp_shift_sticky(v.high, n - 64) | (v.low != 0) };
    return (struct wide){ v.high >> n, softfp_shift_sticky(v.low, n) | v.high << (64 - n) };
}

static struct wide wide_add(struct wide a, struct wide b)
{
    uint64_t low = a.low + b.low;
    return (struct wide){ a.high + b.high + (low < b.low), low };
}

static struct wide wide_sub(struct wide a, struct wide b)
{
    return (struct wide){ a.high - b.high - (a.low < b.low), a.low - b.low };
}

static bool wide_less(struct wide a, struct wide b)
{
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

/* v * 2^(exponent - 127), v not 0, as a number with 64 bits of significand, the last of them sticky. */
static struct softfp_parts wide_number(struct wide v, int exponent, bool negative)
{
    if (!v.high) {
        v = (struct wide){ v.low, 0 };
        exponent -= 64;
    }
    int n = __builtin_clzll(v.high);
    uint64_t low = n ? v.low << n : v.low;
    uint64_t high = n ? v.high << n | v.low >> (64 - n) : v.high;
    return (struct softfp_parts){ high | (low != 0), exponent - n, KIND_FINITE, negative };
}

struct softfp_result softfp_mul(struct softfp_mode mode, uint64_t va, uint64_t vb)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    if (softfp_either_nan(a, b))
        return softfp_choose_nan(mode, a, b, flags);
    bool negative = a.negative != b.negative;
    if (a.kind == KIND_FINITE && b.kind == KIND_FINITE) {
        struct wide product = wide_mul(a.significand, b.significand);
        return softfp_pack_finite(mode, wide_number(product, a.exponent + b.exponent + 1, negative), flags);
    }
    if (a.kind != KIND_INFINITE && b.kind != KIND_INFINITE)
        return zero_of(mode, negative, flags);
    if (a.kind == KIND_ZERO || b.kind == KIND_ZERO)
        return softfp_invalid(mode, flags);
    return (struct softfp_result){ softfp_infinity(softfp_layout(mode.format), negative), flags };
}

/* The magnitudes of a and b have been aligned to the same weight; their sum with signs. */
static struct softfp_result add_wide(struct softfp_mode mode, struct wide a, bool a_negative, struct wide b, bool b_negative,
                                     int exponent, uint32_t flags)
{
    struct wide sum;
    if (a_negative == b_negative) {
        sum = wide_add(a, b);
    } else if (wide_less(a, b)) {
        sum = wide_sub(b, a);
        a_negative = b_negative;
    } else {
        sum = wide_sub(a, b);
    }
    if (!sum.high && !sum.low)
        return zero_of(mode, cancels_to_minus(mode), flags);
    return softfp_pack_finite(mode, wide_number(sum, exponent, a_negative), flags);
}

static struct softfp_result muladd_finite(struct softfp_mode mode, struct softfp_parts a, struct softfp_parts b,
                                          struct softfp_parts c, int scale, uint32_t flags)
{
    struct wide product = wide_mul(a.significand, b.significand), addend = { c.significand, 0 };
    int product_exponent = a.exponent + b.exponent + 1, distance = product_exponent - c.exponent;
    int exponent = distance > 0 ? product_exponent : c.exponent;
    /* One more place to the right makes room for the carry; 106 + 1 bits leave the lowest free to be sticky. */
    product = wide_shift_sticky(product, 1 + (distance < 0 ? (unsigned)-distance : 0));
    addend = wide_shift_sticky(addend, 1 + (distance > 0 ? (unsigned)distance : 0));
    return add_wide(mode, product, a.negative != b.negative, addend, c.negative, exponent + 1 + scale, flags);
}

struct softfp_result softfp_muladd(struct softfp_mode mode, uint64_t va, uint64_t vb, uint64_t vc, int scale)
{
    uint32_t flags = 0;
    struct softfp_parts c = softfp_unpack(mode, vc, &flags);
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    bool negative = a.negative != b.negative;
    bool infinite = a.kind == KIND_INFINITE || b.kind == KIND_INFINITE, zero = a.kind == KIND_ZERO || b.kind == KIND_ZERO;
    bool impossible = infinite && zero && !softfp_either_nan(a, b);
    if (impossible && c.kind != KIND_SIGNALLING)
        return softfp_invalid(mode, flags);
    if (c.kind == KIND_SIGNALLING || (c.kind == KIND_QUIET && a.kind != KIND_SIGNALLING && b.kind != KIND_SIGNALLING))
        return softfp_pack_nan(mode, c, flags);
    if (softfp_either_nan(a, b))
        return softfp_choose_nan(mode, a, b, flags);
    if (infinite && c.kind == KIND_INFINITE && negative != c.negative)
        return softfp_invalid(mode, flags);
    if (infinite || c.kind == KIND_INFINITE)
        return (struct softfp_result){ softfp_infinity(softfp_layout(mode.format), infinite ? negative : c.negative), flags };
    if (zero && c.kind == KIND_ZERO)
        return zero_of(mode, negative == c.negative ? negative : cancels_to_minus(mode), flags);
    c.exponent += scale;
    if (zero)
        return softfp_pack_finite(mode, c, flags);
    if (c.kind == KIND_ZERO) {
        struct wide product = wide_mul(a.significand, b.significand);
        return softfp_pack_finite(mode, wide_number(product, a.exponent + b.exponent + 1 + scale, negative), flags);
    }
    c.exponent -= scale;
    return muladd_finite(mode, a, b, c, scale, flags);
}

/* Long division, 11 quotient bits at a time: a 53-bit remainder leaves that much room in 64 bits. */
static struct softfp_parts div_finite(struct softfp_parts a, struct softfp_parts b)
{
    uint64_t rest = a.significand >> 11, divisor = b.significand >> 11;
    uint64_t quotient = rest / divisor;
    rest %= divisor;
    for (int i = 0; i < 5; i++) {
        rest <<= 11;
        quotient = quotient << 11 | rest / divisor;
        rest %= divisor;
    }
    struct softfp_parts q = { quotient << 8 | (rest != 0), a.exponent - b.exponent, KIND_FINITE, a.negative != b.negative };
    return normalise(q);
}

struct softfp_result softfp_div(struct softfp_mode mode, uint64_t va, uint64_t vb)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    if (softfp_either_nan(a, b))
        return softfp_choose_nan(mode, a, b, flags);
    bool negative = a.negative != b.negative;
    if (a.kind == b.kind && a.kind != KIND_FINITE)
        return softfp_invalid(mode, flags);
    if (a.kind == KIND_ZERO || b.kind == KIND_INFINITE)
        return zero_of(mode, negative, flags);
    if (b.kind == KIND_ZERO && a.kind == KIND_FINITE)
        flags |= SOFTFP_DIVIDE;
    if (b.kind == KIND_ZERO || a.kind == KIND_INFINITE)
        return (struct softfp_result){ softfp_infinity(softfp_layout(mode.format), negative), flags };
    return softfp_pack_finite(mode, div_finite(a, b), flags);
}

/* The root bit by bit, 58 of them; its last is made sticky. */
static struct softfp_parts sqrt_finite(struct softfp_parts a)
{
    /* The radicand in [1, 4) with 2 bits before the point; the root in [1, 2). Both are kept with the point moving: each step
       appends two bits to the rest, and one to the root. Radicands have at most 54 bits, so only zeros come after the first 27
       steps. */
    uint64_t radicand = a.exponent & 1 ? a.significand : a.significand >> 1;
    uint64_t rest = 0, root = 0;
    for (int i = 0; i < 58; i++) {
        rest = rest << 2 | radicand >> 62;
        radicand <<= 2;
        uint64_t trial = root << 2 | 1;
        root <<= 1;
        if (rest >= trial) {
            rest -= trial;
            root |= 1;
        }
    }
    struct softfp_parts r = { root << 6 | (rest != 0), (a.exponent - (a.exponent & 1)) / 2, KIND_FINITE, false };
    return r;
}

struct softfp_result softfp_sqrt(struct softfp_mode mode, uint64_t va)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags);
    if (a.kind == KIND_ZERO || a.kind >= KIND_QUIET)
        return softfp_pack(mode, a, flags);
    if (a.negative)
        return softfp_invalid(mode, flags);
    return a.kind == KIND_INFINITE ? softfp_pack(mode, a, flags) : softfp_pack_finite(mode, sqrt_finite(a), flags);
}
