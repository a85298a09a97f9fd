/* SPDX-License-Identifier: MIT */
/* Random words as programs, at both exception levels, with random tables, control registers, timers and interrupts. Nothing
   is expected but that the core goes on: with the sanitizers on, this catches guests that crash, hang or read the host. */

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { RUNS = 300, LONG_FACTOR = 100, SLICES = 12, SLICE_CYCLES = 400, CODE_PAGES = 4 };

static struct bare b;
static uint64_t seed;

static uint64_t random64(void) { return oracle_random(&seed); }
static uint32_t below(uint32_t n) { return oracle_below(&seed, n); }

/* An address that is something, or nearly. */
static uint64_t random_address(void)
{
    uint64_t at = BARE_RAM + (random64() & (BARE_RAM_SIZE - 1));
    switch (below(10)) {
    case 0: return random64();
    case 1: return BARE_RAM + BARE_RAM_SIZE - below(64);
    case 2: return BARE_DEVICE + below(4200) - 32;
    case 3: return 0 - (uint64_t)below(200);
    case 4: return BARE_CODE + below(CODE_PAGES * 4096);
    case 5: return at | random64() << 56;
    case 6: return at | 0xffffff8000000000;
    default: return at & ~(uint64_t)(below(2) ? 15 : 0);
    }
}

static uint32_t random_word(void)
{
    uint32_t word = below(8) ? oracle_word(&seed, below(insn_row_count)) : (uint32_t)random64();
    if ((word & 0x7c000000) == 0x14000000)   /* B, BL: near, so that some programs stay in their pages */
        word = (word & 0xfc000000) | ((below(512) - 256) & 0x3ffffff);
    return word;
}

/* Tables that lead somewhere now and then. */
static uint64_t random_descriptor(void)
{
    switch (below(4)) {
    case 0: return random64();
    case 1: return (random64() & 0x0060000000000fff) | (BARE_TABLES + below(16) * 4096) | 3;
    default:
        return (random64() & 0x0070000000000fc0) | ((BARE_RAM + (random64() & (BARE_RAM_SIZE - 1))) & ~0xfffull) | BARE_AF |
               (below(2) ? 1 : 3);
    }
}

static const uint32_t system_registers[] = {
    W_SYSREG(3, 0, 1, 0, 0), W_SYSREG(3, 0, 1, 0, 2), W_SYSREG(3, 0, 2, 0, 0), W_SYSREG(3, 0, 2, 0, 1), W_SYSREG(3, 0, 2, 0, 2),
    W_SYSREG(3, 0, 4, 0, 0), W_SYSREG(3, 0, 4, 0, 1), W_SYSREG(3, 0, 10, 2, 0), W_SYSREG(3, 0, 12, 0, 0), W_SYSREG(3, 3, 4, 2, 1),
    W_SYSREG(3, 3, 14, 3, 0), W_SYSREG(3, 3, 14, 3, 1), W_SYSREG(3, 3, 14, 3, 2), W_SYSREG(3, 3, 14, 2, 1),
        W_SYSREG(3, 2, 0, 0, 0),
};

static void random_memory(void)
{
    for (unsigned i = 0; i < CODE_PAGES * 1024; i++) {
        uint32_t word = random_word();
        if (below(24) == 0)
            word = (below(2) ? W_MSR : W_MRS) | system_registers[below(ARRAY_SIZE(system_registers))] | below(32);
        ck_assert(space_store(&b.space, BARE_CODE + 4 * i, 4, word));
    }
    for (unsigned i = 0; i < 16 * 512; i++)
        bare_set64(&b, BARE_TABLES + 8 * i, random_descriptor());
    for (unsigned at = 0; at < 0x800; at += 4)
        if (below(3) == 0)
            ck_assert(space_store(&b.space, BARE_VECTORS + at, 4, random_word()));
}

static void random_registers(void)
{
    struct arm64 *c = b.cpu;
    for (int i = 0; i < 32; i++)
        c->x[i] = random_address();
    for (int i = 0; i < 32; i++)
        c->v[i].d[0] = random64();
    c->sp_el0 = random_address();
    c->sctlr_el1 = below(2) ? 0 : random64() & 0xffffffff;
    c->tcr_el1 = below(2) ? 25 | 25 << 16 | 2u << 30 : random64();
    c->ttbr0_el1 = below(4) ? BARE_TABLES + below(16) * 4096ull : random64();
    c->ttbr1_el1 = below(4) ? BARE_TABLES + below(16) * 4096ull : random64();
    c->mair_el1 = random64();
    c->cpacr_el1 = random64() & 0x300000;
    c->vbar_el1 = below(2) ? BARE_VECTORS : random64() & ~0x7ffull;
    c->fpcr = (uint32_t)random64() & 0x07c00000;
    mmu_flush_all(c);
    c->spsr_el1 = below(4) ? (below(2) ? 0x5 : 0) | (random64() & 0xf00003c0) : random64() & 0xffffffff;
    c->elr_el1 = below(8) ? BARE_CODE + below(CODE_PAGES * 4096) / 4 * 4 : random_address();
    arm64_exception_return(c);
}

static uint64_t answer(void *board, struct arm64 *caller, const uint64_t args[4])
{
    (void)board, (void)caller, (void)args;
    return random64();
}

/* What the rest of a machine does meanwhile. */
static void disturb(void)
{
    uint32_t words[8];
    for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
        words[i] = random_word();
    switch (below(4)) {
    case 0: arm64_input(b.cpu, below(2), below(2)); break;
    case 1: space_write(&b.space, random_address(), words, sizeof words); break;
    case 2: space_write(&b.space, BARE_CODE + below(CODE_PAGES * 4096), words, below(sizeof words)); break;
    default: break;
    }
}

static void run_slices(void)
{
    struct cpu *cpu = &b.cpu->cpu;
    for (unsigned i = 0; i < SLICES; i++) {
        uint64_t end = cpu->cycles + SLICE_CYCLES;
        clock_advance(&b.clock, cpu_ticks(cpu, cpu->cycles));
        cpu_run(cpu, cpu_ticks(cpu, end));
        if (cpu->halted && !cpu->interrupt_pending)
            cpu_idle_until(cpu, cpu_ticks(cpu, end));
        ck_assert_uint_lt(cpu->cycles, end + 2 * BLOCK_OPS_MAX);
        ck_assert(cpu->cycles >= end || clock_deadline(&b.clock) <= b.clock.now + cpu_ticks(cpu, 2) || cpu->interrupt_pending);
        disturb();
    }
}

START_TEST(random_programs_neither_crash_nor_hang_the_core)
{
    unsigned runs = (unsigned)trials(RUNS, LONG_FACTOR);
    bare_open(&b);
    b.cpu->firmware = answer;
    for (unsigned i = 0; i < runs; i++) {
        seed = 1 + i;
        if (i % 8 == 0)
            random_memory();
        random_registers();
        run_slices();
    }
    ck_assert_uint_gt(b.cpu->cpu.code->decoded_ops, runs / 2);
    bare_close(&b);
}
END_TEST

/* A small cache of code: what is decoded does not fit, and goes while the program runs. */
START_TEST(code_that_fills_the_cache_is_decoded_again)
{
    bare_open(&b);
    seed = 99;
    enum { BLOCKS = BARE_RAM_SIZE / 2 / 4 };
    for (unsigned i = 0; i < BLOCKS; i++)   /* each branch is a block of its own: B .+4 */
        ck_assert(space_store(&b.space, BARE_RAM + BARE_RAM_SIZE / 2 + 4 * i, 4, W_B | 1));
    struct cpu *cpu = &b.cpu->cpu;
    for (unsigned round = 0; round < 2; round++) {
        cpu->pc = BARE_RAM + BARE_RAM_SIZE / 2;
        cpu_run(cpu, cpu_ticks(cpu, cpu->cycles + BLOCKS - 8));
        ck_assert_uint_ge(cpu->pc, BARE_RAM + BARE_RAM_SIZE - 64);
    }
    ck_assert_uint_gt(cpu->code->flushes, 1);
    bare_close(&b);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("fuzz");
    TCase *t = tcase_create("fuzz");
    decode_init();
    tcase_set_timeout(t, 3600);
    tcase_add_test(t, random_programs_neither_crash_nor_hang_the_core);
    tcase_add_test(t, code_that_fills_the_cache_is_decoded_again);
    suite_add_tcase(s, t);
    return s;
}
