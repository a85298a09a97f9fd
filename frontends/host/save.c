/* SPDX-License-Identifier: MIT */
#include "frontends/host/save.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE_ALL = 0666 };

static int fail(const char *what, const char *file, int code, struct error *err)
{
    return error_set(err, "cannot write the %s '%s': %s", what, file, strerror(code));
}

/* The file that a symbolic link stands for, or the name as it is; to be freed. */
static char *resolve(const char *file)
{
    char *real = realpath(file, NULL);
    return real ? real : mem_strdup(file);
}

static bool is_written_in_place(const char *file)
{
    struct stat st;
    return stat(file, &st) == 0 && !S_ISREG(st.st_mode);
}

/* As a file made by open() would have. */
static mode_t mode_of(const char *file)
{
    struct stat st;
    if (stat(file, &st) == 0)
        return st.st_mode & 07777;
    mode_t mask = umask(0);
    umask(mask);
    return MODE_ALL & ~mask;
}

/* Takes over the stream. 0, or why not. */
static int write_out(FILE *to, save_writer *write, const void *from)
{
    write(to, from);
    bool is_bad = ferror(to) || fflush(to) != 0;
    int code = is_bad && errno ? errno : EIO;
    if (fclose(to) != 0 && !is_bad) {
        is_bad = true;
        code = errno;
    }
    return is_bad ? code : 0;
}

static int write_beside(const char *file, save_writer *write, const void *from)
{
    char *beside = mem_printf("%s.XXXXXX", file);
    int fd = mkstemp(beside), code = fd < 0 ? errno : 0;
    if (!code) {
        fchmod(fd, mode_of(file));
        FILE *to = fdopen(fd, "w");
        code = write_out(to, write, from);
        if (!code && rename(beside, file) < 0)
            code = errno;
        if (code)
            unlink(beside);
    }
    free(beside);
    return code;
}

int save_file(const char *what, const char *file, save_writer *write, const void *from, struct error *err)
{
    char *real = resolve(file);
    int code;
    errno = 0;
    if (is_written_in_place(real)) {
        FILE *to = fopen(real, "w");
        code = to ? write_out(to, write, from) : errno;
    } else {
        code = write_beside(real, write, from);
    }
    free(real);
    return code ? fail(what, file, code, err) : 0;
}

int save_check(const char *what, const char *file, struct error *err)
{
    char *real = resolve(file);
    struct stat st;
    bool is_there = stat(real, &st) == 0;
    int code = is_there && S_ISDIR(st.st_mode) ? EISDIR : 0;
    if (!code && is_there && access(real, W_OK) < 0)
        code = errno;
    if (!code && (!is_there || S_ISREG(st.st_mode))) {
        char *slash = strrchr(real, '/');
        if (slash)
            slash[slash == real] = 0;
        if (access(slash ? real : ".", W_OK | X_OK) < 0)
            code = errno;
    }
    free(real);
    return code ? fail(what, file, code, err) : 0;
}
