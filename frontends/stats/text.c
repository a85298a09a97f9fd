/* SPDX-License-Identifier: MIT */
#include "frontends/stats/text.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"

void stats_grouped(uint64_t number, char text[32])
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            *text++ = ',';
        *text++ = digits[i];
    }
    *text = 0;
}

void stats_decimal(double number, char text[32])
{
    int decimals = number == 0 || number >= 100 ? 0 : number >= 10 ? 1 : number >= 0.1 ? 2 : 4;
    snprintf(text, 32, "%.*f", decimals, number);
}

void stats_percent(double share, char text[16])
{
    double percent = 100 * share;
    if (percent >= 1e6)   /* parts that are more than their whole: only in files that others wrote */
        snprintf(text, 16, "%.1e %%", percent);
    else
        snprintf(text, 16, "%.*f %%", percent > 0 && percent < 1 ? 2 : 1, percent);
}

void stats_text(const struct stats_row *row, const struct stats_column *column, struct stats_text *text)
{
    double value;
    bool has_value = stats_value(row, column, &value);
    strcpy(text->number, "-");
    text->more[0] = 0;
    if (row->unit == STATS_COUNT || row->unit == STATS_SHARE)
        stats_grouped(stats_sum(row->of, column), text->number);
    else if (has_value)
        stats_decimal(value, text->number);
    if (row->unit == STATS_SHARE && has_value)
        stats_percent(value, text->more);
}

/* By largest remainders: everything is rounded down, then those that lost most get one back. */
void stats_tenths(const uint64_t *parts, unsigned count, unsigned *tenths)
{
    double rest[CAUSE_COUNT], sum = 0;
    unsigned given = 0;
    bug_on(count > ARRAY_SIZE(rest));
    for (unsigned i = 0; i < count; i++)
        sum += (double)parts[i];
    for (unsigned i = 0; i < count; i++) {
        double exact = sum > 0 ? 1000 * ((double)parts[i] / sum) : 0;
        tenths[i] = (unsigned)exact;
        rest[i] = exact - tenths[i];
        given += tenths[i];
    }
    while (sum > 0 && given < 1000) {
        unsigned most = 0;
        for (unsigned i = 1; i < count; i++)
            if (rest[i] > rest[most])
                most = i;
        tenths[most]++;
        rest[most]--;
        given++;
    }
}
