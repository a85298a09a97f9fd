/* SPDX-License-Identifier: MIT */
/* The smallest guest: says hello with the MMU off, runs a loop whose result is known, and powers off. It needs of a
   machine: RAM, the PL011, integer instructions, PSCI. */
#include <stdint.h>
#include "roms/lib/print.h"

int main(void);

static uint64_t checksum(unsigned rounds)
{
    uint64_t x = 88172645463325252u, sum = 0;

    for (unsigned i = 0; i < rounds; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum = sum * 31 + x % 1000;
    }
    return sum;
}

int main(void)
{
    print("hello\n");
    print("checksum %016lx\n", checksum(100000));
    return 0;
}
