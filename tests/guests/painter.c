/* SPDX-License-Identifier: MIT */
/* A program of arm64 Linux for test_board.py: paints on /dev/fb0 by way of mmap, in three bands beside each other, with time between them
   for the kernel to show what was painted. Each band is on every page of the screen, so the kernel must see pages become dirty again that
   it has cleaned. For 1024 x 768 pixels of 32 bits. Without a C library. */
#include <stdint.h>

enum { SYS_openat = 56, SYS_exit = 93, SYS_nanosleep = 101, SYS_mmap = 222 };
enum { AT_FDCWD = -100, O_RDWR = 2, PROT_READ_WRITE = 3, MAP_SHARED = 1, WIDTH = 1024, HEIGHT = 768, BAND = 256, SECONDS = 2 };

static long call(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

void _start(void)
{
    static const uint32_t colours[] = { 0xff0000, 0x00ff00, 0x0000ff };
    static const int64_t pause[2] = { SECONDS, 0 };
    long fd = call(SYS_openat, AT_FDCWD, (long)"/dev/fb0", O_RDWR, 0, 0, 0);
    volatile uint32_t *pixels = (volatile uint32_t *)call(SYS_mmap, 0, WIDTH * HEIGHT * 4l, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    if ((long)pixels < 0)
        call(SYS_exit, 1, 0, 0, 0, 0, 0);
    for (unsigned n = 0; n < 3; n++) {
        for (unsigned y = 0; y < HEIGHT; y++)
            for (unsigned x = 0; x < BAND; x++)
                pixels[y * WIDTH + n * BAND + x] = colours[n];
        call(SYS_nanosleep, (long)pause, 0, 0, 0, 0, 0);
    }
    call(SYS_exit, 0, 0, 0, 0, 0, 0);
}
