/* SPDX-License-Identifier: MIT */
#include "tests/cpu/timing/memory_fixture.h"

#include <check.h>
#include <string.h>

enum { TABLES = 0x30000000 };

/* Three levels, as Linux has with 39 bits of virtual address: tables lie behind one another. */
static unsigned walk(void *core, gva_t va, gpa_t descriptors[MEMORY_WALK_MAX])
{
    struct memory_fixture *f = core;
    f->walks++;
    descriptors[0] = TABLES + (va >> 30 & 511) * 8;
    descriptors[1] = TABLES + 0x1000 + (va >> 21 & 511) * 8;
    descriptors[2] = TABLES + 0x2000 + (va >> 12 & 0x3ffff) * 8;
    return f->size_bits < 21 ? 3 : 2;
}

void memory_fixture_open(struct memory_fixture *f)
{
    *f = (struct memory_fixture){ .space = 1, .asid = 1, .size_bits = 12, .now = 1000, .settings = model_find("cortex-a53", "pi3", NULL)->settings };
    for (unsigned space = 0; space < MEMORY_FIXTURE_SPACES; space++)
        for (unsigned i = 0; i < LINE_PAGES; i++)
            f->table[space][i].tag = LINE_NOTHING;
}

void memory_fixture_start(struct memory_fixture *f)
{
    f->m = memory_new(&f->settings, f->epoch, walk, f);
    memory_count_to(f->m, f->counts);
}

void memory_fixture_close(struct memory_fixture *f)
{
    memory_free(f->m);
    f->m = NULL;
}

gpa_t memory_fixture_pa(const struct memory_fixture *f, gva_t va)
{
    return f->frame ? f->frame(va) | (va & ~PAGE_MASK) : va;
}

static struct line_page *entry_of(struct memory_fixture *f, gva_t va)
{
    return &f->table[f->space][va >> PAGE_BITS & (LINE_PAGES - 1)];
}

struct memory_page memory_fixture_page(struct memory_fixture *f, gva_t va)
{
    return (struct memory_page){ .va = va, .pa = memory_fixture_pa(f, va), .space = f->space, .asid = f->asid,
                                 .size_bits = f->size_bits, .translated = f->translated, .lines = entry_of(f, va) };
}

void memory_fixture_serve(struct memory_fixture *f, struct memory_wait *wait)
{
    unsigned count;
    struct memory_event *e = memory_events(f->m, &count);
    for (unsigned i = 0; i < count; i++)
        memory_serve(f->m, &e[i], f->now + (e[i].op == MEMORY_OP_FETCH ? 0 : e[i].op) + wait->issue, wait);
    memory_forget(f->m);
}

bool memory_fixture_proved(struct memory_fixture *f, gva_t va, bool write)
{
    const struct line_page *e = entry_of(f, va);
    return write ? line_writable(e, va, 1) : line_readable(e, va, 1);
}

enum memory_proof memory_fixture_note(struct memory_fixture *f, gva_t va, unsigned size, bool write, unsigned op)
{
    struct line_page *e = entry_of(f, va);
    bool fits = is_power_of_2(size) && size <= 16;
    if (f->fast && fits && (write ? line_writable(e, va, size) : line_readable(e, va, size))) {
        f->left_out++;
        return write ? MEMORY_WRITABLE : MEMORY_READABLE;
    }
    struct memory_page page = memory_fixture_page(f, va);
    enum memory_proof proof = memory_data(f->m, &page, size, write, op, f->now);
    if (proof != MEMORY_NOT_YET && f->fast)
        memory_installed(f->m, &page, 0, proof == MEMORY_WRITABLE);
    return proof;
}

enum memory_proof memory_fixture_access(struct memory_fixture *f, gva_t va, unsigned size, bool write, struct memory_wait *wait)
{
    *wait = (struct memory_wait){ 0 };
    enum memory_proof proof = memory_fixture_note(f, va, size, write, 0);
    memory_fixture_serve(f, wait);
    return proof;
}

uint64_t memory_fixture_load(struct memory_fixture *f, gva_t va, unsigned cycles)
{
    struct memory_wait wait;
    memory_fixture_access(f, va, 8, false, &wait);
    uint64_t passed = (uint64_t)wait.issue + wait.result + cycles;
    f->now += passed;
    return passed;
}

uint64_t memory_fixture_store(struct memory_fixture *f, gva_t va, unsigned size, unsigned cycles)
{
    struct memory_wait wait;
    memory_fixture_access(f, va, size, true, &wait);
    uint64_t passed = (uint64_t)wait.issue + wait.unit + cycles;
    f->now += passed;
    return passed;
}

uint32_t memory_fixture_random(uint64_t *state, uint32_t limit)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((*state >> 32) * limit >> 32);
}
