/* SPDX-License-Identifier: MIT */
#include "cpu/arm64/timer.h"

#include "cpu/arm64/sysreg.h"

uint64_t timer_count(const struct arm64 *c)
{
    return clock_count_at(c->cpu.clock->now, ARM64_COUNTER_HZ);
}

static uint32_t *control(struct arm64 *c, enum arm64_timer t)
{
    return t == TIMER_VIRTUAL ? &c->cntv_ctl : &c->cntp_ctl;
}

static uint64_t *compare(struct arm64 *c, enum arm64_timer t)
{
    return t == TIMER_VIRTUAL ? &c->cntv_cval : &c->cntp_cval;
}

/* Drives the wire by the condition of D11.2.4 and arms the event for the moment when the condition becomes true. */
static void update(struct arm64 *c, enum arm64_timer t)
{
    uint32_t ctl = *control(c, t);
    uint64_t cval = *compare(c, t);
    bool met = timer_count(c) >= cval;
    irq_set(&c->timer_irq[t], ctl & CNT_ENABLE && !(ctl & CNT_IMASK) && met);
    if (ctl & CNT_ENABLE && !met)
        clock_at(c->cpu.clock, &c->timer_event[t], clock_ticks_of(cval, ARM64_COUNTER_HZ));
    else
        clock_cancel(c->cpu.clock, &c->timer_event[t]);
}

uint64_t timer_read_ctl(const struct arm64 *c, enum arm64_timer t)
{
    uint32_t ctl = t == TIMER_VIRTUAL ? c->cntv_ctl : c->cntp_ctl;
    uint64_t cval = t == TIMER_VIRTUAL ? c->cntv_cval : c->cntp_cval;
    return ctl | (ctl & CNT_ENABLE && timer_count(c) >= cval ? CNT_ISTATUS : 0);
}

void timer_write_ctl(struct arm64 *c, enum arm64_timer t, uint64_t value)
{
    *control(c, t) = value & (CNT_ENABLE | CNT_IMASK);
    update(c, t);
}

void timer_write_compare(struct arm64 *c, enum arm64_timer t, uint64_t value)
{
    *compare(c, t) = value;
    update(c, t);
}

static void fire_virtual(void *core, tick_t late)
{
    (void)late;
    update(core, TIMER_VIRTUAL);
}

static void fire_physical(void *core, tick_t late)
{
    (void)late;
    update(core, TIMER_PHYSICAL);
}

void timer_init(struct arm64 *c)
{
    c->timer_event[TIMER_VIRTUAL] = (struct event){ .fire = fire_virtual, .owner = c };
    c->timer_event[TIMER_PHYSICAL] = (struct event){ .fire = fire_physical, .owner = c };
}

void timer_reset(struct arm64 *c)
{
    c->cntv_ctl = c->cntp_ctl = 0;
    c->cntv_cval = c->cntp_cval = 0;
    update(c, TIMER_VIRTUAL);
    update(c, TIMER_PHYSICAL);
}
