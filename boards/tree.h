/* SPDX-License-Identifier: MIT */
/* Device tree nodes that stand for no part of the table (Devicetree Specification 0.4, Linux' bindings). `fdt` is a libfdt
   tree in the sequential-write state, with the root node open. */
#ifndef BOARDS_TREE_H
#define BOARDS_TREE_H

#include "boards/board.h"

void tree_cpus(const struct machine *m, void *fdt, const char *compatible);
void tree_psci(void *fdt);
void tree_timer(const struct machine *m, void *fdt);
void tree_pmu(const struct machine *m, void *fdt);
void tree_power_button(const struct machine *m, void *fdt, const char *gpio_id, unsigned line);
/* One node for all banks, `size` bytes each, side by side from `base` on. */
void tree_flash(void *fdt, gpa_t base, uint32_t size, unsigned banks, unsigned bus_bytes);
void tree_framebuffer(void *fdt, gpa_t base, uint64_t reserved);

#endif
