/* SPDX-License-Identifier: MIT */
/* A64 instructions as text, by Capstone. */
#ifndef FRONTENDS_HOST_DISASSEMBLY_H
#define FRONTENDS_HOST_DISASSEMBLY_H

#include "base/types.h"

enum { DISASSEMBLY_TEXT = 192 };

struct disassembly;

struct disassembly *disassembly_new(void);
void disassembly_free(struct disassembly *d);

/* The instruction at va; what is none becomes ".word 0x…". `text` has room for DISASSEMBLY_TEXT bytes. */
void disassembly_text(struct disassembly *d, uint64_t va, uint32_t insn, char *text);

#endif
