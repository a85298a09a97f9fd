/* SPDX-License-Identifier: MIT */
#include "frontends/profile/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

void symbols_free(struct symbols *s)
{
    free(s->rows);
    free(s->text);
    *s = (struct symbols){ 0 };
}

void symbols_add(struct symbols *s, uint64_t va, uint64_t size, bool is_code, const char *name, size_t length)
{
    length = strnlen(name, length);
    if (s->text_size + length + 1 > UINT32_MAX)
        return;
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->rows = mem_realloc(s->rows, s->room * sizeof *s->rows);
    }
    if (s->text_size + length + 1 > s->text_room) {
        s->text_room = 2 * (s->text_size + length + 1);
        s->text = mem_realloc(s->text, s->text_room);
    }
    s->rows[s->count++] = (struct symbol){ va, size, (uint32_t)s->text_size, is_code };
    memcpy(s->text + s->text_size, name, length);
    s->text_size += length;
    s->text[s->text_size++] = 0;
}

static int compare(const void *left, const void *right, void *table)
{
    const struct symbol *a = left, *b = right;
    const struct symbols *s = table;
    if (a->va != b->va)
        return a->va < b->va ? -1 : 1;
    if (a->is_code != b->is_code)
        return a->is_code ? -1 : 1;
    const char *a_name = symbols_name(s, a), *b_name = symbols_name(s, b);
    size_t a_low = strspn(a_name, "_"), b_low = strspn(b_name, "_");
    return a_low != b_low ? (a_low < b_low ? -1 : 1) : strcmp(a_name, b_name);
}

void symbols_sort(struct symbols *s)
{
    if (!s->count)
        return;
    qsort_r(s->rows, s->count, sizeof *s->rows, compare, s);
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++) {
        struct symbol *last = &s->rows[kept - 1], *row = &s->rows[i];
        if (row->va != last->va)
            s->rows[kept++] = *row;
        else if (row->size > last->size && row->is_code)
            last->size = row->size;   /* a label at the start of a function must not cut it short */
    }
    s->count = kept;
}

const struct symbol *symbols_find(const struct symbols *s, uint64_t va)
{
    size_t low = 0, high = s->count;   /* the answer is before `high` */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->rows[middle].va <= va)
            low = middle + 1;
        else
            high = middle;
    }
    if (!low)
        return NULL;
    const struct symbol *found = &s->rows[low - 1];
    return found->is_code && (!found->size || va - found->va < found->size) ? found : NULL;
}

const struct symbol *symbols_named(const struct symbols *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (!strcmp(symbols_name(s, &s->rows[i]), name))
            return &s->rows[i];
    return NULL;
}
