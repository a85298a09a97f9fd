/* SPDX-License-Identifier: MIT */
/* States of the pipeline. Catches: two states with one number that behave otherwise, and one state with two; a result, a unit or a
   fetch that is forgotten too early or remembered as another; numbers that mean something else when the table has begun anew. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/pipeline.h"
#include "cpu/timing/scoreboard.h"
#include "cpu/timing/states.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { STATES = 30000, LONG_FACTOR = 50, UOPS_BEFORE = 12, UOPS_BEHIND = 40, FULL = 33000 };

static const struct memory_wait none;
static uint64_t seed;

static uint32_t below(uint32_t n) { return oracle_below(&seed, n); }

/* Of real instructions, so that registers and kinds fit together. */
static struct uop random_uop(void)
{
    for (;;) {
        uint32_t insn = oracle_word(&seed, below(insn_row_count)) & (below(2) ? UINT32_MAX : 0xffe7fce7);   /* few registers */
        int row = decode_row(insn);
        if (row < 0)
            continue;
        struct uop u = { 0 };
        arm64_describe(&(struct op){ .insn = insn, .row = (uint16_t)row }, 0, &u);
        return u;
    }
}

static struct memory_wait random_wait(void)
{
    if (below(6))
        return none;
    return (struct memory_wait){ .result = below(below(2) ? 6 : 200), .result_cause = CAUSE_L2, .unit = below(4) };
}

static uint64_t step(struct scoreboard *s, const struct uop *u, unsigned offset, const struct memory_wait *wait)
{
    scoreboard_ready(s, u, offset);
    return scoreboard_step(s, u, wait);
}

static void random_model(struct core_model *model)
{
    unsigned cores = 0;
    while (model_at(cores))
        cores++;
    *model = *model_at(below(cores));
    if (below(2))
        model->settings.fetch_lead = 1 + below(16);
    if (below(4) == 0)
        model->settings.issue_width = 1;
    if (below(4) == 0)
        model->settings.fetch_bytes = 4u << below(3);
}

static void run_some(struct scoreboard *s, unsigned offset)
{
    for (unsigned i = below(UOPS_BEFORE); i; i--, offset += 4) {
        struct uop u = random_uop();
        struct memory_wait wait = random_wait();
        step(s, &u, offset, &wait);
        if (below(40) == 0)
            scoreboard_delay_fetch(s, below(30), CAUSE_L1I);
    }
    scoreboard_end(s, (enum outcome)below(4), below(8) == 0);
}

/* From here on both must issue everything at the same distance from where they began, for the same reasons. */
static void behave_alike(struct scoreboard *a, struct scoreboard *b)
{
    uint64_t from_a = a->now, from_b = b->now;
    memset(a->stack, 0, sizeof a->stack);
    memset(b->stack, 0, sizeof b->stack);
    unsigned offset = 4 * below(1024);
    for (unsigned i = 0; i < UOPS_BEHIND; i++, offset += 4) {
        struct uop u = random_uop();
        struct memory_wait wait = random_wait();
        ck_assert_uint_eq(step(a, &u, offset, &wait) - from_a, step(b, &u, offset, &wait) - from_b);
        if (below(8) == 0) {
            enum outcome outcome = (enum outcome)below(4);
            bool is_indirect = below(4) == 0;
            scoreboard_end(a, outcome, is_indirect);
            scoreboard_end(b, outcome, is_indirect);
            offset = 4 * below(1024);
        }
    }
    ck_assert_mem_eq(a->stack, b->stack, sizeof a->stack);
}

static unsigned count_of_states(void)
{
    return (unsigned)trials(STATES, LONG_FACTOR);
}

START_TEST(a_state_behaves_as_what_it_was_made_of)
{
    seed = 5;
    unsigned interned = 0;
    for (unsigned i = 0; i < count_of_states(); i++) {
        static struct core_model model;
        static struct scoreboard a, b;
        static struct states *table;
        if (i % 1000 == 0) {
            states_free(table);
            table = states_new();
            random_model(&model);
        }
        scoreboard_init(&a, &model);
        scoreboard_clear(&a, 1000 + below(1000000));
        run_some(&a, 4 * below(1024));
        run_some(&a, 4 * below(1024));
        struct scoreboard untouched = a;
        int number = states_intern(table, &a, false);
        if (number == STATE_NONE)
            continue;
        interned++;
        scoreboard_init(&b, &model);
        run_some(&b, 0);   /* what was on the board before must not shine through */
        states_expand(table, number, &b, 5000000 + below(1000000));
        ck_assert_int_eq(states_intern(table, &b, false), number);
        uint64_t kept = seed;
        behave_alike(&a, &b);
        seed = kept;
        states_expand(table, number, &b, 77);
        behave_alike(&untouched, &b);
    }
    ck_assert_uint_gt(interned, count_of_states() / 4);
}
END_TEST

/* Two ways to one number: the first of its kind is kept, and whatever comes to the same number must behave like it. */
START_TEST(two_states_with_one_number_behave_alike)
{
    enum { KEPT = 4096 };
    static struct scoreboard first[KEPT];
    static bool is_kept[KEPT];
    struct states *table = states_new();
    static struct core_model model;
    unsigned met = 0;
    seed = 6;
    random_model(&model);
    int base = states_first(table);
    for (unsigned i = 0; i < count_of_states(); i++) {
        struct scoreboard s;
        scoreboard_init(&s, &model);
        scoreboard_clear(&s, below(1000));
        for (unsigned k = below(3); k; k--) {   /* short ones, so that many come to the same */
            struct uop u = random_uop();
            step(&s, &u, 4 * k, &none);
        }
        scoreboard_end(&s, (enum outcome)below(4), false);
        struct scoreboard before = s;
        int number = states_intern(table, &s, false);
        ck_assert_int_ne(number, STATE_NONE);
        unsigned at = (unsigned)(number - base);
        if (at >= KEPT)
            continue;
        if (is_kept[at]) {
            struct scoreboard other = first[at];
            behave_alike(&other, &before);
            met++;
        } else {
            is_kept[at] = true;
            first[at] = before;
        }
    }
    ck_assert_uint_gt(met, count_of_states() / 8);
    states_free(table);
}
END_TEST

/* More states than the table holds: it forgets all, and gives no number twice. */
START_TEST(numbers_are_never_used_again)
{
    struct states *table = states_new();
    struct scoreboard s, b;
    const struct core_model *model = model_at(0);
    scoreboard_init(&s, model);
    scoreboard_init(&b, model);
    int first = states_first(table), number = 0, last = -1;
    unsigned made = 0;
    for (uint32_t i = 0; made < FULL && i < 40 * FULL; i++) {
        scoreboard_clear(&s, 1000);
        for (unsigned unit = 1; unit < UNIT_COUNT; unit++)
            s.free[unit] = 1000 + (i * 2654435761u >> 4 * unit & 15);
        uint64_t before = states_count(table);
        number = states_intern(table, &s, false);
        ck_assert_int_ge(number, states_first(table));
        if (states_count(table) == before)
            continue;
        made++;
        ck_assert_int_ne(number, last);
        last = number;
    }
    ck_assert_uint_eq(made, FULL);
    ck_assert_int_gt(states_first(table), first);
    states_expand(table, number, &b, 1000);
    ck_assert_mem_eq(s.free, b.free, sizeof s.free);
    states_free(table);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("states");
    TCase *t = tcase_create("states");
    decode_init();
    tcase_set_timeout(t, 3600);
    tcase_add_test(t, a_state_behaves_as_what_it_was_made_of);
    tcase_add_test(t, two_states_with_one_number_behave_alike);
    tcase_add_test(t, numbers_are_never_used_again);
    suite_add_tcase(s, t);
    return s;
}
