/* SPDX-License-Identifier: MIT */
/* Instructions on their way through the pipeline, in the format "Kanata 0004" of the Konata viewer. */
#ifndef FRONTENDS_TRACE_KANATA_H
#define FRONTENDS_TRACE_KANATA_H

#include <stdio.h>

#include "boards/machine.h"

/* The steps in the order of issue. Stages: F the fetch word comes, Q it waits for its turn, Is issue, Ex until the result is
   there, Wb. */
void kanata_write(const struct timing_step *steps, size_t count, FILE *to);

#endif
