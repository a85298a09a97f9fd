/* SPDX-License-Identifier: MIT */
/* Advanced SIMD operations that saturate and change the width of lanes (manual C4.1.96): narrowing, and doubling
   multiplications. */
#include "cpu/arm64/simd_element.h"
#include "cpu/arm64/simd_saturate.h"
#include "cpu/arm64/simd_shift.h"

/* ---- narrowing ---- */

/* The right shift is by sh, rounded or truncated; 0 for SQXTN and its like. ra counts the lanes. With aux the result fills the
   upper half of Vd, and the lower stays. */
#define NARROW(name, type, from, FROM, to, TO, count, result)               \
    HANDLER(name##_##to)                                                    \
    {                                                                       \
        enum { WIDTH = 4 * sizeof(type) };                                  \
        const union vreg *vn = VN;                                          \
        union vreg r = { { 0 } };                                           \
        const int sh = o->sh;                                               \
        bool saturated = false, *const qc = &saturated;                     \
        for (unsigned i = 0; i < o->ra; i++) {                              \
            const type n = (type)vn->from[FROM(i)];                         \
            r.to[TO(i)] = (__typeof__(r.to[0]))(result);                    \
        }                                                                   \
        *VD = o->aux ? (union vreg){ { VD->d[0], r.d[0] } } : r;            \
        c->fpsr |= saturated ? FPSR_QC : 0;                                 \
        NEXT;                                                               \
    }

#define NARROWS(name, sign, result)                                         \
    NARROW(name, sign##16_t, h, LANE_H, b, LANE_B, 8, result)               \
    NARROW(name, sign##32_t, s, LANE_S, h, LANE_H, 4, result)               \
    NARROW(name, sign##64_t, d, LANE_D, s, LANE_S, 2, result)               \
    static handler *const name##_run[4] = { name##_b, name##_h, name##_s, NULL };

NARROWS(sqshrn, int, saturate_signed(shift_signed(n, -sh, false), WIDTH, qc))
NARROWS(uqshrn, uint, saturate_unsigned(shift_unsigned(n, -sh, false), WIDTH, qc))
NARROWS(sqshrun, int, saturate_to_unsigned(shift_signed(n, -sh, false), WIDTH, qc))
NARROWS(sqrshrn, int, saturate_signed(shift_signed(n, -sh, true), WIDTH, qc))
NARROWS(uqrshrn, uint, saturate_unsigned(shift_unsigned(n, -sh, true), WIDTH, qc))
NARROWS(sqrshrun, int, saturate_to_unsigned(shift_signed(n, -sh, true), WIDTH, qc))

static bool decode_narrow(struct op *o, uint32_t insn, unsigned size, bool is_scalar, handler *run)
{
    o->ra = is_scalar ? 1 : (uint8_t)(8 >> size);
    o->aux = !is_scalar && bit(insn, 30);
    return decode_vector(o, insn, run);
}

static bool decode_narrow_shift(struct op *o, uint32_t insn, bool is_scalar, handler *const run[4])
{
    o->sh = shift_right(insn);
    return decode_narrow(o, insn, shift_size(insn), is_scalar, run[shift_size(insn)]);
}

#define DECODE_NARROW(name)                                                                               \
    DECODE(v_##name##_b) { return decode_narrow_shift(o, insn, false, name##_run); }                      \
    DECODE(v_##name##_h) { return decode_narrow_shift(o, insn, false, name##_run); }                      \
    DECODE(v_##name##_s) { return decode_narrow_shift(o, insn, false, name##_run); }                      \
    DECODE(v_##name##_b_scalar) { return decode_narrow_shift(o, insn, true, name##_run); }                \
    DECODE(v_##name##_h_scalar) { return decode_narrow_shift(o, insn, true, name##_run); }                \
    DECODE(v_##name##_s_scalar) { return decode_narrow_shift(o, insn, true, name##_run); }

DECODE_NARROW(sqshrn)
DECODE_NARROW(uqshrn)
DECODE_NARROW(sqshrun)
DECODE_NARROW(sqrshrn)
DECODE_NARROW(uqrshrn)
DECODE_NARROW(sqrshrun)

#define DECODE_EXTRACT(name, shifts)                                        \
    DECODE(v_##name)                                                        \
    {                                                                       \
        unsigned size = (unsigned)bits(insn, 23, 22);                       \
        return decode_narrow(o, insn, size, false, shifts##_run[size]);     \
    }                                                                       \
    DECODE(v_##name##_scalar)                                               \
    {                                                                       \
        unsigned size = (unsigned)bits(insn, 23, 22);                       \
        return decode_narrow(o, insn, size, true, shifts##_run[size]);      \
    }

DECODE_EXTRACT(sqxtn, sqshrn)
DECODE_EXTRACT(uqxtn, uqshrn)
DECODE_EXTRACT(sqxtun, sqshrun)

/* ---- doubling multiplications: ra lanes of Vn from lane sh on; the product saturates, and then the sum ---- */

/* Only the product of two minima does not fit. */
HOT_INLINE int64_t doubled_product(int64_t a, int64_t b, unsigned width, bool *qc)
{
    const int64_t min = -(int64_t)(1ull << (width / 2 - 1));
    if (a == min && b == min) {
        *qc = true;
        return (int64_t)(UINT64_MAX >> 1 >> (64 - width));
    }
    return 2 * (a * b);
}

#define DOUBLING(name, type, from, FROM, wide, to, TO, m_lane, result)                                    \
    HANDLER(name##_##from)                                                                                \
    {                                                                                                     \
        enum { WIDTH = 8 * sizeof(wide) };                                                                \
        const union vreg *vn = VN, *vm = VM, *vd = VD;                                                    \
        union vreg r = { { 0 } };                                                                         \
        bool saturated = false, *const qc = &saturated;                                                   \
        for (unsigned i = 0; i < o->ra; i++) {                                                            \
            OP_UNUSED const wide d = (wide)vd->to[TO(i)];                                                 \
            const int64_t product = doubled_product((type)vn->from[FROM(i + o->sh)],                      \
                                                    (type)vm->from[FROM(m_lane)], WIDTH, qc);             \
            r.to[TO(i)] = (__typeof__(r.to[0]))(result);                                                  \
        }                                                                                                 \
        *VD = r;                                                                                          \
        c->fpsr |= saturated ? FPSR_QC : 0;                                                               \
        NEXT;                                                                                             \
    }

#define DOUBLING_HS(name, m_lane, result)                                   \
    DOUBLING(name, int16_t, h, LANE_H, int32_t, s, LANE_S, m_lane, result)  \
    DOUBLING(name, int32_t, s, LANE_S, int64_t, d, LANE_D, m_lane, result)  \
    static handler *const name##_run[4] = { NULL, name##_h, name##_s, NULL };

static bool decode_doubling(struct op *o, uint32_t insn, bool is_scalar, handler *const run[4])
{
    unsigned size = (unsigned)bits(insn, 23, 22);
    o->ra = is_scalar ? 1 : (uint8_t)(8 >> size);
    o->sh = !is_scalar && bit(insn, 30) ? o->ra : 0;
    return decode_vector(o, insn, run[size]);
}

static bool decode_doubling_element(struct op *o, uint32_t insn, bool is_scalar, handler *const run[4])
{
    return decode_doubling(o, insn, is_scalar, run) && decode_element_place(o, insn);
}

#define DOUBLINGS(name, result)                                                                           \
    DOUBLING_HS(name, i + o->sh, result)                                                                  \
    DOUBLING_HS(name##_element, o->aux, result)                                                           \
    DECODE(v_##name) { return decode_doubling(o, insn, false, name##_run); }                              \
    DECODE(v_##name##_scalar) { return decode_doubling(o, insn, true, name##_run); }                      \
    DECODE(v_##name##_element) { return decode_doubling_element(o, insn, false, name##_element_run); }    \
    DECODE(v_##name##_element_scalar) { return decode_doubling_element(o, insn, true, name##_element_run); }

DOUBLINGS(sqdmull, product)
DOUBLINGS(sqdmlal, saturating_add(d, product, WIDTH, qc))
DOUBLINGS(sqdmlsl, saturating_sub(d, product, WIDTH, qc))
