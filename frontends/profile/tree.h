/* SPDX-License-Identifier: MIT */
/* Samples added up: a tree of calls, from the process down to the innermost function. */
#ifndef FRONTENDS_PROFILE_TREE_H
#define FRONTENDS_PROFILE_TREE_H

#include <stdio.h>

#include "frontends/profile/names.h"

/* A node's children are those whose `parent` it is; node 0 is the root and has no name. */
struct tree_node {
    uint32_t parent, name;
    uint32_t first_child, next_sibling;   /* 0: none; after tree_sort in the order of their names */
    uint64_t own, all;                    /* weight of samples that end here; and with those below, after tree_sort */
};

struct tree {
    struct names *names;
    struct tree_node *nodes;
    size_t count, room;
    uint32_t *hash;
    size_t hash_size;
};

struct tree *tree_new(void);
void tree_free(struct tree *tree);

/* A stack: the numbers of its names, outermost first. */
void tree_add(struct tree *tree, const uint32_t *names, unsigned depth, uint64_t weight);

/* Puts children in order and adds up; to be called before the tree is read. */
void tree_sort(struct tree *tree);

/* Folded stacks, a line for each that was sampled: "process;outer;inner WEIGHT". The tree must be sorted. */
void tree_write_folded(const struct tree *tree, FILE *to);

#endif
