/* SPDX-License-Identifier: MIT */
/* Setting and testing NZCV as struct arm64 keeps them. Sub and add return the result. */
#ifndef CPU_ARM64_FLAGS_H
#define CPU_ARM64_FLAGS_H

#include "cpu/arm64/arm64.h"
#include "cpu/engine.h"

HOT_INLINE uint64_t flags_add_x(struct arm64 *c, uint64_t a, uint64_t b)
{
    uint64_t r = a + b;
    c->nf = c->zf = r;
    c->cf = r < a;
    c->vf = (a ^ r) & (b ^ r);
    return r;
}

HOT_INLINE uint64_t flags_sub_x(struct arm64 *c, uint64_t a, uint64_t b)
{
    uint64_t r = a - b;
    c->nf = c->zf = r;
    c->cf = a >= b;
    c->vf = (a ^ b) & (a ^ r);
    return r;
}

HOT_INLINE uint32_t flags_add_w(struct arm64 *c, uint32_t a, uint32_t b)
{
    uint32_t r = a + b;
    c->nf = c->zf = (uint64_t)r << 32;
    c->cf = r < a;
    c->vf = (uint64_t)((a ^ r) & (b ^ r)) << 32;
    return r;
}

HOT_INLINE uint32_t flags_sub_w(struct arm64 *c, uint32_t a, uint32_t b)
{
    uint32_t r = a - b;
    c->nf = c->zf = (uint64_t)r << 32;
    c->cf = a >= b;
    c->vf = (uint64_t)((a ^ b) & (a ^ r)) << 32;
    return r;
}

HOT_INLINE uint64_t flags_logic_x(struct arm64 *c, uint64_t r)
{
    c->nf = c->zf = r;
    c->cf = c->vf = 0;
    return r;
}

HOT_INLINE uint32_t flags_logic_w(struct arm64 *c, uint32_t r)
{
    c->nf = c->zf = (uint64_t)r << 32;
    c->cf = c->vf = 0;
    return r;
}

HOT_INLINE void flags_set(struct arm64 *c, unsigned nzcv)
{
    c->nf = (uint64_t)(nzcv >> 3 & 1) << 63;
    c->zf = !(nzcv >> 2 & 1);
    c->cf = nzcv >> 1 & 1;
    c->vf = (uint64_t)(nzcv & 1) << 63;
}

/* The conditions (manual C1.2.4) as expressions; the decoder picks a handler per condition where it pays. */
#define COND_EQ (c->zf == 0)
#define COND_NE (c->zf != 0)
#define COND_CS (c->cf != 0)
#define COND_CC (c->cf == 0)
#define COND_MI ((int64_t)c->nf < 0)
#define COND_PL ((int64_t)c->nf >= 0)
#define COND_VS ((int64_t)c->vf < 0)
#define COND_VC ((int64_t)c->vf >= 0)
#define COND_HI (c->cf && c->zf)
#define COND_LS (!c->cf || !c->zf)
#define COND_GE ((int64_t)(c->nf ^ c->vf) >= 0)
#define COND_LT ((int64_t)(c->nf ^ c->vf) < 0)
#define COND_GT (c->zf && (int64_t)(c->nf ^ c->vf) >= 0)
#define COND_LE (!c->zf || (int64_t)(c->nf ^ c->vf) < 0)

/* X(name) for each condition in encoding order; AL and NV (both "always") are the decoder's business. */
#define CONDITIONS(X) X(EQ) X(NE) X(CS) X(CC) X(MI) X(PL) X(VS) X(VC) X(HI) X(LS) X(GE) X(LT) X(GT) X(LE)

HOT_INLINE bool cond_holds(const struct arm64 *c, unsigned cond)
{
    bool r;
    switch (cond >> 1) {
    case 0: r = COND_EQ; break;
    case 1: r = COND_CS; break;
    case 2: r = COND_MI; break;
    case 3: r = COND_VS; break;
    case 4: r = COND_HI; break;
    case 5: r = COND_GE; break;
    case 6: r = COND_GT; break;
    default: return true;
    }
    return r ^ (cond & 1);
}

#endif
