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
    bug_on(!s->utlb_entries || s->utlb_entries > TLBS_MICRO_MAX || s->walk_entries > TLBS_WALK_MAX);
    *t = (struct tlbs){ .fetch.count = s->utlb_entries, .data.count = s->utlb_entries, .ways = s->tlb_ways,
                        .way_bits = (uint32_t)__builtin_ctz(s->tlb_ways), .set_mask = s->tlb_entries / s->tlb_ways - 1,
                        .random = TLBS_SEED, .walk_count = s->walk_entries };
    t->main = mem_alloc(s->tlb_entries * sizeof *t->main);
    tlbs_forget(t);
}

void tlbs_free(struct tlbs *t)
{
    free(t->main);
}

/* ---- micro-TLBs ---- */

static void forget_bank(struct tlbs_proofs *p, unsigned bank)
{
    for (uint64_t rest = p->installed[bank]; rest; rest &= rest - 1)
        p->lines[bank][__builtin_ctzll(rest)].tag = LINE_NOTHING;
    p->lines[bank] = NULL;
    p->installed[bank] = 0;
}

static void micro_set(struct tlbs_micro *micro, unsigned i, gva_t key, uint32_t space)
{
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        forget_bank(&micro->proofs[i], bank);
    micro->key[i] = key;
    micro->space[i] = space;
}

static void aside_forget(struct tlbs_aside *aside)
{
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        forget_bank(&aside->proofs, bank);
    aside->key = TLBS_NO_PAGE;
}

static void micro_clear(struct tlbs_micro *micro)
{
    for (unsigned i = 0; i < micro->count; i++)
        micro_set(micro, i, TLBS_NO_PAGE, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(micro->aside); i++)
        aside_forget(&micro->aside[i]);
    micro->next = micro->last = 0;
}

static struct tlbs_aside *aside_place(struct tlbs_micro *micro, gva_t key, uint32_t space)
{
    uint64_t hash = (key >> PAGE_BITS ^ (uint64_t)space << 40) * 0x9e3779b97f4a7c15ull;
    return &micro->aside[hash >> (64 - TLBS_ASIDE_BITS)];
}

/* Suspends what the entries of a page prove, or takes that back; other pages' lines that took their places are left alone. An
   entry whose line left L1D meanwhile was forgotten then, suspended or not. */
static void set_suspended(const struct tlbs_proofs *p, gva_t page, bool suspended)
{
    uint64_t from = suspended ? 0 : LINE_SUSPENDED;
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        for (uint64_t rest = p->installed[bank]; rest; rest &= rest - 1) {
            struct line_entry *line = &p->lines[bank][__builtin_ctzll(rest)];
            if ((line->tag & (PAGE_MASK | LINE_SUSPENDED)) == (page | from) && line->tag != LINE_NOTHING)
                line->tag ^= LINE_SUSPENDED;
        }
}

/* Entry i is about to be replaced. */
static void put_aside(struct tlbs_micro *micro, unsigned i)
{
    struct tlbs_proofs *p = &micro->proofs[i];
    if (!(p->installed[0] | p->installed[1]))
        return;
    struct tlbs_aside *aside = aside_place(micro, micro->key[i], micro->space[i]);
    aside_forget(aside);
    set_suspended(p, micro->key[i] & PAGE_MASK, true);
    *aside = (struct tlbs_aside){ micro->key[i], micro->space[i], *p };
    *p = (struct tlbs_proofs){ 0 };
}

void tlbs_micro_put(struct tlbs_micro *micro, gva_t va, uint32_t space)
{
    micro->last = micro->next;
    micro->next = micro->next + 1 < micro->count ? micro->next + 1 : 0;
    unsigned i = micro->last;
    gva_t key = tlbs_micro_key(va, space);
    put_aside(micro, i);
    micro_set(micro, i, key, space);
    struct tlbs_aside *aside = aside_place(micro, key, space);
    if (aside->key == key && aside->space == space) {
        micro->proofs[i] = aside->proofs;
        aside->key = TLBS_NO_PAGE;
        aside->proofs = (struct tlbs_proofs){ 0 };
        set_suspended(&micro->proofs[i], key & PAGE_MASK, false);
    }
}

void tlbs_micro_lines(struct tlbs_micro *micro, struct line_entry *lines, const struct line_entry *entry)
{
    struct tlbs_proofs *p = &micro->proofs[micro->last];
    bug_on(entry < lines || entry >= lines + 64);
    unsigned bank = 0;
    while (bank < TLBS_BANKS && p->lines[bank] != lines)
        bank++;
    if (bank == TLBS_BANKS) {   /* a bank not seen before takes the place of an older one, whose entries nobody would remember */
        bank = p->next_bank;
        p->next_bank = (p->next_bank + 1) % TLBS_BANKS;
        forget_bank(p, bank);
        p->lines[bank] = lines;
    }
    p->installed[bank] |= 1ull << (entry - lines);
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
        hash = cache_mix(cache_mix(hash, micro->key[i]), micro->space[i]);
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
