/* SPDX-License-Identifier: MIT */
/* One run of the program: what the options ask for, opened, plugged together, run, and closed again. */
#ifndef FRONTENDS_CLI_SESSION_H
#define FRONTENDS_CLI_SESSION_H

#include "frontends/cli/options.h"
#include "frontends/host/loop.h"

struct session;

/* Opens the host's ends (serial line, disks, networks, window) and builds the machine. NULL with err filled on failure. */
struct session *session_open(const struct options *options, struct error *err);

/* Runs until something ends it. */
enum host_end session_run(struct session *session);

/* Writes what -stats and -state-hash ask for, after session_run returned `end`. */
void session_report(struct session *session, enum host_end end);

/* Closes everything in order. False when something that was asked for went wrong (a screen dump that could not be written). */
bool session_close(struct session *session);

/* The device tree of the machine, to a file. 0, or -1 with err filled. */
int session_dump_device_tree(struct session *session, const char *file, struct error *err);

#endif
