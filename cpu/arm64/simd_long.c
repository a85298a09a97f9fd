/* SPDX-License-Identifier: MIT */
/* Advanced SIMD with operands of two widths (manual C4.1.96, "three different"): long, wide, and high-half narrowing; and the
   long multiplications by one element. Those that saturate are in simd_saturate_long.c. */
#include "cpu/arm64/simd_element.h"

/* d[i] = result of the lanes n and m of half the width; Q takes them from the upper halves. With `by_element` m is one lane for
   all. */
#define LONG(name, arrangement, type, from, FROM, wide, to, TO, count, upper, by_element, result)         \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        const union vreg *vn = VN, *vm = VM, *vd = VD;                                                    \
        const unsigned element = o->aux, start = (upper) ? (count) : 0;                                   \
        union vreg r = { { 0 } };                                                                         \
        for (unsigned i = 0; i < (count); i++) {                                                          \
            const wide n = (type)vn->from[FROM(i + start)];                                               \
            const wide m = (type)vm->from[FROM((by_element) ? element : i + start)];                      \
            OP_UNUSED const wide d = (wide)vd->to[TO(i)];                                                 \
            r.to[TO(i)] = (__typeof__(r.to[0]))(result);                                                  \
        }                                                                                                 \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define LONG_B(name, sign, wide, result)                                                                  \
    LONG(name, 8b, sign##8_t, b, LANE_B, wide##16_t, h, LANE_H, 8, 0, 0, result)                          \
    LONG(name, 16b, sign##8_t, b, LANE_B, wide##16_t, h, LANE_H, 8, 1, 0, result)
#define LONG_HS(name, sign, wide, by_element, result)                                                     \
    LONG(name, 4h, sign##16_t, h, LANE_H, wide##32_t, s, LANE_S, 4, 0, by_element, result)                \
    LONG(name, 8h, sign##16_t, h, LANE_H, wide##32_t, s, LANE_S, 4, 1, by_element, result)                \
    LONG(name, 2s, sign##32_t, s, LANE_S, wide##64_t, d, LANE_D, 2, 0, by_element, result)                \
    LONG(name, 4s, sign##32_t, s, LANE_S, wide##64_t, d, LANE_D, 2, 1, by_element, result)

/* Arithmetic in unsigned lanes, which wrap: the operands are sign-extended into them. */
#define VECTOR_LONG(name, sign, result)                                     \
    LONG_B(name, sign, uint, result) LONG_HS(name, sign, uint, 0, result) TABLE_BHS(name) DECODE_VECTOR(name)

VECTOR_LONG(saddl, int, n + m)
VECTOR_LONG(uaddl, uint, n + m)
VECTOR_LONG(ssubl, int, n - m)
VECTOR_LONG(usubl, uint, n - m)

/* Differences need the sign; they do not overflow, nor do sums with d where d is made unsigned. */
#define VECTOR_LONG_SIGNED(name, result)                                    \
    LONG_B(name, int, int, result) LONG_HS(name, int, int, 0, result) TABLE_BHS(name) DECODE_VECTOR(name)
#define DIFFERENCE (n > m ? n - m : m - n)

VECTOR_LONG_SIGNED(sabdl, DIFFERENCE)
VECTOR_LONG(uabdl, uint, DIFFERENCE)
VECTOR_LONG_SIGNED(sabal, (uint64_t)d + (uint64_t)DIFFERENCE)
VECTOR_LONG(uabal, uint, d + DIFFERENCE)

/* 1u: uint16_t lanes would be multiplied as int and overflow. */
#define VECTOR_AND_ELEMENT(name, sign, result)                              \
    VECTOR_LONG(name, sign, result)                                         \
    LONG_HS(name##_element, sign, uint, 1, result) TABLE_HS(name##_element) \
    DECODE(v_##name##_element) { return decode_element(o, insn, name##_element_handlers); }

VECTOR_AND_ELEMENT(smull, int, 1u * n * m)
VECTOR_AND_ELEMENT(umull, uint, 1u * n * m)
VECTOR_AND_ELEMENT(smlal, int, d + 1u * n * m)
VECTOR_AND_ELEMENT(umlal, uint, d + 1u * n * m)
VECTOR_AND_ELEMENT(smlsl, int, d - 1u * n * m)
VECTOR_AND_ELEMENT(umlsl, uint, d - 1u * n * m)

/* Product of polynomials over {0, 1}, and the same without its upper half. Only 8 bits by 8: that of 64 bits belongs to the
   Cryptographic Extension. */
HOT_INLINE unsigned polynomial_product(unsigned a, unsigned b)
{
    unsigned r = 0;
    for (unsigned k = 0; k < 8; k++)
        r ^= (a << k) & -(b >> k & 1);
    return r;
}

LONG_B(pmull, uint, uint, polynomial_product(n, m))
TABLE_B(pmull)
DECODE_VECTOR(pmull)

LANES_B(pmul, uint, polynomial_product(un, um))
TABLE_B(pmul)
DECODE_VECTOR(pmul)

/* ---- wide: Vn has the result's width already ---- */

#define WIDE(name, arrangement, type, from, FROM, wide, to, TO, count, upper, result)                     \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        const union vreg *vn = VN, *vm = VM;                                                              \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < (count); i++) {                                                               \
            const wide n = vn->to[TO(i)], m = (wide)(type)vm->from[FROM(i + ((upper) ? (count) : 0))];    \
            r.to[TO(i)] = (wide)(result);                                                                 \
        }                                                                                                 \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define VECTOR_WIDE(name, sign, result)                                                                   \
    WIDE(name, 8b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 8, 0, result)                               \
    WIDE(name, 16b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 8, 1, result)                              \
    WIDE(name, 4h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 4, 0, result)                              \
    WIDE(name, 8h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 4, 1, result)                              \
    WIDE(name, 2s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 2, 0, result)                              \
    WIDE(name, 4s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 2, 1, result)                              \
    TABLE_BHS(name) DECODE_VECTOR(name)

VECTOR_WIDE(saddw, int, n + m)
VECTOR_WIDE(uaddw, uint, n + m)
VECTOR_WIDE(ssubw, int, n - m)
VECTOR_WIDE(usubw, uint, n - m)

/* ---- narrowing: the upper half of each sum or difference; Q fills the upper half of Vd and keeps the lower ---- */

#define HIGH_HALF(name, arrangement, wide, from, FROM, to, TO, count, upper, result)                      \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        enum { HALF = 4 * sizeof(wide) };                                                                 \
        const union vreg *vn = VN, *vm = VM;                                                              \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < (count); i++) {                                                               \
            const wide n = vn->from[FROM(i)], m = vm->from[FROM(i)];                                      \
            r.to[TO(i + ((upper) ? (count) : 0))] = (__typeof__(r.to[0]))((wide)(result) >> HALF);        \
        }                                                                                                 \
        if (upper)                                                                                        \
            r.d[0] = VD->d[0];                                                                            \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define VECTOR_HIGH_HALF(name, result)                                      \
    HIGH_HALF(name, 8b, uint16_t, h, LANE_H, b, LANE_B, 8, 0, result)       \
    HIGH_HALF(name, 16b, uint16_t, h, LANE_H, b, LANE_B, 8, 1, result)      \
    HIGH_HALF(name, 4h, uint32_t, s, LANE_S, h, LANE_H, 4, 0, result)       \
    HIGH_HALF(name, 8h, uint32_t, s, LANE_S, h, LANE_H, 4, 1, result)       \
    HIGH_HALF(name, 2s, uint64_t, d, LANE_D, s, LANE_S, 2, 0, result)       \
    HIGH_HALF(name, 4s, uint64_t, d, LANE_D, s, LANE_S, 2, 1, result)       \
    TABLE_BHS(name) DECODE_VECTOR(name)

#define ROUND (1ull << (HALF - 1))

VECTOR_HIGH_HALF(addhn, n + m)
VECTOR_HIGH_HALF(subhn, n - m)
VECTOR_HIGH_HALF(raddhn, n + m + ROUND)
VECTOR_HIGH_HALF(rsubhn, n - m + ROUND)
