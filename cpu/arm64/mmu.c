/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/mmu.h"


#include "base/bits.h"
#include "cpu/arm64/debug.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/sysreg.h"

enum { USER_SPACES = 16, KERNEL_SPACES = 4, FETCH_PAGES = 256 };

/* What one set of tables allows at one exception level. Linux without hardware PAN takes table and ASID of the user away at
   every entry to the kernel, and with page table isolation exchanges the kernel's own table too, so going back and forth must
   be cheap. */
struct address_space {
    uint64_t table0, table1;     /* TTBR0_EL1, TTBR1_EL1 without their ASID fields; EL1's spaces are told apart by table1 only */
    uint16_t asid;
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
    gpa_t pa;
    bool global;                 /* else the page is of whichever ASID is current */
    uint8_t size_bits;
};

struct arm64_mmu {
    struct address_space user[USER_SPACES], kernel[KERNEL_SPACES];
    struct address_space *current, *current_kernel;
    struct tlb_bank blind;       /* always empty: with big-endian data no access is a handler's, which knows one order only */
    uint64_t clock;              /* counts switches */
    uint64_t contexts;           /* numbers given away so far */
    bool el1_low;                /* EL1 has entered or executed pages of the lower half, which belong to one TTBR0 */
    bool kernel_local;           /* EL1 has entered pages of the upper half that belong to an ASID */
    struct { gva_t first, last; } large_code[2];   /* of each half: where code was fetched by way of larger mappings */
    struct fetch_page fetch[FETCH_PAGES];
};

static void flush_kernel(struct arm64_mmu *mmu)
{
    for (int i = 0; i < KERNEL_SPACES; i++)
        tlb_flush(&mmu->kernel[i].bank);
}

static void flush_user(struct arm64_mmu *mmu)
{
    for (int i = 0; i < USER_SPACES; i++)
        tlb_flush(&mmu->user[i].bank);
}

static void flush_page(struct arm64_mmu *mmu, gva_t va)
{
    for (int i = 0; i < KERNEL_SPACES; i++)
        if (mmu->kernel[i].context)
            tlb_flush_page(&mmu->kernel[i].bank, va);
    for (int i = 0; i < USER_SPACES; i++)
        if (mmu->user[i].context)
            tlb_flush_page(&mmu->user[i].bank, va);
}

static void forget_fetches(struct arm64_mmu *mmu)
{
    for (int i = 0; i < FETCH_PAGES; i++)
        mmu->fetch[i].page = JUMP_NOTHING;
    for (int half = 0; half < 2; half++) {
        mmu->large_code[half].first = UINT64_MAX;
        mmu->large_code[half].last = 0;
    }
}

struct arm64_mmu *mmu_new(void)
{
    struct arm64_mmu *mmu = mem_alloc_table(sizeof *mmu);
    flush_kernel(mmu);
    flush_user(mmu);
    tlb_flush(&mmu->blind);
    forget_fetches(mmu);
    mmu->current = &mmu->user[0];
    mmu->current_kernel = &mmu->kernel[0];
    return mmu;
}

void mmu_free(struct arm64_mmu *mmu)
{
    mem_free_table(mmu, sizeof *mmu);
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
    *m = (struct arm64_mapping){ .pa = pa, .size_bits = PAGE_BITS, .el1_read = true, .el1_write = true, .el1_exec = true,
                                 .el0_read = true, .el0_write = true, .el0_exec = true, .global = true,
                                 .device = access != ACCESS_EXEC, .shareability = 2 };
    return FAULT_NONE;
}

int mmu_translate(struct arm64 *c, gva_t va, unsigned el, enum mmu_access access, struct arm64_mapping *m)
{
    if (!(c->sctlr_el1 & SCTLR_M))
        return translate_flat(c, va, access, m);
    struct arm64_walk_regs regs = { .ttbr0 = c->ttbr0_el1, .ttbr1 = c->ttbr1_el1, .tcr = c->tcr_el1, .mair = c->mair_el1,
                                    .wxn = c->sctlr_el1 & SCTLR_WXN, .big_endian = c->sctlr_el1 & SCTLR_EE,
                                    .pa_bits = ARM64_PA_BITS };
    c->cpu.walks++;
    int fault = arm64_walk(c->cpu.space, &regs, va, m);
    return fault == FAULT_NONE ? check_rights(m, el, access) : fault;
}

/* What of EL1's memory must go when an ASID is invalidated or changes. */
static void note_kernel_use(struct arm64_mmu *mmu, gva_t va, const struct arm64_mapping *m)
{
    if (!bit(va, 55))
        mmu->el1_low = true;
    else if (!m->global)
        mmu->kernel_local = true;
}

void mmu_enter(struct arm64 *c, gva_t va, unsigned el, const struct arm64_mapping *m, struct ram *ram, uint64_t offset)
{
    if (m->device || c->sctlr_el1 & SCTLR_A)
        return;   /* unaligned accesses fault: every access must be looked at */
    if (unlikely(c->watches) && debug_watches_page(c, va))
        return;
    struct arm64_mmu *mmu = c->mmu;
    struct tlb_bank *bank = el ? &mmu->current_kernel->bank : &mmu->current->bank;
    struct tlb_entry *e = tlb_entry(bank, va);
    gva_t page = va & PAGE_MASK;
    bool read = el ? m->el1_read : m->el0_read, write = el ? m->el1_write : m->el0_write;
    e->read = read ? page : TLB_NOTHING;
    e->write = write && !ram->rom && !ram->code_lines[offset >> PAGE_BITS] ? page : TLB_NOTHING;
    e->add = (uintptr_t)ram->host + (offset & PAGE_MASK) - page;
    e->mapped = (m->pa & PAGE_MASK) | (m->global ? TLB_GLOBAL : 0) | m->size_bits;
    if (m->size_bits > PAGE_BITS)
        tlb_note_large(bank, va, m->size_bits);
    if (el)
        note_kernel_use(mmu, va, m);
}

/* ---- address spaces ---- */

uint32_t mmu_decode_mode(const struct arm64 *c)
{
    unsigned fpen = (unsigned)bits(c->cpacr_el1, 21, 20);   /* x0 traps both, 01 traps EL0, 11 none */
    bool trapped = c->el ? !(fpen & 1) : fpen != 3;
    return (c->el ? MODE_EL1 : 0) | (trapped ? MODE_FP_TRAPPED : 0) | (unlikely(arm64_steps(c)) ? MODE_STEP : 0) |
           (c->cpu.timed ? MODE_TIMED : 0);
}

static void forget_code(struct arm64 *c)
{
    code_forget_jumps(c->cpu.code);
    forget_fetches(c->mmu);
}

#define TCR_A1 (1ull << 22)   /* the ASID is TTBR1_EL1's */
#define TCR_AS (1ull << 36)   /* ASIDs have 16 bits, else 8 */

static uint16_t asid_of(const struct arm64 *c, uint64_t field)
{
    return field & (c->tcr_el1 & TCR_AS ? 0xffff : 0xff);
}

static uint16_t current_asid(const struct arm64 *c)
{
    return asid_of(c, (c->tcr_el1 & TCR_A1 ? c->ttbr1_el1 : c->ttbr0_el1) >> 48);
}

/* The slot of a space among `count`; the one unused longest is emptied for a new one. */
static struct address_space *find_space(struct arm64_mmu *mmu, struct address_space *spaces, int count, uint64_t table0,
                                        uint64_t table1, uint16_t asid)
{
    struct address_space *oldest = &spaces[0];
    for (int i = 0; i < count; i++) {
        struct address_space *s = &spaces[i];
        if (s->context && s->table0 == table0 && s->table1 == table1 && s->asid == asid) {
            s->used = ++mmu->clock;
            return s;
        }
        if (s->used < oldest->used)
            oldest = s;
    }
    tlb_flush(&oldest->bank);
    oldest->context = ++mmu->contexts;
    oldest->table0 = table0;
    oldest->table1 = table1;
    oldest->asid = asid;
    oldest->used = ++mmu->clock;
    return oldest;
}

/* EL1's entries of the lower half die when TTBR0_EL1 or the ASID changes; they are rare (early boot, identity maps). */
static void forget_el1_low(struct arm64 *c)
{
    if (!c->mmu->el1_low)
        return;
    flush_kernel(c->mmu);
    forget_code(c);
    c->mmu->el1_low = false;
}

void mmu_switch(struct arm64 *c)
{
    struct arm64_mmu *mmu = c->mmu;
    uint64_t table0 = c->ttbr0_el1 & mask64(48), table1 = c->ttbr1_el1 & mask64(48);
    uint16_t asid = current_asid(c);
    struct address_space *s = mmu->current;
    if (!s->context || s->table0 != table0 || s->table1 != table1 || s->asid != asid) {
        forget_el1_low(c);
        mmu->current = find_space(mmu, mmu->user, USER_SPACES, table0, table1, asid);
    }
    if (!mmu->current_kernel->context || mmu->current_kernel->table1 != table1)
        mmu->current_kernel = find_space(mmu, mmu->kernel, KERNEL_SPACES, 0, table1, 0);
    s = c->el ? mmu->current_kernel : mmu->current;
    bool is_big = unlikely(sysreg_is_big_endian(c));
    c->user_tlb = is_big ? &mmu->blind : &mmu->current->bank;
    c->cpu.tlb = is_big ? &mmu->blind : &s->bank;
    uint32_t mode = mmu_decode_mode(c);
    c->cpu.context = s->context << 4 | (mode & MODE_TIMED ? 1 << 3 : 0) | (mode & MODE_STEP ? 1 << 2 : 0) |
                     (mode & (MODE_EL1 | MODE_FP_TRAPPED));
}

void mmu_map_changed(struct arm64 *c)
{
    flush_kernel(c->mmu);
    flush_user(c->mmu);
    forget_code(c);
}

void mmu_flush_all(struct arm64 *c)
{
    if (c->cpu.timed)
        memory_forget_translations(timing_memory(c->cpu.timing));
    mmu_map_changed(c);
}

void mmu_flush_asid(struct arm64 *c, uint16_t asid)
{
    struct arm64_mmu *mmu = c->mmu;
    asid = asid_of(c, asid);
    if (c->cpu.timed)
        memory_forget_asid(timing_memory(c->cpu.timing), asid);
    for (int i = 0; i < USER_SPACES; i++) {
        struct address_space *s = &mmu->user[i];
        if (s->context && s->asid == asid) {
            tlb_flush(&s->bank);
            s->context = 0;   /* its jump cache entries die with the number */
        }
    }
    if (mmu->kernel_local) {   /* the kernel's banks do not know of which ASID */
        flush_kernel(mmu);
        forget_code(c);
        mmu->kernel_local = false;
    }
    forget_el1_low(c);
    mmu_switch(c);
}

void mmu_flush_va(struct arm64 *c, gva_t va)
{
    struct arm64_mmu *mmu = c->mmu;
    if (c->cpu.timed)
        memory_forget_va(timing_memory(c->cpu.timing), va);
    flush_page(mmu, va);
    struct fetch_page *own = &mmu->fetch[va >> PAGE_BITS & (FETCH_PAGES - 1)];
    unsigned half = bit(va, 55);
    if (va >= mmu->large_code[half].first && va <= mmu->large_code[half].last) {
        forget_code(c);
        return;
    }
    if (own->page == (va & PAGE_MASK))
        own->page = JUMP_NOTHING;
    code_forget_jumps_page(c->cpu.code, va);
}

void mmu_forget_code(struct arm64 *c, gva_t va, unsigned bits)
{
    if (bits > PAGE_BITS)
        code_forget_jumps(c->cpu.code);
    else
        code_forget_jumps_page(c->cpu.code, va);
}

void mmu_forget_data(struct arm64 *c, gva_t va, unsigned bits)
{
    if (bits == PAGE_BITS) {
        flush_page(c->mmu, va);
        return;
    }
    flush_kernel(c->mmu);
    flush_user(c->mmu);
}

/* ---- for the timing model ---- */

static uint32_t space_number(const struct arm64 *c, unsigned el)
{
    return (uint32_t)(el ? c->mmu->current_kernel : c->mmu->current)->context;
}

unsigned mmu_walk(void *core, gva_t va, gpa_t descriptors[MEMORY_WALK_MAX])
{
    struct arm64 *c = arm64_of(core);
    struct arm64_mapping m;
    mmu_translate(c, va, c->el, ACCESS_READ, &m);
    for (unsigned i = 0; i < m.descriptor_count; i++)
        descriptors[i] = m.descriptors[i];
    return m.descriptor_count;
}

struct tlb_bank *mmu_bank(struct arm64 *c, unsigned el)
{
    return el ? &c->mmu->current_kernel->bank : &c->mmu->current->bank;
}

void mmu_page(struct arm64 *c, gva_t va, unsigned el, gpa_t pa, bool global, unsigned size_bits, struct memory_page *page)
{
    *page = (struct memory_page){ .va = va, .pa = pa, .space = space_number(c, el), .size_bits = (uint8_t)size_bits,
                                  .asid = global ? MEMORY_GLOBAL : current_asid(c), .translated = c->sctlr_el1 & SCTLR_M,
                                  .lines = tlb_line(mmu_bank(c, el), va) };
}

/* ---- fetch ---- */

static void raise_fetch(struct arm64 *c, int fault)
{
    c->far_el1 = c->cpu.pc;
    c->esr_el1 = (uint64_t)(c->el ? EC_INSN_ABORT : EC_INSN_ABORT_LOWER) << 26 | 1u << 25 | (unsigned)fault;
    arm64_exception(c, VECTOR_SYNC);
}

static void note_large_code(struct arm64_mmu *mmu, gva_t page, unsigned size_bits)
{
    unsigned half = bit(page, 55);
    gva_t first = page & ~mask64(size_bits), last = page | mask64(size_bits);
    if (first < mmu->large_code[half].first)
        mmu->large_code[half].first = first;
    if (last > mmu->large_code[half].last)
        mmu->large_code[half].last = last;
}

enum { STEP_ISV = 1 << 24, STEP_EX = 1 << 6 };   /* ESR_EL1.ISS of a software step */

/* What was stepped is told if something was, not when PSTATE.SS was clear already (J1.1.2, SoftwareStep_DidNotStep). */
static void raise_step(struct arm64 *c, bool has_stepped)
{
    uint32_t iss = (has_stepped ? STEP_ISV | (c->step_exclusive ? STEP_EX : 0) : 0) | FAULT_DEBUG;
    c->esr_el1 = (uint64_t)(c->el ? EC_STEP : EC_STEP_LOWER) << 26 | 1u << 25 | iss;
    arm64_exception(c, VECTOR_SYNC);
}

/* FAR_EL1 is UNKNOWN then (D2.9.7). */
static void raise_breakpoint(struct arm64 *c)
{
    c->esr_el1 = (uint64_t)(c->el ? EC_BREAKPOINT : EC_BREAKPOINT_LOWER) << 26 | 1u << 25 | FAULT_DEBUG;
    arm64_exception(c, VECTOR_SYNC);
}

/* The instruction at `host` is the one that PSTATE.SS allows; behind it the core looks here again. */
static void begin_step(struct arm64 *c, const uint8_t *host)
{
    c->step = false;
    c->stepping = true;
    c->step_exclusive = (ld_le32(host) & 0x3fc00000) == 0x08400000;
    cpu_look_around(&c->cpu);
}

const uint8_t *mmu_fetch(struct cpu *cpu, struct ram **ram, uint64_t *offset, uint32_t *mode)
{
    struct arm64 *c = arm64_of(cpu);
    cpu->pc = arm64_untag(c->tcr_el1, cpu->pc);
    *mode = mmu_decode_mode(c);
    bool has_stepped = c->stepping;
    c->stepping = false;
    if (unlikely(*mode & MODE_STEP) && !c->step) {
        raise_step(c, has_stepped);
        return NULL;
    }
    if (cpu->pc & 3) {
        c->far_el1 = cpu->pc;
        c->esr_el1 = (uint64_t)EC_PC_ALIGN << 26 | 1u << 25;
        arm64_exception(c, VECTOR_SYNC);
        return NULL;
    }
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
        *f = (struct fetch_page){ page, cpu->context, r->ram->host + at, r->ram, at, m.pa & PAGE_MASK,
                                  m.global, (uint8_t)m.size_bits };
        if (m.size_bits > PAGE_BITS)
            note_large_code(c->mmu, page, m.size_bits);
        if (c->el)
            note_kernel_use(c->mmu, page, &m);
    }
    if (unlikely(c->breaks) && debug_breaks(c, cpu->pc)) {
        raise_breakpoint(c);
        return NULL;
    }
    if (unlikely(c->illegal)) {   /* after misaligned addresses and aborts (D1.13.2) */
        c->esr_el1 = (uint64_t)EC_ILLEGAL << 26 | 1u << 25;
        arm64_exception(c, VECTOR_SYNC);
        return NULL;
    }
    if (cpu->timed)
        cpu->fetch_page = (struct memory_page){ .va = page, .pa = f->pa, .space = space_number(c, c->el),
                                                .asid = f->global ? MEMORY_GLOBAL : current_asid(c),
                                                .size_bits = f->size_bits, .translated = c->sctlr_el1 & SCTLR_M };
    uint64_t within = cpu->pc & ~PAGE_MASK;
    *ram = f->ram;
    *offset = f->offset + within;
    if (unlikely(*mode & MODE_STEP))
        begin_step(c, f->host + within);
    if (unlikely(c->breaks))
        *mode |= debug_fetch_mode(c, cpu->pc);
    return f->host + within;
}

void mmu_protect(struct cpu *cpu, const uint8_t *host)
{
    struct arm64_mmu *mmu = arm64_of(cpu)->mmu;
    for (int i = 0; i < KERNEL_SPACES; i++)
        if (mmu->kernel[i].context)
            tlb_protect(&mmu->kernel[i].bank, host);
    for (int i = 0; i < USER_SPACES; i++)
        if (mmu->user[i].context)
            tlb_protect(&mmu->user[i].bank, host);
}
