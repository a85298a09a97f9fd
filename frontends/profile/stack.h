/* SPDX-License-Identifier: MIT */
/* Return addresses by frame pointers (AAPCS64, 6.4.6): x29 points to a record {the caller's x29, return address}. Everything
   read is the guest's and may be hostile: depth, direction and alignment are limited. */
#ifndef FRONTENDS_PROFILE_STACK_H
#define FRONTENDS_PROFILE_STACK_H

#include "base/types.h"

enum { STACK_DEPTH = 128 };

struct stack {
    gva_t at[STACK_DEPTH];    /* return addresses, innermost first */
    unsigned depth;
    gva_t end;                /* where the record {0, 0} is that ended the chain; 0: it ended otherwise */
};

/* Guest memory: fills two doublewords from va, which is a multiple of 8; false when they cannot be read. */
struct stack_memory {
    bool (*read)(void *self, gva_t va, uint64_t pair[2]);
    void *self;
};

/* Follows the chain. Stacks grow down, so records lie ever higher; once a chain may go back, from an interrupt's stack to the
   one interrupted, if `switches` says so. */
void stack_walk(struct stack *stack, const struct stack_memory *memory, gva_t fp, bool switches);

#endif
