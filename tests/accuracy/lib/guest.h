/* SPDX-License-Identifier: MIT */
/* What a kernel may use, on the bare board and in a Linux process alike. */
#ifndef TESTS_ACCURACY_LIB_GUEST_H
#define TESTS_ACCURACY_LIB_GUEST_H

#include <stdint.h>

/* The virtual counter, read when everything before it has finished. */
static inline uint64_t guest_ticks(void)
{
    uint64_t value;

    __asm__ volatile("dsb sy\n\tisb\n\tmrs %0, cntvct_el0" : "=r"(value) : : "memory");
    return value;
}

/* A kernel begins: the results that follow are its. */
void guest_begin(const char *name, uint64_t argument);

/* One result: so many ticks of the counter for so many operations. */
void guest_say(const char *name, uint64_t ticks, uint64_t count);

/* Memory in pages of 4 KB, aligned to one; not zeroed. On the board they lie scattered in RAM, as under a
   system that has been up for a while; at most 64 MB a run. */
void *guest_pages(uint64_t size);

/* Runs the kernels of NAME or NAME,ARGUMENT, several joined by '+', up to a blank or the end; 0 if one has another name. */
int guest_run_text(const char *text);

#endif
