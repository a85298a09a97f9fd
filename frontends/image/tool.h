/* SPDX-License-Identifier: MIT */
/* `orrery image`: makes images, shows what they are, commits them into those that they stand on. */
#ifndef FRONTENDS_IMAGE_TOOL_H
#define FRONTENDS_IMAGE_TOOL_H

#include "base/error.h"

/* Takes the arguments after the word `image`; the exit status of the process. */
int tool_main(int argc, char *const argv[]);

/* Its commands; arguments after their names. -1 with err filled. */
int tool_create(int argc, char *const argv[], struct error *err);
int tool_info(int argc, char *const argv[], struct error *err);
int tool_commit(int argc, char *const argv[], struct error *err);

#endif
