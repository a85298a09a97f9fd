/* SPDX-License-Identifier: MIT */
#include "cpu/code.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/cpu.h"
#include "cpu/timing/timing.h"

struct code_cache *code_new(void)
{
    struct code_cache *code = mem_alloc_table(sizeof *code);
    code_forget_jumps(code);
    return code;
}

void code_free(struct code_cache *code)
{
    if (!code)
        return;
    code_flush(code);
    for (int i = 0; i < code->chunk_count; i++)
        mem_free_table(code->chunks[i], CODE_CHUNK);
    mem_free_table(code, sizeof *code);
}

void code_forget_jumps(struct code_cache *code)
{
    for (int i = 0; i < JUMP_SIZE; i++)
        code->jump[i].va = JUMP_NOTHING;
}

void code_forget_jumps_page(struct code_cache *code, gva_t va)
{
    struct jump_entry *e = code_jump_entry(code, va & ~0xfffull);
    struct jump_entry *first = code->jump + ((e - code->jump) & ~63);
    for (int i = 0; i < 64; i++)
        first[i].va = JUMP_NOTHING;
}

static struct code_page **page_slot(struct code_cache *code, const uint8_t *page)
{
    uint64_t n = (uintptr_t)page >> 12;
    return &code->pages[(n ^ n >> 12) % ARRAY_SIZE(code->pages)];
}

static struct block **block_slot(struct code_cache *code, const uint8_t *host, uint32_t mode)
{
    uint64_t n = ((uintptr_t)host >> 2 ^ (uint64_t)mode << 40) * 0x9e3779b97f4a7c15ull;   /* Fibonacci hashing */
    return &code->hash[n >> (64 - CODE_HASH_BITS)];
}

void code_each(struct code_cache *code, void (*each)(void *to, struct block *b), void *to)
{
    for (size_t i = 0; i < ARRAY_SIZE(code->pages); i++)
        for (struct code_page *page = code->pages[i]; page; page = page->hash_next)
            for (struct block *b = page->blocks; b; b = b->page_next)
                each(to, b);
}

static void collect(void *to, struct block *b)
{
    if (b->mode & CODE_TIMED)
        timing_collect(to, b);
}

void code_flush(struct code_cache *code)
{
    if (code->timing) {
        code_each(code, collect, code->timing);
        timing_forget_memos(code->timing);
    }
    for (size_t i = 0; i < ARRAY_SIZE(code->pages); i++) {
        struct code_page *page = code->pages[i];
        while (page) {
            struct code_page *next = page->hash_next;
            free(page);   /* the lines stay marked: other cores may have code there; the next store to them finds out */
            page = next;
        }
        code->pages[i] = NULL;
    }
    memset(code->hash, 0, sizeof code->hash);
    while (code->chunk_count > 1)
        mem_free_table(code->chunks[--code->chunk_count], CODE_CHUNK);
    code->used = 0;
    code->flushes++;
    code_forget_jumps(code);
}

/* Room for a block of `ops` ops; in a timed one, for its timing in front and a uop for each of its instructions behind. The
   caller has made sure that a flush is allowed. */
static struct block *block_room(struct code_cache *code, unsigned ops, unsigned instructions, bool timed)
{
    size_t front = timed ? timing_room() : 0;
    size_t size = front + sizeof(struct block) + ops * sizeof(struct op) + (timed ? instructions * sizeof(struct uop) : 0);
    size = (size + CODE_ALIGN - 1) & ~(size_t)(CODE_ALIGN - 1);
    if (timed && timing_is_crowded(code->timing))
        code_flush(code);
    if (!code->chunk_count || code->used + size > CODE_CHUNK) {
        if (code->chunk_count == CODE_CHUNKS_MAX)
            code_flush(code);
        else
            code->chunks[code->chunk_count++] = mem_alloc_table(CODE_CHUNK);
        code->used = 0;
    }
    struct block *b = (struct block *)(code->chunks[code->chunk_count - 1] + code->used + front);
    code->used += size;
    memset(b, 0, sizeof *b);
    return b;
}

static struct code_page *page_of(struct cpu *cpu, const uint8_t *host, struct ram *ram, uint64_t offset)
{
    const uint8_t *start = host - (offset & 0xfff);
    struct code_page **slot = page_slot(cpu->code, start);
    for (struct code_page *page = *slot; page; page = page->hash_next)
        if (page->host == start)
            return page;
    struct code_page *page = mem_alloc(sizeof *page);
    *page = (struct code_page){ .hash_next = *slot, .host = start, .ram = ram, .offset = offset & ~0xfffull };
    *slot = page;
    return page;
}

/* Marks the 64-byte lines of a block as code; a page that had none loses its write permission in the TLBs of every core. */
static void mark_lines(struct cpu *cpu, const struct block *b, struct ram *ram, uint64_t offset)
{
    uint64_t *lines = &ram->code_lines[offset >> 12];
    unsigned first = b->offset >> 6, last = (b->end - 1u) >> 6;
    if (!*lines) {
        struct cpu *core = cpu;
        do
            core->class->protect(core, b->host - b->offset);
        while ((core = core->peer) != cpu);
    }
    *lines |= mask64(last - first + 1) << first;
}

static struct block *decode_block(struct cpu *cpu, const uint8_t *host, struct ram *ram, uint64_t offset, uint32_t mode)
{
    struct op ops[BLOCK_OPS_MAX + 1];
    unsigned at = offset & 0xfff, n = 0, most = mode & CODE_SINGLE ? 1 : BLOCK_OPS_MAX;
    if (mode & CODE_TIMED && most > 1)   /* two lines at most, so that two fetch epochs prove them */
        most = (2 * 64 - (at & 63)) / 4;
    bool ended = false;
    while (n < most && at + 4 * n < 4096 && !ended) {
        memset(&ops[n], 0, sizeof ops[n]);
        ended = cpu->class->decode(cpu, host + 4 * n, at + 4 * n, mode, &ops[n]);
        n++;
    }
    unsigned total = n;
    if (!ended) {
        memset(&ops[n], 0, sizeof ops[n]);
        cpu->class->block_end(&ops[n], mode);
        total++;
    }
    struct block *b = block_room(cpu->code, total, n, mode & CODE_TIMED);
    b->length = n;
    b->offset = (uint16_t)at;
    b->end = (uint16_t)(at + 4 * n);
    b->mode = mode;
    b->host = host;
    memcpy(b->ops, ops, total * sizeof ops[0]);
    if (cpu->class->finish)
        cpu->class->finish(cpu, b);
    if (mode & CODE_TIMED)
        timing_describe(cpu, b, (struct uop *)(b->ops + total));
    cpu->code->decoded_ops += n;
    mark_lines(cpu, b, ram, offset);
    return b;
}

struct block *code_find(struct cpu *cpu, const uint8_t *host, struct ram *ram, uint64_t offset, uint32_t mode)
{
    struct code_cache *code = cpu->code;
    struct block **slot = block_slot(code, host, mode);
    code->lookups++;
    for (struct block *b = *slot; b; b = b->hash_next)
        if (b->host == host && b->mode == mode)
            return b;
    struct block *b = decode_block(cpu, host, ram, offset, mode);
    struct code_page *page = page_of(cpu, host, ram, offset);
    b->page_next = page->blocks;
    page->blocks = b;
    b->hash_next = *slot;
    *slot = b;
    return b;
}

static void drop_block(struct code_cache *code, struct block *b)
{
    struct block **p = block_slot(code, b->host, b->mode);
    while (*p != b)
        p = &(*p)->hash_next;
    *p = b->hash_next;
    b->dead = true;
    if (code->timing)
        collect(code->timing, b);
}

/* Drops the blocks of one page that overlap the lines in `touched`; links within the page are cut, because any of them may
   lead to a dropped block. */
static void drop_lines(struct code_cache *code, struct code_page *page, uint64_t touched)
{
    struct block *kept = NULL, *next;
    for (struct block *b = page->blocks; b; b = next) {
        unsigned first = b->offset >> 6, last = (b->end - 1u) >> 6;
        uint64_t own = mask64(last - first + 1) << first;
        next = b->page_next;
        b->next[0] = b->next[1] = NULL;
        if (own & touched) {
            drop_block(code, b);
        } else {
            b->page_next = kept;
            kept = b;
        }
    }
    page->blocks = kept;
    page->drops++;
    code->drops++;
}

/* The lines of the page at `at` that a change of [offset, offset + length) touches and that code was made from. */
static uint64_t touched_lines(const struct ram *ram, uint64_t at, uint64_t offset, uint64_t length)
{
    unsigned from = at < offset ? (unsigned)(offset & 0xfff) : 0;
    uint64_t rest = offset + length - at;
    unsigned to = rest < 4096 ? (unsigned)rest - 1 : 4095;
    return ram->code_lines[at >> 12] & mask64((to >> 6) - (from >> 6) + 1) << (from >> 6);
}

static void drop_written(struct code_cache *code, struct ram *ram, uint64_t offset, uint64_t length)
{
    bool dropped = false;
    for (uint64_t at = offset & ~0xfffull; at < offset + length; at += 4096) {
        uint64_t touched = touched_lines(ram, at, offset, length);
        const uint8_t *host = ram->host + at;
        for (struct code_page *page = touched ? *page_slot(code, host) : NULL; page; page = page->hash_next)
            if (page->host == host) {
                drop_lines(code, page, touched);
                dropped = true;
            }
    }
    if (dropped)
        code_forget_jumps(code);
}

/* A mark stands for the blocks of every core. No block is left of a line that is touched, so its mark goes; one that a dropped
   block had beside it may stay, and goes by the next store to its line. */
void code_written(struct cpu *cpu, struct ram *ram, uint64_t offset, uint64_t length)
{
    struct cpu *core = cpu;
    do
        drop_written(core->code, ram, offset, length);
    while ((core = core->peer) != cpu);
    for (uint64_t at = offset & ~0xfffull; at < offset + length; at += 4096)
        ram->code_lines[at >> 12] &= ~touched_lines(ram, at, offset, length);
}
