/* SPDX-License-Identifier: MIT */
/* Round numbers for axes. */
#ifndef FRONTENDS_REPORT_AXIS_H
#define FRONTENDS_REPORT_AXIS_H

#include "base/types.h"

struct axis {
    double to;                /* from 0 */
    double step;              /* 1, 2 or 5 times a power of ten */
    double unit;              /* labels are multiples of this … */
    const char *unit_name;    /* … which is called so: "ms" */
    int decimals;
};

/* An axis of values from 0 to at least `most`, with about `ticks` steps. */
struct axis axis_values(double most, unsigned ticks);

/* An axis of seconds from 0 to exactly `end`, labelled in s, ms, µs. */
struct axis axis_seconds(double end, unsigned ticks);

/* How many ticks there are, 0 included. */
unsigned axis_ticks(const struct axis *axis);

/* The label at a value of the axis. */
void axis_label(const struct axis *axis, double value, char text[32]);

#endif
