/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_EXCEPTION_H
#define ROMS_LIB_EXCEPTION_H

#include <stdbool.h>
#include <stdint.h>

/* What start.S saves on every exception; FP and SIMD registers are not, so nothing on the way may use them. */
struct frame {
    uint64_t x[31], elr, spsr, sp;
};

/* Called by start.S; vector is the number of the entry taken, 0 to 15. */
void exception_take(unsigned vector, struct frame *frame);

/* A program that causes synchronous exceptions on purpose sets this; true means handled, go on at frame->elr. */
extern bool (*exception_hook)(struct frame *frame);

void psci_power_off(void) __attribute__((noreturn));

#endif
