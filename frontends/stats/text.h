/* SPDX-License-Identifier: MIT */
/* Numbers as a person reads them. */
#ifndef FRONTENDS_STATS_TEXT_H
#define FRONTENDS_STATS_TEXT_H

#include "frontends/stats/values.h"

/* A number and what follows it; either may be empty. */
struct stats_text {
    char number[32], more[16];
};

/* 1234567 as 1,234,567. */
void stats_grouped(uint64_t number, char text[32]);

/* A ratio with as many decimals as are worth reading: 0.0123, 1.23, 123. */
void stats_decimal(double number, char text[32]);

/* A share as a percentage: 12.3 %. */
void stats_percent(double share, char text[16]);

/* The row's value in a column: 1,234 and 5.6 %, or 1.23; a dash when it has none. */
void stats_text(const struct stats_row *row, const struct stats_column *column, struct stats_text *text);

/* Tenths of a percent that each of `count` parts is of their sum, rounded so that they add up to exactly 1000; all 0 when the sum
   is. */
void stats_tenths(const uint64_t *parts, unsigned count, unsigned *tenths);

#endif
