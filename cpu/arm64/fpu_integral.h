/* SPDX-License-Identifier: MIT */
/* Rounding to integral values on the host, in the direction that an instruction names. */
#ifndef CPU_ARM64_FPU_INTEGRAL_H
#define CPU_ARM64_FPU_INTEGRAL_H

#include "cpu/arm64/fpu_host.h"

#define HOST_INTEGRAL_LIMIT 0x1p52   /* doubles from here on are integers */

/* For magnitudes below the limit; exact, with the sign of x even if the result is zero. */
HOT_INLINE double host_integral(double x, enum softfp_rounding rounding)
{
    double magnitude = __builtin_fabs(x), r = (double)(int64_t)x;
    switch (rounding) {
    case SOFTFP_NEAREST:
        r = (magnitude + HOST_INTEGRAL_LIMIT) - HOST_INTEGRAL_LIMIT;
        break;
    case SOFTFP_UP:
        r += r < x;
        break;
    case SOFTFP_DOWN:
        r -= r > x;
        break;
    case SOFTFP_AWAY:
        r = (double)(int64_t)magnitude;
        r += magnitude - r >= 0.5;
        break;
    default:
        break;
    }
    return __builtin_copysign(r, x);
}

#endif
