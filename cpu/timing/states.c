/* SPDX-License-Identifier: MIT */
#include "cpu/timing/states.h"

#include <string.h>

#include "base/error.h"

enum {
    STATES_MAX = 1 << 15, HASH_SIZE = STATES_MAX * 4, SEEN_BITS = 12,
    LATE_MAX = 3,            /* a result that comes later than this many cycles from now is not interned: a miss under way */
    BUSY_MAX = 60
};

/* All that later cycles depend on; fixed size, unused places zero, so that equal states are equal bytes. */
struct state {
    int8_t fetched;          /* from now; nothing is earlier than lead + 1 cycles ago */
    uint8_t slots, closed, new_word, fetch_cause;
    uint8_t free[UNIT_COUNT - 1], pipes[2];   /* cycles from now */
    uint8_t count;
    uint32_t reg[STATE_REGS];   /* register | producer << 8 | late << 16 | (issue - now + 128) << 24 */
};

struct states {
    int count, first;        /* states in the table; the number of its first */
    uint64_t made;
    uint32_t seen[1 << SEEN_BITS];   /* hashes of states behind events that were met once */
    struct state state[STATES_MAX];
    uint16_t hash[HASH_SIZE];   /* index + 1, or 0 */
};

struct states *states_new(void)
{
    return mem_alloc_table(sizeof(struct states));
}

void states_free(struct states *table)
{
    mem_free_table(table, sizeof *table);
}

uint64_t states_count(const struct states *table)
{
    return table->made;
}

int states_first(const struct states *table)
{
    return table->first;
}

/* No instruction issues before this cycle: what is free or ready by then is as good as free now. Behind a branch that was not
   predicted that is nearly everything. */
static uint64_t first_issue(const struct scoreboard *s)
{
    uint64_t word = s->fetched + s->new_word;
    return (int64_t)(word - s->now) > 0 ? word : s->now;
}

/* Registers that are still waited for at `soon`; the others are struck from the scoreboard. False: too many, or too late. */
static bool collect_live(struct scoreboard *s, uint64_t soon, struct state *x)
{
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t left = s->live[half]; left; left &= left - 1) {
            unsigned r = half * 64 + (unsigned)__builtin_ctzll(left);
            int64_t since = (int64_t)(s->issue[r] - s->now);
            if (s->issue[r] + scoreboard_longest(s, r) <= soon) {
                s->live[half] &= ~(1ull << (r & 63));
                s->producer[r] = PRODUCER_NONE;
                s->issue[r] = 0;
                s->late[r] = 0;
                continue;
            }
            if (since > LATE_MAX || since < -128 || x->count == STATE_REGS)
                return false;
            x->reg[x->count++] = r | (uint32_t)s->producer[r] << 8 | (uint32_t)s->late[r] << 16 | (uint32_t)(since + 128) << 24;
        }
    return true;
}

static bool collect_busy(uint64_t until, uint64_t now, uint64_t soon, uint8_t *left)
{
    *left = until > soon && until - now <= BUSY_MAX ? (uint8_t)(until - now) : 0;
    return until <= now + BUSY_MAX;
}

static bool collect(struct scoreboard *s, struct state *x)
{
    memset(x, 0, offsetof(struct state, reg));
    int64_t fetched = (int64_t)(s->fetched - s->now), earliest = -(int64_t)s->lead - 1;
    uint64_t soon = first_issue(s);
    bool later = soon > s->now;   /* nothing more issues in this cycle, for lack of instructions */
    if (fetched > BUSY_MAX)
        return false;
    x->fetched = (int8_t)(fetched < earliest ? earliest : fetched);
    x->closed = !later && (s->closed || s->slots >= s->width);
    x->slots = x->closed || later ? s->slots > 0 : s->slots;
    x->new_word = s->new_word;
    x->fetch_cause = fetched < 0 ? CAUSE_FETCH : s->fetch_cause;
    for (unsigned unit = 1; unit < UNIT_COUNT; unit++)
        if (!collect_busy(s->free[unit], s->now, soon, &x->free[unit - 1]))
            return false;
    for (unsigned i = 0; i < 2; i++)
        if (!collect_busy(s->pipes[i], s->now, soon, &x->pipes[i]))
            return false;
    return collect_live(s, soon, x);
}

static uint32_t hash_of(const struct state *x)
{
    uint64_t words[2], hash;
    memcpy(words, x, sizeof words);
    hash = words[0] * 0x9e3779b97f4a7c15ull ^ words[1] * 0xc2b2ae3d27d4eb4full;
    for (unsigned i = 0; i < x->count; i++)
        hash = (hash ^ x->reg[i]) * 0x9e3779b97f4a7c15ull;
    return (uint32_t)(hash >> 32);
}

_Static_assert(offsetof(struct state, reg) == 16, "hash_of takes the fixed part as two words");

static bool is_equal(const struct state *a, const struct state *b)
{
    return !memcmp(a, b, offsetof(struct state, reg) + a->count * sizeof a->reg[0]);
}

/* Most states behind a miss are met once: such a one gets a number when it is met again. */
static bool is_worth_a_number(struct states *table, uint32_t hash)
{
    uint32_t *seen = &table->seen[hash >> (32 - SEEN_BITS)];
    bool again = *seen == hash;
    *seen = hash;
    return again;
}

int states_intern(struct states *table, struct scoreboard *s, bool behind_events)
{
    struct state x;
    if ((s->latest > s->now + LATE_MAX && behind_events) || !collect(s, &x))
        return STATE_NONE;
    uint32_t hash = hash_of(&x), at = hash & (HASH_SIZE - 1);
    for (; table->hash[at]; at = (at + 1) & (HASH_SIZE - 1))
        if (is_equal(&table->state[table->hash[at] - 1], &x))
            return table->first + table->hash[at] - 1;
    if (behind_events && !is_worth_a_number(table, hash))
        return STATE_NONE;
    if (table->count == STATES_MAX) {   /* begin again; numbers are never used twice */
        if (table->first > STATE_NUMBERS - 2 * STATES_MAX)
            return STATE_NONE;           /* after some billions of new states: slow from here on, but right */
        memset(table->hash, 0, sizeof table->hash);
        table->first += table->count;
        table->count = 0;
        at = hash & (HASH_SIZE - 1);
    }
    table->state[table->count] = x;
    table->hash[at] = (uint16_t)(++table->count);
    table->made++;
    return table->first + table->count - 1;
}

void states_expand(struct states *table, int number, struct scoreboard *s, uint64_t now)
{
    const struct state *x = &table->state[number - table->first];
    for (unsigned half = 0; half < 2; half++)
        for (uint64_t left = s->live[half]; left; left &= left - 1) {
            unsigned r = half * 64 + (unsigned)__builtin_ctzll(left);
            s->producer[r] = PRODUCER_NONE;
            s->issue[r] = 0;
            s->late[r] = 0;
        }
    s->live[0] = s->live[1] = 0;
    s->now = now;
    s->fetched = now + (uint64_t)(int64_t)x->fetched;
    s->slots = x->slots;
    s->closed = x->closed;
    s->new_word = x->new_word;
    s->fetch_cause = x->fetch_cause;
    for (unsigned unit = 1; unit < UNIT_COUNT; unit++)
        s->free[unit] = now + x->free[unit - 1];
    for (unsigned i = 0; i < 2; i++)
        s->pipes[i] = now + x->pipes[i];
    for (unsigned i = 0; i < x->count; i++) {
        uint32_t v = x->reg[i];
        unsigned r = v & 0xff;
        s->producer[r] = (uint8_t)(v >> 8);
        s->late[r] = (uint8_t)(v >> 16);
        s->issue[r] = now + (v >> 24) - 128;
        s->live[r >> 6] |= 1ull << (r & 63);
    }
}
