/* SPDX-License-Identifier: MIT */
/* The host's FPU as a shortcut. It rounds to nearest, ties to even, and keeps denormals; when the guest asks for the same,
   IEEE 754 leaves no choice in the result, and what is to be known about exceptions is seen in operands and result:

     inexact      FPSR.IXC has been set already, as it is for good after the first few operations of nearly every program
     overflow     the result is infinite
     underflow    the result is tiny, or the smallest normal number (tiny before it was rounded)
     invalid      the result is a NaN
     divide       the result is infinite

   Everything else, and every NaN, goes to softfp. Nothing here reads or changes the host's FPU state, which
   is the one that C programs start with. */
#ifndef CPU_ARM64_FPU_HOST_H
#define CPU_ARM64_FPU_HOST_H

#include <float.h>

#include "cpu/arm64/fpu.h"

/* Hosts that compute in a wider format than they store (x87) round twice: not usable. */
enum { HOST_IS_IEEE = FLT_EVAL_METHOD == 0 };

/* Most functions here are told whether the mode is right: host_rounds(c) for what rounds, host_keeps_denormals(c) for what is
   exact. Guests that flush denormals (those built with -ffast-math) have neither. When that is all that differs, host_flushes(c),
   a result is still proven if neither it nor an operand is a denormal; the handlers' slow ways look at that before they go to
   softfp. */

/* A result, and whether it is known to be the guest's with no exception but inexact. */
struct host_result {
    uint64_t bits;
    bool is_proven;
};

HOT_INLINE double host_double(uint64_t bits) { double v; memcpy(&v, &bits, 8); return v; }
HOT_INLINE float host_single(uint32_t bits) { float v; memcpy(&v, &bits, 4); return v; }
HOT_INLINE uint64_t host_bits_d(double v) { uint64_t bits; memcpy(&bits, &v, 8); return bits; }
HOT_INLINE uint32_t host_bits_s(float v) { uint32_t bits; memcpy(&bits, &v, 4); return bits; }

/* Denormals are kept: enough for what is exact or has its own rounding. */
HOT_INLINE bool host_keeps_denormals(const struct arm64 *c)
{
    return HOST_IS_IEEE && likely(!(c->fpcr & FPCR_FZ));
}

/* Rounding is in the instruction's name, and inexact is no news. */
HOT_INLINE bool host_converts(const struct arm64 *c)
{
    return host_keeps_denormals(c) && likely(c->fpsr & FPSR_IXC);
}

/* Integers up to a power of two that are converted without rounding. */
HOT_INLINE bool host_is_small_signed(uint64_t n, uint64_t most) { return n + most <= 2 * most; }
HOT_INLINE bool host_is_small_unsigned(uint64_t n, uint64_t most) { return n <= most; }

/* The guest's mode is the host's, and inexact is no news. */
HOT_INLINE bool host_rounds(const struct arm64 *c)
{
    return HOST_IS_IEEE && likely(!(c->fpcr & (FPCR_RMODE | FPCR_FZ)) && c->fpsr & FPSR_IXC);
}

HOT_INLINE bool host_flushes(const struct arm64 *c)
{
    return HOST_IS_IEEE && (c->fpcr & (FPCR_RMODE | FPCR_FZ)) == FPCR_FZ && c->fpsr & FPSR_IXC;
}

HOT_INLINE bool host_is_denormal_s(uint32_t v) { return (v & ~SIGN_S) - 1 < (1u << 23) - 1; }
HOT_INLINE bool host_is_denormal_d(uint64_t v) { return (v & ~SIGN_D) - 1 < (1ull << 52) - 1; }

HOT_INLINE bool host_is_finite_s(uint32_t v) { return v << 1 < 0xffu << 24; }
HOT_INLINE bool host_is_finite_d(uint64_t v) { return v << 1 < 0x7ffull << 53; }

/* Finite, and larger than the smallest normal number: neither overflow nor underflow. */
HOT_INLINE bool host_is_safe_s(uint32_t v)
{
    return (v << 1) - ((1u << 24) + 1) < (0xffu << 24) - ((1u << 24) + 1);
}

HOT_INLINE bool host_is_safe_d(uint64_t v)
{
    return (v << 1) - ((1ull << 53) + 1) < (0x7ffull << 53) - ((1ull << 53) + 1);
}

/* Sums never underflow inexactly. */
HOT_INLINE struct host_result host_sum_s(bool mode, float v)
{
    uint32_t r = host_bits_s(v);
    return (struct host_result){ r, mode && likely(host_is_finite_s(r)) };
}

HOT_INLINE struct host_result host_sum_d(bool mode, double v)
{
    uint64_t r = host_bits_d(v);
    return (struct host_result){ r, mode && likely(host_is_finite_d(r)) };
}

/* Products and quotients may. Zeros are left to softfp too, which is quick with them: to ask here for an operand that is zero
   would cost every other product. */
HOT_INLINE struct host_result host_product_s(bool mode, float v)
{
    uint32_t r = host_bits_s(v);
    return (struct host_result){ r, mode && likely(host_is_safe_s(r)) };
}

HOT_INLINE struct host_result host_product_d(bool mode, double v)
{
    uint64_t r = host_bits_d(v);
    return (struct host_result){ r, mode && likely(host_is_safe_d(r)) };
}

HOT_INLINE struct host_result host_add_s(bool mode, uint32_t a, uint32_t b)
{
    return host_sum_s(mode, host_single(a) + host_single(b));
}

HOT_INLINE struct host_result host_add_d(bool mode, uint64_t a, uint64_t b)
{
    return host_sum_d(mode, host_double(a) + host_double(b));
}

HOT_INLINE struct host_result host_sub_s(bool mode, uint32_t a, uint32_t b)
{
    return host_sum_s(mode, host_single(a) - host_single(b));
}

HOT_INLINE struct host_result host_sub_d(bool mode, uint64_t a, uint64_t b)
{
    return host_sum_d(mode, host_double(a) - host_double(b));
}

HOT_INLINE struct host_result host_mul_s(bool mode, uint32_t a, uint32_t b)
{
    return host_product_s(mode, host_single(a) * host_single(b));
}

HOT_INLINE struct host_result host_mul_d(bool mode, uint64_t a, uint64_t b)
{
    return host_product_d(mode, host_double(a) * host_double(b));
}

HOT_INLINE struct host_result host_negmul_s(bool mode, uint32_t a, uint32_t b)
{
    struct host_result r = host_mul_s(mode, a, b);
    r.bits ^= SIGN_S;
    return r;
}

HOT_INLINE struct host_result host_negmul_d(bool mode, uint64_t a, uint64_t b)
{
    struct host_result r = host_mul_d(mode, a, b);
    r.bits ^= SIGN_D;
    return r;
}

HOT_INLINE struct host_result host_div_s(bool mode, uint32_t a, uint32_t b)
{
    return host_product_s(mode, host_single(a) / host_single(b));
}

HOT_INLINE struct host_result host_div_d(bool mode, uint64_t a, uint64_t b)
{
    return host_product_d(mode, host_double(a) / host_double(b));
}

/* Any two finite numbers that are not both zero: there the sign decides. Larger and smaller are exact in every mode. */
HOT_INLINE struct host_result host_max_s(bool mode, uint32_t a, uint32_t b)
{
    float x = host_single(a), y = host_single(b);
    return (struct host_result){ x > y ? a : b, mode && (x > y || x < y || a == b) && x == x };
}

HOT_INLINE struct host_result host_max_d(bool mode, uint64_t a, uint64_t b)
{
    double x = host_double(a), y = host_double(b);
    return (struct host_result){ x > y ? a : b, mode && (x > y || x < y || a == b) && x == x };
}

HOT_INLINE struct host_result host_min_s(bool mode, uint32_t a, uint32_t b)
{
    float x = host_single(a), y = host_single(b);
    return (struct host_result){ x < y ? a : b, mode && (x > y || x < y || a == b) && x == x };
}

HOT_INLINE struct host_result host_min_d(bool mode, uint64_t a, uint64_t b)
{
    double x = host_double(a), y = host_double(b);
    return (struct host_result){ x < y ? a : b, mode && (x > y || x < y || a == b) && x == x };
}

#define host_max_number_s host_max_s
#define host_max_number_d host_max_d
#define host_min_number_s host_min_s
#define host_min_number_d host_min_d

/* Square roots are never tiny. */
HOT_INLINE struct host_result host_sqrt_s(bool mode, uint32_t a) { return host_sum_s(mode, __builtin_sqrtf(host_single(a))); }
HOT_INLINE struct host_result host_sqrt_d(bool mode, uint64_t a) { return host_sum_d(mode, __builtin_sqrt(host_double(a))); }

#endif
