/* SPDX-License-Identifier: MIT */
/* -serial stdio and mon:stdio: the terminal that Orrery was started on, or whatever its standard input and output are. The
   terminal is a thing of the process, so its saved mode is too. */
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "frontends/host/chardev_backend.h"

static struct termios saved_mode, raw_mode;
static volatile sig_atomic_t is_raw;
static bool is_taken;

static const int fatal_signals[] = { SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL };

static void restore_terminal(void)
{
    if (is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &saved_mode);
}

static void restore_and_die(int signal_number)
{
    restore_terminal();
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void suspend(int signal_number)
{
    (void)signal_number;
    restore_terminal();
    raise(SIGSTOP);
}

static void resume(int signal_number)
{
    (void)signal_number;
    if (is_raw)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw_mode);
}

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

static void make_raw(bool passes_signals)
{
    if (tcgetattr(STDIN_FILENO, &saved_mode) < 0)
        return;
    raw_mode = saved_mode;
    raw_mode.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw_mode.c_oflag |= OPOST;
    raw_mode.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | IEXTEN);
    if (passes_signals)
        raw_mode.c_lflag &= ~(tcflag_t)ISIG;
    raw_mode.c_cc[VMIN] = 1;
    raw_mode.c_cc[VTIME] = 0;
    is_raw = 1;
    tcsetattr(STDIN_FILENO, TCSANOW, &raw_mode);
    handle(SIGTSTP, suspend);
    handle(SIGCONT, resume);
    for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++)
        handle(fatal_signals[i], restore_and_die);
}

static int take_stdio(struct host_chardev *line, bool passes_signals, struct error *err)
{
    if (is_taken)
        return error_set(err, "standard input and output can serve one serial line only");
    is_taken = true;
    line->in = STDIN_FILENO;
    line->out = STDOUT_FILENO;
    line->may_block = true;
    line->is_lossless = true;
    if (isatty(STDIN_FILENO))
        make_raw(passes_signals);
    return 0;
}

static int open_stdio(struct host_chardev *line, const char *argument, struct error *err)
{
    (void)argument;
    return take_stdio(line, false, err);
}

/* With the Ctrl-A keys there is another way out, so Ctrl-C and Ctrl-Z are the guest's. */
static int open_mon_stdio(struct host_chardev *line, const char *argument, struct error *err)
{
    (void)argument;
    line->has_mux = true;
    return take_stdio(line, true, err);
}

static void close_stdio(struct host_chardev *line)
{
    (void)line;
    restore_terminal();
    if (is_raw) {
        is_raw = 0;
        handle(SIGTSTP, SIG_DFL);
        handle(SIGCONT, SIG_DFL);
        for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++)
            handle(fatal_signals[i], SIG_DFL);
    }
    is_taken = false;
}

const struct chardev_backend chardev_stdio = { .word = "stdio", .syntax = "stdio", .open = open_stdio, .close = close_stdio };
const struct chardev_backend chardev_mon_stdio = {
    .word = "mon:stdio", .syntax = "mon:stdio", .open = open_mon_stdio, .close = close_stdio
};
