/* SPDX-License-Identifier: MIT */
/* Catches: pages that meet in L1D because of their frames although its index is virtual; a line in two places at once, a modified
   one lost or proved when it is reached by an alias of another colour; maintenance, DMA and prefetches that look at one colour. */
#include "cpu/timing/memory_parts.h"
#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

/* 32K in four ways: bit 12 of the address is in the index. */
enum { COLOUR = 0x1000, FRAME = 0x40000000, EVEN = 0x10000, ODD = EVEN + COLOUR };

static struct memory_fixture f;
static struct memory_wait nothing;

/* Every page with the same frame. */
static gpa_t same_frame(gva_t va)
{
    (void)va;
    return FRAME;
}

/* Pages next to each other in frames of one colour. */
static gpa_t even_frames(gva_t va)
{
    return FRAME + 2 * (va & PAGE_MASK);
}

static void start(gpa_t (*frame)(gva_t va), enum cache_index index)
{
    memory_fixture_open(&f);
    f.settings.l1d_index = index;
    f.frame = frame;
    f.fast = true;
    memory_fixture_start(&f);
}

static void stop(void)
{
    memory_fixture_close(&f);
}

static uint64_t misses_of_32k(enum cache_index index)
{
    start(even_frames, index);
    uint64_t before = 0;
    for (unsigned turn = 0; turn < 8; turn++) {
        before = f.counts[EVENT_L1D_READ_MISSES] + f.counts[EVENT_L1D_PREFETCHES];
        for (gva_t at = 0; at < 32 << 10; at += MEMORY_LINE)
            memory_fixture_load(&f, at, 3);
    }
    uint64_t misses = f.counts[EVENT_L1D_READ_MISSES] + f.counts[EVENT_L1D_PREFETCHES] - before;
    stop();
    return misses;
}

START_TEST(what_fits_fits_whatever_its_frames_if_the_index_is_virtual)
{
    ck_assert_uint_eq(misses_of_32k(INDEX_VIRTUAL), 0);
    ck_assert_uint_gt(misses_of_32k(INDEX_PHYSICAL), 100);
}
END_TEST

START_TEST(a_line_reached_by_an_alias_goes_there_through_l2)
{
    start(same_frame, INDEX_VIRTUAL);
    memory_fixture_store(&f, EVEN, 8, 1000);
    memory_fixture_store(&f, EVEN, 8, 0);
    ck_assert(memory_fixture_proved(&f, EVEN, true));
    ck_assert_uint_eq(memory_fixture_load(&f, ODD, 0), f.settings.l2_latency + f.settings.l2_interval);   /* behind the write back */
    ck_assert(!memory_fixture_proved(&f, EVEN, false));
    ck_assert_uint_eq(f.counts[EVENT_L1D_WRITEBACKS], 1);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 1);
    ck_assert_int_eq(memory_fixture_access(&f, ODD, 8, false, &nothing), MEMORY_WRITABLE);   /* it came modified */
    ck_assert_int_eq(memory_fixture_access(&f, EVEN, 8, true, &nothing), MEMORY_NOT_YET);
    ck_assert(!memory_fixture_proved(&f, ODD, false));
    stop();
}
END_TEST

START_TEST(aliases_of_one_colour_share_a_line)
{
    start(same_frame, INDEX_VIRTUAL);
    memory_fixture_load(&f, EVEN, 0);
    ck_assert_int_eq(memory_fixture_access(&f, EVEN + 2 * COLOUR, 8, false, &nothing), MEMORY_READABLE);
    stop();
    start(same_frame, INDEX_PHYSICAL);
    memory_fixture_load(&f, EVEN, 0);
    ck_assert_int_eq(memory_fixture_access(&f, ODD, 8, false, &nothing), MEMORY_READABLE);
    stop();
}
END_TEST

START_TEST(whole_lines_stored_through_an_alias_leave_no_other_copy)
{
    start(same_frame, INDEX_VIRTUAL);
    memory_fixture_store(&f, EVEN, 8, 1000);
    struct memory_page page = memory_fixture_page(&f, ODD);
    memory_zero(f.m, &page, 0, f.now);
    memory_fixture_serve(&f, &nothing);
    ck_assert_int_eq(cache_find_at(&f.m->l1d, EVEN >> MEMORY_LINE_BITS, FRAME >> MEMORY_LINE_BITS), CACHE_ABSENT);
    ck_assert_int_ne(cache_find_at(&f.m->l1d, ODD >> MEMORY_LINE_BITS, FRAME >> MEMORY_LINE_BITS), CACHE_ABSENT);
    stop();
}
END_TEST

START_TEST(maintenance_and_dma_find_a_line_at_either_colour)
{
    start(same_frame, INDEX_VIRTUAL);
    memory_fixture_store(&f, EVEN, 8, 1000);
    memory_fixture_store(&f, ODD + MEMORY_LINE, 8, 1000);
    for (unsigned i = 0; i < 2; i++) {
        memory_maintain(f.m, MEMORY_CLEAN, FRAME + i * MEMORY_LINE, 0);
        ck_assert_uint_eq(f.counts[EVENT_L1D_WRITEBACKS], i + 1);
        ck_assert_int_ne(memory_lines_find(f.m, (FRAME >> MEMORY_LINE_BITS) + i), CACHE_ABSENT);
        memory_dma(f.m, FRAME + i * MEMORY_LINE, 4);
        ck_assert_uint_eq(f.counts[EVENT_DMA_INVALIDATIONS], i + 1);
        ck_assert_int_eq(memory_lines_find(f.m, (FRAME >> MEMORY_LINE_BITS) + i), CACHE_ABSENT);
    }
    stop();
}
END_TEST

START_TEST(prefetched_lines_are_where_their_page_will_look)
{
    start(same_frame, INDEX_VIRTUAL);
    for (unsigned i = 0; i < 4; i++)
        memory_fixture_load(&f, ODD + i * MEMORY_LINE, 500);
    uint64_t ahead = f.counts[EVENT_L1D_PREFETCHES], misses = f.counts[EVENT_L1D_READ_MISSES];
    ck_assert_uint_gt(ahead, 0);
    for (unsigned i = 4; i < 8; i++)
        memory_fixture_load(&f, ODD + i * MEMORY_LINE, 500);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], misses);
    stop();
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory aliases");
    TCase *t = tcase_create("aliases");
    tcase_add_test(t, what_fits_fits_whatever_its_frames_if_the_index_is_virtual);
    tcase_add_test(t, a_line_reached_by_an_alias_goes_there_through_l2);
    tcase_add_test(t, aliases_of_one_colour_share_a_line);
    tcase_add_test(t, whole_lines_stored_through_an_alias_leave_no_other_copy);
    tcase_add_test(t, maintenance_and_dma_find_a_line_at_either_colour);
    tcase_add_test(t, prefetched_lines_are_where_their_page_will_look);
    suite_add_tcase(s, t);
    return s;
}
