/* SPDX-License-Identifier: MIT */
/* The same kernels on the host: native NAME ITERATIONS, or native list for a table of them. Ticks are nanoseconds of CPU time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "roms/bench/bench.h"

static uint64_t cpu_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int list_kernels(void)
{
    for (unsigned i = 0; i < bench_kernel_count; i++)
        printf("%s %s %u\n", bench_kernels[i].name, bench_kernels[i].group, bench_kernels[i].iterations);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return list_kernels();
    const struct bench_kernel *kernel = argc == 3 ? bench_find(argv[1], strlen(argv[1])) : NULL;
    if (!kernel) {
        fprintf(stderr, "usage: native NAME ITERATIONS, or native list for the names\n");
        return 2;
    }
    unsigned iterations = (unsigned)strtoul(argv[2], NULL, 10);
    uint64_t start = cpu_time(), checksum = bench_run(kernel, iterations);
    printf("bench %s iterations %u checksum %016" PRIx64 " %s ticks %" PRIu64 "\n", kernel->name, iterations, checksum,
           !iterations || checksum == kernel->expected ? "right" : "WRONG", cpu_time() - start);
    return 0;
}
