/* SPDX-License-Identifier: MIT */
/* Several cores, by programs of a few words. Catches: updates that are lost between a load-exclusive and its store-exclusive, a
   value that changed and changed back unseen, a core that spins for ever, one that is not woken or woken by the wrong thing, a
   counter that goes backwards from core to core, translations and code that another core changed and that live on, PSCI calls
   answered wrongly, runs that depend on how they are cut into calls. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/timer.h"
#include "devices/intc/gicv2.h"
#include "tests/support/cores.h"
#include "tests/support/support.h"

enum { FLAG = 64, WORD = 128 };   /* of CORES_DATA: lines of their own */

static struct machine *m;

static void teardown(void)
{
    machine_free(m);
    m = NULL;
}

/* ---- exclusives and locks ---- */

static void start_all(unsigned cores, gva_t pc)
{
    for (unsigned i = 0; i < cores; i++)
        cores_start(m, i, pc);
}

START_TEST(exclusive_increments_of_all_cores_add_up)
{
    static const unsigned counts[] = { 2, 4, 8 };
    unsigned cores = counts[_i];
    m = cores_new(cores, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 5000),
              W_LDXR(1, 0), W_ADD(1, 1, 1), W_STXR(2, 1, 0), W_CBNZ(2, -3), W_SUBS(3, 3, 1), W_B_NE(-5), CORES_END);
    start_all(cores, CORES_CODE);
    cores_finish(m);
    ck_assert_uint_eq(cores_get(m, CORES_DATA), cores * 5000ull);
}
END_TEST

/* Without exclusives some must be lost: the cores do take turns between a load and its store. */
START_TEST(plain_increments_are_lost_where_a_turn_ends_between_load_and_store)
{
    m = cores_new(2, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 60000), W_LDR(1, 0, 0), W_ADD(1, 1, 1), W_B(1), W_B(1), W_B(1), W_STR(1, 0, 0),
              W_SUBS(3, 3, 1), W_B_NE(-7), CORES_END);
    start_all(2, CORES_CODE);
    cores_finish(m);
    ck_assert_uint_lt(cores_get(m, CORES_DATA), 120000);
    ck_assert_uint_ge(cores_get(m, CORES_DATA), 60000);
}
END_TEST

/* Core 1 stores what is there already, between the exclusives of core 0. */
START_TEST(a_store_of_the_same_value_by_another_core_breaks_the_reservation)
{
    m = cores_new(2, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_LDXR(1, 0), W_STR(0, 0, FLAG), W_LDR(3, 0, WORD), W_CBZ(3, -1), W_STXR(2, 1, 0), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_LDR(1, 0, FLAG), W_CBZ(1, -1), W_STR(31, 0, 0), W_STR(0, 0, WORD), CORES_END);
    struct arm64 *first = cores_start(m, 0, CORES_CODE);
    cores_start(m, 1, CORES_CODE + 0x1000);
    first->x[2] = 7;
    cores_finish(m);
    ck_assert_uint_eq(first->x[2], 1);
    ck_assert_uint_eq(cores_get(m, CORES_DATA), 0);
}
END_TEST

/* A lock of one word, taken by exclusives; what it protects is not atomic. */
static void put_lock_loop(unsigned rounds, bool waits)
{
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, rounds), W_MOVZ(4, 1),
              waits ? W_SEVL : W_NOP, waits ? W_WFE : W_NOP,                                   /* 2 */
              W_LDXR(1, 0), W_CBNZ(1, -2), W_STXR(2, 4, 0), W_CBNZ(2, -3),                     /* 4 */
              W_LDR(5, 0, WORD), W_ADD(5, 5, 1), W_B(1), W_B(1), W_B(1), W_STR(5, 0, WORD),   /* 8 */
              W_STR(31, 0, 0), W_SUBS(3, 3, 1), W_B_NE(-14), CORES_END);
}

START_TEST(a_spin_lock_lets_one_core_in_at_a_time_and_every_core_in_the_end)
{
    bool waits = _i & 1;
    unsigned cores = _i & 2 ? 8 : 2;
    m = cores_new(cores, TIMING_OFF);
    put_lock_loop(3000, waits);
    start_all(cores, CORES_CODE);
    cores_finish(m);
    ck_assert_uint_eq(cores_get(m, CORES_DATA + WORD), cores * 3000ull);
}
END_TEST

/* ---- events ---- */

/* Core 1 waits by WFE for the flag that core 0 sets after 100 us; then it notes the time. */
static void wait_for_flag(const uint32_t *waits, unsigned count, uint32_t signal)
{
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 60000), W_SUBS(3, 3, 1), W_B_NE(-1), W_MRS_CNTVCT(5), W_STR(0, 0, FLAG), W_DSB, signal,
              CORES_END);
    cores_put(m, CORES_CODE + 0x1000, waits, count);
    CORES_PUT(m, CORES_CODE + 0x1000 + 4 * count, W_MRS_CNTVCT(5), CORES_END);
    cores_start(m, 0, CORES_CODE);
    cores_start(m, 1, CORES_CODE + 0x1000);
    cores_finish(m);
    ck_assert_uint_ge(m->cores[1]->x[5], m->cores[0]->x[5]);
    ck_assert_uint_le(m->cores[1]->x[5], m->cores[0]->x[5] + 62500 / 200);   /* 5 us at 62.5 MHz */
}

START_TEST(wfe_sleeps_until_another_core_sends_an_event)
{
    static const uint32_t waits[] = { W_WFE, W_LDR(1, 0, FLAG), W_CBZ(1, -2) };
    m = cores_new(2, TIMING_OFF);
    wait_for_flag(waits, 3, W_SEV);
    ck_assert_uint_lt(machine_core_instructions(m, 1), 20);
    ck_assert_uint_gt(m->cores[1]->cpu.idle_cycles, 100000);
}
END_TEST

/* As Linux waits for a queued lock: the store itself is the event. */
START_TEST(wfe_with_a_reservation_ends_when_another_core_stores_there)
{
    static const uint32_t waits[] = { W_SEVL, W_WFE, W_ADD(2, 0, FLAG), W_LDXR(1, 2), W_CBZ(1, -3) };
    m = cores_new(2, TIMING_OFF);
    wait_for_flag(waits, 5, W_NOP);
    ck_assert_uint_lt(machine_core_instructions(m, 1), 1000);
}
END_TEST

START_TEST(sevl_is_an_event_for_its_own_core_only)
{
    m = cores_new(2, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_SEVL, W_WFE, W_MOVZ(1, 1), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_WFE, W_MOVZ(1, 1), CORES_END);
    for (unsigned i = 0; i < 2; i++)
        cores_start(m, i, CORES_CODE + 0x1000 * i)->x[1] = 0;
    cores_finish(m);
    ck_assert_uint_eq(m->cores[0]->x[1], 1);
    ck_assert_uint_eq(m->cores[1]->x[1], 0);
}
END_TEST

/* CNTKCTL_EL1.EVNTI = 4: bit 4 of the counter rises each 32 counts of 16 ns, or (EVNTDIR) falls. */
START_TEST(the_event_stream_ends_a_wfe_at_the_edge_of_its_bit)
{
    m = cores_new(2, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 1000), W_SUBS(3, 3, 1), W_B_NE(-1), W_WFE, W_MRS_CNTVCT(1), W_WFE, W_MRS_CNTVCT(2),
              CORES_END);
    struct arm64 *c = cores_start(m, 0, CORES_CODE);
    c->cntkctl_el1 = 1 << 2 | 4 << 4 | (_i ? 1 << 3 : 0);
    cores_finish(m);
    ck_assert_uint_eq(c->x[1] & 31, _i ? 0 : 16);
    ck_assert_uint_eq(c->x[2], c->x[1] + 32);
}
END_TEST

/* ---- interrupts between cores ---- */

enum { SGI = 5, VECTOR_IRQ_SPX = 0x280 };

static void open_gic(unsigned cores)
{
    ck_assert(space_store(&m->space, CORES_GICD, 4, 1));
    for (unsigned i = 0; i < cores; i++) {
        gicv2_set_current_cpu(m->gic, i);
        ck_assert(space_store(&m->space, CORES_GICC, 4, 1));
        ck_assert(space_store(&m->space, CORES_GICC + 4, 4, 0xff));
    }
}

/* GICD_SGIR: to the cores of a mask. */
static uint64_t sgi_to(unsigned mask)
{
    return (uint64_t)mask << 16 | SGI;
}

/* Core 0 waits 50 us and sends; the others are asleep, or spin. Each handler notes time, number and sender. */
static void send_sgi(unsigned cores, bool sleepers, unsigned mask)
{
    m = cores_new(cores, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 30000), W_SUBS(3, 3, 1), W_B_NE(-1), W_MRS_CNTVCT(5), W_STR_W(6, 7, 0xf00), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_DAIFCLR_I, sleepers ? W_WFI : W_NOP, W_B(-1));
    CORES_PUT(m, CORES_VECTORS + VECTOR_IRQ_SPX, W_MRS_CNTVCT(5), W_LDR_W(6, 7, 0xc), W_STR_W(6, 7, 0x10), CORES_END);
    open_gic(cores);
    struct arm64 *sender = cores_start(m, 0, CORES_CODE);
    sender->x[6] = sgi_to(mask);
    sender->x[7] = CORES_GICD;
    for (unsigned i = 1; i < cores; i++) {
        struct arm64 *c = cores_start(m, i, CORES_CODE + 0x1000);
        c->x[7] = CORES_GICC;
        c->x[5] = c->x[6] = 0;
    }
    machine_run(m, TICKS_PER_MS);
    for (unsigned i = 1; i < cores; i++) {
        struct arm64 *c = m->cores[i];
        ck_assert_uint_eq(c->x[6], bit(mask, i) ? SGI : 0);   /* sender 0 in bits 12..10 */
        if (bit(mask, i)) {
            ck_assert_uint_ge(c->x[5], sender->x[5]);
            ck_assert_uint_le(c->x[5], sender->x[5] + (sleepers ? 2 : 62500 / 100));
        }
    }
}

START_TEST(a_software_interrupt_reaches_the_cores_it_names_and_wakes_sleepers_at_once)
{
    send_sgi(2, _i, 1 << 1);
    teardown();
    send_sgi(8, _i, 0xa4);
}
END_TEST

START_TEST(a_masked_interrupt_ends_wfi_but_not_wfe)
{
    m = cores_new(3, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 30000), W_SUBS(3, 3, 1), W_B_NE(-1), W_STR_W(6, 7, 0xf00), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_WFI, W_MOVZ(1, 1), W_B(0));
    CORES_PUT(m, CORES_CODE + 0x2000, W_WFE, W_MOVZ(1, 1), W_B(0));
    open_gic(3);
    struct arm64 *sender = cores_start(m, 0, CORES_CODE);
    sender->x[6] = sgi_to(6);
    sender->x[7] = CORES_GICD;
    for (unsigned i = 1; i < 3; i++)
        cores_start(m, i, CORES_CODE + 0x1000 * i)->x[1] = 0;
    machine_run(m, TICKS_PER_MS);
    ck_assert_uint_eq(m->cores[1]->x[1], 1);
    ck_assert_uint_eq(m->cores[2]->x[1], 0);
}
END_TEST

START_TEST(each_core_has_its_own_timer_and_private_interrupt)
{
    m = cores_new(4, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_DAIFCLR_I, CORES_END);
    CORES_PUT(m, CORES_VECTORS + VECTOR_IRQ_SPX, W_MRS_CNTVCT(5), W_LDR_W(6, 7, 0xc), CORES_END);
    open_gic(4);
    for (unsigned i = 0; i < 4; i++) {
        struct arm64 *c = cores_start(m, i, CORES_CODE);
        c->x[5] = 0;
        c->x[7] = CORES_GICC;
        gicv2_set_current_cpu(m->gic, i);
        ck_assert(space_store(&m->space, CORES_GICD + 0x100, 4, i == 2 ? 0 : 1u << 27));
        timer_write_compare(c, TIMER_VIRTUAL, 1000 * (i + 1));
        timer_write_ctl(c, TIMER_VIRTUAL, CNT_ENABLE);
    }
    cores_finish(m);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(m->cores[i]->x[5], i == 2 ? 0 : 1000 * (i + 1));   /* core 2 has not enabled it */
        if (i != 2)
            ck_assert_uint_eq(m->cores[i]->x[6], 27);
    }
}
END_TEST

/* ---- time ---- */

/* Each core reads what the others saw last, then the counter: it must not be less. x3 rounds, x4 counts violations. */
START_TEST(the_counter_never_goes_backwards_from_one_core_to_another)
{
    m = cores_new(4, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 20000), W_MOVZ(4, 0), W_LDR(1, 0, 0), W_MRS_CNTVCT(2), W_CMP(2, 1), W_B_HS(2),
              W_ADD(4, 4, 1), W_STR(2, 0, 0), W_SUBS(3, 3, 1), W_B_NE(-7), CORES_END);
    start_all(4, CORES_CODE);
    cores_finish(m);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(m->cores[i]->x[4], 0);
}
END_TEST

START_TEST(cores_advance_together_and_a_sleeper_loses_no_time)
{
    m = cores_new(4, TIMING_OFF);
    CORES_PUT(m, CORES_CODE, W_B(0));
    for (unsigned i = 0; i < 3; i++)
        cores_start(m, i, CORES_CODE);
    for (unsigned k = 1; k < 200; k++) {
        ck_assert_int_eq(machine_run(m, k * TICKS_PER_US), MACHINE_REACHED);
        uint64_t least = UINT64_MAX, most = 0;
        for (unsigned i = 0; i < 4; i++) {
            uint64_t cycles = m->cores[i]->cpu.cycles;
            least = cycles < least ? cycles : least;
            most = cycles > most ? cycles : most;
        }
        ck_assert_uint_le(most - least, 3700);   /* a slice of at most 3 us, at 1.2 GHz */
    }
    ck_assert_uint_eq(m->cores[3]->cpu.idle_cycles, m->cores[3]->cpu.cycles);
}
END_TEST

/* ---- what one core changes under another ---- */

/* Core 1 reads a page again and again while core 0 maps it elsewhere, tells all cores, and asks for the new contents. */
START_TEST(a_broadcast_tlb_invalidation_reaches_the_other_cores)
{
    static const uint32_t invalidations[] = { W_TLBI_VAE1IS(6), W_TLBI_VMALLE1IS, 0xd5088366 /* VAAE1IS */,
                                              0xd50883a6 /* VALE1IS */, 0xd5088346 /* ASIDE1IS */ };
    m = cores_new(2, _i & 1 ? TIMING_ON : TIMING_OFF);
    cores_map(m, 3, CORES_DATA + 0x10000);
    cores_set(m, CORES_DATA + 0x10000, 1);
    cores_set(m, CORES_DATA + 0x20000, 2);
    CORES_PUT(m, CORES_CODE, W_LDR(1, 0, FLAG), W_CBZ(1, -1), W_STR(4, 5, 0), W_DSB, invalidations[_i / 2], W_DSB,
              W_STR(0, 0, WORD), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_LDR(1, 7, 0), W_STR(1, 0, FLAG), W_LDR(2, 0, WORD), W_CBZ(2, -3), W_LDR(3, 7, 0),
              CORES_END);
    struct arm64 *mapper = cores_start(m, 0, CORES_CODE), *reader = cores_start(m, 1, CORES_CODE + 0x1000);
    mapper->x[4] = cores_get(m, cores_descriptor(3)) + 0x10000;
    mapper->x[5] = cores_descriptor(3);
    mapper->x[6] = (CORES_PAGES + 3 * 4096) >> 12;
    reader->x[7] = CORES_PAGES + 3 * 4096;
    cores_finish(m);
    ck_assert_uint_eq(reader->x[3], 2);
}
END_TEST

/* Core 1 calls a function in a loop; core 0 waits for the first result, changes the function's first word and says so. */
static void change_code(enum timing_mode timing)
{
    m = cores_new(2, timing);
    const gva_t function = CORES_CODE + 0x2000;
    CORES_PUT(m, function, W_MOVZ(1, 1), W_RET);
    CORES_PUT(m, CORES_CODE, W_LDR(1, 0, FLAG), W_CBZ(1, -1), W_STR_W(4, 5, 0), W_DSB, 0xd50b7b25 /* DC CVAU */, W_DSB,
              0xd50b7525 /* IC IVAU */, W_DSB, W_STR(0, 0, WORD), CORES_END);
    CORES_PUT(m, CORES_CODE + 0x1000, W_BLR(5), W_STR(1, 0, FLAG), W_LDR(2, 0, WORD), W_CBZ(2, -3), W_ISB, W_BLR(5), CORES_END);
    struct arm64 *writer = cores_start(m, 0, CORES_CODE), *caller = cores_start(m, 1, CORES_CODE + 0x1000);
    writer->x[4] = W_MOVZ(1, 2);
    writer->x[5] = caller->x[5] = function;
    cores_finish(m);
    ck_assert_uint_eq(caller->x[1], 2);
}

START_TEST(code_that_another_core_changed_is_executed_as_it_is_now)
{
    change_code(_i ? TIMING_ON : TIMING_OFF);
}
END_TEST

/* Core 0 has the page in its TLB for writing when core 1 first executes from it. */
START_TEST(code_in_a_page_that_another_core_writes_all_the_time_is_never_stale)
{
    m = cores_new(2, _i ? TIMING_ON : TIMING_OFF);
    const gva_t function = CORES_CODE + 0x2000;
    /* The writer: stores `mov x1, #n; ret` for n = 1, 2, … and then n to the flag, with time between. */
    CORES_PUT(m, CORES_CODE, W_MOVZ(3, 1), W_STR_W(4, 5, 0), W_STR(3, 0, FLAG), W_ADD(4, 4, 32), W_ADD(3, 3, 1), W_MOVZ(6, 500),
              W_SUBS(6, 6, 1), W_B_NE(-1), W_SUBS(31, 3, 1000), W_B_NE(-8), W_STR(0, 0, WORD), CORES_END);
    /* The caller: what it executes must not be older than the flag that it read before. x8 counts violations, x9 rounds. */
    CORES_PUT(m, CORES_CODE + 0x1000, W_LDR(2, 0, FLAG), W_CBZ(2, -1), W_ISB, W_BLR(5), W_CMP(1, 2), W_B_HS(2), W_ADD(8, 8, 1),
              W_ADD(9, 9, 1), W_LDR(2, 0, WORD), W_CBZ(2, -9), CORES_END);
    CORES_PUT(m, function + 4, W_RET);
    struct arm64 *writer = cores_start(m, 0, CORES_CODE), *caller = cores_start(m, 1, CORES_CODE + 0x1000);
    writer->x[4] = W_MOVZ(1, 1);
    writer->x[5] = caller->x[5] = function;
    caller->x[8] = caller->x[9] = 0;
    cores_finish(m);
    ck_assert_uint_eq(caller->x[8], 0);
    ck_assert_uint_gt(caller->x[9], 100);
}
END_TEST

/* ---- power ---- */

/* HVC with these arguments by core `core`, which sleeps then; X0 afterwards. */
static uint64_t call(unsigned core, uint64_t function, uint64_t a1, uint64_t a2, uint64_t a3)
{
    struct arm64 *c = m->cores[core];
    CORES_PUT(m, CORES_CODE, W_HVC, CORES_END);
    c->cpu.pc = CORES_CODE;
    c->cpu.halted = false;
    c->x[0] = function;
    c->x[1] = a1;
    c->x[2] = a2;
    c->x[3] = a3;
    machine_run(m, m->clock.now + TICKS_PER_MS);
    return c->x[0];
}

enum { CPU_OFF = 0x84000002, CPU_ON_32 = 0x84000003, AFFINITY_INFO_32 = 0x84000004, SYSTEM_OFF = 0x84000008,
       SYSTEM_RESET = 0x84000009 };
#define CPU_ON 0xc4000003
#define AFFINITY_INFO 0xc4000004

START_TEST(psci_switches_cores_on_and_off)
{
    const gva_t entry = CORES_CODE + 0x1000;
    m = cores_new(2, TIMING_OFF);
    CORES_PUT(m, entry, W_MRS_MPIDR(7), CORES_END);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 0, 0, 0), 0);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 1, 0, 0), 1);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO_32, 0xff00000001, 0, 0), 1);   /* bits that a 32-bit call does not have */
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 1, 1, 0), 0);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 1, 4, 0), -2);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 2, 0, 0), -2);
    ck_assert_int_eq((int64_t)call(0, CPU_OFF, 0, 0, 0), -3);
    ck_assert_int_eq((int64_t)call(0, CPU_ON, 0, entry, 0), -4);
    ck_assert_int_eq((int64_t)call(0, CPU_ON, 0x100, entry, 0), -2);
    ck_assert_int_eq((int64_t)call(0, CPU_ON, 1, 0x09000000, 0), -9);
    ck_assert_int_eq((int64_t)call(0, CPU_ON, 1, entry + 2, 0), -9);
    struct arm64 *second = m->cores[1];
    second->x[9] = 99;
    second->sctlr_el1 |= 1;
    tick_t before = m->clock.now;
    ck_assert_int_eq((int64_t)call(0, _i ? CPU_ON_32 : CPU_ON, 1, entry, 0x1234567890), 0);
    ck_assert_uint_eq(second->x[0], _i ? 0x34567890 : 0x1234567890);
    ck_assert_uint_eq(second->x[9], 0);
    ck_assert_uint_eq(second->x[7], 0x80000001);
    ck_assert_uint_eq(second->sctlr_el1 & 1, 0);
    ck_assert_uint_ge(cpu_ticks(&second->cpu, second->cpu.cycles), before);
    ck_assert_int_eq((int64_t)call(0, CPU_ON, 1, entry, 0), -4);
    ck_assert_int_eq((int64_t)call(0, AFFINITY_INFO, 1, 0, 0), 0);
    ck_assert_uint_eq(call(0, CPU_OFF, 0, 0, 0), 0);
    ck_assert_int_eq((int64_t)call(1, AFFINITY_INFO, 0, 0, 0), 1);
    ck_assert_int_eq((int64_t)call(1, CPU_OFF, 0, 0, 0), -3);
}
END_TEST

START_TEST(any_core_may_end_or_reset_the_machine_and_a_reset_leaves_one_on)
{
    m = cores_new(4, TIMING_OFF);
    for (unsigned i = 0; i < 4; i++)
        cores_start(m, i, CORES_CODE + 0x1000);
    CORES_PUT(m, CORES_CODE, W_HVC, W_B(0));
    CORES_PUT(m, CORES_CODE + 0x1000, CORES_END);
    cores_start(m, 2, CORES_CODE)->x[0] = SYSTEM_RESET;
    ck_assert_int_eq(machine_run(m, TICKS_PER_SECOND), MACHINE_RESET);
    machine_reset(m);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_int_eq(m->cores[i]->is_off, i > 0);
    cores_start(m, 3, CORES_CODE)->x[0] = SYSTEM_OFF;
    ck_assert_int_eq(machine_run(m, TICKS_PER_SECOND), MACHINE_POWER_OFF);
}
END_TEST

START_TEST(a_core_that_is_off_is_not_woken_by_interrupts_or_events)
{
    m = cores_new(2, TIMING_OFF);
    open_gic(2);
    CORES_PUT(m, CORES_CODE, W_STR_W(6, 7, 0xf00), W_SEV, CORES_END);
    struct arm64 *c = cores_start(m, 0, CORES_CODE);
    c->x[6] = sgi_to(2);
    c->x[7] = CORES_GICD;
    cores_finish(m);
    ck_assert(m->cores[1]->irq_line && m->cores[1]->is_off && m->cores[1]->cpu.halted);
    ck_assert_uint_eq(machine_core_instructions(m, 1), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("smp");
    TCase *t = tcase_create("smp");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_add_loop_test(t, exclusive_increments_of_all_cores_add_up, 0, 3);
    tcase_add_test(t, plain_increments_are_lost_where_a_turn_ends_between_load_and_store);
    tcase_add_test(t, a_store_of_the_same_value_by_another_core_breaks_the_reservation);
    tcase_add_loop_test(t, a_spin_lock_lets_one_core_in_at_a_time_and_every_core_in_the_end, 0, 4);
    tcase_add_test(t, wfe_sleeps_until_another_core_sends_an_event);
    tcase_add_test(t, wfe_with_a_reservation_ends_when_another_core_stores_there);
    tcase_add_test(t, sevl_is_an_event_for_its_own_core_only);
    tcase_add_loop_test(t, the_event_stream_ends_a_wfe_at_the_edge_of_its_bit, 0, 2);
    tcase_add_loop_test(t, a_software_interrupt_reaches_the_cores_it_names_and_wakes_sleepers_at_once, 0, 2);
    tcase_add_test(t, a_masked_interrupt_ends_wfi_but_not_wfe);
    tcase_add_test(t, each_core_has_its_own_timer_and_private_interrupt);
    tcase_add_test(t, the_counter_never_goes_backwards_from_one_core_to_another);
    tcase_add_test(t, cores_advance_together_and_a_sleeper_loses_no_time);
    tcase_add_loop_test(t, a_broadcast_tlb_invalidation_reaches_the_other_cores, 0, 10);
    tcase_add_loop_test(t, code_that_another_core_changed_is_executed_as_it_is_now, 0, 2);
    tcase_add_loop_test(t, code_in_a_page_that_another_core_writes_all_the_time_is_never_stale, 0, 2);
    tcase_add_loop_test(t, psci_switches_cores_on_and_off, 0, 2);
    tcase_add_test(t, any_core_may_end_or_reset_the_machine_and_a_reset_leaves_one_on);
    tcase_add_test(t, a_core_that_is_off_is_not_woken_by_interrupts_or_events);
    suite_add_tcase(s, t);
    return s;
}
