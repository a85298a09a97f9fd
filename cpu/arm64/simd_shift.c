/* SPDX-License-Identifier: MIT */
/* Advanced SIMD shifts by an immediate, without saturation (manual C4.1.96): right, left, inserting, narrowing, lengthening. */
#include "cpu/arm64/simd_shift.h"

/* A right shift is by 1 to the width of a lane, which C does not allow at once. */
#define RIGHT(x)         ((x) >> 1 >> (sh - 1))
#define RIGHT_ROUNDED(x) (RIGHT(x) + ((x) >> (sh - 1) & 1))
#define ONES             ((__typeof__(un))-1)

/* One row per lane size, since the leading bits of immh say the size. */
#define SHIFT(name, direction, sign, result)                                                              \
    LANES_B(name, sign, result) LANES_H(name, sign, result) LANES_S(name, sign, result)                   \
    LANES_D(name, sign, result) LANES(name, 1d, sign##64_t, d, 1, result) TABLE_BHSD(name)                \
    DECODE(v_##name##_b) { return decode_shift(o, insn, name##_handlers, shift_##direction); }            \
    DECODE(v_##name##_h) { return decode_shift(o, insn, name##_handlers, shift_##direction); }            \
    DECODE(v_##name##_s) { return decode_shift(o, insn, name##_handlers, shift_##direction); }            \
    DECODE(v_##name##_d) { return decode_shift(o, insn, name##_handlers, shift_##direction); }            \
    DECODE(v_##name##_scalar)                                                                             \
    {                                                                                                     \
        o->sh = shift_##direction(insn);                                                                  \
        return decode_vector(o, insn, name##_1d);                                                         \
    }

static bool decode_shift(struct op *o, uint32_t insn, arrangements handlers, uint8_t (*amount)(uint32_t))
{
    o->sh = amount(insn);
    return decode_vector(o, insn, handlers[shift_size(insn)][bit(insn, 30)]);
}

SHIFT(sshr, right, int, RIGHT(n))
SHIFT(ushr, right, uint, RIGHT(n))
SHIFT(ssra, right, int, ud + (__typeof__(un))RIGHT(n))
SHIFT(usra, right, uint, ud + RIGHT(n))
SHIFT(srshr, right, int, RIGHT_ROUNDED(n))
SHIFT(urshr, right, uint, RIGHT_ROUNDED(n))
SHIFT(srsra, right, int, ud + (__typeof__(un))RIGHT_ROUNDED(n))
SHIFT(ursra, right, uint, ud + RIGHT_ROUNDED(n))
SHIFT(sri, right, uint, RIGHT(n) | (d & ~RIGHT(ONES)))
SHIFT(shl, left, uint, n << sh)
SHIFT(sli, left, uint, n << sh | (d & ~(ONES << sh)))

/* ---- narrowing ---- */

/* The low half of each shifted lane. The second form ("2", Q) fills the upper half of Vd and keeps the lower. */
#define NARROW(name, arrangement, type, from, FROM, to, TO, count, upper, result)                         \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        const union vreg *vn = VN;                                                                        \
        union vreg r = { { 0 } };                                                                         \
        const unsigned sh = o->sh;                                                                        \
        for (int i = 0; i < (count); i++) {                                                               \
            const type n = vn->from[FROM(i)];                                                             \
            r.to[TO(i + ((upper) ? (count) : 0))] = (__typeof__(r.to[0]))(result);                        \
        }                                                                                                 \
        if (upper)                                                                                        \
            r.d[0] = VD->d[0];                                                                            \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define SHIFT_NARROW(name, result)                                                                        \
    NARROW(name, 8b, uint16_t, h, LANE_H, b, LANE_B, 8, 0, result)                                        \
    NARROW(name, 16b, uint16_t, h, LANE_H, b, LANE_B, 8, 1, result)                                       \
    NARROW(name, 4h, uint32_t, s, LANE_S, h, LANE_H, 4, 0, result)                                        \
    NARROW(name, 8h, uint32_t, s, LANE_S, h, LANE_H, 4, 1, result)                                        \
    NARROW(name, 2s, uint64_t, d, LANE_D, s, LANE_S, 2, 0, result)                                        \
    NARROW(name, 4s, uint64_t, d, LANE_D, s, LANE_S, 2, 1, result)                                        \
    TABLE_BHS(name)                                                                                       \
    DECODE(v_##name##_b) { return decode_shift(o, insn, name##_handlers, shift_right); }                  \
    DECODE(v_##name##_h) { return decode_shift(o, insn, name##_handlers, shift_right); }                  \
    DECODE(v_##name##_s) { return decode_shift(o, insn, name##_handlers, shift_right); }

SHIFT_NARROW(shrn, n >> sh)
SHIFT_NARROW(rshrn, (n + (1ull << (sh - 1))) >> sh)

/* XTN is the shift by nothing. */
static arrangements xtn_handlers = {
    { shrn_8b, shrn_16b }, { shrn_4h, shrn_8h }, { shrn_2s, shrn_4s } };
DECODE_VECTOR(xtn)

/* ---- lengthening: the lower or, with Q, the upper half of Vn ---- */

#define LENGTHEN(name, arrangement, type, from, FROM, wide, to, TO, count, upper)                         \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        const union vreg *vn = VN;                                                                        \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < (count); i++)                                                                 \
            r.to[TO(i)] = (wide)(type)vn->from[FROM(i + ((upper) ? (count) : 0))] << o->sh;               \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define SHIFT_LENGTHEN(name, sign)                                                                        \
    LENGTHEN(name, 8b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 8, 0)                                   \
    LENGTHEN(name, 16b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 8, 1)                                  \
    LENGTHEN(name, 4h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 4, 0)                                  \
    LENGTHEN(name, 8h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 4, 1)                                  \
    LENGTHEN(name, 2s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 2, 0)                                  \
    LENGTHEN(name, 4s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 2, 1)                                  \
    TABLE_BHS(name)                                                                                       \
    DECODE(v_##name##_b) { return decode_shift(o, insn, name##_handlers, shift_left); }                   \
    DECODE(v_##name##_h) { return decode_shift(o, insn, name##_handlers, shift_left); }                   \
    DECODE(v_##name##_s) { return decode_shift(o, insn, name##_handlers, shift_left); }

SHIFT_LENGTHEN(sshll, int)
SHIFT_LENGTHEN(ushll, uint)

/* SHLL: by the width of the lanes it starts from. */
DECODE(v_shll)
{
    o->sh = (uint8_t)(8u << bits(insn, 23, 22));
    return decode_arrangement(o, insn, ushll_handlers);
}
