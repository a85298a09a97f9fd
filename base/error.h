/* SPDX-License-Identifier: MIT */
/* Three voices: bug_on for our mistake, struct error for the user's, guest_log (log.h) for the guest's. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/types.h"

/* What went wrong and what the user can do about it, in one or two sentences without a trailing newline. */
struct error {
    char text[512];
};

/* Fills err (if not NULL) and returns -1, so that a failing function can end with `return error_set(err, …)`. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "prefix: " before the text that is there; returns -1. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

_Noreturn void bug_report(const char *file, int line, const char *claim);

/* Ends the process if the claim about *our own* code holds. Nothing a guest or a user does may reach it. */
#define bug_on(claim)                                   \
    do {                                                \
        if (unlikely(claim))                            \
            bug_report(__FILE__, __LINE__, #claim);     \
    } while (0)

/* malloc and friends that never return NULL: a host without memory ends the process with a message. Memory is zeroed. */
void *mem_alloc(size_t size);

/* The same in pages of 2 MB if the host has them, the size rounded up to such pages. What is freed, which takes the same size,
   goes back to the host at once. */
void *mem_alloc_table(size_t size);
void mem_free_table(void *p, size_t size);

void *mem_realloc(void *p, size_t size);
char *mem_strdup(const char *s);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
