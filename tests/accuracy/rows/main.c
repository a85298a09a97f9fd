/* SPDX-License-Identifier: MIT */
/* Times every loop of the table: "loop NUMBER TICKS TURNS". */
#include "roms/lib/cpu.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/string.h"
#include "tests/accuracy/rows/rows.h"

int main(const void *blob);

enum { RAM_BASE = 0x40000000, RAM_MAPPED = 512 << 20, WORDS = 1 << 16, SMALL = 1 << 10, WARM = 2 };

static uint64_t memory[WORDS + 1] __attribute__((aligned(4096)));

/* xorshift64 (Marsaglia). */
static void fill_random(void)
{
    uint64_t state = 42;

    for (unsigned i = 0; i < WORDS; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        memory[i] = state;
    }
}

static void fill(const struct rows_loop *loop)
{
    char *at = (char *)memory + loop->offset;
    uint64_t value = loop->memory == ROWS_POINTERS ? (uint64_t)at : 0;

    if (loop->memory == ROWS_RANDOM)
        fill_random();
    else if (loop->memory != ROWS_NOTHING)
        for (unsigned i = 0; i < SMALL; i++)
            memcpy(at + i * sizeof value, &value, sizeof value);
}

static uint64_t value_of(const struct rows_loop *loop, unsigned kind)
{
    switch (kind) {
    case ROWS_ONE:      return 1;
    case ROWS_ALL_ONES: return ~0ull;
    case ROWS_POINTER:  return (uint64_t)memory + loop->offset;
    default:            return 0;
    }
}

static uint64_t timed(const struct rows_loop *loop, uint64_t turns)
{
    uint64_t registers = value_of(loop, loop->registers), constant = value_of(loop, loop->constant);
    uint64_t start = cpu_counter();

    rows_run(loop->code, turns, registers, constant, loop->byte);
    return cpu_counter() - start;
}

int main(const void *blob)
{
    (void)blob;
    mmu_init(RAM_BASE, RAM_MAPPED);
    for (uint64_t i = 0; i < rows_loop_count; i++) {
        const struct rows_loop *loop = &rows_loops[i];
        fill(loop);
        timed(loop, WARM);
        print("loop %lu %lu %lu\n", i, timed(loop, loop->turns), loop->turns);
    }
    return 0;
}
