/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int error_set(struct error *err, const char *format, ...)
{
    if (err) {
        va_list ap;
        va_start(ap, format);
        vsnprintf(err->text, sizeof err->text, format, ap);
        va_end(ap);
    }
    return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
    if (err) {
        struct error old = *err;
        va_list ap;
        va_start(ap, format);
        int n = vsnprintf(err->text, sizeof err->text, format, ap);
        va_end(ap);
        if (n >= 0 && (size_t)n < sizeof err->text)
            snprintf(err->text + n, sizeof err->text - (size_t)n, ": %.480s", old.text);
    }
    return -1;
}

void bug_report(const char *file, int line, const char *claim)
{
    fprintf(stderr, "orrery: bug at %s:%d: %s\n", file, line, claim);
    abort();
}

static void *checked(void *p, size_t size)
{
    if (!p && size) {
        fprintf(stderr, "orrery: the host has no memory left (%zu bytes wanted)\n", size);
        exit(1);
    }
    return p;
}

void *mem_alloc(size_t size)
{
    return checked(calloc(1, size), size);
}

void *mem_realloc(void *p, size_t size)
{
    return checked(realloc(p, size), size);
}

char *mem_strdup(const char *s)
{
    return checked(strdup(s), 1);
}

char *mem_printf(const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    char *text = NULL;
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    return checked(n < 0 ? NULL : text, 1);
}
