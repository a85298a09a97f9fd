/* SPDX-License-Identifier: MIT */
/* What plots are made of. Everything that is drawn has a class, whose colour style.c gives it. */
#ifndef FRONTENDS_REPORT_SVG_H
#define FRONTENDS_REPORT_SVG_H

#include <stdio.h>

#include "frontends/report/axis.h"

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

/* Text for HTML or SVG: markup escaped, control characters but line ends as blanks, and no more than `limit` characters of it,
   with an ellipsis where it was cut (0: all). */
void svg_escape(FILE *to, const char *text, unsigned limit);

void svg_begin(FILE *to, double width, double height, const char *what);
void svg_end(FILE *to);

void svg_text(FILE *to, double x, double y, enum svg_anchor anchor, const char *class, const char *text);

/* A rectangle; `hint` (may be NULL) is what is shown when the pointer rests on it. */
void svg_rect(FILE *to, double x, double y, double width, double height, const char *class, const char *hint);

void svg_line(FILE *to, double x1, double y1, double x2, double y2, const char *class);

/* The area of a plot within its picture, and the axes at its left and bottom. */
struct svg_frame {
    double x, y, width, height;
    struct axis across, up;
};

/* Grid, ticks and labels; the names of the axes may be NULL. */
void svg_axes(FILE *to, const struct svg_frame *frame, const char *across, const char *up);

double svg_x(const struct svg_frame *frame, double value);
double svg_y(const struct svg_frame *frame, double value);   /* within the frame, whatever the value is */

#endif
