/* SPDX-License-Identifier: MIT */
#ifndef ROMS_BENCH_BENCH_H
#define ROMS_BENCH_BENCH_H

#include <stddef.h>
#include <stdint.h>

/* A kernel prepares its inputs once, outside the measurement; every once() after that does the same work and gives the
   same checksum, on every machine that computes right. */
struct bench_kernel {
    const char *name, *group;
    void (*prepare)(void);
    uint64_t (*once)(void);
    unsigned iterations;   /* what `make bench` asks for: some 400 million instructions of an A53 */
    uint64_t expected;
};

extern const struct bench_kernel bench_kernels[];
extern const unsigned bench_kernel_count;

/* NULL if no kernel has this name; length lets it stand in a longer text. */
const struct bench_kernel *bench_find(const char *name, size_t length);

/* Prepares and repeats; the checksum is the expected one, or the first that was not. Of no iterations it is 0. */
uint64_t bench_run(const struct bench_kernel *kernel, unsigned iterations);

/* Memory that lasts until the next bench_run, aligned to 64 bytes, not zeroed; a kernel may take 24 MB in all. */
void *bench_take(size_t size);

/* Text with the repetitions of prose, the same each time. */
void bench_write_prose(char *to, size_t size);

static inline uint64_t bench_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline uint64_t bench_mix(uint64_t sum, uint64_t value)
{
    return (sum ^ value) * 0x9e3779b97f4a7c15u ^ sum >> 29;
}

#define KERNEL(name, group, iterations, expected) void name##_prepare(void); uint64_t name##_once(void);
#include "roms/bench/kernels.def"
#undef KERNEL

#endif
