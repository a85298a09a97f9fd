/* SPDX-License-Identifier: MIT */
/* What the instruction files are written with. A handler does one instruction of one operand shape:

       HANDLER(add_x_imm) { c->x[o->rd] = c->x[o->rn] + (uint64_t)o->imm; NEXT; }

   and a decode function, named in insns.def, fills the op and picks the handler:

       DECODE(add_imm) { o->rd = reg_sp(RD); … o->run = SF ? add_x_imm : add_w_imm; return true; }

   returning false where the manual says UNDEFINED (unallocated). */
#ifndef CPU_ARM64_HANDLER_H
#define CPU_ARM64_HANDLER_H

#include "base/bits.h"
#include "cpu/arm64/access.h"
#include "cpu/arm64/arm64.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/except.h"
#include "cpu/engine.h"

#define OP_UNUSED __attribute__((unused))
#define OP_ARGS   OP_UNUSED struct arm64 *c, OP_UNUSED const struct op *o, OP_UNUSED struct block *b

#define HANDLER_AS(attributes, name)                                                                          \
    HOT_INLINE const struct op *name##_body(OP_ARGS);                                                         \
    attributes static const struct op *name(struct cpu *cpu, const struct op *o, struct block *b)             \
    {                                                                                                         \
        return name##_body(arm64_of(cpu), o, b);                                                              \
    }                                                                                                         \
    HOT_INLINE const struct op *name##_body(OP_ARGS)

/* The usual handler, and one for the rare and slow (its name ends in _slow, or the instruction is rare by nature). */
#define HANDLER(name)      HANDLER_AS(, name)
#define COLD_HANDLER(name) HANDLER_AS(COLD, name)

/* Goes on with the next op; with another handler for the same op; out of the block because an exception was taken. */
#define NEXT       ENGINE_GO(&c->cpu, o + 1, b)
#define TAIL(name) return name(&c->cpu, o, b)
#define LEAVE      return NULL

/* Memory handlers: one body, compiled twice. The fast one tries the inline TLB and tail-calls the slow one if that fails; the
   slow one redoes the whole instruction through arm64_load/store, which may raise the fault. Nothing may be changed in the
   state before the last LOAD or STORE of an instruction (writeback included), because the slow way starts again. */
#define MEM_HANDLER(name)                                                                                     \
    HOT_INLINE const struct op *name##_body(OP_ARGS, const bool slow, handler *retry);                        \
    COLD static const struct op *name##_slow(struct cpu *cpu, const struct op *o, struct block *b)            \
    {                                                                                                         \
        return name##_body(arm64_of(cpu), o, b, true, NULL);                                                  \
    }                                                                                                         \
    static const struct op *name(struct cpu *cpu, const struct op *o, struct block *b)                        \
    {                                                                                                         \
        return name##_body(arm64_of(cpu), o, b, false, name##_slow);                                          \
    }                                                                                                         \
    HOT_INLINE const struct op *name##_body(OP_ARGS, const bool slow, handler *retry)

/* What the fast way proves an access of `size` bytes by: a page that is mapped and allowed; while time is kept, a line that is
   besides in the modelled L1, so that the access costs what the pipeline says and no more. Pairs and vectors of 16 bytes and
   more lie in one line and begin at a multiple of 8. */
#ifdef ENGINE_TIMED
#define PROOF                          const struct line_page
#define PROOF_OF(bank, va)             tlb_line((bank), (va))
#define PROVES_READ(e, va, size)       line_readable((e), (va), (size))
#define PROVES_WRITE(e, va, size)      line_writable((e), (va), (size))
#define PROVES_READ_WIDE(e, va, size)  (line_readable((e), (va), 8) && ((va) & ~LINE_MASK) <= 64 - (size))
#define PROVES_WRITE_WIDE(e, va, size) (line_writable((e), (va), 8) && ((va) & ~LINE_MASK) <= 64 - (size))
#else
#define PROOF                          const struct tlb_entry
#define PROOF_OF(bank, va)             tlb_entry((bank), (va))
#define PROVES_READ(e, va, size)       tlb_readable((e), (va), (size))
#define PROVES_WRITE(e, va, size)      tlb_writable((e), (va), (size))
#define PROVES_READ_WIDE(e, va, size)  tlb_readable((e), (va), (size))
#define PROVES_WRITE_WIDE(e, va, size) tlb_writable((e), (va), (size))
#endif
#define PROOF_HOST(e, va)              ((uint8_t *)(uintptr_t)((va) + (e)->add))

/* to = `size` (1, 2, 4, 8; a constant) bytes at va, zero-extended. */
#define LOAD(to, va, size)                                                                                    \
    do {                                                                                                      \
        const gva_t va_ = (va);                                                                               \
        if (!slow) {                                                                                          \
            PROOF *e_ = PROOF_OF(c->cpu.tlb, va_);                                                            \
            if (unlikely(!PROVES_READ(e_, va_, (size))))                                                      \
                return retry(&c->cpu, o, b);                                                                  \
            (to) = ld_le(PROOF_HOST(e_, va_), (size));                                                          \
        } else {                                                                                              \
            if (!arm64_load(c, o, b, va_, (size)))                                                            \
                LEAVE;                                                                                        \
            (to) = c->loaded;                                                                                 \
        }                                                                                                     \
    } while (0)

#define STORE(va, value, size)                                                                                \
    do {                                                                                                      \
        const gva_t va_ = (va);                                                                               \
        if (!slow) {                                                                                          \
            PROOF *e_ = PROOF_OF(c->cpu.tlb, va_);                                                            \
            if (unlikely(!PROVES_WRITE(e_, va_, (size))))                                                     \
                return retry(&c->cpu, o, b);                                                                  \
            st_le(PROOF_HOST(e_, va_), (value), (size));                                                        \
        } else if (!arm64_store(c, o, b, va_, (size), (value))) {                                             \
            LEAVE;                                                                                            \
        }                                                                                                     \
    } while (0)

/* Two values of `size` (4 or 8) bytes from consecutive addresses, as one access of twice the size: LDP, LDR Q. */
#define LOAD_PAIR(to0, to1, va, size)                                                                         \
    do {                                                                                                      \
        const gva_t va_ = (va);                                                                               \
        if (!slow) {                                                                                          \
            PROOF *e_ = PROOF_OF(c->cpu.tlb, va_);                                                            \
            if (unlikely(!PROVES_READ_WIDE(e_, va_, 2 * (size))))                                             \
                return retry(&c->cpu, o, b);                                                                  \
            const uint8_t *host_ = PROOF_HOST(e_, va_);                                                         \
            (to0) = ld_le(host_, (size));                                                                     \
            (to1) = ld_le(host_ + (size), (size));                                                            \
        } else {                                                                                              \
            if (!arm64_load_pair(c, o, b, va_, (size)))                                                       \
                LEAVE;                                                                                        \
            (to0) = c->loaded;                                                                                \
            (to1) = c->loaded_high;                                                                           \
        }                                                                                                     \
    } while (0)

#define STORE_PAIR(va, value0, value1, size)                                                                  \
    do {                                                                                                      \
        const gva_t va_ = (va);                                                                               \
        if (!slow) {                                                                                          \
            PROOF *e_ = PROOF_OF(c->cpu.tlb, va_);                                                            \
            if (unlikely(!PROVES_WRITE_WIDE(e_, va_, 2 * (size))))                                            \
                return retry(&c->cpu, o, b);                                                                  \
            uint8_t *host_ = PROOF_HOST(e_, va_);                                                               \
            st_le(host_, (value0), (size));                                                                   \
            st_le(host_ + (size), (value1), (size));                                                          \
        } else if (!arm64_store_pair(c, o, b, va_, (size), (value0), (value1))) {                             \
            LEAVE;                                                                                            \
        }                                                                                                     \
    } while (0)

#endif
