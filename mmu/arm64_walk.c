/* SPDX-License-Identifier: MIT */
#include "mmu/arm64_walk.h"

#include "base/bits.h"

/* TCR_EL1 (D13.2.120). */
enum {
    TCR_T0SZ = 0, TCR_EPD0 = 7, TCR_TG0 = 14, TCR_T1SZ = 16, TCR_EPD1 = 23, TCR_TG1 = 30, TCR_IPS = 32, TCR_TBI0 = 37,
    TCR_TBI1 = 38
};

/* Descriptor bits (D5.3). */
enum {
    DESC_VALID = 0, DESC_TABLE = 1, DESC_ATTR = 2, DESC_AP_EL0 = 6, DESC_AP_READ_ONLY = 7, DESC_SH = 8, DESC_AF = 10,
    DESC_NG = 11, DESC_CONTIGUOUS = 52, DESC_PXN = 53, DESC_UXN = 54, DESC_PXN_TABLE = 59, DESC_UXN_TABLE = 60,
    DESC_AP_TABLE_EL0 = 61, DESC_AP_TABLE_RO = 62
};

gva_t arm64_untag(uint64_t tcr, gva_t va)
{
    bool high = bit(va, 55);
    return bit(tcr, high ? TCR_TBI1 : TCR_TBI0) ? (gva_t)sext(va, 56) : va;
}

/* log2 of the granule. The encodings of TG0 and TG1 differ; reserved ones act as 4K. */
static unsigned granule_bits(uint64_t tcr, bool high)
{
    static const uint8_t tg0[4] = { 12, 16, 14, 12 }, tg1[4] = { 12, 14, 12, 16 };
    return high ? tg1[bits(tcr, TCR_TG1 + 1, TCR_TG1)] : tg0[bits(tcr, TCR_TG0 + 1, TCR_TG0)];
}

static unsigned output_bits(const struct arm64_walk_regs *regs)
{
    static const uint8_t sizes[8] = { 32, 36, 40, 42, 44, 48, 48, 48 };
    unsigned ips = sizes[bits(regs->tcr, TCR_IPS + 2, TCR_IPS)];
    return ips < regs->pa_bits ? ips : regs->pa_bits;
}

/* How many entries a contiguous run has (D5.3.4, table D5-21), as log2. */
static unsigned contiguous_bits(unsigned granule, unsigned level)
{
    if (granule == 14)
        return level == 3 ? 7 : 5;
    return granule == 16 ? 5 : 4;
}

static bool block_allowed(unsigned granule, unsigned level)
{
    return level == 2 || (level == 1 && granule == 12);
}

/* Rights of a leaf, with what the tables above it took away (D5.4). */
static void set_rights(struct arm64_mapping *m, uint64_t leaf, uint64_t tables, bool wxn)
{
    bool el0 = bit(leaf, DESC_AP_EL0) && !bit(tables, DESC_AP_TABLE_EL0);
    bool writable = !bit(leaf, DESC_AP_READ_ONLY) && !bit(tables, DESC_AP_TABLE_RO);
    m->el1_read = true;
    m->el1_write = writable;
    m->el0_read = el0;
    m->el0_write = el0 && writable;
    m->el1_exec = !bit(leaf, DESC_PXN) && !bit(tables, DESC_PXN_TABLE) && !m->el0_write && !(wxn && m->el1_write);
    m->el0_exec = !bit(leaf, DESC_UXN) && !bit(tables, DESC_UXN_TABLE) && !(wxn && m->el0_write);
}

int arm64_walk(const struct space *space, const struct arm64_walk_regs *regs, gva_t va, struct arm64_mapping *m)
{
    m->descriptor_count = 0;
    gva_t address = arm64_untag(regs->tcr, va);
    bool high = bit(va, 55);
    unsigned size = (unsigned)bits(regs->tcr, high ? TCR_T1SZ + 5 : TCR_T0SZ + 5, high ? TCR_T1SZ : TCR_T0SZ);
    size = size < 16 ? 16 : size > 39 ? 39 : size;
    unsigned input = 64 - size, granule = granule_bits(regs->tcr, high), stride = granule - 3;
    unsigned levels = (input - granule + stride - 1) / stride, level = 4 - levels, out_bits = output_bits(regs);
    if (address >> input != (high ? UINT64_MAX >> input : 0) || bit(regs->tcr, high ? TCR_EPD1 : TCR_EPD0))
        return FAULT_TRANSLATION;

    uint64_t ttbr = high ? regs->ttbr1 : regs->ttbr0, tables = 0;
    unsigned shift = granule + stride * (levels - 1), first_bits = input - shift;
    gpa_t table = ttbr & mask64(48) & ~mask64(first_bits + 3);
    if (table >> out_bits)
        return FAULT_ADDRESS_SIZE;
    unsigned index_bits = first_bits;
    for (;; level++, shift -= stride, index_bits = stride) {
        uint64_t desc, index = bits(address, shift + index_bits - 1, shift);
        uint64_t where;
        const struct region *r = space_find(space, table + index * 8, &where);
        if (!r || r->kind != REGION_RAM)
            return FAULT_EXTERNAL_WALK + (int)level;
        desc = regs->big_endian ? ld_be64(r->ram->host + where) : ld_le64(r->ram->host + where);
        m->descriptors[m->descriptor_count++] = table + index * 8;
        bool leaf = level == 3 ? bit(desc, DESC_TABLE) : !bit(desc, DESC_TABLE);
        if (!bit(desc, DESC_VALID) || (level == 3 && !leaf) || (level < 3 && leaf && !block_allowed(granule, level)))
            return FAULT_TRANSLATION + (int)level;
        gpa_t out = desc & mask64(48) & ~mask64(leaf ? shift : granule);
        if (out >> out_bits)
            return FAULT_ADDRESS_SIZE + (int)level;
        if (!leaf) {
            tables |= desc;
            table = out;
            continue;
        }
        if (!bit(desc, DESC_AF))
            return FAULT_ACCESS_FLAG + (int)level;
        m->level = level;
        m->size_bits = shift + (bit(desc, DESC_CONTIGUOUS) ? contiguous_bits(granule, level) : 0);
        m->pa = out | (address & mask64(shift));
        m->global = !bit(desc, DESC_NG);
        m->attributes = (uint8_t)(regs->mair >> bits(desc, DESC_ATTR + 2, DESC_ATTR) * 8);
        m->device = !(m->attributes & 0xf0);
        m->shareability = (uint8_t)bits(desc, DESC_SH + 1, DESC_SH);
        set_rights(m, desc, tables, regs->wxn);
        return FAULT_NONE;
    }
}
