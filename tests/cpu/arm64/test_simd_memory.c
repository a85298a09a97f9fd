/* SPDX-License-Identifier: MIT */
/* Catches: wrong addresses, sizes and write-back, upper halves not zeroed, elements in the wrong register or lane, a state
   changed before the last access succeeded, and unallocated words that do something. Half of the cases run without TLB entries,
   so that the slow twin of each handler is tested too, and addresses lie across the border of two pages. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { CASES = 100000 };

static const uint64_t pages_end = ORACLE_PAGES_VA + ORACLE_PAGES_SIZE;

static bool is_store(uint32_t insn)
{
    return !bit(insn, 22);
}

/* Mostly in the memory that is compared, at any alignment; sometimes where a load runs out of the mapped pages or a store
   begins before them. (A store must not write part of its bytes outside the memory that is set anew for each case.) */
static uint64_t random_target(uint64_t *seed, uint32_t insn)
{
    if (oracle_below(seed, 16) == 0)
        return is_store(insn) ? ORACLE_PAGES_VA - 1 - oracle_below(seed, 64) : pages_end - 64 + oracle_below(seed, 80);
    uint64_t va = ORACLE_MEMORY_VA + oracle_below(seed, ORACLE_MEMORY - 64);
    return oracle_below(seed, 2) ? va & ~15ull : va;
}

/* What the addressing mode adds to the base. */
static uint64_t offset_of(const struct oracle_state *s, uint32_t insn)
{
    unsigned scale = bit(insn, 23) << 2 | (unsigned)bits(insn, 31, 30);
    if (bits(insn, 29, 27) == 5)                      /* pairs: 1 is post-index */
        return bits(insn, 24, 23) == 1 ? 0 : (uint64_t)sext(bits(insn, 21, 15), 7) << (2 + bits(insn, 31, 30));
    if (bits(insn, 29, 27) != 7)                      /* structures */
        return 0;
    if (bit(insn, 24))
        return bits(insn, 21, 10) << scale;
    if (!bit(insn, 21))
        return bits(insn, 11, 10) == 1 ? 0 : (uint64_t)sext(bits(insn, 20, 12), 9);
    uint64_t index = RM == 31 ? 0 : s->x[RM];
    if (bits(insn, 14, 13) == 2)
        index = bit(insn, 15) ? (uint64_t)(int64_t)(int32_t)index : (uint32_t)index;
    return index << (bit(insn, 12) ? scale : 0);
}

static bool is_literal(uint32_t insn)
{
    return bits(insn, 29, 24) == 0x1c;
}

static bool is_indexed_by_its_base(uint32_t insn)
{
    return bits(insn, 29, 27) == 7 && !bit(insn, 24) && bit(insn, 21) && RM == RN;
}

/* Gives the base register the value that makes the access go to a random target. */
static void aim(struct oracle_case *c, uint64_t *seed, uint32_t insn)
{
    struct oracle_state *s = &c->start;
    if (is_literal(insn)) {
        for (unsigned i = 0; i < ORACLE_DATA; i++)
            c->data[i] = (uint32_t)oracle_random(seed);
        unsigned word = (ORACLE_SLOT_DATA - ORACLE_SLOT_INSNS) / 4 + oracle_below(seed, ORACLE_DATA - 3);
        insn = (insn & 0xff00001f) | word << 5;
    } else {
        if (is_indexed_by_its_base(insn))
            insn ^= 1 << 16;
        uint64_t base = random_target(seed, insn) - offset_of(s, insn);
        *(RN == 31 ? &s->sp : &s->x[RN]) = base;
    }
    c->insn[0] = insn;
}

static const enum insn_class classes[] = {
    CLASS_FP_LOAD, CLASS_FP_STORE, CLASS_FP_LOAD_PAIR, CLASS_FP_STORE_PAIR, CLASS_SIMD_LOAD, CLASS_SIMD_STORE };

static bool is_memory_row(unsigned row)
{
    for (unsigned i = 0; i < ARRAY_SIZE(classes); i++)
        if (insn_rows[row].class == classes[i])
            return true;
    return false;
}

/* Rows in turn, so that each gets its share. */
static void make_row(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    static unsigned rows[256], count;
    (void)arg;
    for (unsigned row = 0; !index && row < insn_row_count; row++)
        if (is_memory_row(row))
            rows[count++] = row;
    oracle_random_state(&c->start, seed);
    aim(c, seed, oracle_word(seed, rows[index % count]));
}

START_TEST(every_simd_load_and_store_does_what_qemu_does)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES, 1), 1, make_row, NULL, 0), 0);
}
END_TEST

/* Structures, single registers, pairs; literals would read anywhere if made at random. */
static void make_any(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    static const struct { uint32_t mask, value; } spaces[] = {
        { 0xbe000000, 0x0c000000 }, { 0x3e000000, 0x3c000000 }, { 0x3e000000, 0x2c000000 } };
    (void)arg;
    unsigned i = index % ARRAY_SIZE(spaces);
    uint32_t insn = ((uint32_t)oracle_random(seed) & ~spaces[i].mask) | spaces[i].value;
    if (oracle_below(seed, 2) && i == 0)
        insn &= bit(insn, 24) ? 0xffffffff : 0xffc0ffff | bit(insn, 23) * 0x1f0000;   /* or nearly all are unallocated */
    oracle_random_state(&c->start, seed);
    aim(c, seed, insn);
}

START_TEST(what_is_unallocated_among_loads_and_stores_is_undefined)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES / 2, 1), 2, make_any, NULL, 0), 0);
}
END_TEST

/* Even where the inline TLB knows the page. The first case of a pair has SP aligned. */
START_TEST(a_misaligned_sp_as_base_faults_when_sctlr_says_so)
{
    enum { PAIRS = ORACLE_BATCH / 2 };
    static struct oracle_case cases[2 * PAIRS];
    static struct oracle_state ends[2 * PAIRS];
    uint64_t seed = 3;
    unsigned count = 0;
    decode_init();
    for (unsigned row = 0; row < insn_row_count; row++)
        for (int i = 0; is_memory_row(row) && i < 12; i++) {
            uint32_t insn = oracle_word(&seed, row) | 31 << 5;
            struct oracle_case *c = &cases[count];
            if (is_literal(insn) || is_indexed_by_its_base(insn))
                continue;
            oracle_random_state(&c->start, &seed);
            aim(c, &seed, insn);
            c->start.sp = ORACLE_MEMORY_VA + 256 - offset_of(&c->start, insn);
            c->insn[0] = insn;
            c->count = c->checks_sp = 1;
            c[1] = *c;
            c->start.sp &= ~15ull;
            c[1].start.sp |= 1 + oracle_below(&seed, 15);
            count += 2;
            ck_assert_uint_lt(count, ARRAY_SIZE(cases));
        }
    oracle_run_ours(cases, count, ends);
    unsigned done = 0;
    for (unsigned i = 0; i < count; i += 2) {
        done += ends[i].outcome == ORACLE_DONE;
        if (ends[i].outcome == ORACLE_DONE)   /* the word is allocated */
            ck_assert_msg(ends[i + 1].outcome == ORACLE_FAULT, "%08x", cases[i].insn[0]);
    }
    ck_assert_uint_gt(done, count / 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("simd_memory");
    TCase *t = tcase_create("simd_memory");
    tcase_set_timeout(t, 1200);
    tcase_add_test(t, every_simd_load_and_store_does_what_qemu_does);
    tcase_add_test(t, what_is_unallocated_among_loads_and_stores_is_undefined);
    tcase_add_test(t, a_misaligned_sp_as_base_faults_when_sctlr_says_so);
    suite_add_tcase(s, t);
    return s;
}
