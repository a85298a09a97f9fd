/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <string.h>

enum { NEAREST_LETTERS = 63 };   /* longer words are not names of options */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The restricted Damerau-Levenshtein distance, row by row: `now[j]` is that of the first i letters of a and j of b. */
static unsigned mistakes(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][NEAREST_LETTERS + 1];
    unsigned *before = rows[0], *last = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        now[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *spare = before;
        before = last;
        last = now;
        now = spare;
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return now[b_length];
}

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
    size_t length = strlen(word);
    const char *best = NULL;
    unsigned fewest = (unsigned)(length + 2) / 3 + 1;
    if (length > NEAREST_LETTERS)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(words[i]);
        unsigned n = other > NEAREST_LETTERS ? fewest : mistakes(word, length, words[i], other);
        if (n < fewest) {
            fewest = n;
            best = words[i];
        }
    }
    return best;
}
