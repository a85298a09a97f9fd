/* SPDX-License-Identifier: MIT */
/* Loads behind stores. A load that takes what a store has just written waits until it is there: rows "str -> ldr" 3 cycles for a
   round, "str.q -> ldr.q" 5, "st1.b (multi; 4 regs) -> ldr.q" 8, whether registers link the rounds or not. The core compares
   addresses; here they are compared when the block is decoded, so only those are found that share an unchanged base register
   and differ in their offsets, within a few instructions: a spilled register that is loaded again, a structure copied in halves.
   The pseudo register TIMING_STORED links the two. */
#include "base/bits.h"
#include "cpu/arm64/pipeline_parts.h"

enum { LOOK_BACK = 4, BEAT = 16, HALF_BEAT = 8 };

/* LD1 to LD4 and ST1 to ST4 without an increment, of whole registers and of single elements (manual C4.1.4). */
#define WHOLE_MASK  0xbfbf0000u
#define WHOLE       0x0c000000u
#define SINGLE_MASK 0xbf9f0000u
#define SINGLE      0x0d000000u

/* Bytes [offset, offset + size) from register `base`, which the access leaves as it is. */
struct place {
    unsigned base;
    int64_t offset;
    unsigned size;
    bool is_load;
};

/* False: no load or store, a prefetch, or one whose offset is in a register, or that updates its base. */
static bool find_place(uint32_t insn, struct place *p)
{
    bool is_vector = bit(insn, 26), is_pair = (insn & 0x3b800000) == 0x29000000;
    bool is_scaled = (insn & 0x3b000000) == 0x39000000, is_unscaled = (insn & 0x3b200c00) == 0x38000000;
    unsigned size = (unsigned)bits(insn, 31, 30), log2_size = is_vector ? (unsigned)bit(insn, 23) << 2 | size : size;
    p->base = (unsigned)bits(insn, 9, 5);
    p->is_load = bit(insn, 22) || (!is_vector && !is_pair && bit(insn, 23));
    p->offset = 0;
    if (is_scaled || is_unscaled) {
        p->offset = is_scaled ? (int64_t)bits(insn, 21, 10) << log2_size : sext(bits(insn, 20, 12), 9);
        p->size = 1u << log2_size;
        return is_vector || size < 3 || !bit(insn, 23);
    }
    if (is_pair) {
        unsigned log2_each = 2 + (is_vector ? size : size >> 1);
        p->offset = sext(bits(insn, 21, 15), 7) * (1 << log2_each);
        p->size = 2u << log2_each;
        return true;
    }
    if ((insn & WHOLE_MASK) == WHOLE) {
        p->size = pipeline_structures(insn).bytes;
        return p->size != 0;
    }
    if ((insn & SINGLE_MASK) == SINGLE) {
        p->size = pipeline_structure(insn).bytes;
        return true;
    }
    return false;
}

static bool writes_register(const struct uop *u, unsigned reg)
{
    for (unsigned i = 0; i < u->dest_count; i++)
        if (u->dest[i] == reg)
            return true;
    return false;
}

static bool overlap(const struct place *a, const struct place *b)
{
    return a->base == b->base && a->offset < b->offset + b->size && b->offset < a->offset + a->size;
}

/* What of the store the load has to wait for: registers of up to 8 bytes, 16 bytes, or so many of its beats. Bytes and halfwords
   out of more registers than two are gathered in a beat more: rows "st4.b (single) ->", "st4.h (single) ->". */
static enum timing_producer stored(uint32_t store, const struct place *from, const struct place *to)
{
    if (!bit(store, 26))
        return from->size <= HALF_BEAT ? PRODUCER_STORED : PRODUCER_STORED_1;
    if ((store & SINGLE_MASK) == SINGLE) {
        unsigned registers = pipeline_structure(store).registers;
        return registers > 2 && from->size <= 2 * registers ? PRODUCER_STORED_2 : PRODUCER_STORED_1;
    }
    int64_t last = to->offset + to->size - from->offset;     /* the store's bytes that are read end here */
    unsigned bytes = last < from->size ? (unsigned)last : from->size;
    return (enum timing_producer)(PRODUCER_STORED_1 + (bytes - 1) / BEAT);
}

void pipeline_link_stored(const struct op *o, unsigned index, struct uop *u)
{
    struct place to, from;
    if (!find_place(o->insn, &to) || !to.is_load)
        return;
    for (unsigned back = 1; back <= index && back <= LOOK_BACK; back++) {
        const struct op *before = o - back;
        struct uop *v = u - back;
        if (writes_register(v, to.base))
            return;
        if (!find_place(before->insn, &from) || from.is_load || !overlap(&from, &to))
            continue;
        /* A load of two beats takes its second a cycle later. */
        bool second = from.offset >= to.offset + HALF_BEAT;
        uop_source(u, TIMING_STORED, second ? CONSUMER_STORED_SECOND : CONSUMER_STORED);
        if (!writes_register(v, TIMING_STORED))
            uop_dest(v, TIMING_STORED, stored(before->insn, &from, &to));
        return;
    }
}
