/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_GPU_H
#define ROMS_LIB_GPU_H

#include <stdbool.h>
#include "roms/lib/fdt.h"
#include "roms/lib/screen.h"

/* Makes a resource of this size the first scanout's picture, backed by pixels (0x00RRGGBB). false: no gpu, or it refused. */
bool gpu_open(const struct fdt *fdt, uint32_t *pixels, unsigned width, unsigned height);

/* Queues the copy of a rectangle, inside the picture, to the host; gpu_flush shows all that was copied. */
void gpu_transfer(const struct rect *rect);
void gpu_flush(void);
bool gpu_busy(void);

#endif
