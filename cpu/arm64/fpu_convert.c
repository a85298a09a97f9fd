/* SPDX-License-Identifier: MIT */
/* Between scalars and general registers (manual C3.5): FCVT*S, FCVT*U, SCVTF, UCVTF, integer and fixed point. */
#include "cpu/arm64/fpu_integral.h"

/* Fixed-point forms have 64 - fraction bits where integer forms have zeros, and bit 21 clear. */
static unsigned fraction_bits(uint32_t insn)
{
    return bit(insn, 21) ? 0 : 64 - (unsigned)bits(insn, 15, 10);
}

static enum softfp_format format_of(uint32_t insn)
{
    return bit(insn, 22) ? SOFTFP_DOUBLE : SOFTFP_SINGLE;
}

/* Everything, from the instruction word. */
COLD static void to_int_soft(struct arm64 *c, const struct op *o)
{
    enum softfp_rounding rounding = bit(o->insn, 18) ? SOFTFP_AWAY : (enum softfp_rounding)bits(o->insn, 20, 19);
    struct softfp_mode mode = fpu_mode_rounding(c, format_of(o->insn), rounding);
    unsigned width = bit(o->insn, 31) ? 64 : 32;
    uint64_t n = mode.format == SOFTFP_DOUBLE ? N_D : N_S;
    c->x[o->rd] = fpu_take(c, softfp_to_int(mode, n, fraction_bits(o->insn), width, !bit(o->insn, 16))) & mask64(width);
}

COLD_HANDLER(to_int_slow) { to_int_soft(c, o); NEXT; }

/* The host converts what fits, if inexact is no news or does not happen. `low` and `high` bound the results; those up to the
   limit of host_integral are enough where the instruction does not truncate as C does. */
HOT_INLINE const struct op *to_int(OP_ARGS, double x, enum softfp_rounding rounding, double low, double high, uint64_t mask)
{
    double limit = rounding == SOFTFP_ZERO ? 0x1p63 : HOST_INTEGRAL_LIMIT;
    if (unlikely(!(x >= -limit && x < limit) || !host_keeps_denormals(c)))
        TAIL(to_int_slow);
    double integral = rounding == SOFTFP_ZERO ? (double)(int64_t)x : host_integral(x, rounding);
    if (unlikely(!(integral >= low && integral < high) || !(c->fpsr & FPSR_IXC || integral == x)))
        TAIL(to_int_slow);
    c->x[o->rd] = (uint64_t)(int64_t)integral & mask;
    NEXT;
}

#define TO_INT(name, rounding)                                                                                                \
    HANDLER(name##s_w_s) { return to_int(c, o, b, (double)host_single(N_S), rounding, -0x1p31, 0x1p31, UINT32_MAX); }         \
    HANDLER(name##s_w_d) { return to_int(c, o, b, host_double(N_D), rounding, -0x1p31, 0x1p31, UINT32_MAX); }                 \
    HANDLER(name##s_x_s) { return to_int(c, o, b, (double)host_single(N_S), rounding, -0x1p63, 0x1p63, UINT64_MAX); }         \
    HANDLER(name##s_x_d) { return to_int(c, o, b, host_double(N_D), rounding, -0x1p63, 0x1p63, UINT64_MAX); }                 \
    HANDLER(name##u_w_s) { return to_int(c, o, b, (double)host_single(N_S), rounding, 0, 0x1p32, UINT32_MAX); }               \
    HANDLER(name##u_w_d) { return to_int(c, o, b, host_double(N_D), rounding, 0, 0x1p32, UINT32_MAX); }                       \
    HANDLER(name##u_x_s) { return to_int(c, o, b, (double)host_single(N_S), rounding, 0, 0x1p63, UINT64_MAX); }               \
    HANDLER(name##u_x_d) { return to_int(c, o, b, host_double(N_D), rounding, 0, 0x1p63, UINT64_MAX); }                       \
    DECODE(name##s_int) { return decode_to_int(o, insn, name##s_w_s, name##s_w_d, name##s_x_s, name##s_x_d); }                \
    DECODE(name##u_int) { return decode_to_int(o, insn, name##u_w_s, name##u_w_d, name##u_x_s, name##u_x_d); }

static bool decode_to_int(struct op *o, uint32_t insn, handler *w_s, handler *w_d, handler *x_s, handler *x_d)
{
    fpu_decode(o, insn, SF ? x_s : w_s, SF ? x_d : w_d);
    o->rd = reg_dst(RD);
    return true;
}

TO_INT(fcvtn, SOFTFP_NEAREST)
TO_INT(fcvtp, SOFTFP_UP)
TO_INT(fcvtm, SOFTFP_DOWN)
TO_INT(fcvtz, SOFTFP_ZERO)
TO_INT(fcvta, SOFTFP_AWAY)

/* A 32-bit register has no more than 32 fraction bits. */
static bool decode_fixed(struct op *o, uint32_t insn, handler *run)
{
    o->rn = RN;
    o->rd = RD;
    o->run = run;
    return SF || bit(insn, 15);
}

static bool decode_to_fixed(struct op *o, uint32_t insn)
{
    bool is_allocated = decode_fixed(o, insn, to_int_slow);
    o->rd = reg_dst(RD);
    return is_allocated;
}

DECODE(fcvtzs_fixed) { return decode_to_fixed(o, insn); }
DECODE(fcvtzu_fixed) { return decode_to_fixed(o, insn); }

COLD static void from_int_soft(struct arm64 *c, const struct op *o)
{
    bool is_signed = !bit(o->insn, 16), is_wide = bit(o->insn, 31);
    uint64_t n = c->x[o->rn];
    if (!is_wide)
        n = is_signed ? (uint64_t)(int32_t)n : (uint32_t)n;
    fpu_set(c, o->rd, fpu_take(c, softfp_from_int(fpu_mode(c, format_of(o->insn)), n, fraction_bits(o->insn), is_signed)));
}

COLD_HANDLER(from_int_slow) { from_int_soft(c, o); NEXT; }

/* 32 bits always fit into a double. */
HANDLER(scvtf_d_w) { fpu_set(c, o->rd, host_bits_d((int32_t)c->x[o->rn])); NEXT; }
HANDLER(ucvtf_d_w) { fpu_set(c, o->rd, host_bits_d((uint32_t)c->x[o->rn])); NEXT; }

/* The host may convert if it rounds as the guest, or has nothing to round. */
#define FROM_INT(name, sign, type, to, bits, most)                                                            \
    HANDLER(name)                                                                                             \
    {                                                                                                         \
        type n = (type)c->x[o->rn];                                                                           \
        if (unlikely(!host_rounds(c) && !host_is_small_##sign((uint64_t)n, most)))                                 \
            TAIL(from_int_slow);                                                                              \
        fpu_set(c, o->rd, bits((to)n));                                                                       \
        NEXT;                                                                                                 \
    }

FROM_INT(scvtf_s_w, signed, int32_t, float, host_bits_s, 1u << 24)
FROM_INT(scvtf_s_x, signed, int64_t, float, host_bits_s, 1u << 24)
FROM_INT(scvtf_d_x, signed, int64_t, double, host_bits_d, 1ull << 53)
FROM_INT(ucvtf_s_w, unsigned, uint32_t, float, host_bits_s, 1u << 24)
FROM_INT(ucvtf_s_x, unsigned, uint64_t, float, host_bits_s, 1u << 24)
FROM_INT(ucvtf_d_x, unsigned, uint64_t, double, host_bits_d, 1ull << 53)

static bool decode_from_int(struct op *o, uint32_t insn, handler *s_w, handler *d_w, handler *s_x, handler *d_x)
{
    fpu_decode(o, insn, SF ? s_x : s_w, SF ? d_x : d_w);
    o->rn = reg_src(RN);
    return true;
}

DECODE(scvtf_int) { return decode_from_int(o, insn, scvtf_s_w, scvtf_d_w, scvtf_s_x, scvtf_d_x); }
DECODE(ucvtf_int) { return decode_from_int(o, insn, ucvtf_s_w, ucvtf_d_w, ucvtf_s_x, ucvtf_d_x); }

static bool decode_from_fixed(struct op *o, uint32_t insn)
{
    bool is_allocated = decode_fixed(o, insn, from_int_slow);
    o->rn = reg_src(RN);
    return is_allocated;
}

DECODE(scvtf_fixed) { return decode_from_fixed(o, insn); }
DECODE(ucvtf_fixed) { return decode_from_fixed(o, insn); }
