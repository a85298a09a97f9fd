/* SPDX-License-Identifier: MIT */
/* The report's pictures: each writes one <svg>. */
#ifndef FRONTENDS_REPORT_PLOT_H
#define FRONTENDS_REPORT_PLOT_H

#include <stdio.h>

#include "frontends/report/read.h"
#include "frontends/stats/values.h"

enum { PLOT_BINS = 240, PLOT_NAME = 24 };

/* The intervals of a run, as many neighbours joined as it takes to have at most PLOT_BINS. To be freed. */
struct report_interval *plot_bins(const struct report_run *run, unsigned *count);

/* Shares of all cycles by cause, over time from 0 to `end`; as wide as two other plots, or one. */
void plot_stack_over_time(FILE *to, const struct report_interval *bins, unsigned count, double end, bool is_wide);

/* One curve: what is drawn of which run. */
struct plot_curve {
    const char *name;
    const struct report_interval *bins;
    unsigned count;
    const struct stats_row *row;
    unsigned level;           /* exception level, or STATS_ALL */
};

/* Curves over time; curve i has the class l<i>. A few peaks far above all else are cut off: then the return value is the highest,
   else 0. */
double plot_curves(FILE *to, const struct plot_curve *curves, unsigned count, const char *up);

/* One column of counters and what it is called. */
struct plot_column {
    const char *name;
    struct stats_column column;
};

/* Rows of stats_rows, by their keys, as groups of bars; bar i of a group has the class s<i>. */
void plot_bars(FILE *to, const char *const *keys, unsigned key_count, const struct plot_column *columns, unsigned count,
               const char *across);

/* Cycles for each instruction by cause, without sleep: a bar for each column. */
void plot_stacks(FILE *to, const struct plot_column *columns, unsigned count);

/* "load DRAM": a cause as the reader sees it. */
void plot_cause_name(unsigned cause, char name[PLOT_NAME]);

#endif
