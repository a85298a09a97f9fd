/* SPDX-License-Identifier: MIT */
/* A bare-metal program for the virt board: random translation tables and control registers, random addresses, and what AT
   says of them, as text on the PL011. Run by our machine and by QEMU's, the texts must be equal. */
#include <stdint.h>

enum { ADDRESSES = 96, POOL = 0x44000000, LEVEL_SIZE = 64 << 10, FIXED = 0x43000000, UART = 0x09000000 };
#ifndef CONFIGURATIONS
#define CONFIGURATIONS 100
#endif

/* The upper half maps RAM from here, the lower half one to one; whichever is not under test holds code and data. */
#define ALIAS 0xffffff8040000000ull

struct job {
    uint64_t ttbr0, ttbr1, tcr, mair, count;
    struct { uint64_t va, par[4]; } at[ADDRESSES];
};

void walk(struct job *job);
void mmu_on(uint64_t ttbr0, uint64_t ttbr1, uint64_t tcr, uint64_t mair);
void main(void);

static uint64_t seed = 0x123456789abcdef;

static uint64_t next(void)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return seed * 0x2545f4914f6cdd1dull;
}

static uint32_t below(uint32_t n)
{
    return (uint32_t)((next() >> 32) * n >> 32);
}

static void put(char c)
{
    *(volatile uint32_t *)UART = (uint8_t)c;
}

static void put_hex(uint64_t v)
{
    for (int i = 60; i >= 0; i -= 4)
        put("0123456789abcdef"[v >> i & 15]);
    put(' ');
}

static uint64_t random_attributes(void)
{
    uint64_t r = next();
    return (r & 0x7ff0000000000bfc) | (below(16) ? 1 << 10 : 0);
}

/* A table of the pool: it has a part for each level. */
static uint64_t random_table(unsigned granule, unsigned level)
{
    return POOL + level * LEVEL_SIZE + ((uint64_t)below(LEVEL_SIZE >> granule) << granule);
}

/* Blocks of levels that have none are a translation fault, but not in QEMU before version 8. */
static int has_block(unsigned granule, unsigned level)
{
    return level == 3 || level == 2 || (level == 1 && granule == 12);
}

/* Mostly tables of the next level, or mappings below 2^40. */
static uint64_t random_descriptor(unsigned granule, unsigned level)
{
    uint64_t attributes = random_attributes(), out = next() & 0xfffffff000, leaf = level == 3 && below(8) ? 3 : 1;
    uint64_t table = random_table(granule, level < 3 ? level + 1 : 3) | (attributes & 0x7ff0000000000ffc) | 3;
    switch (below(16)) {
    case 0: return next() & ~1ull;
    case 1: return (next() & ~0xfff0000000ull) | 0x7000000000 | 3;   /* nothing is there, or the address is too large */
    case 2: return has_block(granule, level) ? (next() & 0x0000fffffffff000) | attributes | leaf : table;
    case 3: case 4: case 5: case 6: return has_block(granule, level) ? out | attributes | leaf : table;
    case 7: return 0x7000000000 | (out & 0xffff000) | 3;
    default: return level < 3 ? table : out | attributes | leaf;
    }
}

static uint64_t random_address(unsigned size, int high)
{
    uint64_t va = next(), mask = ~0ull >> (size & 63);
    if (below(16) == 0)
        return va;
    va = high ? va | ~mask : va & mask;
    if (below(4) == 0)
        va = (va & ~(0xffull << 56)) | next() << 56;
    return va;
}

static void configure(struct job *job, int high, uint64_t fixed_tcr)
{
    static const uint8_t granules[3] = { 12, 16, 14 }, tg0[3] = { 0, 1, 2 }, tg1[3] = { 2, 3, 1 };
#ifdef GRANULE_16K   /* QEMU's Cortex-A53 has none; its Neoverse N1 has, and larger physical addresses than ours */
    unsigned which = 2, ips = below(3);
#else
    unsigned which = below(2), ips = below(8);
#endif
    unsigned granule = granules[which], size = 16 + below(24), levels = (64 - size - granule + granule - 4) / (granule - 3);
    uint64_t tcr, table = random_table(granule, 4 - levels);
    for (unsigned level = 0; level < 4; level++)
        for (unsigned i = 0; i < LEVEL_SIZE / 8; i++)
            ((uint64_t *)POOL)[level * LEVEL_SIZE / 8 + i] = random_descriptor(granule, level);
    tcr = size | (uint64_t)(below(16) == 0) << 7 | (high ? tg1[which] << 14 : tg0[which] << 14);
    if (high)
        tcr <<= 16;
    tcr |= (uint64_t)below(2) << (high ? 38 : 37) | (uint64_t)ips << 32;
    job->tcr = tcr | (fixed_tcr & (high ? 0xffff : 0xffff0000));
    table |= next() & 0xffff000000000000;
    if (below(32) == 0)
        table |= 0xff0000000000;
    if (high)
        job->ttbr1 = table;
    else
        job->ttbr0 = table;
    job->mair = next() | 0x4400;
    job->count = ADDRESSES;
    for (unsigned i = 0; i < ADDRESSES; i++)
        job->at[i].va = random_address(size, high);
}

/* The two halves' fixed tables: 4 KiB granule, 39 bits, blocks of 1 GiB: devices, RAM. */
static void make_fixed(uint64_t *table)
{
    for (unsigned i = 0; i < 512; i++)
        table[i] = 0;
    table[0] = 1 << 10 | 1 << 2 | 1;
    table[1] = 0x40000000 | 1 << 10 | 1;
}

/* Shareability of Device and Normal Non-cacheable memory: QEMU may show the descriptor's, not what the manual says. */
static uint64_t without_shareability(uint64_t par)
{
    uint64_t attributes = par >> 56;
    return (par & 0x801) == 0x800 && (!(attributes & 0xf0) || attributes == 0x44) ? par & ~0x180ull : par;
}

static void show(const struct job *job, unsigned number)
{
    put_hex(number);
    put_hex(job->tcr);
    put('\n');
    for (unsigned i = 0; i < ADDRESSES; i++) {
        put_hex(job->at[i].va);
        for (unsigned k = 0; k < 4; k++)
            put_hex(without_shareability(job->at[i].par[k]));
        put('\n');
    }
}

void main(void)
{
    static struct job job;
    const uint64_t tcr = 25 | 25 << 16 | 2u << 30 | 2ull << 32;
    make_fixed((uint64_t *)FIXED);
    mmu_on(FIXED, FIXED, tcr, 0x00ff);
    for (unsigned i = 0; i < CONFIGURATIONS; i++) {
        int high = i & 1;
        uint64_t move = high ? 0 : ALIAS - 0x40000000;
        job.ttbr0 = job.ttbr1 = FIXED;
        configure(&job, high, tcr);
        ((void (*)(struct job *))((uint64_t)walk + move))((struct job *)((uint64_t)&job + move));
        show(&job, i);
    }
}
