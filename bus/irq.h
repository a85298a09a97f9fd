/* SPDX-License-Identifier: MIT */
/* A wire: a level, never a count. The part that drives it does not know who listens. */
#ifndef BUS_IRQ_H
#define BUS_IRQ_H

#include "base/types.h"

struct irq {
    void (*changed)(void *listener, unsigned input, bool level);  /* NULL while nothing is connected */
    void *listener;
    unsigned input;   /* which of the listener's inputs this is */
    bool level;
};

/* Drives the wire; the listener is called only when the level changes. */
static inline void irq_set(struct irq *wire, bool level)
{
    if (wire->level == level)
        return;
    wire->level = level;
    if (wire->changed)
        wire->changed(wire->listener, wire->input, level);
}

/* Connects the wire and tells the listener the present level if it is high. */
static inline void irq_connect(struct irq *wire, void (*changed)(void *, unsigned, bool), void *listener, unsigned input)
{
    wire->changed = changed;
    wire->listener = listener;
    wire->input = input;
    if (wire->level && changed)
        changed(listener, input, true);
}

#endif
