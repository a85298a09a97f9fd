/* SPDX-License-Identifier: MIT */
/* Times every loop of the table, instead of the kernels: "loop NUMBER TICKS TURNS". */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/rows/rows.h"

enum { WORDS = 1 << 16, SMALL = 1 << 10, WARM = 2 };

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
            __builtin_memcpy(at + i * sizeof value, &value, sizeof value);
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
    uint64_t start = guest_ticks();

    rows_run(loop->code, turns, registers, constant, loop->byte);
    return guest_ticks() - start;
}

static void name_of(char *to, uint64_t number)
{
    static const char word[] = "loop ";
    char digits[20];
    int count = 0;

    for (const char *at = word; *at; at++)
        *to++ = *at;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *to++ = digits[--count];
    *to = 0;
}

int guest_run_text(const char *text)
{
    (void)text;
    for (uint64_t i = 0; i < rows_loop_count; i++) {
        const struct rows_loop *loop = &rows_loops[i];
        char name[sizeof "loop " + 20];
        fill(loop);
        timed(loop, WARM);
        name_of(name, i);
        guest_say(name, timed(loop, loop->turns), loop->turns);
    }
    return 1;
}
