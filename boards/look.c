/* SPDX-License-Identifier: MIT */
#include "boards/look.h"

#include <string.h>

#include "base/bits.h"
#include "boards/board.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/sysreg.h"
#include "mmu/arm64_walk.h"

void look_at_core(const struct machine *m, unsigned number, struct look_core *core)
{
    const struct arm64 *c = m->cores[number];
    memcpy(core->x, c->x, sizeof core->x);
    core->sp = c->x[REG_SP];
    core->pc = c->cpu.pc;
    core->el = c->el;
    core->last = c->cpu.last;
    core->last_el = c->cpu.last_mode & MODE_EL1 ? 1 : 0;
    core->vbar = c->vbar_el1;
    core->contextidr = c->contextidr_el1;
    core->tpidr_el1 = c->tpidr_el1;
    core->sp_el0 = c->el == 0 || !c->sp_select ? c->x[REG_SP] : c->sp_el0;
    core->tables = (struct look_tables){ c->ttbr0_el1, c->ttbr1_el1, c->tcr_el1, c->sctlr_el1 & SCTLR_M };
}

uint64_t look_at_cycles(const struct machine *m, unsigned number, uint64_t *idle)
{
    *idle = m->cores[number]->cpu.idle_cycles;
    return m->cores[number]->cpu.cycles;
}

tick_t look_time_of(const struct machine *m, uint64_t cycle)
{
    return cpu_ticks(&m->cpu->cpu, cycle);
}

uint64_t look_cycle_at(const struct machine *m, tick_t at)
{
    return cpu_cycles_at(&m->cpu->cpu, at);
}

bool look_translate(const struct machine *m, const struct look_tables *tables, gva_t va, gpa_t *pa)
{
    if (!tables->is_on) {
        *pa = arm64_untag(tables->tcr, va);
        return !(*pa >> ARM64_PA_BITS);
    }
    struct arm64_walk_regs regs = { .ttbr0 = tables->ttbr0, .ttbr1 = tables->ttbr1, .tcr = tables->tcr,
                                    .pa_bits = ARM64_PA_BITS };
    struct arm64_mapping mapping;
    if (arm64_walk(&m->space, &regs, va, &mapping) != FAULT_NONE)
        return false;
    *pa = mapping.pa;
    return true;
}

const uint8_t *look_at_memory(const struct machine *m, const struct look_tables *tables, gva_t va)
{
    gpa_t pa;
    uint64_t offset;
    if (!look_translate(m, tables, va, &pa))
        return NULL;
    const struct region *r = space_find(&m->space, pa, &offset);
    return r && r->kind == REGION_RAM ? r->ram->host + offset : NULL;
}
