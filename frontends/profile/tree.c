/* SPDX-License-Identifier: MIT */
#include "frontends/profile/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* A guest that never does the same twice must not take all of the host's memory: then frames above what is known are left out. */
enum { FIRST_ROOM = 1024, NODES_MAX = 1 << 22 };

struct tree *tree_new(void)
{
    struct tree *t = mem_alloc(sizeof *t);
    t->names = names_new();
    t->room = FIRST_ROOM;
    t->nodes = mem_alloc(t->room * sizeof *t->nodes);
    t->count = 1;
    t->hash_size = 2 * FIRST_ROOM;
    t->hash = mem_alloc(t->hash_size * sizeof *t->hash);
    return t;
}

void tree_free(struct tree *t)
{
    if (!t)
        return;
    names_free(t->names);
    free(t->nodes);
    free(t->hash);
    free(t);
}

/* Nodes are found by parent and name; 0, the root, marks an empty slot. */
static uint32_t *find_slot(const struct tree *t, uint32_t parent, uint32_t name)
{
    uint64_t hash = ((uint64_t)parent << 32 | name) * 0x9e3779b97f4a7c15ull;
    size_t at = hash >> 32 & (t->hash_size - 1);
    while (t->hash[at] && (t->nodes[t->hash[at]].parent != parent || t->nodes[t->hash[at]].name != name))
        at = (at + 1) & (t->hash_size - 1);
    return &t->hash[at];
}

static void grow(struct tree *t)
{
    t->room *= 2;
    t->nodes = mem_realloc(t->nodes, t->room * sizeof *t->nodes);
    free(t->hash);
    t->hash_size *= 2;
    t->hash = mem_alloc(t->hash_size * sizeof *t->hash);
    for (uint32_t i = 1; i < t->count; i++)
        *find_slot(t, t->nodes[i].parent, t->nodes[i].name) = i;
}

void tree_add(struct tree *t, const uint32_t *names, unsigned depth, uint64_t weight)
{
    uint32_t node = 0;
    for (unsigned i = 0; i < depth; i++) {
        if (t->count == t->room && t->count < NODES_MAX)
            grow(t);
        uint32_t *slot = find_slot(t, node, names[i]);
        if (!*slot && t->count == NODES_MAX)
            break;
        if (!*slot) {
            t->nodes[t->count] = (struct tree_node){ .parent = node, .name = names[i] };
            *slot = (uint32_t)t->count++;
        }
        node = *slot;
    }
    t->nodes[node].own += weight;
}

static int compare(const void *left, const void *right, void *tree)
{
    const struct tree *t = tree;
    const struct tree_node *a = &t->nodes[*(const uint32_t *)left], *b = &t->nodes[*(const uint32_t *)right];
    return strcmp(names_text(t->names, a->name), names_text(t->names, b->name));
}

void tree_sort(struct tree *t)
{
    uint32_t *order = mem_alloc(t->count * sizeof *order);
    for (uint32_t i = 0; i < t->count; i++) {
        order[i] = i;
        t->nodes[i].all = t->nodes[i].own;
        t->nodes[i].first_child = t->nodes[i].next_sibling = 0;
    }
    qsort_r(order + 1, t->count - 1, sizeof *order, compare, t);
    for (size_t i = t->count; i-- > 1;) {   /* the last by name is put in front first */
        struct tree_node *n = &t->nodes[order[i]], *parent = &t->nodes[n->parent];
        n->next_sibling = parent->first_child;
        parent->first_child = order[i];
    }
    for (size_t i = t->count; i-- > 1;)     /* a node is younger than its parent */
        t->nodes[t->nodes[i].parent].all += t->nodes[i].all;
    free(order);
}

static void write_stack(const struct tree *t, uint32_t node, FILE *to)
{
    if (t->nodes[node].parent) {
        write_stack(t, t->nodes[node].parent, to);   /* as deep as a stack may be */
        putc(';', to);
    }
    fputs(names_text(t->names, t->nodes[node].name), to);
}

void tree_write_folded(const struct tree *t, FILE *to)
{
    uint32_t node = t->nodes[0].first_child;
    while (node) {
        const struct tree_node *n = &t->nodes[node];
        if (n->own) {
            write_stack(t, node, to);
            fprintf(to, " %llu\n", (unsigned long long)n->own);
        }
        if (n->first_child) {
            node = n->first_child;
            continue;
        }
        while (node && !t->nodes[node].next_sibling)
            node = t->nodes[node].parent;
        node = t->nodes[node].next_sibling;   /* the root has none */
    }
}
