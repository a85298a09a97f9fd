/* SPDX-License-Identifier: MIT */
/* -serial pty: a new pseudo terminal, which programs such as screen or minicom open. Like a cable that may be unplugged: what
   the guest writes while nobody has it open is lost. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "frontends/host/chardev_backend.h"

enum { LOOK_AGAIN_NS = 100000000 };

/* Opening the other end once makes it raw (no echo of what the guest writes), and makes the host report from then on that it
   is closed. */
static int make_raw(const char *path)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios mode;
    if (fd < 0 || tcgetattr(fd, &mode) < 0)
        return -1;
    cfmakeraw(&mode);
    int result = tcsetattr(fd, TCSANOW, &mode);
    close(fd);
    return result;
}

static int open_pty(struct host_chardev *line, const char *argument, struct error *err)
{
    (void)argument;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || ptsname_r(master, line->address, sizeof line->address) != 0
        || make_raw(line->address) < 0) {
        int code = errno;
        if (master >= 0)
            close(master);
        return error_set(err, "cannot make a pseudo terminal: %s", strerror(code));
    }
    chardev_own_fd(master);
    line->listener = master;
    fprintf(stderr, "orrery: %s is at %s\n", line->name, line->address);
    return 0;
}

/* poll() would return at once, again and again, while the other end is closed: so it is looked at from time to time instead. */
static void watch_pty(struct host_chardev *line, struct host_poll *poll_set, int64_t *timeout_ns)
{
    (void)poll_set;
    if (line->in >= 0)
        return;
    struct pollfd p = { .fd = line->listener, .events = POLLOUT };
    if (poll(&p, 1, 0) == 1 && !(p.revents & (POLLHUP | POLLERR))) {
        line->in = line->out = line->listener;
        *timeout_ns = 0;
    } else {
        *timeout_ns = LOOK_AGAIN_NS;
    }
}

static void keep_master(struct host_chardev *line)
{
    (void)line;
}

static void close_pty(struct host_chardev *line)
{
    close(line->listener);
}

const struct chardev_backend chardev_pty = {
    .word = "pty", .syntax = "pty", .open = open_pty, .close = close_pty, .watch = watch_pty, .hung_up = keep_master
};
