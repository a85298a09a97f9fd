/* SPDX-License-Identifier: MIT */
/* -serial file:PATH: what the guest writes goes to a file. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "frontends/host/chardev_backend.h"

static int open_file(struct host_chardev *line, const char *path, struct error *err)
{
    if (!*path)
        return error_set(err, "-serial file: needs a file name, as in file:console.log");
    /* Non-blocking matters for a FIFO only; one without a reader is refused by the host (ENXIO) instead of hanging here. */
    line->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666);
    if (line->out < 0)
        return error_set(err, "cannot write the serial line to '%s': %s", path, strerror(errno));
    line->is_lossless = true;
    snprintf(line->address, sizeof line->address, "%s", path);
    return 0;
}

const struct chardev_backend chardev_file = { .word = "file:", .syntax = "file:PATH", .open = open_file };
