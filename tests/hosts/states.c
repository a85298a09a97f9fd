/* SPDX-License-Identifier: MIT */
/* Prints hashes of the states behind random programs, random instructions and a hostile guest's dealings with each device. The
   lines are the same on every host: states.sh. What it tells of needs no library but C's. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpu/arm64/core.h"
#include "cpu/arm64/decode.h"
#include "cpu/timing/memory_parts.h"
#include "devices/classes.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/cpu/arm64/random_code.h"
#include "tests/cpu/timing/twins.h"
#include "tests/fuzz/device_target.h"

enum { SEEDS = 12, PROGRAMS = 25 };                /* of a seed: one core model, with these programs one after the other */
enum { CASES = ORACLE_BATCH, GROUP = 256 };        /* instructions alone; so many in a line */
enum { TAPES = 3, TAPE_SIZE = 2048 };              /* of a device */

static void print(const char *what, const char *name, unsigned number, uint64_t hash)
{
    printf("%s %s %u: %016llx\n", what, name, number, (unsigned long long)hash);
}

/* ---- programs, time kept ---- */

static uint64_t numbers(uint64_t hash, const void *first, size_t size)
{
    for (const uint64_t *n = first; n < (const uint64_t *)first + size / sizeof *n; n++)
        hash = (hash ^ *n) * 0x9e3779b97f4a7c15 ^ hash >> 32;
    return hash;
}

static uint64_t core_hash(const struct twin *twin)
{
    const struct cpu *cpu = &twin->b.cpu->cpu;
    struct counters counters;
    timing_counters(cpu->timing, &counters);
    const uint64_t memory = memory_hash(timing_memory(cpu->timing), cpu->cycles);
    const uint64_t timed[] = { cpu->cycles, twin->seen, memory, predictor_hash(&cpu->predictor) };
    uint64_t hash = state_hash(STATE_HASH_START, arm64_fields, twin->b.cpu);
    hash = state_hash_bytes(hash, twin->b.ram->host, BARE_DATA - BARE_RAM + 40 * 4096);
    return numbers(numbers(hash, timed, sizeof timed), &counters, sizeof counters);
}

static void run_programs(uint64_t seed)
{
    static struct twins t;
    twins_open(&t, seed);
    for (unsigned i = 0; i < PROGRAMS; i++)
        twins_run(&t, true);
    twins_compare(&t, true);
    print("programs on", t.settings, (unsigned)seed, core_hash(&t.twin[TWIN_FAST]));
    twins_close(&t);
}

/* ---- instructions ---- */

static uint64_t end_hash(uint64_t hash, const struct oracle_state *end)
{
    const uint64_t flags[] = { end->nzcv, end->fpcr, end->fpsr, end->outcome };
    hash = numbers(numbers(hash, end->x, sizeof end->x), &end->sp, sizeof end->sp);
    hash = numbers(numbers(hash, end->v, sizeof end->v), flags, sizeof flags);
    return state_hash_bytes(hash, end->memory, sizeof end->memory);
}

static void run_instructions(void)
{
    static struct oracle_case cases[CASES];
    static struct oracle_state ends[CASES];
    uint64_t seed = 1, hash = 0;
    for (unsigned i = 0, row = 0; i < CASES; row++)
        i += random_code_single(&cases[i], &seed, row % insn_row_count);
    oracle_run_ours(cases, CASES, ends);
    for (unsigned i = 0; i < CASES; i++) {
        hash = end_hash(hash, &ends[i]);
        if ((i + 1) % GROUP == 0)
            print("instructions", "to", i + 1, hash);
    }
}

/* ---- devices ---- */

static void run_device(const char *class_name)
{
    static uint8_t bytes[TAPE_SIZE];
    void *target = device_target_open(class_name);
    for (unsigned seed = 1; seed <= TAPES; seed++) {
        tape_fill(bytes, sizeof bytes, seed);
        device_target_play(target, &(struct tape){ bytes, bytes + sizeof bytes });
        print("device", class_name, seed, device_target_hash(target));
    }
    device_target_close(target);
}

int main(void)
{
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        run_programs(seed);
    run_instructions();
    for (unsigned i = 0; device_classes[i]; i++)
        run_device(device_classes[i]->name);
    printf("the end\n");
    return 0;
}

/* ---- what the parts above call if something does not hold: there may be no Check here ---- */

void _ck_assert_failed(const char *file, int line, const char *claim, const char *format, ...)
{
    printf("%s:%d: does not hold: %s%s\n", file, line, claim ? claim : "", format ? format : "");
    exit(1);
}

void _mark_point(const char *file, int line)
{
    (void)file, (void)line;
}

void fuzz_failed(const char *file, int line, const char *claim)
{
    _ck_assert_failed(file, line, claim, NULL);
}
