/* SPDX-License-Identifier: MIT */
/* The micro-TLBs of fetch and data, the main TLB behind both, and the cache of table descriptors behind that. */
#ifndef CPU_TIMING_TLBS_H
#define CPU_TIMING_TLBS_H

#include "cpu/timing/memory.h"

enum { TLBS_BANKS = 2, TLBS_MICRO_MAX = 64, TLBS_WALK_MAX = 256, TLBS_LARGEST = 29 };
enum { TLBS_REGION_BITS = 21 };   /* what a table of the last level maps with the granule of 4K */

/* Entries of line tables that an entry of a micro-TLB proves, by table (one for each exception level that used it): there is one
   for each page of its mapping that was used. */
struct tlbs_proofs {
    struct line_page *table[TLBS_BANKS];
    uint64_t pages[TLBS_BANKS][LINE_PAGES / 64];   /* a bit for each place in the table */
    unsigned next_bank;
};

struct tlbs_micro {
    gva_t number[TLBS_MICRO_MAX];         /* va >> size_bits, or TLBS_NO_PAGE */
    uint8_t size_bits[TLBS_MICRO_MAX];
    uint32_t space[TLBS_MICRO_MAX];
    struct tlbs_proofs proofs[TLBS_MICRO_MAX];
    unsigned count, next;                 /* replaced round robin */
    unsigned last;                        /* found last: where to look first */
    unsigned reach_bits;                  /* entries of larger mappings are for so much of them */
};

struct tlbs_entry {
    gva_t page;               /* va >> size_bits, or TLBS_NO_PAGE */
    uint32_t asid;
    uint8_t size_bits;
};

/* What a walk may skip: the table of the last level that serves these 2 MB is known. */
struct tlbs_walk_entry {
    gpa_t descriptor;         /* that points to the table, or TLBS_NO_PAGE */
    gva_t region;             /* va >> TLBS_REGION_BITS */
};

struct tlbs {
    struct tlbs_micro fetch, data;
    struct tlbs_entry *main;
    uint32_t set_mask, ways, way_bits, random;
    struct tlbs_walk_entry walk[TLBS_WALK_MAX];
    unsigned walk_count, walk_next;
};

#define TLBS_NO_PAGE UINT64_MAX

void tlbs_init(struct tlbs *t, const struct core_settings *settings);
void tlbs_free(struct tlbs *t);

static inline bool tlbs_micro_is(const struct tlbs_micro *micro, unsigned i, gva_t va, uint32_t space)
{
    return va >> micro->size_bits[i] == micro->number[i] && micro->space[i] == space;
}

/* Is the page in the micro-TLB? If so its entry becomes micro->last. */
static inline bool tlbs_micro_has(struct tlbs_micro *micro, gva_t va, uint32_t space)
{
    if (tlbs_micro_is(micro, micro->last, va, space))
        return true;
    for (unsigned i = 0; i < micro->count; i++)
        if (tlbs_micro_is(micro, i, va, space)) {
            micro->last = i;
            return true;
        }
    return false;
}

/* Puts the page in, as micro->last. What the one proved that has to go for it is suspended: if it comes back, its lines need not
   be proved anew, so a program may go round more pages than the micro-TLB holds. */
void tlbs_micro_put(struct tlbs_micro *micro, const struct memory_page *page);

/* micro->last proves *entry, which is that of va in its line table. */
void tlbs_micro_proves(struct tlbs_micro *micro, gva_t va, struct line_page *entry);

/* The main TLB. */
bool tlbs_has(const struct tlbs *t, const struct memory_page *page);
void tlbs_put(struct tlbs *t, const struct memory_page *page);

/* Is the descriptor in the walk cache? */
bool tlbs_walk_has(const struct tlbs *t, gpa_t descriptor);
void tlbs_walk_put(struct tlbs *t, gpa_t descriptor, gva_t va);

/* Maintenance; all of it empties the micro-TLBs, which suspends all translated pages. */
void tlbs_forget(struct tlbs *t);
void tlbs_forget_asid(struct tlbs *t, uint32_t asid);
void tlbs_forget_va(struct tlbs *t, gva_t va);

uint64_t tlbs_hash(const struct tlbs *t, uint64_t hash);

#endif
