/* SPDX-License-Identifier: MIT */
#include "tests/cpu/timing/random_program.h"

#include <check.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/cpu/timing/random_items.h"

enum { LARGE_BLOCK = BARE_DATA & ~((2 << 20) - 1), LARGE_DATA = PROGRAM_LARGE + BARE_DATA - LARGE_BLOCK };

static uint32_t below(struct writer *w, uint32_t n) { return oracle_below(w->seed, n); }

/* ---- parts ---- */

/* Most of what a program executes. */
static void emit_loop(struct writer *w)
{
    writer_number(w, LOOP, 2 + below(w, below(w, 2) ? 16 : 120));
    uint32_t at = w->part->count;
    writer_items(w, 1 + below(w, 6));
    writer_emit(w, W_SUB_IMM | W_IMM12(1) | W_RN(LOOP) | LOOP);
    writer_emit(w, W_CBNZ | ((at - w->part->count) & 0x7ffff) << 5 | LOOP);
}

static void begin_part(struct writer *w, struct program_part *part, gpa_t first, unsigned pages)
{
    w->part = part;
    part->count = 0;
    part->at = first + 4096ull * below(w, pages);
    part->at += 4 * below(w, 1024);
}

static void draw_function(struct writer *w, struct program_part *part, gpa_t first)
{
    begin_part(w, part, first, 2);
    for (unsigned i = 1 + below(w, 6); i; i--) {
        if (below(w, 3))
            writer_near(w);
        else
            writer_plain(w);
    }
    writer_emit(w, W_RET | W_RN(LINK));
}

static void draw_user(struct writer *w, struct program_part *part)
{
    w->el = 0;
    begin_part(w, part, BARE_CODE + PROGRAM_KERNEL_PAGES * 4096, PROGRAM_USER_PAGES - 1);
    w->user_at = (unsigned)(part->at - BARE_CODE - PROGRAM_KERNEL_PAGES * 4096);
    writer_number(w, BASE, below(w, 3) ? PROGRAM_DATA : LARGE_DATA);
    for (unsigned i = 1 + below(w, 3); i; i--) {
        writer_items(w, 1 + below(w, 4));
        emit_loop(w);
    }
    writer_emit(w, W_SVC);
}

static void draw_main(struct writer *w, struct program_part *part, uint64_t base)
{
    w->el = 1;
    begin_part(w, part, BARE_CODE + 8 * 4096, PROGRAM_KERNEL_PAGES - 9);
    for (unsigned i = 1 + below(w, 4); i; i--) {
        writer_number(w, BASE, base);
        if (below(w, 3))
            emit_loop(w);
        else
            writer_items(w, 2 + below(w, 6));
    }
    writer_emit(w, W_HVC);
}

void program_draw(struct program *p, const struct program_map *map, uint64_t *seed)
{
    struct writer w = { .map = map, .seed = seed };
    w.el = 1;
    for (unsigned i = 0; i < 2; i++) {
        draw_function(&w, &p->part[1 + i], BARE_CODE + 4096 * 4 * i);
        w.function[i] = p->part[1 + i].at;
    }
    w.functions = 2;
    draw_user(&w, &p->part[3]);
    p->base = below(&w, 2) ? (below(&w, 3) ? PROGRAM_DATA : LARGE_DATA) : BARE_DATA + map->kernel + 4096 * below(&w, 8);
    draw_main(&w, &p->part[0], p->base);
    for (unsigned i = 0; i < ARRAY_SIZE(p->registers); i++)
        p->registers[i] = below(&w, 3) ? oracle_random(seed) : below(&w, 1000);
    p->instructions = 0;
    for (unsigned i = 0; i < PROGRAM_PARTS; i++)
        p->instructions += p->part[i].count;
}

/* ---- on a machine ---- */

uint64_t program_table(const struct program_map *map, unsigned space)
{
    return map->root[space] | (uint64_t)(space + 1) << 48;
}

/* What is synchronous is stepped over, but an SVC of EL0, which goes back to EL1; the timer is set again, an overflow cleared. */
static void put_vectors(struct bare *b)
{
    const uint32_t next = W_ADD_IMM | W_IMM12(4) | W_RN(HANDLER) | HANDLER;
    const uint32_t is_svc = W_SUB_IMM | W_IMM12(EC_SVC) | W_RN(HANDLER) | HANDLER;
    for (unsigned at = 0; at < 0x800; at += 0x80) {
        gpa_t to = BARE_VECTORS + at;
        if (at % 0x200 == VECTOR_IRQ)
            BARE_PUT(b, to, W_MOVZ | W_IMM16(20 + (at >> 4)) | HANDLER, W_MSR | CNTV_TVAL | HANDLER, W_ERET);
        else if (at % 0x200 == VECTOR_FIQ)
            BARE_PUT(b, to, MOVN | HANDLER, W_MSR | PMOVSCLR | HANDLER, W_ERET);
        else if (at == 0x400)
            BARE_PUT(b, to, W_MRS | ESR | HANDLER, LSR_26 | W_RN(HANDLER) | HANDLER, is_svc, CBZ | 5 << 5 | HANDLER,
                     W_MRS | ELR | HANDLER, next, W_MSR | ELR | HANDLER, W_ERET,
                     W_MSR | ELR | BACK, W_MOVZ | W_IMM16(0x345) | HANDLER, W_MSR | SPSR | HANDLER, W_ERET);
        else
            BARE_PUT(b, to, W_MRS | ELR | HANDLER, next, W_MSR | ELR | HANDLER, W_ERET);
    }
}

static void put_tables(struct bare *b, struct program_map *map, uint64_t *seed)
{
    gpa_t upper = bare_root(b);
    for (unsigned at = 0; at < BARE_RAM_SIZE; at += 2 << 20)
        bare_map(b, upper, 0xffffff8000000000 + BARE_RAM + at, BARE_RAM + at, 21, BARE_UXN);
    for (unsigned space = 0; space < PROGRAM_SPACES; space++) {
        gpa_t root = map->root[space] = bare_root(b);
        for (unsigned at = 0; map->is_low && at < BARE_RAM_SIZE; at += 2 << 20)
            bare_map(b, root, BARE_RAM + at, BARE_RAM + at, 21, BARE_UXN);
        for (unsigned i = 0; i < PROGRAM_USER_PAGES; i++)
            bare_map(b, root, PROGRAM_USER_CODE + 4096 * i, BARE_CODE + 4096 * (PROGRAM_KERNEL_PAGES + i), 12,
                     BARE_USER | BARE_READ_ONLY | BARE_PXN | (space ? BARE_NG : 0));
        bare_map(b, root, PROGRAM_DEVICE, BARE_DEVICE, 12, BARE_DEVICE_ATTR | BARE_USER | BARE_PXN | BARE_UXN);
        gpa_t at = bare_map(b, root, PROGRAM_LARGE, LARGE_BLOCK, 21, BARE_USER | BARE_NG | BARE_PXN | BARE_UXN);
        map->large_at[space] = at;
        map->large[space][0] = bare_get64(b, at);
        bare_map(b, root, PROGRAM_LARGE, LARGE_BLOCK, 12, BARE_USER | BARE_NG | BARE_PXN | BARE_UXN);
        map->large[space][1] = bare_get64(b, at);
        for (unsigned i = 0; i < PROGRAM_PAGES; i++) {
            map->descriptor[space][i] = bare_map(b, root, PROGRAM_DATA + 4096 * i, BARE_DATA, 12, 0);
            bare_set64(b, map->descriptor[space][i], random_items_page(seed));
        }
    }
    b->cpu->ttbr1_el1 = upper;
}

void program_prepare(struct bare *b, struct program_map *map, bool is_low, uint64_t seed)
{
    struct arm64 *c = b->cpu;
    *map = (struct program_map){ .is_low = is_low, .kernel = is_low ? 0 : 0xffffff8000000000 };
    arm64_set_crypto(c, true);
    bare_msr(b, PMCNTENSET, 0x8000003f);
    bare_msr(b, PMCR, 1);
    put_vectors(b);
    put_tables(b, map, &seed);
    for (unsigned at = 0; at < PROGRAM_FRAMES * 4096; at += 8)
        bare_set64(b, BARE_DATA + at, oracle_random(&seed));
    c->ttbr0_el1 = program_table(map, 0);
    c->tcr_el1 = 25 | 25 << 16 | 2ull << 30;
    c->mair_el1 = 0x00ff;
    c->vbar_el1 = BARE_VECTORS + map->kernel;
    c->cpacr_el1 = 3 << 20;
    c->sctlr_el1 |= SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_UCI | SCTLR_DZE;
    c->cntkctl_el1 = 3;
    c->pmu.user = 1;
    mmu_flush_all(c);
    mmu_switch(c);
    irq_connect(&c->timer_irq[0], arm64_input, c, 0);
    irq_connect(&c->pmu.irq, arm64_input, c, 1);
}

void program_start(struct bare *b, const struct program *p, const struct program_map *map)
{
    struct arm64 *c = b->cpu;
    for (unsigned i = 0; i < PROGRAM_PARTS; i++) {
        uint32_t words[PROGRAM_PART_MAX];   /* as they lie in memory */
        for (unsigned k = 0; k < p->part[i].count; k++)
            words[k] = le32(p->part[i].word[k]);
        ck_assert(space_write(&b->space, p->part[i].at, words, 4 * p->part[i].count));
    }
    memcpy(c->x, p->registers, sizeof p->registers);
    c->cpacr_el1 = 3 << 20;
    if (b->stopped_at == BARE_HALTED || !(c->sctlr_el1 & SCTLR_M)) {   /* stopped, maybe between a descriptor and its TLBI */
        c->sctlr_el1 = (c->sctlr_el1 | SCTLR_M) & ~(uint64_t)SCTLR_EE;
        mmu_flush_all(c);
    }
    c->cpu.halted = false;
    c->spsr_el1 = 0x3c5;
    c->elr_el1 = p->part[0].at + map->kernel;
    arm64_exception_return(c);
    b->stopped_at = BARE_HALTED;
}
