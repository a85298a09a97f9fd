/* SPDX-License-Identifier: MIT */
/* A memory system with a core that does nothing but loads and stores: each access is a block of its own, noted, served and
   forgotten. */
#ifndef TESTS_CPU_TIMING_MEMORY_FIXTURE_H
#define TESTS_CPU_TIMING_MEMORY_FIXTURE_H

#include "cpu/timing/memory.h"

enum { MEMORY_FIXTURE_SPACES = 4 };

struct memory_fixture {
    struct core_settings settings;
    struct memory *m;
    uint32_t epoch[MEMORY_EPOCHS];
    uint64_t counts[EVENT_COUNT];
    uint64_t now;                    /* cycle of the next access */
    struct line_page table[MEMORY_FIXTURE_SPACES][LINE_PAGES];   /* one for each address space */
    bool translated;                 /* through 4K pages; else no TLB takes part */
    gpa_t (*frame)(gva_t va);        /* physical page of va; NULL: the same number */
    uint32_t asid, space;            /* space: below MEMORY_FIXTURE_SPACES */
    uint8_t size_bits;
    bool fast;                       /* fill the line table, and leave out what its entries prove */
    uint64_t left_out;
    unsigned walks;
};

/* The Cortex-A53 of the Raspberry Pi 3. A test may change f->settings before memory_fixture_start. */
void memory_fixture_open(struct memory_fixture *f);
void memory_fixture_start(struct memory_fixture *f);
void memory_fixture_close(struct memory_fixture *f);

gpa_t memory_fixture_pa(const struct memory_fixture *f, gva_t va);
struct memory_page memory_fixture_page(struct memory_fixture *f, gva_t va);

/* An access in a block that began at f->now: it is noted, and the line table may remember it. */
enum memory_proof memory_fixture_note(struct memory_fixture *f, gva_t va, unsigned size, bool write, unsigned op);

/* The same as a block of its own; *wait is what it cost. Time does not pass. */
enum memory_proof memory_fixture_access(struct memory_fixture *f, gva_t va, unsigned size, bool write, struct memory_wait *wait);

/* A load or store whose result is waited for (a load's) and time: passes `cycles` and all waits. Returns what passed. */
uint64_t memory_fixture_load(struct memory_fixture *f, gva_t va, unsigned cycles);
uint64_t memory_fixture_store(struct memory_fixture *f, gva_t va, unsigned size, unsigned cycles);

/* Serves what is noted, op n at f->now + n and later, and forgets it. */
void memory_fixture_serve(struct memory_fixture *f, struct memory_wait *wait);

/* Is the line in the line table of this space, for reading or writing? */
bool memory_fixture_proved(struct memory_fixture *f, gva_t va, bool write);

/* A number from 0 to below `limit`; the same sequence in every run. */
uint32_t memory_fixture_random(uint64_t *state, uint32_t limit);

#endif
