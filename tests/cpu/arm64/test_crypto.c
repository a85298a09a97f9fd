/* SPDX-License-Identifier: MIT */
/* The Cryptographic Extension: every instruction beside QEMU's, and the option that it is. Catches: a round, column or word in
   the wrong place, an instruction that is there without the option, an ID register that does not follow it. */
#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/mmu.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { CASES = 30000, SAME = 0x200 };

static bool is_crypto(unsigned row) { return insn_rows[row].class == CLASS_SIMD_CRYPTO; }

static void make_word(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    unsigned row = oracle_below(seed, insn_row_count);
    (void)index, (void)arg;
    while (!is_crypto(row))
        row = (row + 1) % insn_row_count;
    oracle_random_state(&c->start, seed);
    c->insn[0] = oracle_word(seed, row);
}

START_TEST(each_instruction_ends_as_in_qemu)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES, 1), 5, make_word, NULL, 0), 0);
}
END_TEST

/* Runs a word of each row; what its exception's class is, 0 for UNDEFINED, -1 without one. */
static void check_each(struct bare *b, int class)
{
    uint64_t seed = 1;
    unsigned checked = 0;
    for (unsigned row = 0; row < insn_row_count; row++) {
        if (!is_crypto(row))
            continue;
        int stopped = BARE_RUN(b, oracle_word(&seed, row));
        ck_assert_int_eq(stopped, class < 0 ? BARE_STOPPED : SAME);
        if (class >= 0)
            ck_assert_int_eq((int)(b->cpu->esr_el1 >> 26), class);
        checked++;
    }
    ck_assert_uint_eq(checked, 15);
}

static void allow_fp(struct bare *b, bool allowed)
{
    b->cpu->cpacr_el1 = allowed ? 3 << 20 : 0;
    mmu_switch(b->cpu);
}

START_TEST(the_instructions_are_there_with_the_option_only)
{
    struct bare b;
    bare_open(&b);
    allow_fp(&b, true);
    check_each(&b, 0);
    allow_fp(&b, false);
    check_each(&b, 0);
    bare_close(&b);
    bare_open(&b);
    arm64_set_crypto(b.cpu, true);
    allow_fp(&b, true);
    check_each(&b, -1);
    allow_fp(&b, false);
    check_each(&b, 0x07);
    bare_close(&b);
}
END_TEST

START_TEST(id_registers_follow_the_option)
{
    for (unsigned has = 0; has < 2; has++) {
        struct bare b;
        bare_open(&b);
        arm64_set_crypto(b.cpu, has);
        ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 0, 6, 0)), has ? 0x11120 : 0x10000);   /* ID_AA64ISAR0_EL1 */
        ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 0, 2, 5)), has ? 0x11121 : 0x10001);   /* ID_ISAR5_EL1 */
        bare_close(&b);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("crypto");
    TCase *t = tcase_create("crypto");
    decode_init();
    tcase_set_timeout(t, 600);
    tcase_add_test(t, each_instruction_ends_as_in_qemu);
    tcase_add_test(t, the_instructions_are_there_with_the_option_only);
    tcase_add_test(t, id_registers_follow_the_option);
    suite_add_tcase(s, t);
    return s;
}
