/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/mmu.h"

#include <stdlib.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/sysreg.h"

enum { USER_SPACES = 8, FETCH_PAGES = 256 };

/* One user address space: what TTBR0_EL1 (with its ASID) was, and what EL0 may do there. */
struct user_space {
    uint64_t ttbr0;
    uint64_t used;               /* for picking the oldest */
    uint64_t context;            /* a number never used before; 0: empty */
    struct tlb_bank bank;
};

/* A page that code was fetched from: saves the walk. */
struct fetch_page {
    gva_t page;                  /* or JUMP_NOTHING */
    uint64_t context;
    const uint8_t *host;
    struct ram *ram;
    uint64_t offset;
    uint8_t mapped;              /* log2 of the guest mapping's size */
};

struct arm64_mmu {
    struct tlb_bank el1;
    struct user_space user[USER_SPACES];
    struct user_space *current;
    uint64_t clock;              /* counts switches */
    uint64_t contexts;           /* numbers given away so far; EL1 is number 0 */
    bool el1_low;                /* EL1 has entered or executed pages of the lower half, which belong to one TTBR0 */
    bool fetch_large;            /* some fetch page is a piece of a larger mapping */
    struct fetch_page fetch[FETCH_PAGES];
};

struct arm64_mmu *mmu_new(void)
{
    struct arm64_mmu *mmu = mem_alloc(sizeof *mmu);
    tlb_flush(&mmu->el1);
    for (int i = 0; i < USER_SPACES; i++)
        tlb_flush(&mmu->user[i].bank);
    for (int i = 0; i < FETCH_PAGES; i++)
        mmu->fetch[i].page = JUMP_NOTHING;
    mmu->current = &mmu->user[0];
    return mmu;
}

void mmu_free(struct arm64_mmu *mmu)
{
    free(mmu);
}

/* ---- translation ---- */

static int check_rights(const struct arm64_mapping *m, unsigned el, enum mmu_access access)
{
    bool allowed = access == ACCESS_READ ? (el ? m->el1_read : m->el0_read)
                 : access == ACCESS_WRITE ? (el ? m->el1_write : m->el0_write)
                                          : (el ? m->el1_exec : m->el0_exec);
    return allowed ? FAULT_NONE : FAULT_PERMISSION + (int)m->level;
}

static int translate_flat(struct arm64 *c, gva_t va, enum mmu_access access, struct arm64_mapping *m)
{
    gva_t pa = arm64_untag(c->tcr_el1, va);
    if (pa >> ARM64_PA_BITS)
        return FAULT_ADDRESS_SIZE;
    *m = (struct arm64_mapping){ .pa = pa, .size_bits = PAGE_BITS, .el1_read = true, .el1_write = true, .el1_exec = true, .el0_read = true,
                                 .el0_write = true, .el0_exec = true, .global = true, .device = access != ACCESS_EXEC, .shareability = 2 };
    return FAULT_NONE;
}

int mmu_translate(struct arm64 *c, gva_t va, unsigned el, enum mmu_access access, struct arm64_mapping *m)
{
    if (!(c->sctlr_el1 & SCTLR_M))
        return translate_flat(c, va, access, m);
    struct arm64_walk_regs regs = { .ttbr0 = c->ttbr0_el1, .ttbr1 = c->ttbr1_el1, .tcr = c->tcr_el1, .mair = c->mair_el1,
                                    .wxn = c->sctlr_el1 & SCTLR_WXN, .pa_bits = ARM64_PA_BITS };
    int fault = arm64_walk(c->cpu.space, &regs, va, m);
    return fault == FAULT_NONE ? check_rights(m, el, access) : fault;
}

void mmu_enter(struct arm64 *c, gva_t va, unsigned el, const struct arm64_mapping *m, struct ram *ram, uint64_t offset)
{
    if (m->device || c->sctlr_el1 & SCTLR_A)
        return;   /* unaligned accesses fault: every access must be looked at */
    struct arm64_mmu *mmu = c->mmu;
    struct tlb_bank *bank = el ? &mmu->el1 : &mmu->current->bank;
    struct tlb_entry *e = tlb_entry(bank, va);
    gva_t page = va & PAGE_MASK;
    bool read = el ? m->el1_read : m->el0_read, write = el ? m->el1_write : m->el0_write;
    e->read = read ? page : TLB_NOTHING;
    e->write = write && !ram->rom && !ram->code_lines[offset >> PAGE_BITS] ? page : TLB_NOTHING;
    e->add = (uintptr_t)ram->host + (offset & PAGE_MASK) - page;
    e->mapped = m->size_bits;
    if (m->size_bits > PAGE_BITS)
        bank->large = true;
    if (el && !bit(va, 55))
        mmu->el1_low = true;
}

/* ---- address spaces ---- */

uint32_t mmu_decode_mode(const struct arm64 *c)
{
    unsigned fpen = (unsigned)bits(c->cpacr_el1, 21, 20);   /* x0 traps both, 01 traps EL0, 11 none */
    bool trapped = c->el ? !(fpen & 1) : fpen != 3;
    return (c->el ? MODE_EL1 : 0) | (trapped ? MODE_FP_TRAPPED : 0);
}

static void forget_code(struct arm64 *c)
{
    code_forget_jumps(c->cpu.code);
    for (int i = 0; i < FETCH_PAGES; i++)
        c->mmu->fetch[i].page = JUMP_NOTHING;
    c->mmu->fetch_large = false;
}

/* The slot of the present TTBR0_EL1; an old one is reused if it is new. */
static struct user_space *find_space(struct arm64 *c)
{
    struct arm64_mmu *mmu = c->mmu;
    struct user_space *oldest = &mmu->user[0];
    for (int i = 0; i < USER_SPACES; i++) {
        struct user_space *s = &mmu->user[i];
        if (s->context && s->ttbr0 == c->ttbr0_el1)
            return s;
        if (s->used < oldest->used)
            oldest = s;
    }
    tlb_flush(&oldest->bank);
    oldest->context = ++mmu->contexts;
    oldest->ttbr0 = c->ttbr0_el1;
    return oldest;
}

void mmu_switch(struct arm64 *c)
{
    struct arm64_mmu *mmu = c->mmu;
    if (!mmu->current->context || mmu->current->ttbr0 != c->ttbr0_el1) {
        mmu->current = find_space(c);
        mmu->current->used = ++mmu->clock;
        if (mmu->el1_low) {
            tlb_flush(&mmu->el1);
            forget_code(c);
            mmu->el1_low = false;
        }
    }
    c->user_tlb = &mmu->current->bank;
    c->cpu.tlb = c->el ? &mmu->el1 : c->user_tlb;
    uint64_t number = c->el ? 0 : mmu->current->context;
    c->cpu.context = number << 2 | mmu_decode_mode(c);
}

void mmu_flush_all(struct arm64 *c)
{
    tlb_flush(&c->mmu->el1);
    for (int i = 0; i < USER_SPACES; i++)
        tlb_flush(&c->mmu->user[i].bank);
    forget_code(c);
}

void mmu_flush_asid(struct arm64 *c, uint16_t asid)
{
    struct arm64_mmu *mmu = c->mmu;
    for (int i = 0; i < USER_SPACES; i++) {
        struct user_space *s = &mmu->user[i];
        if (!s->context || s->ttbr0 >> 48 != asid)
            continue;
        tlb_flush(&s->bank);
        s->context = 0;   /* its jump cache entries die with the number */
        s->ttbr0 = 0;
    }
    if (mmu->el1_low) {
        tlb_flush(&mmu->el1);
        forget_code(c);
        mmu->el1_low = false;
    }
    mmu_switch(c);
}

static bool covers(const struct fetch_page *f, gva_t va)
{
    return f->page != JUMP_NOTHING && (f->page ^ va) << 8 >> (8 + f->mapped) == 0;
}

void mmu_flush_va(struct arm64 *c, gva_t va)
{
    struct arm64_mmu *mmu = c->mmu;
    tlb_flush_page(&mmu->el1, va);
    for (int i = 0; i < USER_SPACES; i++)
        if (mmu->user[i].context)
            tlb_flush_page(&mmu->user[i].bank, va);
    struct fetch_page *own = &mmu->fetch[va >> PAGE_BITS & (FETCH_PAGES - 1)];
    bool large = covers(own, va) && own->mapped > PAGE_BITS;
    for (int i = 0; mmu->fetch_large && !large && i < FETCH_PAGES; i++)
        large = mmu->fetch[i].mapped > PAGE_BITS && covers(&mmu->fetch[i], va);
    if (large) {
        forget_code(c);
        return;
    }
    if (covers(own, va))
        own->page = JUMP_NOTHING;
    code_forget_jumps_page(c->cpu.code, va);
}

/* ---- fetch ---- */

static void raise_fetch(struct arm64 *c, int fault)
{
    c->far_el1 = c->cpu.pc;
    c->esr_el1 = (uint64_t)(c->el ? EC_INSN_ABORT : EC_INSN_ABORT_LOWER) << 26 | 1u << 25 | (unsigned)fault;
    arm64_exception(c, VECTOR_SYNC);
}

const uint8_t *mmu_fetch(struct cpu *cpu, struct ram **ram, uint64_t *offset, uint32_t *mode)
{
    struct arm64 *c = arm64_of(cpu);
    if (c->illegal) {
        c->esr_el1 = (uint64_t)EC_ILLEGAL << 26 | 1u << 25;
        arm64_exception(c, VECTOR_SYNC);
        return NULL;
    }
    cpu->pc = arm64_untag(c->tcr_el1, cpu->pc);
    if (cpu->pc & 3) {
        c->far_el1 = cpu->pc;
        c->esr_el1 = (uint64_t)EC_PC_ALIGN << 26 | 1u << 25;
        arm64_exception(c, VECTOR_SYNC);
        return NULL;
    }
    *mode = mmu_decode_mode(c);
    gva_t page = cpu->pc & PAGE_MASK;
    struct fetch_page *f = &c->mmu->fetch[page >> PAGE_BITS & (FETCH_PAGES - 1)];
    if (f->page != page || f->context != cpu->context) {
        struct arm64_mapping m;
        int fault = mmu_translate(c, cpu->pc, c->el, ACCESS_EXEC, &m);
        uint64_t at = 0;
        const struct region *r = fault == FAULT_NONE ? space_find(cpu->space, m.pa & PAGE_MASK, &at) : NULL;
        if (fault == FAULT_NONE && (!r || r->kind != REGION_RAM))
            fault = FAULT_EXTERNAL;
        if (fault != FAULT_NONE) {
            raise_fetch(c, fault);
            return NULL;
        }
        *f = (struct fetch_page){ page, cpu->context, r->ram->host + at, r->ram, at, (uint8_t)m.size_bits };
        if (m.size_bits > PAGE_BITS)
            c->mmu->fetch_large = true;
        if (c->el && !bit(cpu->pc, 55))
            c->mmu->el1_low = true;
    }
    uint64_t within = cpu->pc & ~PAGE_MASK;
    *ram = f->ram;
    *offset = f->offset + within;
    return f->host + within;
}

void mmu_protect(struct cpu *cpu, const uint8_t *host)
{
    struct arm64_mmu *mmu = arm64_of(cpu)->mmu;
    tlb_protect(&mmu->el1, host);
    for (int i = 0; i < USER_SPACES; i++)
        tlb_protect(&mmu->user[i].bank, host);
}
