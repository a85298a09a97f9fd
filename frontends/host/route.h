/* SPDX-License-Identifier: MIT */
/* Which port of the machine a message from outside goes to. */
#ifndef FRONTENDS_HOST_ROUTE_H
#define FRONTENDS_HOST_ROUTE_H

#include "frontends/host/inbox.h"
#include "frontends/host/loop.h"

/* Keys go to every keyboard's owner that wants keys, buttons and wheel to the absolute pointer, or the relative one if there
   is no other. What no port wants is dropped. */
void route_message(const struct host_loop_ports *ports, const struct host_message *message);

/* Has the keyboard's driver taken all keys? True when there is no keyboard. */
bool route_keys_taken(const struct host_loop_ports *ports);

#endif
