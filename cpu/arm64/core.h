/* SPDX-License-Identifier: MIT */
/* Making, resetting and wiring an AArch64 core. */
#ifndef CPU_ARM64_CORE_H
#define CPU_ARM64_CORE_H

#include "cpu/arm64/arm64.h"
#include "cpu/timing/model.h"

/* A Cortex-A53 on `space` and `clock`, at `hz` cycles a second. `id` is for messages. */
struct arm64 *arm64_new(const char *id, struct space *space, struct clock *clock, uint64_t hz);
void arm64_free(struct arm64 *c);

/* Power-on state: EL1h, MMU off, all interrupts masked, pc 0. Virtual time and instruction count go on. */
void arm64_reset(struct arm64 *c);

/* What CCSIDR_EL1 says of the caches; to be called once, before the core runs. */
void arm64_set_caches(struct arm64 *c, const struct core_settings *settings);

/* Has it the Cryptographic Extension? Without this call it has not. To be called once, before the core runs. */
void arm64_set_crypto(struct arm64 *c, bool has_crypto);

/* Gives the core its timing; to be called once, before the core runs. Time is kept from arm64_keep_time on. */
void arm64_set_core(struct arm64 *c, const struct core_model *model);
void arm64_keep_time(struct arm64 *c, enum timing_mode mode);

/* For struct space: the map changed. `core` is any of those that share it. */
void arm64_map_changed(void *core);

/* For struct space: a device wrote memory. `core` is any of those that share it. */
void arm64_memory_written(void *core, gpa_t pa, uint64_t length);

/* The core's interrupt inputs, for irq_connect: input 0 IRQ, 1 FIQ. */
void arm64_input(void *core, unsigned input, bool level);

/* For struct ram: code in it is about to change. `core` is any of those that share it. */
void arm64_code_written(void *core, struct ram *ram, uint64_t offset, uint64_t length);

/* The core's state as fields, for the state hash. */
extern const struct field arm64_fields[];

#endif
