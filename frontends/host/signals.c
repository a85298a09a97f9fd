/* SPDX-License-Identifier: MIT */
#include "frontends/host/signals.h"

#include <signal.h>

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

/* Signals belong to the process, so their target does too. */
static struct host_loop *volatile target;
static volatile sig_atomic_t came;

static void stop(int number)
{
    came = number;
    if (target)
        host_loop_stop(target, HOST_END_SIGNAL);
}

void signals_stop(struct host_loop *loop)
{
    target = loop;
    signal(SIGPIPE, SIG_IGN);   /* whoever reads the serial line may go away */
    for (size_t i = 0; i < ARRAY_SIZE(ending); i++) {
        struct sigaction action = { .sa_handler = loop ? stop : SIG_DFL, .sa_flags = (int)SA_RESETHAND }, old;
        sigemptyset(&action.sa_mask);
        sigaction(ending[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)   /* nohup */
            sigaction(ending[i], &action, NULL);
    }
}

void signals_end(void)
{
    if (came) {
        signal(came, SIG_DFL);
        raise(came);
    }
}
