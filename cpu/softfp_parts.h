/* SPDX-License-Identifier: MIT */
/* The inside of softfp: numbers taken apart, and put together with rounding. */
#ifndef CPU_SOFTFP_PARTS_H
#define CPU_SOFTFP_PARTS_H

#include "base/bits.h"
#include "cpu/softfp.h"

/* In this order: from KIND_QUIET on it is a NaN. */
enum softfp_kind { KIND_ZERO, KIND_FINITE, KIND_INFINITE, KIND_QUIET, KIND_SIGNALLING };

/* A finite number is significand * 2^(exponent - 63) with bit 63 of the significand set. The lowest bit may be sticky: "and a
   bit more". A NaN keeps its fraction below bit 63. */
struct softfp_parts {
    uint64_t significand;
    int32_t exponent;
    uint8_t kind;
    bool negative;
};

/* Sizes of a format. */
struct softfp_layout {
    uint8_t fraction, exponent;   /* bits */
    bool has_special;             /* infinities and NaNs */
    bool flushable;               /* the mode's `flushes` applies */
    int16_t bias;
};

static inline struct softfp_layout softfp_layout(unsigned format)
{
    static const struct softfp_layout layouts[] = {
        [SOFTFP_HALF] = { 10, 5, true, false, 15 },
        [SOFTFP_HALF_ALTERNATIVE] = { 10, 5, false, false, 15 },
        [SOFTFP_SINGLE] = { 23, 8, true, true, 127 },
        [SOFTFP_DOUBLE] = { 52, 11, true, true, 1023 },
    };
    return layouts[format];
}

/* v >> n with what is lost kept in the lowest bit; any n >= 0. */
static inline uint64_t softfp_shift_sticky(uint64_t v, unsigned n)
{
    if (n == 0)
        return v;
    return n < 64 ? v >> n | (v << (64 - n) != 0) : v != 0;
}

static inline uint64_t softfp_zero(struct softfp_layout l, bool negative)
{
    return (uint64_t)negative << (l.fraction + l.exponent);
}

static inline uint64_t softfp_infinity(struct softfp_layout l, bool negative)
{
    return softfp_zero(l, negative) | mask64(l.exponent) << l.fraction;
}

static inline uint64_t softfp_default_nan(struct softfp_layout l)
{
    return softfp_infinity(l, false) | 1ull << (l.fraction - 1);
}

static inline struct softfp_parts softfp_unpack(struct softfp_mode mode, uint64_t v, uint32_t *flags)
{
    struct softfp_layout l = softfp_layout(mode.format);
    unsigned exponent = (unsigned)(v >> l.fraction & mask64(l.exponent));
    uint64_t fraction = (v & mask64(l.fraction)) << (63 - l.fraction);
    struct softfp_parts p = { .negative = bit(v, l.fraction + l.exponent) };
    if (exponent == mask64(l.exponent) && l.has_special) {
        p.significand = fraction;
        p.kind = !fraction ? KIND_INFINITE : bit(fraction, 62) ? KIND_QUIET : KIND_SIGNALLING;
    } else if (exponent) {
        p.significand = fraction | 1ull << 63;
        p.exponent = (int)exponent - l.bias;
        p.kind = KIND_FINITE;
    } else if (fraction && mode.flushes && l.flushable) {
        *flags |= SOFTFP_DENORMAL;
    } else if (fraction) {
        int n = __builtin_clzll(fraction);
        p.significand = fraction << n;
        p.exponent = 1 - l.bias - n;
        p.kind = KIND_FINITE;
    }
    return p;
}

/* Whether a number goes to the next larger magnitude, when `low` of 0..2*half-1 is cut off behind its last bit `odd`. */
static inline bool softfp_rounds_up(unsigned rounding, bool negative, bool odd, uint64_t low, uint64_t half)
{
    switch (rounding) {
    case SOFTFP_NEAREST: return low > half || (low == half && odd);
    case SOFTFP_AWAY:    return low >= half;
    case SOFTFP_UP:      return low && !negative;
    case SOFTFP_DOWN:    return low && negative;
    case SOFTFP_ODD:     return low && !odd;
    default:             return false;
    }
}

static inline struct softfp_result softfp_overflow(struct softfp_mode mode, bool negative, uint32_t flags)
{
    struct softfp_layout l = softfp_layout(mode.format);
    uint64_t infinity = softfp_infinity(l, negative);
    if (!l.has_special)
        return (struct softfp_result){ infinity | mask64(l.fraction), flags | SOFTFP_INVALID };
    bool to_infinity = mode.rounding == SOFTFP_NEAREST || mode.rounding == SOFTFP_AWAY ||
                       mode.rounding == (negative ? SOFTFP_DOWN : SOFTFP_UP);
    return (struct softfp_result){ infinity - !to_infinity, flags | SOFTFP_OVERFLOW | SOFTFP_INEXACT };
}

/* A finite number in mode.format, rounded (manual: FPRound). */
static inline struct softfp_result softfp_pack_finite(struct softfp_mode mode, struct softfp_parts p, uint32_t flags)
{
    struct softfp_layout l = softfp_layout(mode.format);
    int exponent = p.exponent + l.bias;
    bool is_tiny = exponent < 1;
    if (is_tiny) {
        if (mode.flushes && l.flushable)
            return (struct softfp_result){ softfp_zero(l, p.negative), flags | SOFTFP_UNDERFLOW };
        p.significand = softfp_shift_sticky(p.significand, (unsigned)(1 - exponent));
        exponent = 1;
    }
    unsigned cut = 63 - l.fraction;
    uint64_t low = p.significand & mask64(cut);
    uint64_t kept = p.significand >> cut;
    if (low)
        flags |= SOFTFP_INEXACT | (is_tiny ? SOFTFP_UNDERFLOW : 0);
    kept += softfp_rounds_up(mode.rounding, p.negative, kept & 1, low, 1ull << (cut - 1));
    /* The leading 1 of a normal number, and a carry out of the fraction, count into the exponent by the addition. */
    uint64_t magnitude = ((uint64_t)(exponent - 1) << l.fraction) + kept;
    if (magnitude >= softfp_infinity(l, false) + (l.has_special ? 0 : 1ull << l.fraction))
        return softfp_overflow(mode, p.negative, flags & ~(uint32_t)SOFTFP_INEXACT);
    return (struct softfp_result){ softfp_zero(l, p.negative) | magnitude, flags };
}

/* The NaN p in mode.format. */
static inline struct softfp_result softfp_pack_nan(struct softfp_mode mode, struct softfp_parts p, uint32_t flags)
{
    struct softfp_layout l = softfp_layout(mode.format);
    if (p.kind == KIND_SIGNALLING)
        flags |= SOFTFP_INVALID;
    if (mode.default_nan)
        return (struct softfp_result){ softfp_default_nan(l), flags };
    uint64_t quiet = softfp_infinity(l, p.negative) | 1ull << (l.fraction - 1);
    return (struct softfp_result){ quiet | p.significand >> (63 - l.fraction), flags };
}

static inline struct softfp_result softfp_pack(struct softfp_mode mode, struct softfp_parts p, uint32_t flags)
{
    switch (p.kind) {
    case KIND_ZERO:     return (struct softfp_result){ softfp_zero(softfp_layout(mode.format), p.negative), flags };
    case KIND_FINITE:   return softfp_pack_finite(mode, p, flags);
    case KIND_INFINITE: return (struct softfp_result){ softfp_infinity(softfp_layout(mode.format), p.negative), flags };
    default:            return softfp_pack_nan(mode, p, flags);
    }
}

static inline struct softfp_result softfp_invalid(struct softfp_mode mode, uint32_t flags)
{
    return (struct softfp_result){ softfp_default_nan(softfp_layout(mode.format)), flags | SOFTFP_INVALID };
}

static inline bool softfp_either_nan(struct softfp_parts a, struct softfp_parts b)
{
    return a.kind >= KIND_QUIET || b.kind >= KIND_QUIET;
}

/* The one of two operands, at least one a NaN, that is the result (manual: FPProcessNaNs). */
static inline struct softfp_result softfp_choose_nan(struct softfp_mode mode, struct softfp_parts a, struct softfp_parts b,
                                                     uint32_t flags)
{
    return softfp_pack_nan(mode, a.kind >= KIND_QUIET && a.kind >= b.kind ? a : b, flags);
}

#endif
