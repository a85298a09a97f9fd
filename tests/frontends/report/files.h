/* SPDX-License-Identifier: MIT */
/* A folder for a test's files, and files of -stats in it. */
#ifndef TESTS_FRONTENDS_REPORT_FILES_H
#define TESTS_FRONTENDS_REPORT_FILES_H

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/report/read.h"
#include "frontends/stats/json.h"
#include "tests/frontends/stats/made_up.h"
#include "tests/support/support.h"

static char files_folder[64];

static void files_make(void)
{
    strcpy(files_folder, "/tmp/orrery-report-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(files_folder));
    ck_assert_int_eq(chdir(files_folder), 0);
}

static void files_remove(void)
{
    DIR *dir = opendir(".");
    for (struct dirent *entry; (entry = readdir(dir));)
        unlink(entry->d_name);
    closedir(dir);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(files_folder), 0);
}

static inline void files_write(const char *name, const char *text, size_t size)
{
    FILE *to = fopen(name, "wb");
    ck_assert_ptr_nonnull(to);
    ck_assert_uint_eq(fwrite(text, 1, size, to), size);
    ck_assert_int_eq(fclose(to), 0);
}

/* The text of a good file, to be freed; `change` (may be NULL) alters the run before. */
static inline char *files_text(void change(struct stats *stats))
{
    struct stats stats;
    static struct stats_sample samples[MADE_UP_SAMPLES];
    char *text = NULL;
    size_t size;
    made_up_stats(&stats, samples);
    if (change)
        change(&stats);
    FILE *to = open_memstream(&text, &size);
    stats_json(to, &stats);
    fclose(to);
    return text;
}

#endif
