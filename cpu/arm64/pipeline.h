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

/* The same of a product (GROUP_MUL32, GROUP_MUL64) of these factors; 32-bit ones zero-extended. It is short if the factors'
   significant bits, together, are at most 32, so that the product has no more.
   Rows "mul" and "msub" (of ones) 4 cycles, "mneg" (of -1) 5. lat_ops on three boards of TI: "int64 mul" (factors of 35 bits and
   more) 5; "int mul", 3 of whose 10 factors make larger products, 4.3; "int mod" and "int64 mod", whose quotients are 1 and whose
   divisors are 63 and 2^57, a cycle apart. */
static inline unsigned arm64_multiply_cycles(uint64_t n, uint64_t m)
{
    return (unsigned)__builtin_clzll(n | 1) + (unsigned)__builtin_clzll(m | 1) < 2 * 64 - 32;
}

/* Which family of pipeline.def a row of insns.def belongs to, -1 if it is in none; its names, for tests. */
int arm64_family(unsigned row);
const char *arm64_family_names(unsigned family);   /* NULL behind the last */

#endif
