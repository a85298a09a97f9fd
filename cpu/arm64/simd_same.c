/* SPDX-License-Identifier: MIT */
/* Advanced SIMD, three registers of the same type (manual C4.1.96): arithmetic, comparison and logic without saturation. */
#include "cpu/arm64/simd_lanes.h"

VECTOR_AND_SCALAR(add, uint, un + um)
VECTOR_AND_SCALAR(sub, uint, un - um)
VECTOR_AND_SCALAR(cmgt, int, n > m ? -1 : 0)
VECTOR_AND_SCALAR(cmge, int, n >= m ? -1 : 0)
VECTOR_AND_SCALAR(cmhi, uint, n > m ? -1 : 0)
VECTOR_AND_SCALAR(cmhs, uint, n >= m ? -1 : 0)
VECTOR_AND_SCALAR(cmeq, uint, n == m ? -1 : 0)
VECTOR_AND_SCALAR(cmtst, uint, n & m ? -1 : 0)

VECTOR_BHS(mul, uint, 1u * un * um)
VECTOR_BHS(mla, uint, ud + 1u * un * um)
VECTOR_BHS(mls, uint, ud - 1u * un * um)
VECTOR_BHS(smax, int, n > m ? n : m)
VECTOR_BHS(umax, uint, n > m ? n : m)
VECTOR_BHS(smin, int, n < m ? n : m)
VECTOR_BHS(umin, uint, n < m ? n : m)
VECTOR_BHS(sabd, int, n > m ? un - um : um - un)
VECTOR_BHS(uabd, uint, n > m ? un - um : um - un)
VECTOR_BHS(saba, int, ud + (n > m ? un - um : um - un))
VECTOR_BHS(uaba, uint, ud + (n > m ? un - um : um - un))

/* (n + m) / 2, rounded down or up, and (n - m) / 2, in the lanes' own width. */
VECTOR_BHS(shadd, int, (n & m) + ((n ^ m) >> 1))
VECTOR_BHS(uhadd, uint, (n & m) + ((n ^ m) >> 1))
VECTOR_BHS(srhadd, int, (n | m) - ((n ^ m) >> 1))
VECTOR_BHS(urhadd, uint, (n | m) - ((n ^ m) >> 1))
VECTOR_BHS(shsub, int, (n >> 1) - (m >> 1) - (~n & m & 1))
VECTOR_BHS(uhsub, uint, (n >> 1) - (m >> 1) - (~n & m & 1))

/* ---- bits: the lanes do not matter ---- */

#define LOGIC(name, result)                                                 \
    LANES(name, 8b, uint64_t, d, 1, result)                                 \
    LANES(name, 16b, uint64_t, d, 2, result)                                \
    DECODE(v_##name) { return decode_vector(o, insn, bit(insn, 30) ? name##_16b : name##_8b); }

LOGIC(and, n & m)
LOGIC(bic, n & ~m)
LOGIC(orr, n | m)
LOGIC(orn, n | ~m)
LOGIC(eor, n ^ m)
LOGIC(bsl, m ^ (d & (n ^ m)))
LOGIC(bit, d ^ (m & (d ^ n)))
LOGIC(bif, d ^ (~m & (d ^ n)))

/* ---- pairs: n and m are neighbours, first those of Vn, then those of Vm ---- */

#define PAIRS(name, arrangement, type, lane, LANE, count, result)                                         \
    HANDLER(name##_##arrangement)                                                                         \
    {                                                                                                     \
        const union vreg *vn = VN, *vm = VM;                                                              \
        union vreg r = { { 0 } };                                                                         \
        for (int i = 0; i < (count) / 2; i++) {                                                           \
            const type n = (type)vn->lane[LANE(2 * i)], m = (type)vn->lane[LANE(2 * i + 1)];              \
            r.lane[LANE(i)] = (__typeof__(r.lane[0]))(result);                                            \
        }                                                                                                 \
        for (int i = 0; i < (count) / 2; i++) {                                                           \
            const type n = (type)vm->lane[LANE(2 * i)], m = (type)vm->lane[LANE(2 * i + 1)];              \
            r.lane[LANE(i + (count) / 2)] = (__typeof__(r.lane[0]))(result);                              \
        }                                                                                                 \
        *VD = r;                                                                                          \
        NEXT;                                                                                             \
    }

#define PAIRS_BHS(name, sign, result)                                                                     \
    PAIRS(name, 8b, sign##8_t, b, LANE_B, 8, result) PAIRS(name, 16b, sign##8_t, b, LANE_B, 16, result)   \
    PAIRS(name, 4h, sign##16_t, h, LANE_H, 4, result) PAIRS(name, 8h, sign##16_t, h, LANE_H, 8, result)   \
    PAIRS(name, 2s, sign##32_t, s, LANE_S, 2, result) PAIRS(name, 4s, sign##32_t, s, LANE_S, 4, result)

#define VECTOR_PAIRS(name, sign, result) PAIRS_BHS(name, sign, result) TABLE_BHS(name) DECODE_VECTOR(name)

VECTOR_PAIRS(smaxp, int, n > m ? n : m)
VECTOR_PAIRS(umaxp, uint, n > m ? n : m)
VECTOR_PAIRS(sminp, int, n < m ? n : m)
VECTOR_PAIRS(uminp, uint, n < m ? n : m)
PAIRS_BHS(addp, uint, n + m)
PAIRS(addp, 2d, uint64_t, d, LANE_D, 2, n + m)
TABLE_BHSD(addp)
DECODE_VECTOR(addp)

HANDLER(addp_d)
{
    *VD = (union vreg){ { VN->d[0] + VN->d[1], 0 } };
    NEXT;
}

DECODE(v_addp_scalar) { return decode_vector(o, insn, addp_d); }
