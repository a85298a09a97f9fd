/* SPDX-License-Identifier: MIT */
/* Breakpoints, watchpoints and BRK (manual D2), by which ptrace and KGDB stop a program. Catches: a hit missed because the code or
   the translation was known already, a hit behind the access instead of in front of it, one that a switch should have kept from
   being taken, a page that stays slow when nobody watches it any more. */
#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/support/support.h"

enum { SAME = 0x200, LOWER = 0x400, USER_CODE = BARE_CODE + 0x1000, ADD_X0_1 = W_ADD_IMM | W_IMM12(1), SS = 1 << 21 };
enum { EC_BREAK_LOWER = 0x30, EC_BREAK_SAME = 0x31, EC_WATCH_LOWER = 0x34, EC_WATCH_SAME = 0x35, ISS_DEBUG = 0x22, ISS_WNR = 0x40 };

#define MDSCR W_SYSREG(2, 0, 0, 2, 2)
#define OSLAR W_SYSREG(2, 0, 1, 0, 4)
#define OSDLR W_SYSREG(2, 0, 1, 3, 4)
#define DBGPRCR W_SYSREG(2, 0, 1, 4, 4)
#define CONTEXTIDR W_SYSREG(3, 0, 13, 0, 1)
#define BVR(n) W_SYSREG(2, 0, 0, n, 4)
#define BCR(n) W_SYSREG(2, 0, 0, n, 5)
#define WVR(n) W_SYSREG(2, 0, 0, n, 6)
#define WCR(n) W_SYSREG(2, 0, 0, n, 7)
enum { KDE = 1 << 13, MDE = 1 << 15 };

/* Control fields. */
enum { ENABLE = 1, AT_EL1 = 1 << 1, AT_EL0 = 2 << 1, WORD = 0xf << 5, LOADS = 1 << 3, STORES = 2 << 3, LINK = 20 };
#define BYTES(mask) ((mask) << 5)
#define MASK(bits) ((bits) << 24)

static struct bare b;
static gpa_t root;

static void setup(void)
{
    bare_open(&b);
    root = bare_mmu_on(&b);
    bare_map(&b, root, USER_CODE, USER_CODE, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, USER_CODE + 4096, USER_CODE + 4096, 12, BARE_USER | BARE_READ_ONLY);
    bare_map(&b, root, BARE_DATA, BARE_DATA, 12, BARE_USER);
    bare_map(&b, root, BARE_DATA + 4096, BARE_DATA + 4096, 12, BARE_USER);
    bare_msr(&b, OSLAR, 0);
    bare_msr(&b, MDSCR, MDE | KDE);
    b.cpu->daif = 0;
}

static void teardown(void) { bare_close(&b); }

static void set_breakpoint(unsigned n, gva_t va, uint64_t control)
{
    bare_msr(&b, BVR(n), va);
    bare_msr(&b, BCR(n), control);
}

static void set_watchpoint(unsigned n, gva_t va, uint64_t control)
{
    bare_msr(&b, WVR(n), va);
    bare_msr(&b, WCR(n), control);
}

static void check_stop(int stopped, int vector, unsigned ec, uint32_t iss, gva_t elr)
{
    ck_assert_int_eq(stopped, vector);
    ck_assert_uint_eq(b.cpu->esr_el1 >> 26, ec);
    ck_assert_uint_eq(b.cpu->esr_el1 & 0x3ffffff, 1u << 25 | iss);
    ck_assert_uint_eq(b.cpu->elr_el1, elr);
}

/* At EL1 with PSTATE.D clear, which a debugger's own code has to see to. */
static int run(gva_t pc)
{
    b.cpu->daif = 0;
    return bare_run(&b, pc);
}

static int run_user(void) { return bare_run_el0(&b, USER_CODE); }

/* ---- breakpoints ---- */

START_TEST(a_breakpoint_stops_in_front_of_its_instruction)
{
    BARE_PUT(&b, USER_CODE, ADD_X0_1, ADD_X0_1, ADD_X0_1, W_SVC);
    b.cpu->x[0] = 0;
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 16);   /* its blocks are known now */
    set_breakpoint(3, USER_CODE + 8, ENABLE | AT_EL0 | WORD);
    b.cpu->x[0] = 0;
    check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE + 8);
    ck_assert_uint_eq(b.cpu->x[0], 2);
    set_breakpoint(3, USER_CODE + 8, AT_EL0 | WORD);
    b.cpu->x[0] = 0;
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 16);
    ck_assert_uint_eq(b.cpu->x[0], 3);
}
END_TEST

/* Each way to an instruction: a branch within the page, from another page (which finds it in the jump cache, if it may), across a
   page's end, by a register, and back by ERET. */
START_TEST(a_breakpoint_is_met_on_every_way)
{
    gva_t target = USER_CODE + 4096, far = BARE_CODE + 0x4000;
    bare_map(&b, root, far, far, 12, BARE_USER | BARE_READ_ONLY);
    BARE_PUT(&b, target, W_NOP, ADD_X0_1, W_SVC);
    BARE_PUT(&b, target + 0x100, W_B | (0x3ffffff & (unsigned)-63));            /* to target + 4 */
    BARE_PUT(&b, target - 4, W_NOP);
    BARE_PUT(&b, far, W_B | (0x3ffffff & (uint32_t)((int64_t)(target + 4 - far) / 4)));
    BARE_PUT(&b, far + 0x10, W_BR | W_RN(1));
    b.cpu->x[1] = target + 4;
    const gva_t ways[] = { target, target + 0x100, target - 4, far, far + 0x10, target + 4 };
    for (unsigned twice = 0; twice < 2; twice++)
        for (unsigned i = 0; i < ARRAY_SIZE(ways); i++)
            check_stop(bare_run_el0(&b, ways[i]), LOWER, 0x15, 0, target + 12);
    set_breakpoint(0, target + 4, ENABLE | AT_EL0 | WORD);
    for (unsigned twice = 0; twice < 2; twice++)
        for (unsigned i = 0; i < ARRAY_SIZE(ways); i++) {
            b.cpu->x[0] = 7;
            check_stop(bare_run_el0(&b, ways[i]), LOWER, EC_BREAK_LOWER, ISS_DEBUG, target + 4);
            ck_assert_uint_eq(b.cpu->x[0], 7);
        }
    set_breakpoint(0, 0, 0);
    for (unsigned i = 0; i < ARRAY_SIZE(ways); i++)
        check_stop(bare_run_el0(&b, ways[i]), LOWER, 0x15, 0, target + 12);
}
END_TEST

START_TEST(the_other_code_of_the_page_runs_as_ever)
{
    BARE_PUT(&b, USER_CODE, W_MOVZ | W_IMM16(100) | 2, ADD_X0_1, W_SUBS_IMM | W_IMM12(1) | W_RN(2) | 2,
             0x54000001 | ((uint32_t)-2 & 0x7ffff) << 5, W_SVC);
    b.cpu->x[0] = 0;
    run_user();
    uint64_t begun = b.cpu->cpu.cycles, alone;
    run_user();
    alone = b.cpu->cpu.cycles - begun;
    set_breakpoint(1, USER_CODE + 0x800, ENABLE | AT_EL0 | WORD);
    set_breakpoint(2, USER_CODE + 0x14, ENABLE | AT_EL0 | WORD);
    b.cpu->x[0] = 0;
    begun = b.cpu->cpu.cycles;
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 20);
    ck_assert_uint_eq(b.cpu->x[0], 100);
    ck_assert_uint_eq(b.cpu->cpu.cycles - begun, alone);
}
END_TEST

START_TEST(breakpoints_obey_their_switches)
{
    static const struct { uint32_t reg; uint64_t off, on; } switches[] = {
        { MDSCR, KDE, MDE | KDE }, { OSLAR, 1, 0 }, { OSDLR, 1, 0 },
        { BCR(5), AT_EL0 | WORD, ENABLE | AT_EL0 | WORD },                    /* E */
        { BCR(5), ENABLE | WORD, ENABLE | AT_EL0 | WORD },                    /* PMC: none */
        { BCR(5), ENABLE | AT_EL1 | WORD, ENABLE | AT_EL0 | AT_EL1 | WORD },  /* PMC */
        { BCR(5), ENABLE | AT_EL0 | 0xe << 5, ENABLE | AT_EL0 | 1 << 5 },     /* BAS */
        { BCR(5), ENABLE | AT_EL0 | WORD | 1 << 13, ENABLE | AT_EL0 | WORD }, /* HMC: reserved */
        { BCR(5), ENABLE | AT_EL0 | WORD | 1 << 14, ENABLE | AT_EL0 | WORD }, /* SSC: reserved */
        { BCR(5), ENABLE | AT_EL0 | WORD | 4 << 20, ENABLE | AT_EL0 | WORD }, /* BT: of AArch32 */
    };
    BARE_PUT(&b, USER_CODE, W_NOP, W_SVC);
    set_breakpoint(5, USER_CODE, ENABLE | AT_EL0 | WORD);
    for (unsigned i = 0; i < ARRAY_SIZE(switches); i++) {
        bare_msr(&b, switches[i].reg, switches[i].off);
        check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 8);
        bare_msr(&b, switches[i].reg, switches[i].on);
        check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE);
    }
    bare_msr(&b, OSDLR, 1);
    bare_msr(&b, DBGPRCR, 1);   /* the double lock does not hold while no power down is requested */
    check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE);
}
END_TEST

START_TEST(el1_is_debugged_only_if_it_says_so)
{
    gva_t code = BARE_CODE + 0x2000;
    BARE_PUT(&b, code, W_MSR_DAIFCLR | 8 << 8, W_NOP, ADD_X0_1, W_MSR_DAIFSET | 8 << 8, W_NOP, W_HVC);
    set_breakpoint(0, code + 8, ENABLE | AT_EL1 | WORD);
    set_breakpoint(1, code, ENABLE | AT_EL1 | WORD);          /* D is set there, and again at the end */
    set_breakpoint(2, code + 16, ENABLE | AT_EL1 | WORD);
    b.cpu->daif = 0xf;
    check_stop(bare_run(&b, code), SAME, EC_BREAK_SAME, ISS_DEBUG, code + 8);
    set_breakpoint(0, code + 8, ENABLE | AT_EL0 | WORD);
    b.cpu->daif = 0xf;
    ck_assert_int_eq(bare_run(&b, code), BARE_STOPPED);
    set_breakpoint(0, code + 8, ENABLE | AT_EL1 | WORD);
    bare_msr(&b, MDSCR, MDE);
    b.cpu->daif = 0xf;
    ck_assert_int_eq(bare_run(&b, code), BARE_STOPPED);
}
END_TEST

START_TEST(a_breakpoint_may_be_for_one_context)
{
    BARE_PUT(&b, USER_CODE, W_NOP, W_NOP, W_SVC);
    bare_msr(&b, CONTEXTIDR, 0x12345677);
    set_breakpoint(4, 0x12345677, ENABLE | 3 << 20);                                     /* linked, of a context */
    set_breakpoint(0, USER_CODE + 4, ENABLE | AT_EL0 | WORD | 4 << 16 | 1 << 20);        /* linked to it */
    check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE + 4);
    bare_msr(&b, CONTEXTIDR, 0x12345676);
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);
    bare_msr(&b, CONTEXTIDR, 0x12345677);
    set_breakpoint(4, 0x12345677, 3 << 20);                                              /* its partner is off */
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);
    set_breakpoint(4, 0x12345677, ENABLE | AT_EL0 | 2 << 20);                            /* on its own: anywhere */
    check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE);
    bare_msr(&b, CONTEXTIDR, 1);
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);
    set_breakpoint(3, 1, ENABLE | AT_EL0 | 2 << 20);                                     /* one that cannot */
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);
}
END_TEST

/* D1.13.2: a step that is due, then faults of the fetch, then the breakpoint, then the instruction. */
START_TEST(a_breakpoint_has_its_place_among_exceptions)
{
    BARE_PUT(&b, USER_CODE, W_UDF, W_NOP);
    set_breakpoint(0, USER_CODE, ENABLE | AT_EL0 | WORD);
    set_breakpoint(1, 0x70000000, ENABLE | AT_EL0 | WORD);
    set_breakpoint(2, USER_CODE + 4, ENABLE | AT_EL0 | WORD);
    check_stop(run_user(), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE);
    check_stop(bare_run_el0(&b, 0x70000000), LOWER, 0x20, 0x06, 0x70000000);
    bare_msr(&b, MDSCR, MDE | KDE | 1);
    check_stop(run_user(), LOWER, 0x32, ISS_DEBUG, USER_CODE);
    gva_t eret = BARE_CODE + 0x800;
    BARE_PUT(&b, eret, W_ERET);
    b.cpu->spsr_el1 = SS;
    b.cpu->elr_el1 = USER_CODE + 4;
    b.cpu->daif = 0xf;
    check_stop(bare_run(&b, eret), LOWER, EC_BREAK_LOWER, ISS_DEBUG, USER_CODE + 4);
    ck_assert_uint_eq(b.cpu->spsr_el1 & SS, SS);   /* the step is still to be made */
}
END_TEST

START_TEST(brk_needs_no_switch)
{
    bare_msr(&b, MDSCR, 0);
    bare_msr(&b, OSLAR, 1);
    BARE_PUT(&b, USER_CODE, W_BRK | W_IMM16(0xf00d));
    check_stop(run_user(), LOWER, 0x3c, 0xf00d, USER_CODE);
    check_stop(BARE_RUN(&b, W_BRK | W_IMM16(1)), SAME, 0x3c, 1, BARE_CODE);
}
END_TEST

/* ---- watchpoints ---- */

/* One instruction at EL1 with X1 its address. Does the watchpoint stop it? */
static bool is_hit(uint32_t word, gva_t va, uint32_t iss)
{
    gva_t code = BARE_CODE + 0x2000;
    BARE_PUT(&b, code, word, W_HVC);
    b.cpu->x[1] = va;
    int stopped = run(code);
    if (stopped == BARE_STOPPED)
        return false;
    check_stop(stopped, SAME, EC_WATCH_SAME, iss, code);
    return true;
}

START_TEST(a_watchpoint_stops_in_front_of_the_access)
{
    BARE_PUT(&b, USER_CODE, W_STR | W_RN(1), W_LDR | W_RN(1) | 2, W_SVC);
    bare_set64(&b, BARE_DATA + 0x40, 5);
    b.cpu->x[0] = 6;
    b.cpu->x[1] = BARE_DATA + 0x40;
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);   /* its page is in the TLB now */
    b.cpu->x[0] = 7;
    set_watchpoint(2, BARE_DATA + 0x40, ENABLE | AT_EL0 | STORES | BYTES(0xff));
    check_stop(run_user(), LOWER, EC_WATCH_LOWER, ISS_DEBUG | ISS_WNR, USER_CODE);
    ck_assert_uint_eq(b.cpu->far_el1, BARE_DATA + 0x40);
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA + 0x40), 6);
    set_watchpoint(2, BARE_DATA + 0x40, ENABLE | AT_EL0 | LOADS | BYTES(0xff));
    b.cpu->x[2] = 1;
    check_stop(run_user(), LOWER, EC_WATCH_LOWER, ISS_DEBUG, USER_CODE + 4);
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA + 0x40), 7);
    ck_assert_uint_eq(b.cpu->x[2], 1);
    set_watchpoint(2, BARE_DATA + 0x40, 0);
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 12);
    ck_assert_uint_eq(b.cpu->x[2], 7);
}
END_TEST

START_TEST(only_the_page_that_is_watched_is_slow)
{
    const gva_t pages[] = { BARE_DATA, BARE_DATA + 4096 };
    for (unsigned i = 0; i < 2; i++)
        is_hit(W_STR | W_RN(1), pages[i], 0);
    ck_assert(tlb_writable(tlb_entry(b.cpu->cpu.tlb, BARE_DATA), BARE_DATA, 8));
    set_watchpoint(0, BARE_DATA + 8, ENABLE | AT_EL1 | STORES | BYTES(1));
    for (unsigned i = 0; i < 2; i++)
        ck_assert(!is_hit(W_STR | W_RN(1), pages[i], 0));
    ck_assert(!tlb_readable(tlb_entry(b.cpu->cpu.tlb, pages[0]), pages[0], 8));
    ck_assert(tlb_writable(tlb_entry(b.cpu->cpu.tlb, pages[1]), pages[1], 8));
    bare_msr(&b, MDSCR, 0);
    ck_assert(!is_hit(W_STR | W_RN(1), BARE_DATA + 8, 0));
    ck_assert(tlb_writable(tlb_entry(b.cpu->cpu.tlb, BARE_DATA), BARE_DATA, 8));
}
END_TEST

/* Every kind of access that touches byte 13, by bytes that do and do not belong to it. */
START_TEST(every_access_to_a_watched_byte_is_seen)
{
    static const struct { uint32_t word; int at; unsigned size; bool stores; } rows[] = {
        { W_LDRB, 0, 1, false }, { W_STRB, 0, 1, true }, { W_LDR_W, 0, 4, false }, { W_STR_W, 0, 4, true },
        { W_LDR, 0, 8, false }, { W_STR, 0, 8, true }, { W_LDP, 0, 16, false }, { W_STP, 0, 16, true },
        { W_LDR_Q, 0, 16, false }, { W_STR_Q, 0, 16, true }, { W_LDR_POST8, 0, 8, false },
        { 0x0c407000, 0, 8, false }, { 0x4c007000, 0, 16, true },   /* LD1 {V0.8B}, ST1 {V0.16B} */
        { 0x4c400000, 0, 64, false }, { 0x4c000000, 0, 64, true },  /* LD4, ST4 {V0-V3.16B} */
    };
    gpa_t watched = BARE_DATA + 0x80 + 13;
    b.cpu->cpacr_el1 = 3 << 20;
    mmu_switch(b.cpu);
    for (unsigned load_store = 1; load_store <= 3; load_store++) {
        set_watchpoint(3, BARE_DATA + 0x88, ENABLE | AT_EL1 | load_store << 3 | BYTES(1 << 5));
        for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
            for (int at = -80; at <= 8; at++) {
                gva_t va = watched + (uint64_t)at;
                bool touches = va <= watched && watched < va + rows[i].size, is_meant = load_store >> rows[i].stores & 1;
                bool hit = is_hit(rows[i].word | W_RN(1), va, ISS_DEBUG | (rows[i].stores ? ISS_WNR : 0));
                ck_assert_msg(hit == (touches && is_meant), "%08x at %d, LSC %u", rows[i].word, at, load_store);
                if (hit)   /* TRM 11.9.1 */
                    ck_assert(b.cpu->far_el1 <= watched && b.cpu->far_el1 >= (watched & ~15ull));
            }
    }
}
END_TEST

START_TEST(an_access_over_two_pages_changes_neither_if_one_is_watched)
{
    gpa_t seam = BARE_DATA + 4096;
    bare_set64(&b, seam - 8, 0);
    bare_set64(&b, seam, 0);
    b.cpu->x[0] = UINT64_MAX;
    set_watchpoint(0, seam, ENABLE | AT_EL1 | STORES | BYTES(1));
    ck_assert(is_hit(W_STR | W_RN(1), seam - 4, ISS_DEBUG | ISS_WNR));
    ck_assert_uint_eq(bare_get64(&b, seam - 8) | bare_get64(&b, seam), 0);
    set_watchpoint(0, seam - 8, ENABLE | AT_EL1 | STORES | BYTES(0x80));
    ck_assert(is_hit(W_STR | W_RN(1), seam - 4, ISS_DEBUG | ISS_WNR));
    ck_assert_uint_eq(bare_get64(&b, seam - 8) | bare_get64(&b, seam), 0);
}
END_TEST

START_TEST(bytes_and_masks_say_which_addresses)
{
    /* A value with bit 2 set: BAS<3:0> are the upper word's bytes. */
    set_watchpoint(0, BARE_DATA + 0x14, ENABLE | AT_EL1 | STORES | BYTES(2));
    for (unsigned at = 0; at < 64; at++)
        ck_assert_int_eq(is_hit(W_STRB | W_RN(1), BARE_DATA + at, ISS_DEBUG | ISS_WNR), at == 0x15);
    static const unsigned masks[] = { 3, 5, 12, 20, 31 };
    for (unsigned i = 0; i < ARRAY_SIZE(masks); i++) {
        uint64_t size = 1ull << masks[i], first = BARE_DATA & ~(size - 1);
        set_watchpoint(0, first, ENABLE | AT_EL1 | STORES | BYTES(0xff) | MASK(masks[i]));
        ck_assert(is_hit(W_STRB | W_RN(1), BARE_DATA + 7, ISS_DEBUG | ISS_WNR));
        ck_assert_int_eq(is_hit(W_STRB | W_RN(1), BARE_DATA + 0x20, ISS_DEBUG | ISS_WNR), size > 0x20);
        ck_assert_int_eq(is_hit(W_STRB | W_RN(1), BARE_DATA + 0x4000, ISS_DEBUG | ISS_WNR), size > 0x4000);
    }
}
END_TEST

START_TEST(watchpoints_tell_the_levels_apart)
{
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL0 | LOADS | STORES | BYTES(0xff));
    ck_assert(!is_hit(W_LDR | W_RN(1), BARE_DATA, 0));
    ck_assert(is_hit(W_LDTR | W_RN(1), BARE_DATA, ISS_DEBUG));             /* with the rights of EL0 */
    ck_assert(is_hit(W_STTR | W_RN(1), BARE_DATA, ISS_DEBUG | ISS_WNR));
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL1 | LOADS | STORES | BYTES(0xff));
    ck_assert(is_hit(W_LDR | W_RN(1), BARE_DATA, ISS_DEBUG));
    ck_assert(!is_hit(W_LDTR | W_RN(1), BARE_DATA, 0));
    BARE_PUT(&b, USER_CODE, W_LDR | W_RN(1), W_SVC);
    check_stop(run_user(), LOWER, 0x15, 0, USER_CODE + 8);
    bare_msr(&b, MDSCR, MDE);
    ck_assert(!is_hit(W_LDR | W_RN(1), BARE_DATA, 0));
    bare_msr(&b, MDSCR, MDE | KDE);
    BARE_PUT(&b, BARE_CODE, W_LDR | W_RN(1), W_HVC);
    b.cpu->daif = 8;
    ck_assert_int_eq(bare_run(&b, BARE_CODE), BARE_STOPPED);               /* PSTATE.D */
    bare_msr(&b, CONTEXTIDR, 9);
    set_breakpoint(5, 9, ENABLE | 3 << 20);
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL1 | LOADS | BYTES(0xff) | 5 << 16 | 1 << LINK);
    ck_assert(is_hit(W_LDR | W_RN(1), BARE_DATA, ISS_DEBUG));
    bare_msr(&b, CONTEXTIDR, 8);
    ck_assert(!is_hit(W_LDR | W_RN(1), BARE_DATA, 0));
}
END_TEST

START_TEST(a_store_exclusive_is_seen_as_a_store_even_if_it_fails)
{
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL1 | STORES | BYTES(0xff));
    gva_t code = BARE_CODE + 0x2000;
    BARE_PUT(&b, code, W_CLREX, W_STXR | W_RN(1) | W_RM(3), W_HVC);
    b.cpu->x[1] = BARE_DATA;
    check_stop(run(code), SAME, EC_WATCH_SAME, ISS_DEBUG | ISS_WNR, code + 4);
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL1 | LOADS | BYTES(0xff));
    BARE_PUT(&b, code, W_CLREX, W_STXR | W_RN(1) | W_RM(3), W_HVC);
    ck_assert_int_eq(run(code), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[3], 1);
    bare_set64(&b, BARE_DATA + 16, 4);
    set_watchpoint(0, BARE_DATA + 16, ENABLE | AT_EL1 | STORES | BYTES(0xff));
    BARE_PUT(&b, code, W_LDXR | W_RN(1) | 4, W_STXR | W_RN(1) | W_RM(3), W_HVC);
    b.cpu->x[1] = BARE_DATA + 16;
    check_stop(run(code), SAME, EC_WATCH_SAME, ISS_DEBUG | ISS_WNR, code + 4);
    set_watchpoint(0, BARE_DATA + 24, ENABLE | AT_EL1 | LOADS | STORES | BYTES(0xff));   /* same page, slow but not stopped */
    ck_assert_int_eq(run(code), BARE_STOPPED);
    ck_assert_uint_eq(b.cpu->x[3], 0);
}
END_TEST

START_TEST(zeroing_and_discarding_count_as_stores)
{
    bare_set64(&b, BARE_DATA + 0x40, 5);
    set_watchpoint(0, BARE_DATA + 0x78, ENABLE | AT_EL1 | STORES | BYTES(0x80));
    ck_assert(is_hit(W_DC_ZVA | 1, BARE_DATA + 0x47, ISS_DEBUG | ISS_WNR));
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA + 0x40), 5);
    ck_assert(is_hit(W_DC_IVAC | 1, BARE_DATA + 0x47, ISS_DEBUG | ISS_WNR | 1 << 8));
    ck_assert(!is_hit(W_DC_CVAU | 1, BARE_DATA + 0x47, 0));
    ck_assert(!is_hit(W_DC_CIVAC | 1, BARE_DATA + 0x47, 0));
    ck_assert(!is_hit(W_IC_IVAU | 1, BARE_DATA + 0x47, 0));
    ck_assert(!is_hit(W_DC_ZVA | 1, BARE_DATA + 0x80, 0));
}
END_TEST

START_TEST(a_fault_comes_before_a_watchpoint_and_a_watchpoint_before_the_device)
{
    set_watchpoint(0, 0x70000000, ENABLE | AT_EL1 | LOADS | STORES | BYTES(0xff));
    b.cpu->x[1] = 0x70000000;
    check_stop(BARE_RUN(&b, W_LDR | W_RN(1)), SAME, 0x25, 0x06, BARE_CODE);
    set_watchpoint(0, BARE_DEVICE, ENABLE | AT_EL1 | LOADS | STORES | BYTES(0xff));
    b.device_reads = b.device_writes = 0;
    ck_assert(is_hit(W_LDR | W_RN(1), BARE_DEVICE, ISS_DEBUG));
    ck_assert(is_hit(W_STR | W_RN(1), BARE_DEVICE, ISS_DEBUG | ISS_WNR));
    ck_assert_uint_eq(b.device_reads + b.device_writes, 0);
}
END_TEST

/* What Linux does behind a hit: the watchpoint off, one step, the watchpoint on. */
START_TEST(a_program_goes_on_behind_a_hit_by_a_step)
{
    BARE_PUT(&b, USER_CODE, W_STR | W_RN(1), W_ADD_IMM | W_IMM12(8) | W_RN(1) | 1, W_STR | W_RN(1), W_SVC);
    b.cpu->x[0] = 0x77;
    b.cpu->x[1] = BARE_DATA;
    bare_set64(&b, BARE_DATA, 0);
    set_watchpoint(0, BARE_DATA, ENABLE | AT_EL0 | STORES | BYTES(0xff));
    check_stop(run_user(), LOWER, EC_WATCH_LOWER, ISS_DEBUG | ISS_WNR, USER_CODE);
    gva_t eret = BARE_CODE + 0x800;
    BARE_PUT(&b, eret, W_ERET);
    bare_msr(&b, WCR(0), 0);
    bare_msr(&b, MDSCR, MDE | 1);
    b.cpu->elr_el1 = USER_CODE;
    b.cpu->spsr_el1 = SS;
    b.cpu->daif = 0xf;
    check_stop(bare_run(&b, eret), LOWER, 0x32, 1 << 24 | 0x22, USER_CODE + 4);
    ck_assert_uint_eq(bare_get64(&b, BARE_DATA), 0x77);
    bare_msr(&b, MDSCR, MDE);
    set_watchpoint(0, BARE_DATA + 8, ENABLE | AT_EL0 | STORES | BYTES(0xff));
    check_stop(bare_run_el0(&b, USER_CODE + 4), LOWER, EC_WATCH_LOWER, ISS_DEBUG | ISS_WNR, USER_CODE + 8);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("debug");
    TCase *t = tcase_create("debug");
    tcase_add_checked_fixture(t, setup, teardown);
    tcase_add_test(t, a_breakpoint_stops_in_front_of_its_instruction);
    tcase_add_test(t, a_breakpoint_is_met_on_every_way);
    tcase_add_test(t, the_other_code_of_the_page_runs_as_ever);
    tcase_add_test(t, breakpoints_obey_their_switches);
    tcase_add_test(t, el1_is_debugged_only_if_it_says_so);
    tcase_add_test(t, a_breakpoint_may_be_for_one_context);
    tcase_add_test(t, a_breakpoint_has_its_place_among_exceptions);
    tcase_add_test(t, brk_needs_no_switch);
    tcase_add_test(t, a_watchpoint_stops_in_front_of_the_access);
    tcase_add_test(t, only_the_page_that_is_watched_is_slow);
    tcase_add_test(t, every_access_to_a_watched_byte_is_seen);
    tcase_add_test(t, an_access_over_two_pages_changes_neither_if_one_is_watched);
    tcase_add_test(t, bytes_and_masks_say_which_addresses);
    tcase_add_test(t, watchpoints_tell_the_levels_apart);
    tcase_add_test(t, a_store_exclusive_is_seen_as_a_store_even_if_it_fails);
    tcase_add_test(t, zeroing_and_discarding_count_as_stores);
    tcase_add_test(t, a_fault_comes_before_a_watchpoint_and_a_watchpoint_before_the_device);
    tcase_add_test(t, a_program_goes_on_behind_a_hit_by_a_step);
    suite_add_tcase(s, t);
    return s;
}
