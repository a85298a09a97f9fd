/* SPDX-License-Identifier: MIT */
#include "mmu/tlb.h"

static void forget(struct tlb_entry *e)
{
    e->read = e->write = TLB_NOTHING;
}

static void forget_lines(struct tlb_bank *bank)
{
    for (unsigned i = 0; i < LINE_PAGES; i++)
        bank->line[i].tag = LINE_NOTHING;
}

void tlb_flush(struct tlb_bank *bank)
{
    forget_lines(bank);
    for (int i = 0; i < TLB_SIZE; i++)
        forget(&bank->entry[i]);
    bank->large_first = UINT64_MAX;
    bank->large_last = 0;
}

/* The top byte may hold a tag that translation ignores. */
static gva_t untagged(gva_t va)
{
    return va << 8;
}

static bool same_mapping(gva_t a, gva_t b, unsigned bits)
{
    return untagged(a ^ b) >> (8 + bits) == 0;
}

void tlb_note_large(struct tlb_bank *bank, gva_t va, unsigned bits)
{
    gva_t first = untagged(va & ~mask64(bits)), last = untagged(va | mask64(bits));
    if (first < bank->large_first)
        bank->large_first = first;
    if (last > bank->large_last)
        bank->large_last = last;
}

void tlb_flush_page(struct tlb_bank *bank, gva_t va)
{
    struct tlb_entry *e = tlb_entry(bank, va);
    if (same_mapping(e->read, va, PAGE_BITS) || same_mapping(e->write, va, PAGE_BITS))
        forget(e);
    tlb_line(bank, va)->tag = LINE_NOTHING;
    if (untagged(va) < bank->large_first || untagged(va) > bank->large_last)
        return;
    forget_lines(bank);
    for (int i = 0; i < TLB_SIZE; i++) {
        e = &bank->entry[i];
        gva_t page = e->read != TLB_NOTHING ? e->read : e->write;
        unsigned bits = (uint8_t)e->mapped;
        if (bits > PAGE_BITS && same_mapping(page, va, bits))
            forget(e);
    }
}

void tlb_protect(struct tlb_bank *bank, const uint8_t *host)
{
    uint64_t page = (uintptr_t)host & PAGE_MASK;
    for (int i = 0; i < TLB_SIZE; i++) {
        struct tlb_entry *e = &bank->entry[i];
        if (e->write != TLB_NOTHING && e->write + e->add == page)
            e->write = TLB_NOTHING;
    }
    for (int i = 0; i < LINE_PAGES; i++)
        if (bank->line[i].tag != LINE_NOTHING && (bank->line[i].tag & PAGE_MASK) + bank->line[i].add == page)
            bank->line[i].writable = 0;
}
