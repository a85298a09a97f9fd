/* SPDX-License-Identifier: MIT */
/* FMADD, FMSUB, FNMADD, FNMSUB (manual C3.5): rounded once. */
#include "cpu/arm64/fpu_fma.h"

/* What is negated before anything else, NaNs too. */
enum { NOTHING = 0, PRODUCT = 1, ADDEND = 2, BOTH = 3 };

HOT_INLINE uint32_t n_s(const struct arm64 *c, const struct op *o, int negated) { return negated & PRODUCT ? N_S ^ SIGN_S : N_S; }
HOT_INLINE uint32_t a_s(const struct arm64 *c, const struct op *o, int negated) { return negated & ADDEND ? A_S ^ SIGN_S : A_S; }
HOT_INLINE uint64_t n_d(const struct arm64 *c, const struct op *o, int negated) { return negated & PRODUCT ? N_D ^ SIGN_D : N_D; }
HOT_INLINE uint64_t a_d(const struct arm64 *c, const struct op *o, int negated) { return negated & ADDEND ? A_D ^ SIGN_D : A_D; }

COLD static void muladd_s_soft(struct arm64 *c, const struct op *o, int negated)
{
    struct softfp_mode mode = fpu_mode(c, SOFTFP_SINGLE);
    fpu_set(c, o->rd, fpu_take(c, softfp_muladd(mode, n_s(c, o, negated), M_S, a_s(c, o, negated), 0)));
}

COLD static void muladd_d_soft(struct arm64 *c, const struct op *o, int negated)
{
    struct softfp_mode mode = fpu_mode(c, SOFTFP_DOUBLE);
    fpu_set(c, o->rd, fpu_take(c, softfp_muladd(mode, n_d(c, o, negated), M_D, a_d(c, o, negated), 0)));
}

/* Hosts without the instruction. */
#define MULADD_WITHOUT(name, negated)                                                                         \
    COLD_HANDLER(name##_s_slow) { muladd_s_soft(c, o, negated); NEXT; }                                       \
    COLD_HANDLER(name##_d_slow) { muladd_d_soft(c, o, negated); NEXT; }                                       \
    HANDLER(name##_s)                                                                                         \
    {                                                                                                         \
        struct host_result r = host_muladd_s_by_double(host_rounds(c), n_s(c, o, negated), M_S, a_s(c, o, negated)); \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_s_slow);                                                                              \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }

/* Those with it: names end in _fma. */
#define MULADD_SIZE(name, size, negated, m, a)                                                                \
    HANDLER_AS(FMA_TARGET COLD, name##_##size##_fma_slow)                                                     \
    {                                                                                                         \
        struct host_result r = host_muladd_##size(host_flushes(c), n_##size(c, o, negated), m, a_##size(c, o, negated)); \
        bool is_plain = !host_is_denormal_##size(n_##size(c, o, negated)) && !host_is_denormal_##size(m) &&   \
                        !host_is_denormal_##size(a);                                                          \
        if (!r.is_proven || !is_plain)                                                                        \
            TAIL(name##_##size##_slow);                                                                       \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER_AS(FMA_TARGET, name##_##size##_fma)                                                               \
    {                                                                                                         \
        struct host_result r = host_muladd_##size(host_rounds(c), n_##size(c, o, negated), m, a_##size(c, o, negated)); \
        if (unlikely(!r.is_proven))                                                                           \
            TAIL(name##_##size##_fma_slow);                                                                   \
        fpu_set(c, o->rd, r.bits);                                                                            \
        NEXT;                                                                                                 \
    }

#define MULADD(name, negated)                                                                                 \
    MULADD_WITHOUT(name, negated)                                                                             \
    MULADD_SIZE(name, s, negated, M_S, A_S)                                                                   \
    MULADD_SIZE(name, d, negated, M_D, A_D)                                                                   \
    DECODE(name)                                                                                              \
    {                                                                                                         \
        if (!host_has_fma())                                                                                  \
            return fpu_decode(o, insn, name##_s, name##_d_slow);                                              \
        return fpu_decode(o, insn, name##_s_fma, name##_d_fma);                                               \
    }

MULADD(fmadd, NOTHING)
MULADD(fmsub, PRODUCT)
MULADD(fnmadd, BOTH)
MULADD(fnmsub, ADDEND)
