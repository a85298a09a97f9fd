/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/access.h"

#include "base/bits.h"
#include "base/log.h"
#include "cpu/arm64/debug.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "cpu/timing/timing.h"

enum { ISS_WNR = 1 << 6 };

static bool data_abort(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, int fault, bool write)
{
    c->far_el1 = va;
    arm64_raise(c, o, b, c->el ? EC_DATA_ABORT : EC_DATA_ABORT_LOWER, (uint32_t)fault | (write ? ISS_WNR : 0));
    return false;
}

/* The base register of every load and store but the literal ones is in bits 9..5; SP must be 16-aligned if SCTLR_EL1 says so
   (D1.8.2). */
static bool stack_aligned(struct arm64 *c, const struct op *o, const struct block *b)
{
    bool literal = (o->insn & 0x3b000000) == 0x18000000;
    if (literal || bits(o->insn, 9, 5) != 31 || !(c->x[REG_SP] & 15) || !(c->sctlr_el1 & (c->el ? SCTLR_SA : SCTLR_SA0)))
        return true;
    arm64_raise(c, o, b, EC_SP_ALIGN, 0);
    return false;
}

bool arm64_aligned(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, bool write)
{
    if (!stack_aligned(c, o, b))
        return false;
    return !(va & (size - 1)) || data_abort(c, o, b, va, FAULT_ALIGNMENT, write);
}

static bool watchpoint(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, uint32_t cause)
{
    c->far_el1 = va;
    arm64_raise(c, o, b, c->el ? EC_WATCHPOINT : EC_WATCHPOINT_LOWER, FAULT_DEBUG | cause);
    return false;
}

/* What a store-exclusive loads, to compare, is part of its store. */
static bool is_unwatched(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                         bool write)
{
    write = write || (o->insn & 0x3f400000) == 0x08000000;
    return likely(!c->watches) || !debug_watches(c, va, size, el, write) || watchpoint(c, o, b, va, write ? ISS_WNR : 0);
}

bool arm64_unwatched(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint32_t cause)
{
    struct arm64_mapping m;
    return likely(!c->watches) || mmu_translate(c, va, c->el, ACCESS_WRITE, &m) != FAULT_NONE ||
           !debug_watches(c, va, size, c->el, true) || watchpoint(c, o, b, va, ISS_WNR | cause);
}

/* One access or a piece of one, within a page: where it goes. */
struct place {
    const struct region *region;
    uint64_t offset;
    gpa_t pa;
    bool global, device;   /* of the mapping */
    unsigned size_bits;
};

/* ---- telling the timing model ---- */

/* The access of op o to a page that translates to `pa`. What it notes does not depend on whether the page was in our own TLB;
   only the line table comes before, which proves that there is nothing to note. */
static void note(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el, bool write,
                 gpa_t pa, bool global, unsigned size_bits)
{
    struct memory_page page;
    struct tlb_bank *bank = mmu_bank(c, el);
    const struct tlb_entry *e = tlb_entry(bank, va);
    bool is_entered = write ? tlb_writable(e, va, size) : tlb_readable(e, va, size);
    mmu_page(c, va, el, pa, global, size_bits, &page);
    timing_access(&c->cpu, o, b, &page, size, write, is_entered, e->add, e->write != TLB_NOTHING);
}

static void note_entered(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                         bool write, const struct tlb_entry *e)
{
    note(c, o, b, va, size, el, write, (e->mapped & PAGE_MASK) | (va & ~PAGE_MASK), e->mapped & TLB_GLOBAL, (uint8_t)e->mapped);
}

/* Translates and finds the region; raises the fault. `align` is what Device memory wants. */
static bool find_place(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned align, unsigned el,
                       bool write, struct place *p)
{
    struct arm64_mapping m;
    int fault = mmu_translate(c, va, el, write ? ACCESS_WRITE : ACCESS_READ, &m);
    if (fault == FAULT_NONE && m.device && va & (align - 1))
        fault = FAULT_ALIGNMENT;
    if (fault == FAULT_NONE) {
        if (!is_unwatched(c, o, b, va, align, el, write))
            return false;
        p->pa = m.pa;
        p->global = m.global;
        p->device = m.device;
        p->size_bits = m.size_bits;
        p->region = space_find(c->cpu.space, m.pa, &p->offset);
        if (!p->region)
            fault = FAULT_EXTERNAL;
    }
    if (fault != FAULT_NONE)
        return data_abort(c, o, b, va, fault, write);
    if (p->region->kind == REGION_RAM) {
        if (write && !p->region->ram->rom)
            ram_will_change(p->region->ram, p->offset, align);
        mmu_enter(c, va, el, &m, p->region->ram, p->offset);
    }
    return true;
}

static void note_place(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                       bool write, const struct place *p)
{
    if (p->device)   /* RAM mapped as Device memory, or the MMU is off: no cache takes part */
        timing_device(&c->cpu, o, b);
    else
        note(c, o, b, va, size, el, write, p->pa, p->global, p->size_bits);
}

/* `noted`: bytes from va on that the timing model is told of, if it is RAM; the second half of a pair is told with the first. */
static bool load_part(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                      unsigned noted, uint64_t *value)
{
    struct place p;
    if (!find_place(c, o, b, va, size, el, false, &p))
        return false;
    if (p.region->kind == REGION_RAM) {
        if (c->cpu.timed && noted)
            note_place(c, o, b, va, noted, el, false, &p);
        *value = ld_le(p.region->ram->host + p.offset, size);
        return true;
    }
    cpu_sync(&c->cpu, o, b);
    if (c->cpu.timed)
        timing_device(&c->cpu, o, b);
    return space_load(c->cpu.space, p.pa, size, value) || data_abort(c, o, b, va, FAULT_EXTERNAL, false);
}

static bool store_part(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                       unsigned noted, uint64_t value)
{
    struct place p;
    if (!find_place(c, o, b, va, size, el, true, &p))
        return false;
    if (p.region->kind == REGION_RAM && !p.region->ops) {
        if (c->cpu.timed && noted && (!c->notes_zeroes || p.device))
            note_place(c, o, b, va, noted, el, true, &p);
        if (p.region->ram->rom)
            guest_log(c->id, "store to ROM at 0x%llx ignored", (unsigned long long)p.pa);
        else
            st_le(p.region->ram->host + p.offset, value, size);
        return true;
    }
    cpu_sync(&c->cpu, o, b);
    if (c->cpu.timed)
        timing_device(&c->cpu, o, b);
    return space_store(c->cpu.space, p.pa, size, value) || data_abort(c, o, b, va, FAULT_EXTERNAL, true);
}

/* Unaligned accesses: those that leave the page go byte by byte, each with its own translation; Device memory refuses them
   before. */
static bool is_split(gva_t va, unsigned size)
{
    return ((va ^ (va + size - 1)) & PAGE_MASK) != 0;
}

/* Both pages must allow the access before the first byte changes; only then is the fault's address right and nothing half
   done. */
static bool probe_split(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                        bool write)
{
    gva_t second = (va + size - 1) & PAGE_MASK;
    for (int i = 0; i < 2; i++) {
        gva_t at = i ? second : va;
        struct arm64_mapping m;
        int fault = mmu_translate(c, at, el, write ? ACCESS_WRITE : ACCESS_READ, &m);
        if (fault == FAULT_NONE && m.device)
            fault = FAULT_ALIGNMENT;
        if (fault != FAULT_NONE)
            return data_abort(c, o, b, at, fault, write);
    }
    return is_unwatched(c, o, b, va, size, el, write);
}

/* Most of what comes here while time is kept is an access whose page is known but whose line is not proved; and all of what is
   big-endian. */
static bool load_known(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                       unsigned noted, uint64_t *value)
{
    const struct tlb_entry *e = tlb_entry(mmu_bank(c, el), va);
    if (!tlb_readable(e, va, size))
        return false;
    if (c->cpu.timed && noted)
        note_entered(c, o, b, va, noted, el, false, e);
    *value = ld_le(tlb_host(e, va), size);
    return true;
}

static bool store_known(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                        unsigned noted, uint64_t value)
{
    const struct tlb_entry *e = tlb_entry(mmu_bank(c, el), va);
    if (!tlb_writable(e, va, size))
        return false;
    if (c->cpu.timed && noted && !c->notes_zeroes)
        note_entered(c, o, b, va, noted, el, true, e);
    st_le(tlb_host(e, va), value, size);
    return true;
}

static bool load_little(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                       unsigned noted, uint64_t *value)
{
    if (load_known(c, o, b, va, size, el, noted, value))
        return true;
    if (va & (size - 1) && c->sctlr_el1 & SCTLR_A)
        return data_abort(c, o, b, va, FAULT_ALIGNMENT, false);
    if (!is_split(va, size))
        return load_part(c, o, b, va, size, el, noted, value);
    if (!probe_split(c, o, b, va, size, el, false))
        return false;
    if (c->cpu.timed)
        timing_split(&c->cpu, o, b, false);
    *value = 0;
    for (unsigned i = 0; i < size; i++) {
        uint64_t byte;
        if (!load_part(c, o, b, va + i, 1, el, 1, &byte))
            return false;
        *value |= byte << (8 * i);
    }
    return true;
}

static bool store_little(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                        unsigned noted, uint64_t value)
{
    if (store_known(c, o, b, va, size, el, noted, value))
        return true;
    if (va & (size - 1) && c->sctlr_el1 & SCTLR_A)
        return data_abort(c, o, b, va, FAULT_ALIGNMENT, true);
    if (!is_split(va, size))
        return store_part(c, o, b, va, size, el, noted, value);
    if (!probe_split(c, o, b, va, size, el, true))
        return false;
    if (c->cpu.timed)
        timing_split(&c->cpu, o, b, true);
    for (unsigned i = 0; i < size; i++)
        if (!store_part(c, o, b, va + i, 1, el, 1, value >> (8 * i) & 0xff))
            return false;
    return true;
}

/* ---- byte order: memory is handled as little-endian up to here, and turned around as a whole ---- */

static uint64_t turned(uint64_t value, unsigned size)
{
    return __builtin_bswap64(value) >> (64 - 8 * size);
}

static bool load_sized(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                       unsigned noted, uint64_t *value)
{
    if (!load_little(c, o, b, va, size, el, noted, value))
        return false;
    if (unlikely(sysreg_is_big_endian(c)))
        *value = turned(*value, size);
    return true;
}

static bool store_sized(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, unsigned el,
                        unsigned noted, uint64_t value)
{
    if (unlikely(sysreg_is_big_endian(c)))
        value = turned(value, size);
    return store_little(c, o, b, va, size, el, noted, value);
}

bool arm64_load(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size)
{
    return stack_aligned(c, o, b) && load_sized(c, o, b, va, size, c->el, size, &c->loaded);
}

bool arm64_store(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t value)
{
    return stack_aligned(c, o, b) && store_sized(c, o, b, va, size, c->el, size, value);
}

/* Of the words that come here as pairs, those of Q registers are LDR, STR, LDP, STP with bit 26 and their size for Q; structures
   (bits 29..27 are 1) have elements of at most 8 bytes. */
static bool is_quadword(uint32_t insn)
{
    static const uint32_t q_size[8] = { [3] = 2u << 30, [5] = 2u << 30, [7] = 1u << 23 };
    uint32_t kind = (uint32_t)bits(insn, 29, 27), size = insn & (kind == 7 ? 0xc0800000 : 0xc0000000);
    return bit(insn, 26) && q_size[kind] && size == q_size[kind];
}

/* A Q register is one access of 16 bytes to the alignment check of SCTLR_EL1.A, other pairs are two. */
static bool quadword_aligned(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, bool write)
{
    if (!(va & 15) || !(c->sctlr_el1 & SCTLR_A) || !is_quadword(o->insn))
        return true;
    return data_abort(c, o, b, va, FAULT_ALIGNMENT, write);
}

/* A Q register that is big-endian has its high half first; the registers of another pair keep their order. */
static bool is_turned_pair(const struct arm64 *c, const struct op *o)
{
    return unlikely(sysreg_is_big_endian(c)) && is_quadword(o->insn);
}

bool arm64_load_pair(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size)
{
    unsigned noted = is_split(va, 2 * size) ? 0 : 2 * size;   /* within a page it is one access to the timing model */
    bool is_turned = is_turned_pair(c, o);
    return stack_aligned(c, o, b) && quadword_aligned(c, o, b, va, false) &&
           load_sized(c, o, b, va, size, c->el, noted ? noted : size, is_turned ? &c->loaded_high : &c->loaded) &&
           load_sized(c, o, b, va + size, size, c->el, noted ? 0 : size, is_turned ? &c->loaded : &c->loaded_high);
}

bool arm64_store_pair(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t v0,
                      uint64_t v1)
{
    bool is_turned = is_turned_pair(c, o);
    if (!stack_aligned(c, o, b) || !quadword_aligned(c, o, b, va, true))
        return false;
    if (is_split(va, 2 * size) && !probe_split(c, o, b, va, 2 * size, c->el, true))
        return false;
    unsigned noted = is_split(va, 2 * size) ? 0 : 2 * size;
    return store_sized(c, o, b, va, size, c->el, noted ? noted : size, is_turned ? v1 : v0) &&
           store_sized(c, o, b, va + size, size, c->el, noted ? 0 : size, is_turned ? v0 : v1);
}

bool arm64_load_user(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size)
{
    return stack_aligned(c, o, b) && load_sized(c, o, b, va, size, 0, size, &c->loaded);
}

bool arm64_store_user(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t value)
{
    return stack_aligned(c, o, b) && store_sized(c, o, b, va, size, 0, size, value);
}
