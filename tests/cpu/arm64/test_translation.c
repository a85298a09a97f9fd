/* SPDX-License-Identifier: MIT */
/* What the core remembers of translations, and when it forgets (manual D5.9, D5.10). Catches: an entry of data or code that
   outlives its invalidation, by address, by ASID, of a piece of a large mapping; one address space seen in another; rights of
   one exception level used at the other. */
#include "base/bits.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME = 0x200, LOWER = 0x400 };
enum { USER_CODE = BARE_CODE + 0x1000, A = BARE_DATA, B = BARE_DATA + 0x1000, HERE = 0x50000000 };
static const uint64_t high = 0xffffff8000000000;

/* The kernel's half: RAM again, so that EL1 can live there alone. */
static const uint64_t kernel = 0xffffffc000000000;

enum { W_LDR_X0_X1 = W_LDR | W_RN(1) };

static struct bare b;
static gpa_t root;

static void setup(void)
{
    bare_open(&b);
    root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_set64(&b, A, 'a');
    bare_set64(&b, B, 'b');
}

static void teardown(void) { bare_close(&b); }

static uint64_t read_el1(gva_t va)
{
    b.cpu->x[1] = va;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR_X0_X1), BARE_STOPPED);
    return b.cpu->x[0];
}

static uint64_t read_el0(gva_t va)
{
    b.cpu->x[1] = va;
    BARE_PUT(&b, USER_CODE, W_LDR_X0_X1, W_SVC);
    ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, 0x15);
    return b.cpu->x[0];
}

/* The program at BARE_CODE by way of the kernel's half. */
static int run_high(void)
{
    return bare_run(&b, kernel + (BARE_CODE - BARE_RAM));
}

static uint64_t read_high(gva_t va)
{
    b.cpu->x[1] = va;
    BARE_PUT(&b, BARE_CODE, W_LDR_X0_X1, W_HVC);
    ck_assert_int_eq(run_high(), BARE_STOPPED);
    return b.cpu->x[0];
}

static void invalidate_high(uint32_t word, uint64_t operand)
{
    b.cpu->x[5] = operand;
    BARE_PUT(&b, BARE_CODE, word | 5, W_DSB, W_ISB, W_HVC);
    ck_assert_int_eq(run_high(), BARE_STOPPED);
}

static void invalidate(uint32_t word, uint64_t operand)
{
    b.cpu->x[5] = operand;
    ck_assert_int_eq(BARE_RUN(&b, (word & 31) == 31 ? word : word | 5, W_DSB, W_ISB), BARE_STOPPED);
}

/* A function that returns `number` in X0. */
static void put_function(gpa_t at, unsigned number)
{
    BARE_PUT(&b, at, W_MOVZ | W_IMM16(number), W_RET | W_RN(30));
}

static uint64_t call(gva_t va)
{
    b.cpu->x[1] = va;
    ck_assert_int_eq(BARE_RUN(&b, W_BLR | W_RN(1)), BARE_STOPPED);
    return b.cpu->x[0];
}

static void set_ttbr0(gpa_t table, unsigned asid)
{
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 0), table | (uint64_t)asid << 48);
}

START_TEST(invalidation_by_address_shows_the_new_page)
{
    static const uint32_t words[] = { W_TLBI_VAE1, W_TLBI_VAAE1, 0xd50887a0 /* VALE1 */, 0xd50887e0 /* VAALE1 */,
        0xd5088320 /* VAE1IS */ };
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++) {
        bare_map(&b, root, HERE, A, 12, BARE_USER);
        invalidate(W_TLBI_VMALLE1, 0);
        ck_assert_uint_eq(read_el1(HERE), 'a');
        ck_assert_uint_eq(read_el0(HERE + 0), 'a');
        bare_map(&b, root, HERE, B, 12, BARE_USER);
        invalidate(words[i], HERE >> 12);
        ck_assert_uint_eq(read_el1(HERE), 'b');
        ck_assert_uint_eq(read_el0(HERE), 'b');
    }
}
END_TEST

START_TEST(invalidation_by_address_works_in_the_high_half)
{
    gpa_t root1 = b.cpu->ttbr1_el1;
    bare_map(&b, root1, high, A, 12, 0);
    ck_assert_uint_eq(read_el1(high), 'a');
    bare_map(&b, root1, high, B, 12, 0);
    invalidate(W_TLBI_VAE1, high >> 12 & mask64(44));
    ck_assert_uint_eq(read_el1(high), 'b');
}
END_TEST

START_TEST(invalidation_by_asid_shows_the_new_page_in_both_halves)
{
    gpa_t root1 = b.cpu->ttbr1_el1;
    bare_map(&b, root, HERE, A, 12, BARE_USER | BARE_NG);
    bare_map(&b, root1, high, A, 12, BARE_USER | BARE_NG);
    set_ttbr0(root, 7);
    ck_assert_uint_eq(read_el1(HERE) + read_el0(HERE) + read_el1(high) + read_el0(high), 4 * 'a');
    bare_map(&b, root, HERE, B, 12, BARE_USER | BARE_NG);
    bare_map(&b, root1, high, B, 12, BARE_USER | BARE_NG);
    invalidate(W_TLBI_ASIDE1, 7ull << 48);
    ck_assert_uint_eq(read_el1(HERE) + read_el0(HERE) + read_el1(high) + read_el0(high), 4 * 'b');
}
END_TEST

START_TEST(invalidation_by_asid_reaches_a_kernel_that_runs_in_the_high_half)
{
    gpa_t root1 = b.cpu->ttbr1_el1;
    for (unsigned at = 0; at < BARE_RAM_SIZE; at += 2 << 20)
        bare_map(&b, root1, kernel + at, BARE_RAM + at, 21, 0);
    bare_map(&b, root1, high, A, 12, BARE_NG);
    set_ttbr0(root, 7);
    invalidate_high(W_TLBI_ASIDE1, 1ull << 48);   /* of what EL1 did in the low half nothing is left */
    ck_assert_uint_eq(read_high(high), 'a');
    bare_map(&b, root1, high, B, 12, BARE_NG);
    invalidate_high(W_TLBI_ASIDE1, 7ull << 48);
    ck_assert_uint_eq(read_high(high), 'b');
}
END_TEST

START_TEST(the_asid_may_be_that_of_ttbr1)
{
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 2), b.cpu->tcr_el1 | 1 << 22);   /* TCR_EL1.A1 */
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 1), b.cpu->ttbr1_el1 | 9ull << 48);
    bare_map(&b, root, HERE, A, 12, BARE_USER | BARE_NG);
    ck_assert_uint_eq(read_el0(HERE), 'a');
    bare_map(&b, root, HERE, B, 12, BARE_USER | BARE_NG);
    invalidate(W_TLBI_ASIDE1, 9ull << 48);
    ck_assert_uint_eq(read_el0(HERE), 'b');
}
END_TEST

START_TEST(the_upper_half_of_an_asid_counts_only_if_tcr_says_so)
{
    bare_map(&b, root, HERE, A, 12, BARE_USER | BARE_NG);
    set_ttbr0(root, 0x1203);
    ck_assert_uint_eq(read_el0(HERE), 'a');
    bare_map(&b, root, HERE, B, 12, BARE_USER | BARE_NG);
    invalidate(W_TLBI_ASIDE1, 3ull << 48);
    ck_assert_uint_eq(read_el0(HERE), 'b');
}
END_TEST

/* Any page of a block, or of a contiguous run, invalidates all of it. */
START_TEST(a_large_mapping_is_invalidated_by_any_address_in_it)
{
    enum { BLOCK_A = BARE_RAM + 0x600000, BLOCK_B = BARE_RAM + 0x800000, FAR = 0x155000 };
    bare_set64(&b, BLOCK_A + FAR, 'a');
    bare_set64(&b, BLOCK_B + FAR, 'b');
    bare_map(&b, root, HERE, BLOCK_A, 21, BARE_USER);
    ck_assert_uint_eq(read_el1(HERE + FAR) + read_el0(HERE + FAR), 2 * 'a');
    bare_map(&b, root, HERE, BLOCK_B, 21, BARE_USER);
    invalidate(W_TLBI_VAE1, (HERE + 0x2000) >> 12);
    ck_assert_uint_eq(read_el1(HERE + FAR) + read_el0(HERE + FAR), 2 * 'b');

    for (unsigned i = 0; i < 16; i++)
        bare_map(&b, root, HERE + 0x400000 + 4096 * i, BLOCK_A + FAR / 4096 * 4096 - 0x5000 + 4096 * i, 12, BARE_CONTIGUOUS);
    ck_assert_uint_eq(read_el1(HERE + 0x405000), 'a');
    for (unsigned i = 0; i < 16; i++)
        bare_map(&b, root, HERE + 0x400000 + 4096 * i, BLOCK_B + FAR / 4096 * 4096 - 0x5000 + 4096 * i, 12, BARE_CONTIGUOUS);
    invalidate(W_TLBI_VAE1, (HERE + 0x40f000) >> 12);
    ck_assert_uint_eq(read_el1(HERE + 0x405000), 'b');
}
END_TEST

START_TEST(code_is_found_anew_after_an_invalidation)
{
    put_function(A + 0x100, 1);
    put_function(B + 0x100, 2);
    bare_map(&b, root, HERE, A, 12, 0);
    ck_assert_uint_eq(call(HERE + 0x100), 1);
    bare_map(&b, root, HERE, B, 12, 0);
    invalidate(W_TLBI_VAE1, HERE >> 12);
    ck_assert_uint_eq(call(HERE + 0x100), 2);
    bare_map(&b, root, HERE, A, 12, BARE_PXN);
    invalidate(W_TLBI_VAE1, HERE >> 12);
    b.cpu->x[1] = HERE + 0x100;
    ck_assert_int_eq(BARE_RUN(&b, W_BLR | W_RN(1)), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 0x21u << 26 | 1 << 25 | 0x0f);
}
END_TEST

/* Many pages run in between, so that no short memory of fetched pages still knows the block; and no code is written, which would
   make the core forget anyway. */
START_TEST(code_in_a_block_is_found_anew_after_any_address_is_invalidated)
{
    enum { BLOCK_A = BARE_RAM + 0x600000, BLOCK_B = BARE_RAM + 0x800000, AT = 0x10040, OTHERS = BARE_RAM + 0xa00000 };
    enum { CALL = BARE_CODE, INVALIDATE = BARE_CODE + 0x2000 };
    BARE_PUT(&b, CALL, W_BLR | W_RN(1), W_HVC);
    BARE_PUT(&b, INVALIDATE, W_TLBI_VAE1 | 5, W_DSB, W_ISB, W_HVC);
    put_function(BLOCK_A + AT, 1);
    put_function(BLOCK_B + AT, 2);
    for (unsigned i = 0; i < 1024; i++) {
        put_function(OTHERS + 4096 * i, 3);
        bare_map(&b, root, 0x60000000 + 4096 * i, OTHERS + 4096 * i, 12, 0);
    }
    bare_map(&b, root, HERE, BLOCK_A, 21, 0);
    b.cpu->x[1] = HERE + AT;
    bare_run(&b, CALL);
    ck_assert_uint_eq(b.cpu->x[0], 1);
    for (unsigned i = 0; i < 1024; i++) {
        b.cpu->x[1] = 0x60000000 + 4096 * i;
        bare_run(&b, CALL);
        ck_assert_uint_eq(b.cpu->x[0], 3);
    }
    bare_map(&b, root, HERE, BLOCK_B, 21, 0);
    b.cpu->x[5] = (HERE + 0x1ff000) >> 12;
    bare_run(&b, INVALIDATE);
    b.cpu->x[1] = HERE + AT;
    bare_run(&b, CALL);
    ck_assert_uint_eq(b.cpu->x[0], 2);
}
END_TEST

START_TEST(forty_address_spaces_do_not_mix)
{
    enum { SPACES = 40, PAGES = BARE_RAM + 0x600000 };
    gpa_t roots[SPACES];
    for (unsigned i = 0; i < SPACES; i++) {
        roots[i] = i % 2 ? roots[i - 1] : bare_root(&b);
        bare_map(&b, roots[i], BARE_CODE, BARE_CODE, 21, 0);
        bare_map(&b, roots[i], BARE_RAM, BARE_RAM, 21, 0);
        bare_map(&b, roots[i], USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
        bare_map(&b, roots[i], HERE, PAGES + i / 2 * 4096, 12, BARE_USER | BARE_NG);
        bare_set64(&b, PAGES + i / 2 * 4096, 100 + i / 2);
    }
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; i < SPACES; i++) {
            set_ttbr0(roots[i], i + 1);
            ck_assert_uint_eq(read_el0(HERE), 100 + i / 2);
            ck_assert_uint_eq(read_el1(HERE), 100 + i / 2);
        }
    /* Every second one shares its table with its neighbour but not its ASID. */
    set_ttbr0(roots[0], 1);
    bare_map(&b, roots[0], HERE, B, 12, BARE_USER | BARE_NG);
    invalidate(W_TLBI_ASIDE1, 1ull << 48);
    ck_assert_uint_eq(read_el0(HERE), 'b');
    invalidate(W_TLBI_ASIDE1, 2ull << 48);
    set_ttbr0(roots[1], 2);
    ck_assert_uint_eq(read_el0(HERE), 'b');
}
END_TEST

START_TEST(another_table_is_seen_at_once_at_el1)
{
    gpa_t other = bare_root(&b);
    bare_map(&b, other, BARE_RAM, BARE_RAM, 21, 0);
    bare_map(&b, other, BARE_CODE, BARE_CODE, 21, 0);
    bare_map(&b, root, HERE, A, 12, 0);
    bare_map(&b, other, HERE, B, 12, 0);
    put_function(A + 0x100, 1);
    put_function(B + 0x100, 2);
    ck_assert_uint_eq(read_el1(HERE), 'a');
    ck_assert_uint_eq(call(HERE + 0x100), 1);
    set_ttbr0(other, 0);
    ck_assert_uint_eq(read_el1(HERE), 'b');
    ck_assert_uint_eq(call(HERE + 0x100), 2);
    gpa_t root1 = b.cpu->ttbr1_el1, other1 = bare_root(&b);
    bare_map(&b, root1, high, A, 12, 0);
    bare_map(&b, other1, high, B, 12, 0);
    ck_assert_uint_eq(read_el1(high), 'a');
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 1), other1);
    ck_assert_uint_eq(read_el1(high), 'b');
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 1), root1);
    ck_assert_uint_eq(read_el1(high), 'a');
}
END_TEST

START_TEST(rights_of_the_two_levels_stay_apart)
{
    bare_map(&b, root, HERE, A, 12, 0);
    bare_map(&b, root, HERE + 0x1000, B, 12, BARE_USER | BARE_READ_ONLY);
    for (unsigned round = 0; round < 3; round++) {
        ck_assert_uint_eq(read_el1(HERE), 'a');
        b.cpu->x[1] = HERE;
        ck_assert_int_eq(bare_run_el0(&b, USER_CODE), LOWER);
        if (round)
            ck_assert_uint_eq(b.cpu->esr_el1, 0x24u << 26 | 1 << 25 | 0x0f);
        ck_assert_uint_eq(read_el0(HERE + 0x1000), 'b');
        b.cpu->x[1] = HERE + 0x1000;
        ck_assert_int_eq(BARE_RUN(&b, W_STR | W_RN(1)), SAME);
        ck_assert_uint_eq(b.cpu->esr_el1, 0x25u << 26 | 1 << 25 | 1 << 6 | 0x0f);
    }
}
END_TEST

START_TEST(control_registers_take_effect_at_once)
{
    bare_map(&b, root, HERE, A, 12, 0);
    put_function(A + 0x100, 1);
    ck_assert_uint_eq(call(HERE + 0x100), 1);
    uint64_t sctlr = b.cpu->sctlr_el1;
    b.cpu->x[1] = HERE + 0x100;   /* WXN: what is writable is not executable; the code itself must stay so */
    bare_map(&b, root, BARE_CODE, BARE_CODE, 21, BARE_READ_ONLY);
    bare_map(&b, root, BARE_RAM, BARE_RAM, 21, BARE_READ_ONLY);
    invalidate(W_TLBI_VMALLE1, 0);
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), sctlr | SCTLR_WXN);
    b.cpu->x[1] = HERE + 0x100;
    ck_assert_int_eq(BARE_RUN(&b, W_BLR | W_RN(1)), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 0x21u << 26 | 1 << 25 | 0x0f);
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), sctlr);
    ck_assert_uint_eq(call(HERE + 0x100), 1);

    ck_assert_uint_eq(read_el1(HERE + 4), 0);   /* MAIR: Normal memory becomes Device */
    bare_msr(&b, W_SYSREG(3, 0, 10, 2, 0), 0);
    b.cpu->x[1] = HERE + 4;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR_X0_X1), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 0x25u << 26 | 1 << 25 | 0x21);
    bare_msr(&b, W_SYSREG(3, 0, 10, 2, 0), 0xff);
    ck_assert_uint_eq(read_el1(HERE + 4), 0);

    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 2), b.cpu->tcr_el1 | 1ull << 37);   /* TBI0 */
    ck_assert_uint_eq(read_el1(HERE | 0x5aull << 56), 'a');
    ck_assert_uint_eq(call((HERE + 0x100) | 0x5aull << 56), 1);
    bare_map(&b, root, HERE, B, 12, 0);
    invalidate(W_TLBI_VAE1, HERE >> 12);
    ck_assert_uint_eq(read_el1(HERE | 0x5aull << 56), 'b');
    bare_msr(&b, W_SYSREG(3, 0, 2, 0, 2), b.cpu->tcr_el1 & ~(1ull << 37));
    b.cpu->x[1] = HERE | 0x5aull << 56;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR_X0_X1), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 0x25u << 26 | 1 << 25 | 0x04);
}
END_TEST

START_TEST(the_mmu_can_be_switched_off_and_on)
{
    bare_map(&b, root, HERE, A, 12, 0);
    ck_assert_uint_eq(read_el1(HERE), 'a');
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), b.cpu->sctlr_el1 & ~(uint64_t)SCTLR_M);
    b.cpu->x[1] = HERE + 0x10000000;
    ck_assert_int_eq(BARE_RUN(&b, W_LDR_X0_X1), SAME);
    ck_assert_uint_eq(read_el1(B), 'b');
    bare_msr(&b, W_SYSREG(3, 0, 1, 0, 0), b.cpu->sctlr_el1 | SCTLR_M);
    ck_assert_uint_eq(read_el1(HERE), 'a');
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("translation");
    TCase *t = tcase_create("translation");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, invalidation_by_address_shows_the_new_page);
    tcase_add_test(t, invalidation_by_address_works_in_the_high_half);
    tcase_add_test(t, invalidation_by_asid_shows_the_new_page_in_both_halves);
    tcase_add_test(t, invalidation_by_asid_reaches_a_kernel_that_runs_in_the_high_half);
    tcase_add_test(t, the_asid_may_be_that_of_ttbr1);
    tcase_add_test(t, the_upper_half_of_an_asid_counts_only_if_tcr_says_so);
    tcase_add_test(t, a_large_mapping_is_invalidated_by_any_address_in_it);
    tcase_add_test(t, code_is_found_anew_after_an_invalidation);
    tcase_add_test(t, code_in_a_block_is_found_anew_after_any_address_is_invalidated);
    tcase_add_test(t, forty_address_spaces_do_not_mix);
    tcase_add_test(t, another_table_is_seen_at_once_at_el1);
    tcase_add_test(t, rights_of_the_two_levels_stay_apart);
    tcase_add_test(t, control_registers_take_effect_at_once);
    tcase_add_test(t, the_mmu_can_be_switched_off_and_on);
    suite_add_tcase(s, t);
    return s;
}
