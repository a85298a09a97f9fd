/* SPDX-License-Identifier: MIT */
/* The generic timer of EL1 (manual D11): a virtual and a physical timer over one counter. */
#ifndef CPU_ARM64_TIMER_H
#define CPU_ARM64_TIMER_H

#include "cpu/arm64/arm64.h"

enum arm64_timer { TIMER_VIRTUAL, TIMER_PHYSICAL };

/* CNT*_CTL_EL0 bits. */
enum { CNT_ENABLE = 1, CNT_IMASK = 2, CNT_ISTATUS = 4 };

/* The counter; clock->now must be exact (cpu_sync). */
uint64_t timer_count(const struct arm64 *c);

uint64_t timer_read_ctl(const struct arm64 *c, enum arm64_timer t);
void timer_write_ctl(struct arm64 *c, enum arm64_timer t, uint64_t value);
void timer_write_compare(struct arm64 *c, enum arm64_timer t, uint64_t value);

void timer_init(struct arm64 *c);
void timer_reset(struct arm64 *c);

#endif
