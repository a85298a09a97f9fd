/* SPDX-License-Identifier: MIT */
/* What several cores cost each other in the timing model, by programs of a few words. Catches: a machine that is slower because it
   has more cores that sleep, a contended line that costs nothing or changes hands once a turn, two memories, maintenance and DMA
   that miss the other cores' caches. */
#include <string.h>

#include "tests/support/cores.h"
#include "tests/support/support.h"

enum { ROUNDS = 20000 };

static struct machine *m;
static struct counters counters[MACHINE_CORES];

static void teardown(void)
{
    machine_free(m);
    m = NULL;
}

static uint64_t finish(void)
{
    uint64_t most = 0;
    cores_finish(m);
    for (unsigned i = 0; i < m->core_count; i++) {
        const struct cpu *cpu = &m->cores[i]->cpu;
        uint64_t awake = cpu->cycles - cpu->idle_cycles;
        machine_core_counters(m, i, &counters[i]);
        most = awake > most ? awake : most;
    }
    ck_assert_ptr_null(memory_check(timing_memory(m->cpu->cpu.timing)));
    return most;
}

static uint64_t count(unsigned core, enum timing_event event)
{
    return counters[core].events[0][event] + counters[core].events[1][event];
}

static uint64_t sum(enum timing_event event)
{
    uint64_t all = 0;
    for (unsigned i = 0; i < m->core_count; i++)
        all += count(i, event);
    return all;
}

/* ---- alone among others ---- */

/* A walk over 2 MB that loads and stores: every level of the memory is in it. */
static uint64_t walk(unsigned cores)
{
    m = cores_new(cores, TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 30000), W_LDR(1, 0, 0), W_ADD(1, 1, 1), W_STR(1, 0, 8), W_ADD(0, 0, 192), W_SUBS(3, 3, 1),
              W_B_NE(-5), CORES_END);
    cores_start(m, 0, CORES_CODE);
    uint64_t took = finish();
    teardown();
    return took;
}

START_TEST(a_core_takes_as_long_beside_others_that_sleep_as_alone)
{
    uint64_t alone = walk(1);
    ck_assert_uint_gt(alone, 30000 * 20);
    ck_assert_uint_eq(walk(4), alone);
    ck_assert_uint_eq(walk(8), alone);
}
END_TEST

/* ---- one line ---- */

/* Each core counts in a word of its own; `apart` bytes lie between two of them. */
static uint64_t count_apart(unsigned cores, unsigned apart)
{
    m = cores_new(cores, TIMING_ON);
    for (unsigned i = 0; i < cores; i++) {
        CORES_PUT(m, CORES_CODE + 0x1000 * i, W_MOVZ(3, ROUNDS), W_LDR(1, 0, apart * i), W_ADD(1, 1, 1), W_STR(1, 0, apart * i),
                  W_SUBS(3, 3, 1), W_B_NE(-4), CORES_END);
        cores_start(m, i, CORES_CODE + 0x1000 * i);
    }
    uint64_t took = finish();
    for (unsigned i = 0; i < cores; i++)
        ck_assert_uint_eq(cores_get(m, CORES_DATA + apart * i), ROUNDS);
    return took;
}

START_TEST(words_of_one_line_cost_cores_what_words_of_two_lines_do_not)
{
    static const unsigned counts[] = { 2, 4 };
    unsigned cores = counts[_i];
    uint64_t apart = count_apart(cores, 64);
    ck_assert_uint_lt(sum(EVENT_SNOOPED_LINES), 4 * cores);
    teardown();
    uint64_t together = count_apart(cores, 8);
    ck_assert_uint_gt(together, 2 * apart);
    ck_assert_uint_gt(sum(EVENT_SNOOPED_LINES), ROUNDS / 4);   /* and not once in a turn of 2 us */
    ck_assert_uint_gt(sum(EVENT_LINES_TAKEN), ROUNDS / 4);
}
END_TEST

START_TEST(what_all_only_read_is_every_cores)
{
    m = cores_new(4, TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, ROUNDS), W_LDR(1, 0, 0), W_SUBS(3, 3, 1), W_B_NE(-2), CORES_END);
    for (unsigned i = 0; i < 4; i++)
        cores_start(m, i, CORES_CODE);
    finish();
    ck_assert_uint_le(sum(EVENT_L1D_READ_MISSES), 8);
    ck_assert_uint_eq(sum(EVENT_LINES_TAKEN), 0);
}
END_TEST

/* A counter that all increase by exclusives. */
START_TEST(an_exclusive_counter_is_right_and_goes_from_core_to_core)
{
    static const unsigned counts[] = { 2, 4, 8 };
    m = cores_new(counts[_i], TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 2000),
              W_LDXR(1, 0), W_ADD(1, 1, 1), W_STXR(2, 1, 0), W_CBNZ(2, -3), W_SUBS(3, 3, 1), W_B_NE(-5), CORES_END);
    for (unsigned i = 0; i < counts[_i]; i++)
        cores_start(m, i, CORES_CODE);
    finish();
    ck_assert_uint_eq(cores_get(m, CORES_DATA), counts[_i] * 2000ull);
    ck_assert_uint_gt(sum(EVENT_SNOOPED_LINES), 150 * counts[_i]);   /* a turn of 2 us makes 20 of each */
}
END_TEST

/* The store that takes the other word's line away, between the exclusives: a turn that ended there each time would never let one
   through. */
START_TEST(a_store_between_exclusives_does_not_keep_them_from_succeeding)
{
    m = cores_new(2, TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 500), W_LDXR(1, 0), W_STR(3, 0, 64), W_B(1), W_ADD(1, 1, 1), W_STXR(2, 1, 0),
              W_CBNZ(2, -5), W_SUBS(3, 3, 1), W_B_NE(-7), CORES_END);
    for (unsigned i = 0; i < 2; i++)
        cores_start(m, i, CORES_CODE);
    finish();
    ck_assert_uint_eq(cores_get(m, CORES_DATA), 1000);
}
END_TEST

/* ---- one memory ---- */

/* Loads of lines that nobody has, each core in a megabyte of its own. */
static uint64_t stream(unsigned cores)
{
    m = cores_new(cores, TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 8000), W_LDR(1, 0, 0), W_ADD(0, 0, 64), W_SUBS(3, 3, 1), W_B_NE(-3), CORES_END);
    for (unsigned i = 0; i < cores; i++)
        cores_start(m, i, CORES_CODE)->x[0] = CORES_DATA + i * MIB;
    uint64_t took = finish();
    teardown();
    return took;
}

START_TEST(cores_that_stream_wait_for_one_memory)
{
    uint64_t one = stream(1), four = stream(4);
    ck_assert_uint_gt(four, 3 * one);
    ck_assert_uint_lt(four, 6 * one);
}
END_TEST

START_TEST(what_one_core_has_read_another_finds_in_l2)
{
    m = cores_new(2, TIMING_ON);
    /* Core 0 reads 128 KB, then says so by an event. */
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 2048), W_LDR(1, 0, 0), W_ADD(0, 0, 64), W_SUBS(3, 3, 1), W_B_NE(-3), W_SEV, CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_WFE, W_MOVZ(3, 2048), W_LDR(1, 0, 0), W_ADD(0, 0, 64), W_SUBS(3, 3, 1), W_B_NE(-3),
              CORES_END);
    cores_start(m, 0, CORES_CODE);
    cores_start(m, 1, CORES_CODE + 0x1000);
    finish();
    ck_assert_uint_gt(count(0, EVENT_DRAM_READS), 2000);
    ck_assert_uint_lt(count(1, EVENT_DRAM_READS), 20);
    ck_assert_uint_gt(count(1, EVENT_SNOOPED_LINES), 100);   /* what core 0 still has and L2 has not */
}
END_TEST

/* ---- maintenance and DMA ---- */

/* Core 1 runs a loop while core 0 invalidates; how often does core 1 miss? */
static uint64_t fetch_misses(uint32_t invalidate)
{
    m = cores_new(2, TIMING_ON);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 20), W_MOVZ(4, 4000), invalidate, W_SUBS(4, 4, 1), W_B_NE(-1), W_SUBS(3, 3, 1), W_B_NE(-5),
              CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_MOVZ(3, 60000), W_SUBS(3, 3, 1), W_B_NE(-1), CORES_END);
    cores_start(m, 0, CORES_CODE);
    cores_start(m, 1, CORES_CODE + 0x1000)->x[8] = CORES_CODE + 0x1000;
    m->cores[0]->x[8] = CORES_CODE + 0x1000;
    finish();
    uint64_t misses = count(1, EVENT_L1I_MISSES);
    teardown();
    return misses;
}

START_TEST(instruction_cache_maintenance_reaches_the_cores_it_is_for)
{
    enum { IC_IALLUIS = 0xd508711f, IC_IALLU = 0xd508751f, IC_IVAU_X8 = 0xd50b7528 };
    ck_assert_uint_lt(fetch_misses(W_NOP), 6);
    ck_assert_uint_lt(fetch_misses(IC_IALLU), 6);
    ck_assert_uint_ge(fetch_misses(IC_IALLUIS), 10);
    ck_assert_uint_ge(fetch_misses(IC_IVAU_X8), 10);
}
END_TEST

START_TEST(a_device_that_writes_memory_takes_lines_from_every_core)
{
    m = cores_new(4, TIMING_ON);
    for (unsigned i = 0; i < 4; i++) {
        CORES_PUT(m, CORES_CODE + 0x1000 * i, W_STR(1, 0, 64 * i), W_STR(1, 0, 64 * i), CORES_END);
        cores_start(m, i, CORES_CODE + 0x1000 * i);
    }
    finish();
    m->space.written(m->space.core, CORES_DATA, 4 * 64);
    finish();
    ck_assert_uint_eq(sum(EVENT_DMA_INVALIDATIONS), 4);
    for (unsigned i = 0; i < 4; i++)
        cores_start(m, i, CORES_CODE + 0x1000 * i)->cpu.halted = false;
    uint64_t before = sum(EVENT_DRAM_READS);
    finish();
    ck_assert_uint_ge(sum(EVENT_DRAM_READS), before + 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("smp timing");
    TCase *t = tcase_create("smp timing");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_core_takes_as_long_beside_others_that_sleep_as_alone);
    tcase_add_loop_test(t, words_of_one_line_cost_cores_what_words_of_two_lines_do_not, 0, 2);
    tcase_add_test(t, what_all_only_read_is_every_cores);
    tcase_add_loop_test(t, an_exclusive_counter_is_right_and_goes_from_core_to_core, 0, 3);
    tcase_add_test(t, a_store_between_exclusives_does_not_keep_them_from_succeeding);
    tcase_add_test(t, cores_that_stream_wait_for_one_memory);
    tcase_add_test(t, what_one_core_has_read_another_finds_in_l2);
    tcase_add_test(t, instruction_cache_maintenance_reaches_the_cores_it_is_for);
    tcase_add_test(t, a_device_that_writes_memory_takes_lines_from_every_core);
    suite_add_tcase(s, t);
    return s;
}
