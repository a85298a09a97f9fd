/* SPDX-License-Identifier: MIT */
/* Advanced SIMD, two registers and across lanes (manual C4.1.96): one operand, without saturation. */
#include "cpu/arm64/simd_lanes.h"

VECTOR_AND_SCALAR(abs, int, n < 0 ? 0 - un : un)
VECTOR_AND_SCALAR(neg, uint, 0 - un)
VECTOR_AND_SCALAR(cmgt_zero, int, n > 0 ? -1 : 0)
VECTOR_AND_SCALAR(cmge_zero, int, n >= 0 ? -1 : 0)
VECTOR_AND_SCALAR(cmeq_zero, int, n == 0 ? -1 : 0)
VECTOR_AND_SCALAR(cmle_zero, int, n <= 0 ? -1 : 0)
VECTOR_AND_SCALAR(cmlt_zero, int, n < 0 ? -1 : 0)

/* ---- counting and reversing bits ---- */

/* Leading zeros of the low `width` bits. */
HOT_INLINE unsigned leading_zeros(uint32_t v, unsigned width)
{
    return v ? (unsigned)__builtin_clz(v) - (32 - width) : width;
}

HOT_INLINE unsigned ones_of_byte(unsigned v)
{
    v -= v >> 1 & 0x55;
    v = (v & 0x33) + (v >> 2 & 0x33);
    return (v + (v >> 4)) & 15;
}

HOT_INLINE unsigned reverse_byte(unsigned v)
{
    v = (v & 0x55) << 1 | (v >> 1 & 0x55);
    v = (v & 0x33) << 2 | (v >> 2 & 0x33);
    return v << 4 | v >> 4;
}

#define WIDTH (8 * (unsigned)sizeof un)

VECTOR_BHS(clz, uint, leading_zeros(n, WIDTH))
VECTOR_BHS(cls, int, leading_zeros((__typeof__(un))(n < 0 ? ~n : n), WIDTH) - 1)

LANES_B(cnt, uint, ones_of_byte(un))
TABLE_B(cnt)
DECODE_VECTOR(cnt)

/* RBIT has size 1 where NOT has 0; both work on bytes. */
LANES_B(not, uint, ~un)
TABLE_B(not)
DECODE_VECTOR(not)

LANES_B(rbit, uint, reverse_byte(un))

DECODE(v_rbit) { return decode_vector(o, insn, bit(insn, 30) ? rbit_16b : rbit_8b); }

/* ---- reversing the lanes within 64, 32 and 16 bits ---- */

HOT_INLINE uint64_t swap_bytes_of_halves(uint64_t v)
{
    return (v & 0x00ff00ff00ff00ff) << 8 | (v >> 8 & 0x00ff00ff00ff00ff);
}

#define REVERSE(name, arrangement_d, arrangement_q, type, lane, result)     \
    LANES(name, arrangement_d, type, lane, (int)(8 / sizeof(type)), result) \
    LANES(name, arrangement_q, type, lane, (int)(16 / sizeof(type)), result)

REVERSE(rev64, 8b, 16b, uint64_t, d, __builtin_bswap64(un))
REVERSE(rev64, 4h, 8h, uint64_t, d, swap_bytes_of_halves(__builtin_bswap64(un)))
REVERSE(rev64, 2s, 4s, uint64_t, d, un << 32 | un >> 32)
TABLE_BHS(rev64)
DECODE_VECTOR(rev64)

REVERSE(rev32, 8b, 16b, uint32_t, s, __builtin_bswap32(un))
REVERSE(rev32, 4h, 8h, uint32_t, s, un << 16 | un >> 16)
TABLE_BH(rev32)
DECODE_VECTOR(rev32)

REVERSE(rev16, 8b, 16b, uint16_t, h, un << 8 | un >> 8)
TABLE_B(rev16)
DECODE_VECTOR(rev16)

/* ---- sums of neighbours in twice the width, and the same added to Vd ---- */

#define PAIR_SUMS(name, arrangement, type, from, FROM, wide, to, TO, count, start)                                     \
    HANDLER(name##_##arrangement)                                                                                      \
    {                                                                                                                  \
        const union vreg *vn = VN, *vd = VD;                                                                           \
        union vreg r = { { 0 } };                                                                                      \
        for (int i = 0; i < (count); i++) {                                                                            \
            OP_UNUSED const wide d = vd->to[TO(i)];                                                                    \
            r.to[TO(i)] = (wide)((start) + (wide)(type)vn->from[FROM(2 * i)] + (wide)(type)vn->from[FROM(2 * i + 1)]); \
        }                                                                                                              \
        *VD = r;                                                                                                       \
        NEXT;                                                                                                          \
    }

#define VECTOR_PAIR_SUMS(name, sign, start)                                                               \
    PAIR_SUMS(name, 8b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 4, start)                              \
    PAIR_SUMS(name, 16b, sign##8_t, b, LANE_B, uint16_t, h, LANE_H, 8, start)                             \
    PAIR_SUMS(name, 4h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 2, start)                             \
    PAIR_SUMS(name, 8h, sign##16_t, h, LANE_H, uint32_t, s, LANE_S, 4, start)                             \
    PAIR_SUMS(name, 2s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 1, start)                             \
    PAIR_SUMS(name, 4s, sign##32_t, s, LANE_S, uint64_t, d, LANE_D, 2, start)                             \
    TABLE_BHS(name) DECODE_VECTOR(name)

VECTOR_PAIR_SUMS(saddlp, int, 0)
VECTOR_PAIR_SUMS(uaddlp, uint, 0)
VECTOR_PAIR_SUMS(sadalp, int, d)
VECTOR_PAIR_SUMS(uadalp, uint, d)

/* ---- across lanes: all lanes folded into one, a being what came of those before n ---- */

#define ACROSS(name, arrangement, type, lane, wide, count, result)          \
    HANDLER(name##_##arrangement)                                           \
    {                                                                       \
        const union vreg *vn = VN;                                          \
        wide a = (wide)(type)vn->lane[0];                                   \
        for (int i = 1; i < (count); i++) {                                 \
            const wide n = (wide)(type)vn->lane[i];                         \
            a = (wide)(result);                                             \
        }                                                                   \
        *VD = (union vreg){ { a, 0 } };                                     \
        NEXT;                                                               \
    }

/* Lanes stay in their half of the register on any host, so the order needs no LANE_B, and there is no 2S form. */
#define ACROSS_ALL(name, sign, of_b, of_h, of_s, result)                                                  \
    ACROSS(name, 8b, sign##8_t, b, of_b, 8, result) ACROSS(name, 16b, sign##8_t, b, of_b, 16, result)     \
    ACROSS(name, 4h, sign##16_t, h, of_h, 4, result) ACROSS(name, 8h, sign##16_t, h, of_h, 8, result)     \
    ACROSS(name, 4s, sign##32_t, s, of_s, 4, result)                                                      \
    static arrangements name##_handlers = {                                                               \
        { name##_8b, name##_16b }, { name##_4h, name##_8h }, { NULL, name##_4s } };                       \
    DECODE_VECTOR(name)

#define LARGER  ((a) > (n) ? (a) : (n))
#define SMALLER ((a) < (n) ? (a) : (n))

ACROSS_ALL(addv, uint, uint8_t, uint16_t, uint32_t, a + n)
ACROSS_ALL(saddlv, int, uint16_t, uint32_t, uint64_t, a + n)
ACROSS_ALL(uaddlv, uint, uint16_t, uint32_t, uint64_t, a + n)
ACROSS_ALL(umaxv, uint, uint8_t, uint16_t, uint32_t, LARGER)
ACROSS_ALL(uminv, uint, uint8_t, uint16_t, uint32_t, SMALLER)

/* Signed extremes are found on signed lanes and leave without their sign extension. */
#define ACROSS_SIGNED(name, arrangement, type, lane, count, result)         \
    HANDLER(name##_##arrangement)                                           \
    {                                                                       \
        const union vreg *vn = VN;                                          \
        type a = (type)vn->lane[0];                                         \
        for (int i = 1; i < (count); i++) {                                 \
            const type n = (type)vn->lane[i];                               \
            a = result;                                                     \
        }                                                                   \
        *VD = (union vreg){ { (__typeof__(vn->lane[0]))a, 0 } };            \
        NEXT;                                                               \
    }

#define ACROSS_SIGNED_ALL(name, result)                                                                   \
    ACROSS_SIGNED(name, 8b, int8_t, b, 8, result) ACROSS_SIGNED(name, 16b, int8_t, b, 16, result)         \
    ACROSS_SIGNED(name, 4h, int16_t, h, 4, result) ACROSS_SIGNED(name, 8h, int16_t, h, 8, result)         \
    ACROSS_SIGNED(name, 4s, int32_t, s, 4, result)                                                        \
    static arrangements name##_handlers = {                                                               \
        { name##_8b, name##_16b }, { name##_4h, name##_8h }, { NULL, name##_4s } };                       \
    DECODE_VECTOR(name)

ACROSS_SIGNED_ALL(smaxv, LARGER)
ACROSS_SIGNED_ALL(sminv, SMALLER)
