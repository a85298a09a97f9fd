/* SPDX-License-Identifier: MIT */
/* What all of ARM's PrimeCell peripherals have in common: identification registers at the end of their 4 KiB. */
#ifndef DEVICES_PRIMECELL_H
#define DEVICES_PRIMECELL_H

#include "base/types.h"

enum { PRIMECELL_SIZE = 0x1000, PRIMECELL_PERIPHID0 = 0xfe0, PRIMECELL_CELLID0 = 0xff0, PRIMECELL_CELLID3 = 0xffc };

/* One of PeriphID0-3, CellID0-3: each holds a byte of `periph_id` (part <11:0>, designer <19:12>, revision <23:20>) or of the
   number that says "PrimeCell". */
static inline uint32_t primecell_id(uint32_t periph_id, uint64_t offset)
{
    uint32_t id = offset < PRIMECELL_CELLID0 ? periph_id : 0xb105f00du;
    return id >> (offset & 0xc) * 2 & 0xff;
}

#endif
