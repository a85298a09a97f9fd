/* SPDX-License-Identifier: MIT */
#ifndef ROMS_BENCH_EL0_H
#define ROMS_BENCH_EL0_H

#define EL0_CALL 0
#define EL0_END 1

#ifndef __ASSEMBLER__
#include <stdint.h>

/* Runs the program at address entry at EL0 with two arguments; returns, with its x0, when it executes SVC EL0_END, if the
   handler of that goes on at el0_leave at EL1. */
uint64_t el0_enter(uint64_t entry, uint64_t argument, uint64_t count);
void el0_leave(void);

/* The program: gives its argument to SVC EL0_CALL, and what that answers again, count times. It runs at any address. */
void el0_program(void);
#endif

#endif
