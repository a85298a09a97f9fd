/* SPDX-License-Identifier: MIT */
/* Apart from oracle.c because Capstone's header uses names of ours. */
#ifndef TESTS_CPU_ARM64_ORACLE_DISASSEMBLE_H
#define TESTS_CPU_ARM64_ORACLE_DISASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

void oracle_disassemble(uint32_t insn, uint64_t va, char *text, size_t size);

#endif
