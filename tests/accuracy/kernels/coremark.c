/* SPDX-License-Identifier: MIT */
/* The work of CoreMark, from its published description: an iteration searches, reverses, sorts and checks a linked list, whose
   elements ask for matrix products and for runs of a state machine over a text when they are compared; a CRC-16 goes over every
   result. 2000 bytes of data in three parts, seeds 0, 0 and 0x66. This is an equivalent, in our own code, not the program. */
#include "tests/accuracy/kernels/coremark.h"
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { ITERATIONS = 20, SEARCHES = 0x66 };

uint16_t coremark_crc8(uint8_t value, uint16_t crc)
{
    for (int bit = 0; bit < 8; bit++) {
        unsigned differs = (value ^ crc) & 1;
        value >>= 1;
        if (differs)
            crc = (uint16_t)((crc ^ 0x4002) >> 1 | 0x8000);
        else
            crc = crc >> 1 & 0x7fff;
    }
    return crc;
}

uint16_t coremark_crc16(uint16_t value, uint16_t crc)
{
    return coremark_crc8((uint8_t)(value >> 8), coremark_crc8((uint8_t)value, crc));
}

uint16_t coremark_crc32(uint32_t value, uint16_t crc)
{
    return coremark_crc16((uint16_t)(value >> 16), coremark_crc16((uint16_t)value, crc));
}

static uint16_t iterate(struct coremark *mark, unsigned iterations)
{
    mark->crc = 0;
    for (unsigned i = 0; i < iterations; i++) {
        uint16_t crc = coremark_list_work(mark, 1);
        mark->crc = coremark_crc16(crc, mark->crc);
        crc = coremark_list_work(mark, -1);
        mark->crc = coremark_crc16(crc, mark->crc);
    }
    return mark->crc;
}

/* argument: iterations, 20 if it is 0. */
void coremark_kernel(uint64_t argument)
{
    static volatile int16_t seeds[3] = { 0, 0, SEARCHES };
    unsigned iterations = argument ? (unsigned)argument : ITERATIONS;
    uint8_t *memory = guest_pages(3 * COREMARK_PART + 64);
    struct coremark mark = { .before = seeds[0], .after = seeds[1], .searches = (uint16_t)seeds[2] };

    mark.list = coremark_list_new(memory, mark.before);
    coremark_matrices_new(&mark.matrices, memory + COREMARK_PART + 6, mark.before | mark.after << 16);
    mark.text = memory + 2 * (COREMARK_PART + 6);
    coremark_text_new(mark.text, mark.before);
    iterate(&mark, 1);
    uint64_t begin = guest_ticks();
    uint16_t crc = iterate(&mark, iterations);
    guest_say("coremark", guest_ticks() - begin, iterations);
    guest_say("coremark_crc", crc, 1);
}
