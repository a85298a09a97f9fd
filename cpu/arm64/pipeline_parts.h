/* SPDX-License-Identifier: MIT */
/* What pipeline.c shares with pipeline_stored.c. */
#ifndef CPU_ARM64_PIPELINE_PARTS_H
#define CPU_ARM64_PIPELINE_PARTS_H

#include "cpu/code.h"
#include "cpu/timing/uop.h"

/* The registers of LD1 to LD4 and ST1 to ST4, and the bytes that go to or from memory. */
struct pipeline_list {
    unsigned registers, bytes;
};

struct pipeline_list pipeline_structures(uint32_t insn);   /* whole registers */
struct pipeline_list pipeline_structure(uint32_t insn);    /* a lane, or one element to all lanes */

/* If *u is a load of what one of the `index` uops before it has stored, both say so. */
void pipeline_link_stored(const struct op *o, unsigned index, struct uop *u);

#endif
