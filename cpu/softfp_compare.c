/* SPDX-License-Identifier: MIT */
/* Comparing, choosing, and what needs no arithmetic. */
#include "cpu/softfp_parts.h"

/* Any two that are no NaN. */
static enum softfp_relation relation(struct softfp_parts a, struct softfp_parts b)
{
    if (a.kind == KIND_ZERO && b.kind == KIND_ZERO)
        return SOFTFP_EQUAL;
    if (a.negative != b.negative)
        return a.negative ? SOFTFP_LESS : SOFTFP_GREATER;
    enum softfp_relation nearer = a.negative ? SOFTFP_GREATER : SOFTFP_LESS, farther = a.negative ? SOFTFP_LESS : SOFTFP_GREATER;
    if (a.kind != b.kind)
        return a.kind < b.kind ? nearer : farther;
    if (a.exponent != b.exponent)
        return a.exponent < b.exponent ? nearer : farther;
    if (a.significand != b.significand)
        return a.significand < b.significand ? nearer : farther;
    return SOFTFP_EQUAL;
}

struct softfp_result softfp_compare(struct softfp_mode mode, uint64_t va, uint64_t vb, bool signals)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    if (!softfp_either_nan(a, b))
        return (struct softfp_result){ relation(a, b), flags };
    if (signals || a.kind == KIND_SIGNALLING || b.kind == KIND_SIGNALLING)
        flags |= SOFTFP_INVALID;
    return (struct softfp_result){ SOFTFP_UNORDERED, flags };
}

static struct softfp_result choose(struct softfp_mode mode, uint64_t va, uint64_t vb, enum softfp_relation wanted,
                                   bool numbers_win)
{
    uint32_t flags = 0;
    struct softfp_parts a = softfp_unpack(mode, va, &flags), b = softfp_unpack(mode, vb, &flags);
    if (numbers_win && a.kind == KIND_QUIET && b.kind < KIND_QUIET)
        return softfp_pack(mode, b, flags);
    if (numbers_win && b.kind == KIND_QUIET && a.kind < KIND_QUIET)
        return softfp_pack(mode, a, flags);
    if (softfp_either_nan(a, b))
        return softfp_choose_nan(mode, a, b, flags);
    enum softfp_relation r = relation(a, b);
    if (r == SOFTFP_EQUAL)
        r = a.negative ? SOFTFP_LESS : SOFTFP_GREATER;
    return softfp_pack(mode, r == wanted ? a : b, flags);
}

struct softfp_result softfp_min(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return choose(mode, a, b, SOFTFP_LESS, false);
}

struct softfp_result softfp_max(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return choose(mode, a, b, SOFTFP_GREATER, false);
}

struct softfp_result softfp_min_number(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return choose(mode, a, b, SOFTFP_LESS, true);
}

struct softfp_result softfp_max_number(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return choose(mode, a, b, SOFTFP_GREATER, true);
}

bool softfp_is_nan(enum softfp_format format, uint64_t a)
{
    struct softfp_layout l = softfp_layout(format);
    return l.has_special && (a & ~softfp_zero(l, true)) > softfp_infinity(l, false);
}

struct softfp_result softfp_nan(struct softfp_mode mode, uint64_t a)
{
    uint32_t flags = 0;
    struct softfp_parts p = softfp_unpack(mode, a, &flags);
    return softfp_pack_nan(mode, p, flags);
}

struct softfp_result softfp_flush(struct softfp_mode mode, uint64_t a)
{
    struct softfp_layout l = softfp_layout(mode.format);
    uint64_t magnitude = a & ~softfp_zero(l, true);
    if (!mode.flushes || !l.flushable || !magnitude || magnitude >> l.fraction)
        return (struct softfp_result){ a, 0 };
    return (struct softfp_result){ a & softfp_zero(l, true), SOFTFP_DENORMAL };
}
