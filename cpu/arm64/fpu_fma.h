/* SPDX-License-Identifier: MIT */
/* The fused multiply-add on the host. Hosts either have it in every model (the compiler knows), or in most (x86-64: asked once an
   instruction is decoded), or not at all. */
#ifndef CPU_ARM64_FPU_FMA_H
#define CPU_ARM64_FPU_FMA_H

#include "cpu/arm64/fpu_host.h"

#if defined(__FP_FAST_FMA) && defined(__FP_FAST_FMAF)
#define FMA_TARGET
static inline bool host_has_fma(void) { return true; }
#elif defined(__x86_64__)
#define FMA_TARGET __attribute__((target("fma")))
static inline bool host_has_fma(void) { return __builtin_cpu_supports("fma"); }
#else
#define FMA_TARGET
static inline bool host_has_fma(void) { return false; }
#endif

/* Only in functions with FMA_TARGET that are chosen if host_has_fma. */
HOT_INLINE struct host_result host_muladd_s(bool mode, uint32_t a, uint32_t b, uint32_t addend)
{
    float r = __builtin_fmaf(host_single(a), host_single(b), host_single(addend));
    return host_product_s(mode, r);
}

HOT_INLINE struct host_result host_muladd_d(bool mode, uint64_t a, uint64_t b, uint64_t addend)
{
    double r = __builtin_fma(host_double(a), host_double(b), host_double(addend));
    return host_product_d(mode, r);
}

/* Singles anywhere: the product is exact in a double, so only the sum is rounded twice. That goes wrong only if the first
   rounding ends on the middle between two singles. */
HOT_INLINE struct host_result host_muladd_s_by_double(bool mode, uint32_t a, uint32_t b, uint32_t addend)
{
    double sum = (double)host_single(a) * (double)host_single(b) + (double)host_single(addend);
    struct host_result r = host_product_s(mode, (float)sum);
    r.is_proven &= (host_bits_d(sum) & mask64(29)) != 1ull << 28;
    return r;
}

#endif
