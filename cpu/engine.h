/* SPDX-License-Identifier: MIT */
/* How one handler goes to the next. With tail calls (release builds: gcc makes them at -O2, clang is told to) a handler jumps
   to the next; with ENGINE_LOOP (unoptimised builds) it returns the next op to a small loop. Same sources either way. */
#ifndef CPU_ENGINE_H
#define CPU_ENGINE_H

#include "cpu/cpu.h"

#if defined(__clang__) && !defined(ENGINE_LOOP)
#define ENGINE_TAIL __attribute__((musttail))
#else
#define ENGINE_TAIL
#endif

#define HOT_INLINE static inline __attribute__((always_inline))
#define COLD       __attribute__((cold, noinline))

#ifdef ENGINE_LOOP
#define ENGINE_GO(cpu, o, b) return (o)
#else
#define ENGINE_GO(cpu, o, b) return (o)->run((cpu), (o), (b))
#endif

/* Cold: links b->next[i], or leaves when the horizon is reached. Their tail calls are the block ends' slow paths. */
handler block_leave_next, block_leave_taken;

/* Looks up cpu->pc (an indirect or cross-page target) after the block was counted. */
const struct op *block_find(struct cpu *cpu, const struct op *o, struct block *b);

/* The end of a block by outcome i: count it, go on in the linked block, or take the cold way. */
HOT_INLINE const struct op *block_chain(struct cpu *cpu, const struct op *o, struct block *b, int i)
{
    struct block *n = b->next[i];
    cpu->cycles += b->length;
    if (unlikely(!n || cpu->cycles >= cpu->horizon))
        return i ? block_leave_taken(cpu, o, b) : block_leave_next(cpu, o, b);
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

/* The end of a block by a jump to virtual address va. */
HOT_INLINE const struct op *block_jump(struct cpu *cpu, const struct op *o, struct block *b, gva_t va)
{
    struct jump_entry *e = code_jump_entry(cpu->code, va);
    cpu->cycles += b->length;
    if (unlikely(e->va != va || e->context != cpu->context || cpu->cycles >= cpu->horizon)) {
        cpu->pc = va;
        return block_find(cpu, o, b);
    }
    cpu->code_va = va & PAGE_MASK;
    struct block *n = e->block;
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

#endif
