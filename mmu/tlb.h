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
    TLB_NOTHING = 1,         /* a tag that matches no page, because pages are aligned */
    TLB_GLOBAL = 1 << 8      /* in tlb_entry.mapped: tied to no ASID */
};

#define PAGE_SIZE (1ull << PAGE_BITS)
#define PAGE_MASK (~(PAGE_SIZE - 1))

struct tlb_entry {
    gva_t read, write;       /* page address, or TLB_NOTHING */
    uint64_t add;            /* host address = virtual address + add */
    uint64_t mapped;         /* the guest's mapping it came from: log2 of its size in bits 7..0, TLB_GLOBAL, and in bits 63..12
                                the physical page. Entries are 32 bytes: one shift to index */
};

/* What a load or store handler checks inline while the core keeps time. An entry of this table proves of a page all that a
   tlb_entry proves, and that it is in the modelled micro-TLB; its masks say which lines of the page are in the modelled L1, their
   fills complete, and which of them may be written. An access to one of those has no event. */
enum {
    LINE_BITS = 6,
    LINE_PAGES = 128,
    LINE_SUSPENDED = 1 << 5,   /* in the tag while the page is not in the micro-TLB: no access matches, the masks stay right */
    LINE_NOTHING = LINE_SUSPENDED | 1 << 6   /* a tag that is no page's */
};

#define LINE_MASK (~((1ull << LINE_BITS) - 1))

struct line_page {
    uint64_t tag;            /* virtual address of the page, plus LINE_SUSPENDED; or LINE_NOTHING */
    uint64_t add;            /* host address = virtual address + add */
    uint64_t readable, writable;   /* a bit for each line */
};

/* One bank per set of permissions (exception level) and address space in use. */
struct tlb_bank {
    struct tlb_entry entry[TLB_SIZE];
    struct line_page line[LINE_PAGES];
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

static inline struct line_page *tlb_line(struct tlb_bank *bank, gva_t va)
{
    return &bank->line[va >> PAGE_BITS & (LINE_PAGES - 1)];
}

/* Does the entry of va prove that an aligned access of `size` bytes (a power of two, at most 16) has no event? One that is not
   aligned never matches: it may cross what the load/store unit does at once. */
static inline bool line_readable(const struct line_page *e, gva_t va, unsigned size)
{
    return (va & (PAGE_MASK | (size - 1))) == e->tag && e->readable >> (va >> LINE_BITS & 63) & 1;
}

static inline bool line_writable(const struct line_page *e, gva_t va, unsigned size)
{
    return (va & (PAGE_MASK | (size - 1))) == e->tag && e->writable >> (va >> LINE_BITS & 63) & 1;
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
