/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/device_target.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/bench.h"
#include "tests/fuzz/hostile_driver.h"
#include "tests/fuzz/hostile_firmware.h"
#include "tests/fuzz/hostile_pci.h"

enum { WORK_MAX = 64 << 20, LONG_PAUSE = 37 /* 2^37 ps: 137 ms */ };

/* ---- what any guest can do ---- */

/* Half of the time among the first registers, where most of the life is; else at the end, where identification is, or anywhere.
   Large regions are made of pages: a function's configuration space each (PCI Express, 7.2.2), or a frame. */
static uint64_t any_offset(struct tape *t, const struct region *r)
{
    uint8_t how = tape_byte(t);
    uint64_t offset = tape_byte(t);
    if (how & 1 || r->size <= 0x100)
        return offset % r->size;
    if (r->size > 0x10000 && how & 2)
        return (tape_number(t, 1) % 8 << 15 | (how >> 4 & 7) << 12 | (how & 4 ? 0 : (how >> 3 & 15) << 8) | offset) % r->size;
    if (how & 4)
        return r->size - 1 - offset % r->size;
    return tape_number(t, 4) % r->size;
}

static void access_register(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (b->pci && how & 8) {
        hostile_pci(b, t);
        return;
    }
    if (b->move && how & 8) {
        b->move(b, t);
        return;
    }
    if (!b->region_count)
        return;
    const struct region *r = b->regions[how % b->region_count];
    unsigned size = how & 64 ? 4 : 1u << (how >> 4 & 3);
    uint64_t offset = any_offset(t, r), value;
    if (how < 240)
        offset &= ~(uint64_t)(size - 1);
    if (tape_byte(t) & 1)
        space_load(&b->m->space, r->base + offset, size, &value);
    else
        space_store(&b->m->space, r->base + offset, size, hostile_number(t, b) & mask64(size * 8));
}

/* Words in memory, of either byte order: descriptors and commands of whatever reads them by DMA. */
static void fill_memory(struct bench *b, struct tape *t)
{
    gpa_t at = b->window + tape_number(t, 2) * 8;
    uint8_t how = tape_byte(t), bytes[8];
    if (how >= 248)
        at = b->ram + tape_number(t, 2) % BENCH_LOW_WINDOW;
    unsigned size = how & 1 ? 8 : 4;
    for (unsigned i = 0; i <= how >> 5; i++) {
        uint64_t v = hostile_number(t, b);
        st_le(bytes, how & 2 ? v : size == 8 ? __builtin_bswap64(v) : __builtin_bswap32((uint32_t)v), size);
        bench_put(b, at + i * size, bytes, size);
    }
}

static void access_anything(struct bench *b, struct tape *t)
{
    unsigned size = 1u << tape_byte(t) % 4;
    gpa_t at = hostile_address(t, b);
    uint64_t value = 0;
    if (tape_byte(t) & 1)
        space_load(&b->m->space, at, size, &value);
    else
        space_store(&b->m->space, at, size, hostile_number(t, b) & mask64(size * 8));
}

static void let_time_pass(struct bench *b, struct tape *t)
{
    bench_pass(b, 1ull << tape_byte(t) % (LONG_PAUSE + 1));
}

static void drive_input(struct bench *b, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (b->input_count && b->part->class->input)
        b->part->class->input(b->part, b->inputs[(how >> 1) % b->input_count], how & 1);
}

static void act_as_host(struct bench *b, struct tape *t)
{
    if (b->host)
        fuzz_host_act(b->host, t);
}

static const struct { const char *class, *region; uint32_t offset, value; } openings[] = {
#define OPENING(class, region, offset, value) { class, region, offset, value },
#include "tests/fuzz/openings.def"
#undef OPENING
};

static void switch_on(struct bench *b, struct tape *t)
{
    const char *class = b->part->class->name;
    const struct device_region *regions = b->part->class->regions;
    (void)t;
    for (unsigned i = 0; i < ARRAY_SIZE(openings); i++)
        for (unsigned n = 0; !strcmp(openings[i].class, class) && n < b->region_count && regions[n].name; n++)
            if (!strcmp(regions[n].name, openings[i].region))
                space_store(&b->m->space, b->regions[n]->base + openings[i].offset, 4, openings[i].value);
}

static void reset_part(struct bench *b, struct tape *t)
{
    if (tape_rarely(t, 32))
        bench_reset(b);
    bench_look(b);
}

/* ---- the tape's first byte of an action chooses ---- */

struct action {
    void (*act)(struct bench *b, struct tape *t);
    unsigned weight;
};

enum { ACTIONS = 15, DICE = 256 };

static const struct action registers_only[ACTIONS] = {
    { access_register, 160 }, { fill_memory, 24 }, { access_anything, 8 }, { let_time_pass, 24 }, { drive_input, 16 },
    { act_as_host, 20 }, { reset_part, 2 }, { switch_on, 2 },
};

static const struct action with_driver[ACTIONS] = {
    { access_register, 24 }, { fill_memory, 8 }, { access_anything, 4 }, { let_time_pass, 28 }, { drive_input, 2 },
    { act_as_host, 28 }, { reset_part, 2 }, { hostile_boot, 2 }, { hostile_descriptor, 16 }, { hostile_available, 8 },
    { hostile_notify, 12 }, { hostile_request, 112 }, { hostile_status, 4 }, { hostile_config, 6 },
};

/* Virtio devices are attacked on both transports, in turns of the tape's first byte. */
struct attack {
    struct bench *bench[2];
    unsigned count;
    void (*act[DICE])(struct bench *b, struct tape *t);
};

static const struct { const char *class; void (*move)(struct bench *b, struct tape *t); } moves[] = {
    { "fw-cfg", hostile_fw_cfg }, { "ramfb", hostile_fw_cfg },
};

static void open_benches(struct attack *a, const char *class_name)
{
    bool is_virtio = !strncmp(class_name, "virtio-", 7);
    if (strcmp(class_name, "virtio-pci"))
        a->bench[a->count++] = bench_open(class_name, false);
    if (is_virtio && strcmp(class_name, "virtio-mmio"))
        a->bench[a->count++] = bench_open(class_name, true);
}

void *device_target_open(const char *class_name)
{
    struct attack *a = mem_alloc(sizeof *a);
    open_benches(a, class_name);
    for (unsigned i = 0; i < ARRAY_SIZE(moves); i++)
        if (!strcmp(moves[i].class, class_name))
            a->bench[0]->move = moves[i].move;
    const struct action *actions = a->bench[0]->virtio ? with_driver : registers_only;
    unsigned filled = 0;
    for (unsigned i = 0; i < ACTIONS; i++)
        for (unsigned k = 0; k < actions[i].weight && filled < DICE; k++)
            a->act[filled++] = actions[i].act;
    fuzz_require(filled == DICE);
    return a;
}

uint64_t device_target_play(void *fuzzed, struct tape *t)
{
    struct attack *a = fuzzed;
    struct bench *b = a->bench[tape_byte(t) % a->count];
    uint64_t actions = 0;
    bench_begin(b);
    if (tape_byte(t) & 1)
        switch_on(b, t);
    for (; !tape_ended(t); actions++) {
        uint64_t before = bench_work(b);
        a->act[tape_byte(t)](b, t);
        fuzz_require(bench_work(b) - before <= WORK_MAX);
    }
    if (b->virtio)
        hostile_recovers(b);
    return actions;
}

uint64_t device_target_hash(const void *fuzzed)
{
    const struct attack *a = fuzzed;
    uint64_t hash = 0;
    for (unsigned i = 0; i < a->count; i++)
        hash ^= bench_hash(a->bench[i]) >> i;
    return hash;
}

void device_target_close(void *fuzzed)
{
    struct attack *a = fuzzed;
    for (unsigned i = 0; i < a->count; i++)
        bench_close(a->bench[i]);
    free(a);
}
