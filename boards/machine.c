/* SPDX-License-Identifier: MIT */
#include "boards/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/board.h"
#include "cpu/arm64/cluster.h"
#include "cpu/arm64/core.h"

enum { RAM_DEFAULT_MIB = 1024, RAM_MIN_MIB = 16 };

/* 2024-01-01 00:00:00 UTC: a fixed start, so that a run without options is the same every day. */
enum { START_SECONDS = 1704067200 };

static const struct board *const boards[] = {
#define BOARD(symbol) &board_##symbol,
#include "boards/boards.def"
#undef BOARD
};

void machine_defaults(struct machine_config *config)
{
    *config = (struct machine_config){ .board = "virt", .cores = 1, .display_device = "virtio-gpu",
                                       .pointer_device = "virtio-tablet", .ram_size = RAM_DEFAULT_MIB * MIB,
                                       .display_width = MACHINE_WIDTH, .display_height = MACHINE_HEIGHT,
                                       .start_seconds = START_SECONDS, .seed = 1, .core = model_find("cortex-a53", NULL, NULL),
                                       .timing = TIMING_ON };
}

bool machine_attach(struct machine_config *config, const char *name, enum port_kind kind, void *port)
{
    if (config->port_count == MACHINE_PORTS)
        return false;
    struct machine_port *p = &config->ports[config->port_count++];
    snprintf(p->name, sizeof p->name, "%s", name);
    p->kind = kind;
    p->port = port;
    return true;
}

bool machine_set_boot_index(struct machine_config *config, uint32_t index)
{
    bug_on(!config->port_count);
    struct machine_port *last = &config->ports[config->port_count - 1];
    for (const struct machine_port *p = config->ports; p < last; p++)
        if (p->has_boot_index && p->boot_index == index)
            return false;
    last->has_boot_index = true;
    last->boot_index = index;
    return true;
}

const char *machine_board(unsigned index)
{
    return index < ARRAY_SIZE(boards) ? boards[index]->name : NULL;
}

const struct board *board_find(const char *name)
{
    for (unsigned i = 0; i < ARRAY_SIZE(boards); i++)
        if (!strcmp(boards[i]->name, name))
            return boards[i];
    return NULL;
}

static int check_config(const struct machine_config *config, const struct board *board, struct error *err)
{
    if (config->cpu && strcmp(config->cpu, board->cpu))
        return error_set(err, "machine %s has no CPU '%s'; it has: %s", board->name, config->cpu, board->cpu);
    if (config->cores < 1 || config->cores > MACHINE_CORES)
        return error_set(err, "-smp: this machine takes 1 to %d cores", MACHINE_CORES);
    if (config->ram_size < RAM_MIN_MIB * MIB || config->ram_size > RAM_MAX_GIB * GIB)
        return error_set(err, "-m: this machine takes %d MiB to %d GiB of memory", RAM_MIN_MIB, RAM_MAX_GIB);
    if (config->ram_size & (MIB - 1))
        return error_set(err, "-m: the memory size must be a multiple of 1 MiB");
    return 0;
}

/* Devices' memories may hold code too. */
static void watch_memories(struct machine *m)
{
    for (int i = 0; i < m->space.count; i++) {
        struct ram *ram = m->space.regions[i].ram;
        if (ram) {
            ram->core = m->ram->core;
            ram->code_written = m->ram->code_written;
        }
    }
}

static void add_core(struct machine *m)
{
    static const char *const ids[MACHINE_CORES] = { "cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5", "cpu6", "cpu7" };
    unsigned number = m->core_count;
    struct arm64 *c = arm64_new(ids[number], &m->space, &m->clock, m->core.settings.clock_mhz * 1000000ull);
    m->cores[m->core_count++] = c;
    arm64_set_caches(c, &m->core.settings);
    arm64_set_core(c, &m->core);
    arm64_set_crypto(c, m->config.crypto);
    arm64_keep_time(c, m->config.timing);
    c->mpidr |= number;
    c->firmware = psci_call;
    c->board = m;
    if (number)
        cpu_join(&c->cpu, &m->cores[number - 1]->cpu);
}

static int build(struct machine *m, struct error *err)
{
    m->ram = ram_new(m->config.ram_size, false, err);
    if (!m->ram || space_add_ram(&m->space, "ram", m->board->ram_base, m->ram, 0, m->ram->size, err))
        return -1;
    while (m->core_count < m->config.cores)
        add_core(m);
    m->cpu = m->cores[0];
    m->space.core = &m->cpu->cpu;
    m->space.written = arm64_memory_written;
    m->ram->core = &m->cpu->cpu;
    m->ram->code_written = arm64_code_written;
    if (board_build(m, err) || tree_make(m, err))
        return -1;
    watch_memories(m);
    m->space.changed = arm64_map_changed;
    m->gic = machine_part(m, "gic");
    board_reset(m);
    if (boot_has_firmware(m) && firmware_tell(m, err))
        return -1;
    return boot_load(m, err);
}

/* The core has left its blocks, which is all that the event is for. */
static void reach_until(void *machine, tick_t late)
{
    (void)machine, (void)late;
}

struct machine *machine_new(const struct machine_config *config, struct error *err)
{
    const struct board *board = board_find(config->board);
    if (!board)
        error_set(err, "there is no machine '%s'", config->board);
    if (!board || check_config(config, board, err))
        return NULL;
    struct machine *m = mem_alloc(sizeof *m);
    m->board = board;
    m->config = *config;
    m->core = config->core ? *config->core : *model_find(board->cpu, NULL, NULL);
    m->config.core = &m->core;
    m->space.name = "system";
    m->until_event = (struct event){ .fire = reach_until, .owner = m };
    if (build(m, err)) {
        machine_free(m);
        return NULL;
    }
    return m;
}

void machine_free(struct machine *m)
{
    if (!m)
        return;
    for (unsigned i = 0; i < m->core_count; i++)   /* first: they have notes on code in the parts' memories */
        arm64_free(m->cores[i]);
    board_free(m);
    ram_free(m->ram);
    free(m->fdt);
    free(m);
}

void machine_reset(struct machine *m)
{
    struct error err;
    m->stop = MACHINE_REACHED;
    board_reset(m);
    if (boot_load(m, &err)) {
        /* The files were there at start: the guest sees a machine without a kernel, the user reads why. */
        fprintf(stderr, "orrery: reset: %s\n", err.text);
        m->stop = MACHINE_HALTED;
    }
}

/* Fires what is due and lets the core run to the next event; a sleeping core's time is skipped. */
static enum machine_stop run_alone(struct machine *m)
{
    struct cpu *cpu = &m->cpu->cpu;
    while (m->stop == MACHINE_REACHED) {
        clock_advance(&m->clock, cpu_ticks(cpu, cpu->cycles));
        cpu_run(cpu, m->until);
        if (m->stop != MACHINE_REACHED || m->clock.now >= m->until)
            break;
        if (m->clock.now > BOARD_END_OF_TIME)
            return MACHINE_HALTED;
        if (!cpu->halted || cpu->interrupt_pending)
            continue;
        tick_t next = clock_deadline(&m->clock), wakes = next < m->until ? next : m->until;
        if (wakes > BOARD_END_OF_TIME)
            return MACHINE_HALTED;
        cpu_idle_until(cpu, wakes);
    }
    return m->stop;
}

enum machine_stop machine_run(struct machine *m, tick_t until)
{
    m->until = until;
    enum machine_stop stop = m->core_count > 1 ? cores_run(m) : run_alone(m);
    m->until = 0;
    clock_cancel(&m->clock, &m->until_event);
    return stop;
}

void machine_run_until(struct machine *m, tick_t at)
{
    if (at >= m->until)
        return;
    m->until = at;
    if (m->core_count == 1)
        clock_at(&m->clock, &m->until_event, at);
    else
        cores_until_changed(m);
}

tick_t machine_now(const struct machine *m)
{
    return m->clock.now;
}

tick_t machine_idle_until(const struct machine *m)
{
    for (unsigned i = 0; i < m->core_count; i++)
        if (!m->cores[i]->cpu.halted || m->cores[i]->cpu.interrupt_pending)
            return m->clock.now;
    tick_t next = clock_deadline(&m->clock);
    return next > m->clock.now ? next : m->clock.now;
}

unsigned machine_cores(const struct machine *m)
{
    return m->core_count;
}

uint64_t machine_core_instructions(const struct machine *m, unsigned core)
{
    return cpu_instructions(&m->cores[core]->cpu);
}

double machine_core_awake(const struct machine *m, unsigned core)
{
    const struct cpu *cpu = &m->cores[core]->cpu;
    return cpu->cycles ? 1 - (double)cpu->idle_cycles / (double)cpu->cycles : 0;
}

uint64_t machine_instructions(const struct machine *m)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < m->core_count; i++)
        sum += machine_core_instructions(m, i);
    return sum;
}

enum timing_mode machine_timing(const struct machine *m)
{
    return m->config.timing;
}

void machine_set_timing(struct machine *m, enum timing_mode mode)
{
    m->config.timing = mode;
    for (unsigned i = 0; i < m->core_count; i++)
        arm64_keep_time(m->cores[i], mode);
}

void machine_core_counters(struct machine *m, unsigned core, struct counters *sum)
{
    timing_counters(m->cores[core]->cpu.timing, sum);
}

void machine_counters(struct machine *m, struct counters *sum)
{
    machine_core_counters(m, 0, sum);
    for (unsigned i = 1; i < m->core_count; i++) {
        struct counters core;
        machine_core_counters(m, i, &core);
        counters_add(sum, &core);
    }
}

static void add_work(struct timing_work *sum, const struct timing_work *part)
{
    sum->blocks += part->blocks;
    sum->remembered += part->remembered;
    sum->recalled += part->recalled;
    sum->computed += part->computed;
    sum->replayed += part->replayed;
    sum->states += part->states;
}

void machine_timing_work(struct machine *m, struct timing_work *work)
{
    timing_work(m->cpu->cpu.timing, work);
    for (unsigned i = 1; i < m->core_count; i++) {
        struct timing_work core;
        timing_work(m->cores[i]->cpu.timing, &core);
        add_work(work, &core);
    }
}

void machine_profile(struct machine *m, bool on)
{
    for (unsigned i = 0; i < m->core_count; i++)
        timing_profile(m->cores[i]->cpu.timing, on);
}

void machine_lines(struct machine *m, void (*line)(void *to, const struct timing_line *l), void *to)
{
    for (unsigned i = 0; i < m->core_count; i++)
        timing_lines(m->cores[i]->cpu.timing, line, to);
}

void machine_trace(struct machine *m, void (*step)(void *to, const struct timing_step *s), void *to)
{
    timing_trace(m->cpu->cpu.timing, step, to);
}

const struct core_model *machine_core(const struct machine *m)
{
    return m->config.core;
}

void machine_statistics(const struct machine *m, void (*line)(void *to, const char *text), void *to)
{
    uint64_t idle = 0, decoded = 0, lookups = 0, drops = 0, flushes = 0, walks = 0;
    for (unsigned i = 0; i < m->core_count; i++) {
        const struct cpu *cpu = &m->cores[i]->cpu;
        idle += cpu->idle_cycles;
        decoded += cpu->code->decoded_ops;
        lookups += cpu->code->lookups;
        drops += cpu->code->drops;
        flushes += cpu->code->flushes;
        walks += cpu->walks;
    }
    const struct { const char *what; uint64_t number; } rows[] = {
        { "idle cycles", idle }, { "decoded instructions", decoded }, { "block look-ups", lookups },
        { "pages whose code changed", drops }, { "code cache flushes", flushes }, { "table walks", walks },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        char text[80];
        snprintf(text, sizeof text, "%s: %llu", rows[i].what, (unsigned long long)rows[i].number);
        line(to, text);
    }
}

/* RAM, page by page; a page of zeroes counts for nothing, so untouched memory costs little. */
static uint64_t hash_ram(uint64_t hash, const struct ram *ram)
{
    static const uint8_t zeroes[4096];
    for (uint64_t at = 0; at < ram->size; at += sizeof zeroes) {
        const uint8_t *page = ram->host + at;
        if (!memcmp(page, zeroes, sizeof zeroes))
            continue;
        hash = (hash ^ at) * 0x100000001b3ull;
        for (unsigned i = 0; i < sizeof zeroes; i += 8) {
            hash = (hash ^ ld_le64(page + i)) * 0x9e3779b97f4a7c15ull;
            hash ^= hash >> 29;
        }
    }
    return hash;
}

uint64_t machine_hash(const struct machine *m)
{
    uint64_t hash = STATE_HASH_START;
    for (unsigned i = 0; i < m->core_count; i++) {
        hash = state_hash(hash, arm64_fields, m->cores[i]);
        if (m->core_count > 1)
            hash = state_hash(hash, cluster_fields, m->cores[i]);
    }
    for (unsigned i = 0; i < m->built_count; i++)
        hash = state_hash(hash, m->built[i].device->class->fields, m->built[i].device);
    for (int i = 0; i < m->space.count; i++)
        if (m->space.regions[i].ram)
            hash = hash_ram(hash, m->space.regions[i].ram);
    return hash;
}

const void *machine_device_tree(const struct machine *m, size_t *size)
{
    *size = m->fdt_size;
    return m->fdt;
}

struct device *machine_part(const struct machine *m, const char *id)
{
    for (unsigned i = 0; i < m->built_count; i++)
        if (!strcmp(m->built[i].part->id, id))
            return m->built[i].device;
    return NULL;
}

struct space *machine_space(const struct machine *m)
{
    return &((struct machine *)m)->space;
}
