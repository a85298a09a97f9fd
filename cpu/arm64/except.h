/* SPDX-License-Identifier: MIT */
/* Exceptions to EL1 (manual D1.10) with exact syndromes, and the return from them. */
#ifndef CPU_ARM64_EXCEPT_H
#define CPU_ARM64_EXCEPT_H

#include "cpu/arm64/arm64.h"

/* ESR_ELx.EC (manual D13.2.37). */
enum exception_class {
    EC_UNKNOWN = 0x00, EC_WFX = 0x01, EC_FP_TRAP = 0x07, EC_ILLEGAL = 0x0e, EC_SVC = 0x15, EC_HVC = 0x16, EC_SYSREG = 0x18,
    EC_INSN_ABORT_LOWER = 0x20, EC_INSN_ABORT = 0x21, EC_PC_ALIGN = 0x22, EC_DATA_ABORT_LOWER = 0x24, EC_DATA_ABORT = 0x25,
    EC_SP_ALIGN = 0x26, EC_BREAKPOINT_LOWER = 0x30, EC_BREAKPOINT = 0x31, EC_STEP_LOWER = 0x32, EC_STEP = 0x33,
    EC_WATCHPOINT_LOWER = 0x34, EC_WATCHPOINT = 0x35, EC_BRK = 0x3c
};

/* IFSC and DFSC of a debug exception. */
enum { FAULT_DEBUG = 0x22 };

enum exception_vector { VECTOR_SYNC = 0x000, VECTOR_IRQ = 0x080, VECTOR_FIQ = 0x100, VECTOR_SERROR = 0x180 };

/* Takes an exception to EL1 whose preferred return address is cpu->pc. */
void arm64_exception(struct arm64 *c, enum exception_vector vector);

/* From a handler: synchronous exception of op o. `iss` is ESR.ISS; IL is set (all A64 instructions are 32 bits). The return
   address is o itself, or the next instruction for those that the manual lets complete (SVC, HVC). Returns NULL for the
   handler to return. */
const struct op *arm64_raise(struct arm64 *c, const struct op *o, const struct block *b, enum exception_class ec, uint32_t iss);

/* UNDEFINED: what is unallocated raises this, never anything silent. */
const struct op *arm64_undefined(struct arm64 *c, const struct op *o, const struct block *b);

void arm64_exception_return(struct arm64 *c);

/* Is software step active (D2.12)? One instruction is executed while PSTATE.SS is 1, then comes the exception. */
bool arm64_steps(const struct arm64 *c);

/* PSTATE as SPSR_EL1 has it, and back; pstate_set switches EL, stack pointer and TLB bank. */
uint32_t arm64_pstate(const struct arm64 *c);
void arm64_set_pstate(struct arm64 *c, uint32_t spsr);

/* Changes EL and PSTATE.SP, with the stack pointer that belongs to them; the caller sees to mmu_switch. */
void arm64_select_stack(struct arm64 *c, unsigned el, bool sp_select);

/* NZCV in bits 31..28. */
uint32_t arm64_nzcv(const struct arm64 *c);
void arm64_set_nzcv(struct arm64 *c, uint32_t nzcv);

/* An interrupt line, the mask or the wake-up state changed: look at the next block end. */
void arm64_interrupts_changed(struct arm64 *c);

/* The cpu class's `interrupt`: wakes the core, takes the interrupt if one is unmasked. */
void arm64_take_interrupt(struct cpu *cpu);

#endif
