/* SPDX-License-Identifier: MIT */
/* Quicksort with the median of three, insertion sort for short runs: branches that no predictor knows. */
#include "roms/bench/bench.h"

enum { COUNT = 8192, SHORT_RUN = 12 };

static uint32_t *source, *work;

void sort_prepare(void)
{
    uint64_t random = 2;

    source = bench_take(COUNT * sizeof *source);
    work = bench_take(COUNT * sizeof *work);
    for (unsigned i = 0; i < COUNT; i++)
        source[i] = (uint32_t)(bench_random(&random) >> 16);
}

static void swap(uint32_t *a, uint32_t *b)
{
    uint32_t t = *a;
    *a = *b;
    *b = t;
}

static void insertion_sort(uint32_t *low, uint32_t *high)
{
    for (uint32_t *next = low + 1; next <= high; next++) {
        uint32_t value = *next, *hole = next;
        for (; hole > low && hole[-1] > value; hole--)
            *hole = hole[-1];
        *hole = value;
    }
}

static void quicksort(uint32_t *low, uint32_t *high)
{
    while (high - low >= SHORT_RUN) {
        uint32_t *middle = low + (high - low) / 2, *i = low, *j = high;
        if (*middle < *low)
            swap(middle, low);
        if (*high < *low)
            swap(high, low);
        if (*high < *middle)
            swap(high, middle);
        uint32_t pivot = *middle;
        while (i <= j) {
            while (*i < pivot)
                i++;
            while (*j > pivot)
                j--;
            if (i <= j)
                swap(i++, j--);
        }
        if (j - low < high - i) {
            quicksort(low, j);
            low = i;
        } else {
            quicksort(i, high);
            high = j;
        }
    }
    insertion_sort(low, high);
}

uint64_t sort_once(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < COUNT; i++)
        work[i] = source[i];
    quicksort(work, work + COUNT - 1);
    for (unsigned i = 1; i < COUNT; i++)
        sum += work[i - 1] <= work[i] ? (uint64_t)work[i] * i : ~0u;
    return sum;
}
