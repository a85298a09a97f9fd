/* SPDX-License-Identifier: MIT */
/* MRS and MSR: the table of sysregs.def and the functions behind its SPECIAL rows. */
#include "cpu/arm64/sysreg.h"

#include "cpu/arm64/cluster.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/debug.h"
#include "cpu/arm64/handler.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/timer.h"
#include "cpu/timing/memory.h"

enum { R = 1, W = 2, RW = 3 };

struct sysreg {
    uint32_t code;                /* op0:op1:CRn:CRm:op2 as in the instruction word, bits 20..5 */
    const char *name;
    uint8_t el0, el1;             /* R, W */
    bool constant;
    bool live;                    /* its value depends on the time */
    bool counter;                 /* of the performance monitors; value is an enum pmu_register */
    uint32_t offset;              /* of a stored register; 0: get and set (no stored register is at offset 0) */
    uint64_t value;               /* of a constant; the writable bits of a stored register */
    void (*changed)(struct arm64 *c);   /* of a stored register: whom to tell after a write; may be NULL */
    uint64_t (*get)(struct arm64 *c);
    void (*set)(struct arm64 *c, uint64_t value);
};

#define GET(name) static uint64_t get_##name(struct arm64 *c)
#define SET(name) static void set_##name(OP_UNUSED struct arm64 *c, OP_UNUSED uint64_t value)
#define GET_CONSTANT(name, number) static uint64_t get_##name(struct arm64 *c) { (void)c; return number; }

GET_CONSTANT(none, 0)
GET_CONSTANT(zero, 0)
SET(none) { }
SET(ignore) { }

GET(mpidr) { return c->mpidr; }

/* ---- what depends on the core's options ---- */

enum { ISAR_AES_PMULL_SHA = 2 << 4 | 1 << 8 | 1 << 12, ISAR_CRC32 = 1 << 16, ISAR5_SEVL = 1 };

GET(isar0) { return ISAR_CRC32 | (c->has_crypto ? ISAR_AES_PMULL_SHA : 0); }
GET(isar5) { return ISAR5_SEVL | get_isar0(c); }   /* the fields of AArch32 are in the same places */

/* ---- translation: a change of any of these voids what was cached ---- */

GET(sctlr) { return c->sctlr_el1; }
SET(sctlr)
{
    value &= ~SCTLR_RES0;
    uint64_t changed = c->sctlr_el1 ^ value;
    c->sctlr_el1 = value;
    if (changed & (SCTLR_M | SCTLR_A | SCTLR_WXN | SCTLR_EE))   /* EE: of descriptors too */
        mmu_flush_all(c);
    if (changed & (SCTLR_EE | SCTLR_E0E))
        mmu_switch(c);
}

GET(cpacr) { return c->cpacr_el1; }
SET(cpacr)
{
    c->cpacr_el1 = value & 0x00300000;   /* FPEN; no trace registers to trap */
    mmu_switch(c);
}

GET(ttbr0) { return c->ttbr0_el1; }
SET(ttbr0)
{
    c->ttbr0_el1 = value;
    mmu_switch(c);
}

GET(ttbr1) { return c->ttbr1_el1; }
SET(ttbr1)
{
    c->ttbr1_el1 = value;
    mmu_switch(c);
}

GET(tcr) { return c->tcr_el1; }
SET(tcr)
{
    bool is_new = c->tcr_el1 != value;
    c->tcr_el1 = value;
    if (is_new)
        mmu_flush_all(c);
    mmu_switch(c);
}

GET(mair) { return c->mair_el1; }
SET(mair)
{
    if (c->mair_el1 != value)
        mmu_flush_all(c);
    c->mair_el1 = value;
}

/* ---- PSTATE ---- */

GET(nzcv) { return arm64_nzcv(c); }
SET(nzcv) { arm64_set_nzcv(c, (uint32_t)value); }
GET(daif) { return (uint64_t)c->daif << 6; }
SET(daif)
{
    c->daif = (uint8_t)bits(value, 9, 6);
    mmu_switch(c);   /* D decides about software step */
    arm64_interrupts_changed(c);
}
GET(current_el) { return (uint64_t)c->el << 2; }
GET(spsel) { return c->sp_select; }
SET(spsel) { arm64_select_stack(c, c->el, value & 1); }
GET(sp_el0) { return c->sp_el0; }
SET(sp_el0) { c->sp_el0 = value; }
GET(isr) { return (uint64_t)c->irq_line << 7 | (uint64_t)c->fiq_line << 6; }

/* ---- caches: lines of 64 bytes; sizes and ways are the core's settings (TRM 4.3.22) ---- */

enum { CSSELR_L1D = 0, CSSELR_L1I = 1, CSSELR_L2 = 2 };
enum { CCSIDR_RA = 2, CCSIDR_RA_WA_WB = 7, CCSIDR_LINE_64 = 2 };

static uint32_t ccsidr_of(uint32_t policy, uint32_t size, uint32_t ways)
{
    uint32_t sets = size / (ways * MEMORY_LINE);
    return policy << 28 | (sets - 1) << 13 | (ways - 1) << 3 | CCSIDR_LINE_64;
}

void arm64_set_caches(struct arm64 *c, const struct core_settings *s)
{
    c->ccsidr_el1[CSSELR_L1D] = ccsidr_of(CCSIDR_RA_WA_WB, s->l1d_size, s->l1d_ways);
    c->ccsidr_el1[CSSELR_L1I] = ccsidr_of(CCSIDR_RA, s->l1i_size, s->l1i_ways);
    c->ccsidr_el1[CSSELR_L2] = ccsidr_of(CCSIDR_RA_WA_WB, s->l2_size, s->l2_ways);
}

GET_CONSTANT(ctr, 0x84448004)
GET(ccsidr) { return c->csselr_el1 < ARRAY_SIZE(c->ccsidr_el1) ? c->ccsidr_el1[c->csselr_el1] : 0; }
GET(dczid) { return 4 | (c->el == 0 && !(c->sctlr_el1 & SCTLR_DZE) ? 1u << 4 : 0); }   /* 64 bytes; DZP where EL0 may not */

/* L2 data RAM latencies as out of reset; the number of cores less one, of which a Cortex-A53 has four at most (TRM 4.3.58). */
GET(l2ctlr)
{
    unsigned others = 0;
    for (const struct arm64 *p = cluster_next(c); p != c && others < 3; p = cluster_next(p))
        others++;
    return 0x00000022 | others << 24;
}

/* ---- debug ---- */

/* Software step, breakpoints or watchpoints may be switched on or off by the write of any of these. */
static void debug_written(struct arm64 *c)
{
    debug_changed(c);
    mmu_switch(c);
}

SET(oslar)
{
    c->oslsr_el1 = value & 1;
    debug_written(c);
}

/* Tags by which an external debugger and its target agree who uses what. */
GET_CONSTANT(claim_all, 0xff)
GET(claimed) { return c->dbgclaim_el1; }
SET(claim) { c->dbgclaim_el1 |= value & 0xff; }
SET(unclaim) { c->dbgclaim_el1 &= ~value; }
GET(oslsr) { return 0x8 | c->oslsr_el1 << 1; }

/* ---- generic timer ---- */

GET_CONSTANT(cntfrq, ARM64_COUNTER_HZ)
GET(count) { return timer_count(c); }
GET(cntv_tval) { return (uint32_t)(c->cntv_cval - timer_count(c)); }
SET(cntv_tval) { timer_write_compare(c, TIMER_VIRTUAL, timer_count(c) + (uint64_t)sext(value, 32)); }
GET(cntv_ctl) { return timer_read_ctl(c, TIMER_VIRTUAL); }
SET(cntv_ctl) { timer_write_ctl(c, TIMER_VIRTUAL, value); }
GET(cntv_cval) { return c->cntv_cval; }
SET(cntv_cval) { timer_write_compare(c, TIMER_VIRTUAL, value); }
GET(cntp_tval) { return (uint32_t)(c->cntp_cval - timer_count(c)); }
SET(cntp_tval) { timer_write_compare(c, TIMER_PHYSICAL, timer_count(c) + (uint64_t)sext(value, 32)); }
GET(cntp_ctl) { return timer_read_ctl(c, TIMER_PHYSICAL); }
SET(cntp_ctl) { timer_write_ctl(c, TIMER_PHYSICAL, value); }
GET(cntp_cval) { return c->cntp_cval; }
SET(cntp_cval) { timer_write_compare(c, TIMER_PHYSICAL, value); }

/* ---- the table ---- */

#define CODE(op0, op1, crn, crm, op2) ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))
#define CONSTANT(op0, op1, crn, crm, op2, label, number) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el1 = R, .constant = true, .value = number },
#define STORED(op0, op1, crn, crm, op2, label, member, writable) STORED_EL0(op0, op1, crn, crm, op2, label, member, writable, 0)
#define STORED_EL0(op0, op1, crn, crm, op2, label, member, writable, user) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el0 = user, .el1 = RW, .offset = offsetof(struct arm64, member), \
      .value = (uint64_t)(int64_t)(writable) },
#define DEBUG(op0, op1, crn, crm, op2, label, member, writable) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el1 = RW, .offset = offsetof(struct arm64, member), \
      .value = (uint64_t)(int64_t)(writable), .changed = debug_written },
#define SPECIAL(op0, op1, crn, crm, op2, label, user, kernel, getter, setter) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el0 = user, .el1 = kernel, \
      .get = get_##getter, .set = set_##setter },
#define LIVE(op0, op1, crn, crm, op2, label, user, kernel, getter, setter) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el0 = user, .el1 = kernel, .live = true, \
      .get = get_##getter, .set = set_##setter },
#define COUNTER(op0, op1, crn, crm, op2, label, user, kernel, reg) \
    { .code = CODE(op0, op1, crn, crm, op2), .name = #label, .el0 = user, .el1 = kernel, .counter = true, .value = reg },

#define ABSENT(op0, op1, crn, crm, op2, label)

static const struct sysreg sysregs[] = {
#include "cpu/arm64/sysregs.def"
};

/* ID registers that are not allocated yet read as zero (D13.1.2: op0 3, op1 0, CRn 0, CRm 2 to 7). */
static const struct sysreg reserved_id = { .name = "reserved ID", .el1 = R, .constant = true };

static const struct sysreg *find_sysreg(uint32_t insn)
{
    uint32_t code = (uint32_t)bits(insn, 20, 5);
    for (unsigned i = 0; i < ARRAY_SIZE(sysregs); i++)
        if (sysregs[i].code == code)
            return &sysregs[i];
    bool is_id = code >> 7 == CODE(3, 0, 0, 0, 0) >> 7 && bits(code, 6, 3) >= 2 && bits(code, 6, 3) <= 7;
    return is_id ? &reserved_id : NULL;
}

/* ---- access from EL0 that EL1 has a say in: trapped with the instruction in the syndrome (D13.2.37, EC 0x18) ---- */

static bool el0_denied(const struct arm64 *c, uint32_t code)
{
    if (c->el)
        return false;
    switch (code) {
    case CODE(2, 3, 0, 1, 0):
    case CODE(2, 3, 0, 4, 0):
    case CODE(2, 3, 0, 5, 0): return c->mdscr_el1 & MDSCR_TDCC;
    case CODE(3, 3, 0, 0, 1): return !(c->sctlr_el1 & SCTLR_UCT);
    case CODE(3, 3, 4, 2, 1): return !(c->sctlr_el1 & SCTLR_UMA);
    case CODE(3, 3, 14, 0, 0): return !(c->cntkctl_el1 & 3);
    case CODE(3, 3, 14, 0, 1): return !(c->cntkctl_el1 & 1);
    case CODE(3, 3, 14, 0, 2): return !(c->cntkctl_el1 & 2);
    case CODE(3, 3, 14, 2, 0):
    case CODE(3, 3, 14, 2, 1):
    case CODE(3, 3, 14, 2, 2): return !(c->cntkctl_el1 & 1 << 9);
    case CODE(3, 3, 14, 3, 0):
    case CODE(3, 3, 14, 3, 1):
    case CODE(3, 3, 14, 3, 2): return !(c->cntkctl_el1 & 1 << 8);
    default: return false;
    }
}

/* SP_EL0 has another name while it is the stack pointer in use (C5.2.17). */
static bool is_undefined_now(const struct arm64 *c, uint32_t code)
{
    return code == CODE(3, 0, 4, 1, 0) && !c->sp_select;
}

uint32_t sysreg_syndrome(uint32_t insn)
{
    return (uint32_t)(bits(insn, 20, 19) << 20 | bits(insn, 7, 5) << 17 | bits(insn, 18, 16) << 14 | bits(insn, 15, 12) << 10 |
                      bits(insn, 4, 0) << 5 | bits(insn, 11, 8) << 1 | bit(insn, 21));
}

/* ---- handlers; imm is the register's value, its offset in struct arm64, or its row ---- */

#define ROW (&sysregs[o->imm])

HANDLER(mrs_constant) { c->x[o->rd] = (uint64_t)o->imm; NEXT; }
HANDLER(mrs_stored) { c->x[o->rd] = *(const uint64_t *)((const char *)c + o->imm); NEXT; }
HANDLER(mrs_fpcr) { c->x[o->rd] = c->fpcr; NEXT; }
HANDLER(mrs_fpsr) { c->x[o->rd] = c->fpsr; NEXT; }
HANDLER(msr_fpcr) { c->fpcr = (uint32_t)c->x[o->rn] & 0x07c00000; NEXT; }
HANDLER(msr_fpsr) { c->fpsr = (uint32_t)c->x[o->rn] & 0x0800009f; NEXT; }
HANDLER(mrs_nzcv) { c->x[o->rd] = arm64_nzcv(c); NEXT; }
HANDLER(msr_nzcv) { arm64_set_nzcv(c, (uint32_t)c->x[o->rn]); NEXT; }

HANDLER(msr_stored)
{
    uint64_t *reg = (uint64_t *)((char *)c + ROW->offset);
    *reg = (*reg & ~ROW->value) | (c->x[o->rn] & ROW->value);
    NEXT;
}

/* As with a special register below, the next instruction may be concerned. */
HANDLER(msr_told)
{
    uint64_t *reg = (uint64_t *)((char *)c + ROW->offset);
    cpu_sync(&c->cpu, o, b);
    cpu_leave(&c->cpu, o, b);
    c->cpu.pc += 4;
    *reg = (*reg & ~ROW->value) | (c->x[o->rn] & ROW->value);
    ROW->changed(c);
    LEAVE;
}

HANDLER(mrs_special)
{
    if (is_undefined_now(c, ROW->code))
        return arm64_undefined(c, o, b);
    if (el0_denied(c, ROW->code))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    if (ROW->live)
        cpu_sync(&c->cpu, o, b);
    c->x[o->rd] = ROW->get(c);
    NEXT;
}

/* What a write changes may be how the next instruction is found or whether an interrupt is due, so the block is left. */
HANDLER(msr_special)
{
    if (is_undefined_now(c, ROW->code))
        return arm64_undefined(c, o, b);
    if (el0_denied(c, ROW->code))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    cpu_sync(&c->cpu, o, b);
    cpu_leave(&c->cpu, o, b);
    c->cpu.pc += 4;
    ROW->set(c, c->x[o->rn]);
    LEAVE;
}

/* Counters are exact where a block ends, so the block is left before they are looked at. */
HANDLER(mrs_counter)
{
    if (!c->el && pmu_keeps_from_user(c, (unsigned)ROW->value, false))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    cpu_sync(&c->cpu, o, b);
    cpu_leave(&c->cpu, o, b);
    c->cpu.pc += 4;
    c->x[o->rd] = pmu_read(c, (unsigned)ROW->value);
    LEAVE;
}

HANDLER(msr_counter)
{
    if (!c->el && pmu_keeps_from_user(c, (unsigned)ROW->value, true))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    cpu_sync(&c->cpu, o, b);
    cpu_leave(&c->cpu, o, b);
    c->cpu.pc += 4;
    pmu_write(c, (unsigned)ROW->value, c->x[o->rn]);
    LEAVE;
}

enum { CODE_FPCR = CODE(3, 3, 4, 4, 0), CODE_FPSR = CODE(3, 3, 4, 4, 1), CODE_NZCV = CODE(3, 3, 4, 2, 0) };

/* FPCR and FPSR trap like any FP instruction. */
static bool decode_fp_control(struct op *o, uint32_t insn, uint32_t mode, handler *fpcr, handler *fpsr)
{
    o->run = mode & MODE_FP_TRAPPED ? decode_fp_trap_handler() : bits(insn, 20, 5) == CODE_FPCR ? fpcr : fpsr;
    return true;
}

DECODE(mrs)
{
    uint32_t code = (uint32_t)bits(insn, 20, 5);
    o->rd = reg_dst(RD);
    if (code == CODE_FPCR || code == CODE_FPSR)
        return decode_fp_control(o, insn, mode, mrs_fpcr, mrs_fpsr);
    const struct sysreg *reg = find_sysreg(insn);
    if (!reg || !((mode & MODE_EL1 ? reg->el1 : reg->el0) & R))
        return false;
    if (reg->constant) {
        o->imm = (int64_t)reg->value;
        o->run = mrs_constant;
    } else if (reg->offset) {
        o->imm = reg->offset;
        o->run = mrs_stored;
    } else {
        o->imm = reg - sysregs;
        o->run = code == CODE_NZCV ? mrs_nzcv : reg->counter ? mrs_counter : mrs_special;
    }
    return true;
}

DECODE(msr)
{
    uint32_t code = (uint32_t)bits(insn, 20, 5);
    o->rn = reg_src(RD);
    if (code == CODE_FPCR || code == CODE_FPSR)
        return decode_fp_control(o, insn, mode, msr_fpcr, msr_fpsr);
    const struct sysreg *reg = find_sysreg(insn);
    if (!reg || !((mode & MODE_EL1 ? reg->el1 : reg->el0) & W))
        return false;
    o->imm = reg - sysregs;
    if (reg->changed)
        o->run = msr_told;
    else
        o->run = reg->offset ? msr_stored : code == CODE_NZCV ? msr_nzcv : reg->counter ? msr_counter : msr_special;
    return true;
}
