/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "devices/classes.h"
#include "tests/fuzz/target.h"

enum { RAM_SIZE = 16 << 20, ALLOWED = 8 << 20 /* the simple framebuffer's too */, EVENTS_MAX = 1 << 20 };
enum { IMAGE_SIZE = 64, IMAGE_MAGIC_AT = 56, IMAGE_MAGIC = 0x644d5241 };   /* the smallest kernel: Linux, arm64/booting.rst */

/* ---- the board ---- */

/* Display devices exclude each other, and so do pointers: the one under attack, or any. */
static const char *choice(const struct board *board, enum part_when when, const char *class_name, const char *any)
{
    for (unsigned i = 0; i < board->part_count; i++)
        if (board->parts[i].when == when && !strcmp(board->parts[i].class, class_name))
            return board->parts[i].class;
    return any;
}

static struct fuzz_host *host_named(struct bench *b, const struct machine_config *config, const char *name)
{
    for (int i = 0; name && i < config->port_count; i++)
        if (!strcmp(config->ports[i].name, name))
            return &b->hosts[i];
    return NULL;
}

enum { BANK_SIZE = 64 << 20 };

/* A bank of flash has as much as it has. */
static uint64_t disk_size(const char *class_name)
{
    return strcmp(class_name, "cfi-flash") ? 256 * KIB : BANK_SIZE;
}

/* Every port that the board's table names. Banks of flash would be read to their ends each time: they have files if one of them is
   under attack. */
static void attach_hosts(struct bench *b, struct machine_config *config, const struct board *board, const char *under_attack)
{
    for (unsigned i = 0; i < board->part_count; i++) {
        const struct part *part = &board->parts[i];
        const struct device_class *class = device_class_find(part->class);
        if (disk_size(part->class) == BANK_SIZE && disk_size(under_attack) != BANK_SIZE)
            continue;
        if (!part->port || !class->ports || !class->ports[0].name || host_named(b, config, part->port))
            continue;
        struct fuzz_host *host = &b->hosts[b->host_count++];
        fuzz_host_open(host, class->ports[0].kind, disk_size(part->class));
        fuzz_require(machine_attach(config, part->port, host->kind, &host->chardev));
    }
}

static void make_machine(struct bench *b, const char *class_name, bool virtio_is_on_pci)
{
    static const uint8_t image[IMAGE_SIZE] = { [IMAGE_MAGIC_AT] = IMAGE_MAGIC & 0xff, IMAGE_MAGIC >> 8 & 0xff,
                                               IMAGE_MAGIC >> 16 & 0xff, IMAGE_MAGIC >> 24 };
    struct error err = { "" };
    struct machine_config config;
    machine_defaults(&config);
    const struct board *board = board_find(config.board);
    config.display_device = choice(board, PART_IF_DISPLAY, class_name, config.display_device);
    config.pointer_device = choice(board, PART_IF_POINTER, class_name, config.pointer_device);
    config.ram_size = RAM_SIZE;
    config.timing = TIMING_OFF;
    config.virtio_is_on_pci = virtio_is_on_pci;
    config.kernel_image = image;
    config.kernel_image_size = sizeof image;
    attach_hosts(b, &config, board, class_name);
    b->m = machine_new(&config, &err);
    if (!b->m)
        fuzz_failed(__FILE__, __LINE__, err.text);
}

/* ---- the part ---- */

static bool is_transport(const struct device *part)
{
    return !strcmp(part->class->name, "virtio-mmio") || !strcmp(part->class->name, "virtio-pci");
}

static struct device *free_transport(const struct machine *m)
{
    for (unsigned i = 0; i < m->built_count; i++)
        if (is_transport(m->built[i].device) && !((struct virtio_transport *)m->built[i].device)->plugged)
            return m->built[i].device;
    return NULL;
}

/* A class that no board uses gets a place where the builder would put it. */
static struct device *add_spare(struct bench *b, const struct device_class *class)
{
    static struct part part;
    struct machine *m = b->m;
    struct error err = { "" };
    struct device *device = mem_alloc(class->size);
    *device = (struct device){ .class = class, .id = "spare", .clock = &m->clock, .dma = &m->space };
    for (const struct device_option *o = class->options; o && o->name; o++)
        if (o->kind != OPTION_TEXT)
            board_option(device, o->name, o->fallback);
    if (!strncmp(class->name, "virtio-", 7))
        device->parent = free_transport(m);
    if (class->ports && class->ports[0].name) {
        b->host = &b->hosts[b->host_count++];
        fuzz_host_open(b->host, class->ports[0].kind, disk_size(class->name));
        *(void **)((char *)device + class->ports[0].offset) = &b->host->chardev;
    }
    gpa_t at = 0x0f000000;
    for (const struct device_region *r = class->regions; r && r->name; r++, at += 0x100000)
        fuzz_require(!space_add_io(&m->space, r->name, at, r->size, r->ops, device, &err));
    part.id = "spare";
    part.class = class->name;
    m->built[m->built_count++] = (struct built){ &part, device };
    if (class->init && class->init(device, &err))
        fuzz_failed(__FILE__, __LINE__, err.text);
    return device;
}

static void find_part(struct bench *b, const char *class_name)
{
    const struct machine *m = b->m;
    for (unsigned i = 0; i < m->built_count && !b->part; i++)
        if (!strcmp(m->built[i].part->class, class_name)) {
            b->part = m->built[i].device;
            b->host = host_named(b, &m->config, m->built[i].part->port);
        }
    if (!b->part)
        b->part = add_spare(b, device_class_find(class_name));
    struct device *transport = is_transport(b->part) ? b->part : b->part->parent;
    if (transport && is_transport(transport))
        b->virtio = ((struct virtio_transport *)transport)->plugged;
}

static bool is_under(const struct device *part, const void *device)
{
    for (; part; part = part->parent)
        if (part == device)
            return true;
    return false;
}

static void find_bus(struct bench *b)
{
    struct device *bridge = b->part;
    while (bridge && strcmp(bridge->class->name, "pci-ecam"))
        bridge = bridge->parent;
    b->pci = (struct pci_bus *)bridge;
    for (unsigned slot = 1; b->pci && slot < PCI_SLOTS && !b->slot; slot++)
        if (b->pci->function[slot] && (is_under(b->part, b->pci->function[slot]->owner) || b->part == bridge))
            b->slot = slot;
}

static void find_inputs(struct bench *b)
{
    const struct machine *m = b->m;
    for (unsigned i = 0; i < m->built_count; i++) {
        const struct wire *wires = m->built[i].part->wires;
        for (unsigned k = 0; k < PART_WIRES && wires[k].pin && b->input_count < BENCH_INPUTS; k++)
            if (machine_part(m, wires[k].to) == b->part)
                b->inputs[b->input_count++] = (uint16_t)wires[k].input;
    }
}

void bench_look(struct bench *b)
{
    b->region_count = 0;
    for (int i = 0; i < b->m->space.count && b->region_count < BENCH_REGIONS; i++) {
        const struct region *r = &b->m->space.regions[i];
        if (r->ops && is_under(b->part, r->device))
            b->regions[b->region_count++] = r;
    }
}

/* In the board's order: a bus before what is on it. */
void bench_reset(struct bench *b)
{
    for (unsigned i = 0; i < b->m->built_count; i++) {
        struct device *part = b->m->built[i].device;
        if (part->class->reset && (is_under(b->part, part) || (b->virtio && part == b->virtio->owner)))
            part->class->reset(part);
    }
}

/* Numbers that a reset leaves alone, on purpose; they are put back here, as a run is to depend on its tape only. */
static const struct { const char *class, *field; } kept[] = {
    { "pl031", "offset" }, { "pl031", "load" },    /* the clock has a battery */
    { NULL, "v.generation" },                      /* virtio 1.2, 2.5.1: a driver is to see that something changed */
    { "virtio-gpu", "offered_width" }, { "virtio-gpu", "offered_height" },   /* the user's window is still there */
    { "virtio-net", "host_waits" },                /* and so is the host that waits for room */
};

static bool is_kept(const struct device *part, const struct field *f)
{
    for (unsigned i = 0; i < ARRAY_SIZE(kept); i++)
        if ((!kept[i].class || !strcmp(part->class->name, kept[i].class)) && !strcmp(f->name, kept[i].field))
            return true;
    return false;
}

static unsigned size_of(const struct field *f)
{
    return f->type == FIELD_U64 ? 8 : f->type == FIELD_U32 ? 4 : f->type == FIELD_U16 ? 2 : 1;
}

/* Field by field: remembers hashes, and values of what is kept; puts back what is kept; or fails and names a field that is not as
   it was. */
enum pass { REMEMBER, PUT_BACK, COMPARE };

static void look_at_state(struct bench *b, enum pass pass)
{
    unsigned n = 0;
    for (struct device *part = b->part; part; part = part->parent)
        for (const struct field *f = part->class->fields; f->type != FIELD_END; f++, n++) {
            const struct field one[] = { *f, FIELD_LIST_END };
            bool kept = is_kept(part, f);
            fuzz_require(n < BENCH_FIELDS);
            if (pass == REMEMBER && kept)
                memcpy(&b->fresh[n], (char *)part + f->offset, size_of(f));
            else if (pass == REMEMBER)
                b->fresh[n] = state_hash(STATE_HASH_START, one, part);
            else if (pass == PUT_BACK && kept)
                memcpy((char *)part + f->offset, &b->fresh[n], size_of(f));
            else if (pass == COMPARE && !kept && state_hash(STATE_HASH_START, one, part) != b->fresh[n]) {
                fprintf(stderr, "%s (%s): a reset leaves %s as it was\n", part->id, part->class->name, f->name);
                fuzz_failed(__FILE__, __LINE__, "a reset is a reset");
            }
        }
}

/* Back to time 0: what waits for a later one begins to wait anew. */
static void restart(struct bench *b)
{
    struct clock *clock = &b->m->clock;
    while (clock->first)
        clock_cancel(clock, clock->first);
    clock->now = 0;
    bench_reset(b);
}

/* Most of RAM: the guest finds nothing there, and nor may the host. */
static void take_memory_away(struct bench *b, struct ram *ram)
{
    struct error err;
    space_remove(&b->m->space, b->m->board->ram_base);
    fuzz_require(!space_add_ram(&b->m->space, "ram", b->ram, ram, ram->size - ALLOWED, ALLOWED, &err));
    fuzz_require(!mprotect(ram->host, ram->size - ALLOWED, PROT_NONE));
}

struct bench *bench_open(const char *class_name, bool virtio_is_on_pci)
{
    struct bench *b = mem_alloc(sizeof *b);
    make_machine(b, class_name, virtio_is_on_pci);
    find_part(b, class_name);
    find_bus(b);
    find_inputs(b);
    struct ram *ram = b->m->ram;
    b->window = b->m->board->ram_base + ram->size - BENCH_WINDOW;
    b->ram = b->m->board->ram_base + ram->size - ALLOWED;
    take_memory_away(b, ram);
    bench_look(b);
    bench_reset(b);
    restart(b);
    look_at_state(b, REMEMBER);
    return b;
}

void bench_close(struct bench *b)
{
    machine_free(b->m);
    for (unsigned i = 0; i < b->host_count; i++)
        fuzz_host_close(&b->hosts[i]);
    free(b);
}

/* ---- runs ---- */

static bool is_within(gpa_t at, size_t length, gpa_t window, uint64_t size)
{
    return at >= window && at - window <= size && length <= size - (at - window);
}

static uint8_t *memory(struct bench *b, gpa_t at, size_t length)
{
    if (!is_within(at, length, b->window, BENCH_WINDOW) && !is_within(at, length, b->ram, BENCH_LOW_WINDOW))
        return NULL;
    return b->m->ram->host + (at - b->m->board->ram_base);
}

void bench_begin(struct bench *b)
{
    bench_reset(b);
    for (unsigned i = 0; i < b->region_count; i++)   /* what does not forget without power */
        if (b->regions[i]->ram)
            madvise(b->regions[i]->ram->host, b->regions[i]->ram->size, MADV_DONTNEED);
    for (unsigned i = 0; i < b->host_count; i++)
        fuzz_host_begin(&b->hosts[i]);
    memset(memory(b, b->window, BENCH_WINDOW), 0, BENCH_WINDOW);
    memset(memory(b, b->ram, BENCH_LOW_WINDOW), 0, BENCH_LOW_WINDOW);
    for (unsigned i = 0; i < b->input_count; i++)
        b->part->class->input(b->part, b->inputs[i], false);
    look_at_state(b, PUT_BACK);
    restart(b);
    look_at_state(b, COMPARE);
}

void bench_pass(struct bench *b, tick_t ticks)
{
    struct clock *clock = &b->m->clock;
    tick_t until = clock->now + ticks;
    unsigned events = 0;
    while (clock_deadline(clock) <= until) {
        clock_advance(clock, clock_deadline(clock));
        fuzz_require(events++ < EVENTS_MAX);
    }
    clock_advance(clock, until);
}

uint64_t bench_work(const struct bench *b)
{
    uint64_t work = 0;
    for (unsigned i = 0; i < b->host_count; i++)
        work += b->hosts[i].work;
    return work;
}

static uint64_t window_hash(const struct bench *b, uint64_t hash, gpa_t at, size_t length)
{
    const uint8_t *bytes = b->m->ram->host + (at - b->m->board->ram_base);
    for (size_t i = 0; i < length; i += 8)
        hash = (hash ^ ld_le64(bytes + i)) * 0x9e3779b97f4a7c15 ^ hash >> 32;
    return hash;
}

uint64_t bench_hash(const struct bench *b)
{
    uint64_t hash = window_hash(b, window_hash(b, STATE_HASH_START, b->window, BENCH_WINDOW), b->ram, BENCH_LOW_WINDOW);
    for (unsigned i = 0; i < b->m->built_count; i++)
        hash = state_hash(hash, b->m->built[i].device->class->fields, b->m->built[i].device);
    for (unsigned i = 0; i < b->host_count; i++) {
        const struct fuzz_host *host = &b->hosts[i];
        uint64_t sum = host->kind == PORT_DISPLAY ? 0 : host->sum;   /* pixels are the host's own numbers */
        hash = (hash ^ host->work ^ sum << 32) * 0x100000001b3;
    }
    return hash;
}

bool bench_put(struct bench *b, gpa_t at, const void *bytes, size_t length)
{
    uint8_t *to = memory(b, at, length);
    if (to)
        memcpy(to, bytes, length);
    return to;
}

bool bench_get(struct bench *b, gpa_t at, void *bytes, size_t length)
{
    const uint8_t *from = memory(b, at, length);
    if (from)
        memcpy(bytes, from, length);
    else
        memset(bytes, 0, length);
    return from;
}
