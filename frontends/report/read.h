/* SPDX-License-Identifier: MIT */
/* A file of -stats read back. It may come from anybody: whatever is in it, reading ends with a run or with a message. */
#ifndef FRONTENDS_REPORT_READ_H
#define FRONTENDS_REPORT_READ_H

#include "base/error.h"
#include "boards/machine.h"

struct json_t;

/* What was counted between two virtual times, in seconds. */
struct report_interval {
    double from, to;
    struct counters counters;
};

struct report_run {
    char *file;               /* as the user named it */
    char *name;               /* what it is called in the page: short, and no other run's */
    struct json_t *root;      /* for texts and settings: report_string, report_settings */
    double virtual_seconds, host_seconds, mips;
    uint64_t instructions;
    struct counters total, cores[MACHINE_CORES];   /* of all cores together; of each, if there are several */
    unsigned core_count;
    struct timing_work work;
    struct report_interval *intervals;
    unsigned interval_count;
};

/* 0, or -1 with err saying what is wrong with the file; then the run is empty. report_free in both cases. */
int report_read(struct report_run *run, const char *file, struct error *err);
void report_free(struct report_run *run);

/* Gives every run its name. */
void report_name(struct report_run *runs, unsigned count);

/* The text meta.KEY or meta.core.KEY, or "" if there is none. */
const char *report_meta(const struct report_run *run, const char *key);
const char *report_core(const struct report_run *run, const char *key);

/* The command line as one string, to be freed. */
char *report_command(const struct report_run *run);

/* Setting number `index` of the core: its key, and its value as text. False behind the last. */
bool report_setting(const struct report_run *run, unsigned index, const char **key, char value[32]);

/* The value of one, "" if the run has none such. */
void report_setting_of(const struct report_run *run, const char *key, char value[32]);

#endif
