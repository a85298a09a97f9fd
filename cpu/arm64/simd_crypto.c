/* SPDX-License-Identifier: MIT */
/* The Cryptographic Extension (manual C7.2, FEAT_AES, FEAT_PMULL, FEAT_SHA1, FEAT_SHA256), an option of the Cortex-A53: `-cpu
   cortex-a53,crypto=on`. Without it core.c lets none of these rows decode. Shift rows and byte substitution may change places, so
   each round is the manual's in fewer steps. */
#include "cpu/arm64/simd_lanes.h"

/* ---- AES: byte i of a register is in row i % 4 and column i / 4 of the state ---- */

/* FIPS 197, figures 7 and 14. */
static const uint8_t substitution[256] = {
    0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5, 0x30, 0x01, 0x67, 0x2b, 0xfe, 0xd7, 0xab, 0x76,
    0xca, 0x82, 0xc9, 0x7d, 0xfa, 0x59, 0x47, 0xf0, 0xad, 0xd4, 0xa2, 0xaf, 0x9c, 0xa4, 0x72, 0xc0,
    0xb7, 0xfd, 0x93, 0x26, 0x36, 0x3f, 0xf7, 0xcc, 0x34, 0xa5, 0xe5, 0xf1, 0x71, 0xd8, 0x31, 0x15,
    0x04, 0xc7, 0x23, 0xc3, 0x18, 0x96, 0x05, 0x9a, 0x07, 0x12, 0x80, 0xe2, 0xeb, 0x27, 0xb2, 0x75,
    0x09, 0x83, 0x2c, 0x1a, 0x1b, 0x6e, 0x5a, 0xa0, 0x52, 0x3b, 0xd6, 0xb3, 0x29, 0xe3, 0x2f, 0x84,
    0x53, 0xd1, 0x00, 0xed, 0x20, 0xfc, 0xb1, 0x5b, 0x6a, 0xcb, 0xbe, 0x39, 0x4a, 0x4c, 0x58, 0xcf,
    0xd0, 0xef, 0xaa, 0xfb, 0x43, 0x4d, 0x33, 0x85, 0x45, 0xf9, 0x02, 0x7f, 0x50, 0x3c, 0x9f, 0xa8,
    0x51, 0xa3, 0x40, 0x8f, 0x92, 0x9d, 0x38, 0xf5, 0xbc, 0xb6, 0xda, 0x21, 0x10, 0xff, 0xf3, 0xd2,
    0xcd, 0x0c, 0x13, 0xec, 0x5f, 0x97, 0x44, 0x17, 0xc4, 0xa7, 0x7e, 0x3d, 0x64, 0x5d, 0x19, 0x73,
    0x60, 0x81, 0x4f, 0xdc, 0x22, 0x2a, 0x90, 0x88, 0x46, 0xee, 0xb8, 0x14, 0xde, 0x5e, 0x0b, 0xdb,
    0xe0, 0x32, 0x3a, 0x0a, 0x49, 0x06, 0x24, 0x5c, 0xc2, 0xd3, 0xac, 0x62, 0x91, 0x95, 0xe4, 0x79,
    0xe7, 0xc8, 0x37, 0x6d, 0x8d, 0xd5, 0x4e, 0xa9, 0x6c, 0x56, 0xf4, 0xea, 0x65, 0x7a, 0xae, 0x08,
    0xba, 0x78, 0x25, 0x2e, 0x1c, 0xa6, 0xb4, 0xc6, 0xe8, 0xdd, 0x74, 0x1f, 0x4b, 0xbd, 0x8b, 0x8a,
    0x70, 0x3e, 0xb5, 0x66, 0x48, 0x03, 0xf6, 0x0e, 0x61, 0x35, 0x57, 0xb9, 0x86, 0xc1, 0x1d, 0x9e,
    0xe1, 0xf8, 0x98, 0x11, 0x69, 0xd9, 0x8e, 0x94, 0x9b, 0x1e, 0x87, 0xe9, 0xce, 0x55, 0x28, 0xdf,
    0x8c, 0xa1, 0x89, 0x0d, 0xbf, 0xe6, 0x42, 0x68, 0x41, 0x99, 0x2d, 0x0f, 0xb0, 0x54, 0xbb, 0x16,
};
static const uint8_t inverse_substitution[256] = {
    0x52, 0x09, 0x6a, 0xd5, 0x30, 0x36, 0xa5, 0x38, 0xbf, 0x40, 0xa3, 0x9e, 0x81, 0xf3, 0xd7, 0xfb,
    0x7c, 0xe3, 0x39, 0x82, 0x9b, 0x2f, 0xff, 0x87, 0x34, 0x8e, 0x43, 0x44, 0xc4, 0xde, 0xe9, 0xcb,
    0x54, 0x7b, 0x94, 0x32, 0xa6, 0xc2, 0x23, 0x3d, 0xee, 0x4c, 0x95, 0x0b, 0x42, 0xfa, 0xc3, 0x4e,
    0x08, 0x2e, 0xa1, 0x66, 0x28, 0xd9, 0x24, 0xb2, 0x76, 0x5b, 0xa2, 0x49, 0x6d, 0x8b, 0xd1, 0x25,
    0x72, 0xf8, 0xf6, 0x64, 0x86, 0x68, 0x98, 0x16, 0xd4, 0xa4, 0x5c, 0xcc, 0x5d, 0x65, 0xb6, 0x92,
    0x6c, 0x70, 0x48, 0x50, 0xfd, 0xed, 0xb9, 0xda, 0x5e, 0x15, 0x46, 0x57, 0xa7, 0x8d, 0x9d, 0x84,
    0x90, 0xd8, 0xab, 0x00, 0x8c, 0xbc, 0xd3, 0x0a, 0xf7, 0xe4, 0x58, 0x05, 0xb8, 0xb3, 0x45, 0x06,
    0xd0, 0x2c, 0x1e, 0x8f, 0xca, 0x3f, 0x0f, 0x02, 0xc1, 0xaf, 0xbd, 0x03, 0x01, 0x13, 0x8a, 0x6b,
    0x3a, 0x91, 0x11, 0x41, 0x4f, 0x67, 0xdc, 0xea, 0x97, 0xf2, 0xcf, 0xce, 0xf0, 0xb4, 0xe6, 0x73,
    0x96, 0xac, 0x74, 0x22, 0xe7, 0xad, 0x35, 0x85, 0xe2, 0xf9, 0x37, 0xe8, 0x1c, 0x75, 0xdf, 0x6e,
    0x47, 0xf1, 0x1a, 0x71, 0x1d, 0x29, 0xc5, 0x89, 0x6f, 0xb7, 0x62, 0x0e, 0xaa, 0x18, 0xbe, 0x1b,
    0xfc, 0x56, 0x3e, 0x4b, 0xc6, 0xd2, 0x79, 0x20, 0x9a, 0xdb, 0xc0, 0xfe, 0x78, 0xcd, 0x5a, 0xf4,
    0x1f, 0xdd, 0xa8, 0x33, 0x88, 0x07, 0xc7, 0x31, 0xb1, 0x12, 0x10, 0x59, 0x27, 0x80, 0xec, 0x5f,
    0x60, 0x51, 0x7f, 0xa9, 0x19, 0xb5, 0x4a, 0x0d, 0x2d, 0xe5, 0x7a, 0x9f, 0x93, 0xc9, 0x9c, 0xef,
    0xa0, 0xe0, 0x3b, 0x4d, 0xae, 0x2a, 0xf5, 0xb0, 0xc8, 0xeb, 0xbb, 0x3c, 0x83, 0x53, 0x99, 0x61,
    0x17, 0x2b, 0x04, 0x7e, 0xba, 0x77, 0xd6, 0x26, 0xe1, 0x69, 0x14, 0x63, 0x55, 0x21, 0x0c, 0x7d,
};

/* The byte that shifting the rows by `by` columns brings to place i. */
HOT_INLINE unsigned shifted(unsigned i, unsigned by)
{
    return (i + 4 * by * (i % 4)) % 16;
}

#define AES_ROUND(name, table, by)                                          \
    HANDLER(name)                                                           \
    {                                                                       \
        union vreg sum = { { VD->d[0] ^ VN->d[0], VD->d[1] ^ VN->d[1] } };  \
        union vreg r;                                                       \
        for (unsigned i = 0; i < 16; i++)                                   \
            r.b[LANE_B(i)] = table[sum.b[LANE_B(shifted(i, by))]];          \
        *VD = r;                                                            \
        NEXT;                                                               \
    }                                                                       \
    DECODE(v_##name) { return decode_vector(o, insn, name); }

AES_ROUND(aese, substitution, 1)
AES_ROUND(aesd, inverse_substitution, 3)

/* Four elements of GF(2^8), one in each byte, times x. */
HOT_INLINE uint32_t doubled(uint32_t v)
{
    return (v & 0x7f7f7f7f) << 1 ^ (v >> 7 & 0x01010101) * 0x1b;
}

HOT_INLINE uint32_t rotated(uint32_t v, unsigned right)
{
    return v >> right | v << (32 - right);
}

/* A column times the matrix of FIPS 197, 5.1.3: rows of 2, 3, 1, 1. */
HOT_INLINE uint32_t mixed(uint32_t v)
{
    uint32_t next = rotated(v, 8);
    return doubled(v ^ next) ^ next ^ rotated(v, 16) ^ rotated(v, 24);
}

/* Its inverse has 14, 11, 13, 9: the same matrix behind one of 5, 0, 4, 0. */
HOT_INLINE uint32_t unmixed(uint32_t v)
{
    uint32_t fourfold = doubled(doubled(v));
    return mixed(v ^ fourfold ^ rotated(fourfold, 16));
}

#define AES_COLUMNS(name, column)                                           \
    HANDLER(name)                                                           \
    {                                                                       \
        union vreg r = *VN;                                                 \
        for (unsigned i = 0; i < 4; i++)                                    \
            r.s[i] = column(r.s[i]);                                        \
        *VD = r;                                                            \
        NEXT;                                                               \
    }                                                                       \
    DECODE(v_##name) { return decode_vector(o, insn, name); }

AES_COLUMNS(aesmc, mixed)
AES_COLUMNS(aesimc, unmixed)

/* ---- PMULL of doublewords: the product of two polynomials over {0, 1} ---- */

HOT_INLINE union vreg polynomial_product(uint64_t n, uint64_t m)
{
    union vreg r = { { 0 } };
    for (unsigned k = 0; k < 64; k++) {
        uint64_t term = m >> k & 1 ? n : 0;
        r.d[0] ^= term << k;
        r.d[1] ^= term >> 1 >> (63 - k);
    }
    return r;
}

HANDLER(pmull_1d) { *VD = polynomial_product(VN->d[0], VM->d[0]); NEXT; }
HANDLER(pmull_2d) { *VD = polynomial_product(VN->d[1], VM->d[1]); NEXT; }
DECODE(v_pmull_64) { return decode_vector(o, insn, bit(insn, 30) ? pmull_2d : pmull_1d); }

/* ---- SHA: word i of a register is word i of the manual's X, Y, W ---- */

#define WORD(v, i) ((v).s[LANE_S(i)])

HOT_INLINE uint32_t choose(uint32_t x, uint32_t y, uint32_t z) { return ((y ^ z) & x) ^ z; }
HOT_INLINE uint32_t parity(uint32_t x, uint32_t y, uint32_t z) { return x ^ y ^ z; }
HOT_INLINE uint32_t majority(uint32_t x, uint32_t y, uint32_t z) { return (x & y) | ((x | y) & z); }

/* Four rounds. The words move up by one in each: X above Y. */
#define SHA1_ROUNDS(name, function)                                                       \
    HANDLER(name)                                                                         \
    {                                                                                     \
        union vreg x = *VD;                                                               \
        const union vreg w = *VM;                                                         \
        uint32_t y = WORD(*VN, 0);                                                        \
        for (unsigned e = 0; e < 4; e++) {                                                \
            y += rotated(WORD(x, 0), 27) + function(WORD(x, 1), WORD(x, 2), WORD(x, 3));  \
            y += WORD(w, e);                                                              \
            const uint32_t top = WORD(x, 3);                                              \
            WORD(x, 3) = WORD(x, 2);                                                      \
            WORD(x, 2) = rotated(WORD(x, 1), 2);                                          \
            WORD(x, 1) = WORD(x, 0);                                                      \
            WORD(x, 0) = y;                                                               \
            y = top;                                                                      \
        }                                                                                 \
        *VD = x;                                                                          \
        NEXT;                                                                             \
    }                                                                                     \
    DECODE(v_##name) { return decode_vector(o, insn, name); }

SHA1_ROUNDS(sha1c, choose)
SHA1_ROUNDS(sha1p, parity)
SHA1_ROUNDS(sha1m, majority)

HANDLER(sha1h)
{
    *VD = (union vreg){ { rotated(WORD(*VN, 0), 2), 0 } };
    NEXT;
}

HANDLER(sha1su0)
{
    *VD = (union vreg){ { VD->d[1] ^ VD->d[0] ^ VM->d[0], VN->d[0] ^ VD->d[1] ^ VM->d[1] } };
    NEXT;
}

HANDLER(sha1su1)
{
    const union vreg n = *VN;
    union vreg r;
    for (unsigned e = 0; e < 4; e++)
        WORD(r, e) = rotated(WORD(*VD, e) ^ (e < 3 ? WORD(n, e + 1) : 0), 31);
    WORD(r, 3) ^= rotated(WORD(r, 0), 31);
    *VD = r;
    NEXT;
}

DECODE(v_sha1h) { return decode_vector(o, insn, sha1h); }
DECODE(v_sha1su0) { return decode_vector(o, insn, sha1su0); }
DECODE(v_sha1su1) { return decode_vector(o, insn, sha1su1); }

/* Four rounds on the eight words of Y above X. */
HOT_INLINE void sha256_rounds(union vreg *x, union vreg *y, union vreg w)
{
    for (unsigned e = 0; e < 4; e++) {
        const uint32_t x0 = WORD(*x, 0), y0 = WORD(*y, 0);
        uint32_t t = WORD(*y, 3) + (rotated(y0, 6) ^ rotated(y0, 11) ^ rotated(y0, 25)) + WORD(w, e);
        t += choose(y0, WORD(*y, 1), WORD(*y, 2));
        const uint32_t to_y = WORD(*x, 3) + t;
        const uint32_t to_x = t + (rotated(x0, 2) ^ rotated(x0, 13) ^ rotated(x0, 22)) + majority(x0, WORD(*x, 1), WORD(*x, 2));
        for (unsigned i = 3; i; i--) {
            WORD(*x, i) = WORD(*x, i - 1);
            WORD(*y, i) = WORD(*y, i - 1);
        }
        WORD(*x, 0) = to_x;
        WORD(*y, 0) = to_y;
    }
}

HANDLER(sha256h)
{
    union vreg x = *VD, y = *VN;
    sha256_rounds(&x, &y, *VM);
    *VD = x;
    NEXT;
}

HANDLER(sha256h2)
{
    union vreg x = *VN, y = *VD;
    sha256_rounds(&x, &y, *VM);
    *VD = y;
    NEXT;
}

/* The words of the message schedule: word e + 1 of eight that begin with `low`. */
HOT_INLINE uint32_t following(union vreg low, union vreg high, unsigned e)
{
    return e < 3 ? WORD(low, e + 1) : WORD(high, 0);
}

HANDLER(sha256su0)
{
    union vreg r;
    for (unsigned e = 0; e < 4; e++) {
        const uint32_t t = following(*VD, *VN, e);
        WORD(r, e) = (rotated(t, 7) ^ rotated(t, 18) ^ t >> 3) + WORD(*VD, e);
    }
    *VD = r;
    NEXT;
}

/* The last two words need the first two. */
HANDLER(sha256su1)
{
    union vreg r;
    for (unsigned e = 0; e < 4; e++) {
        const uint32_t t = e < 2 ? WORD(*VM, e + 2) : WORD(r, e - 2);
        WORD(r, e) = (rotated(t, 17) ^ rotated(t, 19) ^ t >> 10) + WORD(*VD, e) + following(*VN, *VM, e);
    }
    *VD = r;
    NEXT;
}

DECODE(v_sha256h) { return decode_vector(o, insn, sha256h); }
DECODE(v_sha256h2) { return decode_vector(o, insn, sha256h2); }
DECODE(v_sha256su0) { return decode_vector(o, insn, sha256su0); }
DECODE(v_sha256su1) { return decode_vector(o, insn, sha256su1); }
