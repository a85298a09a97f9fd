/* SPDX-License-Identifier: MIT */
/* Code that changes, and the moment things happen. Catches: an instruction executed after it was overwritten, by whichever way; a
   store into a page of code that is lost; a decoded block that runs past its page; an event that fires too late or not at all;
   time that a device sees wrongly; exclusives that succeed when they must not. */
#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "cpu/arm64/timer.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME = 0x200, FUNCTION = BARE_CODE + 0x3000, HERE = 0x50000000 };
enum { MOV_X0_2 = W_MOVZ | 2 << 5, RET = W_RET | W_RN(30) };

static struct bare b;

static void setup(void) { bare_open(&b); }
static void teardown(void) { bare_close(&b); }

static uint64_t call(gva_t va)
{
    b.cpu->x[1] = va;
    BARE_PUT(&b, BARE_CODE + 0x100, W_BLR | W_RN(1), W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE + 0x100), BARE_STOPPED);
    return b.cpu->x[0];
}

/* ---- code that changes ---- */

/* A program calls a function, stores another instruction into it, and calls it again. */
static void overwrite(gva_t function, gva_t store_at)
{
    b.cpu->x[1] = function;
    b.cpu->x[2] = store_at;
    b.cpu->x[3] = MOV_X0_2;
    BARE_PUT(&b, BARE_CODE, W_BLR | W_RN(1), 0xaa0003e4 /* MOV X4, X0 */, W_STR_W | W_RN(2) | 3, W_DC_CVAU | 2, W_DSB,
        W_IC_IVAU | 2, W_DSB,
             W_ISB, W_BLR | W_RN(1), W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[4], 1);
    ck_assert_uint_eq(b.cpu->x[0], 2);
}

START_TEST(code_stored_by_the_core_is_seen)
{
    for (unsigned mmu = 0; mmu < 2; mmu++) {
        if (mmu)
            bare_mmu_on(&b);
        BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);   /* another page */
        overwrite(FUNCTION, FUNCTION);
        BARE_PUT(&b, BARE_CODE + 0x200, W_MOVZ | 1 << 5, RET);   /* the page that stores */
        overwrite(BARE_CODE + 0x200, BARE_CODE + 0x200);
        BARE_PUT(&b, BARE_CODE + 0x28, W_MOVZ | 1 << 5, RET);   /* the line that stores */
        overwrite(BARE_CODE + 0x28, BARE_CODE + 0x28);
    }
}
END_TEST

START_TEST(code_stored_by_way_of_another_address_is_seen)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, HERE, FUNCTION, 12, 0);
    BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);
    overwrite(FUNCTION, HERE);
    BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);
    overwrite(HERE, FUNCTION);
}
END_TEST

START_TEST(code_written_by_a_device_is_seen)
{
    uint8_t bytes[8192] = { 0 };
    bare_mmu_on(&b);
    BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);
    ck_assert_uint_eq(call(FUNCTION), 1);
    st_le32(bytes + 4096, MOV_X0_2);
    st_le32(bytes + 4100, RET);
    ck_assert(space_write(&b.space, FUNCTION - 4096, bytes, sizeof bytes));
    ck_assert_uint_eq(call(FUNCTION), 2);
    st_le32(space_host(&b.space, FUNCTION, 4, true), W_MOVZ | 3 << 5);
    ck_assert_uint_eq(call(FUNCTION), 3);
}
END_TEST

START_TEST(every_kind_of_store_drops_code)
{
    static const uint32_t stores[] = { W_STR_W | W_RN(2) | 3, 0xb8004443 /* post-index */, 0x29000c43 /* STP W3, W3 */,
        0x0d008043 /* ST1 S */,
                                       0x889ffc43 /* STLR W3 */, 0xb8000843 /* STTR W3 */, 0x0c007843 /* ST1 2S */,
                                       0xbd000043 /* STR S3 */ };
    bare_mmu_on(&b);
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    for (unsigned i = 0; i < ARRAY_SIZE(stores); i++) {
        BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);
        ck_assert_uint_eq(call(FUNCTION), 1);
        b.cpu->x[2] = FUNCTION;
        b.cpu->x[3] = MOV_X0_2;
        b.cpu->v[3].d[0] = MOV_X0_2 | (uint64_t)RET << 32;
        BARE_PUT(&b, BARE_CODE, stores[i], W_HVC);
        int stopped = bare_run(&b, BARE_CODE);
        if (stores[i] == 0xb8000843)
            ck_assert_int_eq(stopped, SAME);   /* STTR: no right of EL0 there, and nothing changed */
        else
            ck_assert_int_eq(stopped, BARE_STOPPED);
        BARE_PUT(&b, FUNCTION + 4, RET);
        ck_assert_uint_eq(call(FUNCTION), stopped == SAME ? 1 : 2);
    }
    b.cpu->x[2] = FUNCTION;   /* STXR, and DC ZVA */
    b.cpu->x[3] = MOV_X0_2;
    BARE_PUT(&b, FUNCTION, W_MOVZ | 1 << 5, RET);
    ck_assert_uint_eq(call(FUNCTION), 1);
    BARE_PUT(&b, BARE_CODE, 0x885f7c44 /* LDXR W4, [X2] */, 0x88057c43 /* STXR W5, W3, [X2] */, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[5], 0);
    ck_assert_uint_eq(call(FUNCTION), 2);
    BARE_PUT(&b, BARE_CODE, W_DC_ZVA | 2, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    b.cpu->x[1] = FUNCTION;
    ck_assert_int_eq(bare_run(&b, BARE_CODE + 0x100), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 1u << 25);
}
END_TEST

/* Data beside code in one page: stores arrive, code stays right. */
START_TEST(data_beside_code_can_be_written)
{
    bare_mmu_on(&b);
    BARE_PUT(&b, FUNCTION, 0xf9400440 /* LDR X0, [X2, #8] */, 0x91000400 /* ADD X0, X0, #1 */, 0xf9000440 /* STR X0, [X2, #8] */,
        RET);
    b.cpu->x[2] = FUNCTION + 0x100;
    for (unsigned i = 1; i <= 100; i++)
        ck_assert_uint_eq(call(FUNCTION), i);
    b.cpu->x[2] = FUNCTION + 8;   /* in the line of the code itself, behind RET */
    bare_set64(&b, FUNCTION + 16, 0);
    for (unsigned i = 1; i <= 100; i++)
        ck_assert_uint_eq(call(FUNCTION), i);
}
END_TEST

START_TEST(a_loop_that_rewrites_itself_counts_right)
{
    /* Each round stores its counter as the immediate of a MOVZ ahead of it and executes that. */
    bare_mmu_on(&b);
    b.cpu->x[2] = BARE_CODE + 0x18;
    b.cpu->x[3] = W_MOVZ | 7;
    b.cpu->x[5] = 0;
    b.cpu->x[6] = 50;
    BARE_PUT(&b, BARE_CODE, 0x91008063 /* ADD X3, X3, #32: the immediate + 1 */, W_STR_W | W_RN(2) | 3, W_DC_CVAU | 2,
        W_IC_IVAU | 2, W_DSB, W_ISB,
             W_NOP /* MOVZ X7, n */, 0x8b0700a5 /* ADD X5, X5, X7 */, W_SUBS_IMM | W_IMM12(1) | W_RN(6) | 6,
             0x54000001 | ((uint32_t)-9 & 0x7ffff) << 5 /* B.NE */, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[5], 50 * 51 / 2);
}
END_TEST

START_TEST(blocks_go_on_behind_the_end_of_a_page)
{
    gpa_t root = bare_mmu_on(&b);
    bare_map(&b, root, HERE, BARE_DATA + 0x5000, 12, 0);            /* neighbours there … */
    bare_map(&b, root, HERE + 0x1000, BARE_DATA + 0x1000, 12, 0);   /* … are none here */
    BARE_PUT(&b, BARE_DATA + 0x5ff8, W_MOVZ | 1 << 5, W_ADD_IMM | W_IMM12(2));
    BARE_PUT(&b, BARE_DATA + 0x1000, W_ADD_IMM | W_IMM12(4), RET);
    BARE_PUT(&b, BARE_DATA + 0x6000, W_ADD_IMM | W_IMM12(64), RET);
    ck_assert_uint_eq(call(HERE + 0xff8), 7);
    bare_map(&b, root, HERE + 0x1000, BARE_DATA + 0x6000, 12, 0);
    b.cpu->x[5] = (HERE + 0x1000) >> 12;
    BARE_PUT(&b, BARE_CODE, W_TLBI_VAE1 | 5, W_ISB, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    ck_assert_uint_eq(call(HERE + 0xff8), 67);
    ck_assert_int_eq(bare_run(&b, BARE_RAM + BARE_RAM_SIZE - 4), SAME);   /* UDF in the last word of RAM */
    BARE_PUT(&b, BARE_RAM + BARE_RAM_SIZE - 4, W_NOP);
    ck_assert_int_eq(bare_run(&b, BARE_RAM + BARE_RAM_SIZE - 4), SAME);
    ck_assert_uint_eq(b.cpu->esr_el1, 0x21u << 26 | 1 << 25 | 6);
    ck_assert_uint_eq(b.cpu->elr_el1, BARE_RAM + BARE_RAM_SIZE);
}
END_TEST

/* ---- exclusives ---- */

START_TEST(a_store_exclusive_succeeds_once_and_only_where_it_was_loaded)
{
    enum { STXR_X5_X3 = W_STXR | W_RM(5) | W_RN(2) | 3, LDXR = W_LDXR | W_RN(2) | 4 };
    static const struct { uint32_t between[3]; uint64_t status; } rows[] = {
        { { W_NOP, W_NOP, W_NOP }, 0 },
        { { W_CLREX, W_NOP, W_NOP }, 1 },
        { { STXR_X5_X3, W_NOP, W_NOP }, 1 },
        { { W_ADD_IMM | W_IMM12(8) | W_RN(2) | 2, W_NOP, W_NOP }, 1 },
        { { W_MOVZ | 9 << 5 | 6, W_STR | W_RN(2) | 6, W_NOP }, 1 },   /* another value is there */
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        b.cpu->x[2] = BARE_DATA;
        b.cpu->x[3] = 3;
        bare_set64(&b, BARE_DATA, 1);
        BARE_PUT(&b, BARE_CODE, LDXR, rows[i].between[0], rows[i].between[1], rows[i].between[2], STXR_X5_X3, W_HVC);
        ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
        ck_assert_uint_eq(b.cpu->x[5], rows[i].status);
        ck_assert_uint_eq(b.cpu->x[4], 1);
    }
    BARE_PUT(&b, BARE_CODE, LDXR, W_HVC);   /* an exception return loses it */
    BARE_PUT(&b, BARE_CODE + 0x40, W_ERET);
    BARE_PUT(&b, BARE_CODE + 0x80, STXR_X5_X3, W_HVC);
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);
    b.cpu->elr_el1 = BARE_CODE + 0x80;
    b.cpu->spsr_el1 = 0x3c5;
    ck_assert_int_eq(bare_run(&b, BARE_CODE + 0x40), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[5], 1);
}
END_TEST

/* ---- time ---- */

static void note(void *owner, tick_t late)
{
    (void)late;
    *(uint64_t *)owner = b.cpu->cpu.cycles;
}

/* An endless loop of five instructions. */
static void spin_from(gva_t at)
{
    BARE_PUT(&b, at, W_NOP, W_NOP, W_NOP, W_NOP, W_B | ((uint32_t)-4 & 0x3ffffff));
    b.cpu->cpu.pc = at;
    b.cpu->cpu.halted = false;
}

START_TEST(an_event_fires_at_the_first_block_end_at_or_after_its_time)
{
    struct cpu *cpu = &b.cpu->cpu;
    spin_from(BARE_CODE);
    for (unsigned n = 1; n < 60; n += 7) {
        uint64_t fired = 0, start = cpu->cycles, wanted = start + n;
        struct event event = { .fire = note, .owner = &fired };
        clock_at(&b.clock, &event, cpu_ticks(cpu, wanted));
        for (unsigned i = 0; !fired && i < 4; i++) {
            cpu_run(cpu, cpu_ticks(cpu, start + 1000));
            clock_advance(&b.clock, cpu_ticks(cpu, cpu->cycles));
        }
        ck_assert_uint_ge(fired, wanted);
        ck_assert_uint_lt(fired, wanted + 5);
        ck_assert_uint_eq((fired - start) % 5, 0);
    }
}
END_TEST

START_TEST(a_device_sees_the_exact_time_of_its_access)
{
    b.cpu->x[1] = BARE_DEVICE;
    uint64_t start = b.cpu->cpu.cycles;
    ck_assert_int_eq(BARE_RUN(&b, W_NOP, W_NOP, W_NOP, W_STR_W | W_RN(1), W_NOP), BARE_STOPPED);
    ck_assert_uint_eq(b.device_time, cpu_ticks(&b.cpu->cpu, start + 3));
    ck_assert_uint_eq(b.cpu->cpu.cycles, start + 6);
}
END_TEST

static struct event poked;

static void poke(struct bare *bare)
{
    clock_at(&bare->clock, &poked, bare->clock.now + 1);
}

START_TEST(an_event_that_a_device_arms_ends_the_run_early)
{
    uint64_t fired = 0;
    poked = (struct event){ .fire = note, .owner = &fired };
    b.on_access = poke;
    b.cpu->x[1] = BARE_DEVICE;
    BARE_PUT(&b, BARE_CODE, W_STR_W | W_RN(1), W_B | 1);
    spin_from(BARE_CODE + 8);
    b.cpu->cpu.pc = BARE_CODE;
    cpu_run(&b.cpu->cpu, cpu_ticks(&b.cpu->cpu, b.cpu->cpu.cycles + 5000));
    clock_advance(&b.clock, cpu_ticks(&b.cpu->cpu, b.cpu->cpu.cycles));
    ck_assert_uint_gt(fired, 0);
    ck_assert_uint_le(fired, 10);
}
END_TEST

START_TEST(an_interrupt_that_a_device_raises_is_taken_at_the_end_of_the_block)
{
    b.cpu->x[1] = BARE_DEVICE;
    arm64_input(b.cpu, 0, true);
    ck_assert_int_eq(BARE_RUN(&b, W_NOP, W_MSR_DAIFCLR | 2 << 8, W_NOP), SAME | 0x80);
    ck_assert_uint_eq(b.cpu->elr_el1, BARE_CODE + 8);
}
END_TEST

#define CNTV_TVAL W_SYSREG(3, 3, 14, 3, 0)
#define CNTV_CTL  W_SYSREG(3, 3, 14, 3, 1)
#define CNTV_CVAL W_SYSREG(3, 3, 14, 3, 2)
#define CNTVCT    W_SYSREG(3, 3, 14, 0, 2)

static void on_timer(void *cpu, unsigned input, bool level)
{
    arm64_input(cpu, input, level);
}

START_TEST(the_virtual_timer_interrupts_when_its_count_is_reached)
{
    irq_connect(&b.cpu->timer_irq[0], on_timer, b.cpu, 0);
    bare_msr(&b, CNTV_CVAL, 1000);
    bare_msr(&b, CNTV_CTL, 1);
    ck_assert_uint_eq(bare_mrs(&b, CNTV_CTL), 1);
    uint64_t count = bare_mrs(&b, CNTVCT);
    ck_assert_uint_eq((uint32_t)bare_mrs(&b, CNTV_TVAL), 1000 - count);
    ck_assert_int_eq(BARE_RUN(&b, W_MSR_DAIFCLR | 2 << 8, W_WFI, W_NOP), SAME | 0x80);
    ck_assert_uint_eq(timer_count(b.cpu), 1000);
    ck_assert_uint_eq(bare_mrs(&b, CNTV_CTL), 5);
    ck_assert(b.cpu->irq_line);
    bare_msr(&b, CNTV_CTL, 3);   /* masked */
    ck_assert(!b.cpu->irq_line);
    ck_assert_uint_eq(bare_mrs(&b, CNTV_CTL), 7);
    bare_msr(&b, CNTV_CTL, 0);
    ck_assert_uint_eq(bare_mrs(&b, CNTV_CTL), 0);
    bare_msr(&b, CNTV_TVAL, (uint64_t)-5 & 0xffffffff);   /* signed: in the past */
    bare_msr(&b, CNTV_CTL, 1);
    ck_assert(b.cpu->irq_line);
    bare_msr(&b, CNTV_CVAL, UINT64_MAX);
    ck_assert(!b.cpu->irq_line);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("code");
    TCase *t = tcase_create("code");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, code_stored_by_the_core_is_seen);
    tcase_add_test(t, code_stored_by_way_of_another_address_is_seen);
    tcase_add_test(t, code_written_by_a_device_is_seen);
    tcase_add_test(t, every_kind_of_store_drops_code);
    tcase_add_test(t, data_beside_code_can_be_written);
    tcase_add_test(t, a_loop_that_rewrites_itself_counts_right);
    tcase_add_test(t, blocks_go_on_behind_the_end_of_a_page);
    tcase_add_test(t, a_store_exclusive_succeeds_once_and_only_where_it_was_loaded);
    tcase_add_test(t, an_event_fires_at_the_first_block_end_at_or_after_its_time);
    tcase_add_test(t, a_device_sees_the_exact_time_of_its_access);
    tcase_add_test(t, an_event_that_a_device_arms_ends_the_run_early);
    tcase_add_test(t, an_interrupt_that_a_device_raises_is_taken_at_the_end_of_the_block);
    tcase_add_test(t, the_virtual_timer_interrupts_when_its_count_is_reached);
    suite_add_tcase(s, t);
    return s;
}
