/* SPDX-License-Identifier: MIT */
/* Words only where both sides are aligned: before the MMU is on, memory is Device memory and an unaligned access faults. */
#include "roms/lib/string.h"
#include <stdint.h>

typedef uint64_t __attribute__((may_alias)) word;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if ((((uintptr_t)out ^ (uintptr_t)in) & 7) == 0) {
        for (; size && (uintptr_t)out & 7; size--)
            *out++ = *in++;
        for (; size >= 32; size -= 32, out += 32, in += 32) {
            word a = ((const word *)in)[0], b = ((const word *)in)[1], c = ((const word *)in)[2], d = ((const word *)in)[3];
            ((word *)out)[0] = a;
            ((word *)out)[1] = b;
            ((word *)out)[2] = c;
            ((word *)out)[3] = d;
        }
    }
    while (size--)
        *out++ = *in++;
    return to;
}

void *memmove(void *to, const void *from, size_t size)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if ((uintptr_t)to - (uintptr_t)from >= size)
        return memcpy(to, from, size);
    while (size--)
        out[size] = in[size];
    return to;
}

void *memset(void *to, int value, size_t size)
{
    unsigned char *out = to;
    word pattern = (unsigned char)value * 0x0101010101010101u;

    for (; size && (uintptr_t)out & 7; size--)
        *out++ = (unsigned char)value;
    for (; size >= 32; size -= 32, out += 32)
        ((word *)out)[0] = ((word *)out)[1] = ((word *)out)[2] = ((word *)out)[3] = pattern;
    while (size--)
        *out++ = (unsigned char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *x = a, *y = b;

    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t size)
{
    for (; size && *a && *a == *b; a++, b++, size--)
        ;
    return size ? (unsigned char)*a - (unsigned char)*b : 0;
}
