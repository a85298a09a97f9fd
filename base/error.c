/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

/* A table of some MB that is looked up all over costs a host TLB miss a look-up: 18 % of a boot's CPU time with time kept. */
void *mem_alloc_table(size_t size)
{
    enum { HUGE = 2 << 20 };
    size_t whole = (size + HUGE - 1) / HUGE * HUGE;
    void *p = checked(aligned_alloc(HUGE, whole), whole);
#ifdef MADV_HUGEPAGE
    madvise(p, whole, MADV_HUGEPAGE);   /* a hint: it may fail */
#endif
    return memset(p, 0, whole);
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
