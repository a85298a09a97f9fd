/* SPDX-License-Identifier: MIT */
/* Compares that give a mask: all ones or zero in each lane (manual C3.5). EQ finds only signalling NaNs invalid, the others
   every NaN. */
#include "cpu/arm64/simd_fp_host.h"

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

/* On the host; masks travel as the lanes they are stored in. */
HOT_INLINE lanes_s eq_s(lanes_s n, lanes_s m) { return (lanes_s)(n == m); }
HOT_INLINE lanes_d eq_d(lanes_d n, lanes_d m) { return (lanes_d)(n == m); }
HOT_INLINE lanes_s ge_s(lanes_s n, lanes_s m) { return (lanes_s)(n >= m); }
HOT_INLINE lanes_d ge_d(lanes_d n, lanes_d m) { return (lanes_d)(n >= m); }
HOT_INLINE lanes_s gt_s(lanes_s n, lanes_s m) { return (lanes_s)(n > m); }
HOT_INLINE lanes_d gt_d(lanes_d n, lanes_d m) { return (lanes_d)(n > m); }
HOT_INLINE lanes_s abs_ge_s(lanes_s n, lanes_s m) { return (lanes_s)(abs_s(n) >= abs_s(m)); }
HOT_INLINE lanes_d abs_ge_d(lanes_d n, lanes_d m) { return (lanes_d)(abs_d(n) >= abs_d(m)); }
HOT_INLINE lanes_s abs_gt_s(lanes_s n, lanes_s m) { return (lanes_s)(abs_s(n) > abs_s(m)); }
HOT_INLINE lanes_d abs_gt_d(lanes_d n, lanes_d m) { return (lanes_d)(abs_d(n) > abs_d(m)); }
HOT_INLINE lanes_s eq_zero_s(lanes_s n) { return (lanes_s)(n == 0); }
HOT_INLINE lanes_d eq_zero_d(lanes_d n) { return (lanes_d)(n == 0); }
HOT_INLINE lanes_s ge_zero_s(lanes_s n) { return (lanes_s)(n >= 0); }
HOT_INLINE lanes_d ge_zero_d(lanes_d n) { return (lanes_d)(n >= 0); }
HOT_INLINE lanes_s gt_zero_s(lanes_s n) { return (lanes_s)(n > 0); }
HOT_INLINE lanes_d gt_zero_d(lanes_d n) { return (lanes_d)(n > 0); }
HOT_INLINE lanes_s le_zero_s(lanes_s n) { return (lanes_s)(n <= 0); }
HOT_INLINE lanes_d le_zero_d(lanes_d n) { return (lanes_d)(n <= 0); }
HOT_INLINE lanes_s lt_zero_s(lanes_s n) { return (lanes_s)(n < 0); }
HOT_INLINE lanes_d lt_zero_d(lanes_d n) { return (lanes_d)(n < 0); }

/* Scalars are rare enough to share the cold handler. */
#define COMPARE(name, shape, handlers, op, soft)                                                              \
    SIMD_FP_SOFT(name, shape, soft)                                                                           \
    handlers(name, op, host_keeps_denormals, ordered, operands)                                                         \
    SIMD_FP_DECODE(v_##name, name)                                                                            \
    DECODE(s_##name) { return simd_fp_decode(o, insn, name##_soft); }

COMPARE(fcmeq, binary, SIMD_FP_BINARY, eq, equal)
COMPARE(fcmge, binary, SIMD_FP_BINARY, ge, greater_or_equal)
COMPARE(fcmgt, binary, SIMD_FP_BINARY, gt, greater)
COMPARE(facge, binary, SIMD_FP_BINARY, abs_ge, abs_greater_or_equal)
COMPARE(facgt, binary, SIMD_FP_BINARY, abs_gt, abs_greater)
COMPARE(fcmeq_zero, unary, SIMD_FP_UNARY, eq_zero, equal_zero)
COMPARE(fcmge_zero, unary, SIMD_FP_UNARY, ge_zero, greater_or_equal_zero)
COMPARE(fcmgt_zero, unary, SIMD_FP_UNARY, gt_zero, greater_zero)
COMPARE(fcmle_zero, unary, SIMD_FP_UNARY, le_zero, less_or_equal_zero)
COMPARE(fcmlt_zero, unary, SIMD_FP_UNARY, lt_zero, less_zero)
