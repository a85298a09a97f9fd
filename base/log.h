/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/types.h"

/* The guest did something its hardware manual does not allow: `who` is the part's id. At most LOG_BURST lines a part are written
   to standard error when the log is on (-d guest_errors); never fatal, never affects the machine. */
void guest_log(const char *who, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Switches guest_log on or off; off at start. */
void log_guest_errors(bool on);

/* A host-side event the user should know of (a disk is full, a cable is pulled): one line on standard error. */
void host_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
