/* SPDX-License-Identifier: MIT */
/* Between formats, to integers and back. */
#include "cpu/softfp_parts.h"

struct softfp_result softfp_convert(struct softfp_mode mode, enum softfp_format from, uint64_t a)
{
    uint32_t flags = 0;
    struct softfp_mode source = mode;
    source.format = (uint8_t)from;
    struct softfp_parts p = softfp_unpack(source, a, &flags);
    struct softfp_layout l = softfp_layout(mode.format);
    if (!l.has_special && p.kind >= KIND_QUIET)
        return (struct softfp_result){ softfp_zero(l, p.negative), flags | SOFTFP_INVALID };
    if (!l.has_special && p.kind == KIND_INFINITE)
        return softfp_overflow(mode, p.negative, flags);
    return softfp_pack(mode, p, flags);
}

/* The magnitude of a finite number times 2^scale, rounded to an integer and saturated at 2^64 - 1. */
struct magnitude {
    uint64_t value;
    bool is_inexact, is_too_large;
};

static struct magnitude round_magnitude(struct softfp_mode mode, struct softfp_parts p, int scale)
{
    int exponent = p.exponent + scale;
    if (exponent > 63)
        return (struct magnitude){ .value = UINT64_MAX, .is_too_large = true };
    unsigned drop = (unsigned)(63 - exponent);
    /* Two bits below the point, the second sticky, tell all about the rest. Significands have at most 53 bits: nothing is below
       the point when there is room for one bit only, and rounding cannot overflow. */
    uint64_t low = drop < 2 ? 0 : softfp_shift_sticky(p.significand, drop - 2) & 3;
    uint64_t whole = drop < 64 ? p.significand >> drop : 0;
    return (struct magnitude){
        .value = whole + softfp_rounds_up(mode.rounding, p.negative, whole & 1, low, 2),
        .is_inexact = low != 0,
    };
}

/* A significand that is an integer, as a number. */
static struct softfp_parts integer_number(uint64_t magnitude, bool negative)
{
    int n = __builtin_clzll(magnitude);
    return (struct softfp_parts){ magnitude << n, 63 - n, KIND_FINITE, negative };
}

struct softfp_result softfp_round(struct softfp_mode mode, uint64_t a, bool exact)
{
    uint32_t flags = 0;
    struct softfp_parts p = softfp_unpack(mode, a, &flags);
    if (p.kind != KIND_FINITE || p.exponent >= softfp_layout(mode.format).fraction)
        return softfp_pack(mode, p, flags);
    struct magnitude m = round_magnitude(mode, p, 0);
    if (m.is_inexact && exact)
        flags |= SOFTFP_INEXACT;
    if (!m.value)
        return (struct softfp_result){ softfp_zero(softfp_layout(mode.format), p.negative), flags };
    return softfp_pack_finite(mode, integer_number(m.value, p.negative), flags);
}

struct softfp_result softfp_to_int(struct softfp_mode mode, uint64_t a, unsigned fraction_bits, unsigned width, bool is_signed)
{
    uint32_t flags = 0;
    struct softfp_parts p = softfp_unpack(mode, a, &flags);
    if (p.kind >= KIND_QUIET)
        return (struct softfp_result){ 0, flags | SOFTFP_INVALID };
    if (p.kind == KIND_ZERO)
        return (struct softfp_result){ 0, flags };
    struct magnitude m = { .value = UINT64_MAX, .is_too_large = true };
    if (p.kind == KIND_FINITE)
        m = round_magnitude(mode, p, (int)fraction_bits);
    uint64_t limit = is_signed ? mask64(width - 1) + p.negative : p.negative ? 0 : mask64(width);
    if (m.value > limit || m.is_too_large)
        return (struct softfp_result){ p.negative ? -limit : limit, flags | SOFTFP_INVALID };
    return (struct softfp_result){ p.negative ? -m.value : m.value, flags | (m.is_inexact ? SOFTFP_INEXACT : 0) };
}

struct softfp_result softfp_from_int(struct softfp_mode mode, uint64_t value, unsigned fraction_bits, bool is_signed)
{
    if (!value)
        return (struct softfp_result){ 0, 0 };
    bool negative = is_signed && (int64_t)value < 0;
    struct softfp_parts p = integer_number(negative ? -value : value, negative);
    p.exponent -= (int)fraction_bits;
    return softfp_pack_finite(mode, p, 0);
}
