/* SPDX-License-Identifier: MIT */
#include "frontends/profile/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* C++ has longer ones; nobody reads them to their end. A guest may make up names without end. */
enum { LONGEST = 250, NAMES_MAX = 1 << 20 };

struct names {
    char *text;
    size_t text_size, text_room;
    uint32_t *starts;         /* by number: offset in text */
    size_t count, room;
    uint32_t *hash;           /* number + 1, or 0; open addressing */
    size_t hash_size;
};

struct names *names_new(void)
{
    struct names *n = mem_alloc(sizeof *n);
    n->hash_size = 1024;
    n->hash = mem_alloc(n->hash_size * sizeof *n->hash);
    return n;
}

void names_free(struct names *n)
{
    if (!n)
        return;
    free(n->text);
    free(n->starts);
    free(n->hash);
    free(n);
}

const char *names_text(const struct names *n, uint32_t number)
{
    return n->text + n->starts[number];
}

size_t names_count(const struct names *n)
{
    return n->count;
}

/* The slot of a name: its own, or the empty one where it belongs. */
static uint32_t *find_slot(const struct names *n, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *p = name; *p; p++)
        hash = (hash ^ (uint8_t)*p) * 16777619u;
    size_t at = hash & (n->hash_size - 1);
    while (n->hash[at] && strcmp(names_text(n, n->hash[at] - 1), name))
        at = (at + 1) & (n->hash_size - 1);
    return &n->hash[at];
}

static void grow_hash(struct names *n)
{
    free(n->hash);
    n->hash_size *= 2;
    n->hash = mem_alloc(n->hash_size * sizeof *n->hash);
    for (uint32_t i = 0; i < n->count; i++)
        *find_slot(n, names_text(n, i)) = i + 1;
}

static uint32_t append(struct names *n, const char *name, size_t size)
{
    if (n->text_size + size > n->text_room) {
        n->text_room = 2 * (n->text_size + size);
        n->text = mem_realloc(n->text, n->text_room);
    }
    if (n->count == n->room) {
        n->room = n->room ? 2 * n->room : 256;
        n->starts = mem_realloc(n->starts, n->room * sizeof *n->starts);
    }
    n->starts[n->count] = (uint32_t)n->text_size;
    memcpy(n->text + n->text_size, name, size);
    n->text_size += size;
    return (uint32_t)n->count++;
}

uint32_t names_number(struct names *n, const char *name, size_t length)
{
    char clean[LONGEST + 1];
    size_t size = 0;
    for (; size < LONGEST && size < length && name[size]; size++) {
        char c = name[size];
        clean[size] = c == ';' ? ':' : c < ' ' || c > '~' ? '?' : c;
    }
    if (!size)
        clean[size++] = '?';
    clean[size] = 0;
    if (n->count * 2 >= n->hash_size)
        grow_hash(n);
    uint32_t *slot = find_slot(n, clean);
    if (!*slot && n->count >= NAMES_MAX)
        slot = find_slot(n, strcpy(clean, "[more]"));
    if (!*slot)
        *slot = append(n, clean, size + 1) + 1;
    return *slot - 1;
}
