/* SPDX-License-Identifier: MIT */
/* Scalar arithmetic of two operands and one (manual C3.5.6 to C3.5.11): the host first, and where that proves nothing, softfp. */
#include "cpu/arm64/fpu_host.h"

#define BINARY(name, host, soft)                                                                              \
    COLD_HANDLER(name##_s_slow) { fpu_set(c, o->rd, fpu_take(c, soft(fpu_mode(c, SOFTFP_SINGLE), N_S, M_S))); NEXT; } \
    COLD_HANDLER(name##_d_slow) { fpu_set(c, o->rd, fpu_take(c, soft(fpu_mode(c, SOFTFP_DOUBLE), N_D, M_D))); NEXT; } \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        struct host_result r = host##_s(c, N_S, M_S);                                                         \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_d)                                                                                         \
    {                                                                                                         \
        struct host_result r = host##_d(c, N_D, M_D);                                                         \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_d_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(name) { return fpu_decode(o, insn, name##_s, name##_d); }

BINARY(fadd, host_add, softfp_add)
BINARY(fsub, host_sub, softfp_sub)
BINARY(fmul, host_mul, softfp_mul)
BINARY(fnmul, host_negmul, fpu_negmul)
BINARY(fdiv, host_div, softfp_div)
BINARY(fmax, host_max, softfp_max)
BINARY(fmin, host_min, softfp_min)
BINARY(fmaxnm, host_max_number, softfp_max_number)
BINARY(fminnm, host_min_number, softfp_min_number)

COLD_HANDLER(fsqrt_s_slow) { fpu_set(c, o->rd, fpu_take(c, softfp_sqrt(fpu_mode(c, SOFTFP_SINGLE), N_S))); NEXT; }
COLD_HANDLER(fsqrt_d_slow) { fpu_set(c, o->rd, fpu_take(c, softfp_sqrt(fpu_mode(c, SOFTFP_DOUBLE), N_D))); NEXT; }

HANDLER(fsqrt_s)
{
    struct host_result r = host_sqrt_s(c, N_S);
    if (unlikely(!r.is_proven))
        TAIL(fsqrt_s_slow);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

HANDLER(fsqrt_d)
{
    struct host_result r = host_sqrt_d(c, N_D);
    if (unlikely(!r.is_proven))
        TAIL(fsqrt_d_slow);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

DECODE(fsqrt) { return fpu_decode(o, insn, fsqrt_s, fsqrt_d); }

/* Signs are bits: no NaN is looked at, no flag raised. */
HANDLER(fabs_s) { fpu_set(c, o->rd, N_S & ~SIGN_S); NEXT; }
HANDLER(fabs_d) { fpu_set(c, o->rd, N_D & ~SIGN_D); NEXT; }
HANDLER(fneg_s) { fpu_set(c, o->rd, N_S ^ SIGN_S); NEXT; }
HANDLER(fneg_d) { fpu_set(c, o->rd, N_D ^ SIGN_D); NEXT; }
DECODE(fabs) { return fpu_decode(o, insn, fabs_s, fabs_d); }
DECODE(fneg) { return fpu_decode(o, insn, fneg_s, fneg_d); }
