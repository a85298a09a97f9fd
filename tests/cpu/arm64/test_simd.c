/* SPDX-License-Identifier: MIT */
/* Catches: a wrong lane, width, sign, rounding or saturation in any integer Advanced SIMD instruction, an upper half that is
   not zeroed, FPSR.QC set wrongly or not, operands clobbered when Vd is one of them, and unallocated words that do something.
   */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { CASES = 200000, FPSR_QC = 1 << 27 };

#define INSN(name, picture, class, reads, writes) #name,
static const char *const names[] = {
#include "cpu/arm64/insns_simd.def"
};
#undef INSN

/* Half of the words name one register twice or three times. */
static uint32_t overlap(uint64_t *seed, uint32_t insn)
{
    switch (oracle_below(seed, 6)) {
    case 0: return (insn & ~0x1fu) | RN;
    case 1: return (insn & ~0x1f0000u) | (uint32_t)RN << 16;
    case 2: return (insn & ~0x1fu) | RM;
    default: return insn;
    }
}

static void random_case(struct oracle_case *c, uint64_t *seed)
{
    oracle_random_state(&c->start, seed);
    c->start.fpsr = oracle_below(seed, 2) ? FPSR_QC : 0;
}

static void make_row(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    static unsigned rows[ARRAY_SIZE(names)], count;
    (void)arg;
    for (unsigned i = 0; !index && i < ARRAY_SIZE(names); i++)
        if (names[i][0] == 'v')   /* the others are loads and stores */
            rows[count++] = oracle_row(names[i]);
    unsigned row = rows[index % count];
    uint32_t insn = oracle_word(seed, row), other = overlap(seed, insn);
    random_case(c, seed);
    c->insn[0] = decode_row(other) == (int)row ? other : insn;   /* bits 20..16 are not always a register */
}

START_TEST(every_integer_vector_instruction_does_what_qemu_does)
{
    decode_init();
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES, 1), 1, make_row, NULL, 0), 0);
}
END_TEST

/* The Cryptographic Extension, which QEMU's Cortex-A53 has and ours has not: AES, SHA, PMULL of 64 bits. */
static bool is_crypto(uint32_t insn)
{
    return (insn & 0xff3e0c00) == 0x4e280800 || (insn & 0xff3e0c00) == 0x5e280800 || (insn & 0xffe08c00) == 0x5e000000 ||
           (insn & 0xbfe0fc00) == 0x0ee0e000;
}

/* Words of the Advanced SIMD space (manual C4.1.96): bits 27..25 are 111, bit 31 is 0, bit 28 says scalar. */
static void make_any(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    uint32_t insn;
    (void)index, (void)arg;
    do {
        insn = ((uint32_t)oracle_random(seed) & ~0x8e000000u) | 0x0e000000;
        if (bit(insn, 28))
            insn |= 1u << 30;   /* without it these are the scalar floating-point instructions */
        if (oracle_below(seed, 2))   /* two registers, across lanes: rare among random words */
            insn = (insn & ~0x013f0000u) | 0x00200000 | oracle_below(seed, 2) << 20;
    } while (is_crypto(insn));
    random_case(c, seed);
    c->insn[0] = insn;
}

START_TEST(what_is_unallocated_among_vector_instructions_is_undefined)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES / 2, 1), 2, make_any, NULL, 0), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("simd");
    TCase *t = tcase_create("simd");
    tcase_set_timeout(t, 1200);
    tcase_add_test(t, every_integer_vector_instruction_does_what_qemu_does);
    tcase_add_test(t, what_is_unallocated_among_vector_instructions_is_undefined);
    suite_add_tcase(s, t);
    return s;
}
