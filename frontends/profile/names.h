/* SPDX-License-Identifier: MIT */
/* Names of frames, each kept once and known by a number. They come from guests and files: what would break a line of folded
   stacks or an SVG file is replaced on the way in. */
#ifndef FRONTENDS_PROFILE_NAMES_H
#define FRONTENDS_PROFILE_NAMES_H

#include "base/types.h"

struct names;

struct names *names_new(void);
void names_free(struct names *names);

/* The number of this name; the same one for the same name. At most `length` bytes, up to a NUL. */
uint32_t names_number(struct names *names, const char *name, size_t length);

/* Valid until the next names_number. */
const char *names_text(const struct names *names, uint32_t number);

size_t names_count(const struct names *names);

#endif
