/* SPDX-License-Identifier: MIT */
/* The micro-TLBs of fetch and data, the main TLB behind both, and the cache of table descriptors behind that. */
#ifndef CPU_TIMING_TLBS_H
#define CPU_TIMING_TLBS_H

#include "cpu/timing/memory.h"

enum { TLBS_BANKS = 2, TLBS_GROUPS = LINE_TABLE_SIZE / 64, TLBS_MICRO_MAX = 64, TLBS_WALK_MAX = 256, TLBS_LARGEST = 29 };
enum { TLBS_REGION_BITS = 21 };   /* what a table of the last level maps with the granule of 4K */

/* Line-table entries that an entry of a micro-TLB proves, by table (one for each exception level that used it) and place in it:
   the 64 lines of a page are a group, whose number is the page's. */
struct tlbs_proofs {
    struct line_entry *table[TLBS_BANKS];
    uint64_t installed[TLBS_BANKS][TLBS_GROUPS];
    uint32_t groups[TLBS_BANKS];          /* bit n: installed[][n] is not 0 */
    unsigned next_bank;
};

/* What has left the data micro-TLB takes its line entries along, suspended; if it comes back soon they are valid again. So a
   program that goes round more pages than the micro-TLB holds need not prove every line anew. It changes no event. */
struct tlbs_aside {
    gva_t number;             /* as below */
    uint32_t space;
    uint8_t size_bits;
    struct tlbs_proofs proofs;
};

enum { TLBS_ASIDE_BITS = 8 };

struct tlbs_micro {
    gva_t number[TLBS_MICRO_MAX];         /* va >> size_bits, or TLBS_NO_PAGE */
    uint8_t size_bits[TLBS_MICRO_MAX];
    uint32_t space[TLBS_MICRO_MAX];
    struct tlbs_proofs proofs[TLBS_MICRO_MAX];
    unsigned count, next;                 /* replaced round robin */
    unsigned last;                        /* found last: where to look first */
    unsigned reach_bits;                  /* entries of larger mappings are for so much of them */
    struct tlbs_aside aside[1 << TLBS_ASIDE_BITS];
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

/* Puts the page in, as micro->last; the lines of what has to go are suspended. */
void tlbs_micro_put(struct tlbs_micro *micro, const struct memory_page *page);

/* *entry was put in the line table because micro->last proves its page: the one of va, whose 64 entries are `lines`. */
void tlbs_micro_lines(struct tlbs_micro *micro, gva_t va, struct line_entry *lines, const struct line_entry *entry);

/* The main TLB. */
bool tlbs_has(const struct tlbs *t, const struct memory_page *page);
void tlbs_put(struct tlbs *t, const struct memory_page *page);

/* Is the descriptor in the walk cache? */
bool tlbs_walk_has(const struct tlbs *t, gpa_t descriptor);
void tlbs_walk_put(struct tlbs *t, gpa_t descriptor, gva_t va);

/* Maintenance; all of it empties the micro-TLBs, which forgets the lines of all translated pages. */
void tlbs_forget(struct tlbs *t);
void tlbs_forget_asid(struct tlbs *t, uint32_t asid);
void tlbs_forget_va(struct tlbs *t, gva_t va);

uint64_t tlbs_hash(const struct tlbs *t, uint64_t hash);

#endif
