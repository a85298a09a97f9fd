/* SPDX-License-Identifier: MIT */
#include "cpu/timing/dram.h"

#include <string.h>

#include "base/bits.h"
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

void dram_init(struct dram *d, const struct core_settings *s)
{
    bug_on(!is_power_of_2(s->dram_banks) || s->dram_banks > DRAM_BANKS_MAX || !is_power_of_2(s->dram_row));
    *d = (struct dram){
        .cas = memory_cycles(s, s->dram_cas), .rcd = memory_cycles(s, s->dram_rcd), .rp = memory_cycles(s, s->dram_rp),
        .burst = memory_cycles(s, s->dram_burst), .refresh = nanoseconds(s, s->dram_refresh),
        .refresh_time = nanoseconds(s, s->dram_refresh_time), .path = nanoseconds(s, s->dram_path),
        .channel = nanoseconds(s, s->dram_channel),
        .row_bits = (uint32_t)__builtin_ctz(s->dram_row) - MEMORY_LINE_BITS,
        .bank_bits = (uint32_t)__builtin_ctz(s->dram_banks)
    };
    if (d->refresh_time > d->refresh / 2)   /* more would be no memory any more */
        d->refresh_time = d->refresh / 2;
    dram_reset(d);
}

void dram_reset(struct dram *d)
{
    for (unsigned i = 0; i < DRAM_BANKS_MAX; i++)
        d->bank[i] = (struct dram_bank){ .opened = DRAM_CLOSED };
    d->bus_free = d->channel_free[false] = d->channel_free[true] = 0;
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
static struct dram_bank *bank_of(struct dram *d, uint64_t line)
{
    uint64_t number = line >> d->row_bits;
    for (uint32_t groups = 4; groups; groups /= 2)
        number ^= number >> groups * d->bank_bits;
    return &d->bank[number & mask64(d->bank_bits)];
}

/* The line's way through the channel is part of the path; one that comes too early for the channel waits before it. */
static uint64_t through_channel(struct dram *d, bool write, uint64_t t)
{
    uint64_t *free = &d->channel_free[write];
    if (t < *free)
        t = *free;
    *free = t + d->channel;
    return t;
}

uint64_t dram_access(struct dram *d, uint64_t line, bool write, uint64_t at, uint64_t *events)
{
    struct dram_bank *bank = bank_of(d, line);
    uint64_t t = at << DRAM_FRACTION_BITS;
    if (write)
        t = through_channel(d, true, t);
    t += d->path / 2;
    if (t < bank->ready)
        t = bank->ready;
    uint64_t refreshed = refreshed_at(d, t);
    if (refreshed && t < refreshed + d->refresh_time)
        t = refreshed + d->refresh_time;
    uint64_t data = open_row(d, bank, line >> (d->row_bits + d->bank_bits), t, refreshed, events) + d->cas;
    if (data < d->bus_free)
        data = d->bus_free;
    t = d->bus_free = data + d->burst;
    bank->ready = t - d->cas;
    if (!write)
        t = through_channel(d, false, t);
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
    for (unsigned i = 0; i < DRAM_BANKS_MAX; i++) {
        const struct dram_bank *bank = &d->bank[i];
        hash = cache_mix(hash, row_open(bank, refreshed_at(d, now)) ? bank->row : DRAM_CLOSED);
        hash = cache_mix(hash, still(bank->ready, now));
    }
    hash = cache_mix(cache_mix(hash, still(d->channel_free[false], now)), still(d->channel_free[true], now));
    return cache_mix(hash, still(d->bus_free, now));
}
