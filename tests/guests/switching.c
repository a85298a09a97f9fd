/* SPDX-License-Identifier: MIT */
/* A guest without an operating system that computes for a while and prints what it has: every line depends on all that was computed
   before, through registers, a table of a megabyte, calls and branches. It switches the machine off behind the last line. */
#include "tests/support/bare_guest.h"

enum { LINES = 64, ROUNDS = 20000, TABLE = 1 << 17 };

static uint64_t table[TABLE];

__attribute__((noinline)) static uint64_t mix(uint64_t x)
{
    return next_random(x);
}

void run(void)
{
    uint64_t x = 88172645463325252;
    *(volatile uint32_t *)0x09000030 = 0x301;     /* UARTCR: UARTEN, TXE, RXE */
    for (int line = 0; line < LINES; line++) {
        for (int i = 0; i < ROUNDS; i++) {
            x = mix(x);
            uint64_t *place = &table[x % TABLE];
            *place += x & 64 ? x : (uint64_t)i;
            x += *place * 3;
        }
        put_hex(x, 16);
        put('\n');
    }
}
