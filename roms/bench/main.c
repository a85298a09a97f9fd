/* SPDX-License-Identifier: MIT */
/* Runs the kernel that the command line names: bench=NAME,ITERATIONS; with the MMU and the caches on. */
#include "roms/bench/bench.h"
#include "roms/lib/cpu.h"
#include "roms/lib/fdt.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/string.h"

int main(const void *blob);

/* Where loaders put the device tree: QEMU 128 MB above the base. */
enum { RAM_BASE = 0x40000000, RAM_MAPPED = 256 << 20 };

static const char *find_argument(const char *line)
{
    static const char key[] = "bench=";

    for (const char *at = line; at && *at; at++)
        if ((at == line || at[-1] == ' ') && strncmp(at, key, sizeof key - 1) == 0)
            return at + sizeof key - 1;
    return NULL;
}

static unsigned parse_iterations(const char *text)
{
    unsigned value = 0;

    while (*text >= '0' && *text <= '9')
        value = value * 10 + (unsigned)(*text++ - '0');
    return value;
}

static void list_kernels(void)
{
    print("give the guest the argument bench=NAME,ITERATIONS; the names are");
    for (unsigned i = 0; i < bench_kernel_count; i++)
        print(" %s", bench_kernels[i].name);
    print("\n");
}

int main(const void *blob)
{
    struct fdt fdt;

    mmu_init(RAM_BASE, RAM_MAPPED);
    fdt_open(&fdt, blob);
    const char *argument = find_argument(fdt_text(&fdt, fdt_find_name(&fdt, 0, "chosen"), "bootargs"));
    size_t length = 0;
    while (argument && argument[length] && argument[length] != ',' && argument[length] != ' ')
        length++;
    const struct bench_kernel *kernel = argument ? bench_find(argument, length) : NULL;
    if (!kernel) {
        list_kernels();
        return 1;
    }
    unsigned iterations = argument[length] == ',' ? parse_iterations(argument + length + 1) : 1;

    uint64_t start = cpu_counter();
    uint64_t checksum = bench_run(kernel, iterations);
    uint64_t ticks = cpu_counter() - start;
    print("bench %s iterations %u checksum %016lx %s ticks %lu\n", kernel->name, iterations, checksum,
          !iterations || checksum == kernel->expected ? "right" : "WRONG", ticks);
    return 0;
}
