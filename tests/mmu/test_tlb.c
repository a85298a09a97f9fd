/* SPDX-License-Identifier: MIT */
/* Catches a remembered translation that outlives its invalidation, and one that is lost with a neighbour's: pages alone, pieces
   of a larger mapping (of which one bank remembers only a range), addresses with a tag in the top byte. */
#include "tests/support/support.h"
#include "mmu/tlb.h"

enum { BLOCK_BITS = 21 };

static struct tlb_bank bank;

static void setup(void)
{
    tlb_flush(&bank);
}

static struct tlb_entry *enter(gva_t va, unsigned bits)
{
    struct tlb_entry *e = tlb_entry(&bank, va);
    *e = (struct tlb_entry){ va & PAGE_MASK, va & PAGE_MASK, 0, bits };
    if (bits > PAGE_BITS)
        tlb_note_large(&bank, va, bits);
    return e;
}

START_TEST(a_page_goes_alone)
{
    struct tlb_entry *page = enter(0x40001000, PAGE_BITS), *next = enter(0x40002000, PAGE_BITS);
    tlb_flush_page(&bank, 0x40001ff8);
    ck_assert(!tlb_readable(page, 0x40001000, 8) && !tlb_writable(page, 0x40001000, 8));
    ck_assert(tlb_readable(next, 0x40002000, 8) && tlb_writable(next, 0x40002000, 8));
}
END_TEST

START_TEST(every_piece_of_a_block_goes_with_any_address_of_it)
{
    struct tlb_entry *first = enter(0x40200000, BLOCK_BITS), *last = enter(0x403ff000, BLOCK_BITS);
    struct tlb_entry *other = enter(0x40405000, BLOCK_BITS), *page = enter(0x40603000, PAGE_BITS);
    tlb_flush_page(&bank, 0x402a0000);
    ck_assert(!tlb_readable(first, 0x40200000, 8));
    ck_assert(!tlb_readable(last, 0x403ff000, 8));
    ck_assert(tlb_readable(other, 0x40405000, 8));
    ck_assert(tlb_readable(page, 0x40603000, 8));
}
END_TEST

START_TEST(the_ends_of_a_block_count_as_parts_of_it)
{
    static const gva_t ends[] = { 0xffffff8000200000, 0xffffff80003fffff };
    for (unsigned i = 0; i < ARRAY_SIZE(ends); i++) {
        struct tlb_entry *e = enter(0xffffff8000311000, BLOCK_BITS);
        tlb_flush_page(&bank, ends[i] + (i ? 1 : -1));
        ck_assert(tlb_readable(e, 0xffffff8000311000, 8));
        tlb_flush_page(&bank, ends[i]);
        ck_assert(!tlb_readable(e, 0xffffff8000311000, 8));
    }
}
END_TEST

START_TEST(the_tag_of_an_address_does_not_save_it)
{
    struct tlb_entry *piece = enter(0x1200000040200000, BLOCK_BITS), *page = enter(0x3400000050000000, PAGE_BITS);
    tlb_flush_page(&bank, 0x40300000);
    tlb_flush_page(&bank, 0x50000000);
    ck_assert(!tlb_readable(piece, 0x1200000040200000, 8));
    ck_assert(!tlb_readable(page, 0x3400000050000000, 8));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("mmu/tlb");
    TCase *t = tcase_create("tlb");
    tcase_add_checked_fixture(t, setup, NULL);
    tcase_add_test(t, a_page_goes_alone);
    tcase_add_test(t, every_piece_of_a_block_goes_with_any_address_of_it);
    tcase_add_test(t, the_ends_of_a_block_count_as_parts_of_it);
    tcase_add_test(t, the_tag_of_an_address_does_not_save_it);
    suite_add_tcase(suite, t);
    return suite;
}
