/* SPDX-License-Identifier: MIT */
/* SCTLR_EL1 and the other system register bits that several files look at (manual D13). */
#ifndef CPU_ARM64_SYSREG_H
#define CPU_ARM64_SYSREG_H

#include "cpu/arm64/arm64.h"

enum {
    SCTLR_M = 1 << 0, SCTLR_A = 1 << 1, SCTLR_C = 1 << 2, SCTLR_SA = 1 << 3, SCTLR_SA0 = 1 << 4, SCTLR_UMA = 1 << 9,
    SCTLR_I = 1 << 12, SCTLR_DZE = 1 << 14, SCTLR_UCT = 1 << 15, SCTLR_NTWI = 1 << 16, SCTLR_NTWE = 1 << 18,
    SCTLR_WXN = 1 << 19, SCTLR_E0E = 1 << 24, SCTLR_EE = 1 << 25, SCTLR_UCI = 1 << 26
};

/* What a register of 32 bits does not have. */
#define SCTLR_RES0 (~0xffffffffull)

/* Is data big-endian at the current exception level? Accesses with the rights of EL0 at EL1 are EL1's (D13.2.118, E0E). */
static inline bool sysreg_is_big_endian(const struct arm64 *c)
{
    return c->sctlr_el1 & (c->el ? SCTLR_EE : SCTLR_E0E);
}

enum { MDSCR_SS = 1 << 0, MDSCR_TDCC = 1 << 12, MDSCR_KDE = 1 << 13, MDSCR_MDE = 1 << 15 };

enum { DAIF_D = 8, DAIF_A = 4, DAIF_I = 2, DAIF_F = 1 };

/* Cortex-A53: 40-bit physical addresses, 64-byte lines. */
enum { ARM64_PA_BITS = 40, ARM64_LINE = 64 };

/* How the register file's generic timer sees time: counts of 62.5 MHz, as on QEMU's virt board. */
enum { ARM64_COUNTER_HZ = 62500000 };

/* ESR_EL1.ISS of a trapped MRS, MSR or system instruction (EC 0x18). */
uint32_t sysreg_syndrome(uint32_t insn);

#endif
