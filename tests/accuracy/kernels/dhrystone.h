/* SPDX-License-Identifier: MIT */
/* The two halves of the Dhrystone equivalent: files of their own, so that nothing is inlined across them. */
#ifndef TESTS_ACCURACY_KERNELS_DHRYSTONE_H
#define TESTS_ACCURACY_KERNELS_DHRYSTONE_H

#include <stdint.h>

enum mark { MARK_1, MARK_2, MARK_3, MARK_4, MARK_5 };
enum { TEXT_SIZE = 31, ROW = 50 };

struct dhrystone {
    int number, is_true;
    char first, second;
    int ones[ROW], twos[ROW][ROW];
};

extern struct dhrystone dhrystone;

enum mark dhrystone_next_mark(enum mark mark);
void dhrystone_add_two(int a, int b, int *sum);
void dhrystone_fill(int *ones, int (*twos)[ROW], int at, int value);
enum mark dhrystone_compare_letters(char a, char b);
int dhrystone_is_later(const char *a, const char *b);
int dhrystone_compare(const char *a, const char *b);

#endif
