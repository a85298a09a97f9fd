/* SPDX-License-Identifier: MIT */
/* Latency of memory by working set, in two patterns that published tables have (tests/accuracy/README.md says which):
   `ring`: a ring of pointers through every line once, in an order without pattern;
   `random`, `random_pair`: one or two bytes at random addresses a step, the next address from the one before and the byte.
   How well a working set lies in L2 is a matter of its frames, so one that may fit there is measured at several places: of a ring
   it is the mean that counts. tinymembench, which the other two follow, says the best of ten; what counts is the mean of that. */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { LINE = 64, LINK_STEPS = 16, PLACED_MAX = 1 << 20, GROUPS = 5, OF_TEN = 10 };

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

static unsigned places_for(uint64_t size)
{
    return size <= PLACED_MAX ? GROUPS * OF_TEN : 1;
}

static uint64_t time_ring(uint64_t size, uint64_t warm, uint64_t steps)
{
    const struct line *ring = follow(make_ring(size), warm);
    uint64_t begin = guest_ticks();

    follow(ring, steps);
    return guest_ticks() - begin;
}

/* argument: the working set in bytes. */
void ring_kernel(uint64_t argument)
{
    uint64_t lines = argument / LINE, warm = lines < 20000 ? 8 * lines : lines, steps = lines < 20000 ? 6 * lines : 2 * lines;
    uint64_t ticks = 0;

    for (unsigned place = 0; place < places_for(argument); place++)
        ticks += time_ring(argument, warm, steps);
    guest_say("ring", ticks, places_for(argument) * steps);
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

struct reading {
    reader *read;
    uint64_t size, steps, warm;
    uint32_t seed;
};

static uint64_t time_reads(struct reading *r, const void *zeroes, uint64_t steps, uint64_t size)
{
    uint64_t begin = guest_ticks();

    r->seed = r->read(zeroes, steps, (uint32_t)size - 1, r->seed);
    return guest_ticks() - begin;
}

static uint64_t *make_zeroes(uint64_t size)
{
    uint64_t *zeroes = guest_pages(size);

    for (uint64_t i = 0; i < size / sizeof *zeroes; i++)
        zeroes[i] = 0;
    return zeroes;
}

static uint64_t best_of(struct reading *r, unsigned places)
{
    uint64_t best = UINT64_MAX;

    for (unsigned place = 0; place < places; place++) {
        const uint64_t *zeroes = make_zeroes(r->size);
        time_reads(r, zeroes, r->warm, r->size);
        uint64_t ticks = time_reads(r, zeroes, r->steps, r->size);
        best = ticks < best ? ticks : best;
    }
    return best;
}

/* What the same steps take when every byte is in L1 is said too: the table has the difference. */
static void read_both(const char *name, reader *read, uint64_t size)
{
    struct reading r = { read, size, size > PLACED_MAX ? 400000 : 100000, size >= PLACED_MAX ? 100000 : 8 * size / LINE, 0 };
    unsigned groups = size <= PLACED_MAX ? GROUPS : 1;
    static const uint64_t near;
    uint64_t ticks = 0;

    time_reads(&r, &near, 1000, 2);
    guest_say("in_l1", time_reads(&r, &near, r.steps, 2), r.steps);
    for (unsigned group = 0; group < groups; group++)
        ticks += best_of(&r, places_for(size) / groups);
    guest_say(name, ticks, groups * r.steps);
}

void random_kernel(uint64_t argument)
{
    read_both("random", read_random, argument);
}

void random_pair_kernel(uint64_t argument)
{
    read_both("random_pair", read_random_pair, argument);
}
