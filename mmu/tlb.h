/* SPDX-License-Identifier: MIT */
/* The translation that a load or store handler checks inline. An entry's presence proves: mapped, permitted, plain RAM, and (for
   writes) no decoded code in the page. Everything else takes the slow way. */
#ifndef MMU_TLB_H
#define MMU_TLB_H

#include "base/bits.h"
#include "base/types.h"

enum {
    PAGE_BITS = 12,          /* host-side granule of translation; larger guest pages are entered in pieces */
    TLB_BITS = 10,
    TLB_SIZE = 1 << TLB_BITS,
    TLB_NOTHING = 1          /* a tag that matches no page, because pages are aligned */
};

#define PAGE_SIZE (1ull << PAGE_BITS)
#define PAGE_MASK (~(PAGE_SIZE - 1))

struct tlb_entry {
    gva_t read, write;       /* page address, or TLB_NOTHING */
    uint64_t add;            /* host address = virtual address + add */
    uint64_t mapped;         /* log2 of the size of the guest's mapping it came from; entries are 32 bytes: one shift to index */
};

/* One bank per set of permissions (exception level) and address space in use. */
struct tlb_bank {
    struct tlb_entry entry[TLB_SIZE];
    gva_t large_first, large_last;   /* entries that are pieces of larger guest mappings lie between these, shifted as below */
};

static inline struct tlb_entry *tlb_entry(struct tlb_bank *bank, gva_t va)
{
    return &bank->entry[va >> PAGE_BITS & (TLB_SIZE - 1)];
}

/* Does the entry of va prove that `size` bytes there may be read (written)? The last byte's page is compared with the first
   byte's entry, so an access that crosses a page never matches, at the cost of one addition. */
static inline bool tlb_readable(const struct tlb_entry *e, gva_t va, unsigned size)
{
    return ((va + size - 1) & PAGE_MASK) == e->read;
}

static inline bool tlb_writable(const struct tlb_entry *e, gva_t va, unsigned size)
{
    return ((va + size - 1) & PAGE_MASK) == e->write;
}

static inline uint8_t *tlb_host(const struct tlb_entry *e, gva_t va)
{
    return (uint8_t *)(uintptr_t)(va + e->add);
}

/* Forgets everything. */
void tlb_flush(struct tlb_bank *bank);

/* To be called for an entry of va that is a piece of a guest mapping of 2^bits bytes, bits > PAGE_BITS. */
void tlb_note_large(struct tlb_bank *bank, gva_t va, unsigned bits);

/* Forgets every entry that came from the guest mapping which holds va. */
void tlb_flush_page(struct tlb_bank *bank, gva_t va);

/* Forgets write permission of every entry that leads to the host page of `host` (code was decoded from it). */
void tlb_protect(struct tlb_bank *bank, const uint8_t *host);

#endif
