/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/except.h"

#include "base/bits.h"
#include "cpu/arm64/debug.h"
#include "cpu/arm64/flags.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "cpu/timing/timing.h"

/* SPSR_EL1 (C5.2.18). */
enum { SPSR_SP = 1 << 0, SPSR_EL1 = 1 << 2, SPSR_AARCH32 = 1 << 4, SPSR_DAIF = 6, SPSR_IL = 1 << 20, SPSR_SS = 1 << 21 };

uint32_t arm64_nzcv(const struct arm64 *c)
{
    return (uint32_t)((c->nf >> 63) << 31 | (uint32_t)(c->zf == 0) << 30 | (uint32_t)(c->cf != 0) << 29 | (c->vf >> 63) << 28);
}

void arm64_set_nzcv(struct arm64 *c, uint32_t nzcv)
{
    flags_set(c, nzcv >> 28);
}

uint32_t arm64_pstate(const struct arm64 *c)
{
    return arm64_nzcv(c) | (c->step ? SPSR_SS : 0) | (c->illegal ? SPSR_IL : 0) | (uint32_t)c->daif << SPSR_DAIF |
           (c->el ? SPSR_EL1 : 0) | (c->sp_select ? SPSR_SP : 0);
}

static uint64_t *stack_pointer(struct arm64 *c)
{
    return c->sp_select && c->el ? &c->sp_el1 : &c->sp_el0;
}

void arm64_select_stack(struct arm64 *c, unsigned el, bool sp_select)
{
    *stack_pointer(c) = c->x[REG_SP];
    if (c->cpu.timing && el != c->el)
        timing_level(&c->cpu, el);
    if (unlikely(c->pmu.by_level && c->el != el))
        pmu_enter_level(c, el);
    c->el = (uint8_t)el;
    c->sp_select = sp_select;
    c->x[REG_SP] = *stack_pointer(c);
}

void arm64_set_pstate(struct arm64 *c, uint32_t spsr)
{
    arm64_set_nzcv(c, spsr);
    c->daif = (uint8_t)bits(spsr, SPSR_DAIF + 3, SPSR_DAIF);
    c->step = spsr & SPSR_SS;
    c->illegal = spsr & SPSR_IL;
    arm64_select_stack(c, spsr & SPSR_EL1 ? 1 : 0, spsr & SPSR_SP);
    mmu_switch(c);
    arm64_interrupts_changed(c);
}

void arm64_exception(struct arm64 *c, enum exception_vector vector)
{
    unsigned from = !c->el ? 0x400 : c->sp_select ? 0x200 : 0x000;
    c->spsr_el1 = arm64_pstate(c);
    c->elr_el1 = arm64_untag(c->tcr_el1, c->cpu.pc);
    c->daif = DAIF_D | DAIF_A | DAIF_I | DAIF_F;
    c->step = c->stepping = c->illegal = false;
    arm64_select_stack(c, 1, true);
    mmu_switch(c);
    c->cpu.pc = c->vbar_el1 + from + vector;
    if (c->cpu.timed) {
        timing_exception(&c->cpu);
        if (vector == VECTOR_IRQ || vector == VECTOR_FIQ)
            timing_count(&c->cpu, vector == VECTOR_IRQ ? EVENT_IRQS : EVENT_FIQS);
    }
}

const struct op *arm64_raise(struct arm64 *c, const struct op *o, const struct block *b, enum exception_class ec, uint32_t iss)
{
    cpu_leave(&c->cpu, o, b);
    if (ec == EC_SVC || ec == EC_HVC)
        c->cpu.pc += 4;
    if (ec != EC_SVC)
        c->step = c->stepping;   /* not executed yet: it is to be stepped when it is tried again */
    c->esr_el1 = (uint64_t)ec << 26 | 1u << 25 | iss;
    arm64_exception(c, VECTOR_SYNC);
    return NULL;
}

const struct op *arm64_undefined(struct arm64 *c, const struct op *o, const struct block *b)
{
    return arm64_raise(c, o, b, EC_UNKNOWN, 0);
}

bool arm64_steps(const struct arm64 *c)
{
    return c->mdscr_el1 & MDSCR_SS && debug_is_enabled(c);
}

/* What the manual calls an illegal exception return (D1.11.4), as far as a core with EL1 and EL0 in AArch64 can meet it. */
static bool is_illegal_return(uint32_t spsr)
{
    unsigned mode = spsr & 0x1f;
    return spsr & SPSR_AARCH32 || (mode != 0 && mode != 4 && mode != 5);
}

void arm64_exception_return(struct arm64 *c)
{
    uint32_t spsr = (uint32_t)c->spsr_el1;
    bool stepped = arm64_steps(c);
    c->cpu.pc = c->elr_el1;
    if (c->cpu.timed)
        timing_exception_return(&c->cpu);
    c->exclusive_size = 0;
    c->event_register = true;
    if (is_illegal_return(spsr)) {
        uint32_t now = arm64_pstate(c) & (SPSR_EL1 | SPSR_SP);
        spsr = (spsr & ~0x1fu) | now | SPSR_IL;
    }
    arm64_set_pstate(c, spsr);
    if (stepped || !arm64_steps(c))   /* PSTATE.SS is set by the return that makes stepping active only (D2.12.4) */
        c->step = false;
}

static bool is_unmasked(const struct arm64 *c)
{
    return (c->irq_line && !(c->daif & DAIF_I)) || (c->fiq_line && !(c->daif & DAIF_F));
}

/* What ends the sleep that the core is in (D1.17): of WFI any interrupt, of WFE an event or an interrupt that is not masked. */
static bool is_awakened(const struct arm64 *c)
{
    if (!c->cpu.halted || c->is_off)
        return false;
    return c->waits_for_event ? c->event_register || is_unmasked(c) : c->irq_line || c->fiq_line;
}

void arm64_interrupts_changed(struct arm64 *c)
{
    bool wakes = is_awakened(c);
    c->cpu.interrupt_pending = wakes || (is_unmasked(c) && !c->is_off);
    if (c->cpu.interrupt_pending)
        cpu_look_around(&c->cpu);
    if (wakes)
        cpu_yield_to(&c->cpu);
}

static void wake(struct arm64 *c)
{
    c->cpu.halted = false;
    if (c->waits_for_event && c->event_register)
        c->event_register = false;
    c->waits_for_event = false;
    pmu_wake(c);
}

void arm64_take_interrupt(struct cpu *cpu)
{
    struct arm64 *c = arm64_of(cpu);
    if (is_awakened(c))
        wake(c);
    if (c->fiq_line && !(c->daif & DAIF_F))
        arm64_exception(c, VECTOR_FIQ);
    else if (c->irq_line && !(c->daif & DAIF_I))
        arm64_exception(c, VECTOR_IRQ);
    cpu->interrupt_pending = is_unmasked(c);
}
