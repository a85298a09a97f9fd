/* SPDX-License-Identifier: MIT */
/* Our side of the oracle: a whole core with its MMU on. A case runs at EL0 and ends in SVC, or in the exception that it
   deserves; the vectors hold WFI, with which the core gives the control back. */
#include <stdlib.h>
#include <string.h>

#include "bus/clock.h"
#include "bus/space.h"
#include "cpu/arm64/arm64.h"
#include "cpu/arm64/core.h"
#include "cpu/arm64/except.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"
#include "tests/cpu/arm64/oracle.h"

/* Where things are in RAM, whose physical addresses begin at RAM_BASE. */
enum {
    LEVEL1, LEVEL2_PAGES = 0x1000, LEVEL2_CODE = 0x2000, LEVEL3 = 0x3000, PAGES = 0x10000, CODE = 0x200000, RAM_SIZE = 0x400000
};
static const gpa_t ram_base = 0x80000000;

/* The second half of the 2 MiB that hold the code. */
enum { VECTORS_VA = ORACLE_CODE_VA + 0x100000 };

enum { SVC = 0xd4000001, WFI = 0xd503207f, CYCLES_MAX = 4096 };

/* Long-descriptor format (manual D5.3): access flag, inner shareable, MAIR attribute 0. */
enum {
    DESC_TABLE = 3, DESC_BLOCK = 1, DESC_PAGE = 3,
    DESC_USER = 1 << 6, DESC_READ_ONLY = 1 << 7, DESC_SH = 3 << 8, DESC_AF = 1 << 10
};

struct machine {
    struct clock clock;
    struct space space;
    struct ram *ram;
    struct arm64 *core;
};

static void put64(struct machine *m, uint64_t at, uint64_t value)
{
    st_le64(m->ram->host + at, value);
}

/* 39-bit addresses: level 1 entries of 1 GiB, level 2 of 2 MiB, level 3 of 4 KiB. */
static void make_tables(struct machine *m)
{
    const uint64_t user = DESC_AF | DESC_SH | DESC_USER;
    put64(m, LEVEL1 + (ORACLE_PAGES_VA >> 30) * 8, (ram_base + LEVEL2_PAGES) | DESC_TABLE);
    put64(m, LEVEL1 + (ORACLE_CODE_VA >> 30) * 8, (ram_base + LEVEL2_CODE) | DESC_TABLE);
    put64(m, LEVEL2_PAGES + (ORACLE_PAGES_VA >> 21 & 511) * 8, (ram_base + LEVEL3) | DESC_TABLE);
    put64(m, LEVEL2_CODE + (ORACLE_CODE_VA >> 21 & 511) * 8, (ram_base + CODE) | user | DESC_READ_ONLY | DESC_BLOCK);
    for (unsigned at = 0; at < ORACLE_PAGES_SIZE; at += PAGE_SIZE)
        put64(m, LEVEL3 + ((ORACLE_PAGES_VA + at) >> 12 & 511) * 8, (ram_base + PAGES + at) | user | DESC_PAGE);
    for (unsigned at = 0; at < 0x800; at += 4)
        st_le32(m->ram->host + CODE + (VECTORS_VA - ORACLE_CODE_VA) + at, WFI);
}

static void machine_open(struct machine *m)
{
    struct error err;
    memset(m, 0, sizeof *m);
    m->ram = ram_new(RAM_SIZE, false, &err);
    space_add_ram(&m->space, "ram", ram_base, m->ram, 0, RAM_SIZE, &err);
    make_tables(m);
    m->core = arm64_new("cpu", &m->space, &m->clock, 1000000000);
    arm64_set_crypto(m->core, true);   /* as QEMU's has it */
    m->ram->code_written = arm64_code_written;
    m->ram->core = m->core;

    struct arm64 *c = m->core;
    arm64_reset(c);
    c->ttbr0_el1 = ram_base + LEVEL1;
    c->tcr_el1 = 25 | 1ull << 23;   /* T0SZ; EPD1 */
    c->mair_el1 = 0xff;
    c->cpacr_el1 = 3 << 20;
    c->vbar_el1 = VECTORS_VA;
    c->sctlr_el1 = SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_DZE | SCTLR_UCT | SCTLR_UCI | SCTLR_NTWI | SCTLR_NTWE;
    mmu_flush_all(c);
    mmu_switch(c);
}

static void machine_close(struct machine *m)
{
    arm64_free(m->core);
    ram_free(m->ram);
}

/* The same slot that oracle_guest.c writes, but for its first and last instructions. */
static void write_slot(struct machine *m, const struct oracle_case *c, unsigned index)
{
    uint8_t *slot = m->ram->host + CODE + index * ORACLE_SLOT;
    ram_will_change(m->ram, CODE + index * ORACLE_SLOT, ORACLE_SLOT);
    for (unsigned i = 0; i < ORACLE_INSNS; i++)
        st_le32(slot + ORACLE_SLOT_INSNS + 4 * i, i < c->count ? c->insn[i] : SVC);
    st_le32(slot + ORACLE_SLOT_EXIT, SVC);
    for (unsigned i = 0; i < ORACLE_DATA; i++)
        st_le32(slot + ORACLE_SLOT_DATA + 4 * i, c->data[i]);
}

static void enter(struct arm64 *c, const struct oracle_state *s, gva_t pc)
{
    memcpy(c->x, s->x, sizeof s->x);
    memcpy(c->v, s->v, sizeof s->v);
    c->fpcr = s->fpcr;
    c->fpsr = s->fpsr;
    c->sp_el0 = s->sp;
    c->spsr_el1 = s->nzcv;
    c->elr_el1 = pc;
    c->esr_el1 = 0;
    c->cpu.halted = false;
    arm64_exception_return(c);
}

static enum oracle_outcome outcome_of(const struct arm64 *c)
{
    switch (c->esr_el1 >> 26) {
    case EC_SVC: return ORACLE_DONE;
    case EC_DATA_ABORT_LOWER: case EC_INSN_ABORT_LOWER: case EC_PC_ALIGN: case EC_SP_ALIGN: return ORACLE_FAULT;
    default: return ORACLE_UNDEFINED;
    }
}

static void leave(const struct arm64 *c, struct oracle_state *s)
{
    memcpy(s->x, c->x, sizeof s->x);
    memcpy(s->v, c->v, sizeof s->v);
    s->sp = c->sp_el0;
    s->nzcv = (uint32_t)c->spsr_el1 & 0xf0000000;
    s->fpcr = c->fpcr;
    s->fpsr = c->fpsr;
    s->outcome = c->cpu.halted ? outcome_of(c) : ORACLE_FAULT;
}

void oracle_run_ours(const struct oracle_case *cases, unsigned count, struct oracle_state *ends)
{
    struct machine m;
    machine_open(&m);
    uint8_t *memory = m.ram->host + PAGES + (ORACLE_MEMORY_VA - ORACLE_PAGES_VA);
    for (unsigned i = 0; i < count; i++)
        write_slot(&m, &cases[i], i);
    for (unsigned i = 0; i < count; i++) {
        struct arm64 *c = m.core;
        memcpy(memory, cases[i].start.memory, ORACLE_MEMORY);
        c->sctlr_el1 &= ~(uint64_t)(SCTLR_SA0 | SCTLR_E0E);
        c->sctlr_el1 |= (cases[i].checks_sp ? SCTLR_SA0 : 0) | (cases[i].big_endian ? SCTLR_E0E : 0);
        enter(c, &cases[i].start, ORACLE_CODE_VA + i * ORACLE_SLOT + ORACLE_SLOT_INSNS);
        if (i & 1)
            tlb_flush(mmu_bank(c, 0));   /* so that every access takes the slow way */
        cpu_run(&c->cpu, cpu_ticks(&c->cpu, c->cpu.cycles + CYCLES_MAX));
        leave(c, &ends[i]);
        memcpy(ends[i].memory, memory, ORACLE_MEMORY);
    }
    machine_close(&m);
}
