/* SPDX-License-Identifier: MIT */
/* Looking at a stopped machine's cores from outside, as a debugger does. Nothing changes by it: no time, no counter, no
   translation kept. */
#ifndef BOARDS_LOOK_H
#define BOARDS_LOOK_H

#include "base/types.h"

struct machine;

/* What the EL1&0 translation is steered by. A copy may be changed to look into another process. */
struct look_tables {
    uint64_t ttbr0, ttbr1, tcr;
    bool is_on;               /* SCTLR_EL1.M; while off, addresses are physical */
};

struct look_core {
    uint64_t x[31], sp;
    gva_t pc;                 /* of the next instruction */
    unsigned el;              /* 0 or 1 */
    gva_t last;               /* of the last instruction executed: a branch, or what ended its block */
    unsigned last_el;
    uint64_t vbar, contextidr, tpidr_el1, sp_el0;
    struct look_tables tables;
};

void look_at_core(const struct machine *machine, unsigned number, struct look_core *core);

/* A core's cycles since power on, and how many of them it slept through or was switched off. */
uint64_t look_at_cycles(const struct machine *machine, unsigned number, uint64_t *idle);

/* The virtual time of a cycle, and the first cycle at or after a virtual time. */
tick_t look_time_of(const struct machine *machine, uint64_t cycle);
uint64_t look_cycle_at(const struct machine *machine, tick_t at);

/* Where a virtual address is, whatever its permissions. False: nowhere. */
bool look_translate(const struct machine *machine, const struct look_tables *tables, gva_t va, gpa_t *pa);

/* The bytes at a virtual address, up to the end of its 4 KiB page. NULL: not mapped, or not RAM. Valid until the machine
   runs. */
const uint8_t *look_at_memory(const struct machine *machine, const struct look_tables *tables, gva_t va);

#endif
