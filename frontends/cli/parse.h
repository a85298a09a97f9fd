/* SPDX-License-Identifier: MIT */
/* Values of options: sizes, times, and lists such as "file=a.img,readonly=on". */
#ifndef FRONTENDS_CLI_PARSE_H
#define FRONTENDS_CLI_PARSE_H

#include "base/error.h"

/* All of these return 0, or -1 with err filled; `option` is the word on the command line, for messages. */

/* Digits with an optional K, M, G or T (powers of 1024), in units of `unit` bytes without one. */
int parse_size(const char *option, const char *text, uint64_t unit, uint64_t *size, struct error *err);

/* A whole number, decimal or 0x…, of at most `max`. */
int parse_number(const char *option, const char *text, uint64_t max, uint64_t *number, struct error *err);

/* Seconds with decimals, exact; at most 10^7, since virtual time wraps after 213 days. */
int parse_seconds(const char *option, const char *text, tick_t *ticks, struct error *err);

/* Splits WHAT@SECONDS at its last '@'; *what is to be freed. */
int parse_at(const char *option, const char *text, char **what, tick_t *at, struct error *err);

/* on, off, true, false, yes, no */
int parse_switch(const char *option, const char *text, bool *on, struct error *err);

/* One key of a list and what to do with its value. A row for the list's first item when that has no '=' comes first. */
struct parse_key {
    const char *key;
    int (*set)(void *to, const char *value, struct error *err);
};

/* Takes a list apart: KEY=VALUE items separated by commas, ",," standing for a comma within a value. The first item may be a mere
   value, of the first key. A key alone means KEY=on. Unknown keys are refused with the known ones named. */
int parse_list(const char *option, const char *list, const struct parse_key *keys, size_t count, void *to, struct error *err);

#endif
