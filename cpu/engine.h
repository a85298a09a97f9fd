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

/* Cold: the memo does not know the block's end; the model computes it, then it goes on as above. */
handler block_replay_next, block_replay_taken, block_replay_find;

/* Files whose handlers touch memory or end blocks are compiled twice: as they stand, and with ENGINE_TIMED for the blocks that
   keep time (CODE_TIMED). */
#ifdef ENGINE_TIMED
#include "cpu/timing/memo.h"
enum { ENGINE_KEEPS_TIME = true };
#else
enum { ENGINE_KEEPS_TIME = false };
static inline bool memo_end(struct cpu *cpu, struct block *b, enum outcome outcome)
{
    (void)outcome;
    cpu->cycles += b->length;
    return true;
}
#endif

/* The virtual address of the branch that ends block b. */
HOT_INLINE gva_t block_branch(const struct cpu *cpu, const struct block *b)
{
    return cpu->code_va + b->end - 4;
}

/* The predictor's word on the branch that ends b; without time keeping nobody asks it. */
HOT_INLINE enum outcome block_taken(struct cpu *cpu, const struct block *b)
{
    return ENGINE_KEEPS_TIME ? predictor_taken(&cpu->predictor, block_branch(cpu, b)) : OUTCOME_TAKEN;
}

HOT_INLINE enum outcome block_conditional(struct cpu *cpu, const struct block *b, bool taken)
{
    return ENGINE_KEEPS_TIME ? predictor_conditional(&cpu->predictor, block_branch(cpu, b), taken) : OUTCOME_NEXT;
}

HOT_INLINE void block_call(struct cpu *cpu, const struct block *b)
{
    if (ENGINE_KEEPS_TIME)
        predictor_call(&cpu->predictor, cpu->code_va + b->end);
}

HOT_INLINE enum outcome block_return(struct cpu *cpu, const struct block *b, gva_t target)
{
    return ENGINE_KEEPS_TIME ? predictor_return(&cpu->predictor, block_branch(cpu, b), target) : OUTCOME_TAKEN;
}

HOT_INLINE enum outcome block_indirect(struct cpu *cpu, const struct block *b, gva_t target)
{
    return ENGINE_KEEPS_TIME ? predictor_indirect(&cpu->predictor, block_branch(cpu, b), target) : OUTCOME_TAKEN;
}

/* The end of a block by its way i (0 next, 1 taken): count it, go on in the linked block, or take the cold way. */
HOT_INLINE const struct op *block_chain(struct cpu *cpu, const struct op *o, struct block *b, int i, enum outcome outcome)
{
    struct block *n = b->next[i];
    if (!memo_end(cpu, b, outcome)) {
        cpu->outcome = outcome;
        return i ? block_replay_taken(cpu, o, b) : block_replay_next(cpu, o, b);
    }
    if (unlikely(!n || cpu->cycles >= cpu->horizon))
        return i ? block_leave_taken(cpu, o, b) : block_leave_next(cpu, o, b);
#ifdef ENGINE_LOOP
    cpu->block = n;
#endif
    ENGINE_GO(cpu, n->ops, n);
}

/* The end of a block by a jump to virtual address va. */
HOT_INLINE const struct op *block_jump(struct cpu *cpu, const struct op *o, struct block *b, gva_t va, enum outcome outcome)
{
    struct jump_entry *e = code_jump_entry(cpu->code, va);
    if (!memo_end(cpu, b, outcome)) {
        cpu->outcome = outcome;
        cpu->pc = va;
        return block_replay_find(cpu, o, b);
    }
    if (unlikely(e->va != va || e->context != cpu->context || cpu->cycles >= cpu->horizon ||
                 (ENGINE_KEEPS_TIME && e->fetched != cpu->fetch_epoch[EPOCH_PAGE]))) {
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
