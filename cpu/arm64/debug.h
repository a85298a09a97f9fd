/* SPDX-License-Identifier: MIT */
/* Self-hosted debug (manual D2): breakpoints and watchpoints, as ptrace and KGDB in a guest use them. Nothing is asked while none
   is enabled. While some are, the pages that hold a breakpoint are fetched anew for every block, and pages that hold a watched
   byte are kept out of the TLB banks, so that the slow way sees each access. */
#ifndef CPU_ARM64_DEBUG_H
#define CPU_ARM64_DEBUG_H

#include "cpu/arm64/arm64.h"

/* To be called when MDSCR_EL1, a lock, or a register of a breakpoint or watchpoint changed. */
void debug_changed(struct arm64 *c);

/* May debug exceptions be taken from the current exception level, the locks and PSTATE.D considered (D2.4)? */
bool debug_is_enabled(const struct arm64 *c);

/* While c->breaks. Is there a breakpoint on the instruction at pc that matches now? Mode bits of a block that begins there: 0
   unless the page has a breakpoint, matching now or not. */
bool debug_breaks(const struct arm64 *c, gva_t pc);
uint32_t debug_fetch_mode(const struct arm64 *c, gva_t pc);

/* While c->watches. Must each access to va's page be looked at? Is an access of `size` bytes with the rights of `el` one that a
   watchpoint is there for? */
bool debug_watches_page(const struct arm64 *c, gva_t va);
bool debug_watches(const struct arm64 *c, gva_t va, unsigned size, unsigned el, bool write);

#endif
