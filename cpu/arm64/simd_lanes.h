/* SPDX-License-Identifier: MIT */
/* What the integer Advanced SIMD files are written with. The arrangements of an instruction (8B, 16B, 4H … 2D) are made from one
   expression for one lane; the compiler makes the host's vector instructions of the loops. A result is built apart from its
   operands and stored whole, because Vd may be one of them, and because what it does not cover of Vd becomes zero. */
#ifndef CPU_ARM64_SIMD_LANES_H
#define CPU_ARM64_SIMD_LANES_H

#include "cpu/arm64/handler.h"

#define VD (&c->v[o->rd])
#define VN (&c->v[o->rn])
#define VM (&c->v[o->rm])

/* So that LANE_##x can be a parameter: doublewords are where they are on every host. */
#define LANE_D(i) (i)

/* Every lane of Vd becomes `result`, an expression of n, m, d, the lanes of Vn, Vm and the old Vd as `type`; un, um, ud, the same
   unsigned, for arithmetic that wraps; and sh, the op's shift amount. `m_lane` says which lane of Vm is meant. */
#define LANES_FROM(name, arrangement, type, lane, count, m_lane, result)                                     \
    HANDLER(name##_##arrangement)                                                                            \
    {                                                                                                        \
        const union vreg *vn = VN, *vm = VM, *vd = VD;                                                       \
        union vreg r = { { 0 } };                                                                            \
        OP_UNUSED const unsigned sh = o->sh;                                                                 \
        for (int i = 0; i < (count); i++) {                                                                  \
            OP_UNUSED const __typeof__(r.lane[0]) un = vn->lane[i], um = vm->lane[m_lane], ud = vd->lane[i]; \
            OP_UNUSED const type n = (type)un, m = (type)um, d = (type)ud;                                   \
            r.lane[i] = (__typeof__(un))(result);                                                            \
        }                                                                                                    \
        *VD = r;                                                                                             \
        NEXT;                                                                                                \
    }

#define LANES(name, arrangement, type, lane, count, result) LANES_FROM(name, arrangement, type, lane, count, i, result)

#define LANES_B(name, sign, result) LANES(name, 8b, sign##8_t, b, 8, result) LANES(name, 16b, sign##8_t, b, 16, result)
#define LANES_H(name, sign, result) LANES(name, 4h, sign##16_t, h, 4, result) LANES(name, 8h, sign##16_t, h, 8, result)
#define LANES_S(name, sign, result) LANES(name, 2s, sign##32_t, s, 2, result) LANES(name, 4s, sign##32_t, s, 4, result)
#define LANES_D(name, sign, result) LANES(name, 2d, sign##64_t, d, 2, result)

/* Handlers by size field and Q bit. */
typedef handler *const arrangements[4][2];

#define TABLE_B(name)                                                       \
    static arrangements name##_handlers = { { name##_8b, name##_16b } };
#define TABLE_BH(name)                                                      \
    static arrangements name##_handlers = { { name##_8b, name##_16b }, { name##_4h, name##_8h } };
#define TABLE_BHS(name)                                                     \
    static arrangements name##_handlers = {                                 \
        { name##_8b, name##_16b }, { name##_4h, name##_8h }, { name##_2s, name##_4s } };
#define TABLE_BHSD(name)                                                    \
    static arrangements name##_handlers = {                                 \
        { name##_8b, name##_16b }, { name##_4h, name##_8h }, { name##_2s, name##_4s }, { NULL, name##_2d } };
#define TABLE_HS(name)                                                      \
    static arrangements name##_handlers = { { NULL }, { name##_4h, name##_8h }, { name##_2s, name##_4s } };

/* All arrangements of an instruction, its table and its decoder; `sign` is int or uint. */
#define VECTOR_BHS(name, sign, result)                                                                    \
    LANES_B(name, sign, result) LANES_H(name, sign, result) LANES_S(name, sign, result)                   \
    TABLE_BHS(name) DECODE_VECTOR(name)
#define VECTOR_BHSD(name, sign, result)                                                                   \
    LANES_B(name, sign, result) LANES_H(name, sign, result) LANES_S(name, sign, result)                   \
    LANES_D(name, sign, result) TABLE_BHSD(name) DECODE_VECTOR(name)

/* The scalar form on one D. */
#define SCALAR_D(name, sign, result)                                        \
    LANES(name, 1d, sign##64_t, d, 1, result)                               \
    DECODE(v_##name##_scalar) { return decode_vector(o, insn, name##_1d); }

#define VECTOR_AND_SCALAR(name, sign, result) VECTOR_BHSD(name, sign, result) SCALAR_D(name, sign, result)

#define DECODE_VECTOR(name) DECODE(v_##name) { return decode_arrangement(o, insn, name##_handlers); }

static inline bool decode_vector(struct op *o, uint32_t insn, handler *run)
{
    o->rd = (uint8_t)RD;
    o->rn = (uint8_t)RN;
    o->rm = (uint8_t)RM;
    o->run = run;
    return run;
}

static inline bool decode_arrangement(struct op *o, uint32_t insn, arrangements handlers)
{
    return decode_vector(o, insn, handlers[bits(insn, 23, 22)][bit(insn, 30)]);
}

#endif
