/* SPDX-License-Identifier: MIT */
/* System instructions: exceptions, hints, barriers, PSTATE, cache and TLB maintenance, address translation (manual C5, C6). */
#include "cpu/arm64/cluster.h"
#include "cpu/arm64/handler.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "cpu/timing/timing.h"

/* Leaves the block behind this op: what it changed may concern the next instruction. */
#define LEAVE_BEHIND                \
    do {                            \
        cpu_leave(&c->cpu, o, b);   \
        c->cpu.pc += 4;             \
        LEAVE;                      \
    } while (0)

/* ---- exceptions ---- */

#ifndef ENGINE_TIMED
COLD_HANDLER(undefined) { return arm64_undefined(c, o, b); }
COLD_HANDLER(fp_trap) { return arm64_raise(c, o, b, EC_FP_TRAP, 1u << 24 | 0xeu << 20); }   /* CV, COND always */
#endif
HANDLER(svc) { return arm64_raise(c, o, b, EC_SVC, (uint32_t)o->imm); }
COLD_HANDLER(brk) { return arm64_raise(c, o, b, EC_BRK, (uint32_t)o->imm); }

HANDLER(eret)
{
    cpu_leave(&c->cpu, o, b);
    arm64_exception_return(c);
    LEAVE;
}

/* PSCI (ARM DEN 0022) by HVC: the board answers. Registers X0..X3 go in, X0 comes back. */
COLD_HANDLER(hvc)
{
    if (!c->el || !c->firmware)
        return arm64_undefined(c, o, b);
    cpu_sync(&c->cpu, o, b);
    cpu_leave(&c->cpu, o, b);
    c->cpu.pc += 4;
    c->x[0] = c->firmware(c->board, c, c->x);
    LEAVE;
}

static bool decode_immediate(struct op *o, uint32_t insn, handler *run)
{
    o->imm = (int64_t)bits(insn, 20, 5);
    o->run = run;
    return true;
}

DECODE(svc) { return decode_immediate(o, insn, svc); }
DECODE(hvc) { return decode_immediate(o, insn, hvc); }
DECODE(smc) { return false; }   /* no EL3: UNDEFINED (D1.10.4) */
DECODE(brk) { return decode_immediate(o, insn, brk); }

DECODE(eret)
{
    o->run = eret;
    return mode & MODE_EL1;
}

/* ---- hints and barriers: one core executes at a time, and no cache lags behind, so every access is seen by all in the order of
   the programs, and barriers are no-ops ---- */

HANDLER(nop) { NEXT; }

HANDLER(wfi)
{
    if (!c->el && !(c->sctlr_el1 & SCTLR_NTWI))
        return arm64_raise(c, o, b, EC_WFX, 1u << 24 | 0xeu << 20);
    if (!c->irq_line && !c->fiq_line)
        c->cpu.halted = true;
    LEAVE_BEHIND;
}

COLD_HANDLER(wfe_waits)
{
    cpu_sync(&c->cpu, o, b);
    cluster_wait_for_event(c);
    LEAVE_BEHIND;
}

/* WFE may end early for any reason (D1.17.1); that of a core alone always does, because only itself could send the event. */
HANDLER(wfe)
{
    if (!c->el && !(c->sctlr_el1 & SCTLR_NTWE) && !c->event_register)
        return arm64_raise(c, o, b, EC_WFX, 1u << 24 | 0xeu << 20 | 1);
    if (!c->event_register && !cluster_is_alone(c))
        TAIL(wfe_waits);
    c->event_register = false;
    NEXT;
}

HANDLER(sevl) { c->event_register = true; NEXT; }

HANDLER(sev)
{
    if (!cluster_is_alone(c))
        cpu_sync(&c->cpu, o, b);
    cluster_event_all(c);
    NEXT;
}

HANDLER(clrex) { c->exclusive_size = 0; NEXT; }
HANDLER(isb) { LEAVE_BEHIND; }

DECODE(hint)
{
    unsigned number = (unsigned)bits(insn, 11, 5);
    o->run = number == 2 ? wfe : number == 3 ? wfi : number == 4 ? sev : number == 5 ? sevl : nop;
    return true;
}

DECODE(clrex) { o->run = clrex; return true; }
DECODE(dsb) { o->run = nop; return true; }
DECODE(dmb) { o->run = nop; return true; }
DECODE(isb) { o->run = isb; return true; }

/* ---- MSR immediate ---- */

HANDLER(msr_spsel)
{
    arm64_select_stack(c, c->el, o->imm & 1);
    LEAVE_BEHIND;
}

static bool daif_denied(const struct arm64 *c)
{
    return !c->el && !(c->sctlr_el1 & SCTLR_UMA);
}

/* D decides about software step, which only a debugger uses. */
COLD_HANDLER(daif_stepping)
{
    mmu_switch(c);
    LEAVE_BEHIND;
}

HANDLER(msr_daifset)
{
    if (daif_denied(c))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    c->daif |= (uint8_t)o->imm;
    arm64_interrupts_changed(c);
    if (unlikely(c->mdscr_el1 & MDSCR_SS))
        TAIL(daif_stepping);
    return block_chain(&c->cpu, o, b, 0, OUTCOME_NEXT);
}

HANDLER(msr_daifclr)
{
    if (daif_denied(c))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    c->daif &= (uint8_t)~o->imm;
    arm64_interrupts_changed(c);
    if (unlikely(c->mdscr_el1 & MDSCR_SS))
        TAIL(daif_stepping);
    return block_chain(&c->cpu, o, b, 0, OUTCOME_NEXT);
}

DECODE(msr_imm)
{
    unsigned field = (unsigned)(bits(insn, 18, 16) << 3 | bits(insn, 7, 5));
    o->imm = (int64_t)bits(insn, 11, 8);
    switch (field) {
    case 0x05: o->run = msr_spsel; return (mode & MODE_EL1) && RD == 31;
    case 0x1e: o->run = msr_daifset; return RD == 31;
    case 0x1f: o->run = msr_daifclr; return RD == 31;
    default: return false;
    }
}

/* ---- SYS: cache maintenance, address translation, TLB maintenance ---- */

enum { ISS_CM = 1 << 8, ISS_WNR = 1 << 6 };

/* DC and IC by address do nothing here, stores having dropped stale code already, but they fault like a load (D4.4.8). */
static bool maintain_address(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, enum mmu_access access,
                             gpa_t *pa)
{
    struct arm64_mapping m = { 0 };
    int fault = mmu_translate(c, va, c->el, access, &m);
    *pa = m.pa;
    if (fault == FAULT_NONE)
        return true;
    c->far_el1 = va;
    arm64_raise(c, o, b, c->el ? EC_DATA_ABORT : EC_DATA_ABORT_LOWER, (uint32_t)fault | ISS_CM | ISS_WNR);
    return false;
}

/* imm: enum memory_maintenance. */
HANDLER(cache_by_address)
{
    if (!c->el && !(c->sctlr_el1 & SCTLR_UCI))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    gva_t va = c->x[o->rn];
    const struct tlb_entry *e = tlb_entry(c->cpu.tlb, va);
    gpa_t pa = (e->mapped & PAGE_MASK) | (va & ~PAGE_MASK);
    if (!tlb_readable(e, va, 1) && !maintain_address(c, o, b, va, ACCESS_READ, &pa))
        LEAVE;
    if (ENGINE_KEEPS_TIME)
        timing_maintain(&c->cpu, o, b, (enum memory_maintenance)o->imm, pa);
    NEXT;
}

/* imm: the same. */
HANDLER(invalidate_fetch)
{
    if (ENGINE_KEEPS_TIME)
        timing_maintain(&c->cpu, o, b, (enum memory_maintenance)o->imm, 0);
    NEXT;
}

/* DC IVAC throws away what was written, so it needs the right to write. */
HANDLER(invalidate_by_address)
{
    gpa_t pa;
    gva_t va = c->x[o->rn];
    if (!maintain_address(c, o, b, va, ACCESS_WRITE, &pa) ||
        !arm64_unwatched(c, o, b, va & ~(gva_t)(ARM64_LINE - 1), ARM64_LINE, ISS_CM))
        LEAVE;
    if (ENGINE_KEEPS_TIME)
        timing_maintain(&c->cpu, o, b, MEMORY_INVALIDATE, pa);
    NEXT;
}

COLD_HANDLER(zva_slow)
{
    if (!c->el && !(c->sctlr_el1 & SCTLR_DZE))
        return arm64_raise(c, o, b, EC_SYSREG, sysreg_syndrome(o->insn));
    gva_t given = c->x[o->rn], va = given & ~(gva_t)(ARM64_LINE - 1);
    struct arm64_mapping m;
    if (mmu_translate(c, va, c->el, ACCESS_WRITE, &m) == FAULT_NONE && m.device) {
        c->far_el1 = given;
        return arm64_raise(c, o, b, c->el ? EC_DATA_ABORT : EC_DATA_ABORT_LOWER, FAULT_ALIGNMENT | ISS_WNR);
    }
    if (!arm64_unwatched(c, o, b, va, ARM64_LINE, 0))
        LEAVE;
    c->notes_zeroes = true;   /* to the timing model it is one access, not eight */
    for (unsigned i = 0; i < ARM64_LINE; i += 8)
        if (!arm64_store(c, o, b, va + i, 8, 0)) {
            c->notes_zeroes = false;
            c->far_el1 = given;
            LEAVE;
        }
    c->notes_zeroes = false;
    if (ENGINE_KEEPS_TIME && !m.device) {
        struct memory_page page;
        mmu_page(c, va, c->el, m.pa, m.global, m.size_bits, &page);
        timing_zero(&c->cpu, o, b, &page);
    }
    NEXT;
}

HANDLER(zva)
{
    gva_t va = c->x[o->rn] & ~(gva_t)(ARM64_LINE - 1);
    const struct tlb_entry *e = tlb_entry(c->cpu.tlb, va);
    if (unlikely(!tlb_writable(e, va, ARM64_LINE) || !(c->el || c->sctlr_el1 & SCTLR_DZE)))
        TAIL(zva_slow);
    memset(tlb_host(e, va), 0, ARM64_LINE);
    if (ENGINE_KEEPS_TIME) {
        struct memory_page page;
        mmu_page(c, va, c->el, (e->mapped & PAGE_MASK) | (va & ~PAGE_MASK), e->mapped & TLB_GLOBAL, (uint8_t)e->mapped, &page);
        timing_zero(&c->cpu, o, b, &page);
    }
    NEXT;
}

/* Device and Normal Non-cacheable memory is outer shareable whatever its descriptor says (D13.2.91). */
static unsigned par_shareability(const struct arm64_mapping *m)
{
    return m->device || m->attributes == 0x44 ? 2 : m->shareability;
}

/* AT (C5.3): imm bit 0 write, bit 1 EL0. The result, or the fault, goes to PAR_EL1 (D13.2.91). */
HANDLER(address_translate)
{
    struct arm64_mapping m;
    gva_t va = c->x[o->rn];
    int fault = mmu_translate(c, va, o->imm & 2 ? 0 : 1, o->imm & 1 ? ACCESS_WRITE : ACCESS_READ, &m);
    if (fault >= FAULT_EXTERNAL_WALK && fault < FAULT_EXTERNAL_WALK + 4) {   /* no answer, but an abort */
        c->far_el1 = va;
        return arm64_raise(c, o, b, EC_DATA_ABORT, (uint32_t)fault | ISS_CM | ISS_WNR);
    }
    if (fault == FAULT_NONE)
        c->par_el1 = (uint64_t)m.attributes << 56 | (m.pa & mask64(48) & PAGE_MASK) | 1u << 11 | 1u << 9 |
                     (uint64_t)par_shareability(&m) << 7;
    else
        c->par_el1 = 1u << 11 | (uint64_t)fault << 1 | 1;
    NEXT;
}

static void flush_all(struct arm64 *c, OP_UNUSED uint64_t operand) { mmu_flush_all(c); }
static void flush_asid(struct arm64 *c, uint64_t operand) { mmu_flush_asid(c, (uint16_t)(operand >> 48)); }

/* The operand has VA bits 55..12; the sign is bit 55. An ASID in it is not compared: forgetting too much is allowed. */
static void flush_va(struct arm64 *c, uint64_t operand) { mmu_flush_va(c, (gva_t)sext(operand << 12, 56)); }

/* imm: the instruction is for the inner shareable domain (…IS), which all cores are in. The others are between two blocks and
   obey at once, so the DSB that follows has nothing to wait for. */
static void flush(struct arm64 *c, const struct op *o, void (*flush_one)(struct arm64 *c, uint64_t operand))
{
    struct arm64 *core = c;
    do
        flush_one(core, c->x[o->rn]);
    while (o->imm && (core = cluster_next(core)) != c);
}

HANDLER(tlbi_all)
{
    flush(c, o, flush_all);
    LEAVE_BEHIND;
}

HANDLER(tlbi_asid)
{
    flush(c, o, flush_asid);
    LEAVE_BEHIND;
}

HANDLER(tlbi_va)
{
    flush(c, o, flush_va);
    if (c->cpu.timed)   /* the page in execution has to be fetched anew: at once, not whenever the core is looked at next */
        LEAVE_BEHIND;
    NEXT;
}

struct sys_row {
    uint16_t code;       /* op1:CRn:CRm:op2 */
    bool el0;            /* EL0 may, if SCTLR_EL1 agrees */
    handler *run;
    uint8_t imm;
};

#define SYS_CODE(op1, crn, crm, op2) ((op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static const struct sys_row sys_rows[] = {
    { SYS_CODE(0, 7, 1, 0), false, invalidate_fetch, MEMORY_INVALIDATE_FETCH_EVERYWHERE }, /* IC IALLUIS */
    { SYS_CODE(0, 7, 5, 0), false, invalidate_fetch, MEMORY_INVALIDATE_FETCH_ALL }, /* IC IALLU */
    { SYS_CODE(3, 7, 5, 1), true, cache_by_address, MEMORY_INVALIDATE_FETCH }, /* IC IVAU */
    { SYS_CODE(0, 7, 6, 1), false, invalidate_by_address, 0 }, /* DC IVAC */
    { SYS_CODE(0, 7, 6, 2), false, nop, 0 },                  /* DC ISW */
    { SYS_CODE(0, 7, 10, 2), false, nop, 0 },                 /* DC CSW */
    { SYS_CODE(0, 7, 14, 2), false, nop, 0 },                 /* DC CISW */
    { SYS_CODE(3, 7, 4, 1), true, zva, 0 },                   /* DC ZVA */
    { SYS_CODE(3, 7, 10, 1), true, cache_by_address, MEMORY_CLEAN },   /* DC CVAC */
    { SYS_CODE(3, 7, 11, 1), true, cache_by_address, MEMORY_CLEAN },   /* DC CVAU */
    { SYS_CODE(3, 7, 14, 1), true, cache_by_address, MEMORY_CLEAN_INVALIDATE }, /* DC CIVAC */
    { SYS_CODE(0, 7, 8, 0), false, address_translate, 0 },    /* AT S1E1R */
    { SYS_CODE(0, 7, 8, 1), false, address_translate, 1 },    /* AT S1E1W */
    { SYS_CODE(0, 7, 8, 2), false, address_translate, 2 },    /* AT S1E0R */
    { SYS_CODE(0, 7, 8, 3), false, address_translate, 3 },    /* AT S1E0W */
    { SYS_CODE(0, 8, 3, 0), false, tlbi_all, 1 },             /* TLBI VMALLE1IS, and without IS */
    { SYS_CODE(0, 8, 7, 0), false, tlbi_all, 0 },
    { SYS_CODE(0, 8, 3, 1), false, tlbi_va, 1 },              /* TLBI VAE1 */
    { SYS_CODE(0, 8, 7, 1), false, tlbi_va, 0 },
    { SYS_CODE(0, 8, 3, 2), false, tlbi_asid, 1 },            /* TLBI ASIDE1 */
    { SYS_CODE(0, 8, 7, 2), false, tlbi_asid, 0 },
    { SYS_CODE(0, 8, 3, 3), false, tlbi_va, 1 },              /* TLBI VAAE1 */
    { SYS_CODE(0, 8, 7, 3), false, tlbi_va, 0 },
    { SYS_CODE(0, 8, 3, 5), false, tlbi_va, 1 },              /* TLBI VALE1 */
    { SYS_CODE(0, 8, 7, 5), false, tlbi_va, 0 },
    { SYS_CODE(0, 8, 3, 7), false, tlbi_va, 1 },              /* TLBI VAALE1 */
    { SYS_CODE(0, 8, 7, 7), false, tlbi_va, 0 },
};

DECODE(sys)
{
    uint32_t code = (uint32_t)bits(insn, 18, 5);
    for (unsigned i = 0; i < ARRAY_SIZE(sys_rows); i++) {
        if (sys_rows[i].code != code)
            continue;
        o->rn = reg_src(RD);
        o->imm = sys_rows[i].imm;
        o->run = sys_rows[i].run;
        return mode & MODE_EL1 || sys_rows[i].el0;
    }
    return false;
}

/* ---- what the decoder falls back to ---- */

HANDLER(fall_through) { return block_chain(&c->cpu, o, b, 0, OUTCOME_NEXT); }

handler *DECODER(fall_through_handler)(void) { return fall_through; }
#ifndef ENGINE_TIMED   /* these two raise exceptions; time passes there */
handler *decode_undefined_handler(void) { return undefined; }
handler *decode_fp_trap_handler(void) { return fp_trap; }
#endif
