/* SPDX-License-Identifier: MIT */
/* Scalar arithmetic of two operands and one (manual C3.5): the host first, and where that proves nothing, softfp. */
#include "cpu/arm64/fpu_host.h"

/* One size of an operation; `mode` is host_rounds or host_keeps_denormals. */
#define BINARY_SIZE(name, size, format, n, m, host, mode, soft)                                               \
    COLD_HANDLER(name##_##size##_slow)                                                                        \
    {                                                                                                         \
        struct host_result r = host##_##size(host_flushes(c), n, m);                                          \
        bool is_plain = !host_is_denormal_##size(n) && !host_is_denormal_##size(m) && !host_is_denormal_##size(r.bits); \
        fpu_set(c, o->rd, r.is_proven && is_plain ? r.bits : fpu_take(c, soft(fpu_mode(c, format), n, m)));   \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_##size)                                                                                    \
    {                                                                                                         \
        struct host_result r = host##_##size(mode(c), n, m);                                                  \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_##size##_slow);                                                                       \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }

#define BINARY(name, host, mode, soft)                                                                        \
    BINARY_SIZE(name, s, SOFTFP_SINGLE, N_S, M_S, host, mode, soft)                                           \
    BINARY_SIZE(name, d, SOFTFP_DOUBLE, N_D, M_D, host, mode, soft)                                           \
    DECODE(name) { return fpu_decode(o, insn, name##_s, name##_d); }

BINARY(fadd, host_add, host_rounds, softfp_add)
BINARY(fsub, host_sub, host_rounds, softfp_sub)
BINARY(fmul, host_mul, host_rounds, softfp_mul)
BINARY(fnmul, host_negmul, host_rounds, fpu_negmul)
BINARY(fdiv, host_div, host_rounds, softfp_div)
BINARY(fmax, host_max, host_keeps_denormals, softfp_max)
BINARY(fmin, host_min, host_keeps_denormals, softfp_min)
BINARY(fmaxnm, host_max_number, host_keeps_denormals, softfp_max_number)
BINARY(fminnm, host_min_number, host_keeps_denormals, softfp_min_number)

COLD_HANDLER(fsqrt_s_slow)
{
    struct host_result r = host_sqrt_s(host_flushes(c), N_S);
    bool is_proven = r.is_proven && !host_is_denormal_s(N_S);
    fpu_set(c, o->rd, is_proven ? r.bits : fpu_take(c, softfp_sqrt(fpu_mode(c, SOFTFP_SINGLE), N_S)));
    NEXT;
}

COLD_HANDLER(fsqrt_d_slow)
{
    struct host_result r = host_sqrt_d(host_flushes(c), N_D);
    bool is_proven = r.is_proven && !host_is_denormal_d(N_D);
    fpu_set(c, o->rd, is_proven ? r.bits : fpu_take(c, softfp_sqrt(fpu_mode(c, SOFTFP_DOUBLE), N_D)));
    NEXT;
}

HANDLER(fsqrt_s)
{
    struct host_result r = host_sqrt_s(host_rounds(c), N_S);
    if (unlikely(!r.is_proven))
        TAIL(fsqrt_s_slow);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

HANDLER(fsqrt_d)
{
    struct host_result r = host_sqrt_d(host_rounds(c), N_D);
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
