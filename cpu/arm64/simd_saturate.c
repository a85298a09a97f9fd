/* SPDX-License-Identifier: MIT */
/* Advanced SIMD operations that saturate, and shifts by a register (manual C4.1.96): lanes of one width. Vectors and scalars. */
#include "cpu/arm64/simd_element.h"
#include "cpu/arm64/simd_saturate.h"
#include "cpu/arm64/simd_shift.h"

#define HANDLERS(name) { name##_b, name##_h, name##_s, name##_d }

/* Both forms of an instruction with the size field in its usual place. */
#define DECODE_SATURATING(name)                                             \
    static handler *const name##_run[4] = HANDLERS(name);                   \
    DECODE(v_##name)                                                        \
    {                                                                       \
        unsigned size = (unsigned)bits(insn, 23, 22);                       \
        return decode_saturating(o, insn, size, false, name##_run[size]);   \
    }                                                                       \
    DECODE(v_##name##_scalar)                                               \
    {                                                                       \
        unsigned size = (unsigned)bits(insn, 23, 22);                       \
        return decode_saturating(o, insn, size, true, name##_run[size]);    \
    }

#define VECTOR_SATURATING(name, sign, result) SATURATING(name, sign, result) DECODE_SATURATING(name)

HOT_INLINE uint64_t saturating_add_unsigned(uint64_t a, uint64_t b, unsigned width, bool *qc)
{
    bool wraps = a + b < a;
    *qc |= wraps;
    return wraps ? UINT64_MAX : saturate_unsigned(a + b, width, qc);
}

HOT_INLINE uint64_t saturating_sub_unsigned(uint64_t a, uint64_t b, bool *qc)
{
    *qc |= a < b;
    return a < b ? 0 : a - b;
}

VECTOR_SATURATING(sqadd, int, saturating_add(n, m, WIDTH, qc))
VECTOR_SATURATING(uqadd, uint, saturating_add_unsigned(n, m, WIDTH, qc))
VECTOR_SATURATING(sqsub, int, saturating_sub(n, m, WIDTH, qc))
VECTOR_SATURATING(uqsub, uint, saturating_sub_unsigned(n, m, qc))
VECTOR_SATURATING(sqabs, int, n < 0 ? saturating_sub(0, n, WIDTH, qc) : n)
VECTOR_SATURATING(sqneg, int, saturating_sub(0, n, WIDTH, qc))

/* Accumulation of the other sign: unsigned n to signed d, and the reverse. The sum is not taken unless it fits in 64 bits. */
HOT_INLINE int64_t add_unsigned_to_signed(int64_t d, uint64_t n, unsigned width, bool *qc)
{
    int64_t r;
    if (__builtin_add_overflow(d, n, &r)) {
        *qc = true;
        return INT64_MAX;
    }
    return saturate_signed(r, width, qc);
}

HOT_INLINE uint64_t add_signed_to_unsigned(uint64_t d, int64_t n, unsigned width, bool *qc)
{
    uint64_t r;
    if (__builtin_add_overflow(d, n, &r)) {
        *qc = true;
        return n < 0 ? 0 : UINT64_MAX;
    }
    return saturate_unsigned(r, width, qc);
}

VECTOR_SATURATING(suqadd, int, add_unsigned_to_signed(d, un, WIDTH, qc))
VECTOR_SATURATING(usqadd, int, add_signed_to_unsigned(ud, n, WIDTH, qc))

/* ---- shifts by the signed low byte of each lane of Vm ---- */

VECTOR_SATURATING(sqshl, int, saturating_shift_signed(n, (int8_t)um, false, WIDTH, qc))
VECTOR_SATURATING(uqshl, uint, saturating_shift_unsigned(n, (int8_t)um, false, WIDTH, qc))
VECTOR_SATURATING(sqrshl, int, saturating_shift_signed(n, (int8_t)um, true, WIDTH, qc))
VECTOR_SATURATING(uqrshl, uint, saturating_shift_unsigned(n, (int8_t)um, true, WIDTH, qc))

VECTOR_AND_SCALAR(sshl, int, shift_signed(n, (int8_t)um, false))
VECTOR_AND_SCALAR(ushl, uint, shift_unsigned(n, (int8_t)um, false))
VECTOR_AND_SCALAR(srshl, int, shift_signed(n, (int8_t)um, true))
VECTOR_AND_SCALAR(urshl, uint, shift_unsigned(n, (int8_t)um, true))

/* ---- shifts left by an immediate ---- */

#define DECODE_SHIFT(name, run)                                                                           \
    static bool decode_##name(struct op *o, uint32_t insn, bool is_scalar)                                \
    {                                                                                                     \
        static handler *const handlers[4] = HANDLERS(run);                                                \
        o->sh = shift_left(insn);                                                                         \
        return decode_saturating(o, insn, shift_size(insn), is_scalar, handlers[shift_size(insn)]);       \
    }                                                                                                     \
    DECODE(v_##name##_b) { return decode_##name(o, insn, false); }                                        \
    DECODE(v_##name##_h) { return decode_##name(o, insn, false); }                                        \
    DECODE(v_##name##_s) { return decode_##name(o, insn, false); }                                        \
    DECODE(v_##name##_d) { return decode_##name(o, insn, false); }                                        \
    DECODE(v_##name##_b_scalar) { return decode_##name(o, insn, true); }                                  \
    DECODE(v_##name##_h_scalar) { return decode_##name(o, insn, true); }                                  \
    DECODE(v_##name##_s_scalar) { return decode_##name(o, insn, true); }                                  \
    DECODE(v_##name##_d_scalar) { return decode_##name(o, insn, true); }

HOT_INLINE uint64_t shift_to_unsigned(int64_t v, unsigned amount, unsigned width, bool *qc)
{
    return v < 0 ? saturate_to_unsigned(v, width, qc) : saturating_shift_unsigned((uint64_t)v, (int)amount, false, width, qc);
}

SATURATING(sqshl_imm, int, saturating_shift_signed(n, (int)sh, false, WIDTH, qc))
SATURATING(uqshl_imm, uint, saturating_shift_unsigned(n, (int)sh, false, WIDTH, qc))
SATURATING(sqshlu_imm, int, shift_to_unsigned(n, sh, WIDTH, qc))
DECODE_SHIFT(sqshl_imm, sqshl_imm)
DECODE_SHIFT(uqshl_imm, uqshl_imm)
DECODE_SHIFT(sqshlu, sqshlu_imm)

/* ---- the upper half of the doubled product; only the product of two minima saturates ---- */

HOT_INLINE int64_t doubled_high_half(int64_t a, int64_t b, bool rounds, unsigned width, bool *qc)
{
    const int64_t min = -(int64_t)(1ull << (width - 1));
    if (a == min && b == min)
        return saturate_signed(INT64_MAX, width, qc);
    return (2 * (a * b) + (rounds ? (int64_t)(1ull << (width - 1)) : 0)) >> width;
}

#define DOUBLED_HIGH_HALF(name, rounds)                                                                     \
    SATURATING_FROM(name, int16_t, h, i, doubled_high_half(n, m, rounds, WIDTH, qc))                        \
    SATURATING_FROM(name, int32_t, s, i, doubled_high_half(n, m, rounds, WIDTH, qc))                        \
    SATURATING_FROM(name##_element, int16_t, h, LANE_H(o->aux), doubled_high_half(n, m, rounds, WIDTH, qc)) \
    SATURATING_FROM(name##_element, int32_t, s, LANE_S(o->aux), doubled_high_half(n, m, rounds, WIDTH, qc)) \
    static bool decode_##name(struct op *o, uint32_t insn, bool is_scalar)                                  \
    {                                                                                                       \
        static handler *const run[4] = { NULL, name##_h, name##_s, NULL };                                  \
        unsigned size = (unsigned)bits(insn, 23, 22);                                                       \
        return decode_saturating(o, insn, size, is_scalar, run[size]);                                      \
    }                                                                                                       \
    static bool decode_##name##_element(struct op *o, uint32_t insn, bool is_scalar)                        \
    {                                                                                                       \
        static handler *const run[4] = { NULL, name##_element_h, name##_element_s, NULL };                  \
        unsigned size = (unsigned)bits(insn, 23, 22);                                                       \
        return decode_saturating(o, insn, size, is_scalar, run[size]) && decode_element_place(o, insn);     \
    }                                                                                                       \
    DECODE(v_##name) { return decode_##name(o, insn, false); }                                              \
    DECODE(v_##name##_scalar) { return decode_##name(o, insn, true); }                                      \
    DECODE(v_##name##_element) { return decode_##name##_element(o, insn, false); }                          \
    DECODE(v_##name##_element_scalar) { return decode_##name##_element(o, insn, true); }

DOUBLED_HIGH_HALF(sqdmulh, false)
DOUBLED_HIGH_HALF(sqrdmulh, true)
