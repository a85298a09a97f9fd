/* SPDX-License-Identifier: MIT */
/* A decoded instruction as the timing model sees it. pipeline.def says what each instruction is; the core's tables
   (cpu/timing/cores/) say what that costs. */
#ifndef CPU_ARM64_PIPELINE_H
#define CPU_ARM64_PIPELINE_H

#include "cpu/code.h"
#include "cpu/timing/uop.h"

/* *u is what the op needs, reads and writes. It is number `index` of its block: as many ops and uops are before *o and *u. An op
   without a row of its own (UNDEFINED, the end of a block) is a NOP. */
void arm64_describe(const struct op *o, unsigned index, struct uop *u);

/* The extra cycles that a divide (GROUP_DIV*) takes beyond the core's table, by its operands: its result is so much later, its
   unit busy so much longer. */
unsigned arm64_divide_cycles(uint64_t n, uint64_t m, bool is_signed, bool is_64);

/* Which family of pipeline.def a row of insns.def belongs to, -1 if it is in none; its names, for tests. */
int arm64_family(unsigned row);
const char *arm64_family_names(unsigned family);   /* NULL behind the last */

#endif
