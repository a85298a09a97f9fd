/* SPDX-License-Identifier: MIT */
/* Latency of memory by working set, in two patterns that published tables have (tests/accuracy/README.md says which):
   `ring`: a ring of pointers through every line once, in an order without pattern;
   `random`, `random_pair`: one or two bytes at random addresses a step, the next address from the one before and the byte. */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { LINE = 64, LINK_STEPS = 16 };

struct line {
    struct line *next;
    uint64_t unused[7];
};

static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Sattolo's shuffle of the links themselves: one ring of them all, and no memory beside it. */
static struct line *make_ring(uint64_t size)
{
    struct line *lines = guest_pages(size);
    uint64_t count = size / LINE, state = 12;

    for (uint64_t i = 0; i < count; i++)
        lines[i].next = &lines[i];
    for (uint64_t i = count - 1; i > 0; i--) {
        uint64_t j = (draw(&state) >> 16) % i;
        struct line *next = lines[i].next;
        lines[i].next = lines[j].next;
        lines[j].next = next;
    }
    return lines;
}

static __attribute__((noinline)) const struct line *follow(const struct line *line, uint64_t steps)
{
    for (uint64_t i = 0; i < steps; i += LINK_STEPS)
        __asm__ volatile(
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\t"
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\t"
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\t"
            "ldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]\n\tldr %0, [%0]"
            : "+r"(line) : : "memory");
    return line;
}

/* argument: the working set in bytes. */
void ring_kernel(uint64_t argument)
{
    const struct line *ring = make_ring(argument);
    uint64_t lines = argument / LINE, warm = lines < 20000 ? 8 * lines : lines, steps = lines < 100000 ? 200000 : 2 * lines;

    ring = follow(ring, warm);
    uint64_t begin = guest_ticks();
    follow(ring, steps);
    guest_say("ring", guest_ticks() - begin, steps);
}

static uint32_t next_seed(uint32_t seed)
{
    return seed * 1103515245 + 12345;
}

/* Three turns of the generator of ANSI C's rand make an address: its low bits are poor, so the bits come from high places. */
static inline uint32_t next_address(uint32_t *seed)
{
    uint32_t first = next_seed(*seed), second = next_seed(first);

    *seed = next_seed(second);
    return (first >> 16 & 0xff) | (second >> 8 & 0xff00) | (*seed & 0x7fff0000);
}

/* Apart, so that the loops are the same whoever calls them. */
#define APART __attribute__((noinline))

static APART uint32_t read_random(const volatile uint8_t *zeroes, uint64_t steps, uint32_t mask, uint32_t seed)
{
    for (uint64_t i = 0; i < steps; i++) {
        uint32_t address = next_address(&seed);
        seed |= zeroes[address & mask];
    }
    return seed;
}

static APART uint32_t read_random_pair(const volatile uint8_t *zeroes, uint64_t steps, uint32_t mask, uint32_t seed)
{
    for (uint64_t i = 0; i < steps; i++) {
        uint32_t first = next_address(&seed), second = next_address(&seed) & mask;
        uint32_t a = zeroes[second], b = zeroes[(first ^ second) & mask];
        seed = (seed | a) + b;
    }
    return seed;
}

typedef uint32_t reader(const volatile uint8_t *zeroes, uint64_t steps, uint32_t mask, uint32_t seed);

/* What the same steps take when every byte is in L1 is said too: the table has the difference. */
static void read_both(const char *name, reader *read, uint64_t size)
{
    uint64_t *zeroes = guest_pages(size);
    uint64_t steps = 400000, warm = size >= 1 << 20 ? 100000 : 8 * size / LINE;
    uint32_t seed = 0;

    for (uint64_t i = 0; i < size / sizeof *zeroes; i++)
        zeroes[i] = 0;
    seed = read((const uint8_t *)zeroes, 1000, 1, seed);
    uint64_t begin = guest_ticks();
    seed = read((const uint8_t *)zeroes, steps, 1, seed);
    guest_say("in_l1", guest_ticks() - begin, steps);
    seed = read((const uint8_t *)zeroes, warm, (uint32_t)size - 1, seed);
    begin = guest_ticks();
    read((const uint8_t *)zeroes, steps, (uint32_t)size - 1, seed);
    guest_say(name, guest_ticks() - begin, steps);
}

void random_kernel(uint64_t argument)
{
    read_both("random", read_random, argument);
}

void random_pair_kernel(uint64_t argument)
{
    read_both("random_pair", read_random_pair, argument);
}
