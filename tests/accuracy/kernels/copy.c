/* SPDX-License-Identifier: MIT */
/* Bandwidth of copying and filling buffers much larger than L2. The loops are in copy_loops.S. */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { SIZE = 8 << 20 };

/* size is a multiple of 64. */
void copy_x(void *to, const void *from, uint64_t size);
void copy_q(void *to, const void *from, uint64_t size);
void fill_q(void *to, uint64_t byte, uint64_t size);
void fill_zero(void *to, uint64_t byte, uint64_t size);

static void say_copy(const char *name, void (*copy)(void *, const void *, uint64_t), void *to, const void *from)
{
    copy(to, from, SIZE);
    uint64_t begin = guest_ticks();
    copy(to, from, SIZE);
    guest_say(name, guest_ticks() - begin, SIZE);
}

static void say_fill(const char *name, void (*fill)(void *, uint64_t, uint64_t), void *to)
{
    fill(to, 0xcc, SIZE);
    uint64_t begin = guest_ticks();
    fill(to, 0xcc, SIZE);
    guest_say(name, guest_ticks() - begin, SIZE);
}

void copy_kernel(uint64_t argument)
{
    void *to = guest_pages(SIZE), *from = guest_pages(SIZE);

    (void)argument;
    fill_q(from, 1, SIZE);
    say_copy("memcpy", copy_x, to, from);
    say_copy("memcpy_q", copy_q, to, from);
    say_fill("memset", fill_q, to);
    say_fill("memset_zero", fill_zero, to);
}
