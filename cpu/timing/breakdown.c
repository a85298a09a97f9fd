/* SPDX-License-Identifier: MIT */
#include "cpu/timing/breakdown.h"

#include <string.h>

int breakdown_intern(struct breakdowns *table, const uint64_t stack[CAUSE_COUNT])
{
    uint16_t cycles[CAUSE_COUNT];
    uint64_t hash = 0;
    for (unsigned i = 0; i < CAUSE_COUNT; i++) {
        if (stack[i] > UINT16_MAX)
            return BREAKDOWN_NONE;
        cycles[i] = (uint16_t)stack[i];
        hash = (hash ^ stack[i]) * 0x9e3779b97f4a7c15ull;
    }
    uint32_t at = (uint32_t)(hash >> 40) & (2 * BREAKDOWNS_MAX - 1);
    for (; table->hash[at]; at = (at + 1) & (2 * BREAKDOWNS_MAX - 1))
        if (!memcmp(table->cycles[table->hash[at] - 1], cycles, sizeof cycles))
            return table->hash[at] - 1;
    if (table->count == BREAKDOWNS_MAX)
        return BREAKDOWN_FULL;
    memcpy(table->cycles[table->count], cycles, sizeof cycles);
    table->hash[at] = (uint16_t)++table->count;
    return table->count - 1;
}

void breakdown_forget(struct breakdowns *table)
{
    table->count = 0;
    memset(table->hash, 0, sizeof table->hash);
}
