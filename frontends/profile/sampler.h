/* SPDX-License-Identifier: MIT */
/* One sample: which functions are active in the stopped machine, by name. */
#ifndef FRONTENDS_PROFILE_SAMPLER_H
#define FRONTENDS_PROFILE_SAMPLER_H

#include "frontends/profile/kernel.h"
#include "frontends/profile/objects.h"
#include "frontends/profile/tree.h"

struct sampler;

/* Kernel and objects must stay; the kernel's place is learnt while sampling. */
struct sampler *sampler_new(const struct machine *machine, struct kernel *kernel, struct objects *objects, struct tree *tree);
void sampler_free(struct sampler *s);

/* Adds a core's present stack to the tree. Nothing in the machine changes. */
void sampler_take(struct sampler *s, unsigned number, uint64_t weight);

/* Where an instruction is that was executed at some time: the function's name and address, and the file it is of ("kernel", or
   "-" if nobody knows; then the name is that of its page). */
struct sampler_function {
    char name[256], object[256];
    gva_t va;
};
void sampler_function(const struct sampler *s, gva_t va, uint32_t insn, struct sampler_function *function);

#endif
