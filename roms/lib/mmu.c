/* SPDX-License-Identifier: MIT */
/* Stage 1 translation for EL1 and EL0, 4 KB granule, 39 address bits (ARM DDI 0487, D5). */
#include "roms/lib/mmu.h"
#include "roms/lib/cpu.h"

enum {
    ENTRIES = 512,
    GIGABYTES = 4,
    DESC_BLOCK = 1,
    DESC_TABLE = 3,
    DESC_PAGE = 3,
    DESC_ATTR_NORMAL = 1 << 2,
    DESC_AP_USER = 1 << 6,
    DESC_AP_READ_ONLY = 1 << 7,
    DESC_SH_INNER = 3 << 8,
    DESC_AF = 1 << 10,
    MAIR_DEVICE_NORMAL = 0xff04,
    TCR_T0SZ_39_BITS = 25,
    TCR_IRGN0_ORGN0_WB = 1 << 8 | 1 << 10,
    TCR_SH0_INNER = 3 << 12,
    TCR_EPD1 = 1 << 23,
    TCR_IPS_SHIFT = 32,
    SCTLR_M_C_I = 1 << 0 | 1 << 2 | 1 << 12,
    SCTLR_UCT_UCI_DZE = 1 << 14 | 1 << 15 | 1 << 26,
    SCTLR_RES1 = 1 << 11 | 1 << 20 | 1 << 22 | 1 << 23 | 1 << 28 | 1 << 29,
};

#define DESC_PXN (1ull << 53)
#define DESC_UXN (1ull << 54)

static uint64_t level1[ENTRIES] __attribute__((aligned(4096)));
static uint64_t level2[GIGABYTES][ENTRIES] __attribute__((aligned(4096)));

static uint64_t attributes(enum mmu_kind kind)
{
    static const uint64_t of[] = {
        [MMU_DEVICE] = DESC_AF | DESC_UXN | DESC_PXN,
        [MMU_NORMAL] = DESC_AF | DESC_ATTR_NORMAL | DESC_SH_INNER | DESC_UXN,
        [MMU_USER_CODE] = DESC_AF | DESC_ATTR_NORMAL | DESC_SH_INNER | DESC_AP_USER | DESC_AP_READ_ONLY,
        [MMU_USER_DATA] = DESC_AF | DESC_ATTR_NORMAL | DESC_SH_INNER | DESC_AP_USER | DESC_UXN | DESC_PXN,
    };
    return of[kind];
}

static uint64_t *block_entry(uint64_t va)
{
    return &level2[va >> 30 & (GIGABYTES - 1)][va >> 21 & (ENTRIES - 1)];
}

/* Break before make: the old entry is gone from every TLB before the new one can be seen (D5.10.1). */
static void replace(uint64_t *entry, uint64_t value, uint64_t va)
{
    *entry = 0;
    __asm__ volatile("dsb ishst\n\ttlbi vae1is, %0\n\tdsb ish" : : "r"(va >> 12) : "memory");
    *entry = value;
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

void mmu_map(uint64_t va, uint64_t pa, enum mmu_kind kind)
{
    replace(block_entry(va), pa | attributes(kind) | DESC_BLOCK, va);
}

void mmu_map_table(uint64_t va, uint64_t *table)
{
    replace(block_entry(va), (uintptr_t)table | DESC_TABLE, va);
}

uint64_t mmu_page(uint64_t pa, enum mmu_kind kind)
{
    return pa | attributes(kind) | DESC_PAGE;
}

void mmu_init(uint64_t ram_base, uint64_t ram_size)
{
    uint64_t end = ram_base + ram_size, limit = (uint64_t)GIGABYTES << 30;

    for (unsigned i = 0; i < GIGABYTES; i++)
        level1[i] = (uintptr_t)level2[i] | DESC_TABLE;
    for (uint64_t at = MMU_BLOCK; at < 1u << 30; at += MMU_BLOCK)
        *block_entry(at) = at | attributes(MMU_DEVICE) | DESC_BLOCK;
    for (uint64_t at = ram_base; at < end && at < limit; at += MMU_BLOCK)
        *block_entry(at) = at | attributes(MMU_NORMAL) | DESC_BLOCK;
    cpu_write(mair_el1, MAIR_DEVICE_NORMAL);
    cpu_write(tcr_el1, TCR_T0SZ_39_BITS | TCR_IRGN0_ORGN0_WB | TCR_SH0_INNER | TCR_EPD1
              | (cpu_read(id_aa64mmfr0_el1) & 7) << TCR_IPS_SHIFT);
    cpu_write(ttbr0_el1, (uintptr_t)level1);
    __asm__ volatile("dsb sy\n\ttlbi vmalle1\n\tic iallu\n\tdsb sy\n\tisb" : : : "memory");
    cpu_write(sctlr_el1, SCTLR_RES1 | SCTLR_M_C_I | SCTLR_UCT_UCI_DZE);
    cpu_isb();
}
