/* SPDX-License-Identifier: MIT */
/* CRC-32 (IEEE 802.3), a byte at a time by table: a chain of dependent loads. */
#include "roms/bench/bench.h"

enum { SIZE = 128 << 10 };

static uint32_t table[256];
static unsigned char *data;

void crc_prepare(void)
{
    uint64_t random = 1;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        table[i] = crc;
    }
    data = bench_take(SIZE);
    for (unsigned i = 0; i < SIZE; i++)
        data[i] = (unsigned char)bench_random(&random);
}

uint64_t crc_once(void)
{
    uint32_t crc = ~0u;

    for (unsigned i = 0; i < SIZE; i++)
        crc = table[(crc ^ data[i]) & 255] ^ crc >> 8;
    return ~crc;
}
