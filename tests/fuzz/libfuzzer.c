/* SPDX-License-Identifier: MIT */
/* libFuzzer's two functions (LLVM, "libFuzzer – a library for coverage-guided fuzz testing"): its inputs are tapes. Which target
   they are played to is what FUZZ_TARGET says; `make fuzz TARGET=…` sets it. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/target.h"

/* Tests' helpers assert by Check, which wants a runner: here its two functions do without. */
void _mark_point(const char *file, int line);
_Noreturn void _ck_assert_failed(const char *file, int line, const char *claim, const char *text, ...);

void _mark_point(const char *file, int line)
{
    (void)file, (void)line;
}

void _ck_assert_failed(const char *file, int line, const char *claim, const char *text, ...)
{
    (void)text;
    fuzz_failed(file, line, claim);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct fuzz_target *target;
static void *fuzzed;

/* A first corpus: tapes of the seeded driver, which reach most places; libFuzzer goes on from there. */
static void write_corpus(const char *folder)
{
    enum { SEEDS = 16, SIZE = 1024 };
    for (unsigned seed = 1; folder && seed <= SEEDS; seed++) {
        uint8_t bytes[SIZE];
        char name[512];
        snprintf(name, sizeof name, "%s/seed-%u", folder, seed);
        FILE *file = fopen(name, "wb");
        if (!file)
            return;
        tape_fill(bytes, sizeof bytes, seed);
        fwrite(bytes, 1, sizeof bytes, file);
        fclose(file);
    }
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    const char *name = getenv("FUZZ_TARGET");
    target = name ? fuzz_target_find(name) : NULL;
    if (!target) {
        fprintf(stderr, "FUZZ_TARGET names what is to be fuzzed:");
        for (unsigned n = 0; fuzz_target_name(n); n++)
            fprintf(stderr, " %s", fuzz_target_name(n));
        fprintf(stderr, "\n");
        exit(EXIT_FAILURE);
    }
    write_corpus(getenv("FUZZ_CORPUS"));
    fuzzed = target->open(name);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tape tape = { data, data + size };
    target->play(fuzzed, &tape);
    return 0;
}
