/* SPDX-License-Identifier: MIT */
/* Types strokes into the guest as fast as a keyboard may be used without losing keys: at the pace of virtual time, and never
   ahead of the guest's driver. On the machine's thread; only typist_typed may be asked by others. */
#ifndef FRONTENDS_HOST_TYPIST_H
#define FRONTENDS_HOST_TYPIST_H

#include "frontends/host/layout.h"
#include "frontends/host/loop.h"

struct typist;

struct typist *typist_new(struct host_loop *loop);
void typist_free(struct typist *typist);   /* NULL is fine */

/* One stroke more, behind those that wait. */
void typist_add(struct typist *typist, struct layout_stroke stroke);

/* Forgets those that wait; keys that are down go up. */
void typist_stop(struct typist *typist);

/* How many strokes were typed or forgotten so far. */
uint64_t typist_typed(const struct typist *typist);

#endif
