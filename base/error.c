/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <stdarg.h>
#include <stdint.h>
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

enum { HUGE = 2 << 20 };

static size_t in_huge_pages(size_t size)
{
    return (size + HUGE - 1) / HUGE * HUGE;
}

/* Of the leak checker, in builds that have it (sanitizer/lsan_interface.h): what is allocated and known to this memory only is no
   leak. By itself it does not look into mappings. */
void __lsan_register_root_region(const void *p, size_t size) __attribute__((weak));
void __lsan_unregister_root_region(const void *p, size_t size) __attribute__((weak));

/* A table of some MB that is looked up all over costs a host TLB miss a look-up: 18 % of a boot's CPU time with time kept.
   Not from malloc: aligned like that its pieces lie 2 MB apart, and what is freed stays with the process (docs/design.md, "What a
   guest's hours may leave behind"). */
void *mem_alloc_table(size_t size)
{
    size_t whole = in_huge_pages(size);
    uint8_t *p = mmap(NULL, whole + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    checked(p == MAP_FAILED ? NULL : p, whole);
    size_t before = -(uintptr_t)p % HUGE;
    if (before)
        munmap(p, before);
    munmap(p + before + whole, HUGE - before);
#ifdef MADV_HUGEPAGE
    madvise(p + before, whole, MADV_HUGEPAGE);   /* a hint: it may fail */
#endif
    if (__lsan_register_root_region)
        __lsan_register_root_region(p + before, whole);
    return p + before;
}

void mem_free_table(void *p, size_t size)
{
    if (!p)
        return;
    if (__lsan_unregister_root_region)
        __lsan_unregister_root_region(p, in_huge_pages(size));
    munmap(p, in_huge_pages(size));
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
