/* SPDX-License-Identifier: MIT */
/* The slow way to memory: everything the inline TLB does not prove. Crossing pages, devices, first touch, code pages, faults. */
#ifndef CPU_ARM64_ACCESS_H
#define CPU_ARM64_ACCESS_H

#include "cpu/arm64/arm64.h"

/* Each does one access for op o of block b with the rights of the current EL. False: an exception was taken (cpu->pc is its
   vector) and the handler must LEAVE; nothing was written then, except that an access over two pages may have written the
   first part. A loaded value is in c->loaded (pair: and c->loaded_high), zero-extended. Sizes: 1, 2, 4, 8. */
bool arm64_load(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size);
bool arm64_store(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t value);

/* Two elements of `size` (4 or 8) bytes each, checked as the manual says for LDP/STP and 16-byte SIMD accesses. */
bool arm64_load_pair(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size);
bool arm64_store_pair(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t v0,
                      uint64_t v1);

/* The same with the rights of EL0: LDTR, STTR. */
bool arm64_load_user(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size);
bool arm64_store_user(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint64_t value);

/* Accesses that must be aligned whatever SCTLR_EL1.A says (exclusive, acquire/release): true, or an alignment fault was taken. */
bool arm64_aligned(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, bool write);

/* Watchpoints, for what stores without arm64_store, or looks at something else first: DC ZVA, DC IVAC, and exclusives, which
   are seen even if they fail (TRM 11.9.1). `cause` is added to the syndrome. True, or the watchpoint's exception was taken; a
   fault of translation is left to the access. */
bool arm64_unwatched(struct arm64 *c, const struct op *o, const struct block *b, gva_t va, unsigned size, uint32_t cause);

#endif
