/* SPDX-License-Identifier: MIT */
#include "cpu/timing/dram.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/error.h"
#include "cpu/timing/cache.h"
#include "cpu/timing/counters.h"
#include "cpu/timing/memory.h"

#define DRAM_CLOSED UINT64_MAX

static uint64_t memory_cycles(const struct core_settings *s, uint32_t cycles)
{
    return (((uint64_t)cycles * s->clock_mhz << DRAM_FRACTION_BITS) + s->dram_mhz / 2) / s->dram_mhz;
}

static uint64_t nanoseconds(const struct core_settings *s, uint32_t ns)
{
    return (((uint64_t)ns * s->clock_mhz << DRAM_FRACTION_BITS) + 500) / 1000;
}

static void make_rings(struct dram *d, unsigned cores, unsigned uses)
{
    d->cores = cores;
    d->uses = uses;
    d->bank = mem_alloc(cores * DRAM_BANKS_MAX * uses * sizeof *d->bank);
}

void dram_init(struct dram *d, const struct core_settings *s)
{
    bug_on(!is_power_of_2(s->dram_banks) || s->dram_banks > DRAM_BANKS_MAX || !is_power_of_2(s->dram_row));
    *d = (struct dram){
        .cas = memory_cycles(s, s->dram_cas), .rcd = memory_cycles(s, s->dram_rcd), .rp = memory_cycles(s, s->dram_rp),
        .burst = memory_cycles(s, s->dram_burst), .refresh = nanoseconds(s, s->dram_refresh),
        .refresh_time = nanoseconds(s, s->dram_refresh_time), .path = nanoseconds(s, s->dram_path),
        .channel_time = nanoseconds(s, s->dram_channel),
        .row_bits = (uint32_t)__builtin_ctz(s->dram_row) - MEMORY_LINE_BITS,
        .bank_bits = (uint32_t)__builtin_ctz(s->dram_banks)
    };
    if (d->refresh_time > d->refresh / 2)   /* more would be no memory any more */
        d->refresh_time = d->refresh / 2;
    make_rings(d, 1, 1);
    port_init(&d->bus);
    port_init(&d->channel[false]);
    port_init(&d->channel[true]);
    dram_reset(d);
}

void dram_free(struct dram *d)
{
    free(d->bank);
    port_free(&d->bus);
    port_free(&d->channel[false]);
    port_free(&d->channel[true]);
}

void dram_reset(struct dram *d)
{
    for (unsigned i = 0; i < d->cores * DRAM_BANKS_MAX * d->uses; i++)
        d->bank[i] = (struct dram_bank){ .opened = DRAM_CLOSED };
    memset(d->count, 0, sizeof d->count);
    port_reset(&d->bus);
    port_reset(&d->channel[false]);
    port_reset(&d->channel[true]);
}

void dram_share(struct dram *d)
{
    if (d->cores > 1)
        return;
    free(d->bank);
    make_rings(d, PORT_CORES, DRAM_USES);
    port_share(&d->bus);
    port_share(&d->channel[false]);
    port_share(&d->channel[true]);
    dram_reset(d);
}

/* When the last refresh before t began. The first is one interval after power on. */
static uint64_t refreshed_at(const struct dram *d, uint64_t t)
{
    return d->refresh ? t - t % d->refresh : 0;
}

/* A refresh of all banks closes their rows. */
static bool row_open(const struct dram_bank *bank, uint64_t refreshed)
{
    return bank->opened != DRAM_CLOSED && bank->opened >= refreshed;
}

/* Opens the row if need be; from when on column commands can be given. */
static uint64_t open_row(struct dram *d, struct dram_bank *bank, uint64_t row, uint64_t t, uint64_t refreshed, uint64_t *events)
{
    bool open = row_open(bank, refreshed);
    if (open && bank->row == row) {
        events[EVENT_DRAM_ROW_HITS]++;
        return t;
    }
    if (open) {
        events[EVENT_DRAM_ROW_CONFLICTS]++;
        t += d->rp;
    }
    bank->row = row;
    bank->opened = t;
    return t + d->rcd;
}

/* Folded with the row's number, as controllers do, so that streams a power of two apart do not fight for one bank. */
static unsigned bank_of(const struct dram *d, uint64_t line)
{
    uint64_t number = line >> d->row_bits;
    for (uint32_t groups = 4; groups; groups /= 2)
        number ^= number >> groups * d->bank_bits;
    return (unsigned)(number & mask64(d->bank_bits));
}

/* The bank behind the core's access `number`. */
static struct dram_bank *access_of(const struct dram *d, unsigned core, unsigned bank, uint32_t number)
{
    return &d->bank[(core * DRAM_BANKS_MAX + bank) * d->uses + number % d->uses];
}

static struct dram_bank *last_of(const struct dram *d, unsigned core, unsigned bank)
{
    return access_of(d, core, bank, d->count[core][bank] - 1);
}

/* The bank as an access of `core` at time t finds it. */
static struct dram_bank bank_at(const struct dram *d, unsigned core, unsigned bank, uint64_t t)
{
    const struct dram_bank *found = last_of(d, core, bank);
    for (unsigned other = 0; other < d->cores; other++) {
        if (other == core)
            continue;
        const struct dram_bank *theirs = last_of(d, other, bank);
        for (unsigned i = 2; i <= d->uses && theirs->at > t; i++)
            theirs = access_of(d, other, bank, d->count[other][bank] - i);
        if (theirs->at <= t && theirs->at > found->at)
            found = theirs;
    }
    return *found;
}

uint64_t dram_access(struct dram *d, unsigned core, uint64_t line, bool write, uint64_t at, uint64_t *events)
{
    unsigned number = bank_of(d, line);
    uint64_t t = at << DRAM_FRACTION_BITS;
    if (write)   /* the line's way through the channel is part of the path; one that comes too early for it waits before it */
        t = port_take(&d->channel[true], core, t, d->channel_time);
    t += d->path / 2;
    struct dram_bank bank = bank_at(d, core, number, t);
    bank.at = t;
    if (t < bank.ready)
        t = bank.ready;
    uint64_t refreshed = refreshed_at(d, t);
    if (refreshed && t < refreshed + d->refresh_time)
        t = refreshed + d->refresh_time;
    uint64_t data = open_row(d, &bank, line >> (d->row_bits + d->bank_bits), t, refreshed, events) + d->cas;
    t = port_take(&d->bus, core, data, d->burst) + d->burst;
    bank.ready = t - d->cas;
    *access_of(d, core, number, d->count[core][number]++) = bank;
    if (!write)
        t = port_take(&d->channel[false], core, t, d->channel_time);
    events[write ? EVENT_DRAM_WRITES : EVENT_DRAM_READS]++;
    events[EVENT_BUS_ACCESSES]++;
    return (t + (d->path - d->path / 2) + mask64(DRAM_FRACTION_BITS)) >> DRAM_FRACTION_BITS;
}

static uint64_t still(uint64_t time, uint64_t now)
{
    return time > now ? time - now : 0;
}

uint64_t dram_hash(const struct dram *d, uint64_t now, uint64_t hash)
{
    now <<= DRAM_FRACTION_BITS;
    for (unsigned core = 0; core < d->cores; core++)
        for (unsigned i = 0; i < DRAM_BANKS_MAX; i++) {
            const struct dram_bank *bank = last_of(d, core, i);
            hash = cache_mix(hash, row_open(bank, refreshed_at(d, now)) ? bank->row : DRAM_CLOSED);
            hash = cache_mix(hash, still(bank->ready, now));
        }
    return port_hash(&d->bus, now, port_hash(&d->channel[true], now, port_hash(&d->channel[false], now, hash)));
}
