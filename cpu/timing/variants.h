/* SPDX-License-Identifier: MIT */
/* Blocks in which something happened that the memo does not know: a micro-TLB was refilled, a line came from L2, a quotient took
   long. What it cost is a small number of cycles at one op. "State S, and at op k a wait of w" is itself a state with a number, a
   variant of S; for a block entered in it the memo works as for any other. What remains is to know the cycle at which op k could
   issue, because that decides what its access costs: that too is always the same for a block, a state and an op, and kept. */
#ifndef CPU_TIMING_VARIANTS_H
#define CPU_TIMING_VARIANTS_H

#include "cpu/timing/memory.h"

/* Variants have this bit in their numbers, states (states.h) do not. */
enum { VARIANT = 1 << 26, VARIANT_NONE = -1, VARIANT_OP_FETCH = 0x3f };

struct variants;

struct variants *variants_new(void);
void variants_free(struct variants *table);

/* The number of "state or variant `parent`, and at op `op` this wait"; VARIANT_OP_FETCH: fetch of the block was held up for
   wait->issue cycles. VARIANT_NONE if the wait is too long to be met again. */
int variants_intern(struct variants *table, int parent, unsigned op, const struct memory_wait *wait);

/* The number of the first there is; older ones are forgotten. */
int variants_first(const struct variants *table);

/* The cycle, counted from the block's begin, at which op `op` of a block entered in state or variant `number` could issue. */
bool variants_offset(const struct variants *table, const void *block, int number, unsigned op, uint32_t *offset);
void variants_keep_offset(struct variants *table, const void *block, int number, unsigned op, uint32_t offset);

/* Blocks are gone: their addresses may be used again. */
void variants_forget_blocks(struct variants *table);

#endif
