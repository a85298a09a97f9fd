/* SPDX-License-Identifier: MIT */
/* The table of options: one row each, from which parsing, --help and guesses come. */
#ifndef FRONTENDS_CLI_OPTIONS_TABLE_H
#define FRONTENDS_CLI_OPTIONS_TABLE_H

#include "frontends/cli/options.h"

struct option_row {
    const char *word;
    const char *argument;   /* for --help; NULL: takes none */
    int (*set)(struct options *options, const char *value, struct error *err);
    const char *group;      /* starts a group of --help; NULL: goes on with the one before. "": not shown */
};

extern const struct option_row option_rows[];
extern const size_t option_row_count;

#endif
