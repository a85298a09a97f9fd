/* SPDX-License-Identifier: MIT */
#ifndef CPU_ARM64_BRANCH_H
#define CPU_ARM64_BRANCH_H

#include "cpu/code.h"

/* If the block ends with SUBS/ANDS and a conditional branch within the page, lets one handler do both. */
void fuse_compare(struct block *b);
void timed_fuse_compare(struct block *b);   /* of a block that keeps time */

#endif
