/* SPDX-License-Identifier: MIT */
/* The machine's thread: runs the machine in slices, paces virtual time against host time, and is the only door through which
   outside input enters. Everything below is called on that thread, between two slices, with the machine's clock exact, so that
   what enters has a virtual time stamp (host_loop_now); only host_loop_post and host_loop_stop may be called from other threads
   (and host_loop_stop from signal handlers). */
#ifndef FRONTENDS_HOST_LOOP_H
#define FRONTENDS_HOST_LOOP_H

#include "base/types.h"
#include "boards/machine.h"
#include "frontends/host/inbox.h"

struct host_loop;
struct typist;
struct host_poll;   /* the descriptors of one poll() */

/* ---- host files: sockets, terminals ---- */

/* A descriptor to wait for. Embedded in its owner; `events` (POLLIN, POLLOUT, or 0 to be left alone) may be changed at any
   time on the machine's thread. `ready` is told what poll() said; POLLERR and POLLHUP come unasked. It may remove itself or
   others. */
struct host_fd {
    int fd;
    short events;
    void (*ready)(void *owner, short revents);
    void *owner;
    struct host_fd *next;
    int index;          /* the loop's own: place in the current poll, or -1 */
};

void host_loop_add_fd(struct host_loop *loop, struct host_fd *fd);
void host_loop_remove_fd(struct host_loop *loop, struct host_fd *fd);   /* harmless when not added */

/* ---- pollers: libraries with descriptors and timers of their own (libslirp), and work to be done between slices ---- */

/* Embedded in its owner; every function may be NULL. */
struct host_poller {
    /* Before each poll (so: after each slice): adds descriptors with host_poll_add, and may lower *timeout_ns (-1: for ever),
       the longest host time that the loop may sleep. */
    void (*before_poll)(void *owner, struct host_poll *poll, int64_t *timeout_ns);
    /* After each poll: takes what came in. */
    void (*after_poll)(void *owner, const struct host_poll *poll);
    /* True while something of the host is awaited (an open socket, a user at a terminal): then idle guest time is spent in
       real time even at maximum speed, so that the answer does not arrive years later. */
    bool (*busy)(void *owner);
    /* True while the machine must not run because the host takes no more of its output. The loop only polls until it is false. */
    bool (*stalled)(void *owner);
    void *owner;
    struct host_poller *next;
};

void host_loop_add_poller(struct host_loop *loop, struct host_poller *poller);
void host_loop_remove_poller(struct host_loop *loop, struct host_poller *poller);

/* Adds a descriptor to the coming poll and returns its index; host_poll_result says afterwards what happened (poll's revents). */
int host_poll_add(struct host_poll *poll, int fd, short events);
short host_poll_result(const struct host_poll *poll, int index);

/* ---- time ---- */

/* Something to be done at a virtual time (a screen dump, a scripted key): exact, the same in every run. Embedded in its owner.
   May be armed by a port in the middle of a slice, which then ends at that time. */
struct host_timer {
    tick_t at;
    void (*fire)(void *owner);
    void *owner;
    struct host_timer *next;
};

void host_loop_at(struct host_loop *loop, struct host_timer *timer, tick_t at);   /* moves it if armed already */
void host_loop_cancel(struct host_loop *loop, struct host_timer *timer);

/* Somebody who looks at the machine at instants of virtual time that depend on the machine alone (every so many cycles, say),
   between two of its blocks, and changes nothing. Unlike a timer it costs no turn of the loop, so it may look often. */
struct host_observer {
    tick_t (*next)(void *owner);   /* when to look next; TICK_NEVER: no more. Asked again after each piece of a run */
    void (*look)(void *owner);     /* called after each piece, also one that ended before that time */
    void *owner;
    struct host_observer *next_observer;
};

void host_loop_add_observer(struct host_loop *loop, struct host_observer *observer);
void host_loop_remove_observer(struct host_loop *loop, struct host_observer *observer);   /* harmless when not added */

/* The machine's virtual time; 0 before host_loop_run, the last one after it. */
tick_t host_loop_now(const struct host_loop *loop);

/* Whose time is kept, and a change of it while the guest goes on; like all input it enters between two slices. A switch to the
   mode that is there already changes nothing: the caches stay full. Without a machine it is TIMING_OFF and cannot be changed. */
enum timing_mode host_loop_timing(const struct host_loop *loop);
void host_loop_set_timing(struct host_loop *loop, enum timing_mode mode);

/* Off, or back to what it was before (TIMING_ON if it never was on). Returns the new mode. */
enum timing_mode host_loop_toggle_timing(struct host_loop *loop);

/* What a user reads of a mode. */
const char *host_loop_timing_text(enum timing_mode mode);

/* The host's monotonic clock in nanoseconds, as the loop sees it. */
uint64_t host_loop_host_ns(const struct host_loop *loop);

/* ---- life ---- */

/* What the loop needs of a machine, and of the host's time: tables, so that tests run it with neither. */
struct host_engine {
    enum machine_stop (*run)(void *machine, tick_t until);
    void (*reset)(void *machine);
    tick_t (*now)(const void *machine);
    tick_t (*idle_until)(const void *machine);
    enum timing_mode (*timing)(const void *machine);
    void (*set_timing)(void *machine, enum timing_mode mode);
    /* From within `run`: it ends at this time, if it would have gone further. */
    void (*run_until)(void *machine, tick_t at);
};
extern const struct host_engine host_engine_machine;   /* a struct machine */

struct pollfd;
struct host_time {
    uint64_t (*now)(void *self);   /* nanoseconds, never backwards */
    /* Like ppoll without a mask: sleeps until a descriptor is ready or timeout_ns (-1: for ever) is over. */
    int (*poll)(void *self, struct pollfd *fds, unsigned count, int64_t timeout_ns);
    void *self;
};
extern const struct host_time host_time_real;

enum { HOST_SPEED_MAX = 0, HOST_SPEED_REAL = 100 };

struct host_loop_config {
    unsigned percent;      /* virtual time against host time, or HOST_SPEED_MAX */
    tick_t limit;          /* stop when virtual time gets there; TICK_NEVER: never */
    bool no_reboot;        /* a guest's reset ends the run */
    bool stay_when_halted; /* a guest that can never go on does not end the run: its window stays open */
};

/* Ports that inputs from the inbox go to; each may be NULL. */
struct host_loop_ports {
    struct input *inputs[4];
    struct power *power;
    struct display *display;
    struct typist *typist;
    /* bytes typed at the serial console of the window */
    void (*serial)(void *owner, const uint8_t *data, size_t length);
    void *serial_owner;
};

enum host_end {
    HOST_END_NONE,
    HOST_END_POWER_OFF,    /* the guest switched itself off */
    HOST_END_RESET,        /* the guest asked for a reset, with no_reboot */
    HOST_END_HALTED,       /* the guest can never go on */
    HOST_END_LIMIT,        /* virtual time reached `limit` */
    HOST_END_USER,         /* the user closed the window, or Ctrl-A x */
    HOST_END_SIGNAL,       /* a signal asked the process to end */
    HOST_END_ERROR         /* the loop could not go on; a message was written */
};

struct host_loop *host_loop_new(const struct host_loop_config *config, const struct host_time *time, struct error *err);
void host_loop_free(struct host_loop *loop);

/* Where inputs go. To be called before the loop runs. */
void host_loop_connect(struct host_loop *loop, const struct host_loop_ports *ports);

/* Runs the machine until something ends it. The calling thread is the machine's thread until this returns. */
enum host_end host_loop_run(struct host_loop *loop, const struct host_engine *engine, void *machine);

/* From any thread: puts an input into the inbox and wakes the loop. */
void host_loop_post(struct host_loop *loop, const struct host_message *message);

/* From any thread or signal handler: the loop ends soon, with this reason. */
void host_loop_stop(struct host_loop *loop, enum host_end reason);

/* On the machine's thread: has the guest taken all keys that were pressed? True when there is nobody to. */
bool host_loop_keys_taken(const struct host_loop *loop);

/* Inputs through the same door as the inbox's, at once: for timers and other callers on the machine's thread. */
void host_loop_deliver(struct host_loop *loop, const struct host_message *message);

#endif
