/* SPDX-License-Identifier: MIT */
/* Software step (manual D2.12), by which Linux lets a debugger run one instruction. Catches: two instructions executed or
   none, an exception that is not stepped again, stepping where it is switched off. */
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME = 0x200, LOWER = 0x400, USER_CODE = BARE_CODE + 0x1000, ERET_AT = BARE_CODE + 0x800, SS = 1 << 21 };
enum { ADD_X0_1 = W_ADD_IMM | 1 << 10, STEP_ISS = 1 << 24 | 0x22, STEP_EX = 1 << 6 };
#define MDSCR W_SYSREG(2, 0, 0, 2, 2)

static struct bare b;

static void setup(void)
{
    bare_open(&b);
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, BARE_DATA, BARE_DATA, 12, BARE_USER);
    bare_msr(&b, W_SYSREG(2, 0, 1, 0, 4), 0);   /* OSLAR_EL1 */
    bare_msr(&b, MDSCR, 1);
    BARE_PUT(&b, ERET_AT, W_ERET);
}

static void teardown(void) { bare_close(&b); }

static void step(gva_t pc, uint32_t spsr, int vector, unsigned ec, uint32_t iss, gva_t elr)
{
    b.cpu->elr_el1 = pc;
    b.cpu->spsr_el1 = spsr;
    ck_assert_int_eq(bare_run(&b, ERET_AT), vector);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, ec);
    ck_assert_uint_eq(b.cpu->esr_el1 & 0x1ffffff, iss);
    ck_assert_uint_eq(b.cpu->elr_el1, elr);
}

START_TEST(one_instruction_is_executed)
{
    BARE_PUT(&b, USER_CODE, ADD_X0_1, ADD_X0_1, W_B | 2, ADD_X0_1, W_LDXR | W_RN(1), W_SVC);
    b.cpu->x[0] = 0;
    b.cpu->x[1] = BARE_DATA;
    step(USER_CODE, SS, LOWER, 0x32, STEP_ISS, USER_CODE + 4);
    ck_assert_uint_eq(b.cpu->x[0], 1);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, 0);
    step(USER_CODE + 4, SS, LOWER, 0x32, STEP_ISS, USER_CODE + 8);
    step(USER_CODE + 8, SS, LOWER, 0x32, STEP_ISS, USER_CODE + 16);   /* the branch */
    ck_assert_uint_eq(b.cpu->x[0], 2);
    step(USER_CODE + 16, SS, LOWER, 0x32, STEP_ISS | STEP_EX, USER_CODE + 20);
    step(USER_CODE + 4, 0, LOWER, 0x32, 0x22, USER_CODE + 4);   /* without SS none, and nothing is told of one */
}
END_TEST

START_TEST(an_svc_is_stepped_and_an_abort_is_tried_again)
{
    BARE_PUT(&b, USER_CODE, W_SVC, W_LDR | W_RN(1), W_UDF);
    step(USER_CODE, SS, LOWER, 0x15, 0, USER_CODE + 4);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, 0);
    b.cpu->x[1] = BARE_CODE;
    step(USER_CODE + 4, SS, LOWER, 0x24, 0x0f, USER_CODE + 4);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, SS);
    step(USER_CODE + 8, SS, LOWER, 0, 0, USER_CODE + 8);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, SS);
    step(0x70000000, SS, LOWER, 0x20, 0x06, 0x70000000);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, SS);
}
END_TEST

/* A loop stepped through takes the same way as one that runs. */
START_TEST(a_program_can_be_stepped_through)
{
    BARE_PUT(&b, USER_CODE, W_MOVZ | 5 << 5 | 2, ADD_X0_1, W_SUBS_IMM | W_IMM12(1) | W_RN(2) | 2,
        0x54000001 | ((uint32_t)-2 & 0x7ffff) << 5, W_SVC);
    b.cpu->x[0] = 0;
    gva_t pc = USER_CODE;
    uint64_t spsr = 0;
    unsigned steps = 0;
    for (; pc != USER_CODE + 16 && steps < 100; steps++) {
        b.cpu->elr_el1 = pc;
        b.cpu->spsr_el1 = spsr | SS;
        ck_assert_int_eq(bare_run(&b, ERET_AT), LOWER);
        ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0x32);
        pc = b.cpu->elr_el1;
        spsr = b.cpu->spsr_el1;
    }
    ck_assert_uint_eq(steps, 1 + 5 * 3);
    ck_assert_uint_eq(b.cpu->x[0], 5);
}
END_TEST

START_TEST(stepping_obeys_its_switches)
{
    BARE_PUT(&b, USER_CODE, W_NOP, W_SVC);
    bare_msr(&b, MDSCR, 0);
    step(USER_CODE, SS, LOWER, 0x15, 0, USER_CODE + 8);
    bare_msr(&b, MDSCR, 1);
    bare_msr(&b, W_SYSREG(2, 0, 1, 0, 4), 1);   /* the OS lock */
    step(USER_CODE, SS, LOWER, 0x15, 0, USER_CODE + 8);
    bare_msr(&b, W_SYSREG(2, 0, 1, 0, 4), 0);
    BARE_PUT(&b, BARE_CODE, W_NOP, W_SVC);
    step(BARE_CODE, SS | 0x3c5, SAME, 0x15, 0, BARE_CODE + 8);   /* EL1 without KDE */
    bare_msr(&b, MDSCR, 1 | 1 << 13);
    step(BARE_CODE, SS | 0x3c5, SAME, 0x15, 0, BARE_CODE + 8);   /* and with D masked */
    step(BARE_CODE, SS | 0x1c5, SAME, 0x33, STEP_ISS, BARE_CODE + 4);
    ck_assert_uint_eq(b.cpu->spsr_el1, 0x1c5);
    BARE_PUT(&b, BARE_CODE, W_MSR_DAIFCLR | 8 << 8, W_NOP);   /* D cleared on the way: pending at once */
    ck_assert_int_eq(bare_run(&b, BARE_CODE), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0x33);
    ck_assert_uint_eq(b.cpu->elr_el1, BARE_CODE + 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("step");
    TCase *t = tcase_create("step");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, one_instruction_is_executed);
    tcase_add_test(t, an_svc_is_stepped_and_an_abort_is_tried_again);
    tcase_add_test(t, a_program_can_be_stepped_through);
    tcase_add_test(t, stepping_obeys_its_switches);
    suite_add_tcase(s, t);
    return s;
}
