/* SPDX-License-Identifier: MIT */
/* Instructions as uops. Catches: an instruction that no family of pipeline.def describes, a family's name that is no
   instruction, a register that is read or written but not tracked, the zero register tracked as SP, an operand that waits at
   the wrong stage, a core's table with a row left out. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "cpu/arm64/pipeline.h"
#include "cpu/timing/cores/cores.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"

static struct uop describe(uint32_t insn)
{
    int row = decode_row(insn);
    ck_assert_msg(row >= 0, "%08x is no instruction", insn);
    struct op o = { .insn = insn, .row = (uint16_t)row };
    struct uop u;
    arm64_describe(&o, 0, &u);
    return u;
}

/* The consumer kind of a register, -1 if it is no source; the producer kind, -1 if it is no destination. */
static int reads(const struct uop *u, unsigned reg)
{
    for (unsigned i = 0; i < u->source_count; i++)
        if (u->source[i] == reg)
            return u->consumer[i];
    return -1;
}

static int writes(const struct uop *u, unsigned reg)
{
    for (unsigned i = 0; i < u->dest_count; i++)
        if (u->dest[i] == reg)
            return u->producer[i];
    return -1;
}

START_TEST(every_row_belongs_to_a_family)
{
    for (unsigned row = 0; row < insn_row_count; row++)
        ck_assert_msg(arm64_family(row) >= 0, "%s is in no family of pipeline.def", insn_rows[row].name);
}
END_TEST

START_TEST(every_name_of_a_family_is_of_a_row_and_of_no_other_family)
{
    for (unsigned i = 0; arm64_family_names(i); i++)
        for (const char *p = arm64_family_names(i); *p; p += strspn(p, " ")) {
            size_t length = strcspn(p, " ");
            unsigned found = 0;
            for (unsigned row = 0; row < insn_row_count; row++) {
                const char *name = insn_rows[row].name;
                bool fits = !strncmp(name, p, length) && (!name[length] || name[length] == '_');
                found += fits && arm64_family(row) == (int)i;
            }
            ck_assert_msg(found, "'%.*s' describes no instruction", (int)length, p);
            p += length;
        }
}
END_TEST

START_TEST(random_words_of_every_row_make_uops_within_bounds)
{
    uint64_t seed = 11;
    for (unsigned row = 0; row < insn_row_count; row++)
        for (int i = 0; i < 64; i++) {
            uint32_t insn = oracle_word(&seed, row);
            struct op o = { .insn = insn, .row = (uint16_t)row };
            struct uop u;
            arm64_describe(&o, 0, &u);
            ck_assert(u.group < GROUP_COUNT && u.source_count <= UOP_SOURCES && u.dest_count <= UOP_DESTS);
            for (unsigned k = 0; k < u.source_count; k++)
                ck_assert(u.source[k] < TIMING_REGS && u.consumer[k] < CONSUMER_COUNT);
            for (unsigned k = 0; k < u.dest_count; k++)
                ck_assert(u.dest[k] < TIMING_REGS && u.producer[k] < PRODUCER_COUNT);
            /* What a core's table leaves at 0 would be free: SIMD results only meet SIMD operands and stores. */
            for (unsigned k = 0; k < u.dest_count; k++) {
                bool vector = u.dest[k] >= TIMING_V0 && u.dest[k] < TIMING_FLAGS;
                enum timing_consumer met = vector ? CONSUMER_VECTOR : CONSUMER_ALU;
                ck_assert_msg(cortex_a53_latency[u.producer[k]][met] && simple_latency[u.producer[k]][met],
                              "%08x %s: nobody waits for its result", insn, insn_rows[row].name);
            }
        }
}
END_TEST

START_TEST(operands_wait_at_their_stage)
{
    struct uop u = describe(0x8b020020);   /* add x0, x1, x2 */
    ck_assert(u.group == GROUP_ALU && reads(&u, 1) == CONSUMER_ALU && reads(&u, 2) == CONSUMER_ALU);
    ck_assert(writes(&u, 0) == PRODUCER_ALU && u.dest_count == 1);
    u = describe(0x8b020c20);              /* add x0, x1, x2, lsl #3 */
    ck_assert(reads(&u, 1) == CONSUMER_ALU && reads(&u, 2) == CONSUMER_SHIFT);
    u = describe(0x8b226020);              /* add x0, x1, x2, uxtx */
    ck_assert(reads(&u, 2) == CONSUMER_ALU);
    u = describe(0x8b22c020);              /* add x0, x1, w2, sxtw */
    ck_assert(reads(&u, 2) == CONSUMER_SHIFT);
    u = describe(0xeb02003f);              /* cmp x1, x2 */
    ck_assert(u.dest_count == 1 && writes(&u, TIMING_FLAGS) == PRODUCER_ALU);
    u = describe(0x9b020c20);              /* madd x0, x1, x2, x3 */
    ck_assert(u.group == GROUP_MUL64 && reads(&u, 1) == CONSUMER_MUL && reads(&u, 3) == CONSUMER_ACCUMULATE);
    u = describe(0x1b027c20);              /* mul w0, w1, w2 */
    ck_assert(u.group == GROUP_MUL32 && u.source_count == 2);
    u = describe(0x9a820020);              /* csel x0, x1, x2, eq */
    ck_assert(reads(&u, TIMING_FLAGS) == CONSUMER_ALU);
}
END_TEST

START_TEST(register_31_is_sp_only_where_the_manual_says_so)
{
    struct uop u = describe(0x910043ff);   /* add sp, sp, #16 */
    ck_assert(reads(&u, 31) == CONSUMER_ALU && writes(&u, 31) == PRODUCER_ALU);
    u = describe(0xf10043ff);              /* cmp sp, #16 */
    ck_assert(reads(&u, 31) == CONSUMER_ALU && writes(&u, 31) == -1);
    u = describe(0xcb0103e0);              /* neg x0, x1 */
    ck_assert(reads(&u, 31) == -1 && u.source_count == 1);
    u = describe(0xf90003ff);              /* str xzr, [sp] */
    ck_assert(u.source_count == 1 && reads(&u, 31) == CONSUMER_ADDRESS);
    u = describe(0xf81f0fff);              /* str xzr, [sp, #-16]! */
    ck_assert(writes(&u, 31) == PRODUCER_ALU);
    u = describe(0xd65f03c0);              /* ret */
    ck_assert(reads(&u, 30) == CONSUMER_ALU && u.dest_count == 0);
    u = describe(0x94000001);              /* bl */
    ck_assert(writes(&u, 30) == PRODUCER_ALU);
}
END_TEST

START_TEST(loads_and_stores_name_each_register_they_touch)
{
    struct uop u = describe(0xa8c17bfd);   /* ldp x29, x30, [sp], #16 */
    ck_assert(u.group == GROUP_LOAD_PAIR && writes(&u, 29) == PRODUCER_LOAD && writes(&u, 30) == PRODUCER_LOAD_SECOND);
    ck_assert(writes(&u, 31) == PRODUCER_ALU);
    u = describe(0x29400440);              /* ldp w0, w1, [x2] */
    ck_assert(u.group == GROUP_LOAD && writes(&u, 1) == PRODUCER_LOAD_EXTENDED);
    u = describe(0x39400020);              /* ldrb w0, [x1] */
    ck_assert(writes(&u, 0) == PRODUCER_LOAD_EXTENDED);
    u = describe(0xf8627820);              /* ldr x0, [x1, x2, lsl #3] */
    ck_assert(reads(&u, 1) == CONSUMER_ADDRESS && reads(&u, 2) == CONSUMER_ADDRESS && writes(&u, 0) == PRODUCER_LOAD);
    u = describe(0xf9800020);              /* prfm pldl1keep, [x1] */
    ck_assert(u.group == GROUP_LOAD && u.dest_count == 0);
    u = describe(0xa9000440);              /* stp x0, x1, [x2] */
    ck_assert(reads(&u, 0) == CONSUMER_STORE_DATA && reads(&u, 1) == CONSUMER_STORE_DATA && u.dest_count == 0);
    u = describe(0xc8027c20);              /* stxr w2, x0, [x1] */
    ck_assert(u.group == GROUP_EXCLUSIVE && writes(&u, 2) == PRODUCER_LOAD && reads(&u, 0) == CONSUMER_STORE_DATA);
    u = describe(0xad400440);              /* ldp q0, q1, [x2] */
    ck_assert(u.group == GROUP_V_LOAD_4 && writes(&u, TIMING_V0) == PRODUCER_V_LOAD_3 &&
              writes(&u, TIMING_V0 + 1) == PRODUCER_V_LOAD_4);
    u = describe(0x4cdf005f);              /* ld4 {v31.16b - v2.16b}, [x2], #64 */
    ck_assert(u.group == GROUP_V_LOAD_9 && writes(&u, TIMING_V0 + 31) >= 0 && writes(&u, TIMING_V0 + 2) >= 0);
    ck_assert(writes(&u, 2) == PRODUCER_ALU && u.dest_count == 5 && u.source_count == 1);
    u = describe(0x4d40cd20);              /* ld1r {v0.2d}, [x9] */
    ck_assert(u.group == GROUP_V_LOAD_1 && u.source_count == 1);
    u = describe(0x4d00a41f);              /* st3 {v31.d - v1.d}[1], [x0] */
    ck_assert(u.group == GROUP_V_STORE_2 && u.source_count == 4 && reads(&u, TIMING_V0 + 1) == CONSUMER_STORE_DATA);
}
END_TEST

START_TEST(vectors_take_one_pipe_or_two_and_forward_to_addends)
{
    struct uop u = describe(0x4ea28420);   /* add v0.4s, v1.4s, v2.4s */
    ck_assert(u.group == GROUP_VECTOR && writes(&u, TIMING_V0) == PRODUCER_VECTOR_2);
    u = describe(0x0ea28420);              /* add v0.2s, v1.2s, v2.2s */
    ck_assert(u.group == GROUP_FP);
    u = describe(0x5ee28420);              /* add d0, d1, d2 */
    ck_assert(u.group == GROUP_FP);
    u = describe(0x0ea0c020);              /* smull v0.2d, v1.2s, v0.2s */
    ck_assert(u.group == GROUP_VECTOR);
    u = describe(0x4ea29420);              /* mla v0.4s, v1.4s, v2.4s */
    ck_assert(reads(&u, TIMING_V0) == CONSUMER_VECTOR_ACCUMULATE && writes(&u, TIMING_V0) == PRODUCER_VECTOR_MUL);
    u = describe(0x1f420c20);              /* fmadd d0, d1, d2, d3 */
    ck_assert(reads(&u, TIMING_V0 + 3) == CONSUMER_FMA_ACCUMULATE && u.group == GROUP_FP);
    u = describe(0x0e612820);              /* xtn v0.4h, v1.4s */
    ck_assert(u.group == GROUP_FP && reads(&u, TIMING_V0) == -1);
    u = describe(0x4e612820);              /* xtn2 v0.8h, v1.4s */
    ck_assert(u.group == GROUP_FP && reads(&u, TIMING_V0) == CONSUMER_VECTOR);
    u = describe(0x4f000420);              /* movi v0.4s, #1 */
    ck_assert(u.source_count == 0 && u.group == GROUP_VECTOR);
    u = describe(0x4f001420);              /* orr v0.4s, #1 */
    ck_assert(reads(&u, TIMING_V0) == CONSUMER_VECTOR);
    u = describe(0x4e026020);              /* tbl v0.16b, {v1.16b - v4.16b}, v2.16b */
    ck_assert(u.group == GROUP_VECTOR_4 && writes(&u, TIMING_V0) == PRODUCER_VECTOR_5 && reads(&u, TIMING_V0 + 4) >= 0);
    u = describe(0x4e021020);              /* tbx v0.16b, {v1.16b}, v2.16b */
    ck_assert(u.group == GROUP_VECTOR_2 && writes(&u, TIMING_V0) == PRODUCER_VECTOR_3 && reads(&u, TIMING_V0) >= 0);
    u = describe(0x1e622020);              /* fcmp d1, d2 */
    ck_assert(writes(&u, TIMING_FLAGS) == PRODUCER_ALU && u.dest_count == 1);
    u = describe(0x9e620020);              /* scvtf d0, x1 */
    ck_assert(reads(&u, 1) == CONSUMER_TRANSFER && writes(&u, TIMING_V0) == PRODUCER_CONVERTED_TO_FP);
}
END_TEST

/* Describes instructions as a block; whether the last waits for what was stored, and as what kind of consumer. */
static int waits_for_store(const uint32_t *insns, unsigned count, int *producer)
{
    struct op ops[8] = { 0 };
    struct uop uops[8];
    *producer = -1;
    for (unsigned i = 0; i < count; i++) {
        int row = decode_row(insns[i]);
        ck_assert_msg(row >= 0, "%08x is no instruction", insns[i]);
        ops[i] = (struct op){ .insn = insns[i], .row = (uint16_t)row };
        arm64_describe(&ops[i], i, &uops[i]);
    }
    for (unsigned i = 0; i < count; i++)
        if (writes(&uops[i], TIMING_STORED) >= 0)
            *producer = writes(&uops[i], TIMING_STORED);
    return reads(&uops[count - 1], TIMING_STORED);
}

START_TEST(a_load_waits_for_a_store_that_it_overlaps)
{
    enum { STR = 0xf9000020, LDR = 0xf9400022, LDR_8 = 0xf9400422, LDRB_7 = 0x39401c22, ADD_BASE = 0x91002021, NOP = 0xd503201f };
    int producer;
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, LDR }, 2, &producer), CONSUMER_STORED);   /* str x0, [x1]; ldr x2, [x1] */
    ck_assert_int_eq(producer, PRODUCER_STORED);
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, NOP, NOP, LDRB_7 }, 4, &producer), CONSUMER_STORED);
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, LDR_8 }, 2, &producer), -1);              /* beside it */
    ck_assert_int_eq(producer, -1);
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, ADD_BASE, LDR }, 3, &producer), -1);      /* another base by now */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, NOP, NOP, NOP, NOP, LDR }, 6, &producer), -1);   /* long ago */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0xf8008420, LDR }, 2, &producer), -1);         /* str x0, [x1], #8 */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0xf8226820, LDR }, 2, &producer), -1);         /* str x0, [x1, x2] */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ STR, 0xf9800020 }, 2, &producer), -1);         /* prfm */
    /* stp x0, x2, [x1, #8]; ldp x3, x4, [x1]: only its second half was stored */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0xa9008820, 0xa9401023 }, 2, &producer), CONSUMER_STORED_SECOND);
    ck_assert_int_eq(producer, PRODUCER_STORED_1);
    /* st1 {v0.16b - v3.16b}, [x1]; ldr q4, [x1, #48] and #16 */
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0x4c002020, 0x3dc00c24 }, 2, &producer), CONSUMER_STORED);
    ck_assert_int_eq(producer, PRODUCER_STORED_4);
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0x4c002020, 0x3dc00424 }, 2, &producer), CONSUMER_STORED);
    ck_assert_int_eq(producer, PRODUCER_STORED_2);
    ck_assert_int_eq(waits_for_store((uint32_t[]){ 0x4c002020, 0x3dc01024 }, 2, &producer), -1);
}
END_TEST

START_TEST(divides_end_early_as_on_the_hardware)
{
    enum { BASE = 3 };
    ck_assert_uint_eq(BASE + arm64_divide_cycles(1, 1, true, true), 3);
    ck_assert_uint_eq(BASE + arm64_divide_cycles(5, 0, false, true), 3);
    ck_assert_uint_eq(BASE + arm64_divide_cycles(0, 5, true, false), 3);
    /* lmbench lat_ops: r = s / r, 32 bits 6.0 and 64 bits 9.5 on average */
    uint64_t r = 37, s = (r + 1) << 20, r64 = 37 + (37ULL << 33), s64 = (r64 + 17) << 13;
    ck_assert_uint_eq(2 * BASE + arm64_divide_cycles(s, r, true, false) + arm64_divide_cycles(s, s / r, true, false), 12);
    ck_assert_uint_eq(2 * BASE + arm64_divide_cycles(s64, r64, true, true) + arm64_divide_cycles(s64, s64 / r64, true, true), 19);
    /* Signs do not count; the longest quotient is that of all bits. */
    ck_assert_uint_eq(arm64_divide_cycles(-s64, r64, true, true), arm64_divide_cycles(s64, r64, true, true));
    ck_assert_uint_eq(arm64_divide_cycles(~0ULL, 1, false, true), 16);
    ck_assert_uint_eq(arm64_divide_cycles(~0ULL, 1, false, false), 8);
    ck_assert_uint_eq(arm64_divide_cycles(1ULL << 63, ~0ULL, true, true), 16);
}
END_TEST

START_TEST(products_of_more_than_32_bits_take_a_cycle_more)
{
    ck_assert_uint_eq(arm64_multiply_cycles(1, 1), 0);             /* row "mul" */
    ck_assert_uint_eq(arm64_multiply_cycles(~0ULL, ~0ULL), 1);     /* row "mneg" */
    ck_assert_uint_eq(arm64_multiply_cycles(0xffff, 0xffff), 0);
    ck_assert_uint_eq(arm64_multiply_cycles(0x10000, 0xffff), 1);
    /* lmbench lat_ops: r *= s, ten times; of "int mul" three take longer, of "int64 mul" all */
    uint32_t r = 37432;
    uint64_t r64 = 37421 + (7ULL << 32);
    unsigned more = 0, more64 = 0;
    for (unsigned i = 0; i < 10; i++, r *= 5, r64 *= 5) {
        more += arm64_multiply_cycles(r, 5);
        more64 += arm64_multiply_cycles(r64, 5);
    }
    ck_assert_uint_eq(more, 3);
    ck_assert_uint_eq(more64, 10);
}
END_TEST

static void setup(void)
{
    decode_init();
}

Suite *test_suite(void)
{
    Suite *s = suite_create("instructions as uops");
    TCase *c = tcase_create("pipeline");
    tcase_add_checked_fixture(c, setup, NULL);
    tcase_add_test(c, every_row_belongs_to_a_family);
    tcase_add_test(c, every_name_of_a_family_is_of_a_row_and_of_no_other_family);
    tcase_add_test(c, random_words_of_every_row_make_uops_within_bounds);
    tcase_add_test(c, operands_wait_at_their_stage);
    tcase_add_test(c, register_31_is_sp_only_where_the_manual_says_so);
    tcase_add_test(c, loads_and_stores_name_each_register_they_touch);
    tcase_add_test(c, vectors_take_one_pipe_or_two_and_forward_to_addends);
    tcase_add_test(c, a_load_waits_for_a_store_that_it_overlaps);
    tcase_add_test(c, divides_end_early_as_on_the_hardware);
    tcase_add_test(c, products_of_more_than_32_bits_take_a_cycle_more);
    suite_add_tcase(s, c);
    return s;
}
