/* SPDX-License-Identifier: MIT */
/* Big-endian data (SCTLR_EL1.E0E and EE). Every row that loads or stores, and whole programs, compared with QEMU's big-endian
   Cortex-A53; what user mode does not show, on a bare core. Catches: an access of some size, pair or element that keeps the
   wrong order, a handler that finds the fast way all the same, descriptors read in data's order or data in the other level's. */
#include <stdio.h>

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/cpu/arm64/random_code.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { WORDS = 24000, PROGRAMS = 900, LONG_FACTOR = 48, USER_CODE = BARE_CODE + 0x1000 };

/* ---- beside QEMU ---- */

static bool is_memory(unsigned row)
{
    enum insn_class class = insn_rows[row].class;
    return (class >= CLASS_LOAD && class <= CLASS_EXCLUSIVE) || class >= CLASS_FP_LOAD;
}

static void make_word(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    unsigned row = index;
    (void)arg;
    do {
        while (!is_memory(row % insn_row_count))
            row++;
    } while (!random_code_single(c, seed, row++ % insn_row_count));
    c->big_endian = true;
}

static void make_program(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)index, (void)arg;
    random_code_program(c, seed);
    c->big_endian = true;
}

static void compare(unsigned count, uint64_t seed, oracle_maker *make)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(count, LONG_FACTOR), seed, make, NULL, 0), 0);
}

START_TEST(loads_and_stores_end_as_in_qemu) { compare(WORDS, 7, make_word); }
END_TEST

START_TEST(random_programs_end_as_in_qemu) { compare(PROGRAMS, 8, make_program); }
END_TEST

/* ---- on a bare core ---- */

static struct bare b;

static void setup(void)
{
    bare_open(&b);
    b.cpu->x[1] = BARE_DATA;
    bare_set64(&b, BARE_DATA, 0x0102030405060708);
}

static void teardown(void) { bare_close(&b); }

#define SCTLR W_SYSREG(3, 0, 1, 0, 0)

static void set_order(uint64_t order)
{
    bare_msr(&b, SCTLR, (b.cpu->sctlr_el1 & ~(uint64_t)(SCTLR_EE | SCTLR_E0E)) | order);
}

static uint64_t load_at_el1(uint32_t word)
{
    ck_assert_int_eq(BARE_RUN(&b, word | W_RN(1)), BARE_STOPPED);
    return b.cpu->x[0];
}

START_TEST(each_level_has_its_order)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, BARE_DATA, BARE_DATA, 12, BARE_USER);
    BARE_PUT(&b, USER_CODE, W_LDR | W_RN(1), W_SVC);
    for (unsigned twice = 0; twice < 2; twice++) {   /* the second time with what the first left in the TLB */
        set_order(0);
        ck_assert_uint_eq(load_at_el1(W_LDR), 0x0102030405060708);
        bare_run_el0(&b, USER_CODE);
        ck_assert_uint_eq(b.cpu->x[0], 0x0102030405060708);
        set_order(SCTLR_E0E);
        ck_assert_uint_eq(load_at_el1(W_LDR), 0x0102030405060708);
        ck_assert_uint_eq(load_at_el1(W_LDTR), 0x0102030405060708);   /* EL1's, whatever rights it uses */
        bare_run_el0(&b, USER_CODE);
        ck_assert_uint_eq(b.cpu->x[0], 0x0807060504030201);
    }
}
END_TEST

START_TEST(a_register_can_tell_that_both_orders_are_there)
{
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 0, 7, 0)) >> 8 & 0xf, 1);    /* ID_AA64MMFR0_EL1.BigEnd */
    set_order(SCTLR_EE | SCTLR_E0E);
    ck_assert_uint_eq(bare_mrs(&b, SCTLR) >> 24 & 3, 3);
}
END_TEST

/* All descriptors turned, then EE: translation goes on, at EL1 data is turned as well, and at EL0 it is not. */
START_TEST(descriptors_are_read_in_the_order_of_el1)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, BARE_DATA, BARE_DATA, 12, BARE_USER);
    BARE_PUT(&b, USER_CODE, W_LDR | W_RN(1), W_SVC);
    for (gpa_t at = BARE_TABLES; at < b.tables; at += 8)
        bare_set64(&b, at, __builtin_bswap64(bare_get64(&b, at)));
    b.cpu->sctlr_el1 |= SCTLR_EE;
    mmu_flush_all(b.cpu);
    mmu_switch(b.cpu);
    ck_assert_uint_eq(load_at_el1(W_LDR), 0x0807060504030201);
    ck_assert_uint_eq(load_at_el1(W_LDTR), 0x0807060504030201);
    ck_assert_uint_eq(load_at_el1(W_LDR_W), 0x08070605);
    bare_run_el0(&b, USER_CODE);
    ck_assert_uint_eq(b.cpu->x[0], 0x0102030405060708);
    b.cpu->x[0] = BARE_DATA;
    ck_assert_int_eq(BARE_RUN(&b, W_AT_S1E1R), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->par_el1 & 0xfffffff001, BARE_DATA);
}
END_TEST

START_TEST(a_device_is_turned_like_memory)
{
    b.device_value = 0x0102030405060708;
    b.cpu->x[1] = BARE_DEVICE;
    set_order(SCTLR_EE);
    ck_assert_uint_eq(load_at_el1(W_LDR), 0x0807060504030201);
    ck_assert_uint_eq(load_at_el1(W_LDR_W), 0x08070605);
    b.cpu->x[0] = 0x1122334455667788;
    ck_assert_int_eq(BARE_RUN(&b, W_STR | W_RN(1)), BARE_STOPPED);
    ck_assert_uint_eq(b.device_value, 0x8877665544332211);
    ck_assert_uint_eq(b.device_reads, 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("big-endian");
    TCase *t = tcase_create("beside QEMU");
    decode_init();
    tcase_set_timeout(t, 3600);
    tcase_add_test(t, loads_and_stores_end_as_in_qemu);
    tcase_add_test(t, random_programs_end_as_in_qemu);
    suite_add_tcase(s, t);
    t = tcase_create("bare");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, each_level_has_its_order);
    tcase_add_test(t, a_register_can_tell_that_both_orders_are_there);
    tcase_add_test(t, descriptors_are_read_in_the_order_of_el1);
    tcase_add_test(t, a_device_is_turned_like_memory);
    suite_add_tcase(s, t);
    return s;
}
