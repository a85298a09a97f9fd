/* SPDX-License-Identifier: MIT */
/* The table that -stats prints at the end: at most 96 columns. */
#ifndef FRONTENDS_STATS_TABLE_H
#define FRONTENDS_STATS_TABLE_H

#include <stdio.h>

#include "frontends/stats/stats.h"

/* With is_utf8 bars are drawn with blocks, else with '#'. */
void stats_table(FILE *to, const struct stats *stats, bool is_utf8);

/* One more line in the same columns: "what: number". */
void stats_table_line(FILE *to, const char *text);

/* Whether the environment's locale says that texts are UTF-8. */
bool stats_locale_is_utf8(void);

#endif
