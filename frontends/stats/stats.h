/* SPDX-License-Identifier: MIT */
/* What is known of a run when it is over: what it was, what was counted, and how the counts grew. */
#ifndef FRONTENDS_STATS_STATS_H
#define FRONTENDS_STATS_STATS_H

#include "boards/machine.h"

/* What the counters said at one virtual time; all of them count from power on. */
struct stats_sample {
    tick_t at;
    uint64_t instructions;    /* executed, also while timing was off */
    struct counters counters;
};

/* What one of several cores has done. */
struct stats_core {
    uint64_t instructions;
    double awake;             /* share of its time */
    struct counters counters;
};

/* What the user started. Strings may be NULL, and must outlive the struct. */
struct stats_run {
    const char *program;      /* name and version */
    const char *guest, *kernel, *initrd, *append;
    const char *board, *end;  /* why the run ended, in a word or two */
    uint64_t ram_size;
    int argc;                 /* the options as they were given */
    char *const *argv;
};

struct stats {
    struct stats_run run;
    const struct core_model *core;   /* NULL: not known */
    enum timing_mode timing;
    struct stats_sample total;
    struct stats_core cores[MACHINE_CORES];   /* the parts of total */
    unsigned core_count;
    struct timing_work work;
    tick_t every;             /* from one sample to the next; 0: no series */
    tick_t asked_every;       /* the same as the user asked for it */
    const struct stats_sample *series;
    unsigned series_count;    /* the last one is at the end of the run, which need not be a multiple of `every` */
    double host_seconds;      /* of CPU time */
};

static inline double stats_seconds(tick_t ticks)
{
    return (double)ticks / (double)TICKS_PER_SECOND;
}

#endif
