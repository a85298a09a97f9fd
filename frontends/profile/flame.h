/* SPDX-License-Identifier: MIT */
/* A flame graph: calls upwards, width by weight. One SVG file that needs nothing else. */
#ifndef FRONTENDS_PROFILE_FLAME_H
#define FRONTENDS_PROFILE_FLAME_H

#include "frontends/profile/tree.h"

/* The tree must be sorted; a weight of 1 stands for `every` cycles. */
void flame_write(const struct tree *tree, uint64_t every, FILE *to);

#endif
