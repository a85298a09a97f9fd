/* SPDX-License-Identifier: MIT */
#ifndef ROMS_DEMO_MATHS_H
#define ROMS_DEMO_MATHS_H

#define MATHS_PI 3.14159265358979323846

static inline float maths_sqrt(float x)
{
    float root;

    __asm__("fsqrt %s0, %s1" : "=w"(root) : "w"(x));
    return root;
}

static inline float maths_abs(float x)
{
    return x < 0 ? -x : x;
}

static inline float maths_min(float a, float b)
{
    return a < b ? a : b;
}

static inline float maths_max(float a, float b)
{
    return a > b ? a : b;
}

static inline int maths_floor(float x)
{
    int i = (int)x;

    return (float)i > x ? i - 1 : i;
}

/* Of an angle in radians; good to 1e-9 for |x| < 1e6. */
double maths_sin(double x);
double maths_cos(double x);

#endif
