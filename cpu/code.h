/* SPDX-License-Identifier: MIT */
/* Decoded code, the same for every ISA: an op is one guest instruction with its handler, a block is a straight run of ops
   within one guest page. Blocks are kept by the host address of their first instruction and the mode bits that change
   decoding, so context switches keep them, and they hold no virtual address: what depends on the pc is relative to
   cpu->code_va, the virtual address of the page in execution. A shared library decoded once serves every process, wherever it
   is mapped. */
#ifndef CPU_CODE_H
#define CPU_CODE_H

#include "base/types.h"
#include "bus/space.h"

struct cpu;
struct op;
struct block;

/* Does one instruction and tail-calls the next op's handler; NULL back in the run loop means "look up cpu->pc". */
typedef const struct op *handler(struct cpu *cpu, const struct op *o, struct block *b);

struct op {
    handler *run;
    int64_t imm;
    uint8_t rd, rn, rm, ra;   /* register file slots */
    uint8_t sh, aux;          /* shift amounts and other small operands */
    uint16_t row;             /* of the ISA's instruction table: class, reads, writes for timing and trace */
    uint32_t insn;            /* the guest's instruction word */
    uint32_t spare;           /* unused: an op has 32 bytes */
};

enum { BLOCK_OPS_MAX = 64, CODE_ALIGN = 64 };   /* a line of the host's cache */

/* What is needed to go on comes first: it shares a line with the end of the block's timing. */
struct block {
    struct block *next[2];    /* by outcome: 0 fall through, 1 taken; within the same page only; NULL while unlinked */
    uint32_t length;          /* guest instructions = cycles without the timing model */
    uint16_t offset;          /* of the first instruction in its page */
    uint16_t end;             /* offset just behind the last instruction (4096 at the page's end) */
    uint32_t mode;
    bool dead;                /* its bytes changed; never entered again */
    const uint8_t *host;      /* address of the first instruction; with `mode` the key */
    struct block *hash_next;
    struct block *page_next;  /* blocks of the same page */
    uint64_t unused;          /* so that no op lies across lines */
    struct op ops[];          /* length ops, then one that ends the block if the last is no branch */
};

/* Mode bits that every ISA has: blocks that hold a single instruction; blocks that keep time (a struct block_timing stands in
   front of each). The other bits are the ISA's. */
#define CODE_SINGLE (1u << 31)
#define CODE_TIMED  (1u << 30)

/* Not of a block's key, but of a fetch: the class wants to be asked about every block of this page. */
#define CODE_LOOKED (1u << 29)

/* Direct-mapped by virtual address: how indirect and cross-page branches find their block. */
struct jump_entry {
    gva_t va;                 /* JUMP_NOTHING when empty */
    uint64_t context;         /* cpu->context: address space and decode mode */
    struct block *block;
    uint64_t fetched;         /* timed: cpu->fetch_epoch[EPOCH_PAGE] when its page was last known to be in the micro-TLB */
};

enum { JUMP_NOTHING = 1 };    /* no instruction has an odd address */

enum { JUMP_BITS = 12, JUMP_SIZE = 1 << JUMP_BITS, CODE_HASH_BITS = 18, CODE_CHUNK = 1 << 22, CODE_CHUNKS_MAX = 16 };

/* Pages that hold decoded code. */
struct code_page {
    struct code_page *hash_next;
    const uint8_t *host;      /* page-aligned */
    struct ram *ram;
    uint64_t offset;          /* in ram */
    struct block *blocks;
    uint32_t drops;           /* how often its code was overwritten */
};

struct code_cache {
    struct jump_entry jump[JUMP_SIZE];
    struct block *hash[1 << CODE_HASH_BITS];
    struct code_page *pages[1 << 12];
    uint8_t *chunks[CODE_CHUNKS_MAX];
    int chunk_count;          /* allocated chunks; the last is being filled */
    size_t used;              /* bytes of the last chunk */
    uint64_t decoded_ops, lookups, drops, flushes;   /* for -stats */
    struct timing *timing;    /* told of every timed block that is made or goes; may be NULL */
};

/* Where in the jump cache an address lives: the entries of one page are 64 neighbours, which a TLB invalidation by
   address clears together. */
static inline struct jump_entry *code_jump_entry(struct code_cache *code, gva_t va)
{
    uint64_t page = va >> 12;
    return &code->jump[((page ^ page >> 6) & (JUMP_SIZE / 64 - 1)) * 64 + ((va >> 2 ^ va >> 7) & 63)];
}

struct code_cache *code_new(void);
void code_free(struct code_cache *code);

/* Forgets which virtual address leads to which block (translations changed); blocks stay. */
void code_forget_jumps(struct code_cache *code);
void code_forget_jumps_page(struct code_cache *code, gva_t va);

/* Drops every block. Only where no handler is active. */
void code_flush(struct code_cache *code);

/* Calls back with every block there is. */
void code_each(struct code_cache *code, void (*each)(void *to, struct block *b), void *to);

/* The block at host address `host` of RAM (the bytes are at `offset` of `ram`), decoded by the cpu's class if it is not there. */
struct block *code_find(struct cpu *cpu, const uint8_t *host, struct ram *ram, uint64_t offset, uint32_t mode);

/* RAM [offset, offset + length) is about to change: drops the blocks made from it, those of all cores that share it. */
void code_written(struct cpu *cpu, struct ram *ram, uint64_t offset, uint64_t length);

#endif
