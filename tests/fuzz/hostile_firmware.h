/* SPDX-License-Identifier: MIT */
/* What a hostile guest asks of the firmware configuration device, and of what is told by its files. */
#ifndef TESTS_FUZZ_HOSTILE_FIRMWARE_H
#define TESTS_FUZZ_HOSTILE_FIRMWARE_H

#include "tests/fuzz/bench.h"

/* One DMA access, nearly right (QEMU's docs/specs/fw_cfg.rst). */
void hostile_fw_cfg(struct bench *b, struct tape *tape);

#endif
