/* SPDX-License-Identifier: MIT */
/* Any 32-bit words as code, at EL0 and EL1, over random page tables or none, with random system registers, while a device writes
   into all of it and interrupts come. An action is a word of code. The tape's first bytes choose how time is kept; in some runs
   a second core does the same with the reference model, and the two must not differ. */
#include "tests/fuzz/core_target.h"

#include <stdlib.h>

#include "cpu/arm64/core.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/bare.h"
#include "tests/cpu/arm64/oracle.h"

enum { CODE_PAGES = 4, CODE_WORDS = CODE_PAGES * 1024, TABLES = 16, SLICES = 16, SLICE_CYCLES = 600, WORDS_MAX = 4096 };

/* Between two looks at the horizon: a block, and what the timing model thinks its slowest instructions cost. */
enum { LATE_MAX = 1 << 20 };

struct subject {
    struct bare b;           /* first: the device's on_access finds the subject by it */
    uint64_t seed;
    uint64_t seen;           /* what its device and firmware were told, and when */
    enum timing_mode mode;
};

static uint64_t random64(struct subject *s) { return oracle_random(&s->seed); }
static uint32_t below(struct subject *s, uint32_t n) { return oracle_below(&s->seed, n); }

static void see(struct subject *s, uint64_t what)
{
    s->seen = (s->seen ^ what) * 0x9e3779b97f4a7c15;
}

static void remember_access(struct bare *b)
{
    struct subject *s = (struct subject *)b;
    see(s, b->device_time ^ b->device_offset << 48 ^ b->device_value);
    b->device_value = s->seen;
}

static uint64_t answer(void *board, struct arm64 *caller, const uint64_t args[4])
{
    struct subject *s = board;
    (void)caller;
    see(s, args[0] ^ args[1] ^ args[2] ^ args[3]);
    return s->seen;
}

/* ---- what the program finds ---- */

/* An address that is something, or nearly. */
static uint64_t any_address(struct subject *s)
{
    uint64_t at = BARE_RAM + (random64(s) & (BARE_RAM_SIZE - 1));
    switch (below(s, 10)) {
    case 0: return random64(s);
    case 1: return BARE_RAM + BARE_RAM_SIZE - below(s, 64);
    case 2: return BARE_DEVICE + below(s, 4200) - 32;
    case 3: return 0 - (uint64_t)below(s, 200);
    case 4: return BARE_CODE + below(s, CODE_PAGES * 4096);
    case 5: return at | random64(s) << 56;
    case 6: return at | 0xffffff8000000000;
    default: return at & ~(uint64_t)(below(s, 2) ? 15 : 0);
    }
}

/* Tables that lead somewhere now and then. */
static uint64_t any_descriptor(struct subject *s)
{
    switch (below(s, 4)) {
    case 0: return random64(s);
    case 1: return (random64(s) & 0x0060000000000fff) | (BARE_TABLES + below(s, TABLES) * 4096) | 3;
    default:
        return (random64(s) & 0x0070000000000fc0) | ((BARE_RAM + (random64(s) & (BARE_RAM_SIZE - 1))) & ~0xfffull) | BARE_AF |
               (below(s, 2) ? 1 : 3);
    }
}

static void fill_tables(struct subject *s)
{
    for (unsigned i = 0; i < TABLES * 512; i++)
        st_le64(s->b.ram->host + (BARE_TABLES - BARE_RAM) + 8 * i, any_descriptor(s));
    for (unsigned at = 0; at < 0x800; at += 4)
        if (below(s, 3) == 0)
            st_le32(s->b.ram->host + (BARE_VECTORS - BARE_RAM) + at, oracle_word(&s->seed, below(s, insn_row_count)));
}

static void set_registers(struct subject *s, uint8_t how)
{
    struct arm64 *c = s->b.cpu;
    for (int i = 0; i < 32; i++)
        c->x[i] = any_address(s);
    for (int i = 0; i < 32; i++)
        c->v[i].d[0] = random64(s);
    c->sp_el0 = any_address(s);
    c->sctlr_el1 = (random64(s) & ~SCTLR_RES0 & ~(uint64_t)SCTLR_M) | (how & 1 ? SCTLR_M : 0);
    c->tcr_el1 = how & 2 ? random64(s) & 0x7fffffffff : 25 | 25 << 16 | 2u << 30;
    c->ttbr0_el1 = below(s, 8) ? BARE_TABLES + below(s, TABLES) * 4096ull : random64(s) & 0xffff00fffffffffe;
    c->ttbr1_el1 = below(s, 8) ? BARE_TABLES + below(s, TABLES) * 4096ull : random64(s) & 0xffff00fffffffffe;
    c->mair_el1 = random64(s);
    c->cpacr_el1 = random64(s) & 0x300000;
    c->vbar_el1 = below(s, 2) ? BARE_VECTORS : random64(s) & ~0x7ffull;
    c->fpcr = (uint32_t)random64(s) & 0x07c00000;
    mmu_flush_all(c);
    c->spsr_el1 = how & 4 ? random64(s) & 0xffffffff : (random64(s) & 0xf00003c0) | (how & 8 ? 5 : 0);
    c->elr_el1 = BARE_CODE + below(s, CODE_WORDS) * 4;
    arm64_exception_return(c);
}

/* ---- the program ---- */

static const uint32_t control_registers[] = {
    W_SYSREG(3, 0, 1, 0, 0), W_SYSREG(3, 0, 1, 0, 2), W_SYSREG(3, 0, 2, 0, 0), W_SYSREG(3, 0, 2, 0, 1), W_SYSREG(3, 0, 2, 0, 2),
    W_SYSREG(3, 0, 4, 0, 0), W_SYSREG(3, 0, 4, 0, 1), W_SYSREG(3, 0, 10, 2, 0), W_SYSREG(3, 0, 12, 0, 0), W_SYSREG(3, 3, 4, 2, 1),
    W_SYSREG(3, 3, 14, 3, 0), W_SYSREG(3, 3, 14, 3, 1), W_SYSREG(3, 3, 14, 3, 2), W_SYSREG(3, 3, 14, 2, 1),
    W_SYSREG(2, 0, 0, 2, 2), W_SYSREG(2, 0, 0, 0, 4), W_SYSREG(2, 0, 0, 0, 5), W_SYSREG(2, 0, 0, 0, 6), W_SYSREG(2, 0, 0, 0, 7),
    W_SYSREG(2, 0, 1, 0, 4), W_SYSREG(3, 3, 9, 12, 0), W_SYSREG(3, 3, 9, 12, 1), W_SYSREG(3, 3, 9, 13, 0), W_SYSREG(3, 3, 9, 14, 0),
};

static const uint32_t system_words[] = {
    W_TLBI_VMALLE1, W_TLBI_VAE1, W_TLBI_ASIDE1, W_TLBI_VAAE1, W_ERET, W_WFI, W_WFE, W_SEVL, W_ISB, W_SVC, W_HVC, W_BRK, W_DC_ZVA,
    W_DC_CIVAC, W_DC_IVAC, W_IC_IVAU, W_AT_S1E1R, W_AT_S1E0W, W_MSR_DAIFCLR, W_MSR_DAIFSET, W_MSR_SPSEL, W_CLREX, W_LDXR, W_STXR,
};

static uint32_t any_word(struct tape *t)
{
    uint8_t how = tape_byte(t);
    uint32_t raw = (uint32_t)tape_number(t, 4);
    if (how < 64)
        return raw;
    if (how < 176) {
        uint64_t seed = raw | 1ull << 32;
        return oracle_word(&seed, (raw ^ how * 2654435761u) % insn_row_count);
    }
    if (how < 200)   /* MRS, MSR: of a register that controls something, or of any number; op0 is 2 or 3 */
        return (how & 1 ? W_MSR : W_MRS) | (raw & 31) |
               (how & 2 ? raw & 0x000fffe0 : control_registers[(raw >> 8) % ARRAY_SIZE(control_registers)]);
    if (how < 216)
        return system_words[(raw >> 8) % ARRAY_SIZE(system_words)] | (raw & 31);
    if (how < 236)   /* near branches: B, B.cond, CBNZ */
        return how & 1 ? W_B | ((raw % 512 - 256) & 0x3ffffff) : (how & 2 ? 0x54000000 : W_CBNZ) | (raw & 0x1f) |
               (((raw >> 8) % 64 - 32) & 0x7ffff) << 5;
    return (how & 1 ? W_LDR : W_STR) | (raw & 0x3ff) | (raw >> 12 & 0xff) << 10;
}

static unsigned put_program(struct subject *s, struct tape *t)
{
    unsigned count = 0;
    uint8_t *code = s->b.ram->host + (BARE_CODE - BARE_RAM);
    for (; !tape_ended(t) && count < WORDS_MAX; count++)
        st_le32(code + 4 * count, any_word(t));
    for (unsigned i = count; i < CODE_WORDS; i++)   /* again and again, to the last page's end */
        st_le32(code + 4 * i, count ? ld_le32(code + 4 * (i % count)) : W_NOP);
    return count;
}

/* ---- the run ---- */

/* What the rest of a machine does meanwhile. */
static void disturb(struct subject *s)
{
    uint8_t bytes[32];
    for (unsigned i = 0; i < sizeof bytes; i += 8)
        st_le64(bytes + i, random64(s));
    uint32_t number = below(s, CODE_PAGES * 4096);
    switch (below(s, 6)) {
    case 0: case 1: arm64_input(s->b.cpu, number & 1, below(s, 2)); break;
    case 2: space_write(&s->b.space, any_address(s), bytes, sizeof bytes); break;
    case 3: space_write(&s->b.space, BARE_CODE + number, bytes, below(s, sizeof bytes)); break;
    default: break;
    }
}

static void check_bank(const struct subject *s, const struct tlb_bank *bank)
{
    for (unsigned i = 0; i < TLB_SIZE; i++) {
        const struct tlb_entry *e = &bank->entry[i];
        gva_t page = e->read != TLB_NOTHING ? e->read : e->write;
        fuzz_require(page == TLB_NOTHING || (uint64_t)(tlb_host(e, page) - s->b.ram->host) <= BARE_RAM_SIZE - PAGE_SIZE);
    }
}

static void check_state(const struct subject *s)
{
    const struct arm64 *c = s->b.cpu;
    fuzz_require(c->el <= 1 && c->daif <= 15 && (c->el || !c->sp_select));
    fuzz_require(!c->exclusive_size || c->exclusive_size <= 16);
    check_bank(s, c->cpu.tlb);
    check_bank(s, c->user_tlb);
}

static void run(struct subject *s)
{
    struct cpu *cpu = &s->b.cpu->cpu;
    for (unsigned i = 0; i < SLICES; i++) {
        uint64_t end = cpu->cycles + SLICE_CYCLES;
        clock_advance(&s->b.clock, cpu_ticks(cpu, cpu->cycles));
        cpu_run(cpu, cpu_ticks(cpu, end));
        fuzz_require(cpu->cycles < end + LATE_MAX);
        if (cpu->halted && !cpu->interrupt_pending && cpu->cycles < end)
            cpu_idle_until(cpu, cpu_ticks(cpu, end));
        disturb(s);
    }
    check_state(s);
}

static unsigned start(struct subject *s, struct tape tape, enum timing_mode mode)
{
    uint8_t how = tape_byte(&tape);
    s->seed = tape_number(&tape, 4) | 1ull << 32;
    s->mode = mode;
    bare_open(&s->b);
    s->b.on_access = remember_access;
    s->b.cpu->firmware = answer;
    s->b.cpu->board = s;
    if (mode != TIMING_OFF) {
        arm64_set_core(s->b.cpu, model_find("cortex-a53", NULL, NULL));
        arm64_reset(s->b.cpu);
        s->b.space.written = arm64_memory_written;
        s->b.space.core = &s->b.cpu->cpu;
        arm64_keep_time(s->b.cpu, mode);
    }
    fill_tables(s);
    unsigned count = put_program(s, &tape);
    set_registers(s, how);
    return count;
}

static uint64_t hash_of(const struct subject *s)
{
    uint64_t hash = state_hash(STATE_HASH_START ^ s->seen ^ s->b.cpu->cpu.cycles, arm64_fields, s->b.cpu);
    const uint8_t *ram = s->b.ram->host;
    for (unsigned at = 0; at < BARE_RAM_SIZE; at += 8)
        hash = (hash ^ ld_le64(ram + at)) * 0x9e3779b97f4a7c15;
    return hash;
}

struct core_target {
    struct subject subject, twin;
};

void *core_target_open(const char *name)
{
    (void)name;
    decode_init();
    return mem_alloc(sizeof(struct core_target));
}

/* One run in two without timing, one with, one in eight compared. */
uint64_t core_target_play(void *fuzzed, struct tape *tape)
{
    struct core_target *target = fuzzed;
    uint8_t how = tape_byte(tape) % 8;
    enum timing_mode mode = how < 4 ? TIMING_OFF : how == 4 ? TIMING_REFERENCE : TIMING_ON;
    *target = (struct core_target){ 0 };
    unsigned count = start(&target->subject, *tape, mode);
    run(&target->subject);
    if (how == 7) {
        start(&target->twin, *tape, TIMING_REFERENCE);
        run(&target->twin);
        fuzz_require(hash_of(&target->subject) == hash_of(&target->twin));
        bare_close(&target->twin.b);
    }
    bare_close(&target->subject.b);
    tape->at = tape->end;
    return count;
}

void core_target_close(void *fuzzed)
{
    free(fuzzed);
}
