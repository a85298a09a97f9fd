/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/core.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "cpu/arm64/branch.h"
#include "cpu/arm64/cluster.h"
#include "cpu/arm64/debug.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/pipeline.h"
#include "cpu/arm64/timer.h"
#include "cpu/timing/timing.h"

/* What of an instruction is counted. */
static uint8_t kind_of(const struct op *o, enum insn_class class)
{
    switch (class) {
    case CLASS_LOAD: case CLASS_LOAD_PAIR: case CLASS_FP_LOAD: case CLASS_FP_LOAD_PAIR: case CLASS_SIMD_LOAD:
        return UOP_LOAD;
    case CLASS_STORE: case CLASS_STORE_PAIR: case CLASS_FP_STORE: case CLASS_FP_STORE_PAIR: case CLASS_SIMD_STORE:
        return UOP_STORE;
    case CLASS_EXCLUSIVE:
        return bit(o->insn, 22) ? UOP_LOAD : UOP_STORE;
    case CLASS_BRANCH:
        return (o->insn & 0x7c000000) == 0x14000000 || (o->insn & 0xff00000e) == 0x5400000e ? UOP_DIRECT : UOP_CONDITIONAL;
    case CLASS_BRANCH_INDIRECT:
        return (o->insn & 0x00600000) == 0x00400000 ? UOP_RETURN : UOP_INDIRECT;
    default:
        return 0;
    }
}

static void describe(const struct op *o, unsigned index, struct uop *u)
{
    arm64_describe(o, index, u);
    if (decode_row(o->insn) >= 0)
        u->kind = kind_of(o, insn_rows[o->row].class);
}

static bool decode(struct cpu *cpu, const uint8_t *insn, unsigned offset, uint32_t mode, struct op *o)
{
    uint32_t word = ld_le32(insn);
    int row = decode_row(word);
    o->insn = word;
    if (row >= 0 && (insn_rows[row].class != CLASS_SIMD_CRYPTO || arm64_of(cpu)->has_crypto)) {
        o->row = (uint16_t)row;
        const struct insn_row *r = &insn_rows[row];
        if ((mode & MODE_TIMED ? r->decode_timed : r->decode)(o, word, offset, mode)) {
            if (insn_rows[row].class >= CLASS_FP && mode & MODE_FP_TRAPPED)
                o->run = decode_fp_trap_handler();
            return insn_rows[row].ends_block;
        }
    }
    o->run = decode_undefined_handler();
    return true;
}

static void finish(struct cpu *cpu, struct block *b)
{
    (void)cpu;
    if (b->mode & MODE_TIMED)
        timed_fuse_compare(b);
    else
        fuse_compare(b);
}

static void block_end(struct op *o, uint32_t mode)
{
    o->run = mode & MODE_TIMED ? timed_fall_through_handler() : decode_fall_through_handler();
}

static const struct cpu_class arm64_class = {
    .name = "cortex-a53",
    .fetch = mmu_fetch,
    .decode = decode,
    .describe = describe,
    .walk = mmu_walk,
    .finish = finish,
    .block_end = block_end,
    .interrupt = arm64_take_interrupt,
    .protect = mmu_protect,
};

static void event_sooner(void *core, tick_t at)
{
    struct cpu *first = core, *cpu = first;
    (void)at;
    do
        cpu_look_around(cpu);
    while ((cpu = cpu->peer) != first);
}

struct arm64 *arm64_new(const char *id, struct space *space, struct clock *clock, uint64_t hz)
{
    decode_init();
    struct arm64 *c = aligned_alloc(64, (sizeof *c + 63) & ~(size_t)63);
    bug_on(!c);
    memset(c, 0, sizeof *c);
    c->id = id;
    c->cpu.class = &arm64_class;
    c->cpu.space = space;
    c->cpu.clock = clock;
    cpu_set_rate(&c->cpu, hz);
    c->cpu.code = code_new();
    c->mmu = mmu_new();
    c->mpidr = 0x80000000;
    clock->sooner = event_sooner;
    clock->core = &c->cpu;
    timer_init(c);
    pmu_init(c);
    cluster_init(c);
    return c;
}

void arm64_set_crypto(struct arm64 *c, bool has_crypto)
{
    c->has_crypto = has_crypto;
}

void arm64_set_core(struct arm64 *c, const struct core_model *model)
{
    c->cpu.code->timing = timing_new(&c->cpu, model);
    timing_level(&c->cpu, c->el);
}

void arm64_keep_time(struct arm64 *c, enum timing_mode mode)
{
    cpu_keep_time(&c->cpu, mode);
    mmu_switch(c);
}

void arm64_map_changed(void *core)
{
    struct cpu *first = core, *cpu = first;
    do
        mmu_map_changed(arm64_of(cpu));
    while ((cpu = cpu->peer) != first);
}

void arm64_memory_written(void *core, gpa_t pa, uint64_t length)
{
    struct cpu *cpu = core;
    if (cpu->timed)
        memory_dma(timing_memory(cpu->timing), pa, length);   /* of all cores */
}

void arm64_free(struct arm64 *c)
{
    if (!c)
        return;
    c->cpu.code->timing = NULL;
    timing_free(c->cpu.timing);
    code_free(c->cpu.code);
    mmu_free(c->mmu);
    free(c);
}

/* Reset values of the Cortex-A53 (TRM 4.3); what is UNKNOWN after reset is zero, so that two runs are equal. */
void arm64_reset(struct arm64 *c)
{
    memset(c->x, 0, sizeof c->x);
    memset(c->v, 0, sizeof c->v);
    c->nf = c->cf = c->vf = 0;
    c->zf = 1;
    c->fpcr = c->fpsr = 0;
    c->exclusive_size = 0;
    c->sp_el0 = c->sp_el1 = 0;
    c->el = 1;
    c->sp_select = true;
    c->daif = 0xf;
    c->step = c->stepping = c->step_exclusive = c->illegal = c->event_register = false;
    c->waits_for_event = c->is_off = false;
    clock_cancel(c->cpu.clock, &c->stream_event);
    c->sctlr_el1 = 0x00c50838;
    c->cpacr_el1 = c->ttbr0_el1 = c->ttbr1_el1 = c->tcr_el1 = c->mair_el1 = c->amair_el1 = c->vbar_el1 = c->contextidr_el1 = 0;
    c->esr_el1 = c->far_el1 = c->elr_el1 = c->spsr_el1 = c->par_el1 = 0;
    c->tpidr_el0 = c->tpidrro_el0 = c->tpidr_el1 = c->csselr_el1 = c->cntkctl_el1 = 0;
    c->mdscr_el1 = c->osdlr_el1 = c->dbgprcr_el1 = 0;
    c->oslsr_el1 = 1;
    memset(c->dbgbcr, 0, sizeof c->dbgbcr);
    memset(c->dbgwcr, 0, sizeof c->dbgwcr);
    memset(c->dbgbvr, 0, sizeof c->dbgbvr);
    memset(c->dbgwvr, 0, sizeof c->dbgwvr);
    c->mdccint_el1 = c->osdtrrx_el1 = c->osdtrtx_el1 = c->oseccr_el1 = c->dbgclaim_el1 = 0;
    c->cpuactlr_el1 = 0x00000000090ca000;
    c->cpuectlr_el1 = c->l2ectlr_el1 = 0;
    c->l2actlr_el1 = 0x80000000;
    c->cpu.halted = false;
    c->cpu.pc = 0;
    timer_reset(c);
    if (c->cpu.timing)
        timing_level(&c->cpu, 1);
    if (c->cpu.timed)
        timing_reset(c->cpu.timing);
    pmu_reset(c);
    debug_changed(c);
    mmu_flush_all(c);
    mmu_switch(c);
    arm64_interrupts_changed(c);
}

void arm64_input(void *core, unsigned input, bool level)
{
    struct arm64 *c = core;
    if (input == 0)
        c->irq_line = level;
    else
        c->fiq_line = level;
    arm64_interrupts_changed(c);
}

void arm64_code_written(void *core, struct ram *ram, uint64_t offset, uint64_t length)
{
    code_written(core, ram, offset, length);
}

#define STATE(member, type) FIELD(struct arm64, member, type)

const struct field arm64_fields[] = {
    FIELD_ARRAY(struct arm64, x, FIELD_U64, REG_ZR),
    STATE(cpu.pc, FIELD_U64), STATE(cpu.cycles, FIELD_U64), STATE(cpu.idle_cycles, FIELD_U64), STATE(cpu.halted, FIELD_BOOL),
    FIELD_ARRAY(struct arm64, v, FIELD_U64, 64),
    STATE(fpcr, FIELD_U32), STATE(fpsr, FIELD_U32), STATE(el, FIELD_U8), STATE(sp_select, FIELD_BOOL), STATE(daif, FIELD_U8),
    STATE(sp_el0, FIELD_U64), STATE(sp_el1, FIELD_U64), STATE(sctlr_el1, FIELD_U64), STATE(cpacr_el1, FIELD_U64),
    STATE(ttbr0_el1, FIELD_U64), STATE(ttbr1_el1, FIELD_U64), STATE(tcr_el1, FIELD_U64), STATE(mair_el1, FIELD_U64),
    STATE(vbar_el1, FIELD_U64), STATE(contextidr_el1, FIELD_U64), STATE(esr_el1, FIELD_U64), STATE(far_el1, FIELD_U64),
    STATE(elr_el1, FIELD_U64), STATE(spsr_el1, FIELD_U64), STATE(par_el1, FIELD_U64), STATE(tpidr_el0, FIELD_U64),
    STATE(tpidrro_el0, FIELD_U64), STATE(tpidr_el1, FIELD_U64), STATE(csselr_el1, FIELD_U64), STATE(cntkctl_el1, FIELD_U64),
    STATE(mdscr_el1, FIELD_U64), STATE(oslsr_el1, FIELD_U64), STATE(exclusive_va, FIELD_U64), STATE(exclusive_size, FIELD_U32),
    FIELD_ARRAY(struct arm64, exclusive_value, FIELD_U64, 2),
    FIELD_ARRAY(struct arm64, dbgbvr, FIELD_U64, 6), FIELD_ARRAY(struct arm64, dbgbcr, FIELD_U64, 6),
    FIELD_ARRAY(struct arm64, dbgwvr, FIELD_U64, 4), FIELD_ARRAY(struct arm64, dbgwcr, FIELD_U64, 4),
    STATE(cntv_cval, FIELD_U64), STATE(cntp_cval, FIELD_U64), STATE(cntv_ctl, FIELD_U32), STATE(cntp_ctl, FIELD_U32),
    FIELD_ARRAY(struct arm64, timer_event, FIELD_EVENT, 2), FIELD_ARRAY(struct arm64, timer_irq, FIELD_IRQ, 2),
    STATE(pmu.control, FIELD_U32), STATE(pmu.enabled, FIELD_U32), STATE(pmu.overflowed, FIELD_U32),
    STATE(pmu.interrupts, FIELD_U32), STATE(pmu.selected, FIELD_U32), STATE(pmu.user, FIELD_U32),
    FIELD_ARRAY(struct arm64, pmu.type, FIELD_U32, PMU_COUNTERS), FIELD_ARRAY(struct arm64, pmu.count, FIELD_U64, PMU_COUNTERS),
    FIELD_ARRAY(struct arm64, pmu.seen, FIELD_U64, PMU_COUNTERS), FIELD_ARRAY(struct arm64, pmu.due, FIELD_U64, PMU_COUNTERS),
    FIELD_ARRAY(struct arm64, pmu.level_time, FIELD_U64, 4), STATE(pmu.since.cycles, FIELD_U64),
    STATE(pmu.since.instructions, FIELD_U64), STATE(pmu.divided, FIELD_U64), STATE(pmu.by_level, FIELD_BOOL),
    STATE(pmu.event, FIELD_EVENT), STATE(pmu.irq, FIELD_IRQ),
    STATE(irq_line, FIELD_BOOL), STATE(fiq_line, FIELD_BOOL), STATE(event_register, FIELD_BOOL), STATE(illegal, FIELD_BOOL),
    STATE(nf, FIELD_U64), STATE(zf, FIELD_U64), STATE(cf, FIELD_U64), STATE(vf, FIELD_U64), STATE(step, FIELD_BOOL),
    STATE(stepping, FIELD_BOOL), STATE(step_exclusive, FIELD_BOOL), STATE(osdlr_el1, FIELD_U64), STATE(dbgprcr_el1, FIELD_U64),
    STATE(mdccint_el1, FIELD_U64), STATE(osdtrrx_el1, FIELD_U64), STATE(osdtrtx_el1, FIELD_U64), STATE(oseccr_el1, FIELD_U64),
    STATE(dbgclaim_el1, FIELD_U64), STATE(cpuactlr_el1, FIELD_U64), STATE(cpuectlr_el1, FIELD_U64),
    STATE(l2ectlr_el1, FIELD_U64), STATE(l2actlr_el1, FIELD_U64),
    FIELD_LIST_END
};
