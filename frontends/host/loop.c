/* SPDX-License-Identifier: MIT */
#include "frontends/host/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "frontends/host/pace.h"
#include "frontends/host/route.h"

/* A slice of virtual time is cut so that an input waits a few milliseconds of host time at most, on slow hosts too. */
enum {
    SLICE_MIN_US = 20, SLICE_PACED_US = 1000, SLICE_FREE_US = 2000,
    SLICE_SLOW_NS = 4000000, SLICE_FAST_NS = 1000000
};

struct host_poll {
    struct pollfd *fds;
    struct host_fd **owners;   /* NULL for a poller's descriptor */
    int count, capacity;
};

struct host_loop {
    struct host_loop_config config;
    struct host_time time;
    struct host_loop_ports ports;
    const struct host_engine *engine;
    void *machine;
    struct inbox *inbox;
    struct host_fd wake;       /* reading end of the wake pipe */
    int wake_writer;
    _Atomic int end;           /* enum host_end */
    struct host_fd *fds;
    struct host_poller *pollers;
    struct host_timer *timers; /* by time, then by order of arming */
    struct host_observer *observers;
    struct host_poll poll;
    struct pace pace;
    bool idles_in_real_time;   /* at maximum speed: `pace` is the line on which the present idle time passes */
    bool halted;
    enum timing_mode kept_timing;   /* what `on` means when time keeping is switched on again */
    tick_t slice, ended_at;
    tick_t runs_to;            /* where the slice in progress ends; 0: none is */
};

/* ---- the wake pipe ---- */

static void wake_up(struct host_loop *loop)
{
    int saved = errno;
    if (write(loop->wake_writer, "", 1) < 0) {
        /* A full pipe wakes just as well. */
    }
    errno = saved;
}

static void empty_wake_pipe(void *owner, short revents)
{
    struct host_loop *loop = owner;
    char bytes[64];
    (void)revents;
    while (read(loop->wake.fd, bytes, sizeof bytes) > 0)
        continue;
}

static int open_wake_pipe(struct host_loop *loop, struct error *err)
{
    int ends[2];
    if (pipe(ends) < 0)
        return error_set(err, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    }
    loop->wake_writer = ends[1];
    loop->wake = (struct host_fd){ .fd = ends[0], .events = POLLIN, .ready = empty_wake_pipe, .owner = loop };
    host_loop_add_fd(loop, &loop->wake);
    return 0;
}

/* ---- life ---- */

struct host_loop *host_loop_new(const struct host_loop_config *config, const struct host_time *time, struct error *err)
{
    struct host_loop *loop = mem_alloc(sizeof *loop);
    loop->config = *config;
    loop->time = *time;
    loop->kept_timing = TIMING_ON;
    loop->pace.percent = config->percent == HOST_SPEED_MAX ? HOST_SPEED_REAL : config->percent;
    loop->slice = SLICE_MIN_US * TICKS_PER_US;
    if (open_wake_pipe(loop, err) < 0) {
        free(loop);
        return NULL;
    }
    loop->inbox = inbox_new();
    return loop;
}

void host_loop_free(struct host_loop *loop)
{
    if (!loop)
        return;
    close(loop->wake.fd);
    close(loop->wake_writer);
    inbox_free(loop->inbox);
    free(loop->poll.fds);
    free(loop->poll.owners);
    free(loop);
}

void host_loop_connect(struct host_loop *loop, const struct host_loop_ports *ports)
{
    loop->ports = *ports;
}

void host_loop_stop(struct host_loop *loop, enum host_end reason)
{
    int none = HOST_END_NONE;
    atomic_compare_exchange_strong(&loop->end, &none, (int)reason);   /* the first reason counts */
    wake_up(loop);
}

void host_loop_post(struct host_loop *loop, const struct host_message *message)
{
    if (inbox_put(loop->inbox, message))
        wake_up(loop);
}

void host_loop_deliver(struct host_loop *loop, const struct host_message *message)
{
    if (message->kind == HOST_TIMING)
        host_loop_toggle_timing(loop);
    else
        route_message(&loop->ports, message);
}

bool host_loop_keys_taken(const struct host_loop *loop)
{
    return route_keys_taken(&loop->ports);
}

/* ---- descriptors, pollers, timers ---- */

void host_loop_add_fd(struct host_loop *loop, struct host_fd *fd)
{
    fd->index = -1;
    fd->next = loop->fds;
    loop->fds = fd;
}

void host_loop_remove_fd(struct host_loop *loop, struct host_fd *fd)
{
    for (struct host_fd **p = &loop->fds; *p; p = &(*p)->next)
        if (*p == fd) {
            *p = fd->next;
            break;
        }
    for (int i = 0; i < loop->poll.count; i++)
        if (loop->poll.owners[i] == fd)
            loop->poll.owners[i] = NULL;
}

void host_loop_add_poller(struct host_loop *loop, struct host_poller *poller)
{
    struct host_poller **p = &loop->pollers;
    while (*p)
        p = &(*p)->next;
    poller->next = NULL;
    *p = poller;
}

void host_loop_remove_poller(struct host_loop *loop, struct host_poller *poller)
{
    for (struct host_poller **p = &loop->pollers; *p; p = &(*p)->next)
        if (*p == poller) {
            *p = poller->next;
            return;
        }
}

void host_loop_at(struct host_loop *loop, struct host_timer *timer, tick_t at)
{
    host_loop_cancel(loop, timer);
    struct host_timer **p = &loop->timers;
    while (*p && (*p)->at <= at)
        p = &(*p)->next;
    timer->at = at;
    timer->next = *p;
    *p = timer;
    if (at < loop->runs_to) {
        loop->runs_to = at;
        loop->engine->run_until(loop->machine, at);
    }
}

void host_loop_cancel(struct host_loop *loop, struct host_timer *timer)
{
    for (struct host_timer **p = &loop->timers; *p; p = &(*p)->next)
        if (*p == timer) {
            *p = timer->next;
            return;
        }
}

void host_loop_add_observer(struct host_loop *loop, struct host_observer *observer)
{
    observer->next_observer = loop->observers;
    loop->observers = observer;
}

void host_loop_remove_observer(struct host_loop *loop, struct host_observer *observer)
{
    for (struct host_observer **p = &loop->observers; *p; p = &(*p)->next_observer)
        if (*p == observer) {
            *p = observer->next_observer;
            return;
        }
}

static void fire_timers(struct host_loop *loop)
{
    while (loop->timers && loop->timers->at <= host_loop_now(loop)) {
        struct host_timer *timer = loop->timers;
        loop->timers = timer->next;
        timer->fire(timer->owner);
    }
}

tick_t host_loop_now(const struct host_loop *loop)
{
    return loop->machine ? loop->engine->now(loop->machine) : loop->ended_at;
}

uint64_t host_loop_host_ns(const struct host_loop *loop)
{
    return loop->time.now(loop->time.self);
}

/* ---- time keeping ---- */

enum timing_mode host_loop_timing(const struct host_loop *loop)
{
    return loop->machine ? loop->engine->timing(loop->machine) : TIMING_OFF;
}

void host_loop_set_timing(struct host_loop *loop, enum timing_mode mode)
{
    if (!loop->machine || mode == host_loop_timing(loop))
        return;
    if (mode == TIMING_OFF)
        loop->kept_timing = host_loop_timing(loop);
    loop->engine->set_timing(loop->machine, mode);
}

enum timing_mode host_loop_toggle_timing(struct host_loop *loop)
{
    host_loop_set_timing(loop, host_loop_timing(loop) == TIMING_OFF ? loop->kept_timing : TIMING_OFF);
    return host_loop_timing(loop);
}

const char *host_loop_timing_text(enum timing_mode mode)
{
    static const char *const texts[] = {
        [TIMING_OFF] = "time: one cycle per instruction", [TIMING_ON] = "time: the core's",
        [TIMING_REFERENCE] = "time: the core's, computed anew each time",
    };
    return texts[mode];
}

/* ---- how far to run, how long to sleep ---- */

static tick_t earlier(tick_t a, tick_t b)
{
    return a < b ? a : b;
}

/* When the core may wake by itself, or `now` while it runs. */
static tick_t idle_until(const struct host_loop *loop)
{
    return loop->halted ? TICK_NEVER : loop->engine->idle_until(loop->machine);
}

/* The machine must not run beyond this time, because something is to be done at it. */
static tick_t horizon(const struct host_loop *loop)
{
    return earlier(loop->config.limit, loop->timers ? loop->timers->at : TICK_NEVER);
}

static bool any(const struct host_loop *loop, bool stalled)
{
    for (const struct host_poller *p = loop->pollers; p; p = p->next) {
        bool (*claim)(void *) = stalled ? p->stalled : p->busy;
        if (claim && claim(p->owner))
            return true;
    }
    return false;
}

/* Whether time passes as on the host now: always when paced; at maximum speed only while idle and waiting for the host. */
static bool keeps_pace(struct host_loop *loop)
{
    if (loop->config.percent != HOST_SPEED_MAX)
        return true;
    tick_t now = host_loop_now(loop);
    bool is_waiting = idle_until(loop) > now && any(loop, false);
    if (is_waiting && !loop->idles_in_real_time)
        pace_anchor(&loop->pace, host_loop_host_ns(loop), now);
    loop->idles_in_real_time = is_waiting;
    return is_waiting;
}

/* Where the next slice ends; not after now when there is nothing to run yet. */
static tick_t slice_end(struct host_loop *loop)
{
    tick_t now = host_loop_now(loop), wakes = idle_until(loop), last = horizon(loop);
    bool is_idle = wakes > now;

    if (keeps_pace(loop)) {
        tick_t target = pace_virtual(&loop->pace, host_loop_host_ns(loop));
        if (is_idle)   /* never ahead: an input may come at any moment */
            return earlier(earlier(wakes, target), last);
        return now > target ? now : earlier(now + loop->slice, last);
    }
    tick_t end = is_idle ? earlier(wakes, last) : earlier(now + loop->slice, last);
    return end == TICK_NEVER ? now : end;
}

/* Host time to sleep in the coming poll: nanoseconds, -1 for ever. */
static int64_t sleep_ns(struct host_loop *loop)
{
    if (loop->end != HOST_END_NONE)
        return 0;
    if (any(loop, true) || loop->halted)
        return -1;
    tick_t now = host_loop_now(loop), wakes = earlier(idle_until(loop), horizon(loop));
    if (!keeps_pace(loop))
        return wakes == TICK_NEVER ? -1 : 0;
    uint64_t host_now = host_loop_host_ns(loop), host_wakes = pace_host(&loop->pace, wakes > now ? wakes : now);
    if (host_wakes == UINT64_MAX)
        return -1;
    return host_wakes > host_now ? (int64_t)(host_wakes - host_now) : 0;
}

/* ---- one turn ---- */

static void adapt_slice(struct host_loop *loop, uint64_t took_ns)
{
    tick_t longest = (loop->config.percent == HOST_SPEED_MAX ? SLICE_FREE_US : SLICE_PACED_US) * TICKS_PER_US;
    if (took_ns > SLICE_SLOW_NS && loop->slice >= 2 * SLICE_MIN_US * TICKS_PER_US)
        loop->slice /= 2;
    else if (took_ns < SLICE_FAST_NS)
        loop->slice = earlier(2 * loop->slice, longest);
}

static void handle_stop(struct host_loop *loop, enum machine_stop stop)
{
    switch (stop) {
    case MACHINE_REACHED:
        break;
    case MACHINE_POWER_OFF:
        host_loop_stop(loop, HOST_END_POWER_OFF);
        break;
    case MACHINE_RESET:
        if (loop->config.no_reboot)
            host_loop_stop(loop, HOST_END_RESET);
        else
            loop->engine->reset(loop->machine);
        break;
    case MACHINE_HALTED:
        loop->halted = true;
        if (!loop->config.stay_when_halted)
            host_loop_stop(loop, HOST_END_HALTED);
        break;
    }
}

/* Runs to `end`, in pieces between which the observers look. */
static enum machine_stop run_observed(struct host_loop *loop, tick_t end)
{
    enum machine_stop stop;
    loop->runs_to = end;
    do {
        tick_t until = loop->runs_to;
        for (struct host_observer *o = loop->observers; o; o = o->next_observer)
            until = earlier(until, o->next(o->owner));
        stop = loop->engine->run(loop->machine, until);
        for (struct host_observer *o = loop->observers; o; o = o->next_observer)
            o->look(o->owner);
    } while (loop->observers && stop == MACHINE_REACHED && host_loop_now(loop) < loop->runs_to);
    loop->runs_to = 0;
    return stop;
}

static void run_slice(struct host_loop *loop)
{
    if (loop->end != HOST_END_NONE || any(loop, true))
        return;
    tick_t end = slice_end(loop);
    if (end > host_loop_now(loop) && !loop->halted) {
        uint64_t started = host_loop_host_ns(loop);
        bool was_running = idle_until(loop) <= host_loop_now(loop);
        handle_stop(loop, run_observed(loop, end));
        if (was_running)
            adapt_slice(loop, host_loop_host_ns(loop) - started);
    }
    if (loop->config.percent != HOST_SPEED_MAX)
        pace_keep(&loop->pace, host_loop_host_ns(loop), host_loop_now(loop));
    if (loop->end != HOST_END_NONE)
        return;
    fire_timers(loop);
    if (host_loop_now(loop) >= loop->config.limit)
        host_loop_stop(loop, HOST_END_LIMIT);
}

int host_poll_add(struct host_poll *poll, int fd, short events)
{
    if (poll->count == poll->capacity) {
        poll->capacity = poll->capacity ? 2 * poll->capacity : 16;
        poll->fds = mem_realloc(poll->fds, (size_t)poll->capacity * sizeof *poll->fds);
        poll->owners = mem_realloc(poll->owners, (size_t)poll->capacity * sizeof *poll->owners);
    }
    poll->fds[poll->count] = (struct pollfd){ .fd = fd, .events = events };
    poll->owners[poll->count] = NULL;
    return poll->count++;
}

short host_poll_result(const struct host_poll *poll, int index)
{
    return index >= 0 && index < poll->count ? poll->fds[index].revents : 0;
}

static void poll_host(struct host_loop *loop)
{
    struct host_poll *poll = &loop->poll;
    poll->count = 0;
    for (struct host_fd *fd = loop->fds; fd; fd = fd->next)
        if (fd->events) {
            fd->index = host_poll_add(poll, fd->fd, fd->events);
            poll->owners[fd->index] = fd;
        }
    int64_t timeout_ns = sleep_ns(loop);
    for (struct host_poller *p = loop->pollers; p; p = p->next)
        if (p->before_poll) {
            int64_t wanted_ns = timeout_ns;
            p->before_poll(p->owner, poll, &wanted_ns);
            if (wanted_ns >= 0 && (timeout_ns < 0 || wanted_ns < timeout_ns))
                timeout_ns = wanted_ns;
        }
    if (loop->time.poll(loop->time.self, poll->fds, (unsigned)poll->count, timeout_ns) < 0) {
        for (int i = 0; i < poll->count; i++)
            poll->fds[i].revents = 0;
        if (errno != EINTR && errno != EAGAIN) {
            host_warn("cannot wait for the host's files: %s", strerror(errno));
            host_loop_stop(loop, HOST_END_ERROR);
        }
    }
}

static void take_what_came(struct host_loop *loop)
{
    struct host_poll *poll = &loop->poll;
    for (int i = 0; i < poll->count; i++) {
        struct host_fd *fd = poll->owners[i];
        if (fd && poll->fds[i].revents)
            fd->ready(fd->owner, poll->fds[i].revents);
    }
    for (struct host_poller *p = loop->pollers; p; p = p->next)
        if (p->after_poll)
            p->after_poll(p->owner, poll);
    size_t count;
    const struct host_message *messages = inbox_take(loop->inbox, &count);
    for (size_t i = 0; i < count; i++)
        host_loop_deliver(loop, &messages[i]);
}

enum host_end host_loop_run(struct host_loop *loop, const struct host_engine *engine, void *machine)
{
    loop->engine = engine;
    loop->machine = machine;
    pace_anchor(&loop->pace, host_loop_host_ns(loop), host_loop_now(loop));
    while (loop->end == HOST_END_NONE) {
        poll_host(loop);
        /* Sleeping was idle guest time: it passes before what ended the sleep comes in, so that the time stamps are right. */
        if (idle_until(loop) > host_loop_now(loop))
            run_slice(loop);
        take_what_came(loop);
        run_slice(loop);
    }
    loop->ended_at = host_loop_now(loop);
    loop->machine = NULL;   /* it may be freed before those who ask for the time */
    return (enum host_end)loop->end;
}
