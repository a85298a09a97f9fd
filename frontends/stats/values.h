/* SPDX-License-Identifier: MIT */
/* The numbers a reader wants, each a row: what is divided by what. The table at exit, the JSON and the report all come from these
   rows, so they cannot disagree. */
#ifndef FRONTENDS_STATS_VALUES_H
#define FRONTENDS_STATS_VALUES_H

#include "boards/machine.h"

/* One column of a table: an exception level, or all of them. */
struct stats_column {
    uint64_t instructions, cycles[CAUSE_COUNT], events[EVENT_COUNT];
};

enum { STATS_ALL = COUNTER_LEVELS, STATS_COLUMNS };
extern const char *const stats_column_names[STATS_COLUMNS];   /* el0, el1, all */

void stats_column(const struct counters *counters, unsigned level, struct stats_column *column);

/* What rows count: instructions, cycles, cycles that the core was not asleep, or STATS_EVENT + an event. */
enum { STATS_NOTHING, STATS_INSTRUCTIONS, STATS_CYCLES, STATS_AWAKE, STATS_EVENT };

enum stats_unit {
    STATS_COUNT,              /* a sum of terms */
    STATS_SHARE,              /* a sum, and its share of another */
    STATS_PER_KILO,           /* a sum for each thousand of another */
    STATS_RATIO
};

enum { STATS_TERMS = 4 };

struct stats_row {
    const char *group;        /* tag of the table's rows that belong together */
    const char *key;          /* name in JSON */
    const char *label;
    enum stats_unit unit;
    uint8_t of[STATS_TERMS], per[STATS_TERMS];   /* sums; ended by STATS_NOTHING if shorter */
};

/* The group of rows that say nothing of a core that is alone. */
#define STATS_SHARING "sharing"

extern const struct stats_row stats_rows[];
extern const unsigned stats_row_count;

/* Of these rows each of several cores has its number beside the others': in the table under a short title. */
struct stats_core_column {
    const char *key, *title, *what;
};

extern const struct stats_core_column stats_core_columns[];
extern const unsigned stats_core_column_count;

/* The row of this key; there must be one. */
const struct stats_row *stats_row(const char *key);

/* The sum of a row's terms. */
uint64_t stats_sum(const uint8_t terms[STATS_TERMS], const struct stats_column *column);

/* The row's value: a count, a share from 0 to 1, a ratio. False when it has none, because nothing happened that it is a part
   of. */
bool stats_value(const struct stats_row *row, const struct stats_column *column, double *value);

/* All cycles of a column, and those without CAUSE_IDLE. */
uint64_t stats_cycles(const struct stats_column *column);
uint64_t stats_awake(const struct stats_column *column);

#endif
