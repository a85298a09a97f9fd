/* SPDX-License-Identifier: MIT */
/* Catches: a hit that costs something, a miss that costs nothing, an entry of the line table that outlives its line or its page,
   a line proved before it has arrived, translations that survive their maintenance, and fast and reference mode drifting apart. */
#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

static struct memory_fixture f;

static void start(bool translated)
{
    memory_fixture_open(&f);
    f.translated = translated;
    f.fast = true;
    memory_fixture_start(&f);
}

static void stop(void)
{
    memory_fixture_close(&f);
}

START_TEST(a_line_is_fetched_once_and_then_costs_nothing)
{
    start(false);
    struct memory_wait wait;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_NOT_YET);
    ck_assert_uint_gt(wait.result, 50);
    ck_assert_uint_eq(wait.result_cause, CAUSE_DRAM);
    ck_assert_uint_eq(wait.issue, 0);
    ck_assert(!memory_fixture_proved(&f, 0x1000, false));
    f.now += wait.result;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1038, 8, false, &wait), MEMORY_READABLE);
    ck_assert_uint_eq(wait.result, 0);
    ck_assert(memory_fixture_proved(&f, 0x1000, false));
    ck_assert(!memory_fixture_proved(&f, 0x1000, true));
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_READS], 1);
    stop();
}
END_TEST

START_TEST(a_line_on_its_way_is_waited_for_and_not_counted_again)
{
    start(false);
    struct memory_wait first, second;
    memory_fixture_access(&f, 0x1000, 8, false, &first);
    f.now += 20;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_NOT_YET);
    ck_assert_uint_eq(second.result, first.result - 20);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], 1);
    f.now += second.result - 1;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_NOT_YET);
    ck_assert_uint_eq(second.result, 1);
    f.now++;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1008, 8, false, &second), MEMORY_READABLE);
    stop();
}
END_TEST

START_TEST(a_store_misses_without_waiting_and_makes_its_line_writable)
{
    start(false);
    struct memory_wait wait;
    memory_fixture_access(&f, 0x1000, 8, true, &wait);
    ck_assert_uint_eq(wait.issue + wait.result + wait.unit, 0);
    ck_assert_uint_eq(f.counts[EVENT_L1D_WRITE_MISSES], 1);
    f.now += 1000;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_WRITABLE);
    ck_assert(memory_fixture_proved(&f, 0x1000, true));
    stop();
}
END_TEST

START_TEST(the_first_write_of_a_clean_line_has_no_event)
{
    start(false);
    struct memory_wait wait;
    memory_fixture_load(&f, 0x1000, 0);
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_READABLE);
    uint64_t hits = f.left_out;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, true, &wait), MEMORY_WRITABLE);
    ck_assert_uint_eq(f.left_out, hits);
    ck_assert_uint_eq(wait.issue + wait.result, 0);
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, true, &wait), MEMORY_WRITABLE);
    ck_assert_uint_eq(f.left_out, hits + 1);
    stop();
}
END_TEST

START_TEST(what_leaves_l1_is_found_in_l2)
{
    start(false);
    for (unsigned i = 0; i < 64; i++)   /* 64 lines of one set of four */
        memory_fixture_load(&f, 0x100000 + i * 0x2000, 0);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 64);
    unsigned near = 0;
    for (unsigned i = 0; i < 60; i++) {
        uint64_t misses = f.counts[EVENT_L1D_READ_MISSES];
        f.now += 1000;
        uint64_t passed = memory_fixture_load(&f, 0x100000 + i * 0x2000, 0);
        if (f.counts[EVENT_L1D_READ_MISSES] == misses) {
            ck_assert_uint_eq(passed, 0);
            continue;
        }
        ck_assert_uint_eq(passed, f.settings.l2_latency);
        near++;
    }
    ck_assert_uint_gt(near, 50);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], 64);
    stop();
}
END_TEST

START_TEST(an_entry_dies_with_its_line)
{
    start(false);
    memory_fixture_load(&f, 0x100000, 0);
    memory_fixture_load(&f, 0x100000, 0);
    ck_assert(memory_fixture_proved(&f, 0x100000, false));
    for (unsigned i = 1; i < 100; i++)   /* other entries, the same set */
        memory_fixture_load(&f, 0x100000 + i * 0x2000 + 0x40000000ull * i, 0);
    uint64_t misses = f.counts[EVENT_L1D_READ_MISSES];
    ck_assert(!memory_fixture_proved(&f, 0x100000, false));
    memory_fixture_load(&f, 0x100000, 0);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], misses + 1);
    stop();
}
END_TEST

START_TEST(entries_die_with_their_page)
{
    start(true);
    memory_fixture_load(&f, 0x10000, 0);
    memory_fixture_load(&f, 0x10000, 0);
    ck_assert(memory_fixture_proved(&f, 0x10000, false));
    for (unsigned i = 1; i <= f.settings.utlb_entries - 1; i++)
        memory_fixture_load(&f, 0x10000 + i * 0x1000 + 0x40, 0);
    ck_assert(memory_fixture_proved(&f, 0x10000, false));
    memory_fixture_load(&f, 0x10000 + 0x100000 + 0x40, 0);
    ck_assert(!memory_fixture_proved(&f, 0x10000, false));
    uint64_t misses = f.counts[EVENT_DTLB_MISSES], walks = f.counts[EVENT_L2_DTLB_MISSES];
    f.now += 1000;
    ck_assert_uint_eq(memory_fixture_load(&f, 0x10000, 0), f.settings.utlb_refill);
    ck_assert_uint_eq(f.counts[EVENT_DTLB_MISSES], misses + 1);
    ck_assert_uint_eq(f.counts[EVENT_L2_DTLB_MISSES], walks);
    stop();
}
END_TEST

/* ---- what costs a load or a store more than a hit ---- */

START_TEST(an_access_that_crosses_eight_bytes_holds_the_unit)
{
    start(false);
    for (unsigned line = 0; line < 4; line++)
        memory_fixture_store(&f, 0x1000 + line * 64, 8, 1000);
    struct { unsigned offset, size; bool write, is_unaligned; unsigned unit; } rows[] = {
        { 0, 8, false, false, 0 }, { 3, 4, false, false, 0 }, { 7, 1, false, false, 0 }, { 8, 16, false, false, 0 },
        { 0, 64, false, false, 0 }, { 1, 8, false, true, 0 }, { 6, 4, false, true, 0 }, { 60, 8, false, true, 0 },
        { 1, 16, false, true, 0 }, { 7, 2, false, true, 0 }, { 1, 8, true, false, 0 }, { 60, 8, true, false, 1 },
        { 3, 4, true, false, 0 }, { 57, 16, true, false, 1 }
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        struct memory_wait wait;
        uint64_t counted = f.counts[EVENT_UNALIGNED];
        bool is_counted = rows[i].is_unaligned || rows[i].unit || (rows[i].write && rows[i].offset == 1);
        memory_fixture_access(&f, 0x1000 + rows[i].offset, rows[i].size, rows[i].write, &wait);
        ck_assert_uint_eq(wait.unaligned, rows[i].is_unaligned);
        ck_assert_uint_eq(wait.result, 0);
        ck_assert_uint_eq(wait.unit, rows[i].unit);
        ck_assert_uint_eq(wait.issue, 0);
        ck_assert_uint_eq(f.counts[EVENT_UNALIGNED], counted + is_counted);
    }
    stop();
}
END_TEST

START_TEST(both_lines_of_an_access_are_fetched)
{
    start(false);
    struct memory_wait wait;
    memory_fixture_access(&f, 0x103c, 8, false, &wait);
    ck_assert_uint_eq(f.counts[EVENT_L1D_READ_MISSES], 2);
    f.now += wait.result;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_READABLE);
    ck_assert_int_eq(memory_fixture_access(&f, 0x1040, 8, false, &wait), MEMORY_READABLE);
    ck_assert_int_eq(memory_fixture_access(&f, 0x103c, 8, false, &wait), MEMORY_NOT_YET);
    memory_split(f.m, false, 0);
    memory_fixture_serve(&f, &wait);
    ck_assert(wait.unaligned && !wait.result);
    stop();
}
END_TEST

START_TEST(stores_stall_when_more_lines_are_missing_than_the_store_buffer_holds)
{
    start(false);
    for (unsigned i = 0; i < f.settings.store_entries; i++) {
        struct memory_wait wait;
        memory_fixture_access(&f, 0x100000 + i * 0x10000, 8, true, &wait);
        ck_assert_uint_eq(wait.issue, 0);
    }
    struct memory_wait wait;
    memory_fixture_access(&f, 0x200000, 8, true, &wait);
    ck_assert_uint_gt(wait.issue, 50);
    ck_assert_uint_eq(wait.issue_cause, CAUSE_STORE);
    stop();
}
END_TEST

START_TEST(loads_wait_for_a_line_fill_buffer)
{
    start(false);
    f.settings.fills = 2;
    stop();
    memory_fixture_start(&f);
    struct memory_wait wait[3];
    for (unsigned i = 0; i < 3; i++)
        memory_fixture_access(&f, 0x100000 + i * 0x11000, 8, false, &wait[i]);
    ck_assert_uint_eq(wait[0].unit + wait[1].unit, 0);
    ck_assert_uint_eq(wait[2].unit, wait[0].result);
    ck_assert_uint_gt(wait[2].result, 2 * wait[0].result - 10);
    stop();
}
END_TEST

START_TEST(a_line_on_its_way_out_holds_up_the_next)
{
    start(false);
    for (unsigned i = 0; i < 2000; i++)   /* everything in L1D and L2 is modified */
        memory_fixture_store(&f, 0x100000 + i * 64, 8, 1000);
    uint64_t free = 0;
    unsigned held_up = 0;
    for (unsigned i = 0; i < 100; i++) {
        uint64_t back = f.counts[EVENT_L1D_WRITEBACKS];
        uint64_t passed = memory_fixture_load(&f, 0x100000 + i * 7 * 64, 3);
        if (f.counts[EVENT_L1D_WRITEBACKS] == back) {
            ck_assert_uint_eq(passed, 3);
            continue;
        }
        uint64_t came = f.now - passed, start = came > free ? came : free;
        ck_assert_uint_eq(f.now, start + f.settings.l2_latency + 3);
        held_up += start > came;
        free = start + f.settings.evict;
    }
    ck_assert_uint_gt(held_up, 20);
    stop();
}
END_TEST

START_TEST(a_device_costs_its_bus)
{
    start(false);
    struct memory_wait wait = { 0 };
    memory_device(f.m, 7);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(wait.issue, f.settings.device_access * 12 / 10);
    ck_assert_uint_eq(wait.issue_cause, CAUSE_DEVICE);
    ck_assert_uint_eq(f.counts[EVENT_DEVICE_ACCESSES], 1);
    ck_assert_uint_eq(f.counts[EVENT_BUS_ACCESSES], 1);
    stop();
}
END_TEST

/* ---- write streaming and DC ZVA ---- */

static void fill(gva_t va, unsigned lines, unsigned size)
{
    for (gva_t end = va + lines * 64; va < end; va += size)
        memory_fixture_store(&f, va, size, 1);
}

START_TEST(full_lines_in_a_row_are_written_without_being_read)
{
    start(false);
    fill(0x100000, 400, 8);
    ck_assert_uint_gt(f.counts[EVENT_STREAMED_LINES], 385);
    ck_assert_uint_lt(f.counts[EVENT_DRAM_READS], 15);
    ck_assert_uint_gt(f.counts[EVENT_DRAM_WRITES], 400 - f.settings.stream_far - 15);
    ck_assert_uint_lt(f.counts[EVENT_DRAM_WRITES], 400 - f.settings.stream_far + 1);
    stop();
}
END_TEST

START_TEST(lines_written_in_part_are_brought_in)
{
    start(false);
    for (unsigned i = 0; i < 100; i++)
        for (unsigned part = 0; part < 56; part += 8)
            memory_fixture_store(&f, 0x100000 + i * 64 + part, 8, 1);
    ck_assert_uint_eq(f.counts[EVENT_STREAMED_LINES], 0);
    ck_assert_uint_ge(f.counts[EVENT_L1D_REFILLS], 100);
    stop();
}
END_TEST

START_TEST(a_line_left_in_part_ends_the_stream)
{
    start(false);
    fill(0x100000, 20, 16);
    uint64_t streamed = f.counts[EVENT_STREAMED_LINES];
    ck_assert_uint_gt(streamed, 0);
    memory_fixture_store(&f, 0x200000, 8, 1);   /* goes past L1D */
    memory_fixture_store(&f, 0x300000, 8, 1);   /* does not: the one before was left in part */
    ck_assert_uint_eq(f.counts[EVENT_STREAMED_LINES], streamed + 1);
    f.now += 1000;
    struct memory_wait wait;
    ck_assert_int_eq(memory_fixture_access(&f, 0x300000, 8, false, &wait), MEMORY_WRITABLE);
    ck_assert_int_eq(memory_fixture_access(&f, 0x200000, 8, false, &wait), MEMORY_NOT_YET);
    stop();
}
END_TEST

START_TEST(a_load_of_the_line_that_streams_brings_it_in)
{
    start(false);
    fill(0x100000, 20, 16);
    uint64_t streamed = f.counts[EVENT_STREAMED_LINES];
    memory_fixture_store(&f, 0x200000, 8, 1);
    ck_assert_uint_gt(memory_fixture_load(&f, 0x200008, 0), 10);
    ck_assert_uint_eq(f.counts[EVENT_STREAMED_LINES], streamed + 1);
    f.now += 1000;
    struct memory_wait wait;
    ck_assert_int_ne(memory_fixture_access(&f, 0x200000, 8, true, &wait), MEMORY_NOT_YET);
    stop();
}
END_TEST

START_TEST(streaming_can_be_switched_off)
{
    memory_fixture_open(&f);
    f.settings.stream_after = 0;
    memory_fixture_start(&f);
    fill(0x100000, 200, 16);
    ck_assert_uint_eq(f.counts[EVENT_STREAMED_LINES], 0);
    ck_assert_uint_ge(f.counts[EVENT_DRAM_READS], 200);
    stop();
}
END_TEST

static void zero_line(gva_t va)
{
    struct memory_wait wait = { 0 };
    struct memory_page page = memory_fixture_page(&f, va);
    memory_zero(f.m, &page, 0, f.now);
    memory_fixture_serve(&f, &wait);
    f.now += 1000;
}

START_TEST(dc_zva_makes_a_line_without_reading_it)
{
    start(false);
    zero_line(0x1000);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_READS], 0);
    struct memory_wait wait;
    ck_assert_int_eq(memory_fixture_access(&f, 0x1000, 8, false, &wait), MEMORY_WRITABLE);
    for (unsigned i = 0; i < 100; i++)
        zero_line(0x2000 + i * 64);
    ck_assert_uint_gt(f.counts[EVENT_STREAMED_LINES], 90);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_READS], 0);
    stop();
}
END_TEST

/* ---- fetch ---- */

static uint64_t fetch(gva_t first, gva_t last)
{
    struct memory_wait wait = { 0 };
    memory_fetch_lines(f.m, first, last);
    memory_fixture_serve(&f, &wait);
    ck_assert(!wait.issue || wait.issue_cause == CAUSE_L1I);
    f.now += wait.issue;
    return wait.issue;
}

START_TEST(fetched_lines_stay_until_their_epoch_counts_up)
{
    start(false);
    ck_assert_uint_gt(fetch(0x1004, 0x1044), 100);
    ck_assert_uint_eq(fetch(0x1000, 0x107c), 0);
    ck_assert_uint_eq(f.epoch[0], 0);
    for (unsigned i = 1; i < 40 && !f.epoch[0]; i++)
        fetch(0x1000 + i * 0x4000, 0x1000 + i * 0x4000);
    ck_assert_uint_gt(f.epoch[0], 0);
    memory_maintain(f.m, MEMORY_INVALIDATE_FETCH, 0x2000, 0);   /* not there */
    uint32_t before = f.epoch[1];
    fetch(0x1040, 0x1040);
    memory_maintain(f.m, MEMORY_INVALIDATE_FETCH, 0x1040, 0);
    ck_assert_uint_eq(f.epoch[1], before + 1);
    memory_maintain(f.m, MEMORY_INVALIDATE_FETCH, 0x1040, 0);
    ck_assert_uint_eq(f.epoch[1], before + 1);
    before = f.epoch[0];
    memory_maintain(f.m, MEMORY_INVALIDATE_FETCH_ALL, 0, 0);
    ck_assert_uint_gt(f.epoch[0], before);
    stop();
}
END_TEST

START_TEST(the_next_line_of_instructions_is_on_its_way_when_it_is_needed)
{
    start(false);
    uint64_t first = fetch(0x1000, 0x1000);
    ck_assert_uint_eq(f.counts[EVENT_L1I_MISSES], 1);
    uint64_t second = fetch(0x1040, 0x1040);
    ck_assert_uint_gt(second, 0);
    ck_assert_uint_lt(second, first / 2);
    f.now += 1000;
    ck_assert_uint_eq(fetch(0x1080, 0x1080), 0);
    ck_assert_uint_eq(f.counts[EVENT_L1I_MISSES], 1);
    f.now += 1000;
    uint64_t reads = f.counts[EVENT_DRAM_READS];
    fetch(0x2fc0, 0x2fc0);   /* the last of its page */
    ck_assert_uint_eq(f.counts[EVENT_DRAM_READS], reads + 1);
    stop();
}
END_TEST

/* ---- from outside ---- */

static bool in_l1(gva_t va)
{
    struct memory_wait wait;
    uint64_t misses = f.counts[EVENT_L1D_READ_MISSES];
    memory_fixture_access(&f, va, 8, false, &wait);
    f.now += 1000;
    return f.counts[EVENT_L1D_READ_MISSES] == misses;
}

START_TEST(maintenance_cleans_and_invalidates_both_levels)
{
    start(false);
    memory_fixture_store(&f, 0x1000, 8, 1000);
    ck_assert(in_l1(0x1000));
    ck_assert(memory_fixture_proved(&f, 0x1000, true));
    struct memory_wait wait = { 0 };
    memory_maintain(f.m, MEMORY_CLEAN, 0x1008, 0);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_WRITES], 1);
    ck_assert(!memory_fixture_proved(&f, 0x1000, true));
    ck_assert(in_l1(0x1000));
    ck_assert(!memory_fixture_proved(&f, 0x1000, true));
    memory_maintain(f.m, MEMORY_CLEAN, 0x1000, 0);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_WRITES], 1);
    memory_fixture_store(&f, 0x1000, 8, 1000);
    memory_maintain(f.m, MEMORY_INVALIDATE, 0x1000, 0);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_WRITES], 1);
    ck_assert(!memory_fixture_proved(&f, 0x1000, false));
    ck_assert(!in_l1(0x1000));
    memory_fixture_store(&f, 0x1000, 8, 1000);
    memory_maintain(f.m, MEMORY_CLEAN_INVALIDATE, 0x1000, 0);
    memory_fixture_serve(&f, &wait);
    ck_assert_uint_eq(f.counts[EVENT_DRAM_WRITES], 2);
    ck_assert(!in_l1(0x1000));
    ck_assert_uint_eq(wait.issue + wait.result + wait.unit, 0);
    stop();
}
END_TEST

START_TEST(dma_takes_the_lines_that_it_writes_from_both_levels)
{
    start(false);
    uint64_t lengths[] = { 1, 64, 4096, 0x100000, 1ull << 40 };
    for (unsigned i = 0; i < ARRAY_SIZE(lengths); i++) {
        memory_fixture_load(&f, 0x1fc0, 1000);
        memory_fixture_load(&f, 0x2000, 1000);
        memory_fixture_load(&f, 0x2fc0, 1000);
        ck_assert(in_l1(0x2000));
        uint64_t taken = f.counts[EVENT_DMA_INVALIDATIONS];
        memory_dma(f.m, 0x2003, lengths[i]);
        ck_assert_uint_ge(f.counts[EVENT_DMA_INVALIDATIONS], taken + (lengths[i] >= 4096 ? 2 : 1));
        ck_assert(in_l1(0x1fc0));
        ck_assert(!memory_fixture_proved(&f, 0x2000, false));
        ck_assert(!in_l1(0x2000));
        ck_assert(in_l1(0x2fc0) == (lengths[i] < 4096));
    }
    for (unsigned i = 0; i < 2000; i++)
        memory_fixture_load(&f, 0x100000 + i * 64, 1000);
    memory_dma(f.m, 0, UINT64_MAX);
    uint64_t misses = f.counts[EVENT_L2_MISSES];
    memory_fixture_load(&f, 0x100000, 1000);
    ck_assert_uint_eq(f.counts[EVENT_L2_MISSES], misses + 1);
    memory_dma(f.m, 0x100000, 0);
    ck_assert(in_l1(0x100000));
    stop();
}
END_TEST

START_TEST(a_reset_leaves_nothing)
{
    start(true);
    uint64_t fresh = memory_hash(f.m, f.now);
    for (unsigned i = 0; i < 100; i++)
        memory_fixture_store(&f, 0x10000 + i * 8, 8, 1);
    memory_fixture_load(&f, 0x10000, 1000);
    memory_fixture_load(&f, 0x10000, 1000);
    ck_assert(memory_fixture_proved(&f, 0x10000, false));
    ck_assert_uint_ne(memory_hash(f.m, f.now), fresh);
    memory_reset(f.m);
    ck_assert(!memory_fixture_proved(&f, 0x10000, false));
    ck_assert_uint_eq(memory_hash(f.m, f.now), fresh);
    stop();
}
END_TEST

START_TEST(events_that_nobody_serves_leave_no_line_on_its_way_for_ever)
{
    start(false);
    struct memory_page page = memory_fixture_page(&f, 0x1000);
    memory_data(f.m, &page, 8, false, 0, f.now);
    memory_forget(f.m);
    ck_assert_int_eq(memory_data(f.m, &page, 8, false, 0, f.now), MEMORY_READABLE);
    stop();
}
END_TEST

START_TEST(no_address_and_no_amount_is_too_much)
{
    start(true);
    static const gva_t ends[] = { 0, 63, 0xfff, UINT64_MAX, UINT64_MAX - 63, 1ull << 63, 0xffff000000000000, (1ull << 48) - 1 };
    struct memory_wait wait;
    for (unsigned i = 0; i < ARRAY_SIZE(ends); i++)
        for (unsigned size = 1; size <= 64; size++)
            for (unsigned bits = 0; bits < 64; bits += 7) {
                f.size_bits = (uint8_t)bits;
                if ((ends[i] & ~PAGE_MASK) + size <= PAGE_SIZE)
                    memory_fixture_access(&f, ends[i], size, i & 1, &wait);
                memory_fetch_lines(f.m, ends[i], UINT64_MAX - ends[i]);
                memory_maintain(f.m, (enum memory_maintenance)(size % 5), ends[i], size);
                memory_dma(f.m, ends[i], ends[(i + size) % ARRAY_SIZE(ends)]);
                memory_forget_va(f.m, ends[i]);
            }
    for (unsigned i = 0; i < 5000; i++) {   /* one block of more events than any real one has */
        struct memory_page page = memory_fixture_page(&f, 0x100000 + i * 0x1040);
        memory_data(f.m, &page, 8, i & 1, i % 64, f.now);
    }
    wait = (struct memory_wait){ 0 };
    memory_fixture_serve(&f, &wait);
    memory_forget(f.m);
    stop();
}
END_TEST

/* A loop of stores and cleaning asks memory for more than it can do; it must stall rather than run up a debt. */
START_TEST(a_flood_of_writes_is_paid_for_as_it_comes)
{
    start(false);
    uint64_t begin = f.now;
    for (unsigned i = 0; i < 20000; i++) {
        struct memory_wait wait = { 0 };
        struct memory_page page = memory_fixture_page(&f, 0x100000 + (i & 63) * 64);
        memory_zero(f.m, &page, 0, f.now);
        memory_maintain(f.m, MEMORY_CLEAN_INVALIDATE, page.pa, 1);
        memory_fixture_serve(&f, &wait);
        f.now += 2 + wait.issue;
    }
    ck_assert_uint_gt(f.now - begin, 20000 * 20);
    ck_assert_uint_lt(memory_fixture_load(&f, 0x900000, 0), 3000);
    stop();
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory");
    TCase *t = tcase_create("memory");
    tcase_add_test(t, a_line_is_fetched_once_and_then_costs_nothing);
    tcase_add_test(t, a_line_on_its_way_is_waited_for_and_not_counted_again);
    tcase_add_test(t, a_store_misses_without_waiting_and_makes_its_line_writable);
    tcase_add_test(t, the_first_write_of_a_clean_line_has_no_event);
    tcase_add_test(t, what_leaves_l1_is_found_in_l2);
    tcase_add_test(t, an_entry_dies_with_its_line);
    tcase_add_test(t, entries_die_with_their_page);
    tcase_add_test(t, an_access_that_crosses_eight_bytes_holds_the_unit);
    tcase_add_test(t, both_lines_of_an_access_are_fetched);
    tcase_add_test(t, stores_stall_when_more_lines_are_missing_than_the_store_buffer_holds);
    tcase_add_test(t, loads_wait_for_a_line_fill_buffer);
    tcase_add_test(t, a_line_on_its_way_out_holds_up_the_next);
    tcase_add_test(t, a_device_costs_its_bus);
    tcase_add_test(t, full_lines_in_a_row_are_written_without_being_read);
    tcase_add_test(t, lines_written_in_part_are_brought_in);
    tcase_add_test(t, a_line_left_in_part_ends_the_stream);
    tcase_add_test(t, a_load_of_the_line_that_streams_brings_it_in);
    tcase_add_test(t, streaming_can_be_switched_off);
    tcase_add_test(t, dc_zva_makes_a_line_without_reading_it);
    tcase_add_test(t, fetched_lines_stay_until_their_epoch_counts_up);
    tcase_add_test(t, the_next_line_of_instructions_is_on_its_way_when_it_is_needed);
    tcase_add_test(t, maintenance_cleans_and_invalidates_both_levels);
    tcase_add_test(t, dma_takes_the_lines_that_it_writes_from_both_levels);
    tcase_add_test(t, a_reset_leaves_nothing);
    tcase_add_test(t, events_that_nobody_serves_leave_no_line_on_its_way_for_ever);
    tcase_add_test(t, no_address_and_no_amount_is_too_much);
    tcase_add_test(t, a_flood_of_writes_is_paid_for_as_it_comes);
    suite_add_tcase(s, t);
    return s;
}
