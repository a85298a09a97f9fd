/* SPDX-License-Identifier: MIT */
/* What the parts of the CoreMark equivalent ask of one another. Each part is a file of its own, so that no compiler sees through
   the calls between them. */
#ifndef TESTS_ACCURACY_KERNELS_COREMARK_H
#define TESTS_ACCURACY_KERNELS_COREMARK_H

#include <stdint.h>

enum { COREMARK_PART = 666 };      /* 2000 bytes in three parts */

struct coremark_matrices {
    unsigned n;
    int16_t *a, *b;
    int32_t *product;
};

/* The list's elements ask for work by their values; this is what it works on. */
struct coremark {
    struct coremark_item *list;
    struct coremark_matrices matrices;
    uint8_t *text;
    int16_t before, after;         /* values that spoil the text and mend it again */
    uint16_t searches, crc;
};

uint16_t coremark_crc8(uint8_t value, uint16_t crc);
uint16_t coremark_crc16(uint16_t value, uint16_t crc);
uint16_t coremark_crc32(uint32_t value, uint16_t crc);

struct coremark_item *coremark_list_new(void *memory, int16_t seed);
uint16_t coremark_list_work(struct coremark *mark, int16_t first_index);

void coremark_matrices_new(struct coremark_matrices *m, void *memory, int32_t seed);
uint16_t coremark_matrix_work(const struct coremark_matrices *m, int16_t value, uint16_t crc);

void coremark_text_new(uint8_t *text, int16_t seed);
uint16_t coremark_text_work(uint8_t *text, int16_t before, int16_t after, int16_t step, uint16_t crc);

#endif
