/* SPDX-License-Identifier: MIT */
#include "tests/support/trials.h"

#include <stdlib.h>

static double share(void)
{
    const char *percent = getenv("ORRERY_TRIALS");
    return percent ? strtod(percent, NULL) / 100 : 1;
}

uint64_t trials(uint64_t count, unsigned factor)
{
    count = (uint64_t)((double)(getenv("LONG") ? count * factor : count) * share());
    return count ? count : 1;
}

bool trials_include(unsigned index)
{
    return (uint64_t)(index * share()) != (uint64_t)((index + 1) * share());
}

double trials_limit(double usual, double with_long)
{
    return getenv("LONG") ? with_long : usual;
}
