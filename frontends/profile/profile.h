/* SPDX-License-Identifier: MIT */
/* -profile: samples of the guest's stacks every so many cycles of its core, as folded stacks and as a flame graph. */
#ifndef FRONTENDS_PROFILE_PROFILE_H
#define FRONTENDS_PROFILE_PROFILE_H

#include "base/error.h"
#include "frontends/host/loop.h"

/* A prime, so that no loop of the guest keeps step with it. */
enum { PROFILE_EVERY = 100003, PROFILE_EVERY_MIN = 1000 };

struct profile_options {
    const char *file;              /* OUT.folded; the others are named after it */
    uint64_t every;                /* cycles */
    const char *const *symbols;    /* ELF files and System.maps */
    int symbols_count;
};

struct profile;

/* Reads the files with symbols and starts to look at the machine that the loop runs. NULL with err filled on failure. */
struct profile *profile_start(const struct profile_options *options, struct machine *machine, struct host_loop *loop,
                              struct error *err);

/* Writes what was found. 0, or -1 with err filled. NULL is fine. */
int profile_finish(struct profile *profile, struct error *err);

/* Instead of profile_finish: nothing was run, nothing is written. */
void profile_drop(struct profile *profile);

#endif
