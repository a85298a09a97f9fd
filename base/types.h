/* SPDX-License-Identifier: MIT */
/* The scalar types with a meaning of their own, and the few macros every room uses. */
#ifndef BASE_TYPES_H
#define BASE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t gpa_t;   /* guest physical address */
typedef uint64_t gva_t;   /* guest virtual address */
typedef uint64_t tick_t;  /* virtual time in picoseconds since power on; wraps after 213 days */

#define TICKS_PER_SECOND 1000000000000ull
#define TICKS_PER_MS     1000000000ull
#define TICKS_PER_US     1000000ull
#define TICK_NEVER       UINT64_MAX

#define KIB 1024ull
#define MIB (1024 * KIB)
#define GIB (1024 * MIB)

#define ARRAY_SIZE(a)              (sizeof(a) / sizeof((a)[0]))
#define container_of(p, type, mem) ((type *)((char *)(p) - offsetof(type, mem)))
#define likely(x)                  __builtin_expect(!!(x), 1)
#define unlikely(x)                __builtin_expect(!!(x), 0)

#endif
