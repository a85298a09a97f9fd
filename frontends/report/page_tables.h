/* SPDX-License-Identifier: MIT */
/* The page's tables. */
#ifndef FRONTENDS_REPORT_PAGE_TABLES_H
#define FRONTENDS_REPORT_PAGE_TABLES_H

#include <stdio.h>

#include "frontends/report/read.h"

/* The totals of several runs side by side, and what each is of the first. */
void page_comparison(FILE *to, const struct report_run *runs, unsigned count);

/* Every number of one run, by exception level. */
void page_numbers(FILE *to, const struct report_run *run, bool is_open);

/* What each core of one run did, if there are several, and all of them together. */
void page_cores(FILE *to, const struct report_run *run);

/* The cores' settings; those that differ come first. */
void page_settings(FILE *to, const struct report_run *runs, unsigned count);

#endif
