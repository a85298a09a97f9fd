/* SPDX-License-Identifier: MIT */
#include "mmu/tlb.h"

void tlb_flush(struct tlb_bank *bank)
{
    for (int i = 0; i < TLB_SIZE; i++)
        bank->entry[i].read = bank->entry[i].write = TLB_NOTHING;
}

void tlb_flush_page(struct tlb_bank *bank, gva_t va)
{
    struct tlb_entry *e = tlb_entry(bank, va);
    e->read = e->write = TLB_NOTHING;
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
