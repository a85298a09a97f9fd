/* SPDX-License-Identifier: MIT */
/* A set of cluster numbers: a hash table with linear probing. */
#ifndef FRONTENDS_QCOW2_CLUSTER_SET_H
#define FRONTENDS_QCOW2_CLUSTER_SET_H

#include "base/types.h"

struct cluster_set {
    uint64_t *slots;      /* number + 1; 0 is an empty slot */
    size_t room, count;   /* room is a power of 2, or 0 */
};

/* False if it was there already. */
bool cluster_set_add(struct cluster_set *set, uint64_t cluster);
void cluster_set_remove(struct cluster_set *set, uint64_t cluster);
bool cluster_set_has(const struct cluster_set *set, uint64_t cluster);
void cluster_set_free(struct cluster_set *set);

#endif
