/* SPDX-License-Identifier: MIT */
/* Random instructions that can be run by EL0 and compared: loads and stores go to the scratch memory, branches go forward and
   stay in their case, and what the manual leaves open (CONSTRAINED UNPREDICTABLE) is kept out. */
#ifndef TESTS_CPU_ARM64_RANDOM_CODE_H
#define TESTS_CPU_ARM64_RANDOM_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/cpu/arm64/oracle_layout.h"

/* A case of one random word of the row, its operands aimed by the start state. False: this word is not to be compared. */
bool random_code_single(struct oracle_case *c, uint64_t *seed, unsigned row);

/* A case of one word out of all 2^32. False: not to be compared. */
bool random_code_word(struct oracle_case *c, uint64_t *seed);

/* A straight-line program with forward branches, up to ORACLE_INSNS instructions, all of them allocated. */
void random_code_program(struct oracle_case *c, uint64_t *seed);

#endif
