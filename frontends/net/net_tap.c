/* SPDX-License-Identifier: MIT */
/* -nic tap: the cable's far end is an Ethernet interface of the host (Linux, Documentation/networking/tuntap.rst). What the guest
   sends arrives there, and the host bridges or routes it as it likes. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "frontends/net/net_backend.h"
#include "frontends/net/net_queue.h"

enum { FRAME_MIN = 14, FRAMES_A_TURN = 64 };   /* a host that sends without end does not keep the guest from running */

struct tap {
    struct net *net;
    int fd, index;             /* index: in the present poll */
    char name[IFNAMSIZ], downscript[NET_TEXT];
    bool has_failed;
};

/* ---- frames ---- */

/* A host that cannot take a frame now loses it, as a switch does; an interface that is down (EIO) loses all. */
static void send_frame(void *state, const uint8_t *frame, size_t length)
{
    struct tap *tap = state;
    if (length < FRAME_MIN || length > NET_QUEUE_FRAME) {
        guest_log("net", "frame of %zu bytes dropped: no Ethernet frame of at most %d bytes", length, NET_QUEUE_FRAME);
        return;
    }
    ssize_t n;
    do
        n = write(tap->fd, frame, length);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno != EAGAIN && !tap->has_failed) {
        host_warn("-nic tap: frames to %s are lost: %s%s", tap->name, strerror(errno),
                  errno == EIO ? " (is it up? ip link set NAME up)" : "");
        tap->has_failed = true;
    }
}

static void before_poll(void *state, struct host_poll *poll, int64_t *timeout_ns)
{
    struct tap *tap = state;
    (void)timeout_ns;
    tap->index = net_is_behind(tap->net) ? -1 : host_poll_add(poll, tap->fd, POLLIN);
}

static void after_poll(void *state, const struct host_poll *poll)
{
    struct tap *tap = state;
    uint8_t frame[NET_QUEUE_FRAME + 1];   /* what fills it was cut short, and is too long */
    if (!(host_poll_result(poll, tap->index) & POLLIN))
        return;
    for (int i = 0; i < FRAMES_A_TURN; i++) {
        ssize_t n = read(tap->fd, frame, sizeof frame);
        if (n <= 0)
            return;
        net_receive(tap->net, frame, (size_t)n);
    }
}

/* Anybody may say something at any moment, so an idle guest waits in real time. */
static bool is_busy(void *state)
{
    (void)state;
    return true;
}

/* ---- the host's scripts ---- */

static int run_script(const char *script, const char *name, struct error *err)
{
    extern char **environ;
    char *const arguments[] = { (char *)script, (char *)name, NULL };
    pid_t child;
    int status, code = posix_spawn(&child, script, NULL, NULL, arguments, environ);
    if (code)
        return error_set(err, "-nic tap: cannot run the script '%s': %s", script, strerror(code));
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return error_set(err, "-nic tap: cannot wait for the script '%s': %s", script, strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)   /* so says a host whose posix_spawn does not wait for the exec */
        return error_set(err, "-nic tap: cannot run the script '%s': no such program, or it needs one that is missing", script);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return error_set(err, "-nic tap: the script '%s' failed for the interface %s", script, name);
    return 0;
}

/* ---- open and close ---- */

static int explain(const char *name, struct error *err)
{
    const char *shown = *name ? name : "tap0";
    switch (errno) {
    case EPERM:
        return error_set(err, "-nic tap: making an interface needs privileges. Let root make it once: "
                         "ip tuntap add dev %s mode tap user $USER && ip link set %s up; then say -nic tap,ifname=%s", shown,
                         shown, shown);
    case EBUSY:
        return error_set(err, "-nic tap: the interface %s is used by another program; choose another ifname=", shown);
    case EINVAL:
        return error_set(err, "-nic tap: %s cannot be the name of a TAP interface; choose another ifname=", shown);
    default:
        return error_set(err, "-nic tap: cannot have the interface %s: %s", shown, strerror(errno));
    }
}

static int open_device(struct error *err)
{
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        error_set(err, "-nic tap: cannot open /dev/net/tun: %s; %s, or use -nic user", strerror(errno),
                  errno == EACCES || errno == EPERM ? "its owner may let you" : "the host's kernel needs its module tun");
    return fd;
}

/* A descriptor from our parent is trusted to be what it says, but it must not block. */
static int adopt(struct tap *tap, int fd, struct error *err)
{
    struct ifreq request = { 0 };
    if (ioctl(fd, TUNGETIFF, &request) < 0)
        return error_set(err, "-nic tap: fd=%d is not an open TAP interface: %s", fd, strerror(errno));
    if ((request.ifr_flags & (IFF_TAP | IFF_NO_PI)) != (IFF_TAP | IFF_NO_PI))
        return error_set(err, "-nic tap: fd=%d must have been opened with IFF_TAP and IFF_NO_PI", fd);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    memcpy(tap->name, request.ifr_name, sizeof tap->name);
    tap->fd = fd;
    return 0;
}

static int create(struct tap *tap, const char *name, struct error *err)
{
    struct ifreq request = { .ifr_flags = IFF_TAP | IFF_NO_PI };
    memcpy(request.ifr_name, name, sizeof request.ifr_name);
    tap->fd = open_device(err);
    if (tap->fd < 0)
        return -1;
    if (ioctl(tap->fd, TUNSETIFF, &request) < 0)
        return explain(name, err);
    memcpy(tap->name, request.ifr_name, sizeof tap->name);
    return 0;
}

static void close_tap(void *state)
{
    struct tap *tap = state;
    struct error err;
    if (*tap->downscript && run_script(tap->downscript, tap->name, &err) < 0)
        host_warn("%s", err.text);
    if (tap->fd >= 0)
        close(tap->fd);
    free(tap);
}

static void *open_tap(struct net *net, const struct net_options *options, struct error *err)
{
    const struct net_tap_options *o = &options->tap;
    struct tap *tap = mem_alloc(sizeof *tap);
    tap->net = net;
    tap->fd = -1;
    if ((o->fd >= 0 ? adopt(tap, o->fd, err) : create(tap, o->ifname, err)) < 0
        || (*o->script && run_script(o->script, tap->name, err) < 0)) {
        close_tap(tap);
        return NULL;
    }
    memcpy(tap->downscript, o->downscript, sizeof tap->downscript);
    return tap;
}

const struct net_backend net_tap = { open_tap, close_tap, send_frame, before_poll, after_poll, is_busy };
