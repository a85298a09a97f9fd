/* SPDX-License-Identifier: MIT */
/* Statistics as JSON; docs/stats.md describes every member. */
#ifndef FRONTENDS_STATS_JSON_H
#define FRONTENDS_STATS_JSON_H

#include <stdio.h>

#include "frontends/stats/stats.h"

/* The value of "format", and of "version", which grows when a member changes its meaning. */
#define STATS_JSON_FORMAT "orrery-stats"
enum { STATS_JSON_VERSION = 1 };

/* Columns of a series before the counters: from, to, instructions. */
enum { STATS_JSON_LEADING = 3 };

void stats_json(FILE *to, const struct stats *stats);

#endif
