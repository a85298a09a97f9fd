/* SPDX-License-Identifier: MIT */
/* A core with RAM, vectors and one device, for programs of a few hand-encoded words. A program stops with HVC; so does every
   vector, so that after an exception its registers (ESR, FAR, ELR, SPSR) can be looked at. */
#ifndef TESTS_CPU_ARM64_BARE_H
#define TESTS_CPU_ARM64_BARE_H

#include "bus/clock.h"
#include "bus/space.h"
#include "cpu/arm64/arm64.h"

enum {
    BARE_RAM = 0x40000000, BARE_RAM_SIZE = 16 << 20,
    BARE_VECTORS = 0x40000800,     /* VBAR_EL1 */
    BARE_TABLES = 0x40100000,      /* roots and tables of bare_map, one after the other */
    BARE_CODE = 0x40200000,        /* where bare_run starts */
    BARE_DATA = 0x40300000,
    BARE_DEVICE = 0x09000000       /* 4 KiB: see struct bare */
};

/* Instructions. Registers and immediates are or'ed in. */
enum {
    W_NOP = 0xd503201f, W_HVC = 0xd4000002, W_SVC = 0xd4000001, W_BRK = 0xd4200000, W_UDF = 0, W_ERET = 0xd69f03e0,
    W_WFI = 0xd503207f, W_WFE = 0xd503205f, W_SEVL = 0xd50320bf, W_ISB = 0xd5033fdf, W_DSB = 0xd5033f9f, W_CLREX = 0xd5033f5f,
    W_B = 0x14000000, W_BR = 0xd61f0000, W_BLR = 0xd63f0000, W_RET = 0xd65f03c0,
    W_MOVZ = 0xd2800000, W_ADD_IMM = 0x91000000, W_SUB_IMM = 0xd1000000, W_SUBS_IMM = 0xf1000000, W_CBNZ = 0xb5000000,
    W_LDR = 0xf9400000, W_STR = 0xf9000000, W_LDR_W = 0xb9400000, W_STR_W = 0xb9000000, W_LDRB = 0x39400000, W_STRB = 0x39000000,
    W_LDP = 0xa9400000, W_STP = 0xa9000000, W_LDTR = 0xf8400800, W_STTR = 0xf8000800, W_LDR_POST8 = 0xf8408400,
    W_LDXR = 0xc85f7c00, W_STXR = 0xc8007c00, W_LDAR = 0xc8dffc00, W_STLR = 0xc89ffc00, W_LDR_Q = 0x3dc00000,
    W_STR_Q = 0x3d800000,
    W_FADD_D = 0x1e602800,
    W_MRS = 0xd5300000, W_MSR = 0xd5100000, W_MSR_DAIFSET = 0xd50340df, W_MSR_DAIFCLR = 0xd50340ff, W_MSR_SPSEL = 0xd50040bf,
    W_DC_ZVA = 0xd50b7420, W_DC_CVAU = 0xd50b7b20, W_DC_CIVAC = 0xd50b7e20, W_DC_IVAC = 0xd5087620, W_IC_IVAU = 0xd50b7520,
    W_AT_S1E1R = 0xd5087800, W_AT_S1E1W = 0xd5087820, W_AT_S1E0R = 0xd5087840, W_AT_S1E0W = 0xd5087860,
    W_TLBI_VMALLE1 = 0xd508871f, W_TLBI_VAE1 = 0xd5088720, W_TLBI_ASIDE1 = 0xd5088740, W_TLBI_VAAE1 = 0xd5088760
};

/* The register field of MRS and MSR. */
#define W_SYSREG(op0, op1, crn, crm, op2) \
    ((uint32_t)((op0) - 2) << 19 | (uint32_t)(op1) << 16 | (uint32_t)(crn) << 12 | (uint32_t)(crm) << 8 | (uint32_t)(op2) << 5)
#define W_RN(n) ((uint32_t)(n) << 5)
#define W_RM(m) ((uint32_t)(m) << 16)
#define W_RT2(t) ((uint32_t)(t) << 10)
#define W_IMM16(v) ((uint32_t)(v) << 5)
#define W_IMM12(v) ((uint32_t)(v) << 10)

/* bare_run's result: the vector, as its offset from VBAR_EL1 (0 to 0x780), or one of these. */
enum { BARE_STOPPED = -1, BARE_HALTED = -2, BARE_RUNS = -3 };

struct bare {
    struct clock clock;
    struct space space;
    struct ram *ram;
    struct arm64 *cpu;
    uint64_t tables;               /* where the next table goes */
    int stopped_at;                /* bare_run's result while it runs */
    /* The device: 64-bit registers; what was read or written last, and when. `on_access` may be NULL. */
    uint64_t device_value, device_offset;
    unsigned device_reads, device_writes;
    tick_t device_time;
    void (*on_access)(struct bare *b);
};

void bare_open(struct bare *b);
void bare_close(struct bare *b);

/* Puts words at a physical address, as a loader would. */
void bare_put(struct bare *b, gpa_t at, const uint32_t *words, unsigned count);
#define BARE_PUT(b, at, ...) \
    bare_put((b), (at), (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))
uint64_t bare_get64(const struct bare *b, gpa_t at);
void bare_set64(struct bare *b, gpa_t at, uint64_t value);

/* Runs from `pc` until an HVC; at most 100,000 cycles. */
int bare_run(struct bare *b, gva_t pc);

/* The words, and an HVC behind them, from BARE_CODE. */
#define BARE_RUN(b, ...) (BARE_PUT((b), BARE_CODE, __VA_ARGS__, W_HVC), bare_run((b), BARE_CODE))

/* The same at EL0, entered by ERET. */
int bare_run_el0(struct bare *b, gva_t pc);

/* Reads and writes a system register by MRS and MSR at EL1. */
uint64_t bare_mrs(struct bare *b, uint32_t reg);
void bare_msr(struct bare *b, uint32_t reg, uint64_t value);

/* Translation with 4 KiB pages and 39-bit addresses: a new empty root; one page or block (size 12, 21 or 30 bits) with these
   descriptor bits beside the address and the type; MMU on with RAM, vectors and device mapped flat for EL1 in TTBR0's root. */
enum { BARE_AF = 1 << 10, BARE_USER = 1 << 6, BARE_READ_ONLY = 1 << 7, BARE_NG = 1 << 11, BARE_DEVICE_ATTR = 1 << 2 };
#define BARE_PXN (1ull << 53)
#define BARE_UXN (1ull << 54)
#define BARE_CONTIGUOUS (1ull << 52)
gpa_t bare_root(struct bare *b);
gpa_t bare_map(struct bare *b, gpa_t root, gva_t va, gpa_t pa, unsigned size_bits, uint64_t bits);   /* where its descriptor is */
gpa_t bare_mmu_on(struct bare *b);                                                                     /* TTBR0's root */

#endif
