/* SPDX-License-Identifier: MIT */
/* Multiply (manual C3.5.6). Large products of MADD and MSUB take longer: handlers that keep time note it. */
#include "cpu/arm64/handler.h"
#include "cpu/arm64/pipeline.h"
#include "cpu/timing/timing.h"

#define N_X c->x[o->rn]
#define M_X c->x[o->rm]
#define A_X c->x[o->ra]
#define N_W ((uint32_t)c->x[o->rn])
#define M_W ((uint32_t)c->x[o->rm])
#define A_W ((uint32_t)c->x[o->ra])
#define S_N ((int64_t)(int32_t)c->x[o->rn])
#define S_M ((int64_t)(int32_t)c->x[o->rm])

/* A handler of factors n and m; while time is kept, one for what takes longer beside it. */
#ifdef ENGINE_TIMED
#define PRODUCT(name, n, m, result)                                                              \
    COLD_HANDLER(name##_large)                                                                   \
    {                                                                                            \
        timing_delay(&c->cpu, o, b, arm64_multiply_cycles((n), (m)));                            \
        c->x[o->rd] = (result);                                                                  \
        NEXT;                                                                                    \
    }                                                                                            \
    HANDLER(name)                                                                                \
    {                                                                                            \
        if (unlikely(arm64_multiply_cycles((n), (m))))                                           \
            TAIL(name##_large);                                                                  \
        c->x[o->rd] = (result);                                                                  \
        NEXT;                                                                                    \
    }
#else
#define PRODUCT(name, n, m, result) HANDLER(name) { c->x[o->rd] = (result); NEXT; }
#endif

PRODUCT(mul_x, N_X, M_X, N_X * M_X)
PRODUCT(madd_x, N_X, M_X, A_X + N_X * M_X)
PRODUCT(madd_w, N_W, M_W, A_W + N_W * M_W)
PRODUCT(msub_x, N_X, M_X, A_X - N_X * M_X)
PRODUCT(msub_w, N_W, M_W, A_W - N_W * M_W)
HANDLER(smaddl) { c->x[o->rd] = A_X + (uint64_t)(S_N * S_M); NEXT; }
HANDLER(smsubl) { c->x[o->rd] = A_X - (uint64_t)(S_N * S_M); NEXT; }
HANDLER(umaddl) { c->x[o->rd] = A_X + (uint64_t)N_W * M_W; NEXT; }
HANDLER(umsubl) { c->x[o->rd] = A_X - (uint64_t)N_W * M_W; NEXT; }

#ifdef __SIZEOF_INT128__
static inline uint64_t mul_high(uint64_t a, uint64_t b)
{
    return (uint64_t)((unsigned __int128)a * b >> 64);
}
#else
static inline uint64_t mul_high(uint64_t a, uint64_t b)
{
    uint64_t al = (uint32_t)a, ah = a >> 32, bl = (uint32_t)b, bh = b >> 32;
    uint64_t mid = ah * bl + (al * bl >> 32), mid2 = al * bh + (uint32_t)mid;
    return ah * bh + (mid >> 32) + (mid2 >> 32);
}
#endif

HANDLER(umulh) { c->x[o->rd] = mul_high(N_X, M_X); NEXT; }
HANDLER(smulh)
{
    uint64_t n = N_X, m = M_X;
    c->x[o->rd] = mul_high(n, m) - ((int64_t)n < 0 ? m : 0) - ((int64_t)m < 0 ? n : 0);
    NEXT;
}

static bool decode_multiply(struct op *o, uint32_t insn, handler *x, handler *w)
{
    o->rn = reg_src(RN);
    o->rm = reg_src(RM);
    o->ra = reg_src(RA);
    o->rd = reg_dst(RD);
    o->run = SF ? x : w;
    return true;
}

DECODE(madd) { return decode_multiply(o, insn, RA == 31 ? mul_x : madd_x, madd_w); }
DECODE(msub) { return decode_multiply(o, insn, msub_x, msub_w); }
DECODE(smaddl) { return decode_multiply(o, insn, smaddl, smaddl); }
DECODE(smsubl) { return decode_multiply(o, insn, smsubl, smsubl); }
DECODE(umaddl) { return decode_multiply(o, insn, umaddl, umaddl); }
DECODE(umsubl) { return decode_multiply(o, insn, umsubl, umsubl); }
DECODE(smulh) { return decode_multiply(o, insn, smulh, smulh); }
DECODE(umulh) { return decode_multiply(o, insn, umulh, umulh); }
