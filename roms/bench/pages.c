/* SPDX-License-Identifier: MIT */
/* Page-table churn: 64 pages get other frames behind them again and again, each by break-before-make and TLBI, and are read
   and written through their addresses. */
#include "roms/bench/bench.h"
#include "roms/bench/system.h"
#include "roms/lib/mmu.h"

enum { WINDOW = 0x80200000, TABLE_ENTRIES = 512, FRAME_ALIGN = PAGE_SIZE };

static uint64_t table[TABLE_ENTRIES] __attribute__((aligned(4096)));
static uint64_t frames;

void pages_prepare(void)
{
    frames = ((uintptr_t)bench_take((PAGES + 1) * PAGE_SIZE) + FRAME_ALIGN - 1) & -(uint64_t)FRAME_ALIGN;
    mmu_map_table(WINDOW, table);
}

static void map(unsigned page, unsigned frame)
{
    volatile uint64_t *entry = &table[page];
    uint64_t address = WINDOW + page * PAGE_SIZE;

    *entry = 0;
    __asm__ volatile("dsb ishst\n\ttlbi vae1is, %0\n\tdsb ish" : : "r"(address >> 12) : "memory");
    *entry = mmu_page(frames + frame * PAGE_SIZE, MMU_NORMAL);
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
}

uint64_t pages_once(void)
{
    uint64_t sum = 0;

    for (unsigned frame = 0; frame < PAGES; frame++)
        *(volatile uint64_t *)(frames + frame * PAGE_SIZE) = frame;
    for (unsigned round = 0; round < PAGES_ROUNDS; round++) {
        for (unsigned page = 0; page < PAGES; page++)
            map(page, pages_frame(round, page));
        for (unsigned page = 0; page < PAGES; page++) {
            volatile uint64_t *word = (volatile uint64_t *)(uintptr_t)(WINDOW + page * PAGE_SIZE);
            sum = bench_mix(sum, *word);
            *word += page;
        }
    }
    return sum;
}
