/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/kernels/dhrystone.h"

static int is_third(enum mark mark)
{
    return mark == MARK_3;
}

enum mark dhrystone_next_mark(enum mark mark)
{
    enum mark next = is_third(mark) ? mark : MARK_4;

    switch (mark) {
    case MARK_1:
        next = MARK_1;
        break;
    case MARK_2:
        next = dhrystone.number > 100 ? MARK_1 : MARK_4;
        break;
    case MARK_3:
        next = MARK_2;
        break;
    case MARK_5:
        next = MARK_3;
        break;
    default:
        break;
    }
    return next;
}

void dhrystone_add_two(int a, int b, int *sum)
{
    *sum = a + 2 + b;
}

void dhrystone_fill(int *ones, int (*twos)[ROW], int at, int value)
{
    int place = at + 5;

    ones[place] = value;
    ones[place + 1] = ones[place];
    ones[place + 30] = place;
    for (int i = place; i <= place + 1; i++)
        twos[place][i] = place;
    twos[place][place - 1]++;
    twos[place + 20][place] = ones[place];
    dhrystone.number = 5;
}

enum mark dhrystone_compare_letters(char a, char b)
{
    if (a != b)
        return MARK_1;
    dhrystone.first = a;
    return MARK_2;
}

int dhrystone_is_later(const char *a, const char *b)
{
    int at = 2;
    char letter = 0;

    while (at <= 2)
        if (dhrystone_compare_letters(a[at], b[at + 1]) == MARK_1) {
            letter = 'A';
            at++;
        }
    if (letter >= 'W' && letter < 'Z')
        at = 7;
    if (letter == 'R')
        return 1;
    if (dhrystone_compare(a, b) > 0) {
        dhrystone.number = at + 7;
        return 1;
    }
    return 0;
}

/* As C libraries compare strings: 8 bytes at a time if both are aligned; the lowest byte that is zero or differs decides. */
int dhrystone_compare(const char *a, const char *b)
{
    typedef uint64_t __attribute__((may_alias)) word;
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

    if ((((uintptr_t)a | (uintptr_t)b) & 7) == 0)
        for (;; a += sizeof(word), b += sizeof(word)) {
            uint64_t x = *(const word *)a, y = *(const word *)b, ends = (x ^ y) | ((x - ones) & ~x & tops);
            if (ends) {
                int shift = __builtin_ctzll(ends) & ~7;
                return (int)(x >> shift & 0xff) - (int)(y >> shift & 0xff);
            }
        }
    for (; *a && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}
