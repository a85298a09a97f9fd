/* SPDX-License-Identifier: MIT */
/* The page's colours and layout. */
#ifndef FRONTENDS_REPORT_STYLE_H
#define FRONTENDS_REPORT_STYLE_H

#include <stdio.h>

#include "base/types.h"

enum { STYLE_SERIES = 8 };   /* classes s0 to s7 for bars, l0 to l7 for lines: one a run or a quantity */

/* The style sheet, for light and dark. Causes have the classes c0, c1, … in their order. */
void style_sheet(FILE *to);

/* A cause's colour on a dark ground: 0xRRGGBB. */
uint32_t style_cause_on_dark(unsigned cause);

/* Whether writing on this cause's colour is dark. */
bool style_cause_is_light(unsigned cause);

#endif
