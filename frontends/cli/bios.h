/* SPDX-License-Identifier: MIT */
#ifndef FRONTENDS_CLI_BIOS_H
#define FRONTENDS_CLI_BIOS_H

/* The file that -bios NAME means: NAME itself, or without a slash in it, of that name where packages put firmware. To be freed;
   NULL: nowhere. */
char *bios_find(const char *name);

#endif
