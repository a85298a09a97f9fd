/* SPDX-License-Identifier: MIT */
/* What text tools do: lines, words, letters of either case, and a search for strings. */
#include "roms/bench/bench.h"

enum { SIZE = 48 << 10 };

static char *text;

void scan_prepare(void)
{
    text = bench_take(SIZE);
    bench_write_prose(text, SIZE - 1);
    text[SIZE - 1] = 0;
}

static unsigned count_words(const char *at)
{
    unsigned words = 0, is_inside = 0;

    for (; *at; at++) {
        unsigned is_letter = (unsigned)(*at | 32) - 'a' < 26 || (unsigned)*at - '0' < 10;
        words += is_letter & !is_inside;
        is_inside = is_letter;
    }
    return words;
}

static unsigned longest_line(const char *at)
{
    const char *start = at;
    unsigned longest = 0;

    for (; *at; at++)
        if (*at == '\n') {
            if ((unsigned)(at - start) > longest)
                longest = (unsigned)(at - start);
            start = at + 1;
        }
    return longest;
}

static unsigned count_matches(const char *at, const char *what)
{
    unsigned matches = 0;

    for (; *at; at++) {
        if (*at != *what)
            continue;
        unsigned i = 1;
        while (what[i] && at[i] == what[i])
            i++;
        matches += !what[i];
    }
    return matches;
}

uint64_t scan_once(void)
{
    uint64_t sum = count_words(text);

    sum = bench_mix(sum, longest_line(text));
    sum = bench_mix(sum, count_matches(text, "the machine"));
    sum = bench_mix(sum, count_matches(text, "interrupt,"));
    return bench_mix(sum, count_matches(text, "no such words"));
}
