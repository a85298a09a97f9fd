/* SPDX-License-Identifier: MIT */
/* Takes samples of a machine at exact virtual times. */
#ifndef FRONTENDS_STATS_COLLECT_H
#define FRONTENDS_STATS_COLLECT_H

#include "frontends/host/loop.h"
#include "frontends/stats/stats.h"

enum { STATS_SERIES_MAX = 16384 };

/* Where samples come from, so that tests need no machine. */
struct stats_source {
    void (*read)(void *from, struct stats_sample *sample);
    void *from;
};

/* A struct machine as a source. */
struct stats_source stats_source_machine(struct machine *machine);

struct stats_collector;

/* Samples every `every` of virtual time (0: only at the end). A run that would make more than STATS_SERIES_MAX of them gets
   every second one dropped and the time between them doubled, as often as it takes: memory is bounded, and still two equal runs
   give equal series. The loop must outlive the collector. */
struct stats_collector *stats_collect(struct host_loop *loop, struct stats_source source, tick_t every);

/* The run is over: takes the last sample and fills in total, series and what belongs to them. The series is the collector's. */
void stats_collected(struct stats_collector *collector, struct stats *stats);

void stats_collector_free(struct stats_collector *collector);

#endif
