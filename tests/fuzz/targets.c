/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "devices/classes.h"
#include "tests/fuzz/cable_target.h"
#include "tests/fuzz/core_target.h"
#include "tests/fuzz/device_target.h"
#include "tests/fuzz/file_target.h"
#include "tests/fuzz/image_target.h"
#include "tests/fuzz/reader_target.h"
#include "tests/fuzz/target.h"
#include "tests/fuzz/terminal_target.h"

enum { TAPE_SIZE = 8192, CORE_TAPE_SIZE = 5120, FILE_TAPE_SIZE = 512, IMAGE_TAPE_SIZE = 512, READER_TAPE_SIZE = 2048, LONG_TAPE_SIZE = 65536 };

static const struct fuzz_target device_target = {
    NULL, device_target_open, device_target_play, device_target_close, TAPE_SIZE,
};

/* What is no device. */
static const struct fuzz_target others[] = {
    { "core", core_target_open, core_target_play, core_target_close, CORE_TAPE_SIZE },
    { "cable", cable_target_open, cable_target_play, cable_target_close, TAPE_SIZE },
    { "kernel", file_target_open, file_target_play, file_target_close, FILE_TAPE_SIZE },
    { "tree", file_target_open, file_target_play, file_target_close, FILE_TAPE_SIZE },
    { "initrd", file_target_open, file_target_play, file_target_close, FILE_TAPE_SIZE },
    { "image", image_target_open, image_target_play, image_target_close, IMAGE_TAPE_SIZE },
    { "symbols", reader_target_open, reader_target_play, reader_target_close, READER_TAPE_SIZE },
    { "kallsyms", reader_target_open, reader_target_play, reader_target_close, READER_TAPE_SIZE },
    { "lines", reader_target_open, reader_target_play, reader_target_close, READER_TAPE_SIZE },
    { "stats", reader_target_open, reader_target_play, reader_target_close, READER_TAPE_SIZE },
    { "terminal", terminal_target_open, terminal_target_play, terminal_target_close, LONG_TAPE_SIZE },
};

const struct fuzz_target *fuzz_target_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
        if (!strcmp(others[i].name, name))
            return &others[i];
    return device_class_find(name) ? &device_target : NULL;
}

const char *fuzz_target_name(unsigned n)
{
    unsigned classes = 0;
    for (; device_classes[classes]; classes++)
        if (classes == n)
            return device_classes[n]->name;
    return n - classes < ARRAY_SIZE(others) ? others[n - classes].name : NULL;
}

void fuzz_seeds(const char *name, uint64_t seed, uint64_t actions)
{
    const struct fuzz_target *target = fuzz_target_find(name);
    fuzz_require(target);
    void *fuzzed = target->open(name);
    uint8_t *bytes = mem_alloc(target->tape_size);
    for (uint64_t done = 0; done < actions; seed++) {
        tape_fill(bytes, target->tape_size, seed);
        struct tape tape = { bytes, bytes + target->tape_size };
        done += target->play(fuzzed, &tape);
    }
    free(bytes);
    target->close(fuzzed);
}

void fuzz_failed(const char *file, int line, const char *claim)
{
    dprintf(STDERR_FILENO, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}
