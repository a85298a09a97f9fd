/* SPDX-License-Identifier: MIT */
/* A program of arm64 Linux for test_gdb.py to look into. Without a C library, so that nothing else is in it. */
#include <stdint.h>

enum { SYS_exit = 93, STATUS = 42 };

volatile uint64_t total;
volatile struct { uint8_t before, meant, behind[6]; } bytes;
volatile uint64_t far[4096];

__attribute__((noinline)) void add(uint64_t n)
{
    total += n;
}

/* 31 instructions, and X9 is 10 then; the RET is gcc's. */
__attribute__((noinline)) void count(void)
{
    __asm__ volatile("mov x9, #0\n1: add x9, x9, #1\n\tcmp x9, #10\n\tb.ne 1b" : : : "x9", "cc");
}

/* Its neighbours are written every time, the byte that is meant is once. */
__attribute__((noinline)) void touch(unsigned n)
{
    bytes.before = (uint8_t)n;
    bytes.behind[0] = (uint8_t)n;
    if (n == 3)
        bytes.meant = 7;
}

/* One page is copied by pairs of registers. */
__attribute__((noinline)) void copy(void)
{
    for (unsigned i = 0; i < 2048; i += 2)
        __asm__ volatile("ldp x9, x10, [%0]\n\tstp x9, x10, [%1]" : : "r"(far + i), "r"(far + 2048 + i) : "x9", "x10", "memory");
}

void _start(void)
{
    for (uint64_t n = 1; n <= 5; n++)
        add(n);
    count();
    for (unsigned n = 0; n < 5; n++)
        touch(n);
    copy();
    register long x8 __asm__("x8") = SYS_exit, x0 __asm__("x0") = STATUS;
    __asm__ volatile("svc #0" : : "r"(x8), "r"(x0));
}
