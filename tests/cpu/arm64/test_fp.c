/* SPDX-License-Identifier: MIT */
/* Every row of insns_fp.def with random words against QEMU: operands where floating point is difficult, all rounding modes,
   flushing, default NaNs, both half formats, exceptions already noted or not. Catches: a wrong bit or flag in any of it, a
   shortcut through the host's FPU that is taken where it must not be, an allocated word refused and the reverse. */
#include <string.h>

#include "base/types.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { CASES = 200000 };

#define INSN(name, ...) #name,
static const char *const names[] = {
#include "cpu/arm64/insns_fp.def"
};
#undef INSN

enum { FPCR_RMODE_SHIFT = 22, FPCR_FZ = 1 << 24, FPCR_DN = 1 << 25, FPCR_AHP = 1 << 26 };
enum { FPSR_IXC = 1 << 4, FPSR_ALL = 0x0800009f };

/* A number of the format with these sizes. */
static uint64_t interesting(uint64_t *seed, unsigned fraction, unsigned exponent_bits)
{
    uint64_t r = oracle_random(seed), bits = oracle_random(seed) & ((1ull << fraction) - 1);
    uint64_t top = (1u << exponent_bits) - 1, exponent = top / 2, run = 1ull << r % fraction;
    switch (r >> 8 & 7) {
    case 0: case 1: bits = 0; break;
    case 2: bits = run; break;
    case 3: bits = run - 1; break;
    case 4: bits = ~(run - 1) & ((1ull << fraction) - 1); break;
    default: break;
    }
    switch (r >> 11 & 15) {
    case 0: exponent = 0; break;
    case 1: exponent = oracle_below(seed, 3); break;
    case 2: exponent = top - oracle_below(seed, 3); break;
    case 3: exponent = top; break;
    case 4: exponent = oracle_below(seed, (uint32_t)top + 1); break;
    case 5: case 6: exponent = top / 4 + oracle_below(seed, 8); break;
    case 7: exponent = top / 4 * 3 + oracle_below(seed, 8); break;
    case 8: case 9: exponent += oracle_below(seed, 70); break;
    case 10: exponent += fraction + 1 - oracle_below(seed, 2 * fraction + 4); break;
    default: exponent += 2 - oracle_below(seed, 5); break;
    }
    return (r >> 63) << (fraction + exponent_bits) | (exponent & top) << fraction | bits;
}

static uint64_t interesting_halves(uint64_t *seed)
{
    uint64_t v = 0;
    for (int i = 0; i < 4; i++)
        v = v << 16 | interesting(seed, 10, 5);
    return v;
}

static uint64_t interesting_lanes(uint64_t *seed)
{
    switch (oracle_below(seed, 8)) {
    case 0: case 1: case 2: return interesting(seed, 52, 11);
    case 3: case 4: case 5: return interesting(seed, 23, 8) | interesting(seed, 23, 8) << 32;
    case 6: return interesting_halves(seed);
    default: return oracle_random(seed) >> oracle_below(seed, 64);
    }
}

static uint64_t double_bits(double v) { uint64_t r; memcpy(&r, &v, 8); return r; }
static uint32_t single_bits(double v) { float f = (float)v; uint32_t r; memcpy(&r, &f, 4); return r; }
static double double_of(uint64_t v) { double r; memcpy(&r, &v, 8); return r; }
static double single_of(uint64_t v) { uint32_t w = (uint32_t)v; float r; memcpy(&r, &w, 4); return r; }

/* What multiplied with n, or n divided by it, comes out within a few last places of where numbers become tiny or too large. */
static uint64_t partner(uint64_t *seed, uint64_t n)
{
    static const double edges[] = { 0x1p-1022, 0x1p-1074, 0x1.fffffffffffffp1023, 0x1p-126, 0x1p-149, 0x1.fffffep127 };
    unsigned i = oracle_below(seed, ARRAY_SIZE(edges)), divides = oracle_below(seed, 2);
    if (i < 3)
        return double_bits(divides ? double_of(n) / edges[i] : edges[i] / double_of(n)) + oracle_below(seed, 5) - 2;
    double low = single_of(n), high = single_of(n >> 32);
    return (single_bits(divides ? low / edges[i] : edges[i] / low) + oracle_below(seed, 5) - 2) |
           (uint64_t)(single_bits(divides ? high / edges[i] : edges[i] / high) + oracle_below(seed, 5) - 2) << 32;
}

/* Operands that are equal, or opposite, or neighbours, or partners; and numbers where doubles become tiny singles. */
static void relate(uint64_t v[32][2], uint32_t insn, uint64_t *seed)
{
    static const uint64_t edges[] = {
        0x3810000000000000, 0x380fffffe0000000, 0x47efffffe0000000, 0x47effffff0000000, 0x36a0000000000000
    };
    unsigned n = insn >> 5 & 31, m = insn >> 16 & 31, how = oracle_below(seed, 6);
    for (int j = 0; j < 2; j++) {
        uint64_t flips = (uint64_t)oracle_below(seed, 2) << 63 | (uint64_t)oracle_below(seed, 2) << 31;
        if (how == 0)
            v[m][j] = (v[n][j] ^ flips) + oracle_below(seed, 2);
        else if (how == 1)
            v[m][j] = partner(seed, v[n][j]);
        else if (how == 2)
            v[n][j] = (edges[oracle_below(seed, ARRAY_SIZE(edges))] + oracle_below(seed, 3) - 1) | flips >> 63 << 63;
    }
}

static void make(struct oracle_case *c, uint64_t *seed, unsigned index, const void *arg)
{
    (void)arg;
    oracle_random_state(&c->start, seed);
    c->insn[0] = oracle_word(seed, oracle_row(names[index % ARRAY_SIZE(names)]));
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 2; j++)
            c->start.v[i][j] = interesting_lanes(seed);
    relate(c->start.v, c->insn[0], seed);
    uint32_t which = oracle_below(seed, 8);
    if (which >= 6)
        c->start.fpcr = FPCR_FZ;
    else if (which >= 3)
        c->start.fpcr = oracle_below(seed, 4) << FPCR_RMODE_SHIFT | (oracle_below(seed, 2) ? FPCR_FZ : 0) |
                        (oracle_below(seed, 2) ? FPCR_DN : 0) | (oracle_below(seed, 2) ? FPCR_AHP : 0);
    if (oracle_below(seed, 4) == 0)
        c->start.fpsr = (uint32_t)oracle_random(seed) & FPSR_ALL;
    if (oracle_below(seed, 2))
        c->start.fpsr |= FPSR_IXC;
}

START_TEST(random_instructions_end_as_in_qemu)
{
    ck_assert_int_le(oracle_differences((unsigned)trials(CASES, 1), 20, make, NULL, 0), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("fp");
    TCase *t = tcase_create("fp");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, random_instructions_end_as_in_qemu);
    suite_add_tcase(s, t);
    return s;
}
