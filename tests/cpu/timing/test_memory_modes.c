/* SPDX-License-Identifier: MIT */
/* The property that everything rests on: leaving out the accesses that an entry of the line table proves changes nothing, not a
   latency, not a count, not a bit of the state; with one core and with several that share lines. Catches: replacement that looks
   at hits, an entry that outlives what it proves or what another core did, counts in the wrong step, anything that depends on
   which accesses were seen, a line that two cores have for themselves. */
#include <string.h>

#include "tests/cpu/timing/memory_fixture.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { PROGRAMS = 64, BLOCKS = 3000, LOOK_EVERY = 61, CORES_MAX = 8 };

/* The core whose turn it is, of so many. */
static struct memory_fixture fasts[CORES_MAX], references[CORES_MAX];
static unsigned cores, turn;
#define FAST      (fasts[turn])
#define REFERENCE (references[turn])

/* Two frames that are one, as the kernel's and a process's view of a page: bit 28 of an address does not count. */
static gpa_t frame(gva_t va)
{
    return (va ^ (va >> 3 & 0x7000)) & 0xefffffff & PAGE_MASK;
}

/* Small and simple caches, so that everything that can happen to a line happens often. */
static void shape(struct memory_fixture *f, uint64_t *state)
{
    memory_fixture_open(f);
    struct core_settings *s = &f->settings;
    s->l1d_size = 4096u << memory_fixture_random(state, 4);
    s->l1d_ways = 1u << memory_fixture_random(state, 4);
    s->l1d_index = memory_fixture_random(state, 2);
    s->l1i_size = 4096;
    s->l1i_ways = 1u << memory_fixture_random(state, 5);
    s->l1i_prefetch = memory_fixture_random(state, 3);
    s->l2_size = 65536u << memory_fixture_random(state, 3);
    s->l2_ways = 1u << memory_fixture_random(state, 6);
    s->utlb_entries = 1 + memory_fixture_random(state, 12);
    s->utlb_reach = 4096u << memory_fixture_random(state, 10);
    s->tlb_entries = 16u << memory_fixture_random(state, 4);
    s->walk_entries = memory_fixture_random(state, 8);
    s->fills = 1 + memory_fixture_random(state, 4);
    s->store_entries = 1 + memory_fixture_random(state, 5);
    s->prefetch_streams = memory_fixture_random(state, 4);
    s->prefetch_distance = 1 + memory_fixture_random(state, 8);
    s->stream_after = memory_fixture_random(state, 5);
    s->stream_far = 1 + memory_fixture_random(state, 20);
    f->frame = frame;
    f->translated = true;
}

struct access {
    gva_t va;
    unsigned size;
    bool write;
};

/* Near places often, runs up and down, far places now and then; seldom unaligned. */
static struct access draw(uint64_t *state, gva_t *run)
{
    struct access a = { .size = 1u << memory_fixture_random(state, 5), .write = memory_fixture_random(state, 3) == 0 };
    uint32_t kind = memory_fixture_random(state, 16);
    if (kind < 9) {
        a.va = 0x10000 + memory_fixture_random(state, 0xc00);
    } else if (kind < 14) {
        *run += a.size;
        a.va = *run;
        a.write = *run >> 16 & 1;
    } else if (kind < 15) {
        *run = 0x10000000 * memory_fixture_random(state, 3) + memory_fixture_random(state, 0x80000);
        a.va = *run;
    } else {
        a.va = 0x10000000 * memory_fixture_random(state, 3) + memory_fixture_random(state, 0x400000);
    }
    if (memory_fixture_random(state, 16))
        a.va &= ~(gva_t)(a.size - 1);
    else if (memory_fixture_random(state, 2))
        a.size = 1 + memory_fixture_random(state, 64);
    uint64_t room = PAGE_SIZE - (a.va & ~PAGE_MASK);
    if (a.size > room)
        a.size = (unsigned)room;
    return a;
}

static void both(void act(struct memory_fixture *f, uint64_t number), uint64_t number)
{
    act(&FAST, number);
    act(&REFERENCE, number);
}

/* Mostly where accesses are: see draw. */
static gpa_t somewhere(uint64_t number)
{
    gva_t va = number & 7 ? 0x10000 + (number >> 3) % 0xc00 : number >> 3 & 0x101fffff;
    return frame(va) | (va & ~PAGE_MASK);
}

static void maintain(struct memory_fixture *f, uint64_t number)
{
    memory_maintain(f->m, (enum memory_maintenance)(number % 6), somewhere(number >> 4), 3);
}

static void dma(struct memory_fixture *f, uint64_t number)
{
    memory_dma(f->m, somewhere(number >> 4), number >> 20 & 0xfff);
}

static void zero(struct memory_fixture *f, uint64_t number)
{
    struct memory_page page = memory_fixture_page(f, number & ~63ull);
    memory_zero(f->m, &page, 2, f->now);
}

/* What is known of the two lines of a piece of code: the sum of their epochs when they were last looked at. */
static struct { gpa_t pa; uint32_t epochs; } codes[CORES_MAX][256];
#define CODE (codes[turn])

/* As a block does: its lines are looked at again only when an epoch says that they may have left. */
static void fetch(struct memory_fixture *f, uint64_t number)
{
    struct memory_page page = memory_fixture_page(f, number & ~127ull);
    unsigned line = page.pa >> 6 & 63, i = page.pa >> 7 & 255;
    memory_fetch_page(f->m, &page);
    uint32_t epochs = f->epoch[line] + f->epoch[line + 1];
    if (f->fast && CODE[i].pa == page.pa && CODE[i].epochs == epochs) {
        f->left_out++;
        return;
    }
    memory_fetch_lines(f->m, page.pa, page.pa + 127);
    if (f->fast) {
        CODE[i].pa = page.pa;
        CODE[i].epochs = f->epoch[line] + f->epoch[line + 1];
    }
}

static void device(struct memory_fixture *f, uint64_t number)
{
    memory_device(f->m, (unsigned)number % 60);
}

static void forget(struct memory_fixture *f, uint64_t number)
{
    if (number % 16 == 0)
        memory_forget_translations(f->m);
    else if (number % 16 < 3)
        memory_forget_asid(f->m, (uint32_t)(number >> 8) % 4);
    else
        memory_forget_va(f->m, number);
}

static void change_space(struct memory_fixture *f, uint64_t number)
{
    f->space = (uint32_t)number % MEMORY_FIXTURE_SPACES;
    f->asid = number >> 8 & 3 ? f->space : MEMORY_GLOBAL;
    f->size_bits = (uint8_t)(12 + (number >> 10) % 11);
}

static void something_else(uint64_t *state)
{
    uint64_t number = (uint64_t)memory_fixture_random(state, UINT32_MAX);
    switch (memory_fixture_random(state, 12)) {
    case 0: case 1: both(maintain, number); break;
    case 2: both(dma, number); break;
    case 3: case 4: both(zero, number & 0x100fffff); break;
    case 5: case 6: both(fetch, number & 0x1001ffff); break;
    case 7: both(device, number); break;
    case 8: both(forget, number & 0x101fffff); break;
    case 9: both(change_space, number); break;
    default: break;
    }
}

static void run_block(uint64_t *state, gva_t *run)
{
    struct memory_wait waits[2] = { { 0 }, { 0 } };
    unsigned accesses = 1 + memory_fixture_random(state, 12);
    for (unsigned op = 4; op < 4 + accesses; op++) {
        struct access a = draw(state, run);
        memory_fixture_note(&FAST, a.va, a.size, a.write, op);
        memory_fixture_note(&REFERENCE, a.va, a.size, a.write, op);
    }
    memory_fixture_serve(&FAST, &waits[0]);
    memory_fixture_serve(&REFERENCE, &waits[1]);
    ck_assert_uint_eq(waits[0].issue, waits[1].issue);
    ck_assert_uint_eq(waits[0].result, waits[1].result);
    ck_assert_uint_eq(waits[0].unit, waits[1].unit);
    ck_assert_uint_eq(waits[0].issue_cause, waits[1].issue_cause);
    ck_assert_uint_eq(waits[0].result_cause, waits[1].result_cause);
    uint64_t passed = 20 + waits[0].issue + (memory_fixture_random(state, 3) ? waits[0].result : 0);
    FAST.now += passed;
    REFERENCE.now += passed;
}

/* Every entry of the line table is a hit: asking changes nothing and notes nothing. */
static void look_at_entries(void)
{
    uint32_t space = FAST.space;
    uint64_t hash = memory_hash(FAST.m, FAST.now);
    for (FAST.space = 0; FAST.space < MEMORY_FIXTURE_SPACES; FAST.space++)
        for (unsigned i = 0; i < LINE_PAGES * 64; i++) {
            const struct line_page *e = &FAST.table[FAST.space][i / 64];
            if (e->tag & LINE_SUSPENDED || !(e->readable >> i % 64 & 1))   /* LINE_NOTHING too */
                continue;
            bool write = e->writable >> i % 64 & 1;
            struct memory_page page = memory_fixture_page(&FAST, e->tag + i % 64 * 64);
            enum memory_proof proof = memory_data(FAST.m, &page, 8, write, 0, FAST.now);
            ck_assert_int_ge(proof, write ? MEMORY_WRITABLE : MEMORY_READABLE);   /* more, if written through another entry */
        }
    FAST.space = space;
    unsigned count;
    memory_events(FAST.m, &count);
    ck_assert_uint_eq(count, 0);
    ck_assert_uint_eq(memory_hash(FAST.m, FAST.now), hash);
}

static void start_cores(uint64_t *state)
{
    uint64_t seed = *state, same;
    memset(codes, 0xff, sizeof codes);
    for (turn = 0; turn < cores; turn++) {
        same = *state = seed;   /* all are of one shape */
        shape(&FAST, state);
        shape(&REFERENCE, &same);
        FAST.fast = true;
        FAST.translated = REFERENCE.translated = seed % 4 != 3;
        memory_fixture_start(&FAST);
        memory_fixture_start(&REFERENCE);
        if (!turn)
            continue;
        memory_join(FAST.m, fasts[0].m);
        memory_join(REFERENCE.m, references[0].m);
    }
    turn = 0;
}

static void check_all(void)
{
    unsigned now = turn;
    for (turn = 0; turn < cores; turn++) {
        look_at_entries();
        ck_assert_uint_eq(memory_hash(FAST.m, FAST.now), memory_hash(REFERENCE.m, REFERENCE.now));
        ck_assert_mem_eq(FAST.counts, REFERENCE.counts, sizeof FAST.counts);
        ck_assert_mem_eq(FAST.epoch, REFERENCE.epoch, sizeof FAST.epoch);
    }
    turn = now;
    ck_assert_ptr_null(memory_check(references[0].m));
}

static void run_program(unsigned number)
{
    uint64_t state = (uint64_t)number * 7919 + 1, left_out = 0;
    gva_t run = 0x100000;
    unsigned blocks = (unsigned)trials(BLOCKS, 1);
    start_cores(&state);
    for (unsigned block = 0; block < blocks; block++) {
        if (cores > 1 && !memory_fixture_random(&state, 4))
            turn = memory_fixture_random(&state, cores);
        if (!memory_fixture_random(&state, 12))
            something_else(&state);
        run_block(&state, &run);
        const char *wrong = memory_check(fasts[0].m);
        ck_assert_msg(!wrong, "block %u of program %u: %s", block, number, wrong);
        if (block % LOOK_EVERY == 0)
            check_all();
    }
    for (turn = 0; turn < cores; turn++) {
        left_out += FAST.left_out;
        memory_fixture_close(&FAST);
        memory_fixture_close(&REFERENCE);
    }
    ck_assert_uint_gt(left_out, blocks / 8 / cores);
}

START_TEST(what_is_proved_may_be_left_out)
{
    cores = 1;
    run_program((unsigned)_i);
}
END_TEST

START_TEST(what_is_proved_may_be_left_out_whatever_other_cores_do)
{
    cores = 2 + (unsigned)_i % (CORES_MAX - 1);
    run_program((unsigned)_i);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("memory modes");
    TCase *t = tcase_create("modes");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, what_is_proved_may_be_left_out, 0, PROGRAMS);
    tcase_add_loop_test(t, what_is_proved_may_be_left_out_whatever_other_cores_do, 0, PROGRAMS);
    suite_add_tcase(s, t);
    return s;
}
