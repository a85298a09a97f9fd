/* SPDX-License-Identifier: MIT */
/* A compressor of the Lempel-Ziv family with a hash of three bytes, and its decompressor. A token below 0x80 is that many
   literals plus one; else a copy of (token & 0x7f) + 3 bytes from the distance in the two bytes after it. */
#include "roms/bench/bench.h"

enum { SIZE = 32 << 10, SLOTS = 4096, MATCH_MIN = 3, MATCH_MAX = MATCH_MIN + 0x7f, LITERALS_MAX = 0x80 };

static unsigned char *text, *packed, *unpacked;
static uint16_t *latest;

void lz_prepare(void)
{
    text = bench_take(SIZE);
    packed = bench_take(SIZE * 2);
    unpacked = bench_take(SIZE);
    latest = bench_take(SLOTS * sizeof *latest);
    bench_write_prose((char *)text, SIZE);
}

static unsigned char *put_literals(unsigned char *out, unsigned from, unsigned to)
{
    while (from < to) {
        unsigned count = to - from < LITERALS_MAX ? to - from : LITERALS_MAX;
        *out++ = (unsigned char)(count - 1);
        while (count--)
            *out++ = text[from++];
    }
    return out;
}

static unsigned match_length(unsigned a, unsigned b)
{
    unsigned length = 0;

    while (b + length < SIZE && length < MATCH_MAX && text[a + length] == text[b + length])
        length++;
    return length;
}

static unsigned compress(void)
{
    unsigned char *out = packed;
    unsigned at = 0, literals = 0;

    for (unsigned i = 0; i < SLOTS; i++)
        latest[i] = 0;
    while (at + MATCH_MIN <= SIZE) {
        uint32_t key = text[at] | (uint32_t)text[at + 1] << 8 | (uint32_t)text[at + 2] << 16;
        uint16_t *slot = &latest[key * 2654435761u >> 20];
        unsigned candidate = *slot, length = candidate < at ? match_length(candidate, at) : 0;
        *slot = (uint16_t)at;
        if (length < MATCH_MIN) {
            at++;
            continue;
        }
        out = put_literals(out, literals, at);
        *out++ = (unsigned char)(0x80 | (length - MATCH_MIN));
        *out++ = (unsigned char)(at - candidate);
        *out++ = (unsigned char)((at - candidate) >> 8);
        literals = at += length;
    }
    out = put_literals(out, literals, SIZE);
    return (unsigned)(out - packed);
}

static unsigned decompress(unsigned size)
{
    const unsigned char *in = packed, *end = packed + size;
    unsigned char *out = unpacked;

    while (in < end) {
        unsigned token = *in++;
        if (token < 0x80) {
            for (unsigned i = 0; i <= token; i++)
                *out++ = *in++;
        } else {
            unsigned distance = in[0] | (unsigned)in[1] << 8;
            in += 2;
            for (unsigned i = 0; i < (token & 0x7f) + MATCH_MIN; i++, out++)
                *out = out[-(int)distance];
        }
    }
    return (unsigned)(out - unpacked);
}

uint64_t lz_once(void)
{
    unsigned size = compress();
    uint64_t sum = bench_mix(size, decompress(size));

    for (unsigned i = 0; i < SIZE; i++)
        sum += (uint64_t)(unpacked[i] ^ text[i]) * 0x100000001u;
    for (unsigned i = 0; i < size; i += 16)
        sum = bench_mix(sum, packed[i]);
    return sum;
}
