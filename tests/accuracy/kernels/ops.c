/* SPDX-License-Identifier: MIT */
/* Latencies of basic operations, chained as lmbench's lat_ops chains them: the same operations on the same values, loops as gcc
   makes them at -O, which is what lmbench asks for (at -O2 it sees through the multiplications and leaves none). The chains are in
   ops_chains.S. */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { TURNS = 20000 };

#define CHAINS(CHAIN) \
    CHAIN(int_bit, 300) CHAIN(int_add, 200) CHAIN(int_mul, 20) CHAIN(int_div, 100) CHAIN(int_mod, 100) \
    CHAIN(int64_add, 200) CHAIN(int64_mul, 20) CHAIN(int64_div, 100) CHAIN(int64_mod, 100) \
    CHAIN(float_add, 22) CHAIN(float_mul, 40) CHAIN(float_div, 100) \
    CHAIN(double_add, 22) CHAIN(double_mul, 40) CHAIN(double_div, 100)

/* Each runs its chain `turns` times. */
#define CHAIN(name, operations) void ops_##name(uint64_t turns);
CHAINS(CHAIN)
#undef CHAIN

static const struct {
    const char *name;
    void (*run)(uint64_t turns);
    unsigned operations;
} chains[] = {
#define CHAIN(name, operations) { #name, ops_##name, operations },
    CHAINS(CHAIN)
#undef CHAIN
};

void ops_kernel(uint64_t argument)
{
    (void)argument;
    for (unsigned i = 0; i < sizeof chains / sizeof *chains; i++) {
        chains[i].run(10);
        uint64_t begin = guest_ticks();
        chains[i].run(TURNS);
        guest_say(chains[i].name, guest_ticks() - begin, (uint64_t)TURNS * chains[i].operations);
    }
}
