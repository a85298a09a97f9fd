/* SPDX-License-Identifier: MIT */
/* The stage 1 EL1&0 translation table walk of Armv8.0-A (DDI 0487, D5): 4K, 16K and 64K granules. */
#ifndef MMU_ARM64_WALK_H
#define MMU_ARM64_WALK_H

#include "base/types.h"
#include "bus/space.h"

/* The system registers a walk reads. */
struct arm64_walk_regs {
    uint64_t ttbr0, ttbr1, tcr, mair;
    bool wxn;              /* SCTLR_EL1.WXN */
    bool big_endian;       /* SCTLR_EL1.EE */
    unsigned pa_bits;      /* implemented physical address size */
};

/* Fault status codes: DFSC and IFSC (D13.2.37) without the level in bits 1..0. */
enum arm64_fault {
    FAULT_NONE = -1,
    FAULT_ADDRESS_SIZE = 0x00, FAULT_TRANSLATION = 0x04, FAULT_ACCESS_FLAG = 0x08, FAULT_PERMISSION = 0x0c,
    FAULT_EXTERNAL = 0x10, FAULT_EXTERNAL_WALK = 0x14, FAULT_ALIGNMENT = 0x21
};

struct arm64_mapping {
    gpa_t pa;              /* of the address asked for */
    unsigned size_bits;    /* log2 of the mapping's size: page, block or contiguous run */
    bool el1_read, el1_write, el1_exec, el0_read, el0_write, el0_exec;
    bool global;           /* not tied to an ASID */
    bool device;           /* Device memory: unaligned accesses fault */
    uint8_t attributes;    /* the byte of MAIR_EL1 */
    uint8_t shareability;  /* SH */
    unsigned level;        /* of the leaf */
    gpa_t descriptors[4];  /* what the walk read, outermost first */
    unsigned descriptor_count;
};

/* Walks for va. Returns FAULT_NONE with *m filled, or a fault status code including the level: translation, address size,
   access flag or an external abort on a descriptor. Permission is the caller's to check against *m (with m->level).
   Descriptors are read through `space`. */
int arm64_walk(const struct space *space, const struct arm64_walk_regs *regs, gva_t va, struct arm64_mapping *m);

/* The address with its tag (top byte) replaced by the sign, where TCR_EL1 says that the top byte is ignored. */
gva_t arm64_untag(uint64_t tcr, gva_t va);

#endif
