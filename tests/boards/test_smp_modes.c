/* SPDX-License-Identifier: MIT */
/* Random programs on several cores that share a few lines of memory: stores to the same words and to neighbours of one line, locks,
   exclusives, events, software interrupts, counters, lines zeroed, streamed, cleaned and invalidated, code that one changes and
   all execute. Nothing is expected of what they compute but that it is the same again: by the memoised
   model and by the reference, in one piece and cut anywhere. Catches: time or state of one core that leaks into another's, a turn
   that depends on the host, a proof of a hit that outlives what another core did. LONG=1: many more. */
#include <string.h>

#include "base/bits.h"
#include "devices/intc/gicv2.h"
#include "tests/support/cores.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { ITEMS = 120, ROUNDS = 40, SEEDS = 4, LONG_FACTOR = 50, SPAN = 0x4000, LOCK = 0x5000,
       CORES_MAX = 8 };

static uint64_t seed;

static uint32_t below(uint32_t limit)
{
    seed = seed * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((seed >> 33) % limit);
}

/* ---- programs: x0 is data, x10 a shared function, x11 the GIC; x1 to x7 are anybody's, x9 counts rounds ---- */

struct writer {
    uint32_t word[2000];
    unsigned count;
};

static void emit(struct writer *w, uint32_t word)
{
    ck_assert_uint_lt(w->count, ARRAY_SIZE(w->word));
    w->word[w->count++] = word;
}

/* Mostly lines that all want, sometimes anywhere. */
static unsigned place(void)
{
    return below(4) ? below(8) * 8 : below(SPAN / 8) * 8;
}

static unsigned reg(void)
{
    return 1 + below(7);
}

static void emit_exclusive(struct writer *w)
{
    emit(w, W_ADD(8, 0, below(4) * 64));
    emit(w, W_LDXR(1, 8));
    emit(w, W_ADD(1, 1, 1));
    emit(w, W_STXR(2, 1, 8));
    if (below(2))
        emit(w, W_CBNZ(2, -3));
}

/* A word of its own in a line that all write. */
static void emit_neighbour(struct writer *w, unsigned core)
{
    emit(w, W_LDR(1, 0, 512 + 8 * core));
    emit(w, W_ADD(1, 1, 1));
    emit(w, W_STR(1, 0, 512 + 8 * core));
}

/* What the lock protects is beside it. */
static void emit_lock(struct writer *w)
{
    emit(w, W_ADD(8, 0, LOCK & 0xfff));
    emit(w, W_ADD_HIGH(8, 8, LOCK >> 12));
    emit(w, W_MOVZ(4, 1));
    emit(w, W_LDXR(1, 8));
    emit(w, W_CBNZ(1, -1));
    emit(w, W_STXR(2, 4, 8));
    emit(w, W_CBNZ(2, -3));
    emit(w, W_LDR(5, 8, 64));
    emit(w, W_ADD(5, 5, 1));
    emit(w, W_STR(5, 8, 64));
    emit(w, W_STR(31, 8, 0));
}

static void emit_maintenance(struct writer *w)
{
    static const uint32_t words[] = { 0xd50b7a28, 0xd50b7b28, 0xd50b7e28, 0xd50b7428 };   /* DC CVAC, CVAU, CIVAC, ZVA, x8 */
    emit(w, W_ADD(8, 0, 64 * below(16)));
    emit(w, words[below(ARRAY_SIZE(words))]);
    if (below(4) == 0)
        emit(w, 0xd508711f);                                     /* IC IALLUIS */
}

/* Whole lines in a row: after a few they go past L1D. */
static void emit_stream(struct writer *w)
{
    unsigned first = 64 * (8 + below(16));
    for (unsigned at = first; at < first + 6 * 64; at += 8)
        emit(w, W_STR(9, 0, at));
}

static void emit_item(struct writer *w, unsigned core)
{
    switch (below(20)) {
    case 0: case 1: case 2: emit(w, W_STR(reg(), 0, place())); break;
    case 3: case 4: case 5: emit(w, W_LDR(reg(), 0, place())); break;
    case 6: emit_exclusive(w); break;
    case 7: emit(w, W_MRS_CNTVCT(reg())); break;
    case 8: emit(w, W_SEV); break;
    case 9: emit(w, below(4) ? W_NOP : W_WFE); break;            /* the event stream ends it */
    case 10: emit(w, W_BLR(10)); break;
    case 11:                                                     /* MOVZ x1, #n as the function's first word */
        emit(w, W_LDR(2, 0, SPAN + 8 * below(8)));
        emit(w, W_STR_W(2, 10, 0));
        emit(w, 0xd50b752au);                                    /* IC IVAU, x10 */
        emit(w, W_ISB);
        break;
    case 12:
        emit(w, W_MOVZ(6, below(16)));
        emit(w, W_STR_W(6, 11, 0xf00));                          /* GICD_SGIR: to nobody, or as x6 says: a device access */
        break;
    case 13: emit(w, below(2) ? W_TLBI_VMALLE1IS : W_DSB); break;
    case 14: emit(w, W_CBZ(reg(), 2)); emit(w, W_ADD(reg(), reg(), below(4096))); break;
    case 15: case 16: emit_neighbour(w, core); break;
    case 17: emit_lock(w); break;
    case 18: emit_maintenance(w); break;
    default:
        if (below(8))
            emit(w, W_ADD(reg(), reg(), below(4096)));
        else
            emit_stream(w);
        break;
    }
}

static void put_programs(struct machine *m, unsigned cores)
{
    const gpa_t function = CORES_CODE + 0x10000;
    CORES_PUT(m, function, W_MOVZ(1, 7), W_RET);
    for (unsigned i = 0; i < 8; i++)
        cores_set(m, CORES_DATA + SPAN + 8 * i, W_MOVZ(1, i));
    for (unsigned i = 0; i < cores; i++) {
        static struct writer w;
        w.count = 0;
        emit(&w, W_MOVZ(9, ROUNDS));
        for (unsigned k = 0; k < ITEMS; k++)
            emit_item(&w, i);
        emit(&w, W_SUBS(9, 9, 1));
        emit(&w, W_B_NE(1 - (int)w.count));
        emit(&w, W_WFI);
        emit(&w, W_B(-1));
        cores_put(m, CORES_CODE + 0x2000 * i, w.word, w.count);
        struct arm64 *c = cores_start(m, i, CORES_CODE + 0x2000 * i);
        c->x[10] = function;
        c->x[11] = CORES_GICD;
        c->cntkctl_el1 = 1 << 2 | 7 << 4;   /* an event each 4 us */
    }
}

/* ---- runs ---- */

struct result {
    uint64_t hash, instructions[CORES_MAX], cycles[CORES_MAX];
    struct counters counters[CORES_MAX];
    const char *wrong;        /* with the states of the caches' lines, or NULL */
};

static void run(uint64_t number, unsigned cores, enum timing_mode mode, bool is_cut, struct result *r)
{
    struct machine *m = cores_new(cores, mode);
    memset(r, 0, sizeof *r);
    seed = number;
    put_programs(m, cores);
    for (tick_t at = 0; is_cut && at < 2 * TICKS_PER_MS; at += below(30 * TICKS_PER_US / 1000) * 1000)
        machine_run(m, at);
    machine_run(m, 20 * TICKS_PER_MS);
    for (unsigned i = 0; i < cores; i++) {
        ck_assert_msg(m->cores[i]->cpu.halted, "core %u of seed %llu does not end", i, (unsigned long long)number);
        r->instructions[i] = machine_core_instructions(m, i);
        r->cycles[i] = m->cores[i]->cpu.cycles - m->cores[i]->cpu.idle_cycles;
        machine_core_counters(m, i, &r->counters[i]);
    }
    r->hash = machine_hash(m);
    r->wrong = memory_check(timing_memory(m->cores[0]->cpu.timing));
    machine_free(m);
}

static bool has_shared(const struct result *r, unsigned cores)
{
    uint64_t lines = 0, taken = 0;
    for (unsigned i = 0; i < cores; i++) {
        lines += r->counters[i].events[1][EVENT_SNOOPED_LINES];
        taken += r->counters[i].events[1][EVENT_LINES_TAKEN];
    }
    return lines > ROUNDS && taken > ROUNDS;
}

static void compare(uint64_t number, unsigned cores, enum timing_mode mode, enum timing_mode other)
{
    static struct result first, second;
    run(number, cores, mode, false, &first);
    run(number, cores, other, true, &second);
    for (unsigned i = 0; i < cores; i++) {
        ck_assert_msg(first.cycles[i] == second.cycles[i], "seed %llu, core %u: %llu and %llu cycles",
                      (unsigned long long)number, i, (unsigned long long)first.cycles[i], (unsigned long long)second.cycles[i]);
        ck_assert_uint_eq(first.instructions[i], second.instructions[i]);
        ck_assert_msg(!memcmp(&first.counters[i], &second.counters[i], sizeof first.counters[i]),
                      "seed %llu, core %u: other counts", (unsigned long long)number, i);
    }
    ck_assert_msg(!first.wrong && !second.wrong, "seed %llu: %s", (unsigned long long)number,
                  first.wrong ? first.wrong : second.wrong);
    ck_assert_msg(mode == TIMING_OFF || has_shared(&first, cores), "seed %llu: lines did not go from core to core",
                  (unsigned long long)number);
    ck_assert_msg(first.hash == second.hash, "seed %llu: another state", (unsigned long long)number);
}

START_TEST(a_run_of_several_cores_is_the_same_by_both_models_and_wherever_it_is_cut)
{
    static const unsigned counts[] = { 2, 4, 8 };
    uint64_t seeds = trials(SEEDS, LONG_FACTOR);
    for (uint64_t k = 1; k <= seeds; k++) {
        compare(k, counts[_i], TIMING_ON, TIMING_REFERENCE);
        compare(k, counts[_i], TIMING_ON, TIMING_ON);
        compare(k, counts[_i], TIMING_OFF, TIMING_OFF);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("smp modes");
    TCase *t = tcase_create("smp modes");
    tcase_set_timeout(t, trials_limit(300, 3600));
    tcase_add_loop_test(t, a_run_of_several_cores_is_the_same_by_both_models_and_wherever_it_is_cut, 0, 3);
    suite_add_tcase(s, t);
    return s;
}
