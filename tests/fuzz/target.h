/* SPDX-License-Identifier: MIT */
/* What can be fuzzed: every class of devices/classes.def by its name, and the rows of targets.c. libFuzzer (libfuzzer.c) and the
   seeded driver of `make check` (test_*.c, by fuzz_seeds) drive the same targets. */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include "tests/fuzz/tape.h"

struct fuzz_target {
    const char *name;
    /* Makes what is fuzzed; once. `name` is the target's. */
    void *(*open)(const char *name);
    /* Plays the tape from a state that is the same each time, checks what must hold, and returns how many actions that were. */
    uint64_t (*play)(void *fuzzed, struct tape *tape);
    void (*close)(void *fuzzed);
    size_t tape_size;        /* bytes of a tape of the seeded driver */
};

/* The target of this name, or NULL. */
const struct fuzz_target *fuzz_target_find(const char *name);

/* The name of target n; NULL behind the last. */
const char *fuzz_target_name(unsigned n);

/* Plays tapes of seed, seed + 1, … until there were so many actions. */
void fuzz_seeds(const char *name, uint64_t seed, uint64_t actions);

/* What must hold during a run, in builds with and without Check. */
_Noreturn void fuzz_failed(const char *file, int line, const char *claim);
#define fuzz_require(claim)                                \
    do {                                                   \
        if (unlikely(!(claim)))                            \
            fuzz_failed(__FILE__, __LINE__, #claim);       \
    } while (0)

#endif
