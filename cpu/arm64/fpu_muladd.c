/* SPDX-License-Identifier: MIT */
/* FMADD, FMSUB, FNMADD, FNMSUB (manual C3.5.8): rounded once. */
#include "cpu/arm64/fpu_fma.h"

enum { PRODUCT = 1, ADDEND = 2 };   /* what is negated before anything else, NaNs too */

COLD static void muladd_s_soft(struct arm64 *c, const struct op *o, int negated)
{
    uint32_t n = negated & PRODUCT ? N_S ^ SIGN_S : N_S, a = negated & ADDEND ? A_S ^ SIGN_S : A_S;
    fpu_set(c, o->rd, fpu_take(c, softfp_muladd(fpu_mode(c, SOFTFP_SINGLE), n, M_S, a, 0)));
}

COLD static void muladd_d_soft(struct arm64 *c, const struct op *o, int negated)
{
    uint64_t n = negated & PRODUCT ? N_D ^ SIGN_D : N_D, a = negated & ADDEND ? A_D ^ SIGN_D : A_D;
    fpu_set(c, o->rd, fpu_take(c, softfp_muladd(fpu_mode(c, SOFTFP_DOUBLE), n, M_D, a, 0)));
}

/* Names end in _fma for hosts with the instruction. */
#define MULADD(name, negated)                                                                                 \
    COLD_HANDLER(name##_s_slow) { muladd_s_soft(c, o, negated); NEXT; }                                       \
    COLD_HANDLER(name##_d_slow) { muladd_d_soft(c, o, negated); NEXT; }                                       \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        uint32_t n = (negated) & PRODUCT ? N_S ^ SIGN_S : N_S, a = (negated) & ADDEND ? A_S ^ SIGN_S : A_S;   \
        struct host_result r = host_muladd_s_by_double(c, n, M_S, a);                                         \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER_AS(FMA_TARGET, name##_s_fma)                                                                      \
    {                                                                                                         \
        uint32_t n = (negated) & PRODUCT ? N_S ^ SIGN_S : N_S, a = (negated) & ADDEND ? A_S ^ SIGN_S : A_S;   \
        struct host_result r = host_muladd_s(c, n, M_S, a);                                                   \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER_AS(FMA_TARGET, name##_d_fma)                                                                      \
    {                                                                                                         \
        uint64_t n = (negated) & PRODUCT ? N_D ^ SIGN_D : N_D, a = (negated) & ADDEND ? A_D ^ SIGN_D : A_D;   \
        struct host_result r = host_muladd_d(c, n, M_D, a);                                                   \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_d_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(name)                                                                                              \
    {                                                                                                         \
        return host_has_fma() ? fpu_decode(o, insn, name##_s_fma, name##_d_fma) : fpu_decode(o, insn, name##_s, name##_d_slow); \
    }

MULADD(fmadd, 0)
MULADD(fmsub, PRODUCT)
MULADD(fnmadd, PRODUCT | ADDEND)
MULADD(fnmsub, ADDEND)
