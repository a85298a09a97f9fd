/* SPDX-License-Identifier: MIT */
/* The core's translations: TLB banks for the handlers, one for EL1 and some for the user address spaces seen last, and the
   pages that code is fetched from. What the architecture calls a TLB invalidation ends here. */
#ifndef CPU_ARM64_MMU_H
#define CPU_ARM64_MMU_H

#include "cpu/arm64/arm64.h"
#include "mmu/arm64_walk.h"

enum mmu_access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC };

struct arm64_mmu *mmu_new(void);
void mmu_free(struct arm64_mmu *mmu);

/* Translates va for an access with the rights of `el` (0 or 1). Returns FAULT_NONE and fills *m, or the fault status code.
   With the MMU off the mapping is flat: Device memory for data. */
int mmu_translate(struct arm64 *c, gva_t va, unsigned el, enum mmu_access access, struct arm64_mapping *m);

/* Enters a RAM page into the bank that serves `el`, as far as m and the code in the page allow. */
void mmu_enter(struct arm64 *c, gva_t va, unsigned el, const struct arm64_mapping *m, struct ram *ram, uint64_t offset);

/* To be called when EL, the table or ASID in use, or the FP trap changed: picks bank and context. */
void mmu_switch(struct arm64 *c);

/* TLBI (manual D5.10): everything; one ASID; one address in every ASID. */
void mmu_flush_all(struct arm64 *c);
void mmu_flush_asid(struct arm64 *c, uint16_t asid);
void mmu_flush_va(struct arm64 *c, gva_t va);

/* The handlers have to find the mapping of 2^bits bytes around va anew: for code, for data. No TLB invalidation: the timing model
   is not told. */
void mmu_forget_code(struct arm64 *c, gva_t va, unsigned bits);
void mmu_forget_data(struct arm64 *c, gva_t va, unsigned bits);

/* What is at which physical address has changed: what was remembered of it goes. The core's own TLB, which the timing model
   keeps, does not see such a thing. */
void mmu_map_changed(struct arm64 *c);

/* The cpu class's fetch and protect. */
const uint8_t *mmu_fetch(struct cpu *cpu, struct ram **ram, uint64_t *offset, uint32_t *mode);
void mmu_protect(struct cpu *cpu, const uint8_t *host);

/* For the timing model: the cpu class's walk; the bank that serves `el`; a page as the model sees it. */
unsigned mmu_walk(void *core, gva_t va, gpa_t descriptors[MEMORY_WALK_MAX]);
struct tlb_bank *mmu_bank(struct arm64 *c, unsigned el);
void mmu_page(struct arm64 *c, gva_t va, unsigned el, gpa_t pa, bool global, unsigned size_bits, struct memory_page *page);

/* Decode mode of the present state. */
uint32_t mmu_decode_mode(const struct arm64 *c);

#endif
