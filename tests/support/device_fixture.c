/* SPDX-License-Identifier: MIT */
#include "tests/support/device_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "devices/classes.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { IO_ALIGN = 0x10000, WINDOW_MIN = 16 << 20, HAMMER_LONGEST_PAUSE_MS = 200 };

struct device_fixture *device_fixture_new(void)
{
    struct device_fixture *f = mem_alloc(sizeof *f);
    struct error err;
    f->space.name = "fixture";
    f->ram = ram_new(FIXTURE_RAM_SIZE, false, &err);
    ck_assert_ptr_nonnull(f->ram);
    ck_assert_int_eq(space_add_ram(&f->space, "ram", FIXTURE_RAM, f->ram, 0, FIXTURE_RAM_SIZE, &err), 0);
    f->next_base = FIXTURE_IO;
    f->next_window = FIXTURE_WINDOWS;
    return f;
}

void device_fixture_free(struct device_fixture *f)
{
    for (int i = f->part_count - 1; i >= 0; i--) {
        if (f->parts[i]->class->fini)
            f->parts[i]->class->fini(f->parts[i]);
        free(f->parts[i]);
    }
    ram_free(f->ram);
    free(f);
}

static void *member(const struct device *part, uint32_t offset)
{
    return (char *)part + offset;
}

static const struct device_option *find_option(const struct device *part, const char *name)
{
    for (const struct device_option *o = part->class->options; o && o->name; o++)
        if (!strcmp(o->name, name))
            return o;
    ck_abort_msg("%s has no option %s", part->id, name);
}

static struct irq *find_wire(const struct device *part, const char *name, unsigned index)
{
    for (const struct device_pin *p = part->class->pins; p && p->name; p++)
        if (!strcmp(p->name, name) && index < p->count)
            return (struct irq *)member(part, p->offset) + index;
    ck_abort_msg("%s has no pin %s[%u]", part->id, name, index);
}

static const struct device_fixture_probe *find_probe(const struct device_fixture *f, const struct irq *wire)
{
    for (int i = 0; i < f->probe_count; i++)
        if (f->probes[i].wire == wire)
            return &f->probes[i];
    ck_abort_msg("a wire without a probe");
}

static void store_number(struct device *part, const struct device_option *option, uint64_t value)
{
    if (option->kind == OPTION_U32)
        *(uint32_t *)member(part, option->offset) = (uint32_t)value;
    else if (option->kind == OPTION_U64)
        *(uint64_t *)member(part, option->offset) = value;
}

static void probe_changed(void *listener, unsigned input, bool level)
{
    (void)input;
    struct device_fixture_probe *probe = listener;
    if (level)
        probe->rises++;
    else
        probe->falls++;
    if (probe->to)
        device_fixture_input(probe->to, probe->input, level);
}

struct device *device_fixture_add(struct device_fixture *f, const char *class_name)
{
    const struct device_class *class = device_class_find(class_name);
    ck_assert_msg(class != NULL, "no class %s in devices/classes.def", class_name);
    ck_assert_int_lt(f->part_count, FIXTURE_PARTS);
    struct device *part = mem_alloc(class->size);
    f->parts[f->part_count++] = part;
    *part = (struct device){ .class = class, .id = class->name, .clock = &f->clock, .dma = &f->space };
    for (const struct device_option *o = class->options; o && o->name; o++)
        store_number(part, o, o->fallback);
    for (const struct device_pin *p = class->pins; p && p->name; p++)
        for (unsigned i = 0; i < p->count; i++) {
            ck_assert_int_lt(f->probe_count, FIXTURE_PROBES);
            struct device_fixture_probe *probe = &f->probes[f->probe_count++];
            probe->wire = (struct irq *)member(part, p->offset) + i;
            irq_connect(probe->wire, probe_changed, probe, 0);
        }
    return part;
}

void device_fixture_option(struct device *part, const char *option, uint64_t value)
{
    const struct device_option *o = find_option(part, option);
    ck_assert_int_ne(o->kind, OPTION_TEXT);
    store_number(part, o, value);
}

void device_fixture_text(struct device *part, const char *option, const char *text)
{
    const struct device_option *o = find_option(part, option);
    ck_assert_int_eq(o->kind, OPTION_TEXT);
    *(const char **)member(part, o->offset) = text;
}

void device_fixture_attach(struct device *part, const char *port, void *host)
{
    for (const struct device_port *p = part->class->ports; p && p->name; p++)
        if (!strcmp(p->name, port)) {
            *(void **)member(part, p->offset) = host;
            return;
        }
    ck_abort_msg("%s has no port %s", part->id, port);
}

void device_fixture_connect(struct device_fixture *f, struct device *from, const char *pin, unsigned index,
                            struct device *to, unsigned input)
{
    struct irq *wire = find_wire(from, pin, index);
    struct device_fixture_probe *probe = &f->probes[find_probe(f, wire) - f->probes];
    probe->to = to;
    probe->input = input;
    if (wire->level)
        device_fixture_input(to, input, true);
}

int device_fixture_try_start(struct device_fixture *f, struct error *err)
{
    for (int i = 0; i < f->part_count; i++) {
        struct device *part = f->parts[i];
        for (const struct device_region *r = part->class->regions; r && r->name; r++) {
            gpa_t *base = r->size < WINDOW_MIN ? &f->next_base : &f->next_window;
            if (space_add_io(&f->space, r->name, *base, r->size, r->ops, part, err))
                return -1;
            *base = (*base + r->size + IO_ALIGN - 1) & ~(gpa_t)(IO_ALIGN - 1);
        }
        if (part->class->init && part->class->init(part, err))
            return -1;
    }
    device_fixture_reset(f);
    return 0;
}

void device_fixture_start(struct device_fixture *f)
{
    struct error err = { "" };
    ck_assert_msg(!device_fixture_try_start(f, &err), "%s", err.text);
}

void device_fixture_reset(struct device_fixture *f)
{
    for (int i = 0; i < f->part_count; i++)
        if (f->parts[i]->class->reset)
            f->parts[i]->class->reset(f->parts[i]);
}

static const struct region *find_region(const struct device_fixture *f, const struct device *part, const char *name)
{
    for (int i = 0; i < f->space.count; i++)
        if (f->space.regions[i].device == part && !strcmp(f->space.regions[i].name, name))
            return &f->space.regions[i];
    ck_abort_msg("%s has no region %s, or the fixture is not started", part->id, name);
}

gpa_t device_fixture_base(const struct device_fixture *f, const struct device *part, const char *region)
{
    return find_region(f, part, region)->base;
}

uint64_t device_fixture_read(const struct device_fixture *f, gpa_t at, unsigned size)
{
    uint64_t value = 0;
    ck_assert_msg(space_load(&f->space, at, size, &value), "no answer to a load of %u at 0x%llx", size, (unsigned long long)at);
    return value;
}

void device_fixture_write(const struct device_fixture *f, gpa_t at, unsigned size, uint64_t value)
{
    ck_assert_msg(space_store(&f->space, at, size, value), "no answer to a store of %u at 0x%llx", size, (unsigned long long)at);
}

void device_fixture_input(struct device *part, unsigned input, bool level)
{
    ck_assert_msg(part->class->input != NULL, "%s has no inputs", part->id);
    part->class->input(part, input, level);
}

bool device_fixture_level(const struct device_fixture *f, const struct device *part, const char *pin, unsigned index)
{
    (void)f;
    return find_wire(part, pin, index)->level;
}

unsigned device_fixture_rises(const struct device_fixture *f, const struct device *part, const char *pin, unsigned index)
{
    return find_probe(f, find_wire(part, pin, index))->rises;
}

void device_fixture_run(struct device_fixture *f, tick_t ticks)
{
    tick_t until = f->clock.now + ticks;
    while (clock_deadline(&f->clock) <= until)
        clock_advance(&f->clock, clock_deadline(&f->clock));
    clock_advance(&f->clock, until);
}

uint64_t device_fixture_hash(const struct device_fixture *f)
{
    uint64_t hash = STATE_HASH_START;
    for (int i = 0; i < f->part_count; i++)
        hash = state_hash(hash, f->parts[i]->class->fields, f->parts[i]);
    return hash;
}

/* xorshift64*; the same on every host. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

/* Numbers as drivers write them: small ones, single bits and all ones are more likely than chance. */
static uint64_t random_value(uint64_t *state)
{
    uint64_t r = next_random(state), v = next_random(state);
    switch (r & 3) {
    case 0: return v & 0x1f;
    case 1: return 1ull << (v & 63);
    case 2: return r & 4 ? UINT64_MAX : v & 0x3ff;
    default: return v;
    }
}

static void hammer_once(struct device_fixture *f, const struct region *r, uint64_t *state)
{
    unsigned size = 1u << (next_random(state) & 3);
    /* Half of the time among the first registers, where most of the life is. */
    uint64_t span = next_random(state) & 1 || r->size < 0x100 ? r->size : 0x100;
    uint64_t offset = next_random(state) % span;
    if (next_random(state) & 7)
        offset &= ~(uint64_t)(size - 1);
    uint64_t value = random_value(state);
    if (next_random(state) & 1)
        space_store(&f->space, r->base + offset, size, value);
    else
        space_load(&f->space, r->base + offset, size, &value);
}

uint64_t device_fixture_hammer(struct device_fixture *f, struct device *part, unsigned inputs, int steps, uint64_t seed)
{
    const struct region *regions[8];
    unsigned count = 0;
    for (const struct device_region *r = part->class->regions; r && r->name && count < 8; r++)
        regions[count++] = find_region(f, part, r->name);
    ck_assert_uint_gt(count, 0);
    uint64_t state = seed | 1;
    for (uint64_t left = trials((uint64_t)steps, 1); left > 0; left--) {
        hammer_once(f, regions[next_random(&state) % count], &state);
        if (inputs && !(next_random(&state) & 3)) {
            unsigned input = next_random(&state) % inputs;
            device_fixture_input(part, input, next_random(&state) & 1);
        }
        if (!(next_random(&state) & 15))
            device_fixture_run(f, next_random(&state) % (HAMMER_LONGEST_PAUSE_MS * TICKS_PER_MS));
    }
    return device_fixture_hash(f);
}
