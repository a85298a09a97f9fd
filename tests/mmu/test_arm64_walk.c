/* SPDX-License-Identifier: MIT */
/* The table walk by itself, with values from the manual's tables (DDI 0487, D5). Catches: a wrong first level or table size,
   a block where none may be, a wrong size of a contiguous run, rights that do not follow D5.4, a fault of the wrong kind or
   level. (walk_qemu.sh has the random half.) */
#include "base/bits.h"
#include "mmu/arm64_walk.h"
#include "tests/support/support.h"

enum { RAM_SIZE = 1 << 20, TABLES = 0x10000 /* of level n at n * 64 KiB */, TCR_EPD0 = 1 << 7, TCR_TBI0_SHIFT = 37, IPS_40 = 2 };
enum { AF = 1 << 10, EL0 = 1 << 6, READ_ONLY = 1 << 7, NG = 1 << 11 };
static const uint64_t contiguous = 1ull << 52, pxn = 1ull << 53, uxn = 1ull << 54;
static const uint64_t pxn_table = 1ull << 59, uxn_table = 1ull << 60, no_el0_table = 1ull << 61, read_only_table = 1ull << 62;

static struct space space;
static struct ram *ram;
static struct arm64_walk_regs regs;

static void setup(void)
{
    struct error err;
    space = (struct space){ .name = "walk" };
    ram = ram_new(RAM_SIZE, false, &err);
    ck_assert_int_eq(space_add_ram(&space, "ram", 0, ram, 0, RAM_SIZE, &err), 0);
}

static void teardown(void) { ram_free(ram); }

/* TCR_EL1 of the lower half, or both, with this granule (log2) and size. */
static uint64_t tcr_of(unsigned granule, unsigned size)
{
    uint64_t tg0 = granule == 12 ? 0 : granule == 16 ? 1 : 2, tg1 = granule == 12 ? 2 : granule == 16 ? 3 : 1;
    return size | tg0 << 14 | size << 16 | tg1 << 30 | (uint64_t)IPS_40 << 32;
}

static unsigned first_level(unsigned granule, unsigned size)
{
    if (granule == 12)   /* tables D5-12, D5-15, D5-18 */
        return size <= 24 ? 0 : size <= 33 ? 1 : 2;
    if (granule == 14)
        return size == 16 ? 0 : size <= 27 ? 1 : size <= 38 ? 2 : 3;
    return size <= 21 ? 1 : size <= 34 ? 2 : 3;
}

/* Makes a chain of tables to a leaf at `level`, or sets only the leaf's descriptor if they are there; tables have these bits. */
static void make(unsigned granule, unsigned size, gva_t va, unsigned level, uint64_t leaf, uint64_t table_bits)
{
    unsigned stride = granule - 3, first = first_level(granule, size);
    memset(ram->host, 0, RAM_SIZE);
    for (unsigned l = first; l <= level; l++) {
        unsigned shift = granule + stride * (3 - l), bits_here = l == first ? 64 - size - shift : stride;
        uint64_t index = va >> shift & mask64(bits_here);
        uint64_t desc = l < level ? (uint64_t)TABLES * (l + 1) | table_bits | 3 : leaf;
        ck_assert_uint_le(index * 8, 0xfff8);
        st_le64(ram->host + TABLES * l + index * 8, desc);
    }
    regs = (struct arm64_walk_regs){ .ttbr0 = (uint64_t)TABLES * first, .ttbr1 = (uint64_t)TABLES * first,
        .tcr = tcr_of(granule, size),
                                     .mair = 0x44ff0400bbff0044, .pa_bits = 40 };
}

static const struct { unsigned granule, level, bits, run; } leaves[] = {
    { 12, 3, 12, 16 }, { 12, 2, 21, 25 }, { 12, 1, 30, 34 }, { 14, 3, 14, 21 }, { 14, 2, 25, 30 }, { 16, 3, 16, 21 }, { 16, 2,
    29, 34 } };

START_TEST(every_granule_level_and_size_leads_to_the_page)
{
    for (unsigned i = 0; i < ARRAY_SIZE(leaves); i++)
        for (unsigned size = 16; size <= 39; size++)
            for (unsigned high = 0; high < 2; high++) {
                unsigned granule = leaves[i].granule, level = leaves[i].level;
                if (level < first_level(granule, size))
                    continue;
                gva_t va = (0x123456789abcdefull & mask64(64 - size)) | (high ? ~mask64(64 - size) : 0);
                gpa_t out = 0x1200000000 & ~mask64(leaves[i].bits);
                struct arm64_mapping m;
                make(granule, size, va, level, out | AF | (level == 3 ? 3 : 1), 0);
                ck_assert_int_eq(arm64_walk(&space, &regs, va, &m), FAULT_NONE);
                ck_assert_uint_eq(m.pa, out | (va & mask64(leaves[i].bits)));
                ck_assert_uint_eq(m.size_bits, leaves[i].bits);
                ck_assert_uint_eq(m.level, level);
                make(granule, size, va, level, out | AF | contiguous | (level == 3 ? 3 : 1), 0);
                ck_assert_int_eq(arm64_walk(&space, &regs, va, &m), FAULT_NONE);
                ck_assert_uint_eq(m.size_bits, leaves[i].run);
                ck_assert_uint_eq(m.pa, out | (va & mask64(leaves[i].bits)));
                ck_assert_int_eq(arm64_walk(&space, &regs, va ^ 1ull << (64 - size), &m), FAULT_TRANSLATION);
            }
}
END_TEST

START_TEST(blocks_exist_at_some_levels_only)
{
    static const struct { unsigned granule, level; } rows[] = { { 12, 0 }, { 14, 0 }, { 14, 1 }, { 16, 1 } };
    struct arm64_mapping m;
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        make(rows[i].granule, 16, 0, rows[i].level, AF | 1, 0);
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_TRANSLATION + (int)rows[i].level);
    }
    make(12, 25, 0, 3, AF | 1, 0);   /* at level 3 that is reserved */
    ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_TRANSLATION + 3);
}
END_TEST

START_TEST(faults_tell_their_level)
{
    struct arm64_mapping m;
    for (unsigned level = 0; level <= 3; level++) {
        make(12, 16, 0, level, 0, 0);
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_TRANSLATION + (int)level);
        make(12, 16, 0, level, 1ull << 40 | AF | 3, 0);   /* above 40 bits, a table or a page */
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_ADDRESS_SIZE + (int)level);
        make(12, 16, 0, level, 0x7000000000 | 3, 0);      /* a table where nothing is, or a page without AF */
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m),
            level < 3 ? FAULT_EXTERNAL_WALK + (int)level + 1 : FAULT_ACCESS_FLAG + 3);
    }
    make(12, 16, 0, 3, AF | 3, 0);
    regs.ttbr0 = 1ull << 41;
    ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_ADDRESS_SIZE);
    regs.ttbr0 = 0x7000000000;
    ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_EXTERNAL_WALK);
    make(12, 16, 0, 3, AF | 3, 0);
    regs.tcr |= TCR_EPD0;
    ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_TRANSLATION);
    make(12, 16, 0, 2, 0x100000000 | AF | 1, 0);
    regs.tcr &= ~(7ull << 32);   /* IPS: 32 bits */
    ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_ADDRESS_SIZE + 2);
}
END_TEST

START_TEST(the_top_byte_counts_unless_tcr_says_otherwise)
{
    struct arm64_mapping m;
    make(12, 25, 0x1234567000, 3, AF | 3, 0);
    ck_assert_int_eq(arm64_walk(&space, &regs, 0x5a00001234567000, &m), FAULT_TRANSLATION);
    regs.tcr |= 1ull << TCR_TBI0_SHIFT;
    ck_assert_int_eq(arm64_walk(&space, &regs, 0x5a00001234567000, &m), FAULT_NONE);
    ck_assert_int_eq(arm64_walk(&space, &regs, 0x5a80001234567000, &m), FAULT_TRANSLATION);   /* bit 55 chooses the half */
    ck_assert_uint_eq(arm64_untag(regs.tcr, 0x5a00001234567000), 0x1234567000);
    ck_assert_uint_eq(arm64_untag(regs.tcr, 0x5aff001234567000), 0x5aff001234567000);   /* TBI1 is 0 */
    ck_assert_uint_eq(arm64_untag(1ull << 38, 0x5aff001234567000), 0xffff001234567000);
}
END_TEST

/* Sizes that no table has: whatever comes out, nothing outside the tables is read. */
START_TEST(absurd_registers_do_no_harm)
{
    struct arm64_mapping m;
    make(12, 16, 0, 3, AF | 3, 0);
    for (uint64_t tcr = 0; tcr < 64; tcr++)
        for (unsigned tg = 0; tg < 4; tg++) {
            regs.tcr = tcr | tcr << 16 | (uint64_t)tg << 14 | (uint64_t)tg << 30 | 7ull << 32;
            for (unsigned i = 0; i < 64; i++) {
                arm64_walk(&space, &regs, 1ull << i, &m);
                arm64_walk(&space, &regs, ~0ull << i, &m);
            }
        }
}
END_TEST

START_TEST(attributes_come_from_mair_and_the_descriptor)
{
    static const struct { unsigned index; uint8_t attributes; bool device; } rows[] = {
        { 0, 0x44, false }, { 1, 0x00, true }, { 2, 0xff, false }, { 3, 0xbb, false }, { 4, 0x00, true }, { 5, 0x04, true } };
    struct arm64_mapping m;
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        make(12, 25, 0, 3, AF | 3 | rows[i].index << 2 | 2 << 8 | (i & 1 ? NG : 0), 0);
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_NONE);
        ck_assert_uint_eq(m.attributes, rows[i].attributes);
        ck_assert_int_eq(m.device, rows[i].device);
        ck_assert_uint_eq(m.shareability, 2);
        ck_assert_int_eq(m.global, !(i & 1));
    }
}
END_TEST

/* D5.4: every combination of AP, PXN, UXN, their table bits and WXN. */
START_TEST(rights_follow_leaf_tables_and_wxn)
{
    for (unsigned n = 0; n < 512; n++) {
        bool ap_el0 = n & 1, ap_ro = n & 2, leaf_pxn = n & 4, leaf_uxn = n & 8;
        bool t_el0 = n & 16, t_ro = n & 32, t_pxn = n & 64, t_uxn = n & 128, wxn = n & 256;
        uint64_t leaf = AF | 3 | (ap_el0 ? EL0 : 0) | (ap_ro ? READ_ONLY : 0) | (leaf_pxn ? pxn : 0) | (leaf_uxn ? uxn : 0);
        uint64_t tables = (t_el0 ? no_el0_table : 0) | (t_ro ? read_only_table : 0) | (t_pxn ? pxn_table : 0) |
            (t_uxn ? uxn_table : 0);
        struct arm64_mapping m;
        make(12, 25, 0, 3, leaf, tables);
        regs.wxn = wxn;
        ck_assert_int_eq(arm64_walk(&space, &regs, 0, &m), FAULT_NONE);
        bool read_only = ap_ro || t_ro, user = ap_el0 && !t_el0, user_writes = user && !read_only;
        ck_assert(m.el1_read);
        ck_assert_int_eq(m.el1_write, !read_only);
        ck_assert_int_eq(m.el0_read, user);
        ck_assert_int_eq(m.el0_write, user_writes);
        /* Execution: EL1 never from what EL0 may write; with WXN nobody from what that level may write. */
        ck_assert_int_eq(m.el1_exec, !(leaf_pxn || t_pxn || user_writes || (wxn && !read_only)));
        ck_assert_int_eq(m.el0_exec, !(leaf_uxn || t_uxn || (wxn && user_writes)));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("arm64_walk");
    TCase *t = tcase_create("arm64_walk");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_granule_level_and_size_leads_to_the_page);
    tcase_add_test(t, blocks_exist_at_some_levels_only);
    tcase_add_test(t, faults_tell_their_level);
    tcase_add_test(t, the_top_byte_counts_unless_tcr_says_otherwise);
    tcase_add_test(t, absurd_registers_do_no_harm);
    tcase_add_test(t, attributes_come_from_mair_and_the_descriptor);
    tcase_add_test(t, rights_follow_leaf_tables_and_wxn);
    suite_add_tcase(s, t);
    return s;
}
