/* SPDX-License-Identifier: MIT */
#include "mmu/tlb.h"

static void forget(struct tlb_entry *e)
{
    e->read = e->write = TLB_NOTHING;
}

void tlb_flush(struct tlb_bank *bank)
{
    for (int i = 0; i < TLB_SIZE; i++)
        forget(&bank->entry[i]);
    bank->large = false;
}

/* Both addresses in one mapping of 2^bits bytes? The top byte may hold a tag that translation ignores. */
static bool same_mapping(gva_t a, gva_t b, unsigned bits)
{
    return (a ^ b) << 8 >> (8 + bits) == 0;
}

void tlb_flush_page(struct tlb_bank *bank, gva_t va)
{
    struct tlb_entry *e = tlb_entry(bank, va);
    if (same_mapping(e->read, va, PAGE_BITS) || same_mapping(e->write, va, PAGE_BITS))
        forget(e);
    if (!bank->large)
        return;
    for (int i = 0; i < TLB_SIZE; i++) {
        e = &bank->entry[i];
        gva_t page = e->read != TLB_NOTHING ? e->read : e->write;
        if (e->mapped > PAGE_BITS && same_mapping(page, va, (unsigned)e->mapped))
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
}
