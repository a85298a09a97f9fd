/* SPDX-License-Identifier: MIT */
/* Saturation to lanes of `width` bits (8, 16, 32, 64; a constant): each sets *qc, for FPSR.QC, when it had to. Lanes are given
   sign- or zero-extended to 64 bits. */
#ifndef CPU_ARM64_SIMD_SATURATE_H
#define CPU_ARM64_SIMD_SATURATE_H

#include "cpu/arm64/simd_lanes.h"

enum { FPSR_QC = 1 << 27 };

/* A handler whose lanes saturate. The number of lanes is in ra: these are rare, and so one handler for each lane size serves both
   vectors and the scalar. `result` may use what LANES offers, and qc. `m_lane` says which lane of Vm is meant. */
#define SATURATING_FROM(name, type, lane, m_lane, result)                                                    \
    HANDLER(name##_##lane)                                                                                   \
    {                                                                                                        \
        enum { WIDTH = 8 * sizeof(type) };                                                                   \
        const union vreg *vn = VN, *vm = VM, *vd = VD;                                                       \
        union vreg r = { { 0 } };                                                                            \
        OP_UNUSED const unsigned sh = o->sh;                                                                 \
        bool saturated = false, *const qc = &saturated;                                                      \
        for (unsigned k = 0; k < o->ra; k++) {                                                               \
            const unsigned i = LANE_OF(type, k);                                                             \
            OP_UNUSED const __typeof__(r.lane[0]) un = vn->lane[i], um = vm->lane[m_lane], ud = vd->lane[i]; \
            OP_UNUSED const type n = (type)un, m = (type)um, d = (type)ud;                                   \
            r.lane[i] = (__typeof__(un))(result);                                                            \
        }                                                                                                    \
        *VD = r;                                                                                             \
        c->fpsr |= saturated ? FPSR_QC : 0;                                                                  \
        NEXT;                                                                                                \
    }

#define SATURATING(name, sign, result)                                                                    \
    SATURATING_FROM(name, sign##8_t, b, i, result) SATURATING_FROM(name, sign##16_t, h, i, result)        \
    SATURATING_FROM(name, sign##32_t, s, i, result) SATURATING_FROM(name, sign##64_t, d, i, result)

/* Lanes of 1 << size bytes: one, or as many as the vector holds. */
static inline bool decode_saturating(struct op *o, uint32_t insn, unsigned size, bool is_scalar, handler *run)
{
    bool q = bit(insn, 30);
    o->ra = is_scalar ? 1 : (uint8_t)((q ? 16 : 8) >> size);
    return (is_scalar || q || size < 3) && decode_vector(o, insn, run);
}

HOT_INLINE int64_t saturate_signed(int64_t v, unsigned width, bool *qc)
{
    const int64_t max = (int64_t)(UINT64_MAX >> 1 >> (64 - width)), min = -max - 1;
    *qc |= v > max || v < min;
    return v > max ? max : v < min ? min : v;
}

HOT_INLINE uint64_t saturate_unsigned(uint64_t v, unsigned width, bool *qc)
{
    const uint64_t max = UINT64_MAX >> (64 - width);
    *qc |= v > max;
    return v > max ? max : v;
}

/* A signed number to an unsigned lane. */
HOT_INLINE uint64_t saturate_to_unsigned(int64_t v, unsigned width, bool *qc)
{
    *qc |= v < 0;
    return v < 0 ? 0 : saturate_unsigned((uint64_t)v, width, qc);
}

/* Results that need a 65th bit saturate here already. */
HOT_INLINE int64_t saturating_add(int64_t a, int64_t b, unsigned width, bool *qc)
{
    int64_t r;
    if (__builtin_add_overflow(a, b, &r)) {
        *qc = true;
        return b < 0 ? INT64_MIN : INT64_MAX;
    }
    return saturate_signed(r, width, qc);
}

HOT_INLINE int64_t saturating_sub(int64_t a, int64_t b, unsigned width, bool *qc)
{
    int64_t r;
    if (__builtin_sub_overflow(a, b, &r)) {
        *qc = true;
        return b < 0 ? INT64_MAX : INT64_MIN;
    }
    return saturate_signed(r, width, qc);
}

/* Left, or right for a negative amount; the right shift does not saturate. Amounts are -128 to 127 and may exceed the width. */
HOT_INLINE int64_t shift_signed(int64_t v, int amount, bool rounds)
{
    if (amount >= 0)
        return amount < 64 ? (int64_t)((uint64_t)v << amount) : 0;
    unsigned right = (unsigned)-amount;
    if (right > 64)
        return rounds || v >= 0 ? 0 : -1;
    return (v >> 1 >> (right - 1)) + (rounds ? v >> (right - 1) & 1 : 0);
}

HOT_INLINE uint64_t shift_unsigned(uint64_t v, int amount, bool rounds)
{
    if (amount >= 0)
        return amount < 64 ? v << amount : 0;
    unsigned right = (unsigned)-amount;
    if (right > 64)
        return 0;
    return (v >> 1 >> (right - 1)) + (rounds ? v >> (right - 1) & 1 : 0);
}

HOT_INLINE int64_t saturating_shift_signed(int64_t v, int amount, bool rounds, unsigned width, bool *qc)
{
    int64_t r = shift_signed(v, amount, rounds);
    if (amount > 0 && (amount >= 64 ? v != 0 : r >> amount != v)) {
        *qc = true;
        return saturate_signed(v < 0 ? INT64_MIN : INT64_MAX, width, qc);
    }
    return saturate_signed(r, width, qc);
}

HOT_INLINE uint64_t saturating_shift_unsigned(uint64_t v, int amount, bool rounds, unsigned width, bool *qc)
{
    uint64_t r = shift_unsigned(v, amount, rounds);
    if (amount > 0 && (amount >= 64 ? v != 0 : r >> amount != v)) {
        *qc = true;
        return saturate_unsigned(UINT64_MAX, width, qc);
    }
    return saturate_unsigned(r, width, qc);
}

#endif
