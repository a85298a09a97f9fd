/* SPDX-License-Identifier: MIT */
/* Bit fields and byte order. Guest memory is always read and written through the le/be helpers, so that a big-endian host gives
   the same bytes. */
#ifndef BASE_BITS_H
#define BASE_BITS_H

#include <string.h>

#include "base/types.h"

/* Bits hi..lo of v, as vendors' manuals write v<hi:lo>. */
static inline uint64_t bits(uint64_t v, unsigned hi, unsigned lo)
{
    return v >> lo & (UINT64_MAX >> (63 - (hi - lo)));
}

static inline unsigned bit(uint64_t v, unsigned n)
{
    return v >> n & 1;
}

/* The low n bits set; n is 0 to 64. */
static inline uint64_t mask64(unsigned n)
{
    return n >= 64 ? UINT64_MAX : (1ull << n) - 1;
}

/* Sign-extend the low n bits of v; n is 1 to 64. */
static inline int64_t sext(uint64_t v, unsigned n)
{
    return (int64_t)(v << (64 - n)) >> (64 - n);
}

static inline uint32_t ror32(uint32_t v, unsigned n)
{
    return v >> (n & 31) | v << (-n & 31);
}

static inline uint64_t ror64(uint64_t v, unsigned n)
{
    return v >> (n & 63) | v << (-n & 63);
}

static inline bool is_power_of_2(uint64_t v)
{
    return v && !(v & (v - 1));
}

static inline uint64_t align_up(uint64_t v, uint64_t to)
{
    return (v + to - 1) & ~(to - 1);
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define HOST_LE 1
#else
#define HOST_LE 0
#endif

static inline uint16_t le16(uint16_t v) { return HOST_LE ? v : __builtin_bswap16(v); }
static inline uint32_t le32(uint32_t v) { return HOST_LE ? v : __builtin_bswap32(v); }
static inline uint64_t le64(uint64_t v) { return HOST_LE ? v : __builtin_bswap64(v); }
static inline uint16_t be16(uint16_t v) { return HOST_LE ? __builtin_bswap16(v) : v; }
static inline uint32_t be32(uint32_t v) { return HOST_LE ? __builtin_bswap32(v) : v; }
static inline uint64_t be64(uint64_t v) { return HOST_LE ? __builtin_bswap64(v) : v; }

/* Little-endian values at any alignment. */
static inline uint16_t ld_le16(const void *p) { uint16_t v; memcpy(&v, p, 2); return le16(v); }
static inline uint32_t ld_le32(const void *p) { uint32_t v; memcpy(&v, p, 4); return le32(v); }
static inline uint16_t ld_be16(const void *p) { uint16_t v; memcpy(&v, p, 2); return be16(v); }
static inline uint32_t ld_be32(const void *p) { uint32_t v; memcpy(&v, p, 4); return be32(v); }
static inline uint64_t ld_be64(const void *p) { uint64_t v; memcpy(&v, p, 8); return be64(v); }
static inline void st_be16(void *p, uint16_t v) { v = be16(v); memcpy(p, &v, 2); }
static inline void st_be32(void *p, uint32_t v) { v = be32(v); memcpy(p, &v, 4); }
static inline void st_be64(void *p, uint64_t v) { v = be64(v); memcpy(p, &v, 8); }
static inline uint64_t ld_le64(const void *p) { uint64_t v; memcpy(&v, p, 8); return le64(v); }
static inline void st_le16(void *p, uint16_t v) { v = le16(v); memcpy(p, &v, 2); }
static inline void st_le32(void *p, uint32_t v) { v = le32(v); memcpy(p, &v, 4); }
static inline void st_le64(void *p, uint64_t v) { v = le64(v); memcpy(p, &v, 8); }

/* A value of 1, 2, 4 or 8 bytes. */
static inline uint64_t ld_le(const void *p, unsigned size)
{
    switch (size) {
    case 1: return *(const uint8_t *)p;
    case 2: return ld_le16(p);
    case 4: return ld_le32(p);
    default: return ld_le64(p);
    }
}

static inline void st_le(void *p, uint64_t v, unsigned size)
{
    switch (size) {
    case 1: *(uint8_t *)p = (uint8_t)v; break;
    case 2: st_le16(p, (uint16_t)v); break;
    case 4: st_le32(p, (uint32_t)v); break;
    default: st_le64(p, v); break;
    }
}

/* v * num / den without overflow of the product, for den below 2^32 and num below 2^32 (no 128-bit type on 32-bit hosts). */
static inline uint64_t muldiv64(uint64_t v, uint32_t num, uint32_t den)
{
    uint64_t low = (v & 0xffffffffu) * num;
    uint64_t high = (v >> 32) * num + (low >> 32);
    uint64_t q = high / den;
    uint64_t rest = (high % den) << 32 | (low & 0xffffffffu);
    return (q << 32) + rest / den;
}

#endif
