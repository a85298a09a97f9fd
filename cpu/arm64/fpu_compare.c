/* SPDX-License-Identifier: MIT */
/* FCMP, FCMPE, FCCMP, FCCMPE (manual C3.5): the E forms find every NaN invalid, the others only signalling ones. */
#include "cpu/arm64/flags.h"
#include "cpu/arm64/fpu_host.h"

/* For two that are ordered. */
HOT_INLINE void set_flags(struct arm64 *c, bool less, bool greater)
{
    c->nf = (uint64_t)less << 63;
    c->zf = less | greater;
    c->cf = !less;
    c->vf = 0;
}

COLD static void compare_soft(struct arm64 *c, enum softfp_format format, uint64_t a, uint64_t b, bool signals)
{
    static const uint8_t nzcv[] = {
        [SOFTFP_LESS] = 8, [SOFTFP_EQUAL] = 6, [SOFTFP_GREATER] = 2, [SOFTFP_UNORDERED] = 3
    };
    flags_set(c, nzcv[fpu_take(c, softfp_compare(fpu_mode(c, format), a, b, signals))]);
}

/* Shapes: size, and whether with a register, or with zero. */
#define COMPARE(name, type, size, n, m, signals)                                                              \
    COLD_HANDLER(name##_slow) { compare_soft(c, size, n, m, signals); NEXT; }                                 \
    HANDLER(name)                                                                                             \
    {                                                                                                         \
        type x = host_##type(n), y = host_##type(m);                                                          \
        if (unlikely(!host_keeps_denormals(c) || __builtin_isunordered(x, y)))                                \
            TAIL(name##_slow);                                                                                \
        set_flags(c, x < y, x > y);                                                                           \
        NEXT;                                                                                                 \
    }

typedef float single;
COMPARE(fcmp_s, single, SOFTFP_SINGLE, N_S, M_S, false)
COMPARE(fcmp_s_zero, single, SOFTFP_SINGLE, N_S, 0, false)
COMPARE(fcmpe_s, single, SOFTFP_SINGLE, N_S, M_S, true)
COMPARE(fcmpe_s_zero, single, SOFTFP_SINGLE, N_S, 0, true)
COMPARE(fcmp_d, double, SOFTFP_DOUBLE, N_D, M_D, false)
COMPARE(fcmp_d_zero, double, SOFTFP_DOUBLE, N_D, 0, false)
COMPARE(fcmpe_d, double, SOFTFP_DOUBLE, N_D, M_D, true)
COMPARE(fcmpe_d_zero, double, SOFTFP_DOUBLE, N_D, 0, true)

DECODE(fcmp)
{
    static handler *const by_opcode[4][2] = {
        { fcmp_s, fcmp_d }, { fcmp_s_zero, fcmp_d_zero }, { fcmpe_s, fcmpe_d }, { fcmpe_s_zero, fcmpe_d_zero }
    };
    handler *const *run = by_opcode[bits(insn, 4, 3)];
    return fpu_decode(o, insn, run[0], run[1]);
}

#define COND_COMPARE(name)                                                                                    \
    HANDLER(cond_##name)                                                                                      \
    {                                                                                                         \
        if (cond_holds(c, o->aux))                                                                            \
            TAIL(name);                                                                                       \
        flags_set(c, o->sh);                                                                                  \
        NEXT;                                                                                                 \
    }
COND_COMPARE(fcmp_s)
COND_COMPARE(fcmp_d)
COND_COMPARE(fcmpe_s)
COND_COMPARE(fcmpe_d)

DECODE(fccmp)
{
    o->aux = (uint8_t)bits(insn, 15, 12);
    o->sh = bits(insn, 3, 0);
    return bit(insn, 4) ? fpu_decode(o, insn, cond_fcmpe_s, cond_fcmpe_d) : fpu_decode(o, insn, cond_fcmp_s, cond_fcmp_d);
}
