/* SPDX-License-Identifier: MIT */
/* The same instructions from the same state by our core and by QEMU's (user mode, Cortex-A53), final states compared. A test
   makes cases with an oracle_maker; the helpers below give it random words of a row, states, and operand values that matter. */
#ifndef TESTS_CPU_ARM64_ORACLE_H
#define TESTS_CPU_ARM64_ORACLE_H

#include <stdbool.h>

#include "tests/cpu/arm64/oracle_layout.h"

/* Fills *c, which is all zero but for NOPs, from *seed (see oracle_random). `index` counts the cases. */
typedef void oracle_maker(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg);

/* Runs `count` cases both ways and prints the first few that differ, disassembled. Returns how many differ; -1 and a line
   "skipped" when qemu-aarch64 or the cross compiler is missing. `ignored_fpsr` are bits of FPSR that are not compared. */
int oracle_differences(unsigned count, uint64_t seed, oracle_maker *make, const void *arg, uint32_t ignored_fpsr);

/* The final states of one batch; count is at most ORACLE_BATCH. False: QEMU did not deliver. */
bool oracle_run_qemu(const struct oracle_case *cases, unsigned count, struct oracle_state *ends);
void oracle_run_ours(const struct oracle_case *cases, unsigned count, struct oracle_state *ends);

/* xorshift64*; the seed must not be 0. */
uint64_t oracle_random(uint64_t *seed);

/* A number below n. */
uint32_t oracle_below(uint64_t *seed, uint32_t n);

/* The row of insns.def with this name; it exists. A random word of it. */
unsigned oracle_row(const char *name);
uint32_t oracle_word(uint64_t *seed, unsigned row);

/* Random flags, general registers, and vector registers whose lanes are often special integers or floating-point values. Memory
   is random. FPCR and FPSR stay 0. */
void oracle_random_state(struct oracle_state *s, uint64_t *seed);

#endif
