/* SPDX-License-Identifier: MIT */
#include "tests/cpu/arm64/bare.h"

#include <check.h>
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"

enum { CYCLES_MAX = 100000, SCRATCH_CODE = BARE_CODE + 0x8000, HZ = 1000000000 };

static uint64_t device_read(void *device, uint64_t offset, unsigned size)
{
    struct bare *b = device;
    (void)size;
    b->device_reads++;
    b->device_offset = offset;
    b->device_time = b->clock.now;
    if (b->on_access)
        b->on_access(b);
    return b->device_value;
}

static void device_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    struct bare *b = device;
    (void)size;
    b->device_writes++;
    b->device_offset = offset;
    b->device_value = value;
    b->device_time = b->clock.now;
    if (b->on_access)
        b->on_access(b);
}

static const struct io_ops device_ops = { device_read, device_write, .min_size = 4, .max_size = 8 };

/* HVC: the program ends, or a vector was reached. */
static uint64_t stop(void *board, struct arm64 *caller, const uint64_t args[4])
{
    struct bare *b = board;
    (void)caller;
    gva_t at = b->cpu->cpu.pc - 4 - b->cpu->vbar_el1;
    b->stopped_at = at < 0x800 ? (int)at : BARE_STOPPED;
    b->cpu->cpu.halted = true;
    cpu_look_around(&b->cpu->cpu);
    return args[0];
}

void bare_open(struct bare *b)
{
    struct error err;
    memset(b, 0, sizeof *b);
    b->space.name = "bare";
    b->ram = ram_new(BARE_RAM_SIZE, false, &err);
    ck_assert_int_eq(space_add_ram(&b->space, "ram", BARE_RAM, b->ram, 0, BARE_RAM_SIZE, &err), 0);
    ck_assert_int_eq(space_add_io(&b->space, "device", BARE_DEVICE, 4096, &device_ops, b, &err), 0);
    b->cpu = arm64_new("cpu", &b->space, &b->clock, HZ);
    arm64_set_caches(b->cpu, &model_find("cortex-a53", NULL, NULL)->settings);
    b->ram->code_written = arm64_code_written;
    b->ram->core = b->cpu;
    b->cpu->firmware = stop;
    b->cpu->board = b;
    b->tables = BARE_TABLES;
    arm64_reset(b->cpu);
    b->cpu->vbar_el1 = BARE_VECTORS;
    for (unsigned at = 0; at < 0x800; at += 0x80)
        BARE_PUT(b, BARE_VECTORS + at, W_HVC);
}

void bare_close(struct bare *b)
{
    arm64_free(b->cpu);
    ram_free(b->ram);
}

void bare_put(struct bare *b, gpa_t at, const uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        ck_assert(space_store(&b->space, at + 4 * i, 4, words[i]));
}

uint64_t bare_get64(const struct bare *b, gpa_t at)
{
    uint64_t v = 0;
    ck_assert(space_load(&b->space, at, 8, &v));
    return v;
}

void bare_set64(struct bare *b, gpa_t at, uint64_t value)
{
    ck_assert(space_store(&b->space, at, 8, value));
}

int bare_run(struct bare *b, gva_t pc)
{
    struct cpu *cpu = &b->cpu->cpu;
    uint64_t end = cpu->cycles + CYCLES_MAX;
    cpu->pc = pc;
    cpu->halted = false;
    b->stopped_at = BARE_HALTED;
    while (cpu->cycles < end) {
        clock_advance(&b->clock, cpu_ticks(cpu, cpu->cycles));
        cpu_run(cpu, cpu_ticks(cpu, end));
        if (cpu->halted && !cpu->interrupt_pending) {
            tick_t next = clock_deadline(&b->clock);
            if (b->stopped_at != BARE_HALTED || next == TICK_NEVER)
                return b->stopped_at;
            cpu_idle_until(cpu, next);
        }
    }
    return BARE_RUNS;
}

int bare_run_el0(struct bare *b, gva_t pc)
{
    BARE_PUT(b, SCRATCH_CODE, W_ERET);
    b->cpu->spsr_el1 = 0;
    b->cpu->elr_el1 = pc;
    return bare_run(b, SCRATCH_CODE);
}

uint64_t bare_mrs(struct bare *b, uint32_t reg)
{
    uint64_t kept = b->cpu->x[0];
    BARE_PUT(b, SCRATCH_CODE, W_MRS | reg, W_HVC);
    ck_assert_int_eq(bare_run(b, SCRATCH_CODE), BARE_STOPPED);
    uint64_t value = b->cpu->x[0];
    b->cpu->x[0] = kept;
    return value;
}

void bare_msr(struct bare *b, uint32_t reg, uint64_t value)
{
    uint64_t kept = b->cpu->x[0];
    b->cpu->x[0] = value;
    BARE_PUT(b, SCRATCH_CODE, W_MSR | reg, W_ISB, W_HVC);
    ck_assert_int_eq(bare_run(b, SCRATCH_CODE), BARE_STOPPED);
    b->cpu->x[0] = kept;
}

/* ---- translation tables ---- */

enum { DESC_BLOCK = 1, DESC_TABLE = 3, DESC_PAGE = 3 };

gpa_t bare_root(struct bare *b)
{
    gpa_t root = b->tables;
    b->tables += 4096;
    ck_assert_uint_le(b->tables, BARE_CODE);
    for (unsigned at = 0; at < 4096; at += 8)
        bare_set64(b, root + at, 0);
    return root;
}

/* Puts a table of smaller mappings in the place of a block, or an empty one in the place of nothing. */
static uint64_t split(struct bare *b, gpa_t at, uint64_t block, unsigned shift)
{
    gpa_t table = bare_root(b);
    for (uint64_t i = 0; block & 1 && i < 512; i++)
        bare_set64(b, table + 8 * i, (block + (i << shift)) | (shift == 12 ? DESC_PAGE : DESC_BLOCK));
    bare_set64(b, at, table | DESC_TABLE);
    return table;
}

gpa_t bare_map(struct bare *b, gpa_t root, gva_t va, gpa_t pa, unsigned size_bits, uint64_t bits)
{
    gpa_t table = root;
    for (unsigned shift = 30;; shift -= 9) {
        gpa_t at = table + (va >> shift & 511) * 8;
        if (shift == size_bits) {
            bare_set64(b, at, pa | bits | BARE_AF | (shift == 12 ? DESC_PAGE : DESC_BLOCK));
            return at;
        }
        uint64_t desc = bare_get64(b, at);
        if ((desc & 3) != DESC_TABLE)
            desc = split(b, at, desc, shift - 9);
        table = desc & mask64(48) & ~0xfffull;
    }
}

gpa_t bare_mmu_on(struct bare *b)
{
    struct arm64 *c = b->cpu;
    gpa_t root = bare_root(b);
    for (unsigned at = 0; at < BARE_RAM_SIZE; at += 2 << 20)
        bare_map(b, root, BARE_RAM + at, BARE_RAM + at, 21, 0);
    bare_map(b, root, BARE_DEVICE, BARE_DEVICE, 12, BARE_DEVICE_ATTR);
    c->ttbr0_el1 = root;
    c->ttbr1_el1 = bare_root(b);
    c->tcr_el1 = 25 | 25 << 16 | 2ull << 30;   /* T0SZ, T1SZ; TG1: 4 KiB */
    c->mair_el1 = 0x00ff;                      /* 0 Normal, 1 Device-nGnRnE */
    c->sctlr_el1 |= SCTLR_M | SCTLR_C | SCTLR_I;
    mmu_flush_all(c);
    mmu_switch(c);
    return root;
}
