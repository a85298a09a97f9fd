/* SPDX-License-Identifier: MIT */
/* Exceptions to EL1: which vector, and exactly what ESR, FAR, ELR and SPSR say (manual D1.10, D13.2.37). Catches: a wrong
   syndrome bit, return address or vector, a priority between two exceptions the wrong way round, an interrupt that ignores
   its mask, and guests that could hang the process by an exception whose vector faults too. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME_SP0 = 0x000, SAME = 0x200, LOWER = 0x400, SYNC = 0x000, IRQ = 0x080, FIQ = 0x100 };
enum { IL = 1 << 25, WNR = 1 << 6, CM = 1 << 8 };
enum { USER_CODE = BARE_CODE + 0x1000, USER_DATA = BARE_DATA, NOWHERE = 0x70000000 };
enum { SPSR_EL1H = 0x3c5, SPSR_IL = 1 << 20 };

static struct bare b;

static void setup(void) { bare_open(&b); }
static void teardown(void) { bare_close(&b); }

static void expect(int stopped_at, int vector, unsigned ec, uint32_t iss, gva_t elr)
{
    ck_assert_int_eq(stopped_at, vector);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, ec);
    ck_assert_uint_eq(b.cpu->esr_el1 & mask64(25), iss);
    ck_assert(b.cpu->esr_el1 & IL);
    ck_assert_uint_eq(b.cpu->elr_el1, elr);
}

static void expect_far(int stopped_at, int vector, unsigned ec, uint32_t iss, gva_t elr, gva_t far_)
{
    expect(stopped_at, vector, ec, iss, elr);
    ck_assert_uint_eq(b.cpu->far_el1, far_);
}

/* MMU on; the page of USER_CODE and the one of USER_DATA belong to EL0 too. */
static gpa_t user_space(void)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, USER_DATA, USER_DATA, 12, BARE_USER);
    return root;
}

#define RUN_EL0(...) (BARE_PUT(&b, USER_CODE, __VA_ARGS__), bare_run_el0(&b, USER_CODE))

/* ---- instructions that raise an exception ---- */

START_TEST(svc_returns_behind_itself_and_tells_its_number)
{
    expect(BARE_RUN(&b, W_NOP, W_SVC | W_IMM16(0x1234)), SAME | SYNC, 0x15, 0x1234, BARE_CODE + 8);
    user_space();
    expect(RUN_EL0(W_SVC | W_IMM16(7)), LOWER | SYNC, 0x15, 7, USER_CODE + 4);
}
END_TEST

START_TEST(brk_returns_to_itself_and_tells_its_number)
{
    expect(BARE_RUN(&b, W_NOP, W_BRK | W_IMM16(0xf000)), SAME | SYNC, 0x3c, 0xf000, BARE_CODE + 4);
}
END_TEST

START_TEST(what_is_unallocated_is_undefined_with_an_empty_syndrome)
{
    static const uint32_t words[] = {
        W_UDF, 0xffffffff, 0xd4000003 /* SMC */, 0xd4400000 /* HLT */, 0xd4a00001 /* DCPS1 */, 0xd69f03e4 /* ERET with a field */,
        W_MRS | W_SYSREG(3, 4, 1, 1, 0) /* HCR_EL2 */, W_MRS | W_SYSREG(3, 6, 1, 1, 0) /* SCR_EL3 */, 0xd50c871f /* TLBI ALLE1 */,
        0xd500405f /* MSR imm: no such field */, 0xd500409f /* PAN */, 0x4e284800 /* AESE */ };
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        expect(BARE_RUN(&b, W_NOP, words[i]), SAME | SYNC, 0, 0, BARE_CODE + 4);
}
END_TEST

START_TEST(what_belongs_to_el1_is_undefined_at_el0)
{
    static const uint32_t words[] = {
        W_ERET, W_HVC, W_MSR_SPSEL, W_TLBI_VMALLE1, W_DC_IVAC, W_AT_S1E0R, W_MRS | W_SYSREG(3, 0, 1, 0, 0) /* SCTLR_EL1 */,
        W_MSR | W_SYSREG(3, 0, 1, 0, 0), W_MRS | W_SYSREG(3, 0, 0, 0, 0) /* MIDR_EL1 */,
        W_MRS | W_SYSREG(3, 0, 4, 2, 2) /* CurrentEL */, W_MSR | W_SYSREG(3, 3, 13, 0, 3) /* TPIDRRO_EL0 */ };
    user_space();
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        expect(RUN_EL0(words[i]), LOWER | SYNC, 0, 0, USER_CODE);
}
END_TEST

START_TEST(spsr_keeps_flags_masks_level_and_stack)
{
    BARE_PUT(&b, BARE_CODE, W_MSR_DAIFCLR | 0x500, W_SUBS_IMM | 31 | W_RN(31), W_MSR_SPSEL, W_SVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), SAME_SP0 | SYNC);
    ck_assert_uint_eq(b.cpu->spsr_el1, 0x60000000 | (0xf & ~5) << 6 | 4);
    ck_assert_uint_eq(b.cpu->daif, 0xf);
    ck_assert(b.cpu->sp_select);
}
END_TEST

START_TEST(fp_is_trapped_by_cpacr_at_both_levels)
{
    static const struct { unsigned fpen, el0, el1; } rows[] = { { 0, 1, 1 }, { 1, 1, 0 }, { 2, 1, 1 }, { 3, 0, 0 } };
    static const uint32_t words[] = {
        W_FADD_D, W_LDR_Q | W_RN(1), W_MRS | W_SYSREG(3, 3, 4, 4, 0) /* FPCR */, W_MSR | W_SYSREG(3, 3, 4, 4, 1) /* FPSR */ };
    user_space();
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        for (unsigned k = 0; k < ARRAY_SIZE(words); k++) {
            bare_msr(&b, W_SYSREG(3, 0, 1, 0, 2), rows[i].fpen << 20);
            b.cpu->x[1] = USER_DATA;
            int stopped = BARE_RUN(&b, words[k]);
            if (rows[i].el1)
                expect(stopped, SAME | SYNC, 0x07, 0x1e00000, BARE_CODE);
            else
                ck_assert_int_eq(stopped, BARE_STOPPED);
            stopped = RUN_EL0(words[k], W_SVC);
            if (rows[i].el0)
                expect(stopped, LOWER | SYNC, 0x07, 0x1e00000, USER_CODE);
            else
                expect(stopped, LOWER | SYNC, 0x15, 0, USER_CODE + 8);
        }
}
END_TEST

START_TEST(an_undefined_fp_word_is_undefined_even_if_fp_is_trapped)
{
    expect(BARE_RUN(&b, 0x1e802800 /* FADD of the reserved type */), SAME | SYNC, 0, 0, BARE_CODE);
}
END_TEST

START_TEST(wfi_and_wfe_of_el0_trap_unless_sctlr_lets_them)
{
    user_space();
    b.cpu->sctlr_el1 &= ~(uint64_t)(SCTLR_NTWI | SCTLR_NTWE);
    expect(RUN_EL0(W_WFI), LOWER | SYNC, 0x01, 0x1e00000, USER_CODE);
    b.cpu->event_register = false;
    BARE_PUT(&b, USER_CODE, W_WFE, W_WFE, W_SVC);
    expect(bare_run_el0(&b, USER_CODE), LOWER | SYNC, 0x01, 0x1e00001, USER_CODE + 4);   /* the first takes ERET's event */
    b.cpu->sctlr_el1 |= SCTLR_NTWE;
    expect(bare_run_el0(&b, USER_CODE), LOWER | SYNC, 0x15, 0, USER_CODE + 12);
}
END_TEST

START_TEST(trapped_system_instructions_name_themselves)
{
    static const struct { uint32_t word, iss; } rows[] = {
        { W_MRS | W_SYSREG(3, 3, 0, 0, 1) | 5, 3 << 20 | 1 << 17 | 3 << 14 | 0 << 10 | 5 << 5 | 0 << 1 | 1 },     /* CTR_EL0 */
        { W_MSR | W_SYSREG(3, 3, 4, 2, 1) | 6, 3 << 20 | 1 << 17 | 3 << 14 | 4 << 10 | 6 << 5 | 2 << 1 },         /* DAIF */
        { W_MRS | W_SYSREG(3, 3, 14, 0, 2) | 7, 3 << 20 | 2 << 17 | 3 << 14 | 14 << 10 | 7 << 5 | 0 << 1 | 1 },   /* CNTVCT_EL0 */
        { W_MSR | W_SYSREG(3, 3, 14, 3, 1) | 8, 3 << 20 | 1 << 17 | 3 << 14 | 14 << 10 | 8 << 5 | 3 << 1 }, /* CNTV_CTL_EL0 */
        { W_MSR_DAIFSET | 2 << 8, 0 << 20 | 6 << 17 | 3 << 14 | 4 << 10 | 31 << 5 | 2 << 1 },
        { W_MSR_DAIFCLR | 1 << 8, 0 << 20 | 7 << 17 | 3 << 14 | 4 << 10 | 31 << 5 | 1 << 1 },
        { W_DC_ZVA | 3, 1 << 20 | 1 << 17 | 3 << 14 | 7 << 10 | 3 << 5 | 4 << 1 },
        { W_DC_CVAU | 4, 1 << 20 | 1 << 17 | 3 << 14 | 7 << 10 | 4 << 5 | 11 << 1 },
        { W_IC_IVAU | 31, 1 << 20 | 1 << 17 | 3 << 14 | 7 << 10 | 31 << 5 | 5 << 1 },
    };
    user_space();
    b.cpu->sctlr_el1 &= ~(uint64_t)(SCTLR_UCT | SCTLR_UMA | SCTLR_DZE | SCTLR_UCI);
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
        expect(RUN_EL0(rows[i].word), LOWER | SYNC, 0x18, rows[i].iss, USER_CODE);
}
END_TEST

/* ---- returns ---- */

START_TEST(an_illegal_return_sets_il_and_keeps_the_level)
{
    static const uint32_t modes[] = { 0x1, 0x2, 0x3, 0x6, 0x7, 0x8, 0x9, 0xc, 0xd, 0x10, 0x13, 0x1f };
    for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
        b.cpu->spsr_el1 = 0xa00003c0 | modes[i];
        b.cpu->elr_el1 = BARE_CODE + 0x100;
        expect(BARE_RUN(&b, W_ERET), SAME | SYNC, 0x0e, 0, BARE_CODE + 0x100);
        ck_assert_uint_eq(b.cpu->spsr_el1, 0xa0000000 | SPSR_IL | SPSR_EL1H);
    }
}
END_TEST

START_TEST(il_in_spsr_is_restored_and_raises)
{
    b.cpu->spsr_el1 = SPSR_EL1H | SPSR_IL;
    b.cpu->elr_el1 = BARE_CODE + 0x100;
    expect(BARE_RUN(&b, W_ERET), SAME | SYNC, 0x0e, 0, BARE_CODE + 0x100);
}
END_TEST

START_TEST(pc_alignment_and_instruction_aborts_come_before_illegal_state)
{
    b.cpu->spsr_el1 = SPSR_EL1H | SPSR_IL;
    b.cpu->elr_el1 = BARE_CODE + 0x102;
    expect_far(BARE_RUN(&b, W_ERET), SAME | SYNC, 0x22, 0, BARE_CODE + 0x102, BARE_CODE + 0x102);
    b.cpu->spsr_el1 = SPSR_EL1H | SPSR_IL;
    b.cpu->elr_el1 = NOWHERE;
    expect_far(BARE_RUN(&b, W_ERET), SAME | SYNC, 0x21, 0x10, NOWHERE, NOWHERE);
    ck_assert(b.cpu->spsr_el1 & SPSR_IL);
}
END_TEST

/* ---- instruction aborts ---- */

START_TEST(a_branch_to_a_misaligned_address_is_taken_first)
{
    b.cpu->x[1] = BARE_CODE + 0x41;
    expect_far(BARE_RUN(&b, W_BLR | W_RN(1)), SAME | SYNC, 0x22, 0, BARE_CODE + 0x41, BARE_CODE + 0x41);
    ck_assert_uint_eq(b.cpu->x[30], BARE_CODE + 4);
}
END_TEST

START_TEST(instruction_aborts_tell_level_and_address)
{
    gpa_t root = user_space();
    b.cpu->x[1] = NOWHERE;
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x06, NOWHERE, NOWHERE);
    b.cpu->x[1] = 0xffffff8000000000;
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x05, 0xffffff8000000000, 0xffffff8000000000);
    b.cpu->x[1] = 1ull << 39;
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x04, 1ull << 39, 1ull << 39);
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, BARE_PXN);
    b.cpu->x[1] = NOWHERE;
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x0f, NOWHERE, NOWHERE);
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, BARE_UXN);
    mmu_flush_all(b.cpu);
    expect_far(bare_run_el0(&b, NOWHERE), LOWER | SYNC, 0x20, 0x0f, NOWHERE, NOWHERE);
    b.cpu->x[1] = BARE_DEVICE;
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x10, BARE_DEVICE, BARE_DEVICE);
}
END_TEST

START_TEST(what_el0_may_write_el1_does_not_execute)
{
    user_space();
    expect_far(bare_run(&b, USER_DATA), SAME | SYNC, 0x21, 0x0f, USER_DATA, USER_DATA);
}
END_TEST

START_TEST(a_vector_that_faults_does_not_hang_the_run)
{
    b.cpu->vbar_el1 = NOWHERE;
    ck_assert_int_eq(BARE_RUN(&b, W_SVC), BARE_RUNS);
    b.cpu->vbar_el1 = ~0x7ffull;
    user_space();
    ck_assert_int_eq(RUN_EL0(W_SVC), BARE_RUNS);
}
END_TEST

/* ---- data aborts ---- */

struct access { uint32_t word; unsigned write; };
static const struct access accesses[] = {
    { W_LDR | W_RN(1), 0 }, { W_STR | W_RN(1), 1 }, { W_LDRB | W_RN(1), 0 }, { W_STRB | W_RN(1), 1 },
    { W_LDP | W_RT2(2) | W_RN(1), 0 }, { W_STP | W_RT2(2) | W_RN(1), 1 }, { W_LDR_POST8 | W_RN(1), 0 }, { W_LDXR | W_RN(1), 0 },
    { W_LDAR | W_RN(1), 0 }, { W_STLR | W_RN(1), 1 },
    { W_LDR_Q | W_RN(1), 0 }, { W_STR_Q | W_RN(1), 1 }, { W_LDTR | W_RN(1), 0 }, { W_STTR | W_RN(1), 1 }, { W_DC_ZVA | 1, 1 },
    { 0x4c407000 | W_RN(1) /* LD1 */, 0 }, { 0x4c007000 | W_RN(1) /* ST1 */, 1 },
};

START_TEST(data_aborts_tell_direction_level_and_address)
{
    gpa_t root = user_space();
    b.cpu->cpacr_el1 = 3 << 20;
    b.cpu->sctlr_el1 |= SCTLR_DZE;
    mmu_switch(b.cpu);
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, BARE_READ_ONLY | BARE_USER);
    for (unsigned i = 0; i < ARRAY_SIZE(accesses); i++) {
        uint32_t word = accesses[i].word, iss = accesses[i].write ? WNR : 0;
        b.cpu->x[1] = NOWHERE + 0x1000;
        expect_far(BARE_RUN(&b, W_NOP, word), SAME | SYNC, 0x25, iss | 0x07, BARE_CODE + 4, NOWHERE + 0x1000);
        expect_far(RUN_EL0(word), LOWER | SYNC, 0x24, iss | 0x07, USER_CODE, NOWHERE + 0x1000);
        ck_assert_uint_eq(b.cpu->x[1], NOWHERE + 0x1000);   /* no write-back */
        b.cpu->x[1] = NOWHERE;
        int stopped = RUN_EL0(word, W_SVC);
        if (accesses[i].write)
            expect_far(stopped, LOWER | SYNC, 0x24, iss | 0x0f, USER_CODE, NOWHERE);
        else
            expect(stopped, LOWER | SYNC, 0x15, 0, USER_CODE + 8);
    }
}
END_TEST

START_TEST(unprivileged_accesses_of_el1_have_the_rights_of_el0)
{
    user_space();
    b.cpu->x[1] = BARE_CODE;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR | W_RN(1)), BARE_STOPPED);
    expect_far(BARE_RUN(&b, W_LDTR | W_RN(1)), SAME | SYNC, 0x25, 0x0f, BARE_CODE, BARE_CODE);
    b.cpu->x[1] = USER_CODE;
    ck_assert_int_eq(BARE_RUN(&b, W_LDTR | W_RN(1)), BARE_STOPPED);
    expect_far(BARE_RUN(&b, W_STTR | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x0f, BARE_CODE, USER_CODE);
    b.cpu->x[1] = USER_DATA;
    ck_assert_int_eq(BARE_RUN(&b, W_STTR | W_RN(1), W_LDTR | W_RN(1)), BARE_STOPPED);
}
END_TEST

START_TEST(an_access_over_two_pages_names_the_page_that_faults_and_stores_nothing)
{
    gpa_t root = user_space();
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, 0);
    b.cpu->x[1] = NOWHERE + 0xffc;
    b.cpu->x[0] = b.cpu->x[2] = UINT64_MAX;
    expect_far(BARE_RUN(&b, W_STR | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x07, BARE_CODE, NOWHERE + 0x1000);
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA + 0xff8), 0);
    b.cpu->x[1] = NOWHERE + 0xff8;
    expect_far(BARE_RUN(&b, W_STP | W_RT2(2) | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x07, BARE_CODE, NOWHERE + 0x1000);
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA + 0xff8), 0);
    b.cpu->x[1] = NOWHERE - 4;
    expect_far(BARE_RUN(&b, W_LDR | W_RN(1)), SAME | SYNC, 0x25, 0x06, BARE_CODE, NOWHERE - 4);
}
END_TEST

START_TEST(cache_maintenance_faults_as_a_cache_operation)
{
    gpa_t root = user_space();
    b.cpu->x[1] = NOWHERE + 0x1008;
    expect_far(BARE_RUN(&b, W_DC_CIVAC | 1), SAME | SYNC, 0x25, CM | WNR | 0x06, BARE_CODE, NOWHERE + 0x1008);
    expect_far(BARE_RUN(&b, W_IC_IVAU | 1), SAME | SYNC, 0x25, CM | WNR | 0x06, BARE_CODE, NOWHERE + 0x1008);
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, BARE_READ_ONLY);
    b.cpu->x[1] = NOWHERE + 8;
    ck_assert_int_eq(BARE_RUN(&b, W_DC_CIVAC | 1), BARE_STOPPED);
    expect_far(BARE_RUN(&b, W_DC_IVAC | 1), SAME | SYNC, 0x25, CM | WNR | 0x0f, BARE_CODE, NOWHERE + 8);
}
END_TEST

START_TEST(nothing_at_a_physical_address_is_an_external_abort)
{
    b.cpu->x[1] = NOWHERE;
    expect_far(BARE_RUN(&b, W_LDR | W_RN(1)), SAME | SYNC, 0x25, 0x10, BARE_CODE, NOWHERE);
    expect_far(BARE_RUN(&b, W_STR | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x10, BARE_CODE, NOWHERE);
    b.cpu->x[1] = BARE_DEVICE;
    expect_far(BARE_RUN(&b, W_STRB | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x10, BARE_CODE, BARE_DEVICE);   /* takes 4 and 8 bytes */
    b.cpu->x[1] = 1ull << 40;
    expect_far(BARE_RUN(&b, W_LDR | W_RN(1)), SAME | SYNC, 0x25, 0x00, BARE_CODE, 1ull << 40);
    expect_far(BARE_RUN(&b, W_BR | W_RN(1)), SAME | SYNC, 0x21, 0x00, 1ull << 40, 1ull << 40);
}
END_TEST

/* ---- alignment ---- */

START_TEST(sctlr_a_makes_every_misaligned_access_fault)
{
    user_space();
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    for (unsigned on = 0; on < 2; on++)
        for (unsigned i = 0; i < ARRAY_SIZE(accesses); i++) {
            uint32_t word = accesses[i].word, iss = (accesses[i].write ? WNR : 0) | 0x21;
            bool is_byte = (word & ~0x400000u) == (W_STRB | W_RN(1)) || (word & 0xbf000000) == 0x0c000000;
            bool always = (word & 0x3f000000) == 0x08000000, never = is_byte || word == (W_DC_ZVA | 1);
            bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), on ? b.cpu->sctlr_el1 | SCTLR_A : b.cpu->sctlr_el1 & ~(uint64_t)SCTLR_A);
            b.cpu->x[1] = USER_DATA + 0x103;
            int stopped = BARE_RUN(&b, word);
            if (always || (on && !never))
                expect_far(stopped, SAME | SYNC, 0x25, iss, BARE_CODE, USER_DATA + 0x103);
            else
                ck_assert_int_eq(stopped, BARE_STOPPED);
        }
}
END_TEST

START_TEST(a_quadword_must_be_aligned_to_16_where_alignment_is_checked)
{
    user_space();
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), b.cpu->sctlr_el1 | SCTLR_A);
    b.cpu->x[1] = USER_DATA + 8;
    ck_assert_int_eq(BARE_RUN(&b, W_LDP | W_RT2(2) | W_RN(1)), BARE_STOPPED);
    b.cpu->x[1] = USER_DATA + 8;
    expect_far(BARE_RUN(&b, W_LDR_Q | W_RN(1)), SAME | SYNC, 0x25, 0x21, BARE_CODE, USER_DATA + 8);
    expect_far(BARE_RUN(&b, W_STR_Q | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x21, BARE_CODE, USER_DATA + 8);
}
END_TEST

START_TEST(device_memory_takes_aligned_accesses_only)
{
    gpa_t root = user_space();
    bare_map(&b, root, NOWHERE, BARE_DATA, 12, BARE_DEVICE_ATTR);
    bare_map(&b, root, NOWHERE + 0x1000, BARE_DATA + 0x1000, 12, BARE_DEVICE_ATTR);
    b.cpu->x[1] = NOWHERE + 4;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR_W | W_RN(1), W_STR_W | W_RN(1)), BARE_STOPPED);
    expect_far(BARE_RUN(&b, W_LDR | W_RN(1)), SAME | SYNC, 0x25, 0x21, BARE_CODE, NOWHERE + 4);
    b.cpu->x[1] = NOWHERE + 0xffc;
    expect_far(BARE_RUN(&b, W_STR | W_RN(1)), SAME | SYNC, 0x25, WNR | 0x21, BARE_CODE, NOWHERE + 0xffc);
    b.cpu->x[1] = NOWHERE;
    expect_far(BARE_RUN(&b, W_DC_ZVA | 1), SAME | SYNC, 0x25, WNR | 0x21, BARE_CODE, NOWHERE);
    b.cpu->sctlr_el1 &= ~(uint64_t)SCTLR_M;   /* with the MMU off all data is Device */
    mmu_flush_all(b.cpu);
    b.cpu->x[1] = BARE_DATA + 1;
    expect_far(BARE_RUN(&b, W_LDR | W_RN(1)), SAME | SYNC, 0x25, 0x21, BARE_CODE, BARE_DATA + 1);
}
END_TEST

START_TEST(a_misaligned_stack_pointer_faults_as_a_base_if_sctlr_says_so)
{
    static const uint32_t words[] = {
        W_LDR, W_STR, W_LDRB, W_LDP | W_RT2(2), W_STP | W_RT2(2), W_LDTR, W_STTR, W_LDXR, W_STLR, W_LDR_POST8, W_LDR_Q,
        0x4c407000 /* LD1 */, 0xf8606800 /* LDR X0, [SP, X0] */ };
    user_space();
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        b.cpu->x[0] = 0;
        b.cpu->x[REG_SP] = USER_DATA + 8;
        bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), b.cpu->sctlr_el1 | SCTLR_SA);
        expect(BARE_RUN(&b, words[i] | W_RN(31)), SAME | SYNC, 0x26, 0, BARE_CODE);
        bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), b.cpu->sctlr_el1 & ~(uint64_t)SCTLR_SA);
        b.cpu->x[0] = 0;
        ck_assert_int_eq(BARE_RUN(&b, words[i] | W_RN(31)), BARE_STOPPED);
        b.cpu->sp_el0 = USER_DATA + 4;
        b.cpu->sctlr_el1 |= SCTLR_SA0;
        expect(RUN_EL0(words[i] | W_RN(31)), LOWER | SYNC, 0x26, 0, USER_CODE);
    }
    b.cpu->x[REG_SP] = USER_DATA + 8;
    b.cpu->sctlr_el1 |= SCTLR_SA;
    ck_assert_int_eq(BARE_RUN(&b, 0xf9800000 | W_RN(31) /* PRFM */), BARE_STOPPED);
}
END_TEST

/* ---- interrupts ---- */

START_TEST(interrupts_obey_their_masks_and_fiq_comes_first)
{
    for (unsigned daif = 0; daif < 4; daif++) {
        arm64_input(b.cpu, 0, true);
        arm64_input(b.cpu, 1, true);
        int vector = !(daif & 1) ? SAME | FIQ : !(daif & 2) ? SAME | IRQ : BARE_STOPPED;
        ck_assert_int_eq(BARE_RUN(&b, W_MSR_DAIFSET | 0xf00, W_MSR_DAIFCLR | (~daif & 3) << 8, W_NOP), vector);
        if (vector != BARE_STOPPED) {
            ck_assert_uint_eq(b.cpu->elr_el1, BARE_CODE + 8);
            ck_assert_uint_eq(b.cpu->spsr_el1, (0xcu | daif) << 6 | 5);
        }
    }
}
END_TEST

START_TEST(an_interrupt_of_el0_uses_the_lower_vectors)
{
    user_space();
    arm64_input(b.cpu, 0, true);
    BARE_PUT(&b, USER_CODE, W_B);
    ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER | IRQ);
    ck_assert_uint_eq(b.cpu->elr_el1, USER_CODE);
    ck_assert_uint_eq(b.cpu->spsr_el1, 0);
}
END_TEST

START_TEST(wfi_wakes_for_a_masked_interrupt_and_goes_on)
{
    arm64_input(b.cpu, 0, true);
    ck_assert_int_eq(BARE_RUN(&b, W_WFI), BARE_STOPPED);
    arm64_input(b.cpu, 0, false);
    ck_assert_int_eq(BARE_RUN(&b, W_WFI), BARE_HALTED);
    arm64_input(b.cpu, 1, true);
    ck_assert_int_eq(bare_run(&b, b.cpu->cpu.pc), BARE_STOPPED);
}
END_TEST

START_TEST(isr_shows_the_lines_whatever_the_masks)
{
    arm64_input(b.cpu, 0, true);
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 12, 1, 0)), 1 << 7);
    arm64_input(b.cpu, 1, true);
    arm64_input(b.cpu, 0, false);
    ck_assert_uint_eq(bare_mrs(&b, W_SYSREG(3, 0, 12, 1, 0)), 1 << 6);
}
END_TEST

START_TEST(a_tagged_address_is_untagged_before_it_can_be_saved)
{
    user_space();
    b.cpu->tcr_el1 |= 1ull << 37;   /* TBI0 */
    mmu_flush_all(b.cpu);
    b.cpu->elr_el1 = BARE_CODE + 0x100 + (0x5aull << 56);
    b.cpu->spsr_el1 = 5;
    arm64_input(b.cpu, 0, true);
    ck_assert_int_eq(BARE_RUN(&b, W_ERET), SAME | IRQ);
    ck_assert_uint_eq(b.cpu->elr_el1, BARE_CODE + 0x100);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("exceptions");
    TCase *t = tcase_create("exceptions");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, svc_returns_behind_itself_and_tells_its_number);
    tcase_add_test(t, brk_returns_to_itself_and_tells_its_number);
    tcase_add_test(t, what_is_unallocated_is_undefined_with_an_empty_syndrome);
    tcase_add_test(t, what_belongs_to_el1_is_undefined_at_el0);
    tcase_add_test(t, spsr_keeps_flags_masks_level_and_stack);
    tcase_add_test(t, fp_is_trapped_by_cpacr_at_both_levels);
    tcase_add_test(t, an_undefined_fp_word_is_undefined_even_if_fp_is_trapped);
    tcase_add_test(t, wfi_and_wfe_of_el0_trap_unless_sctlr_lets_them);
    tcase_add_test(t, trapped_system_instructions_name_themselves);
    tcase_add_test(t, an_illegal_return_sets_il_and_keeps_the_level);
    tcase_add_test(t, il_in_spsr_is_restored_and_raises);
    tcase_add_test(t, pc_alignment_and_instruction_aborts_come_before_illegal_state);
    tcase_add_test(t, a_branch_to_a_misaligned_address_is_taken_first);
    tcase_add_test(t, instruction_aborts_tell_level_and_address);
    tcase_add_test(t, what_el0_may_write_el1_does_not_execute);
    tcase_add_test(t, a_vector_that_faults_does_not_hang_the_run);
    tcase_add_test(t, data_aborts_tell_direction_level_and_address);
    tcase_add_test(t, unprivileged_accesses_of_el1_have_the_rights_of_el0);
    tcase_add_test(t, an_access_over_two_pages_names_the_page_that_faults_and_stores_nothing);
    tcase_add_test(t, cache_maintenance_faults_as_a_cache_operation);
    tcase_add_test(t, nothing_at_a_physical_address_is_an_external_abort);
    tcase_add_test(t, sctlr_a_makes_every_misaligned_access_fault);
    tcase_add_test(t, a_quadword_must_be_aligned_to_16_where_alignment_is_checked);
    tcase_add_test(t, device_memory_takes_aligned_accesses_only);
    tcase_add_test(t, a_misaligned_stack_pointer_faults_as_a_base_if_sctlr_says_so);
    tcase_add_test(t, interrupts_obey_their_masks_and_fiq_comes_first);
    tcase_add_test(t, an_interrupt_of_el0_uses_the_lower_vectors);
    tcase_add_test(t, wfi_wakes_for_a_masked_interrupt_and_goes_on);
    tcase_add_test(t, isr_shows_the_lines_whatever_the_masks);
    tcase_add_test(t, a_tagged_address_is_untagged_before_it_can_be_saved);
    suite_add_tcase(s, t);
    return s;
}
