/* SPDX-License-Identifier: MIT */
/* A guest without an operating system that computes for a while and prints what it has: every line depends on all that was computed
   before, through registers, a table of a megabyte, calls and branches. It switches the machine off behind the last line. */
typedef unsigned int u32;
typedef unsigned long u64;

enum { LINES = 64, ROUNDS = 20000, TABLE = 1 << 17 };

void start(void);
void run(void);

__asm__(".globl start\n"
        "start: adrp x1, stack_top\n"
        "   add x1, x1, :lo12:stack_top\n"
        "   mov sp, x1\n"
        "   bl run\n"
        "   movz w0, #0x8400, lsl #16\n"   /* PSCI: SYSTEM_OFF */
        "   movk w0, #8\n"
        "   hvc #0\n"
        "1: wfi\n"
        "   b 1b\n"
        ".bss\n"
        ".balign 16\n"
        ".skip 4096\n"
        "stack_top:\n"
        ".text\n");

static u64 table[TABLE];

static void put(char c)
{
    *(volatile u32 *)0x09000000 = (u32)c;    /* the PL011's data register */
}

static void put_number(u64 number)
{
    for (int i = 60; i >= 0; i -= 4)
        put("0123456789abcdef"[number >> i & 15]);
    put('\n');
}

__attribute__((noinline)) static u64 mix(u64 x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ x << 17;
}

void run(void)
{
    u64 x = 88172645463325252;
    *(volatile u32 *)0x09000030 = 0x301;     /* UARTCR: UARTEN, TXE, RXE */
    for (int line = 0; line < LINES; line++) {
        for (int i = 0; i < ROUNDS; i++) {
            x = mix(x);
            u64 *place = &table[x % TABLE];
            *place += x & 64 ? x : (u64)i;
            x += *place * 3;
        }
        put_number(x);
    }
}
