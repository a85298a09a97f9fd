/* SPDX-License-Identifier: MIT */
#include "roms/demo/maths.h"

double maths_sin(double x)
{
    double turns = x / MATHS_PI;
    long half = (long)(turns + (turns < 0 ? -0.5 : 0.5));
    double r = x - (double)half * MATHS_PI, s = r * r;
    double sine = r * (1 - s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72 * (1 - s / 110 * (1 - s / 156))))));

    return half & 1 ? -sine : sine;
}

double maths_cos(double x)
{
    return maths_sin(x + MATHS_PI / 2);
}
