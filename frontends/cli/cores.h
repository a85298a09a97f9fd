/* SPDX-License-Identifier: MIT */
/* -cpu and -timing: which core's table keeps the time, what is changed in it, and what there is. */
#ifndef FRONTENDS_CLI_CORES_H
#define FRONTENDS_CLI_CORES_H

#include "frontends/cli/options.h"

/* Setters, as the table's. */
int cores_set_cpu(struct options *options, const char *value, struct error *err);
int cores_set_timing(struct options *options, const char *value, struct error *err);

/* off, on or reference; false for any other word. */
bool cores_mode(const char *word, enum timing_mode *mode);

/* When all options are known: options->core is the chosen core with the settings given. */
int cores_settle(struct options *options, struct error *err);

/* The pages of -cpu help and -timing help, for terminals of 80 columns. */
void cores_help(const struct options *options, FILE *to);

#endif
