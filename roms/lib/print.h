/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_PRINT_H
#define ROMS_LIB_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* A small printf: %d %u %x %c %s %% with l, width, '-' and '0'. There are no floats: print parts of them. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same into a string of size bytes, always ended; returns the length written. */
size_t print_into(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t print_list(char *out, size_t size, const char *format, va_list args);

#endif
