/* SPDX-License-Identifier: MIT */
/* The host's FPU on whole vectors, by the rules of fpu_host.h: if every lane is proven the result is the guest's, else softfp
   does them all. The vector types are the compiler's, so any host's vector unit does. */
#ifndef CPU_ARM64_SIMD_FP_HOST_H
#define CPU_ARM64_SIMD_FP_HOST_H

#include "cpu/arm64/fpu_host.h"
#include "cpu/arm64/simd_fp.h"

typedef float lanes_s __attribute__((vector_size(16)));
typedef double lanes_d __attribute__((vector_size(16)));
typedef uint32_t lanes_u32 __attribute__((vector_size(16)));
typedef uint64_t lanes_u64 __attribute__((vector_size(16)));
typedef int32_t mask_s __attribute__((vector_size(16)));   /* all ones or zero */
typedef int64_t mask_d __attribute__((vector_size(16)));

/* ---- arrangements: 2S has zeros above, and nothing above is asked for or stored ---- */

HOT_INLINE lanes_s load_4s(const union vreg *v) { lanes_s r; memcpy(&r, v, 16); return r; }
HOT_INLINE lanes_d load_2d(const union vreg *v) { lanes_d r; memcpy(&r, v, 16); return r; }
HOT_INLINE lanes_s load_2s(const union vreg *v) { return (lanes_s)(lanes_u64){ v->d[0], 0 }; }

HOT_INLINE void store_4s(union vreg *v, lanes_s r) { memcpy(v, &r, 16); }
HOT_INLINE void store_2d(union vreg *v, lanes_d r) { memcpy(v, &r, 16); }

HOT_INLINE void store_2s(union vreg *v, lanes_s r)
{
    v->d[0] = ((lanes_u64)r)[0];
    v->d[1] = 0;
}

HOT_INLINE bool all_2d(mask_d m) { return (m[0] & m[1]) == -1; }
HOT_INLINE bool all_4s(mask_s m) { return all_2d((mask_d)m); }
HOT_INLINE bool all_2s(mask_s m) { return ((mask_d)m)[0] == -1; }

HOT_INLINE lanes_s splat_s(const union vreg *v, unsigned i)
{
    uint32_t lane = v->s[LANE_S(i)];
    return (lanes_s)(lanes_u32){ lane, lane, lane, lane };
}

HOT_INLINE lanes_d splat_d(const union vreg *v, unsigned i)
{
    return (lanes_d)(lanes_u64){ v->d[i], v->d[i] };
}

/* ---- proofs, as masks ---- */

HOT_INLINE lanes_s abs_s(lanes_s v) { return (lanes_s)((lanes_u32)v & ~SIGN_S); }
HOT_INLINE lanes_d abs_d(lanes_d v) { return (lanes_d)((lanes_u64)v & ~SIGN_D); }

HOT_INLINE mask_s finite_s(lanes_s r) { return abs_s(r) <= FLT_MAX; }
HOT_INLINE mask_d finite_d(lanes_d r) { return abs_d(r) <= DBL_MAX; }

HOT_INLINE mask_s sum_s(OP_UNUSED lanes_s n, OP_UNUSED lanes_s m, lanes_s r) { return finite_s(r); }
HOT_INLINE mask_d sum_d(OP_UNUSED lanes_d n, OP_UNUSED lanes_d m, lanes_d r) { return finite_d(r); }

/* Vectors often have zeros in some lanes, so they are proven here: zero from a factor that is zero is exact. */
HOT_INLINE mask_s product_s(lanes_s n, lanes_s m, lanes_s r)
{
    return (finite_s(r) & (abs_s(r) > FLT_MIN)) | ((r == 0) & ((n == 0) | (m == 0)));
}

HOT_INLINE mask_d product_d(lanes_d n, lanes_d m, lanes_d r)
{
    return (finite_d(r) & (abs_d(r) > DBL_MIN)) | ((r == 0) & ((n == 0) | (m == 0)));
}

HOT_INLINE mask_s quotient_s(lanes_s n, OP_UNUSED lanes_s m, lanes_s r) { return product_s(n, n, r); }
HOT_INLINE mask_d quotient_d(lanes_d n, OP_UNUSED lanes_d m, lanes_d r) { return product_d(n, n, r); }

/* Different, or the same bits: not two zeros of different sign, and no NaN. */
HOT_INLINE mask_s choice_s(lanes_s n, lanes_s m, OP_UNUSED lanes_s r)
{
    return (n < m) | (n > m) | ((n == m) & ((lanes_u32)n == (lanes_u32)m));
}

HOT_INLINE mask_d choice_d(lanes_d n, lanes_d m, OP_UNUSED lanes_d r)
{
    return (n < m) | (n > m) | ((n == m) & ((lanes_u64)n == (lanes_u64)m));
}

HOT_INLINE mask_s ordered_s(lanes_s n, lanes_s m, OP_UNUSED lanes_s r) { return (n == n) & (m == m); }
HOT_INLINE mask_d ordered_d(lanes_d n, lanes_d m, OP_UNUSED lanes_d r) { return (n == n) & (m == m); }

/* When host_flushes: no denormals among operands and results, or among operands where results are masks. */
HOT_INLINE mask_s plain_s(lanes_s v) { return (abs_s(v) >= FLT_MIN) | (v == 0); }
HOT_INLINE mask_d plain_d(lanes_d v) { return (abs_d(v) >= DBL_MIN) | (v == 0); }
HOT_INLINE mask_s values_s(lanes_s n, lanes_s m, lanes_s r) { return plain_s(n) & plain_s(m) & plain_s(r); }
HOT_INLINE mask_d values_d(lanes_d n, lanes_d m, lanes_d r) { return plain_d(n) & plain_d(m) & plain_d(r); }
HOT_INLINE mask_s operands_s(lanes_s n, lanes_s m, OP_UNUSED lanes_s r) { return plain_s(n) & plain_s(m); }
HOT_INLINE mask_d operands_d(lanes_d n, lanes_d m, OP_UNUSED lanes_d r) { return plain_d(n) & plain_d(m); }

/* ---- handlers ---- */

/* NAME_2s, _4s, _2d: `call` of lanes n and m; `mode` is host_rounds or host_keeps_denormals, `proof` and `plain` are among the
   above. m is a register, one of its lanes in all lanes, or, for an operation on one register, that one again. */
#define SIMD_FP_SHAPE(name, arrangement, size, call, m_lanes, mode, proof, plain)                             \
    COLD_HANDLER(name##_##arrangement##_slow)                                                                 \
    {                                                                                                         \
        lanes_##size n = load_##arrangement(&c->v[o->rn]), m = m_lanes, r = call;                             \
        if (!host_flushes(c) || !all_##arrangement(proof##_##size(n, m, r) & plain##_##size(n, m, r)))        \
            TAIL(name##_soft);                                                                                \
        store_##arrangement(&c->v[o->rd], r);                                                                 \
        NEXT;                                                                                                 \
    }                                                                                                         \
    HANDLER(name##_##arrangement)                                                                             \
    {                                                                                                         \
        lanes_##size n = load_##arrangement(&c->v[o->rn]), m = m_lanes, r = call;                             \
        if (unlikely(!mode(c) || !all_##arrangement(proof##_##size(n, m, r))))                                \
            TAIL(name##_##arrangement##_slow);                                                                \
        store_##arrangement(&c->v[o->rd], r);                                                                 \
        NEXT;                                                                                                 \
    }

#define SIMD_FP_BINARY(name, op, mode, proof, plain)                                                          \
    SIMD_FP_SHAPE(name, 2s, s, op##_s(n, m), load_2s(&c->v[o->rm]), mode, proof, plain)                       \
    SIMD_FP_SHAPE(name, 4s, s, op##_s(n, m), load_4s(&c->v[o->rm]), mode, proof, plain)                       \
    SIMD_FP_SHAPE(name, 2d, d, op##_d(n, m), load_2d(&c->v[o->rm]), mode, proof, plain)

#define SIMD_FP_ELEMENT(name, op, mode, proof, plain)                                                         \
    SIMD_FP_SHAPE(name, 2s, s, op##_s(n, m), splat_s(&c->v[o->rm], o->sh), mode, proof, plain)                \
    SIMD_FP_SHAPE(name, 4s, s, op##_s(n, m), splat_s(&c->v[o->rm], o->sh), mode, proof, plain)                \
    SIMD_FP_SHAPE(name, 2d, d, op##_d(n, m), splat_d(&c->v[o->rm], o->sh), mode, proof, plain)

#define SIMD_FP_UNARY(name, op, mode, proof, plain)                                                           \
    SIMD_FP_SHAPE(name, 2s, s, op##_s(n), n, mode, proof, plain)                                              \
    SIMD_FP_SHAPE(name, 4s, s, op##_s(n), n, mode, proof, plain)                                              \
    SIMD_FP_SHAPE(name, 2d, d, op##_d(n), n, mode, proof, plain)

/* Vn alone, looked at before the operation, which may be defined for a range only. */
#define SIMD_FP_ARRANGED_CHECKED(name, arrangement, size, op, mode, proof)                                    \
    HANDLER(name##_##arrangement)                                                                             \
    {                                                                                                         \
        lanes_##size n = load_##arrangement(&c->v[o->rn]);                                                    \
        if (unlikely(!mode(c) || !all_##arrangement(proof##_##size(n))))                                      \
            TAIL(name##_soft);                                                                                \
        store_##arrangement(&c->v[o->rd], op##_##size(n));                                                    \
        NEXT;                                                                                                 \
    }

#define SIMD_FP_CHECKED(name, op, mode, proof)                                                                \
    SIMD_FP_ARRANGED_CHECKED(name, 2s, s, op, mode, proof)                                                    \
    SIMD_FP_ARRANGED_CHECKED(name, 4s, s, op, mode, proof)                                                    \
    SIMD_FP_ARRANGED_CHECKED(name, 2d, d, op, mode, proof)

#define SIMD_FP_DECODE(row, name)                                                                             \
    DECODE(row) { return simd_fp_decode_arrangement(o, insn, name##_2s, name##_4s, name##_2d); }

#endif
