/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_MMU_H
#define ROMS_LIB_MMU_H

#include <stdint.h>

enum { MMU_BLOCK = 0x200000 };

enum mmu_kind {
    MMU_DEVICE,       /* nGnRE, no execution */
    MMU_NORMAL,       /* write-back cacheable, all rights at EL1 */
    MMU_USER_CODE,    /* write-back cacheable, read and execute at EL0 and EL1 */
    MMU_USER_DATA     /* write-back cacheable, read and write at EL0 and EL1 */
};

/* Turns on the MMU and the caches with an identity map of 2 MB blocks: the first GB is devices, RAM is normal memory.
   ram_size is in bytes; above 3 GB nothing is mapped, our programs are small. */
void mmu_init(uint64_t ram_base, uint64_t ram_size);

/* Maps one 2 MB block below 4 GB; both addresses are multiples of MMU_BLOCK. */
void mmu_map(uint64_t va, uint64_t pa, enum mmu_kind kind);

/* Puts a table of 512 pages of 4 KB below va instead of a block. table is 4 KB, aligned. */
void mmu_map_table(uint64_t va, uint64_t *table);

/* The descriptor of one 4 KB page, for such a table. */
uint64_t mmu_page(uint64_t pa, enum mmu_kind kind);

#endif
