/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/debug.h"

#include "base/bits.h"
#include "cpu/arm64/mmu.h"
#include "cpu/arm64/sysreg.h"

enum { BREAKPOINTS = 6, WATCHPOINTS = 4, CONTEXT_AWARE = 4 /* the first breakpoint that compares context IDs */ };

/* Fields that DBGBCR and DBGWCR have in the same places (D13.3.2, D13.3.11), then their own. */
enum { CR_E = 0, CR_PRIVILEGE = 1, CR_HMC = 13, CR_SSC = 14, CR_LBN = 16 };
enum { BCR_BAS = 5, BCR_BT = 20, WCR_LSC = 3, WCR_BAS = 5, WCR_WT = 20, WCR_MASK = 24 };

/* DBGBCR.BT: what the value is compared with. Others are for AArch32 or a hypervisor and match nothing here. */
enum breakpoint_type { BT_ADDRESS = 0, BT_ADDRESS_LINKED = 1, BT_CONTEXT = 2, BT_CONTEXT_LINKED = 3 };

/* Addresses are compared up to bit 48: tags and the sign's copies are left out. */
enum { ADDRESS_BITS = 49 };

static bool is_same(gva_t a, gva_t b, unsigned low_bits)
{
    return !((a ^ b) & mask64(ADDRESS_BITS) & ~mask64(low_bits));
}

static enum breakpoint_type type_of(const struct arm64 *c, unsigned n)
{
    return (enum breakpoint_type)bits(c->dbgbcr[n], BCR_BT + 3, BCR_BT);
}

static bool has_address(enum breakpoint_type type)
{
    return type == BT_ADDRESS || type == BT_ADDRESS_LINKED;
}

static bool is_locked(const struct arm64 *c)
{
    return c->oslsr_el1 & 1 || (c->osdlr_el1 & 1 && !(c->dbgprcr_el1 & 1));
}

bool debug_is_enabled(const struct arm64 *c)
{
    return !is_locked(c) && (!c->el || (c->mdscr_el1 & MDSCR_KDE && !(c->daif & DAIF_D)));
}

/* ---- does it match? ---- */

static bool is_context(const struct arm64 *c, unsigned n)
{
    return (uint32_t)c->dbgbvr[n] == (uint32_t)c->contextidr_el1;
}

/* The other half of a linked pair (D2.9.4): breakpoint `n` must compare context IDs for another. */
static bool is_linked_match(const struct arm64 *c, unsigned n)
{
    return n >= CONTEXT_AWARE && n < BREAKPOINTS && bit(c->dbgbcr[n], CR_E) && type_of(c, n) == BT_CONTEXT_LINKED &&
           is_context(c, n);
}

/* Enabled, meant for this exception level, and its partner matches. HMC and SSC other than 0 are reserved without EL2 and EL3:
   such a one is disabled (D2.9.3). */
static bool is_state_match(const struct arm64 *c, uint64_t control, unsigned el, bool linked)
{
    bool is_meant = bit(control, CR_PRIVILEGE + (el ? 0 : 1));
    return bit(control, CR_E) && !bits(control, CR_SSC + 1, CR_HMC) && is_meant &&
           (!linked || is_linked_match(c, (unsigned)bits(control, CR_LBN + 3, CR_LBN)));
}

static bool is_breakpoint(const struct arm64 *c, unsigned n, gva_t pc)
{
    enum breakpoint_type type = type_of(c, n);
    if (!is_state_match(c, c->dbgbcr[n], c->el, type == BT_ADDRESS_LINKED))
        return false;
    if (has_address(type))
        return is_same(c->dbgbvr[n], pc, 2) && bit(c->dbgbcr[n], BCR_BAS);   /* BAS: of the instruction's first byte */
    return type == BT_CONTEXT && n >= CONTEXT_AWARE && is_context(c, n);
}

bool debug_breaks(const struct arm64 *c, gva_t pc)
{
    if (!debug_is_enabled(c))
        return false;
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (is_breakpoint(c, n, pc))
            return true;
    return false;
}

/* log2 of what a watchpoint's address is compared in: a doubleword, whose bytes BAS picks; or more by MASK, where 1 and 2 are
   reserved and act as 0. */
static unsigned watched_bits(const struct arm64 *c, unsigned n)
{
    unsigned mask = (unsigned)bits(c->dbgwcr[n], WCR_MASK + 4, WCR_MASK);
    return mask > 2 ? mask : 3;
}

/* The bytes of the doubleword that BAS picks, bit 2 of the address considered: then BAS<3:0> are bytes 4 to 7. */
static unsigned watched_bytes(const struct arm64 *c, unsigned n)
{
    unsigned bas = (unsigned)bits(c->dbgwcr[n], WCR_BAS + 7, WCR_BAS);
    return bit(c->dbgwvr[n], 2) ? (bas & 15) << 4 : bas;
}

static bool is_watched(const struct arm64 *c, unsigned n, gva_t va, unsigned size, unsigned el, bool write)
{
    uint64_t control = c->dbgwcr[n];
    if (!is_state_match(c, control, el, bit(control, WCR_WT)) || !bit(control, WCR_LSC + (write ? 1 : 0)))
        return false;
    unsigned span = watched_bits(c, n), bytes = span > 3 ? 0xff : watched_bytes(c, n);
    for (unsigned i = 0; i < size; i++)
        if (is_same(c->dbgwvr[n], va + i, span) && bytes >> ((va + i) & 7) & 1)
            return true;
    return false;
}

bool debug_watches(const struct arm64 *c, gva_t va, unsigned size, unsigned el, bool write)
{
    if (!debug_is_enabled(c))
        return false;
    for (unsigned n = 0; n < WATCHPOINTS; n++)
        if (is_watched(c, n, va, size, el, write))
            return true;
    return false;
}

/* ---- which pages to look at: those of all that are switched on, whatever else decides at the moment ---- */

static bool is_on(const struct arm64 *c, uint64_t control)
{
    return bit(control, CR_E) && c->mdscr_el1 & MDSCR_MDE && !is_locked(c);
}

uint32_t debug_fetch_mode(const struct arm64 *c, gva_t pc)
{
    uint32_t mode = 0;
    for (unsigned n = 0; n < BREAKPOINTS; n++) {
        if (!is_on(c, c->dbgbcr[n]))
            continue;
        bool is_anywhere = !has_address(type_of(c, n));
        if (is_anywhere || is_same(c->dbgbvr[n], pc, PAGE_BITS))
            mode |= CODE_LOOKED;
        /* No block is longer, so one that begins elsewhere in the page ends before the breakpoint. */
        if (is_anywhere || ((c->dbgbvr[n] - pc) & mask64(ADDRESS_BITS)) < 4 * BLOCK_OPS_MAX)
            mode |= CODE_SINGLE;
    }
    return mode & CODE_LOOKED ? mode : 0;
}

static unsigned page_bits(const struct arm64 *c, unsigned n)
{
    return watched_bits(c, n) > PAGE_BITS ? watched_bits(c, n) : PAGE_BITS;
}

bool debug_watches_page(const struct arm64 *c, gva_t va)
{
    for (unsigned n = 0; n < WATCHPOINTS; n++)
        if (is_on(c, c->dbgwcr[n]) && is_same(c->dbgwvr[n], va, page_bits(c, n)))
            return true;
    return false;
}

/* What was known of these pages has to be forgotten; of those that are not looked at any more nothing is known. */
void debug_changed(struct arm64 *c)
{
    c->breaks = c->watches = false;
    for (unsigned n = 0; n < BREAKPOINTS; n++)
        if (is_on(c, c->dbgbcr[n])) {
            c->breaks = true;
            mmu_forget_code(c, c->dbgbvr[n], has_address(type_of(c, n)) ? PAGE_BITS : 64);
        }
    for (unsigned n = 0; n < WATCHPOINTS; n++)
        if (is_on(c, c->dbgwcr[n])) {
            c->watches = true;
            mmu_forget_data(c, c->dbgwvr[n], page_bits(c, n));
        }
}
