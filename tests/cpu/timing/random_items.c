/* SPDX-License-Identifier: MIT */
#include "tests/cpu/timing/random_items.h"

#include <check.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"

#define SCTLR      W_SYSREG(3, 0, 1, 0, 0)
#define CPACR      W_SYSREG(3, 0, 1, 0, 2)
#define CONTEXTIDR W_SYSREG(3, 0, 13, 0, 1)
#define CNTVCT     W_SYSREG(3, 3, 14, 0, 2)
#define CNTV_CTL   W_SYSREG(3, 3, 14, 3, 1)
#define PMCCNTR    W_SYSREG(3, 3, 9, 13, 0)
#define PMINTENSET W_SYSREG(3, 0, 9, 14, 1)
#define PMEVCNTR   W_SYSREG(3, 3, 14, 8, 0)
#define MDSCR      W_SYSREG(2, 0, 0, 2, 2)
#define OSLAR      W_SYSREG(2, 0, 1, 0, 4)
#define DBGBVR     W_SYSREG(2, 0, 0, 0, 4)
#define DBGBCR     W_SYSREG(2, 0, 0, 0, 5)
#define DBGWVR     W_SYSREG(2, 0, 0, 0, 6)
#define DBGWCR     W_SYSREG(2, 0, 0, 0, 7)
#define PMEVTYPER  W_SYSREG(3, 3, 14, 12, 0)

/* Of two draws in one expression the compiler chooses which is the first, and a seed would not mean the same on every host: here
   each has a statement of its own. */
static uint32_t below(struct writer *w, uint32_t n) { return oracle_below(w->seed, n); }

static uint32_t any_register(struct writer *w) { return below(w, COUNT_OF_RANDOM); }

void writer_emit(struct writer *w, uint32_t word)
{
    ck_assert_uint_lt(w->part->count, PROGRAM_PART_MAX);
    w->part->word[w->part->count++] = word;
}

void writer_number(struct writer *w, unsigned reg, uint64_t value)
{
    writer_emit(w, W_MOVZ | W_IMM16(value & 0xffff) | reg);
    for (unsigned i = 1; i < 4; i++)
        if (value >> 16 * i & 0xffff)
            writer_emit(w, MOVK | i << 21 | W_IMM16(value >> 16 * i & 0xffff) | reg);
}

static void emit_msr(struct writer *w, uint32_t reg, uint64_t value)
{
    writer_number(w, TEMP, value);
    writer_emit(w, W_MSR | reg | TEMP);
}

/* ---- random words ---- */

/* A destination that the program needs goes elsewhere. */
static uint32_t spare(uint32_t word, unsigned shift)
{
    return (word >> shift & 31) < COUNT_OF_RANDOM ? word : word & ~(16u << shift);
}

static bool is_plain(unsigned row)
{
    enum insn_class class = insn_rows[row].class;
    return class <= CLASS_CRC || (class >= CLASS_FP && class < CLASS_FP_LOAD);
}

static bool is_memory(unsigned row)
{
    enum insn_class class = insn_rows[row].class;
    return (class >= CLASS_LOAD && class <= CLASS_EXCLUSIVE) || class >= CLASS_FP_LOAD;
}

static uint32_t random_plain(struct writer *w)
{
    for (;;) {
        unsigned row = below(w, insn_row_count);
        if (!is_plain(row) || (below(w, 3) && insn_rows[row].class >= CLASS_FP))
            continue;
        uint32_t word = spare(oracle_word(w->seed, row), 0);
        if (decode_row(word) == (int)row)
            return word;
    }
}

/* A load or store of any kind at [ADDRESS], indexed by OFFSET if it is indexed. */
static uint32_t random_memory(struct writer *w)
{
    for (;;) {
        unsigned row = below(w, insn_row_count);
        if (!is_memory(row))
            continue;
        uint32_t word = spare(oracle_word(w->seed, row), 0);
        bool is_literal = (word & 0x3b000000) == 0x18000000;
        if (is_literal && below(w, 8))   /* most lead nowhere */
            continue;
        if (!is_literal)
            word = (word & ~(31u << 5)) | W_RN(ADDRESS);
        if ((word & 0x3b200c00) == 0x38200800)
            word = (word & ~(31u << 16)) | W_RM(OFFSET);
        else if ((word & 0x3f000000) == 0x08000000)
            word = spare(word, 16);
        if ((word & 0x3a000000) == 0x28000000 || (word & 0x3f000000) == 0x08000000)
            word = spare(word, 10);
        if (decode_row(word) == (int)row)
            return word;
    }
}

/* ---- items: a few words that belong together ---- */

static void emit_compare(struct writer *w)
{
    uint32_t reg = any_register(w);
    writer_emit(w, SUBS_REG | W_RM(reg) | W_RN(any_register(w)) | ZERO);
}

/* OFFSET: somewhere in the window, aligned to sixteen mostly. */
static void emit_offset(struct writer *w)
{
    uint32_t reg = any_register(w);
    writer_emit(w, (below(w, 8) ? AND_16 : AND_1) | W_RN(reg) | OFFSET);
}

static void emit_address(struct writer *w)
{
    if (below(w, 2)) {
        emit_offset(w);
    } else {
        uint32_t offset = below(w, PROGRAM_PAGES * 4096);
        writer_number(w, OFFSET, below(w, 8) ? offset & ~15u : offset);
    }
    writer_emit(w, ADD_REG | W_RM(OFFSET) | W_RN(BASE) | ADDRESS);
}

static void emit_indexed(struct writer *w)
{
    uint32_t size = below(w, 4), reg = any_register(w);
    emit_offset(w);
    writer_emit(w, (below(w, 3) ? LOAD_REG : STORE_REG) | size << 30 | W_RM(OFFSET) | W_RN(BASE) | reg);
}

/* Near the base: these hit, mostly. */
void writer_near(struct writer *w)
{
    uint32_t scaled = W_IMM12(below(w, below(w, 4) ? 64 : 4096)), pair = below(w, 128) << 15, reg = any_register(w);
    static const uint32_t words[] = { W_LDR, W_LDR, W_STR, W_LDR_W, W_STR_W, W_LDRB, W_STRB, W_LDR_Q, W_STR_Q };
    if (below(w, 4))
        writer_emit(w, words[below(w, ARRAY_SIZE(words))] | scaled | W_RN(BASE) | reg);
    else
        writer_emit(w, (below(w, 2) ? W_LDP : W_STP) | pair | (reg ^ 1) << 10 | W_RN(BASE) | reg);
}

static void emit_any_access(struct writer *w)
{
    emit_address(w);
    for (unsigned i = below(w, 3) + 1; i; i--)
        writer_emit(w, random_memory(w));
}

static void emit_exclusive(struct writer *w)
{
    emit_address(w);
    writer_emit(w, W_LDXR | W_RN(ADDRESS) | any_register(w));
    if (below(w, 2))
        writer_emit(w, random_plain(w));
    writer_emit(w, W_STXR | W_RM(TEMP) | W_RN(ADDRESS) | any_register(w));
}

/* Quotients and products, whose time depends on the operands: several may be of one block, with accesses between. */
static void emit_products(struct writer *w)
{
    static const char *const names[] = { "sdiv", "udiv", "madd", "msub" };
    for (unsigned i = 1 + below(w, 3); i; i--) {
        writer_emit(w, spare(oracle_word(w->seed, oracle_row(names[below(w, ARRAY_SIZE(names))])), 0));
        if (!below(w, 4))
            writer_near(w);
    }
}

static void emit_maintenance(struct writer *w)
{
    static const uint32_t words[] = { W_DC_ZVA, W_DC_ZVA, W_DC_CVAU, W_DC_CIVAC, 0xd50b7a20 /* DC CVAC */, W_IC_IVAU, W_DC_IVAC };
    emit_address(w);
    writer_emit(w, words[below(w, ARRAY_SIZE(words))] | ADDRESS);
}

static void emit_device(struct writer *w)
{
    static const uint32_t words[] = { W_LDR, W_STR, W_LDR_W, W_STR_W };
    uint32_t scaled = W_IMM12(below(w, 16)), reg = any_register(w);
    writer_number(w, ADDRESS, PROGRAM_DEVICE);
    writer_emit(w, words[below(w, ARRAY_SIZE(words))] | scaled | W_RN(ADDRESS) | reg);
}

static void emit_barrier(struct writer *w)
{
    static const uint32_t words[] = { W_ISB, W_DSB, DMB, W_CLREX, W_NOP };
    writer_emit(w, words[below(w, ARRAY_SIZE(words))]);
}

static void emit_prefetch(struct writer *w)
{
    emit_offset(w);
    writer_emit(w, ADD_REG | W_RM(OFFSET) | W_RN(BASE) | ADDRESS);
    writer_emit(w, PRFM | W_RN(ADDRESS) | below(w, 32));
}

static void emit_call(struct writer *w)
{
    if (!w->functions) {
        writer_emit(w, random_plain(w));
        return;
    }
    gpa_t at = w->part->at + 4 * w->part->count, to = w->function[below(w, w->functions)];
    if (below(w, 2)) {
        writer_emit(w, BL | ((uint32_t)((to - at) >> 2) & 0x3ffffff));
        return;
    }
    writer_number(w, TEMP, to + w->map->kernel);
    writer_emit(w, W_BLR | W_RN(TEMP));
}

/* BR to behind a word or two. */
static void emit_indirect(struct writer *w)
{
    unsigned skipped = 2 + below(w, 3);
    writer_emit(w, ADR | skipped << 5 | TEMP);
    writer_emit(w, W_BR | W_RN(TEMP));
    for (unsigned i = 2; i < skipped; i++)
        writer_emit(w, random_plain(w));
}

/* A word further on or behind is overwritten, with the maintenance that the manual asks for or without. */
static void emit_new_code(struct writer *w)
{
    unsigned ahead = 8 + below(w, 4);
    writer_emit(w, ADR | ahead << 5 | ADDRESS);
    uint32_t word = random_plain(w);
    writer_emit(w, W_MOVZ | W_IMM16(word & 0xffff) | TEMP);
    writer_emit(w, MOVK | 1u << 21 | W_IMM16(word >> 16) | TEMP);
    writer_emit(w, STR_W_0 | W_RN(ADDRESS) | TEMP);
    if (below(w, 2)) {
        writer_emit(w, W_DC_CVAU | ADDRESS);
        writer_emit(w, W_DSB);
        writer_emit(w, W_IC_IVAU | ADDRESS);
    }
    writer_emit(w, W_ISB);
    for (unsigned i = 0; i < 8; i++)
        writer_emit(w, random_plain(w));
}

static void emit_interrupts(struct writer *w)
{
    uint32_t masks = below(w, 16) << 8;
    writer_emit(w, (below(w, 3) ? W_MSR_DAIFCLR : W_MSR_DAIFSET) | masks);
}

static void emit_timer(struct writer *w)
{
    emit_msr(w, CNTV_TVAL, 1 + below(w, 40));
    emit_msr(w, CNTV_CTL, 1);
    if (below(w, 3))
        writer_emit(w, W_MSR_DAIFCLR | 2 << 8);
    if (below(w, 4) == 0)
        writer_emit(w, W_WFI);
}

static void emit_clock(struct writer *w)
{
    static const uint32_t regs[] = { CNTVCT, CNTVCT, PMCCNTR, PMEVCNTR, PMEVCNTR | 1 << 5, PMEVCNTR | 2 << 5 };
    uint32_t reg = any_register(w);
    writer_emit(w, W_MRS | regs[below(w, ARRAY_SIZE(regs))] | reg);
}

static void emit_monitor(struct writer *w)
{
    unsigned counter = below(w, 3);
    emit_msr(w, PMEVTYPER | counter << 5, below(w, 4) ? below(w, 0x1e) : below(w, 0xd0));
    emit_msr(w, PMEVCNTR | counter << 5, below(w, 2) ? 0 : 0xffffffffull - below(w, 200));
    if (below(w, 2))
        emit_msr(w, PMINTENSET, below(w, 8));
    if (below(w, 2))
        writer_emit(w, W_MSR_DAIFCLR | 1 << 8);
}

uint64_t random_items_page(uint64_t *seed)
{
    gpa_t frame = BARE_DATA + 4096ull * oracle_below(seed, PROGRAM_FRAMES);
    uint64_t bits = BARE_AF | BARE_PXN | BARE_UXN | 3 | (oracle_below(seed, 4) ? BARE_NG : 0);
    bits |= oracle_below(seed, 8) ? BARE_USER : 0;
    bits |= oracle_below(seed, 8) == 0 ? BARE_READ_ONLY : 0;
    bits |= oracle_below(seed, 32) == 0 ? BARE_DEVICE_ATTR : 0;
    return oracle_below(seed, 24) ? frame | bits : 0;
}

static void emit_invalidation(struct writer *w, unsigned space, unsigned page)
{
    uint64_t number = (PROGRAM_DATA >> 12) + page;
    static const uint32_t words[] = { W_TLBI_VAE1, W_TLBI_VAE1, W_TLBI_VAAE1, W_TLBI_VMALLE1 };   /* global pages have no ASID */
    unsigned which = below(w, ARRAY_SIZE(words));
    writer_number(w, TEMP, number | (uint64_t)(space + 1) << 48);
    writer_emit(w, W_DSB);
    writer_emit(w, words[which] | (words[which] == W_TLBI_VMALLE1 ? 31 : TEMP));
    writer_emit(w, W_DSB);
    writer_emit(w, W_ISB);
}

static void emit_remap(struct writer *w)
{
    unsigned space = below(w, PROGRAM_SPACES), page = below(w, PROGRAM_PAGES);
    writer_number(w, ADDRESS, w->map->descriptor[space][page] + w->map->kernel);
    writer_number(w, TEMP_2, random_items_page(w->seed));
    writer_emit(w, W_STR | W_RN(ADDRESS) | TEMP_2);
    emit_invalidation(w, space, page);
}

/* A block becomes a table of pages, or the other way round. */
static void emit_reshape(struct writer *w)
{
    unsigned space = below(w, PROGRAM_SPACES);
    writer_number(w, ADDRESS, w->map->large_at[space] + w->map->kernel);
    writer_number(w, TEMP_2, w->map->large[space][below(w, 2)]);
    writer_emit(w, W_STR | W_RN(ADDRESS) | TEMP_2);
    writer_emit(w, W_DSB);
    writer_emit(w, W_TLBI_VMALLE1);
    writer_emit(w, W_DSB);
    writer_emit(w, W_ISB);
}

static void emit_switch(struct writer *w)
{
    emit_msr(w, TTBR0, program_table(w->map, below(w, PROGRAM_SPACES)));
    writer_emit(w, W_ISB);
}

static void emit_forget(struct writer *w)
{
    unsigned space = below(w, PROGRAM_SPACES);
    switch (below(w, 4)) {
    case 0: writer_emit(w, W_TLBI_VMALLE1); break;
    case 1: writer_number(w, TEMP, 1ull << (below(w, 2) + 48)); writer_emit(w, W_TLBI_ASIDE1 | TEMP); break;
    case 2: writer_emit(w, IC_IALLU); break;
    default: emit_invalidation(w, space, below(w, PROGRAM_PAGES)); return;
    }
    writer_emit(w, W_DSB);
    writer_emit(w, W_ISB);
}

static void emit_translation_off(struct writer *w)
{
    bool is_turned = below(w, 2);   /* big-endian too, as no descriptor is read meanwhile */
    if (!w->map->is_low)
        return;
    for (unsigned i = 0; i < 2; i++) {
        writer_emit(w, W_MRS | SCTLR | TEMP);
        writer_emit(w, EOR_1 | W_RN(TEMP) | TEMP);
        if (is_turned)
            writer_emit(w, EOR_BIT(25) | W_RN(TEMP) | TEMP);
        writer_emit(w, W_MSR | SCTLR | TEMP);
        writer_emit(w, W_ISB);
        for (unsigned k = below(w, 4); k; k--)
            writer_near(w);
    }
}

/* The data of EL0 in the other byte order. */
static void emit_byte_order(struct writer *w)
{
    writer_emit(w, W_MRS | SCTLR | TEMP);
    writer_emit(w, EOR_BIT(24) | W_RN(TEMP) | TEMP);
    writer_emit(w, W_MSR | SCTLR | TEMP);
}

static void emit_fp_trap(struct writer *w)
{
    emit_msr(w, CPACR, 0);
    writer_emit(w, W_ISB);
    writer_emit(w, random_plain(w));
    emit_msr(w, CPACR, 3 << 20);
    writer_emit(w, W_ISB);
}

/* To EL0; its SVC comes back to behind the ERET. */
static void emit_user(struct writer *w)
{
    emit_msr(w, SPSR, below(w, 2) ? 0 : 0xc0);
    emit_msr(w, ELR, PROGRAM_USER_CODE + w->user_at);
    writer_number(w, LOOP, 0);
    writer_emit(w, ADR | 2 << 5 | BACK);
    writer_emit(w, W_ERET);
}

/* A breakpoint near, or a watchpoint on some data; then debug exceptions on, or off again. */
static void emit_debug(struct writer *w)
{
    unsigned n = below(w, 4) << 8, levels = below(w, 4) << 1;
    emit_msr(w, OSLAR, below(w, 8) == 0);
    if (below(w, 2)) {
        gva_t kernel = w->part->at + w->map->kernel + 4 * below(w, 200), user = PROGRAM_USER_CODE + w->user_at + 4 * below(w, 30);
        emit_msr(w, DBGBVR | n, below(w, 2) ? kernel : user);
        emit_msr(w, DBGBCR | n, below(w, 3) ? 0x1e1 | levels : 0);
    } else {
        unsigned mask = below(w, 4) ? 0 : below(w, 20), bytes = mask ? 0xff : below(w, 256), access = below(w, 4), enabled = below(w, 2);
        emit_msr(w, DBGWVR | n, (PROGRAM_DATA + 8 * below(w, PROGRAM_PAGES * 512)) & ~mask64(mask));
        emit_msr(w, DBGWCR | n, mask << 24 | bytes << 5 | access << 3 | levels | enabled);
    }
    emit_msr(w, MDSCR, below(w, 3) == 0 ? 0 : below(w, 4) ? 0xa000 : 0x8000);
    if (below(w, 2))
        writer_emit(w, W_MSR_DAIFCLR | 8 << 8);
}

static void emit_other_system(struct writer *w)
{
    switch (below(w, 5)) {
    case 0: emit_msr(w, CONTEXTIDR, below(w, 100)); break;
    case 1: writer_emit(w, W_SVC); writer_emit(w, W_NOP); break;
    case 2: writer_emit(w, W_BRK); break;
    case 3: writer_emit(w, W_MRS | SCTLR | any_register(w)); break;
    default: writer_emit(w, 0xd53800a0 | any_register(w)); break;   /* MRS MPIDR_EL1 */
    }
}

typedef void item(struct writer *w);

static const struct { item *emit; unsigned weight; bool is_privileged; } items[] = {
    { writer_near, 160, false }, { emit_indexed, 60, false }, { emit_any_access, 40, false }, { emit_exclusive, 8, false },
    { emit_products, 8, false }, { emit_maintenance, 12, false }, { emit_device, 6, false }, { emit_barrier, 6, false },
    { emit_prefetch, 4, false }, { emit_indirect, 8, false }, { emit_clock, 8, false },
    { emit_call, 24, true }, { emit_new_code, 6, true }, { emit_interrupts, 10, true }, { emit_timer, 10, true },
    { emit_monitor, 6, true }, { emit_remap, 10, true }, { emit_reshape, 6, true }, { emit_switch, 10, true }, { emit_forget, 3, true },
    { emit_translation_off, 3, true }, { emit_fp_trap, 2, true }, { emit_user, 40, true }, { emit_debug, 3, true }, { emit_byte_order, 3, true },
    { emit_other_system, 6, true },
};

static void emit_item(struct writer *w)
{
    unsigned sum = 0, plain = 300;
    for (unsigned i = 0; i < ARRAY_SIZE(items); i++)
        sum += items[i].is_privileged && w->el == 0 ? 0 : items[i].weight;
    unsigned drawn = below(w, sum + plain);
    for (unsigned i = 0; i < ARRAY_SIZE(items); i++) {
        unsigned weight = items[i].is_privileged && w->el == 0 ? 0 : items[i].weight;
        if (drawn < weight) {
            items[i].emit(w);
            return;
        }
        drawn -= weight;
    }
    writer_emit(w, random_plain(w));
}

/* A conditional branch over some items. */
static void emit_branch(struct writer *w)
{
    unsigned kind = below(w, 4), at = 0;
    if (kind == 0)
        emit_compare(w);
    at = w->part->count;
    writer_emit(w, 0);
    for (unsigned i = 1 + below(w, 3); i; i--)
        emit_item(w);
    uint32_t distance = (w->part->count - at) << 5, reg = any_register(w), condition = below(w, 14), bit = below(w, 32) << 19;
    uint32_t words[] = { B_COND | distance | condition, CBZ | distance | reg, W_CBNZ | distance | reg,
                         (below(w, 2) ? TBZ : TBNZ) | bit | distance | reg };
    w->part->word[at] = words[kind];
}

void writer_items(struct writer *w, unsigned count)
{
    while (count--)
        if (below(w, 6))
            emit_item(w);
        else
            emit_branch(w);
}

void writer_plain(struct writer *w)
{
    writer_emit(w, random_plain(w));
}
