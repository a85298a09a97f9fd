/* SPDX-License-Identifier: MIT */
/* A guest without an operating system whose time goes where its functions' names say: `hot` gets three times the loops of `warm`,
   and `leaf`, which makes no frame, is called by `calls_leaf` so often that the two take alike. */
#include "tests/support/bare_guest.h"

__attribute__((noipa)) static void hot(unsigned rounds)
{
    while (rounds--)
        __asm__ volatile("add x9, x9, #1\n add x9, x9, #1\n add x9, x9, #1\n" ::: "x9");
}

__attribute__((noipa)) static void warm(unsigned rounds)
{
    while (rounds--)
        __asm__ volatile("add x10, x10, #1\n add x10, x10, #1\n add x10, x10, #1\n" ::: "x10");
}

/* One block: its cycles end when it returns. */
__attribute__((noipa)) static void leaf(void)
{
    __asm__ volatile(".rept 24\n add x9, x9, #1\n .endr\n" ::: "x9");
}

__attribute__((noipa)) static void calls_leaf(unsigned rounds)
{
    while (rounds--) {
        __asm__ volatile(".rept 10\n add x9, x9, #1\n .endr\n" ::: "x9");
        leaf();
        __asm__ volatile(".rept 10\n add x9, x9, #1\n .endr\n" ::: "x9");
    }
}

void run(void)
{
    for (int i = 0; i < 100; i++) {
        hot(30000);
        warm(10000);
        calls_leaf(2000);
    }
    __asm__ volatile("");   /* no tail call: who calls is to be seen */
}
