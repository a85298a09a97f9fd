/* SPDX-License-Identifier: MIT */
/* The fast mode is the reference mode: random programs run by both, and stopped at random times by both. Catches: a memo that is
   used where it does not hold, an entry of the line table that outlives what it proves, a count or a cycle that depends on where
   a run was cut, state that survives an end of time keeping. A failure says the seed: S1_SEED=n runs it alone. */
#include <stdio.h>
#include <stdlib.h>

#include "cpu/timing/timing_parts.h"
#include "tests/cpu/timing/twins.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { PROGRAMS = 100000, PROGRAMS_WITH_SWITCHES = 4000, PROGRAMS_SANITIZED = 2000, GROUP = 250, DEEP_EVERY = 10 };

static struct twins t;

/* Programs on one pair of machines, each from what the last has left behind. */
static void run_group(uint64_t seed, unsigned programs, bool switches)
{
    twins_open(&t, seed);
    for (unsigned i = 0; i < programs; i++) {
        twins_run(&t, switches);
        twins_compare(&t, i % DEEP_EVERY == 0 || i + 1 == programs);
    }
    twins_close(&t);
}

static unsigned count_of(unsigned programs)
{
#ifdef __SANITIZE_ADDRESS__
    programs = programs < PROGRAMS_SANITIZED ? programs : PROGRAMS_SANITIZED;
#endif
    return getenv("S1_PROGRAMS") ? (unsigned)atoi(getenv("S1_PROGRAMS")) : (unsigned)trials(programs, 1);
}

static void run_groups(uint64_t seed, unsigned programs, bool switches)
{
    uint64_t promises = 0, blocks = 0, remembered = 0, cycles = 0, instructions = 0, executed = 0;
    if (getenv("S1_SEED")) {
        run_group(strtoull(getenv("S1_SEED"), NULL, 0), GROUP, switches);
        return;
    }
    unsigned done = 0;
    for (; done < count_of(programs); done += GROUP) {
        run_group(seed + done, GROUP, switches);
        cycles += t.twin[0].cycles;
        executed += t.twin[0].executed;
        instructions += t.instructions;
        promises += t.promises;
        blocks += t.twin[0].work.blocks;
        remembered += t.twin[0].work.remembered;
    }
    printf("note: %u random programs of %llu instructions, %llu executed in %llu cycles, %llu of %llu "
           "blocks by the memo, %llu line entries looked at\n", done,
           (unsigned long long)instructions / done, (unsigned long long)executed, (unsigned long long)cycles,
           (unsigned long long)remembered, (unsigned long long)blocks, (unsigned long long)promises);
    ck_assert_uint_gt(promises, done);
}

START_TEST(random_programs_take_the_same_time_by_both_modes)
{
    run_groups(1, PROGRAMS, false);
}
END_TEST

START_TEST(time_keeping_ends_and_begins_again_in_both_modes)
{
    run_groups(1000001, PROGRAMS_WITH_SWITCHES, true);
}
END_TEST

/* States have 32,768 places. */
START_TEST(a_full_table_of_states_begins_again_unnoticed)
{
    enum { PLACES = 1 << 15, PROGRAMS_MOST = 40000 };
#ifdef __SANITIZE_ADDRESS__
    return;
#endif
    const unsigned most = (unsigned)trials(PROGRAMS_MOST, 1);   /* fewer do not fill it */
    struct timing_work work = { 0 };
    twins_open(&t, 2000001);
    while (work.states < PLACES + PLACES / 8 && t.programs < most) {
        for (unsigned i = 0; i < GROUP; i++) {
            twins_run(&t, false);
            twins_compare(&t, false);
        }
        twins_compare(&t, true);
        timing_work(t.twin[0].b.cpu->cpu.timing, &work);
    }
    printf("note: %llu states behind %llu programs\n", (unsigned long long)work.states, (unsigned long long)t.programs);
    ck_assert(work.states > PLACES || most < PROGRAMS_MOST);
    twins_close(&t);
}
END_TEST

START_TEST(memos_have_a_bound_and_are_given_up_unnoticed)
{
    enum { MEMOS = 1024, PROGRAMS_MOST = 1500, FLUSHES = 2 };
    const struct timing *timing;
    const struct code_cache *code;
    twins_open(&t, 3000001);
    timing = t.twin[TWIN_FAST].b.cpu->cpu.timing;
    code = t.twin[TWIN_FAST].b.cpu->cpu.code;
    ((struct timing *)timing)->memos_most = MEMOS;
    while (code->flushes < FLUSHES && t.programs < PROGRAMS_MOST) {
        twins_run(&t, false);
        twins_compare(&t, false);
        ck_assert_uint_le(timing->memos, MEMOS);
    }
    twins_compare(&t, true);
    printf("note: the code cache was emptied %llu times in %llu programs\n", (unsigned long long)code->flushes,
           (unsigned long long)t.programs);
    ck_assert_uint_ge(code->flushes, FLUSHES);
    twins_close(&t);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("random programs");
    TCase *tc = tcase_create("random programs");
    tcase_set_timeout(tc, 3600);
    tcase_add_test(tc, random_programs_take_the_same_time_by_both_modes);
    tcase_add_test(tc, time_keeping_ends_and_begins_again_in_both_modes);
    tcase_add_test(tc, a_full_table_of_states_begins_again_unnoticed);
    tcase_add_test(tc, memos_have_a_bound_and_are_given_up_unnoticed);
    suite_add_tcase(s, tc);
    return s;
}
