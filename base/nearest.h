/* SPDX-License-Identifier: MIT */
/* "Did you mean …?" for whatever a user can misspell. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include "base/types.h"

/* The one of `count` words that is fewest typing mistakes (a letter too much, missing, wrong, or two swapped) away from
   `word`, the first of several. NULL when even that one needs more than a third of the letters changed: then a guess would
   only confuse. */
const char *nearest_word(const char *word, const char *const *words, size_t count);

#endif
