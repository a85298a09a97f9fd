/* SPDX-License-Identifier: MIT */
/* From an instruction word to an op. Each row of insns.def names an instruction, its picture in the manual's notation, its
   timing class and what it reads and writes; the decoder, the handlers' prototypes, the coverage table and the tests are all
   made from the rows. */
#ifndef CPU_ARM64_DECODE_H
#define CPU_ARM64_DECODE_H

#include "base/bits.h"
#include "cpu/code.h"

/* What an instruction is to the pipeline. The timing model gives each class its unit and latencies. From CLASS_FP on, an
   instruction is trapped when CPACR_EL1.FPEN says so. */
enum insn_class {
    CLASS_ALU, CLASS_SHIFT, CLASS_MUL, CLASS_DIV, CLASS_CRC, CLASS_LOAD, CLASS_STORE, CLASS_LOAD_PAIR, CLASS_STORE_PAIR,
    CLASS_EXCLUSIVE, CLASS_BRANCH, CLASS_BRANCH_INDIRECT, CLASS_SYSTEM, CLASS_REGISTER, CLASS_BARRIER, CLASS_EXCEPTION,
    CLASS_FP, CLASS_FP_MOVE = CLASS_FP, CLASS_FP_ADD, CLASS_FP_MUL, CLASS_FP_FMA, CLASS_FP_DIV, CLASS_FP_SQRT, CLASS_FP_CONVERT,
    CLASS_FP_COMPARE, CLASS_FP_SELECT, CLASS_SIMD_ALU, CLASS_SIMD_SHIFT, CLASS_SIMD_MUL, CLASS_SIMD_REDUCE, CLASS_SIMD_PERMUTE,
    CLASS_SIMD_TABLE, CLASS_SIMD_MOVE, CLASS_SIMD_FP_ADD, CLASS_SIMD_FP_MUL, CLASS_SIMD_FP_FMA, CLASS_SIMD_FP_DIV,
    CLASS_SIMD_FP_SQRT, CLASS_SIMD_FP_CONVERT, CLASS_SIMD_FP_COMPARE, CLASS_SIMD_CRYPTO, CLASS_FP_LOAD, CLASS_FP_STORE,
    CLASS_FP_LOAD_PAIR, CLASS_FP_STORE_PAIR, CLASS_SIMD_LOAD, CLASS_SIMD_STORE, CLASS_COUNT
};

/* Decode mode: the bits of a block's key. */
enum {
    MODE_EL1 = 1 << 0,
    MODE_FP_TRAPPED = 1 << 1,    /* CPACR_EL1.FPEN traps at this EL: FP and SIMD rows decode into the trap */
};
#define MODE_STEP  CODE_SINGLE   /* software step is active */
#define MODE_TIMED CODE_TIMED    /* the model keeps time: loads, stores, branches, products and quotients have handlers for it */

/* Fills *o for `insn`; false: unallocated. o->insn and o->row are set, all else is zero before the call. `offset` is the
   instruction's place in its page, for pc-relative operands (relative to cpu->code_va). */
typedef bool insn_decoder(struct op *o, uint32_t insn, unsigned offset, uint32_t mode);

struct insn_row {
    const char *name;
    const char *picture;    /* 32 places, most significant first: 0, 1, or a letter of a field; blanks do not count */
    enum insn_class class;
    const char *reads, *writes;   /* fields that are registers: "n", "Vn", and F flags, S FPSR */
    bool ends_block;
    insn_decoder *decode, *decode_timed;   /* the same one if the instruction is no matter of memory or control flow */
};

extern const struct insn_row insn_rows[];
extern const unsigned insn_row_count;

/* The row of a word, or -1. Thread-safe after decode_init, which is called when the first core is made. */
int decode_row(uint32_t insn);
void decode_init(void);

/* Handlers that belong to no row: of an FP or SIMD instruction while CPACR_EL1.FPEN traps them; of a word that is UNDEFINED;
   of the op behind a block that does not end with a branch. */
handler *decode_fp_trap_handler(void);
handler *decode_undefined_handler(void);
handler *decode_fall_through_handler(void);
handler *timed_fall_through_handler(void);

#define INSN(name, picture, class, reads, writes)     insn_decoder decode_##name, timed_##name;
#define INSN_END(name, picture, class, reads, writes) insn_decoder decode_##name, timed_##name;
#include "cpu/arm64/insns.def"
#undef INSN
#undef INSN_END

/* Files that are compiled a second time for timed blocks (ENGINE_TIMED, cpu/engine.h) export their second set of decoders. */
#ifdef ENGINE_TIMED
#define DECODER(name) timed_##name
#else
#define DECODER(name) decode_##name
#endif

#define DECODE(name)                                                                                          \
    bool DECODER(name)(OP_UNUSED struct op *o, OP_UNUSED uint32_t insn, OP_UNUSED unsigned offset, OP_UNUSED uint32_t mode)

/* The fields that nearly every instruction has in the same place. */
#define RD bits(insn, 4, 0)
#define RN bits(insn, 9, 5)
#define RM bits(insn, 20, 16)
#define RA bits(insn, 14, 10)
#define SF bit(insn, 31)

/* Register number to slot: 31 as zero (source), as nowhere (destination), as SP. */
static inline uint8_t reg_src(uint64_t r) { return r == 31 ? 32 : (uint8_t)r; }
static inline uint8_t reg_dst(uint64_t r) { return r == 31 ? 33 : (uint8_t)r; }
static inline uint8_t reg_sp(uint64_t r) { return (uint8_t)r; }

#endif
