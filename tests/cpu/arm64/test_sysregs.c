/* SPDX-License-Identifier: MIT */
/* System registers one by one: which bits can be written, what EL0 may do and who decides that. (sysregs_qemu.sh compares
   which registers there are.) Catches: a write mask that forgets or invents a bit, a right of EL0 that no control register
   takes away. */
#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME = 0x200, LOWER = 0x400, USER_CODE = BARE_CODE + 0x1000 };

static struct bare b;

static void setup(void) { bare_open(&b); }
static void teardown(void) { bare_close(&b); }

START_TEST(writable_bits_are_written_and_no_others)
{
    static const struct { uint32_t reg; uint64_t bits; } rows[] = {
        { W_SYSREG(3, 0, 1, 0, 2), 0x00300000 },                 /* CPACR_EL1 */
        { W_SYSREG(3, 0, 2, 0, 0), UINT64_MAX }, { W_SYSREG(3, 0, 2, 0, 1), UINT64_MAX },
        { W_SYSREG(3, 0, 4, 0, 0), 0xffffffff }, { W_SYSREG(3, 0, 4, 0, 1), UINT64_MAX }, { W_SYSREG(3, 0, 4, 1, 0), UINT64_MAX },
        { W_SYSREG(3, 0, 5, 2, 0), 0xffffffff }, { W_SYSREG(3, 0, 6, 0, 0), UINT64_MAX }, { W_SYSREG(3, 0, 10, 2, 0),
        UINT64_MAX },
        { W_SYSREG(3, 0, 12, 0, 0), ~0x7ffull }, { W_SYSREG(3, 0, 13, 0, 1), 0xffffffff }, { W_SYSREG(3, 0, 13, 0, 4),
        UINT64_MAX },
        { W_SYSREG(3, 0, 14, 1, 0), 0x3ff }, { W_SYSREG(3, 3, 13, 0, 2), UINT64_MAX }, { W_SYSREG(3, 3, 13, 0, 3), UINT64_MAX },
        { W_SYSREG(3, 3, 4, 4, 0), 0x07c00000 }, { W_SYSREG(3, 3, 4, 4, 1), 0x0800009f }, { W_SYSREG(3, 3, 4, 2, 0), 0xf0000000 },
        { W_SYSREG(3, 3, 4, 2, 1), 0x3c0 }, { W_SYSREG(3, 3, 14, 3, 2), UINT64_MAX }, { W_SYSREG(2, 0, 1, 3, 4), 1 },
        { W_SYSREG(2, 0, 0, 2, 0), 0x60000000 }, { W_SYSREG(2, 0, 1, 4, 4), 1 }, { W_SYSREG(2, 0, 0, 0, 2), 0xffffffff },
        { W_SYSREG(2, 0, 0, 3, 4), ~3ull }, { W_SYSREG(2, 0, 0, 5, 4), UINT64_MAX }, { W_SYSREG(2, 0, 0, 5, 5), 0xffe1e7 },
        { W_SYSREG(2, 0, 0, 3, 6), ~3ull }, { W_SYSREG(2, 0, 0, 3, 7), 0x1fffffff },
        { W_SYSREG(3, 1, 11, 0, 3), 7 }, { W_SYSREG(3, 1, 15, 0, 0), 0xffffffff }, { W_SYSREG(3, 1, 15, 2, 0), UINT64_MAX },
        { W_SYSREG(3, 1, 15, 2, 1), 0x7f }, { W_SYSREG(3, 1, 15, 2, 2), 0 }, { W_SYSREG(3, 0, 1, 0, 1), 0 },   /* ACTLR_EL1 */
    };
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned ones = 0; ones < 2; ones++) {
            /* One program, so that what stops it does not change the register meanwhile. */
            b.cpu->x[1] = ones ? UINT64_MAX : 0;
            BARE_PUT(&b, BARE_CODE, W_MSR | rows[i].reg | 1, W_MRS | rows[i].reg | 2, W_HVC);
            uint64_t vbar = b.cpu->vbar_el1, cpacr = b.cpu->cpacr_el1;
            int stopped = bare_run(&b, BARE_CODE);
            b.cpu->vbar_el1 = vbar;
            b.cpu->cpacr_el1 = cpacr;
            ck_assert_int_lt(stopped, 0);
            ck_assert_msg(b.cpu->x[2] == (ones ? rows[i].bits : 0), "register %08x: %llx", rows[i].reg,
            (unsigned long long)b.cpu->x[2]);
        }
}
END_TEST

/* Every register of EL2 and EL3 that the Cortex-A53 has (sysregs.def), read and written. */
START_TEST(registers_of_other_levels_are_undefined)
{
    static const struct { uint32_t reg; const char *name; } rows[] = {
#define CONSTANT(op0, op1, crn, crm, op2, ...)
#define STORED CONSTANT
#define STORED_EL0 CONSTANT
#define DEBUG CONSTANT
#define SPECIAL CONSTANT
#define LIVE CONSTANT
#define COUNTER CONSTANT
#define ABSENT(op0, op1, crn, crm, op2, label) { W_SYSREG(op0, op1, crn, crm, op2), #label },
#include "cpu/arm64/sysregs.def"
    };
    for (unsigned i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
        uint32_t word = (i & 1 ? W_MSR : W_MRS) | rows[i / 2].reg;
        ck_assert_msg(BARE_RUN(&b, word) == SAME && b.cpu->esr_el1 == 1u << 25, "%s", rows[i / 2].name);
    }
}
END_TEST

START_TEST(claim_tags_are_set_and_cleared_one_by_one)
{
    const uint32_t set = W_SYSREG(2, 0, 7, 8, 6), clear = W_SYSREG(2, 0, 7, 9, 6);
    bare_msr(&b, set, 0xfff5);
    ck_assert_uint_eq(bare_mrs(&b, set), 0xff);
    ck_assert_uint_eq(bare_mrs(&b, clear), 0xf5);
    bare_msr(&b, clear, 0x14);
    ck_assert_uint_eq(bare_mrs(&b, clear), 0xe1);
}
END_TEST

START_TEST(control_bits_that_this_core_has_not_stay_zero)
{
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), 0xffffffff0030d818);
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 1, 0, 0)), 0x0030d818);
}
END_TEST

START_TEST(sp_el0_is_undefined_while_it_is_the_stack_pointer)
{
    bare_msr(&b, W_SYSREG(3, 0, 4, 1, 0), 0x1230);
    BARE_PUT(&b, BARE_CODE, W_MSR_SPSEL, W_ADD_IMM | W_RN(31) | 3, W_MRS | W_SYSREG(3, 0, 4, 1, 0));
    ck_assert_int_eq(bare_run(&b, BARE_CODE), 0x000);
    ck_assert_uint_eq(b.cpu->x[3], 0x1230);
    ck_assert_uint_eq(b.cpu->esr_el1, 1u << 25);
    ck_assert_uint_eq(b.cpu->elr_el1, BARE_CODE + 8);
}
END_TEST

START_TEST(cache_sizes_follow_the_selection)
{
    static const uint32_t sizes[] = { 0x700fe01a, 0x201fe00a, 0x703fe07a };   /* TRM 4.3.22 */
    for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
        bare_msr(&b, W_SYSREG(3, 2, 0, 0, 0), i);
        ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 1, 0, 0, 0)), sizes[i]);
    }
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 3, 0, 0, 7)), 4);   /* DCZID_EL0: 64 bytes */
}
END_TEST

START_TEST(cache_sizes_are_those_of_the_model)
{
    struct core_settings settings = model_find("cortex-a53", NULL, NULL)->settings;
    ck_assert_int_eq(model_override(&settings, "l1d.size=1M,l1d.ways=1,l1i.size=4K,l1i.ways=16,l2.size=16M,l2.ways=8", NULL), 0);
    arm64_set_caches(b.cpu, &settings);
    static const uint64_t values[] = { 0x70000002 | 16383 << 13, 0x2000007a | 3 << 13, 0x7000003a | 32767 << 13, 0 };
    for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
        b.cpu->csselr_el1 = i;
        ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 1, 0, 0, 0)), values[i]);
    }
}
END_TEST

START_TEST(the_os_lock_is_set_out_of_reset_and_can_be_opened)
{
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(2, 0, 1, 1, 4)), 0xa);
    bare_msr(&b, W_SYSREG(2, 0, 1, 0, 4), 0);
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(2, 0, 1, 1, 4)), 0x8);
}
END_TEST

/* What EL0 may do once EL1 has allowed all, and once it has forbidden all. */
START_TEST(el1_decides_what_el0_may_do)
{
    static const struct { uint32_t word; bool always; } rows[] = {
        { W_MRS | W_SYSREG(3, 3, 13, 0, 2), true }, { W_MSR | W_SYSREG(3, 3, 13, 0, 2), true },   /* TPIDR_EL0 */
        { W_MRS | W_SYSREG(3, 3, 13, 0, 3), true }, { W_MRS | W_SYSREG(3, 3, 4, 2, 0), true },    /* TPIDRRO_EL0, NZCV */
        { W_MRS | W_SYSREG(3, 3, 0, 0, 7), true },                                                /* DCZID_EL0 */
        { W_MRS | W_SYSREG(3, 3, 0, 0, 1), false }, { W_MRS | W_SYSREG(3, 3, 4, 2, 1), false },   /* CTR_EL0, DAIF */
        { W_MSR_DAIFSET, false }, { W_MSR_DAIFCLR, false }, { W_MRS | W_SYSREG(3, 3, 14, 0, 0), false },   /* CNTFRQ_EL0 */
        { W_MRS | W_SYSREG(3, 3, 14, 0, 1), false }, { W_MRS | W_SYSREG(3, 3, 14, 0, 2), false },          /* counts */
        { W_MRS | W_SYSREG(3, 3, 14, 2, 0), false }, { W_MRS | W_SYSREG(3, 3, 14, 2, 1), false },
        { W_MRS | W_SYSREG(3, 3, 14, 3, 1), false }, { W_MRS | W_SYSREG(3, 3, 14, 3, 2), false },
        { W_MRS | W_SYSREG(2, 3, 0, 1, 0), false }, { W_MRS | W_SYSREG(2, 3, 0, 5, 0), false },                                               /* MDCCSR_EL0 */
        { W_DC_CVAU | 1, false }, { W_IC_IVAU | 1, false }, { W_DC_CIVAC | 1, false }, { W_DC_ZVA | 1, false },
        { W_WFE, false },
    };
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, BARE_DATA, BARE_DATA, 12, BARE_USER);
    uint64_t rights = SCTLR_UCT | SCTLR_UMA | SCTLR_UCI | SCTLR_DZE | SCTLR_NTWE | SCTLR_NTWI;
    for (unsigned allowed = 0; allowed < 2; allowed++)
        for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
            b.cpu->sctlr_el1 = allowed ? b.cpu->sctlr_el1 | rights : b.cpu->sctlr_el1 & ~rights;
            b.cpu->cntkctl_el1 = allowed ? 0x303 : 0;
            b.cpu->mdscr_el1 = allowed ? 0 : 1 << 12;
            b.cpu->x[1] = BARE_DATA;
            /* The first WFE takes the event that ERET leaves. */
            BARE_PUT(&b, USER_CODE, rows[i].word == W_WFE ? W_WFE : W_NOP, rows[i].word, W_SVC);
            ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
            unsigned class = allowed || rows[i].always ? 0x15 : rows[i].word == W_WFE ? 0x01 : 0x18;
            ck_assert_msg(b.cpu->esr_el1 >> 26 == class, "%08x, allowed %u: class %llx", rows[i].word, allowed,
                          (unsigned long long)b.cpu->esr_el1 >> 26);
        }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("sysregs");
    TCase *t = tcase_create("sysregs");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, writable_bits_are_written_and_no_others);
    tcase_add_test(t, registers_of_other_levels_are_undefined);
    tcase_add_test(t, claim_tags_are_set_and_cleared_one_by_one);
    tcase_add_test(t, control_bits_that_this_core_has_not_stay_zero);
    tcase_add_test(t, sp_el0_is_undefined_while_it_is_the_stack_pointer);
    tcase_add_test(t, cache_sizes_follow_the_selection);
    tcase_add_test(t, cache_sizes_are_those_of_the_model);
    tcase_add_test(t, the_os_lock_is_set_out_of_reset_and_can_be_opened);
    tcase_add_test(t, el1_decides_what_el0_may_do);
    suite_add_tcase(s, t);
    return s;
}
