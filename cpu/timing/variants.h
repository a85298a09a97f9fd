/* SPDX-License-Identifier: MIT */
/* Blocks in which something happened that the memo does not know: a micro-TLB was refilled, a line came from L2, a quotient took
   long. What it cost is a small number of cycles at one op. "State S, and at op k a wait of w" is itself a state with a number, a
   variant of S; for a block entered in it the memo works as for any other. What remains is to know the cycle at which op k could
   issue, because that decides what its access costs: that too is always the same for a block, a state and an op, and kept. */
#ifndef CPU_TIMING_VARIANTS_H
#define CPU_TIMING_VARIANTS_H

#include "cpu/timing/memory.h"

/* Variants have this bit in their numbers, states (states.h) do not. */
enum { VARIANT = 1 << 26, VARIANT_NONE = -1, VARIANT_OP_FETCH = 0x7f };

/* The waits that make up a variant, in the order of ops; an op may have several: the pipeline was held more than once. */
enum { KNOWN_MAX = 24 };

struct known {
    unsigned count;
    struct { uint8_t op; struct memory_wait wait; } at[KNOWN_MAX];
};

struct variants;

struct variants *variants_new(void);
void variants_free(struct variants *table);

/* The number of "state or variant `parent`, and at op `op` this wait"; VARIANT_OP_FETCH: fetch of the block was held up for
   wait->issue cycles. VARIANT_NONE if the wait is too long to be met again, or there are too many. A variant is known until one
   is made from a state. */
int variants_intern(struct variants *table, int parent, unsigned op, const struct memory_wait *wait);

/* The state that `number` is a variant of (itself, if it is none), and how. */
int variants_known(const struct variants *table, int number, struct known *known);

/* The cycle, counted from the block's begin, at which op `op` of a block entered in state or variant `number` could issue. */
bool variants_offset(const struct variants *table, const void *block, int number, unsigned op, uint32_t *offset);
void variants_keep_offset(struct variants *table, const void *block, int number, unsigned op, uint32_t offset);

/* Blocks are gone: their addresses may be used again. */
void variants_forget_blocks(struct variants *table);

#endif
