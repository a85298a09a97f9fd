/* SPDX-License-Identifier: MIT */
/* Addressing modes (manual C1.3.3), shared by the loads and stores of general and of SIMD&FP registers. */
#ifndef CPU_ARM64_ADDRESSING_H
#define CPU_ARM64_ADDRESSING_H

#include "cpu/arm64/handler.h"

enum { MODE_OFF, MODE_POST, MODE_PRE, MODE_REGX, MODE_UXTW, MODE_SXTW, MODES };

#define BASE  c->x[o->rn]
#define IMM   ((uint64_t)o->imm)
#define INDEX c->x[o->rm]

/* SP as a base must be 16-aligned when SCTLR_EL1.SA says so. Handlers with SP as base send a misaligned one the slow way, where
   arm64_load and arm64_store look at SCTLR. */
#define BASE_CHECK_any
#define BASE_CHECK_sp                                     \
    if (!slow && unlikely(c->x[REG_SP] & 15))             \
        return retry(&c->cpu, o, b);

/* Addressing modes: where the access goes, and what becomes of the base register afterwards. */
#define ADDRESS_off(base)  (BASE + IMM)
#define ADDRESS_post(base) BASE
#define ADDRESS_pre(base)  (BASE + IMM)
#define ADDRESS_regx(base) (BASE + (INDEX << o->sh))
#define ADDRESS_uxtw(base) (BASE + ((uint64_t)(uint32_t)INDEX << o->sh))
#define ADDRESS_sxtw(base) (BASE + ((uint64_t)(int64_t)(int32_t)INDEX << o->sh))
#define UPDATE_off
#define UPDATE_post BASE = va + IMM;
#define UPDATE_pre  BASE = va;
#define UPDATE_regx
#define UPDATE_uxtw
#define UPDATE_sxtw

/* By the option field of a register-indexed access; -1: unallocated. */
static inline int addressing_index_mode(uint32_t insn)
{
    static const int8_t modes[8] = { -1, -1, MODE_UXTW, MODE_REGX, -1, -1, MODE_SXTW, MODE_REGX };
    return modes[bits(insn, 15, 13)];
}

#endif
