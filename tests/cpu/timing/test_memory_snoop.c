/* SPDX-License-Identifier: MIT */
/* Cores that share L2 and memory, by hand. Catches: a store that leaves another core its copy or its proof of one, a load that
   lets the other go on writing, a transfer that costs as much as memory or nothing, two L2s, maintenance or DMA that reaches one
   core only, a core that waits for what another does in its future, one that is slower because others sleep. */
#include <string.h>

#include "cpu/timing/port.h"
#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

enum { CORES = 4, PLACE = 0x10000, FAR_AWAY = 1000000 };

static struct memory_fixture core[CORES];

static void start(unsigned cores)
{
    for (unsigned i = 0; i < cores; i++) {
        memory_fixture_open(&core[i]);
        core[i].fast = true;
        memory_fixture_start(&core[i]);
        if (i)
            memory_join(core[i].m, core[0].m);
    }
}

static void stop(unsigned cores)
{
    ck_assert_ptr_null(memory_check(core[0].m));
    for (unsigned i = 0; i < cores; i++)
        memory_fixture_close(&core[i]);
}

/* Each a long time after the one before, by whatever core, so that nothing is under way. */
static uint64_t next_time(void)
{
    static uint64_t now;
    return now += 10000;
}

static uint64_t load(unsigned i, gva_t va)
{
    core[i].now = next_time();
    return memory_fixture_load(&core[i], va, 0);
}

static uint64_t store(unsigned i, gva_t va)
{
    core[i].now = next_time();
    return memory_fixture_store(&core[i], va, 8, 0);
}

static uint64_t count(unsigned i, enum timing_event event)
{
    return core[i].counts[event];
}

/* Twice: the first brings the line, the second proves it. */
static void own(unsigned i, gva_t va)
{
    store(i, va);
    store(i, va);
    ck_assert(memory_fixture_proved(&core[i], va, true));
}

START_TEST(a_store_takes_the_line_away_from_every_other_core)
{
    start(CORES);
    for (unsigned i = 0; i < CORES; i++) {
        load(i, PLACE);
        load(i, PLACE);
        ck_assert(memory_fixture_proved(&core[i], PLACE, false));
    }
    store(1, PLACE);
    for (unsigned i = 0; i < CORES; i++) {
        ck_assert_int_eq(memory_fixture_proved(&core[i], PLACE, false), i == 1);
        ck_assert_uint_eq(count(i, EVENT_LINES_TAKEN), i != 1);
    }
    ck_assert_uint_eq(count(1, EVENT_SHARED_WRITES), 1);
    store(1, PLACE);
    ck_assert(memory_fixture_proved(&core[1], PLACE, true));
    stop(CORES);
}
END_TEST

START_TEST(a_load_leaves_both_able_to_read_and_neither_to_write)
{
    start(2);
    own(0, PLACE);
    uint64_t took = load(1, PLACE);
    ck_assert_uint_eq(took, core[1].settings.snoop_latency);
    ck_assert_uint_eq(count(1, EVENT_SNOOPED_LINES), 1);
    ck_assert_uint_eq(count(1, EVENT_L2_MISSES), 0);
    load(1, PLACE);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(memory_fixture_proved(&core[i], PLACE, false));
        ck_assert(!memory_fixture_proved(&core[i], PLACE, true));
    }
    store(0, PLACE);
    ck_assert(!memory_fixture_proved(&core[1], PLACE, false));
    ck_assert_uint_eq(count(0, EVENT_SHARED_WRITES), 1);
    stop(2);
}
END_TEST

START_TEST(a_store_that_misses_brings_the_line_from_the_core_that_modified_it)
{
    start(2);
    own(0, PLACE);
    uint64_t before = count(1, EVENT_DRAM_READS);
    store(1, PLACE);
    ck_assert_uint_eq(count(1, EVENT_SNOOPED_LINES), 1);
    ck_assert_uint_eq(count(1, EVENT_DRAM_READS), before);
    ck_assert_uint_eq(count(0, EVENT_LINES_TAKEN), 1);
    ck_assert(!memory_fixture_proved(&core[0], PLACE, false));
    store(1, PLACE);
    ck_assert(memory_fixture_proved(&core[1], PLACE, true));
    stop(2);
}
END_TEST

START_TEST(words_of_one_line_go_to_and_fro_and_words_of_two_lines_do_not)
{
    enum { ROUNDS = 100 };
    start(2);
    for (unsigned apart = 8; apart <= 64; apart += 56) {
        uint64_t taken = count(0, EVENT_LINES_TAKEN);
        for (unsigned i = 0; i < ROUNDS; i++)
            store(i & 1, PLACE + apart * 16 + (i & 1) * apart);
        ck_assert_uint_eq(count(0, EVENT_LINES_TAKEN) - taken, apart < 64 ? ROUNDS / 2 : 0);
    }
    stop(2);
}
END_TEST

START_TEST(what_one_core_left_in_l2_another_finds_there)
{
    enum { WAY = 32768 / 4, L1D_LINES = 512 };
    start(2);
    for (unsigned i = 0; i < 4 * L1D_LINES; i++)
        load(0, PLACE + i * 64);
    uint64_t took = load(1, PLACE);
    ck_assert_uint_eq(took, core[1].settings.l2_latency);
    ck_assert_uint_eq(count(1, EVENT_L2_MISSES), 0);
    ck_assert_uint_eq(count(1, EVENT_SNOOPED_LINES), 0);
    stop(2);
}
END_TEST

START_TEST(zeroing_and_streaming_take_lines_away_too)
{
    start(2);
    own(0, PLACE);
    struct memory_page page = memory_fixture_page(&core[1], PLACE);
    struct memory_wait wait = { 0 };
    memory_zero(core[1].m, &page, 0, core[1].now);
    memory_fixture_serve(&core[1], &wait);
    ck_assert(!memory_fixture_proved(&core[0], PLACE, false));
    ck_assert_uint_eq(count(1, EVENT_SNOOPED_LINES), 0);
    const gva_t end = PLACE + 64 * 64;
    own(0, end);
    for (gva_t va = PLACE + 64; va < end + 64; va += 8)
        memory_fixture_store(&core[1], va, 8, 1);
    ck_assert_uint_gt(count(1, EVENT_STREAMED_LINES), 10);
    ck_assert(!memory_fixture_proved(&core[0], end, false));
    stop(2);
}
END_TEST

START_TEST(maintenance_by_one_core_reaches_the_caches_of_all)
{
    start(CORES);
    for (unsigned i = 0; i < CORES; i++)
        memory_fetch_lines(core[i].m, PLACE, PLACE);
    for (unsigned i = 0; i < CORES; i++) {
        struct memory_wait wait = { 0 };
        memory_fixture_serve(&core[i], &wait);
    }
    uint32_t epoch[CORES];
    for (unsigned i = 0; i < CORES; i++)
        epoch[i] = core[i].epoch[PLACE >> 6 & 63];
    memory_maintain(core[2].m, MEMORY_INVALIDATE_FETCH, PLACE, 0);
    for (unsigned i = 0; i < CORES; i++)
        ck_assert_uint_eq(core[i].epoch[PLACE >> 6 & 63], epoch[i] + 1);
    own(0, PLACE);
    load(1, PLACE);
    memory_maintain(core[3].m, MEMORY_CLEAN_INVALIDATE, PLACE, 0);
    unsigned events;
    memory_events(core[3].m, &events);
    ck_assert_uint_eq(events, 1);   /* it was modified: written to memory */
    struct memory_wait wait = { 0 };
    memory_fixture_serve(&core[3], &wait);
    ck_assert(!memory_fixture_proved(&core[0], PLACE, false));
    ck_assert_uint_gt(load(1, PLACE), core[1].settings.snoop_latency);   /* nobody has it */
    stop(CORES);
}
END_TEST

START_TEST(the_whole_l1i_goes_in_one_core_or_in_all)
{
    start(2);
    for (unsigned i = 0; i < 2; i++) {
        struct memory_wait wait = { 0 };
        memory_fetch_lines(core[i].m, PLACE, PLACE);
        memory_fixture_serve(&core[i], &wait);
    }
    uint32_t before = core[1].epoch[PLACE >> 6 & 63];
    memory_maintain(core[0].m, MEMORY_INVALIDATE_FETCH_ALL, 0, 0);
    ck_assert_uint_eq(core[1].epoch[PLACE >> 6 & 63], before);
    memory_maintain(core[0].m, MEMORY_INVALIDATE_FETCH_EVERYWHERE, 0, 0);
    ck_assert_uint_eq(core[1].epoch[PLACE >> 6 & 63], before + 1);
    stop(2);
}
END_TEST

START_TEST(dma_takes_lines_out_of_every_cache)
{
    start(CORES);
    for (unsigned i = 0; i < CORES; i++)
        own(i, PLACE + i * 64);
    memory_dma(core[0].m, PLACE, _i ? CORES * 64 : UINT64_MAX - PLACE);
    uint64_t lost = 0;
    for (unsigned i = 0; i < CORES; i++) {
        ck_assert(!memory_fixture_proved(&core[i], PLACE + i * 64, false));
        lost += count(i, EVENT_DMA_INVALIDATIONS);
    }
    ck_assert_uint_eq(lost, CORES);
    stop(CORES);
}
END_TEST

START_TEST(a_core_whose_fellows_sleep_takes_the_times_of_one_that_is_alone)
{
    static struct memory_fixture alone;
    uint64_t state = 1;
    start(CORES);
    memory_fixture_open(&alone);
    memory_fixture_start(&alone);
    core[2].fast = false;
    for (unsigned i = 0; i < 20000; i++) {
        gva_t va = memory_fixture_random(&state, 4) ? i * 8 : memory_fixture_random(&state, 1 << 21) & ~7u;
        bool write = memory_fixture_random(&state, 3) == 0;
        struct memory_wait here, there;
        memory_fixture_access(&core[2], va, 8, write, &here);
        memory_fixture_access(&alone, va, 8, write, &there);
        ck_assert_uint_eq(here.issue, there.issue);
        ck_assert_uint_eq(here.result, there.result);
        ck_assert_uint_eq(here.unit, there.unit);
        uint64_t passed = 2 + here.issue + memory_fixture_random(&state, 2) * here.result;
        core[2].now += passed;
        alone.now += passed;
    }
    ck_assert_mem_eq(core[2].counts, alone.counts, sizeof alone.counts);
    memory_fixture_close(&alone);
    stop(CORES);
}
END_TEST

/* ---- time: cores that are a slice apart ---- */

START_TEST(a_core_does_not_wait_for_what_another_does_in_its_future)
{
    start(2);
    core[1].now += FAR_AWAY;
    for (unsigned i = 0; i < 50; i++)
        memory_fixture_load(&core[1], PLACE + i * 4096, 10);
    uint64_t took = memory_fixture_load(&core[0], 0x200000, 0);
    struct memory_fixture alone;
    memory_fixture_open(&alone);
    memory_fixture_start(&alone);
    ck_assert_uint_eq(took, memory_fixture_load(&alone, 0x200000, 0));
    memory_fixture_close(&alone);
    stop(2);
}
END_TEST

/* Lines that the cores get in a million cycles when all stream; their turns are as boards/cores.c makes them. */
static uint64_t stream(unsigned cores)
{
    enum { CYCLES = 1000000, SLICE = 2400 };
    uint64_t lines[CORES] = { 0 }, all = 0, state = 1;
    start(cores);
    for (;;) {
        unsigned first = 0, second = cores - 1;
        for (unsigned i = 1; i < cores; i++)
            if (core[i].now < core[first].now)
                first = i;
        if (core[first].now > CYCLES)
            break;
        for (unsigned i = 0; i < cores; i++)
            if (i != first && (second == first || core[i].now < core[second].now))
                second = i;
        uint64_t end = core[second].now + SLICE + memory_fixture_random(&state, SLICE / 2);
        while (core[first].now < end)
            memory_fixture_load(&core[first], 0x1000000 * (first + 1) + 64 * lines[first]++, 2);
    }
    for (unsigned i = 0; i < cores; i++) {
        all += lines[i];
        ck_assert_uint_gt(lines[i] * 10, lines[0] * 7);   /* nobody starves */
        ck_assert_uint_lt(lines[i] * 7, lines[0] * 10);
    }
    stop(cores);
    return all;
}

START_TEST(cores_that_stream_share_what_memory_can_carry)
{
    uint64_t one = stream(1), two = stream(2), four = stream(4);
    uint64_t most = 1000000 * 1000ull / 1200 / 36;   /* the channel's, dram.channel nanoseconds each */
    ck_assert_uint_ge(two + two / 20, one);
    ck_assert_uint_ge(four + four / 20, two);
    ck_assert_uint_le(four, most + most / 20);
}
END_TEST

/* ---- port.h ---- */

START_TEST(a_request_waits_for_one_of_another_core_and_delays_what_that_asks_next)
{
    struct port p;
    port_init(&p);
    port_share(&p);
    for (unsigned i = 0; i < 10; i++)
        ck_assert_uint_eq(port_take(&p, 0, 1000, 10), 1000 + 10 * i);
    ck_assert_uint_eq(port_take(&p, 1, 990, 10), 990);      /* before them */
    ck_assert_uint_eq(port_take(&p, 1, 1033, 10), 1040);    /* behind the one under way, in the place of the next */
    ck_assert_uint_eq(port_take(&p, 0, 1050, 10), 1110);    /* the tenth ended at 1100, and one was put off */
    ck_assert_uint_eq(port_take(&p, 1, 5000, 10), 5000);
    port_free(&p);
}
END_TEST

START_TEST(a_port_that_is_kept_busy_for_ever_forgets_and_does_not_fail)
{
    struct port p;
    port_init(&p);
    port_share(&p);
    for (uint64_t i = 0; i < 3 * PORT_USES; i++)
        port_take(&p, 0, 20 * i, 10);
    ck_assert_uint_eq(port_take(&p, 1, 5, 10), 5);
    ck_assert_uint_eq(port_take(&p, 1, 20 * (3 * PORT_USES - 1) + 1, 10), 20 * (3 * PORT_USES - 1) + 10);
    port_reset(&p);
    ck_assert_uint_eq(port_take(&p, 1, 0, 10), 0);
    port_free(&p);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory snoop");
    TCase *t = tcase_create("snoop");
    tcase_add_test(t, a_store_takes_the_line_away_from_every_other_core);
    tcase_add_test(t, a_load_leaves_both_able_to_read_and_neither_to_write);
    tcase_add_test(t, a_store_that_misses_brings_the_line_from_the_core_that_modified_it);
    tcase_add_test(t, words_of_one_line_go_to_and_fro_and_words_of_two_lines_do_not);
    tcase_add_test(t, what_one_core_left_in_l2_another_finds_there);
    tcase_add_test(t, zeroing_and_streaming_take_lines_away_too);
    tcase_add_test(t, maintenance_by_one_core_reaches_the_caches_of_all);
    tcase_add_test(t, the_whole_l1i_goes_in_one_core_or_in_all);
    tcase_add_loop_test(t, dma_takes_lines_out_of_every_cache, 0, 2);
    tcase_add_test(t, a_core_whose_fellows_sleep_takes_the_times_of_one_that_is_alone);
    tcase_add_test(t, a_core_does_not_wait_for_what_another_does_in_its_future);
    tcase_add_test(t, cores_that_stream_share_what_memory_can_carry);
    tcase_add_test(t, a_request_waits_for_one_of_another_core_and_delays_what_that_asks_next);
    tcase_add_test(t, a_port_that_is_kept_busy_for_ever_forgets_and_does_not_fail);
    suite_add_tcase(s, t);
    return s;
}
