/* SPDX-License-Identifier: MIT */
/* DDI 0500J 5.2 describes what is here; how entries are replaced and indexed is not published. */
#include "cpu/timing/tlbs.h"

#include <stdlib.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/timing/cache.h"

enum { TLBS_SEED = 0x2545f491 };

void tlbs_init(struct tlbs *t, const struct core_settings *s)
{
    bug_on(!is_power_of_2(s->tlb_entries) || !is_power_of_2(s->tlb_ways) || s->tlb_ways > s->tlb_entries);
    bug_on(!is_power_of_2(s->utlb_reach) || s->utlb_reach < PAGE_SIZE);
    bug_on(!s->utlb_entries || s->utlb_entries > TLBS_MICRO_MAX || s->walk_entries > TLBS_WALK_MAX);
    *t = (struct tlbs){ .fetch.count = s->utlb_entries, .data.count = s->utlb_entries, .ways = s->tlb_ways,
                        .way_bits = (uint32_t)__builtin_ctz(s->tlb_ways), .set_mask = s->tlb_entries / s->tlb_ways - 1,
                        .random = TLBS_SEED, .walk_count = s->walk_entries };
    t->fetch.reach_bits = t->data.reach_bits = (unsigned)__builtin_ctz(s->utlb_reach);
    t->main = mem_alloc(s->tlb_entries * sizeof *t->main);
    tlbs_forget(t);
}

void tlbs_free(struct tlbs *t)
{
    free(t->main);
}

/* ---- micro-TLBs ---- */

/* Entries that another page has taken meanwhile are left alone. */
static void suspend_bank(struct tlbs_micro *micro, unsigned i, unsigned bank)
{
    struct tlbs_proofs *p = &micro->proofs[i];
    for (unsigned word = 0; word < ARRAY_SIZE(p->pages[bank]); word++) {
        for (uint64_t left = p->pages[bank][word]; left; left &= left - 1) {
            struct line_page *e = &p->table[bank][64 * word + (unsigned)__builtin_ctzll(left)];
            if (e->tag >> micro->size_bits[i] == micro->number[i])
                e->tag |= LINE_SUSPENDED;
        }
        p->pages[bank][word] = 0;
    }
    p->table[bank] = NULL;
}

static void micro_set(struct tlbs_micro *micro, unsigned i, gva_t number, unsigned size_bits, uint32_t space)
{
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        if (micro->proofs[i].table[bank])
            suspend_bank(micro, i, bank);
    micro->number[i] = number;
    micro->size_bits[i] = (uint8_t)size_bits;
    micro->space[i] = space;
}

static void micro_clear(struct tlbs_micro *micro)
{
    for (unsigned i = 0; i < micro->count; i++)
        micro_set(micro, i, TLBS_NO_PAGE, PAGE_BITS, 0);
    micro->next = micro->last = 0;
}

void tlbs_micro_put(struct tlbs_micro *micro, const struct memory_page *page)
{
    unsigned bits = page->size_bits < PAGE_BITS ? PAGE_BITS : page->size_bits;
    if (bits > micro->reach_bits)
        bits = micro->reach_bits;
    micro->last = micro->next;
    micro->next = micro->next + 1 < micro->count ? micro->next + 1 : 0;
    micro_set(micro, micro->last, page->va >> bits, bits, page->space);
}

void tlbs_micro_proves(struct tlbs_micro *micro, gva_t va, struct line_page *entry)
{
    struct tlbs_proofs *p = &micro->proofs[micro->last];
    unsigned place = va >> PAGE_BITS & (LINE_PAGES - 1), bank = 0;
    struct line_page *table = entry - place;
    while (bank < TLBS_BANKS && p->table[bank] != table)
        bank++;
    if (bank == TLBS_BANKS) {   /* a table not seen before takes the place of an older one, whose entries nobody would remember */
        bank = p->next_bank;
        p->next_bank = (p->next_bank + 1) % TLBS_BANKS;
        if (p->table[bank])
            suspend_bank(micro, micro->last, bank);
        p->table[bank] = table;
    }
    p->pages[bank][place / 64] |= 1ull << place % 64;
}

/* ---- the main TLB ---- */

/* DDI 0500J 5.2.2: blocks of 1 GB are split into 512 MB; all other sizes have entries of their own. */
static unsigned entry_bits(const struct memory_page *page)
{
    if (page->size_bits < PAGE_BITS)
        return PAGE_BITS;
    return page->size_bits > TLBS_LARGEST ? TLBS_LARGEST : page->size_bits;
}

static struct tlbs_entry *main_set(const struct tlbs *t, gva_t number)
{
    return &t->main[((uint32_t)number & t->set_mask) << t->way_bits];
}

bool tlbs_has(const struct tlbs *t, const struct memory_page *page)
{
    unsigned bits = entry_bits(page);
    gva_t number = page->va >> bits;
    const struct tlbs_entry *e = main_set(t, number);
    for (uint32_t way = 0; way < t->ways; way++, e++)
        if (e->page == number && e->size_bits == bits && (e->asid == page->asid || e->asid == MEMORY_GLOBAL))
            return true;
    return false;
}

void tlbs_put(struct tlbs *t, const struct memory_page *page)
{
    unsigned bits = entry_bits(page);
    gva_t number = page->va >> bits;
    struct tlbs_entry *set = main_set(t, number);
    uint32_t way = 0;
    while (way < t->ways && set[way].page != TLBS_NO_PAGE)
        way++;
    if (way == t->ways) {
        t->random ^= t->random << 13;
        t->random ^= t->random >> 17;
        t->random ^= t->random << 5;
        way = t->random >> 8 & (t->ways - 1);
    }
    set[way] = (struct tlbs_entry){ .page = number, .asid = page->asid, .size_bits = (uint8_t)bits };
}

/* ---- the walk cache ---- */

bool tlbs_walk_has(const struct tlbs *t, gpa_t descriptor)
{
    for (unsigned i = 0; i < t->walk_count; i++)
        if (t->walk[i].descriptor == descriptor)
            return true;
    return false;
}

void tlbs_walk_put(struct tlbs *t, gpa_t descriptor, gva_t va)
{
    if (!t->walk_count)
        return;
    t->walk[t->walk_next] = (struct tlbs_walk_entry){ descriptor, va >> TLBS_REGION_BITS };
    t->walk_next = t->walk_next + 1 < t->walk_count ? t->walk_next + 1 : 0;
}

/* ---- maintenance ---- */

/* DDI 0500J 5.2.1: every maintenance operation of the main TLB flushes both micro-TLBs. */
static void forget_micro(struct tlbs *t)
{
    micro_clear(&t->fetch);
    micro_clear(&t->data);
}

void tlbs_forget(struct tlbs *t)
{
    forget_micro(t);
    for (uint32_t i = 0; i < (t->set_mask + 1) << t->way_bits; i++)
        t->main[i] = (struct tlbs_entry){ .page = TLBS_NO_PAGE };
    for (unsigned i = 0; i < t->walk_count; i++)
        t->walk[i].descriptor = TLBS_NO_PAGE;
    t->walk_next = 0;
}

/* Walk entries have no ASID here; too few of them are never wrong. */
void tlbs_forget_asid(struct tlbs *t, uint32_t asid)
{
    forget_micro(t);
    for (uint32_t i = 0; i < (t->set_mask + 1) << t->way_bits; i++)
        if (t->main[i].asid == asid && asid != MEMORY_GLOBAL)
            t->main[i].page = TLBS_NO_PAGE;
    for (unsigned i = 0; i < t->walk_count; i++)
        t->walk[i].descriptor = TLBS_NO_PAGE;
}

void tlbs_forget_va(struct tlbs *t, gva_t va)
{
    forget_micro(t);
    for (uint32_t i = 0; i < (t->set_mask + 1) << t->way_bits; i++) {
        struct tlbs_entry *e = &t->main[i];
        if (e->page != TLBS_NO_PAGE && e->page == va >> e->size_bits)
            e->page = TLBS_NO_PAGE;
    }
    for (unsigned i = 0; i < t->walk_count; i++)
        if (t->walk[i].region == va >> TLBS_REGION_BITS)
            t->walk[i].descriptor = TLBS_NO_PAGE;
}

/* ---- */

static uint64_t micro_hash(const struct tlbs_micro *micro, uint64_t hash)
{
    for (unsigned i = 0; i < micro->count; i++)
        hash = cache_mix(cache_mix(hash, micro->number[i]), (uint64_t)micro->space[i] << 8 ^ micro->size_bits[i]);
    return cache_mix(hash, micro->next);
}

uint64_t tlbs_hash(const struct tlbs *t, uint64_t hash)
{
    hash = micro_hash(&t->data, micro_hash(&t->fetch, hash));
    for (uint32_t i = 0; i < (t->set_mask + 1) << t->way_bits; i++) {
        const struct tlbs_entry *e = &t->main[i];
        hash = cache_mix(hash, e->page);
        if (e->page != TLBS_NO_PAGE)
            hash = cache_mix(hash, (uint64_t)e->asid << 8 ^ e->size_bits);
    }
    for (unsigned i = 0; i < t->walk_count; i++)
        hash = cache_mix(hash, t->walk[i].descriptor);
    return cache_mix(cache_mix(hash, t->random), t->walk_next);
}
