/* SPDX-License-Identifier: MIT */
/* QEMU's tools, which make images and judge those that we wrote. Files are in the test's scratch directory, which is the current
   one, so their names have no spaces. */
#ifndef TESTS_FRONTENDS_QCOW2_JUDGE_H
#define TESTS_FRONTENDS_QCOW2_JUDGE_H

#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "tests/frontends/image/scratch.h"

extern char **environ;

/* `qemu-img check` by its manual page. */
enum { JUDGE_SOUND = 0, JUDGE_CORRUPT = 2, JUDGE_LEAKS = 3 };

/* Runs a program, words separated by spaces; what it says is in the file "said". Its exit status. */
__attribute__((format(printf, 1, 2))) static inline int judge(const char *format, ...)
{
    char line[2000], *words[40], *rest = line;
    va_list args;
    va_start(args, format);
    ck_assert_int_lt(vsnprintf(line, sizeof line, format, args), (int)sizeof line);
    va_end(args);
    unsigned count = 0;
    for (char *word = strsep(&rest, " "); word && count < ARRAY_SIZE(words) - 1; word = strsep(&rest, " "))
        if (*word)
            words[count++] = word;
    words[count] = NULL;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t pid;
    int status, code = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    ck_assert_msg(code == 0, "%s cannot be started: %s", words[0], strerror(code));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* What the last program said. */
static inline const char *judge_said(void)
{
    static char text[4000];
    FILE *f = fopen("said", "r");
    size_t length = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[length] = '\0';
    if (f)
        fclose(f);
    return text;
}

/* The same, and it must succeed. */
#define judge_run(...) \
    do { \
        int status_ = judge(__VA_ARGS__); \
        ck_assert_msg(status_ == 0, "status %d, %s", status_, judge_said()); \
    } while (0)

static inline void judge_write(const char *name, const void *bytes, size_t length)
{
    FILE *f = fopen(name, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, length, f), length);
    ck_assert_int_eq(fclose(f), 0);
}

static inline void judge_setup(void)
{
    scratch_make();
    ck_assert_int_eq(chdir(scratch_directory), 0);
}

static inline void judge_teardown(void)
{
    ck_assert_int_eq(chdir("/"), 0);
    scratch_remove();
}

#endif
