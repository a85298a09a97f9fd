/* SPDX-License-Identifier: MIT */
/* The report: one HTML page without scripts that needs nothing else. */
#ifndef FRONTENDS_REPORT_PAGE_H
#define FRONTENDS_REPORT_PAGE_H

#include <stdio.h>

#include "frontends/report/read.h"

enum { PAGE_RUNS = 8 };

/* One run, or several beside each other; the first is what the others are compared with. They have names. */
void page_write(FILE *to, const struct report_run *runs, unsigned count);

#endif
