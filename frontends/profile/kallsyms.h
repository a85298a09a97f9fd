/* SPDX-License-Identifier: MIT */
/* The kernel's own table of symbols, found in the guest's memory by its structure: Linux keeps one for its messages, compressed
   (scripts/kallsyms.c of Linux 4.20 to today, with CONFIG_KALLSYMS_BASE_RELATIVE). */
#ifndef FRONTENDS_PROFILE_KALLSYMS_H
#define FRONTENDS_PROFILE_KALLSYMS_H

#include "frontends/profile/symbols.h"

/* Looks for a table in `size` bytes of memory from *from on, adds what it says to an empty `symbols`, sorted, and sets *from
   behind it. False: there is none. Addresses are those at which the kernel runs if it has relocated itself. */
bool kallsyms_find(struct symbols *symbols, const uint8_t *memory, size_t size, size_t *from);

#endif
