/* SPDX-License-Identifier: MIT */
#include "roms/bench/bench.h"

enum { ARENA_SIZE = 24 << 20, ARENA_ALIGN = 64 };

/* Not part of the guest's bss, which it clears without caches; a host has no such section. */
#if __STDC_HOSTED__
#define ARENA_SECTION
#else
#define ARENA_SECTION __attribute__((section(".noinit")))
#endif

static unsigned char arena[ARENA_SIZE] __attribute__((aligned(ARENA_ALIGN))) ARENA_SECTION;
static size_t arena_used;

const struct bench_kernel bench_kernels[] = {
#define KERNEL(name, group, iterations, expected) { #name, group, name##_prepare, name##_once, iterations, expected },
#include "roms/bench/kernels.def"
#undef KERNEL
};

const unsigned bench_kernel_count = sizeof bench_kernels / sizeof *bench_kernels;

const struct bench_kernel *bench_find(const char *name, size_t length)
{
    for (unsigned i = 0; i < bench_kernel_count; i++) {
        const char *other = bench_kernels[i].name;
        size_t at = 0;
        while (at < length && other[at] && other[at] == name[at])
            at++;
        if (at == length && !other[at])
            return &bench_kernels[i];
    }
    return NULL;
}

void *bench_take(size_t size)
{
    void *taken = arena + arena_used;

    arena_used += (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (arena_used > ARENA_SIZE)
        __builtin_trap();
    return taken;
}

uint64_t bench_run(const struct bench_kernel *kernel, unsigned iterations)
{
    uint64_t checksum = 0, wrong = 0;

    arena_used = 0;
    kernel->prepare();
    for (unsigned i = 0; i < iterations; i++) {
        checksum = kernel->once();
        if (checksum != kernel->expected && !wrong)
            wrong = checksum;
    }
    return wrong ? wrong : checksum;
}

void bench_write_prose(char *to, size_t size)
{
    static const char *const words[] = {
        "the", "of", "and", "machine", "to", "a", "in", "that", "is", "memory", "it", "was", "for", "interrupt", "on", "are",
        "register", "as", "with", "his", "they", "exception", "at", "be", "this", "translation", "from", "or", "had", "12", "4096", "by",
    };
    uint64_t random = 0x243f6a8885a308d3u;
    size_t at = 0;

    while (at < size) {
        uint64_t draw = bench_random(&random);
        const char *word = words[draw & draw >> 8 & 31];
        while (*word && at < size)
            to[at++] = *word++;
        if (at < size)
            to[at++] = draw >> 40 & 15 ? ' ' : draw >> 44 & 3 ? ',' : '\n';
    }
}
