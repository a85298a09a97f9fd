/* SPDX-License-Identifier: MIT */
/* The bytes that decide what a hostile guest does: libFuzzer's input, or those of a seeded generator. Every choice takes the next
   few bytes, so that a byte changed is one choice changed, and a run is repeated by playing its bytes again. Behind its end a tape
   is all zeroes. Two choices in one expression are two expressions: which would be first is the compiler's choice. */
#ifndef TESTS_FUZZ_TAPE_H
#define TESTS_FUZZ_TAPE_H

#include "base/bits.h"

struct tape {
    const uint8_t *at, *end;
};

static inline bool tape_ended(const struct tape *t)
{
    return t->at == t->end;
}

static inline uint8_t tape_byte(struct tape *t)
{
    return t->at < t->end ? *t->at++ : 0;
}

/* A little-endian number of so many bytes, at most 8. */
static inline uint64_t tape_number(struct tape *t, unsigned bytes)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)tape_byte(t) << 8 * i;
    return v;
}

/* A number below n, which is 1 to 65536: of one byte where that is enough. */
static inline unsigned tape_below(struct tape *t, unsigned n)
{
    return (unsigned)tape_number(t, n <= 256 ? 1 : 2) % n;
}

/* True once in n times, n at most 256. */
static inline bool tape_rarely(struct tape *t, unsigned n)
{
    return tape_byte(t) % n == n - 1;
}

/* Up to `length` of the bytes to come; returns how many there were. */
static inline size_t tape_bytes(struct tape *t, uint8_t *bytes, size_t length)
{
    size_t left = (size_t)(t->end - t->at), n = length < left ? length : left;
    memcpy(bytes, t->at, n);
    t->at += n;
    return n;
}

/* Makes one of `length` bytes another. */
static inline void tape_spoil(struct tape *t, uint8_t *bytes, size_t length)
{
    size_t at = (size_t)tape_number(t, 3) % length;
    bytes[at] = tape_byte(t);
}

/* Fills a tape's bytes from a seed: SplitMix64 (Steele, Lea, Flood, 2014). The same on every host. */
static inline void tape_fill(uint8_t *bytes, size_t length, uint64_t seed)
{
    for (size_t i = 0; i < length; i += 8) {
        uint64_t z = seed += 0x9e3779b97f4a7c15ull;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ z >> 27) * 0x94d049bb133111ebull;
        z ^= z >> 31;
        for (size_t k = 0; k < 8 && i + k < length; k++)
            bytes[i + k] = (uint8_t)(z >> 8 * k);
    }
}

#endif
