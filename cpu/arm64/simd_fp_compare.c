/* SPDX-License-Identifier: MIT */
/* Compares that give a mask: all ones or zero in each lane (manual C3.5.14). EQ finds only signalling NaNs invalid, the others every NaN. */
#include "cpu/arm64/simd_fp.h"

static struct softfp_result mask_if(bool holds, struct softfp_result r)
{
    return (struct softfp_result){ holds ? UINT64_MAX : 0, r.flags };
}

static struct softfp_result equal(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_compare(mode, a, b, false);
    return mask_if(r.value == SOFTFP_EQUAL, r);
}

static struct softfp_result greater(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_compare(mode, a, b, true);
    return mask_if(r.value == SOFTFP_GREATER, r);
}

static struct softfp_result greater_or_equal(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    struct softfp_result r = softfp_compare(mode, a, b, true);
    return mask_if(r.value == SOFTFP_GREATER || r.value == SOFTFP_EQUAL, r);
}

static uint64_t magnitude(struct softfp_mode mode, uint64_t a)
{
    return a & ~(mode.format == SOFTFP_DOUBLE ? SIGN_D : SIGN_S);
}

static struct softfp_result abs_greater(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return greater(mode, magnitude(mode, a), magnitude(mode, b));
}

static struct softfp_result abs_greater_or_equal(struct softfp_mode mode, uint64_t a, uint64_t b)
{
    return greater_or_equal(mode, magnitude(mode, a), magnitude(mode, b));
}

static struct softfp_result equal_zero(struct softfp_mode mode, uint64_t a) { return equal(mode, a, 0); }
static struct softfp_result greater_zero(struct softfp_mode mode, uint64_t a) { return greater(mode, a, 0); }
static struct softfp_result greater_or_equal_zero(struct softfp_mode mode, uint64_t a) { return greater_or_equal(mode, a, 0); }
static struct softfp_result less_zero(struct softfp_mode mode, uint64_t a) { return greater(mode, 0, a); }
static struct softfp_result less_or_equal_zero(struct softfp_mode mode, uint64_t a) { return greater_or_equal(mode, 0, a); }

/* One handler serves vectors and scalars. */
#define COMPARE(name, shape, op)                                                                              \
    SIMD_FP_SOFT(name, shape, op)                                                                             \
    DECODE(v_##name) { return simd_fp_decode(o, insn, name##_soft); }                                         \
    DECODE(s_##name) { return simd_fp_decode(o, insn, name##_soft); }

COMPARE(fcmeq, binary, equal)
COMPARE(fcmge, binary, greater_or_equal)
COMPARE(fcmgt, binary, greater)
COMPARE(facge, binary, abs_greater_or_equal)
COMPARE(facgt, binary, abs_greater)
COMPARE(fcmeq_zero, unary, equal_zero)
COMPARE(fcmge_zero, unary, greater_or_equal_zero)
COMPARE(fcmgt_zero, unary, greater_zero)
COMPARE(fcmle_zero, unary, less_or_equal_zero)
COMPARE(fcmlt_zero, unary, less_zero)
