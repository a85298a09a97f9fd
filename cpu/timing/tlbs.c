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

static void forget_bank(struct tlbs_proofs *p, unsigned bank)
{
    for (uint32_t groups = p->groups[bank]; groups; groups &= groups - 1) {
        unsigned group = (unsigned)__builtin_ctz(groups);
        for (uint64_t rest = p->installed[bank][group]; rest; rest &= rest - 1)
            p->table[bank][64 * group + (unsigned)__builtin_ctzll(rest)].tag = LINE_NOTHING;
        p->installed[bank][group] = 0;
    }
    p->groups[bank] = 0;
    p->table[bank] = NULL;
}

static void forget_proofs(struct tlbs_proofs *p)
{
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        forget_bank(p, bank);
}

static void micro_set(struct tlbs_micro *micro, unsigned i, gva_t number, unsigned size_bits, uint32_t space)
{
    forget_proofs(&micro->proofs[i]);
    micro->number[i] = number;
    micro->size_bits[i] = (uint8_t)size_bits;
    micro->space[i] = space;
}

static void micro_clear(struct tlbs_micro *micro)
{
    for (unsigned i = 0; i < micro->count; i++)
        micro_set(micro, i, TLBS_NO_PAGE, PAGE_BITS, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(micro->aside); i++) {
        forget_proofs(&micro->aside[i].proofs);
        micro->aside[i].number = TLBS_NO_PAGE;
    }
    micro->next = micro->last = 0;
}

static struct tlbs_aside *aside_place(struct tlbs_micro *micro, unsigned i)
{
    uint64_t hash = (micro->number[i] ^ (uint64_t)micro->space[i] << 40) * 0x9e3779b97f4a7c15ull;
    return &micro->aside[hash >> (64 - TLBS_ASIDE_BITS)];
}

/* Suspends what a micro-TLB entry proves, or takes that back; lines of other pages that took their places are left alone. What
   proves a line that left L1D meanwhile was forgotten then, suspended or not. */
static void set_suspended(const struct tlbs_proofs *p, gva_t number, unsigned size_bits, bool suspended)
{
    uint64_t from = suspended ? 0 : LINE_SUSPENDED;
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++)
        for (uint32_t groups = p->groups[bank]; groups; groups &= groups - 1) {
            unsigned group = (unsigned)__builtin_ctz(groups);
            for (uint64_t rest = p->installed[bank][group]; rest; rest &= rest - 1) {
                struct line_entry *line = &p->table[bank][64 * group + (unsigned)__builtin_ctzll(rest)];
                if (line->tag >> size_bits == number && (line->tag & LINE_SUSPENDED) == from && line->tag != LINE_NOTHING)
                    line->tag ^= LINE_SUSPENDED;
            }
        }
}

/* *to has nothing; afterwards *from has nothing. Only groups in use are touched: there are few, and both are large. */
static void move_proofs(struct tlbs_proofs *to, struct tlbs_proofs *from)
{
    for (unsigned bank = 0; bank < TLBS_BANKS; bank++) {
        for (uint32_t groups = from->groups[bank]; groups; groups &= groups - 1) {
            unsigned group = (unsigned)__builtin_ctz(groups);
            to->installed[bank][group] = from->installed[bank][group];
            from->installed[bank][group] = 0;
        }
        to->groups[bank] = from->groups[bank];
        to->table[bank] = from->table[bank];
        from->groups[bank] = 0;
        from->table[bank] = NULL;
    }
}

/* Entry i is about to be replaced. */
static void put_aside(struct tlbs_micro *micro, unsigned i)
{
    struct tlbs_proofs *p = &micro->proofs[i];
    if (!(p->groups[0] | p->groups[1]))
        return;
    struct tlbs_aside *aside = aside_place(micro, i);
    forget_proofs(&aside->proofs);
    set_suspended(p, micro->number[i], micro->size_bits[i], true);
    aside->number = micro->number[i];
    aside->size_bits = micro->size_bits[i];
    aside->space = micro->space[i];
    move_proofs(&aside->proofs, p);
}

/* Entry i is new: was it here before? */
static void take_back(struct tlbs_micro *micro, unsigned i)
{
    struct tlbs_aside *aside = aside_place(micro, i);
    if (aside->number != micro->number[i] || aside->size_bits != micro->size_bits[i] || aside->space != micro->space[i])
        return;
    move_proofs(&micro->proofs[i], &aside->proofs);
    aside->number = TLBS_NO_PAGE;
    set_suspended(&micro->proofs[i], micro->number[i], micro->size_bits[i], false);
}

void tlbs_micro_put(struct tlbs_micro *micro, const struct memory_page *page)
{
    unsigned bits = page->size_bits < PAGE_BITS ? PAGE_BITS : page->size_bits;
    if (bits > micro->reach_bits)
        bits = micro->reach_bits;
    micro->last = micro->next;
    micro->next = micro->next + 1 < micro->count ? micro->next + 1 : 0;
    put_aside(micro, micro->last);
    micro_set(micro, micro->last, page->va >> bits, bits, page->space);
    take_back(micro, micro->last);
}

void tlbs_micro_lines(struct tlbs_micro *micro, gva_t va, struct line_entry *lines, const struct line_entry *entry)
{
    struct tlbs_proofs *p = &micro->proofs[micro->last];
    unsigned group = va >> PAGE_BITS & (TLBS_GROUPS - 1), bank = 0;
    struct line_entry *table = lines - 64 * group;
    bug_on(entry < lines || entry >= lines + 64);
    while (bank < TLBS_BANKS && p->table[bank] != table)
        bank++;
    if (bank == TLBS_BANKS) {   /* a table not seen before takes the place of an older one, whose entries nobody would remember */
        bank = p->next_bank;
        p->next_bank = (p->next_bank + 1) % TLBS_BANKS;
        forget_bank(p, bank);
        p->table[bank] = table;
    }
    p->installed[bank][group] |= 1ull << (entry - lines);
    p->groups[bank] |= 1u << group;
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
