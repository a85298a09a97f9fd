/* SPDX-License-Identifier: MIT */
/* ARM PrimeCell real-time clock PL031, from DDI 0224C: a 32-bit count of seconds with one alarm.
   In: virtual time; the option "start". Out: RTCINTR as "irq". */
#include "base/log.h"
#include "bus/device.h"
#include "devices/classes.h"
#include "devices/primecell.h"

enum {
    RTCDR = 0x00, RTCMR = 0x04, RTCLR = 0x08, RTCCR = 0x0c, RTCIMSC = 0x10, RTCRIS = 0x14, RTCMIS = 0x18, RTCICR = 0x1c,
};

enum { RTCCR_START = 1, RTCINTR = 1, PERIPH_ID = 0x00141031 };

struct pl031 {
    struct device device;
    struct irq irq;
    struct event match_event;
    uint64_t start;      /* option: seconds since 1970 at power on */
    uint32_t offset;     /* RTCDR minus the seconds of virtual time; survives a reset as if a battery fed it */
    uint32_t load;
    uint32_t match;
    bool irq_enabled, raw;   /* RTCIMSC, RTCRIS */
};

static const struct field pl031_fields[] = {
    FIELD(struct pl031, irq, FIELD_IRQ),
    FIELD(struct pl031, match_event, FIELD_EVENT),
    FIELD(struct pl031, offset, FIELD_U32),
    FIELD(struct pl031, load, FIELD_U32),
    FIELD(struct pl031, match, FIELD_U32),
    FIELD(struct pl031, irq_enabled, FIELD_BOOL),
    FIELD(struct pl031, raw, FIELD_BOOL),
    FIELD_LIST_END
};

static void drive(struct pl031 *rtc)
{
    irq_set(&rtc->irq, rtc->raw && rtc->irq_enabled);
}

static uint64_t seconds(const struct pl031 *rtc)
{
    return clock_count_at(rtc->device.clock->now, 1);
}

static void match_reached(void *owner, tick_t late)
{
    (void)late;
    struct pl031 *rtc = owner;
    rtc->raw = true;
    drive(rtc);
}

/* The counter or RTCMR changed: finds the moment at which both are equal. A match beyond the end of virtual time never comes. */
static void expect_match(struct pl031 *rtc)
{
    uint64_t now = seconds(rtc);
    uint32_t wait = rtc->match - (rtc->offset + (uint32_t)now);
    tick_t at = clock_ticks_of(now + wait, 1);
    clock_cancel(rtc->device.clock, &rtc->match_event);
    if (!wait)
        match_reached(rtc, 0);
    else if (at != TICK_NEVER)
        clock_at(rtc->device.clock, &rtc->match_event, at);
}

static uint64_t pl031_read(void *device, uint64_t offset, unsigned size)
{
    (void)size;
    struct pl031 *rtc = device;
    switch (offset) {
    case RTCDR: return rtc->offset + (uint32_t)seconds(rtc);
    case RTCMR: return rtc->match;
    case RTCLR: return rtc->load;
    case RTCCR: return RTCCR_START;
    case RTCIMSC: return rtc->irq_enabled;
    case RTCRIS: return rtc->raw;
    case RTCMIS: return rtc->raw && rtc->irq_enabled;
    case PRIMECELL_PERIPHID0 ... PRIMECELL_CELLID3: return primecell_id(PERIPH_ID, offset);
    default:
        guest_log(rtc->device.id, "load from 0x%llx, where no readable register is", (unsigned long long)offset);
        return 0;
    }
}

static void pl031_write(void *device, uint64_t offset, uint64_t value, unsigned size)
{
    (void)size;
    struct pl031 *rtc = device;
    switch (offset) {
    case RTCMR:
        rtc->match = (uint32_t)value;
        expect_match(rtc);
        break;
    case RTCLR:
        rtc->load = (uint32_t)value;
        rtc->offset = rtc->load - (uint32_t)seconds(rtc);
        expect_match(rtc);
        break;
    case RTCCR:   /* 3.3.4: once started, it cannot be stopped; a board's clock was started when its battery was put in */
        break;
    case RTCIMSC:
        rtc->irq_enabled = value & RTCINTR;
        break;
    case RTCICR:
        if (value & RTCINTR)
            rtc->raw = false;
        break;
    default:
        guest_log(rtc->device.id, "store to 0x%llx, where no writable register is", (unsigned long long)offset);
    }
    drive(rtc);
}

static int pl031_init(struct device *device, struct error *err)
{
    (void)err;
    struct pl031 *rtc = (struct pl031 *)device;
    rtc->match_event = (struct event){ .fire = match_reached, .owner = rtc };
    rtc->offset = rtc->load = (uint32_t)rtc->start;
    return 0;
}

static void pl031_reset(struct device *device)
{
    struct pl031 *rtc = (struct pl031 *)device;
    rtc->irq_enabled = false;
    rtc->match = 0;
    expect_match(rtc);
    rtc->raw = false;
    drive(rtc);
}

static const struct io_ops pl031_ops = { pl031_read, pl031_write, .min_size = 4, .max_size = 4 };

const struct device_class pl031_class = {
    .name = "pl031",
    .manual = "ARM DDI 0224C",
    .size = sizeof(struct pl031),
    .regions = (const struct device_region[]){ { "regs", PRIMECELL_SIZE, &pl031_ops }, { 0 } },
    .pins = (const struct device_pin[]){ { "irq", offsetof(struct pl031, irq), 1 }, { 0 } },
    .options = (const struct device_option[]){ { "start", OPTION_U64, offsetof(struct pl031, start), 0 }, { 0 } },
    .fields = pl031_fields,
    .init = pl031_init,
    .reset = pl031_reset,
    .compatible = "arm,pl031\0arm,primecell\0",
};
