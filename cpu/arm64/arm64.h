/* SPDX-License-Identifier: MIT */
/* The state of an Armv8.0-A AArch64 core (DDI 0487, "the manual" in this folder) with EL1 and EL0. */
#ifndef CPU_ARM64_ARM64_H
#define CPU_ARM64_ARM64_H

#include "bus/irq.h"
#include "bus/state.h"
#include "cpu/arm64/pmu.h"
#include "cpu/cpu.h"

/* Slots of the register file behind X0..X30. Decoding picks the slot, so no handler asks "is this register 31". */
enum { REG_SP = 31, REG_ZR = 32 /* reads 0 */, REG_SINK = 33 /* writes to XZR */, REG_COUNT };

/* One SIMD&FP register. Lane i of b, h, s is at index LANE_B(i), LANE_H(i), LANE_S(i), so that a big-endian host sees the same
   lanes. */
union vreg {
    uint64_t d[2];
    uint32_t s[4];
    uint16_t h[8];
    uint8_t b[16];
};

#if HOST_LE
#define LANE_B(i) (i)
#define LANE_H(i) (i)
#define LANE_S(i) (i)
#else
#define LANE_B(i) ((i) ^ 7)
#define LANE_H(i) ((i) ^ 3)
#define LANE_S(i) ((i) ^ 1)
#endif

/* Lane i of that type, where the type is a parameter. */
#define LANE_OF(type, i) (HOST_LE ? (i) : (i) ^ (8 / sizeof(type) - 1))

struct arm64_mmu;

struct arm64 {
    union {
        struct cpu cpu;
        uint64_t x[REG_COUNT];
    };

    /* Condition flags, each where its computation leaves it: N is bit 63 of nf, Z is "zf == 0", C is 0 or 1, V is bit 63 of
       vf. */
    uint64_t nf, zf, cf, vf;
    uint64_t loaded;              /* what the slow way of a load brought */
    uint64_t loaded_high;         /* bytes 8..15 of a 16-byte access */
    struct tlb_bank *user_tlb;    /* what EL0 may do in this address space: LDTR, STTR */

    /* The exclusive monitor (manual B2.9): the virtual address and what was loaded from it; valid while exclusive_size is not
       0. Another core that executes sets that to 0 (cluster.c). */
    uint64_t exclusive_va;
    uint64_t exclusive_value[2];
    uint32_t exclusive_size;

    uint32_t fpcr, fpsr;
    union vreg v[32] __attribute__((aligned(16)));

    /* PSTATE without NZCV. */
    uint8_t el;                   /* 0 or 1 */
    bool sp_select;               /* PSTATE.SP */
    uint8_t daif;                 /* bit 3 D, 2 A, 1 I, 0 F */
    bool step, illegal;           /* PSTATE.SS, PSTATE.IL */
    bool stepping, step_exclusive; /* software step: the one instruction is being executed; the last one was a load-exclusive */
    uint64_t sp_el0, sp_el1;      /* the one in use lives in x[REG_SP] */

    /* System registers; named as in the manual. */
    uint64_t sctlr_el1, actlr_el1, cpacr_el1, ttbr0_el1, ttbr1_el1, tcr_el1, mair_el1, amair_el1, vbar_el1, contextidr_el1;
    uint64_t esr_el1, far_el1, afsr0_el1, afsr1_el1, elr_el1, spsr_el1, par_el1;
    uint64_t tpidr_el0, tpidrro_el0, tpidr_el1, csselr_el1, cntkctl_el1, mdscr_el1, osdlr_el1, oslsr_el1, dbgprcr_el1;
    uint64_t dbgbvr[6], dbgbcr[6], dbgwvr[4], dbgwcr[4];
    bool breaks, watches;         /* some breakpoint, some watchpoint is switched on; follows from the registers */
    uint64_t mdccint_el1, osdtrrx_el1, osdtrtx_el1, oseccr_el1, dbgclaim_el1;
    uint64_t cpuactlr_el1, cpuectlr_el1, l2ectlr_el1, l2actlr_el1;
    uint32_t ccsidr_el1[3];   /* by CSSELR_EL1; the core's own, not state */
    bool has_crypto;          /* the same */

    /* Generic timer (manual D11): physical and virtual, EL1. */
    uint64_t cntv_cval, cntp_cval;
    uint32_t cntv_ctl, cntp_ctl;
    struct event timer_event[2];
    struct irq timer_irq[2];      /* 0 virtual (PPI 27), 1 physical (PPI 30) */

    struct pmu pmu;

    bool irq_line, fiq_line;
    bool event_register;          /* of WFE */
    bool waits_for_event;         /* asleep in WFE; otherwise a core that is halted waits for an interrupt … */
    bool is_off;                  /* … or is switched off */
    struct event stream_event;    /* the timer's event stream ends a WFE */
    bool notes_zeroes;            /* the stores under way are those of DC ZVA, which tells the timing model itself */

    struct arm64_mmu *mmu;
    const char *id;               /* for guest_log */
    uint64_t mpidr;

    /* PSCI calls by HVC end in the board: the core that calls, function number and arguments; the result goes to X0. */
    uint64_t (*firmware)(void *board, struct arm64 *caller, const uint64_t args[4]);
    void *board;
};

static inline struct arm64 *arm64_of(struct cpu *cpu)
{
    return (struct arm64 *)cpu;
}

#endif
