/* SPDX-License-Identifier: MIT */
/* Ctrl-C, kill and a closed terminal end the run in order: disks flushed, the terminal restored. */
#ifndef FRONTENDS_HOST_SIGNALS_H
#define FRONTENDS_HOST_SIGNALS_H

#include "frontends/host/loop.h"

/* From now on SIGINT, SIGTERM and SIGHUP stop this loop; the second one of a kind ends the process at once. NULL: as before. */
void signals_stop(struct host_loop *loop);

/* If such a signal came: ends the process by it, so that a shell sees why. */
void signals_end(void);

#endif
