/* SPDX-License-Identifier: MIT */
/* FRINT* to integral values and FCVT between formats (manual C3.5). */
#include "cpu/arm64/fpu_integral.h"

COLD static void round_soft(struct arm64 *c, const struct op *o, enum softfp_format format, int rounding, bool exact)
{
    struct softfp_mode mode = rounding < 0 ? fpu_mode(c, format) : fpu_mode_rounding(c, format, (enum softfp_rounding)rounding);
    fpu_set(c, o->rd, fpu_take(c, softfp_round(mode, format == SOFTFP_DOUBLE ? N_D : N_S, exact)));
}

/* With a rounding of its own, and no inexact. */
#define ROUND(name, rounding)                                                                                 \
    COLD_HANDLER(name##_s_slow) { round_soft(c, o, SOFTFP_SINGLE, rounding, false); NEXT; }                   \
    COLD_HANDLER(name##_d_slow) { round_soft(c, o, SOFTFP_DOUBLE, rounding, false); NEXT; }                   \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        double x = (double)host_single(N_S);                                                                  \
        if (unlikely(!(__builtin_fabs(x) < HOST_INTEGRAL_LIMIT) || !host_keeps_denormals(c)))                 \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, host_bits_s((float)host_integral(x, rounding)));                                    \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_d)                                                                                         \
    {                                                                                                         \
        double x = host_double(N_D);                                                                          \
        if (unlikely(!(__builtin_fabs(x) < HOST_INTEGRAL_LIMIT) || !host_keeps_denormals(c)))                 \
            TAIL(name##_d_slow);                                                                              \
        fpu_set(c, o->rd, host_bits_d(host_integral(x, rounding)));                                           \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(name) { return fpu_decode(o, insn, name##_s, name##_d); }

ROUND(frintn, SOFTFP_NEAREST)
ROUND(frintp, SOFTFP_UP)
ROUND(frintm, SOFTFP_DOWN)
ROUND(frintz, SOFTFP_ZERO)
ROUND(frinta, SOFTFP_AWAY)

/* By FPCR.RMode; X also says inexact. */
#define ROUND_BY_MODE(name, exact)                                                                            \
    COLD_HANDLER(name##_s_slow) { round_soft(c, o, SOFTFP_SINGLE, -1, exact); NEXT; }                         \
    COLD_HANDLER(name##_d_slow) { round_soft(c, o, SOFTFP_DOUBLE, -1, exact); NEXT; }                         \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        double x = (double)host_single(N_S);                                                                  \
        if (unlikely(!(__builtin_fabs(x) < HOST_INTEGRAL_LIMIT) || !host_rounds(c)))                          \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, host_bits_s((float)host_integral(x, SOFTFP_NEAREST)));                              \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_d)                                                                                         \
    {                                                                                                         \
        double x = host_double(N_D);                                                                          \
        if (unlikely(!(__builtin_fabs(x) < HOST_INTEGRAL_LIMIT) || !host_rounds(c)))                          \
            TAIL(name##_d_slow);                                                                              \
        fpu_set(c, o->rd, host_bits_d(host_integral(x, SOFTFP_NEAREST)));                                     \
        NEXT;                                                                                                 \
    }                                                                                                         \
    DECODE(name) { return fpu_decode(o, insn, name##_s, name##_d); }

ROUND_BY_MODE(frintx, true)
ROUND_BY_MODE(frinti, false)

COLD static void convert_soft(struct arm64 *c, const struct op *o, enum softfp_format to, enum softfp_format from, uint64_t value)
{
    fpu_set(c, o->rd, fpu_take(c, softfp_convert(fpu_mode(c, to), from, value)));
}

COLD_HANDLER(fcvt_ds_slow) { convert_soft(c, o, SOFTFP_DOUBLE, SOFTFP_SINGLE, N_S); NEXT; }
COLD_HANDLER(fcvt_sd_slow) { convert_soft(c, o, SOFTFP_SINGLE, SOFTFP_DOUBLE, N_D); NEXT; }
COLD_HANDLER(fcvt_sh) { convert_soft(c, o, SOFTFP_SINGLE, fpu_half(c), fpu_half_in(c, o->rn)); NEXT; }
COLD_HANDLER(fcvt_dh) { convert_soft(c, o, SOFTFP_DOUBLE, fpu_half(c), fpu_half_in(c, o->rn)); NEXT; }
COLD_HANDLER(fcvt_hs) { convert_soft(c, o, fpu_half(c), SOFTFP_SINGLE, N_S); NEXT; }
COLD_HANDLER(fcvt_hd) { convert_soft(c, o, fpu_half(c), SOFTFP_DOUBLE, N_D); NEXT; }

HANDLER(fcvt_ds)
{
    double x = (double)host_single(N_S);
    if (unlikely(x != x || !host_keeps_denormals(c)))
        TAIL(fcvt_ds_slow);
    fpu_set(c, o->rd, host_bits_d(x));
    NEXT;
}

HANDLER(fcvt_sd)
{
    struct host_result r = host_product_s(host_rounds(c), (float)host_double(N_D));
    if (unlikely(!r.is_proven))
        TAIL(fcvt_sd_slow);
    fpu_set(c, o->rd, r.bits);
    NEXT;
}

/* Both sizes are coded 0 single, 1 double, 3 half. */
DECODE(fcvt)
{
    static handler *const by_sizes[4][4] = {
        [0] = { [1] = fcvt_ds, [3] = fcvt_hs },
        [1] = { [0] = fcvt_sd, [3] = fcvt_hd },
        [3] = { [0] = fcvt_sh, [1] = fcvt_dh },
    };
    o->rd = RD;
    o->rn = RN;
    o->run = by_sizes[bits(insn, 23, 22)][bits(insn, 16, 15)];
    return o->run;
}
