/* SPDX-License-Identifier: MIT */
/* A `virt` machine with several cores for programs of a few hand-encoded words. Each core has the MMU on, RAM mapped flat as
   Normal memory and devices as Device memory, and ends with CORES_END. */
#ifndef TESTS_SUPPORT_CORES_H
#define TESTS_SUPPORT_CORES_H

#include "boards/board.h"
#include "boards/machine.h"

enum {
    CORES_RAM = 0x40000000, CORES_TABLES = 0x41000000, CORES_CODE = 0x41100000, CORES_VECTORS = 0x41200000,
    CORES_DATA = 0x41300000,
    CORES_GICD = 0x08000000, CORES_GICC = 0x08010000,
    CORES_PAGES = 0x80000000u,   /* 512 pages of 4 KiB that cores_map maps */
};

/* Instructions; branches go `to` words on. */
enum { W_NOP = 0xd503201f, W_WFI = 0xd503207f, W_WFE = 0xd503205f, W_SEV = 0xd503209f, W_SEVL = 0xd50320bf, W_HVC = 0xd4000002,
       W_ISB = 0xd5033fdf, W_DSB = 0xd5033f9f, W_RET = 0xd65f03c0, W_ERET = 0xd69f03e0, W_DAIFCLR_I = 0xd50342ff };
#define W_B(to)            (0x14000000u | ((uint32_t)(to) & 0x3ffffff))
#define W_B_NE(to)         (0x54000001u | ((uint32_t)(to) & 0x7ffff) << 5)
#define W_B_HS(to)         (0x54000002u | ((uint32_t)(to) & 0x7ffff) << 5)
#define W_CBZ(t, to)       (0xb4000000u | ((uint32_t)(to) & 0x7ffff) << 5 | (t))
#define W_CBNZ(t, to)      (0xb5000000u | ((uint32_t)(to) & 0x7ffff) << 5 | (t))
#define W_BLR(n)           (0xd63f0000u | (n) << 5)
#define W_MOVZ(d, v)       (0xd2800000u | (uint32_t)(v) << 5 | (d))
#define W_ADD(d, n, v)     (0x91000000u | (uint32_t)(v) << 10 | (n) << 5 | (d))
#define W_ADD_HIGH(d, n, v) (0x91400000u | (uint32_t)(v) << 10 | (n) << 5 | (d))   /* v << 12 */
#define W_SUBS(d, n, v)    (0xf1000000u | (uint32_t)(v) << 10 | (n) << 5 | (d))
#define W_CMP(n, m)        (0xeb00001fu | (uint32_t)(m) << 16 | (n) << 5)
#define W_LDR(t, n, at)    (0xf9400000u | (uint32_t)(at) / 8 << 10 | (n) << 5 | (t))
#define W_STR(t, n, at)    (0xf9000000u | (uint32_t)(at) / 8 << 10 | (n) << 5 | (t))
#define W_LDR_W(t, n, at)  (0xb9400000u | (uint32_t)(at) / 4 << 10 | (n) << 5 | (t))
#define W_STR_W(t, n, at)  (0xb9000000u | (uint32_t)(at) / 4 << 10 | (n) << 5 | (t))
#define W_LDXR(t, n)       (0xc85f7c00u | (n) << 5 | (t))
#define W_STXR(s, t, n)    (0xc8007c00u | (s) << 16 | (n) << 5 | (t))
#define W_MRS_CNTVCT(t)    (0xd53be040u | (t))
#define W_MRS_MPIDR(t)     (0xd53800a0u | (t))
#define W_TLBI_VAE1IS(t)   (0xd5088320u | (t))
#define W_TLBI_VMALLE1IS   0xd508831fu
#define CORES_END          W_WFI, W_B(-1)   /* nothing wakes it: interrupts are off, or none comes */

struct machine *cores_new(unsigned cores, enum timing_mode timing);

/* Puts words at a physical address, as a loader would. */
void cores_put(struct machine *m, gpa_t at, const uint32_t *words, unsigned count);
#define CORES_PUT(m, at, ...) \
    cores_put((m), (at), (const uint32_t[]){ __VA_ARGS__ }, sizeof((const uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t))

/* Core `core` goes on at `pc`, switched on if it is not, with X0 = CORES_DATA. */
struct arm64 *cores_start(struct machine *m, unsigned core, gva_t pc);

/* Descriptor of the page CORES_PAGES + page * 4096, for all cores. No TLB is told. */
void cores_map(struct machine *m, unsigned page, gpa_t pa);
gpa_t cores_descriptor(unsigned page);

/* Runs for a second of virtual time, after which all cores must be asleep: at CORES_END. */
void cores_finish(struct machine *m);

uint64_t cores_get(const struct machine *m, gpa_t at);
void cores_set(struct machine *m, gpa_t at, uint64_t value);

#endif
