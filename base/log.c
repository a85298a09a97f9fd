/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LOG_BURST = 200, LOG_PARTS = 64 };

static bool guest_errors_on;

/* Lines written so far by each part; a part beyond the table shares the last row. */
static struct { char who[32]; unsigned lines; } budget[LOG_PARTS];

void log_guest_errors(bool on)
{
    guest_errors_on = on;
}

static unsigned count_line(const char *who)
{
    int i = 0;
    while (i < LOG_PARTS - 1 && budget[i].who[0] && strncmp(budget[i].who, who, sizeof budget[i].who - 1))
        i++;
    snprintf(budget[i].who, sizeof budget[i].who, "%s", who);
    return ++budget[i].lines;
}

void guest_log(const char *who, const char *format, ...)
{
    if (!guest_errors_on)
        return;
    unsigned line = count_line(who);
    if (line > LOG_BURST)
        return;
    fprintf(stderr, "guest: %s: ", who);
    va_list ap;
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputs(line == LOG_BURST ? " (no more lines from this part)\n" : "\n", stderr);
}

void host_warn(const char *format, ...)
{
    fputs("orrery: ", stderr);
    va_list ap;
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
}
