/* SPDX-License-Identifier: MIT */
#include "bus/clock.h"

#include "base/bits.h"
#include "base/error.h"

static void unlink_event(struct clock *clock, struct event *event)
{
    struct event **p = &clock->first;
    while (*p != event) {
        bug_on(!*p);
        p = &(*p)->next;
    }
    *p = event->next;
    event->armed = false;
}

void clock_at(struct clock *clock, struct event *event, tick_t at)
{
    if (event->armed)
        unlink_event(clock, event);
    struct event **p = &clock->first;
    while (*p && (*p)->at <= at)
        p = &(*p)->next;
    event->at = at;
    event->next = *p;
    event->armed = true;
    *p = event;
    if (clock->first == event && clock->sooner)
        clock->sooner(clock->core, at);
}

void clock_cancel(struct clock *clock, struct event *event)
{
    if (event->armed)
        unlink_event(clock, event);
}

void clock_advance(struct clock *clock, tick_t to)
{
    clock_reach(clock, to);
    while (clock->first && clock->first->at <= clock->now) {
        struct event *event = clock->first;
        unlink_event(clock, event);
        event->fire(event->owner, clock->now - event->at);
    }
}

/* v * num / den, where a 32-bit quotient form is not enough: long division of a 128-bit product, one bit at a time. Counts are
   converted when a timer is programmed or read, so the common rates take the quick way. */
static uint64_t scale(uint64_t v, uint64_t num, uint64_t den, bool up)
{
    uint64_t a = num, b = den;
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    num /= a;
    den /= a;
    if (den == 1)
        return v > UINT64_MAX / num ? UINT64_MAX : v * num;
    uint64_t whole = v / den, rest = v % den;
    if (whole > UINT64_MAX / num)
        return UINT64_MAX;
    if (rest <= UINT64_MAX / num)
        return whole * num + (rest * num + (up ? den - 1 : 0)) / den;
    uint64_t q = 0, r = 0;   /* rest * num / den by shift and subtract; rest < den, so the quotient fits */
    for (int i = 63; i >= 0; i--) {
        bool carry = r >> 63;
        r = r << 1;
        q <<= 1;
        if (carry || r >= den) {
            r -= den;
            q++;
        }
        if (rest >> i & 1) {
            uint64_t sum = r + num % den;
            if (sum < r || sum >= den) {
                sum -= den;
                q++;
            }
            r = sum;
            q += num / den;
        }
    }
    return whole * num + q + (up && r);
}

tick_t clock_ticks_of(uint64_t count, uint64_t hz)
{
    return scale(count, TICKS_PER_SECOND, hz, true);
}

uint64_t clock_count_at(tick_t ticks, uint64_t hz)
{
    return scale(ticks, hz, TICKS_PER_SECOND, false);
}
