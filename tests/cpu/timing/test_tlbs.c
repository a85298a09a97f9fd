/* SPDX-License-Identifier: MIT */
/* Catches: translations of one address space used in another, global ones lost, a block of 1 GB that fills the TLB with one entry,
   maintenance that forgets too little, walks that load what the walk cache holds, entries of the line table left behind. */
#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

static struct memory_fixture f;

static void start(void)
{
    memory_fixture_open(&f);
    f.translated = true;   /* the fixture's line table knows no address spaces: it stays unused where they change */
    memory_fixture_start(&f);
}

static void stop(void)
{
    memory_fixture_close(&f);
}

/* Does a load of va walk? */
static bool walks(gva_t va)
{
    unsigned before = f.walks;
    f.now += 10000;
    memory_fixture_load(&f, va, 1);
    return f.walks != before;
}

/* Sends everything out of the micro-TLB. */
static void forget_micro(void)
{
    for (unsigned i = 0; i < f.settings.utlb_entries; i++)
        memory_fixture_load(&f, 0x7000000000 + i * PAGE_SIZE, 1);
}

START_TEST(a_page_is_walked_for_once)
{
    start();
    ck_assert(walks(0x10000));
    ck_assert(!walks(0x10008));
    forget_micro();
    ck_assert(!walks(0x10000));
    ck_assert(walks(0x11000));
    ck_assert_uint_eq(f.counts[EVENT_L2_DTLB_MISSES], f.walks);
    ck_assert_uint_gt(f.counts[EVENT_WALK_CYCLES], 0);
    stop();
}
END_TEST

START_TEST(address_spaces_share_nothing_but_what_is_global)
{
    start();
    ck_assert(walks(0x10000));
    f.asid = 2;
    f.space = 2;
    ck_assert(walks(0x10000));
    f.asid = 1;
    f.space = 1;
    ck_assert(!walks(0x10000));
    f.asid = MEMORY_GLOBAL;
    ck_assert(walks(0x20000));
    f.space = 2;
    ck_assert(!walks(0x20000));
    stop();
}
END_TEST

START_TEST(asids_and_addresses_are_forgotten_without_the_others)
{
    start();
    ck_assert(walks(0x10000));
    ck_assert(walks(0x20000));
    f.asid = 2;
    f.space = 2;
    ck_assert(walks(0x10000));
    f.asid = MEMORY_GLOBAL;
    ck_assert(walks(0x30000));
    memory_forget_asid(f.m, 1);
    ck_assert(!walks(0x30000));
    f.asid = 2;
    ck_assert(!walks(0x10000));
    f.asid = 1;
    f.space = 1;
    ck_assert(walks(0x10000));
    ck_assert(walks(0x20000));
    memory_forget_va(f.m, 0x10abc);
    ck_assert(walks(0x10000));
    ck_assert(!walks(0x20000));
    f.asid = 2;
    f.space = 2;
    ck_assert(walks(0x10000));
    memory_forget_asid(f.m, MEMORY_GLOBAL);   /* no ASID: nothing of the main TLB goes */
    f.asid = MEMORY_GLOBAL;
    ck_assert(!walks(0x30000));
    memory_forget_translations(f.m);
    ck_assert(walks(0x30000));
    stop();
}
END_TEST

START_TEST(maintenance_takes_the_entries_of_the_line_table_away)
{
    for (unsigned what = 0; what < 3; what++) {
        start();
        f.fast = true;
        memory_fixture_load(&f, 0x10000, 0);
        memory_fixture_load(&f, 0x10000, 0);
        ck_assert(memory_fixture_proved(&f, 0x10000, false));
        if (what == 0)
            memory_forget_translations(f.m);
        else if (what == 1)
            memory_forget_asid(f.m, 77);
        else
            memory_forget_va(f.m, 0x5000);
        ck_assert(!memory_fixture_proved(&f, 0x10000, false));
        stop();
    }
}
END_TEST

START_TEST(a_block_has_one_entry_of_its_size)
{
    start();
    f.size_bits = 21;
    ck_assert(walks(0x40000000));
    for (unsigned i = 1; i < 512; i += 37)
        ck_assert(!walks(0x40000000 + i * PAGE_SIZE));
    ck_assert(walks(0x40200000));
    memory_forget_va(f.m, 0x401ff000);
    ck_assert(walks(0x40000000));
    ck_assert(!walks(0x40200000));
    f.size_bits = 30;                       /* DDI 0500J 5.2.2: split into 512 MB */
    ck_assert(walks(0x80000000));
    ck_assert(!walks(0x9ffff000));
    ck_assert(walks(0xa0000000));
    stop();
}
END_TEST

START_TEST(an_entry_of_a_micro_tlb_covers_its_mapping_up_to_its_reach)
{
    start();
    f.fast = true;
    f.size_bits = 21;
    ck_assert_uint_eq(f.settings.utlb_reach, 1 << 20);
    for (unsigned i = 0; i < 240; i += 5) {
        memory_fixture_load(&f, 0x40000000 + i * 0x1040, 1000);
        memory_fixture_load(&f, 0x40000000 + i * 0x1040, 1000);
        ck_assert(memory_fixture_proved(&f, 0x40000000 + i * 0x1040, false));
    }
    ck_assert_uint_eq(f.counts[EVENT_DTLB_MISSES], 1);
    memory_fixture_load(&f, 0x40100000, 1000);
    ck_assert_uint_eq(f.counts[EVENT_DTLB_MISSES], 2);
    ck_assert_uint_eq(f.counts[EVENT_L2_DTLB_MISSES], 1);
    f.size_bits = 12;
    forget_micro();
    for (unsigned i = 0; i < 240; i += 5)
        ck_assert(!memory_fixture_proved(&f, 0x40000000 + i * 0x1040, false));
    stop();
}
END_TEST

START_TEST(lines_of_a_page_that_comes_back_are_proved_again_unless_they_have_left)
{
    start();   /* the page's places in the line table are not those of forget_micro */
    f.fast = true;
    for (unsigned line = 0; line < 4; line++)
        for (unsigned twice = 0; twice < 2; twice++)
            memory_fixture_load(&f, 0x1f200 + line * 64, 1000);
    forget_micro();
    for (unsigned line = 0; line < 4; line++)
        ck_assert(!memory_fixture_proved(&f, 0x1f200 + line * 64, false));
    memory_maintain(f.m, MEMORY_INVALIDATE, 0x1f240, 0);
    memory_fixture_load(&f, 0x1f800, 1000);
    for (unsigned line = 0; line < 4; line++)
        ck_assert(memory_fixture_proved(&f, 0x1f200 + line * 64, false) == (line != 1));
    memory_forget_asid(f.m, 99);   /* maintenance of others: the table itself is the MMU's to forget */
    ck_assert(!memory_fixture_proved(&f, 0x1f200, false));
    memory_fixture_load(&f, 0x1f800, 1000);
    ck_assert(memory_fixture_proved(&f, 0x1f200, false));
    stop();
}
END_TEST

START_TEST(the_walk_cache_leaves_one_load_to_a_walk)
{
    start();
    ck_assert(walks(0x10000));
    uint64_t accesses = f.counts[EVENT_L2_ACCESSES];
    ck_assert(walks(0x11000));
    ck_assert_uint_eq(f.counts[EVENT_L2_ACCESSES] - accesses, 2);   /* a descriptor and the data */
    accesses = f.counts[EVENT_L2_ACCESSES];
    ck_assert(walks(0x400000));
    ck_assert_uint_eq(f.counts[EVENT_L2_ACCESSES] - accesses, 4);
    memory_forget_va(f.m, 0x10000);
    accesses = f.counts[EVENT_L2_ACCESSES];
    ck_assert(walks(0x12000));
    ck_assert_uint_eq(f.counts[EVENT_L2_ACCESSES] - accesses, 4);
    stop();
}
END_TEST

START_TEST(a_walk_costs_its_loads_one_after_the_other)
{
    start();
    memory_fixture_load(&f, 0x10000, 1);
    memory_fixture_load(&f, 0x20000, 1);
    f.now += 10000;
    memory_fixture_load(&f, 0x20000 + 64, 0);
    f.now += 10000;
    /* Its descriptor is in a line of L2 that the others have brought, its data are in L1 through another address. */
    f.translated = false;
    memory_fixture_load(&f, 0x13000, 0);
    f.now += 10000;
    f.translated = true;
    ck_assert_uint_eq(memory_fixture_load(&f, 0x13000, 0), f.settings.utlb_refill + f.settings.walk_overhead + f.settings.l2_latency);
    stop();
}
END_TEST

START_TEST(the_main_tlb_holds_as_many_pages_as_it_has_entries)
{
    start();
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < f.settings.tlb_entries; i++)
            ck_assert(walks(0x10000000 + i * PAGE_SIZE) == !round);
    unsigned again = 0;
    for (unsigned i = 0; i < 4 * f.settings.tlb_entries; i++)
        again += walks(0x10000000 + i * PAGE_SIZE);
    ck_assert_uint_gt(again, 3 * f.settings.tlb_entries - 1);
    stop();
}
END_TEST

/* An exception level has its own line table; a page may be in use by both, in more banks than an entry remembers. */
START_TEST(every_bank_that_a_page_proves_is_remembered)
{
    static struct line_page table[4][LINE_PAGES];
    start();
    for (unsigned lines = 0; lines < 64; lines++)
        memory_fixture_load(&f, 0x10000 + lines * 64, 0);
    f.now += 10000;
    for (unsigned i = 0; i < 4; i++)
        for (unsigned line = 0; line < 64; line += 9) {
            struct memory_page page = memory_fixture_page(&f, 0x10000 + line * 64);
            page.lines = &table[i][0x10];
            ck_assert_int_eq(memory_data(f.m, &page, 8, false, 0, f.now), MEMORY_READABLE);
            memory_installed(f.m, &page, 0, false);
            ck_assert(line_readable(&table[i][0x10], page.va, 8));
        }
    memory_forget_translations(f.m);
    for (unsigned i = 0; i < 4; i++)
        ck_assert(!line_readable(&table[i][0x10], 0x10000, 8));
    stop();
}
END_TEST

START_TEST(fetches_have_a_micro_tlb_of_their_own_and_share_the_main_one)
{
    start();
    struct memory_wait wait = { 0 };
    struct memory_page page = memory_fixture_page(&f, 0x10000);
    memory_fetch_page(f.m, &page);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(f.counts[EVENT_L2_ITLB_MISSES], 1);
    ck_assert_uint_gt(wait.issue, f.settings.utlb_refill);
    ck_assert_uint_eq(wait.issue_cause, CAUSE_ITLB);
    memory_fetch_page(f.m, &page);
    unsigned count;
    memory_events(f.m, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert(!walks(0x10000));
    ck_assert_uint_eq(f.counts[EVENT_DTLB_MISSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_ITLB_MISSES], 1);
    stop();
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("tlbs");
    TCase *t = tcase_create("tlbs");
    tcase_add_test(t, a_page_is_walked_for_once);
    tcase_add_test(t, address_spaces_share_nothing_but_what_is_global);
    tcase_add_test(t, asids_and_addresses_are_forgotten_without_the_others);
    tcase_add_test(t, maintenance_takes_the_entries_of_the_line_table_away);
    tcase_add_test(t, a_block_has_one_entry_of_its_size);
    tcase_add_test(t, an_entry_of_a_micro_tlb_covers_its_mapping_up_to_its_reach);
    tcase_add_test(t, lines_of_a_page_that_comes_back_are_proved_again_unless_they_have_left);
    tcase_add_test(t, the_walk_cache_leaves_one_load_to_a_walk);
    tcase_add_test(t, a_walk_costs_its_loads_one_after_the_other);
    tcase_add_test(t, the_main_tlb_holds_as_many_pages_as_it_has_entries);
    tcase_add_test(t, every_bank_that_a_page_proves_is_remembered);
    tcase_add_test(t, fetches_have_a_micro_tlb_of_their_own_and_share_the_main_one);
    suite_add_tcase(s, t);
    return s;
}
