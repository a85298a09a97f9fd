/* SPDX-License-Identifier: MIT */
/* The memory of a Raspberry Pi 3 against what was measured on one, without a core: loads and stores come as those of the published
   programs do. `make accuracy` measures the same inside a guest; here a change of the model that moves a number is seen at once.
   Catches: mechanisms that fit one table and not the other, knees at the wrong sizes, bandwidth limited by the wrong thing. */
#include <stdlib.h>

#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"

enum { WINDOW = 0x10000000, FRAMES = 0x40000000, PAGES = 1 << 15, LINE = 64, DRAWS = 10 };

static struct memory_fixture f;
static uint32_t frames[PAGES];
static uint64_t draws;

/* Frames are drawn at random, others each time. */
static gpa_t frame(gva_t va)
{
    gva_t page = (va - WINDOW) / PAGE_SIZE;
    return page < PAGES ? FRAMES + (gpa_t)frames[page] * PAGE_SIZE : va & PAGE_MASK;
}

static void start(void)
{
    uint64_t state = ++draws;
    for (uint32_t i = 0; i < PAGES; i++)
        frames[i] = i;
    for (uint32_t i = PAGES - 1; i; i--) {
        uint32_t j = memory_fixture_random(&state, i + 1), other = frames[i];
        frames[i] = frames[j];
        frames[j] = other;
    }
    memory_fixture_open(&f);
    f.translated = true;
    f.frame = frame;
    memory_fixture_start(&f);
}

static double ns(uint64_t cycles, uint64_t count)
{
    return (double)cycles * 1000 / f.settings.clock_mhz / (double)count;
}

static void expect(double here, double published, double percent)
{
    ck_assert_double_ge(here, published * (1 - percent / 100));
    ck_assert_double_le(here, published * (1 + percent / 100));
}

/* A ring of pointers through every line once, in an order without pattern. Making it writes every line. */
static double ring(uint32_t size)
{
    uint32_t lines = size / LINE, at = 0;
    uint32_t *next = mem_alloc(lines * sizeof *next);
    uint64_t state = 99;
    start();
    for (uint32_t i = 0; i < lines; i++)
        next[i] = i;
    for (uint32_t i = lines - 1; i; i--) {   /* Sattolo: one ring */
        uint32_t j = memory_fixture_random(&state, i), other = next[i];
        next[i] = next[j];
        next[j] = other;
    }
    for (uint32_t i = 0; i < lines; i++, at = next[at])
        memory_fixture_store(&f, WINDOW + (gva_t)at * LINE, 8, 20);
    uint32_t steps = lines < 10000 ? 20000 : 2 * lines;
    for (uint32_t i = 0; i < steps; i++, at = next[at])
        memory_fixture_load(&f, WINDOW + (gva_t)at * LINE, 3);
    uint64_t begin = f.now;
    for (uint32_t i = 0; i < steps; i++, at = next[at])
        memory_fixture_load(&f, WINDOW + (gva_t)at * LINE, 3);
    double took = ns(f.now - begin, steps);
    memory_fixture_close(&f);
    free(next);
    return took;
}

/* Bytes at random addresses, `chains` of them a step, whose computation takes 20 cycles; what a step takes longer than that. */
static double random_reads(uint32_t size, unsigned chains)
{
    uint32_t warm = size < 1 << 20 ? 20000 : 60000, steps = 100000;
    uint64_t state = 5, extra = 0;
    start();
    for (uint32_t i = 0; i < warm + steps; i++) {
        uint64_t longest = 0;
        if (i == warm)
            extra = 0;
        for (unsigned chain = 0; chain < chains; chain++) {
            struct memory_wait wait;
            memory_fixture_access(&f, WINDOW + memory_fixture_random(&state, size), 1, false, &wait);
            f.now += wait.unit;
            extra += wait.unit;
            longest = wait.result > wait.unit + longest ? wait.result - wait.unit : longest;
        }
        f.now += 20 + longest;
        extra += longest;
    }
    memory_fixture_close(&f);
    return ns(extra, steps);
}

/* Which frames share a set of L2 decides how a set as large as L2 fares: of rings the mean counts, of random reads, as their
   program has it, the best of ten. */
static double mean_ring(uint32_t size)
{
    double sum = 0;
    for (unsigned i = 0; i < DRAWS; i++)
        sum += ring(size);
    return sum / DRAWS;
}

static double best_random_reads(uint32_t size)
{
    double best = random_reads(size, 1);
    for (unsigned i = 1; i < DRAWS; i++) {
        double other = random_reads(size, 1);
        best = other < best ? other : best;
    }
    return best;
}

/* Of glibc's kind: four pairs are loaded, then four pairs stored. MB/s. */
static double copy(bool is_fill)
{
    enum { SIZE = 4 << 20, WARM = 1 << 20 };
    uint64_t begin = 0;
    start();
    for (uint32_t at = 0; at < SIZE; at += LINE) {
        struct memory_wait wait;
        uint64_t loaded = f.now;
        if (at == WARM)
            begin = f.now;
        for (unsigned part = 0; part < LINE && !is_fill; part += 16) {
            memory_fixture_access(&f, WINDOW + at + part, 16, false, &wait);
            if (f.now + wait.result > loaded)
                loaded = f.now + wait.result;
            f.now += 2 + wait.unit;
        }
        f.now = f.now > loaded ? f.now : loaded;
        for (unsigned part = 0; part < LINE; part += 16)
            memory_fixture_store(&f, WINDOW + 2 * SIZE + at + part, 16, 1);
    }
    double rate = 1000 / ns(f.now - begin, SIZE - WARM);
    memory_fixture_close(&f);
    return rate;
}

START_TEST(a_ring_of_pointers_takes_what_was_published)
{
    expect(ring(16 << 10), 2.5, 1);
    expect(ring(32 << 10), 2.5, 1);
    expect(ring(64 << 10), 22.8, 5);
    expect(ring(128 << 10), 26.9, 5);
    expect(ring(256 << 10), 28.8, 5);
    expect(mean_ring(512 << 10), 76, 10);
    expect(ring(1 << 20), 159, 5);
    expect(ring(4 << 20), 174.5, 5);
}
END_TEST

START_TEST(random_reads_take_what_was_published)
{
    expect(random_reads(64 << 10, 1), 5.5, 10);
    expect(random_reads(128 << 10, 1), 8.4, 10);
    expect(random_reads(256 << 10, 1), 9.8, 10);
    expect(best_random_reads(512 << 10), 19.6, 15);
    expect(random_reads(1 << 20, 1), 84.8, 5);
    expect(random_reads(4 << 20, 1), 148.6, 5);
    expect(random_reads(64 << 20, 1), 178, 5);
    expect(random_reads(64 << 20, 2), 212, 10);
}
END_TEST

START_TEST(copying_and_filling_are_as_fast_as_published)
{
    expect(copy(false), 1110, 10);
    expect(copy(true), 1705, 5);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory hardware");
    TCase *t = tcase_create("hardware");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_ring_of_pointers_takes_what_was_published);
    tcase_add_test(t, random_reads_take_what_was_published);
    tcase_add_test(t, copying_and_filling_are_as_fast_as_published);
    suite_add_tcase(s, t);
    return s;
}
