/* SPDX-License-Identifier: MIT */
#include "frontends/report/axis.h"

#include <math.h>
#include <stdio.h>

enum { TICKS_MAX = 50 };

/* The smallest round step that is at least `least`. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(least))), part = least / power;
    return power * (part <= 1.000001 ? 1 : part <= 2.000001 ? 2 : part <= 5.000001 ? 5 : 10);
}

static int decimals_of(double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-6);
    return decimals < 0 ? 0 : decimals > 12 ? 12 : decimals;
}

struct axis axis_values(double most, unsigned ticks)
{
    if (!(most > 1e-12))
        most = 1;
    struct axis axis = { .step = round_step(most / ticks), .unit = 1, .unit_name = "" };
    axis.to = axis.step * ceil(most / axis.step - 1e-6);
    axis.decimals = decimals_of(axis.step);
    return axis;
}

struct axis axis_seconds(double end, unsigned ticks)
{
    if (!(end > 1e-12))
        end = 1e-12;
    struct axis axis = { .to = end, .step = round_step(end / ticks), .unit = 1, .unit_name = "s" };
    if (end < 1e-3) {
        axis.unit = 1e-6;
        axis.unit_name = "µs";
    } else if (end < 1) {
        axis.unit = 1e-3;
        axis.unit_name = "ms";
    }
    axis.decimals = decimals_of(axis.step / axis.unit);
    return axis;
}

unsigned axis_ticks(const struct axis *axis)
{
    double ticks = floor(axis->to / axis->step + 1e-6) + 1;
    return ticks < TICKS_MAX ? (unsigned)ticks : TICKS_MAX;
}

void axis_label(const struct axis *axis, double value, char text[32])
{
    value /= axis->unit;
    if (fabs(value) >= 1e7)
        snprintf(text, 32, "%.3g", value);
    else
        snprintf(text, 32, "%.*f", axis->decimals, value);
}
