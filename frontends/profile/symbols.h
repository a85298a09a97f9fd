/* SPDX-License-Identifier: MIT */
/* A table of symbols by address. Where they come from is the caller's matter. */
#ifndef FRONTENDS_PROFILE_SYMBOLS_H
#define FRONTENDS_PROFILE_SYMBOLS_H

#include "base/types.h"

struct symbol {
    uint64_t va, size;        /* size 0: up to the next symbol */
    uint32_t name;            /* offset in the table's text */
    bool is_code;             /* others only bound those that are */
};

struct symbols {
    struct symbol *rows;
    size_t count, room;
    char *text;
    size_t text_size, text_room;
};

void symbols_free(struct symbols *s);

/* Copies `length` bytes of name, up to a NUL. */
void symbols_add(struct symbols *s, uint64_t va, uint64_t size, bool is_code, const char *name, size_t length);

/* To be called when all are there. Of several names at one address the plainest stays: fewest underscores in front, then the
   first of the alphabet. */
void symbols_sort(struct symbols *s);

/* The code symbol that covers va, or NULL. */
const struct symbol *symbols_find(const struct symbols *s, uint64_t va);

/* The first symbol of this name, or NULL. Looks at all of them. */
const struct symbol *symbols_named(const struct symbols *s, const char *name);

static inline const char *symbols_name(const struct symbols *s, const struct symbol *symbol)
{
    return s->text + symbol->name;
}

#endif
