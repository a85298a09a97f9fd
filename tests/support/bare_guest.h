/* SPDX-License-Identifier: MIT */
/* What guests of the tests without an operating system begin with: to be included once, by a program that defines run(). It is
   entered at EL1 with a stack; when it returns, the machine is switched off. Built by tests/support/guest-cc. */
#ifndef TESTS_SUPPORT_BARE_GUEST_H
#define TESTS_SUPPORT_BARE_GUEST_H

#include <stdint.h>

void start(void);
void run(void);

__asm__(".globl start\n"
        "start: adrp x1, stack_top\n"
        "   add x1, x1, :lo12:stack_top\n"
        "   mov sp, x1\n"
        "   mov x29, #0\n"                 /* the last frame, for who follows them */
        "   mov x30, #0\n"
        "   bl run\n"
        "   movz w0, #0x8400, lsl #16\n"   /* PSCI: SYSTEM_OFF */
        "   movk w0, #8\n"
        "   hvc #0\n"
        "1: wfi\n"
        "   b 1b\n"
        ".bss\n"
        ".balign 16\n"
        ".skip 8192\n"
        "stack_top:\n"
        ".text\n");

/* To the PL011 of the `virt` board, which needs no setting up to send. */
static inline void put(char c)
{
    *(volatile uint32_t *)0x09000000 = (uint8_t)c;
}

static inline void put_text(const char *text)
{
    while (*text)
        put(*text++);
}

static inline void put_decimal(uint64_t number)
{
    char digits[20];
    int n = 0;
    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        put(digits[--n]);
}

/* So many digits, or with 0 as many as it needs. */
static inline void put_hex(uint64_t number, int digits)
{
    int n = digits ? digits : 16;
    while (!digits && n > 1 && !(number >> (4 * n - 4)))
        n--;
    while (n--)
        put("0123456789abcdef"[number >> (4 * n) & 15]);
}

/* xorshift64: G. Marsaglia, "Xorshift RNGs", 2003. Never 0 if it did not begin so. */
static inline uint64_t next_random(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

#endif
