/* SPDX-License-Identifier: MIT */
/* Whole SIMD&FP registers and guest memory; on a little-endian host one 16-byte move of the host each. */
#ifndef CPU_ARM64_VREG_H
#define CPU_ARM64_VREG_H

#include "cpu/arm64/handler.h"

HOT_INLINE union vreg vreg_load(const uint8_t *p)
{
    union vreg v;
    memcpy(&v, p, sizeof v);
    if (!HOST_LE)
        v = (union vreg){ { le64(v.d[0]), le64(v.d[1]) } };
    return v;
}

HOT_INLINE void vreg_store(uint8_t *p, union vreg v)
{
    if (!HOST_LE)
        v = (union vreg){ { le64(v.d[0]), le64(v.d[1]) } };
    memcpy(p, &v, sizeof v);
}

/* In a MEM_HANDLER: where `bytes` at va are on the host if the inline TLB knows, else the slow twin runs. */
#define HOST_READ(host, va, bytes)                                          \
    const uint8_t *host;                                                    \
    do {                                                                    \
        PROOF *e_ = PROOF_OF(c->cpu.tlb, (va));                             \
        if (unlikely(!PROVES_READ_WIDE(e_, (va), (bytes))))                 \
            return retry(&c->cpu, o, b);                                    \
        host = PROOF_HOST(e_, (va));                                        \
    } while (0)

#define HOST_WRITE(host, va, bytes)                                         \
    uint8_t *host;                                                          \
    do {                                                                    \
        PROOF *e_ = PROOF_OF(c->cpu.tlb, (va));                             \
        if (unlikely(!PROVES_WRITE_WIDE(e_, (va), (bytes))))                \
            return retry(&c->cpu, o, b);                                    \
        host = PROOF_HOST(e_, (va));                                        \
    } while (0)

#endif
