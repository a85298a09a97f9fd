/* SPDX-License-Identifier: MIT */
/* The translation that a load or store handler checks inline. An entry's presence proves: mapped, permitted, plain RAM, and (for
   writes) no decoded code in the page. Everything else takes the slow way. */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include "base/bits.h"
#include "base/types.h"

enum {
    PAGE_BITS = 12,          /* host-side granule of translation; larger guest pages are entered in pieces */
    TLB_BITS = 9,
    TLB_SIZE = 1 << TLB_BITS,
    TLB_NOTHING = 1          /* a tag that matches no page, because pages are aligned */
};

#define PAGE_SIZE (1ull << PAGE_BITS)
#define PAGE_MASK (~(PAGE_SIZE - 1))

struct tlb_entry {
    gva_t read, write;       /* page address, or TLB_NOTHING */
    uint64_t add;            /* host address = virtual address + add */
    uint64_t spare;          /* entries are 32 bytes: one shift to index */
};

/* One bank per set of permissions (exception level) and address space in use. */
struct tlb_bank {
    struct tlb_entry entry[TLB_SIZE];
};

static inline struct tlb_entry *tlb_entry(struct tlb_bank *bank, gva_t va)
{
    return &bank->entry[va >> PAGE_BITS & (TLB_SIZE - 1)];
}

/* The host address of `size` guest bytes at va, or NULL for the slow way. The last byte's page is compared with the first byte's
   entry, so an access that crosses a page never matches, at the cost of one addition. */
static inline const uint8_t *tlb_read(struct tlb_bank *bank, gva_t va, unsigned size)
{
    const struct tlb_entry *e = tlb_entry(bank, va);
    return likely(((va + size - 1) & PAGE_MASK) == e->read) ? (const uint8_t *)(uintptr_t)(va + e->add) : NULL;
}

static inline uint8_t *tlb_write(struct tlb_bank *bank, gva_t va, unsigned size)
{
    const struct tlb_entry *e = tlb_entry(bank, va);
    return likely(((va + size - 1) & PAGE_MASK) == e->write) ? (uint8_t *)(uintptr_t)(va + e->add) : NULL;
}

/* Forgets everything. */
void tlb_flush(struct tlb_bank *bank);

/* Forgets the page of va. */
void tlb_flush_page(struct tlb_bank *bank, gva_t va);

/* Forgets write permission of every entry that leads to the host page of `host` (code was decoded from it). */
void tlb_protect(struct tlb_bank *bank, const uint8_t *host);

#endif
