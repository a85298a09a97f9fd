/* SPDX-License-Identifier: MIT */
/* The table of instructions and its index. Pictures are read once, at start; a word is then found by its top eleven bits and a
   comparison or two. */
#include "cpu/arm64/decode.h"

#include <pthread.h>

#include "base/error.h"

/* Which classes have handlers of their own in timed blocks; the link fails if a file is not among the Makefile's TIMED_SRC. */
#define ONE(name) decode_##name, decode_##name
#define TWO(name) decode_##name, timed_##name
#define DECODERS_ALU ONE
#define DECODERS_SHIFT ONE
#define DECODERS_MUL TWO
#define DECODERS_DIV TWO
#define DECODERS_CRC ONE
#define DECODERS_LOAD TWO
#define DECODERS_STORE TWO
#define DECODERS_LOAD_PAIR TWO
#define DECODERS_STORE_PAIR TWO
#define DECODERS_EXCLUSIVE TWO
#define DECODERS_BRANCH TWO
#define DECODERS_BRANCH_INDIRECT TWO
#define DECODERS_SYSTEM TWO
#define DECODERS_REGISTER ONE
#define DECODERS_BARRIER TWO
#define DECODERS_EXCEPTION TWO
#define DECODERS_FP_MOVE ONE
#define DECODERS_FP_ADD ONE
#define DECODERS_FP_MUL ONE
#define DECODERS_FP_FMA ONE
#define DECODERS_FP_DIV ONE
#define DECODERS_FP_SQRT ONE
#define DECODERS_FP_CONVERT ONE
#define DECODERS_FP_COMPARE ONE
#define DECODERS_FP_SELECT ONE
#define DECODERS_SIMD_ALU ONE
#define DECODERS_SIMD_SHIFT ONE
#define DECODERS_SIMD_MUL ONE
#define DECODERS_SIMD_REDUCE ONE
#define DECODERS_SIMD_PERMUTE ONE
#define DECODERS_SIMD_TABLE ONE
#define DECODERS_SIMD_MOVE ONE
#define DECODERS_SIMD_FP_ADD ONE
#define DECODERS_SIMD_FP_MUL ONE
#define DECODERS_SIMD_FP_FMA ONE
#define DECODERS_SIMD_FP_DIV ONE
#define DECODERS_SIMD_FP_SQRT ONE
#define DECODERS_SIMD_FP_CONVERT ONE
#define DECODERS_SIMD_FP_COMPARE ONE
#define DECODERS_SIMD_CRYPTO ONE
#define DECODERS_FP_LOAD TWO
#define DECODERS_FP_STORE TWO
#define DECODERS_FP_LOAD_PAIR TWO
#define DECODERS_FP_STORE_PAIR TWO
#define DECODERS_SIMD_LOAD TWO
#define DECODERS_SIMD_STORE TWO

const struct insn_row insn_rows[] = {
#define INSN(name, picture, class, reads, writes) \
    { #name, picture, CLASS_##class, reads, writes, false, DECODERS_##class(name) },
#define INSN_END(name, picture, class, reads, writes) \
    { #name, picture, CLASS_##class, reads, writes, true, DECODERS_##class(name) },
#include "cpu/arm64/insns.def"
#undef INSN
#undef INSN_END
};
const unsigned insn_row_count = ARRAY_SIZE(insn_rows);

enum { ROWS = ARRAY_SIZE(insn_rows), INDEX_BITS = 11, INDEX_SHIFT = 32 - INDEX_BITS, CANDIDATES_MAX = 65536 };

static struct { uint32_t mask, value; } pattern[ROWS];
static uint16_t bucket_start[(1 << INDEX_BITS) + 1];   /* candidates of bucket i: [start[i], start[i+1]) */
static uint16_t candidate[CANDIDATES_MAX];

static void read_picture(unsigned row)
{
    int places = 0;
    for (const char *p = insn_rows[row].picture; *p; p++) {
        if (*p == ' ')
            continue;
        places++;
        pattern[row].mask = pattern[row].mask << 1 | (*p == '0' || *p == '1');
        pattern[row].value = pattern[row].value << 1 | (*p == '1');
    }
    bug_on(places != 32);
}

static void build(void)
{
    unsigned used = 0;
    for (unsigned row = 0; row < ROWS; row++)
        read_picture(row);
    for (uint32_t i = 0; i < 1u << INDEX_BITS; i++) {
        bucket_start[i] = (uint16_t)used;
        for (unsigned row = 0; row < ROWS; row++) {
            uint32_t top_mask = pattern[row].mask >> INDEX_SHIFT, top_value = pattern[row].value >> INDEX_SHIFT;
            if ((i & top_mask) == top_value) {
                bug_on(used == CANDIDATES_MAX - 1);
                candidate[used++] = (uint16_t)row;
            }
        }
    }
    bucket_start[1 << INDEX_BITS] = (uint16_t)used;
}

void decode_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, build);
}

int decode_row(uint32_t insn)
{
    uint32_t i = insn >> INDEX_SHIFT;
    for (unsigned k = bucket_start[i]; k < bucket_start[i + 1]; k++) {
        unsigned row = candidate[k];
        if ((insn & pattern[row].mask) == pattern[row].value)
            return (int)row;
    }
    return -1;
}
