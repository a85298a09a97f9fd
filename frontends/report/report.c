/* SPDX-License-Identifier: MIT */
#include "frontends/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frontends/host/save.h"
#include "frontends/report/page.h"

static const char usage[] =
    "usage: orrery report FILE.json... [-o OUT.html]\n"
    "Makes a page of one or several files of -stats; it opens in any browser. With several, the others are\n"
    "compared with the first. Without -o the page goes to standard output.\n";

struct request {
    const char *files[PAGE_RUNS];
    unsigned count;
    const char *out;
    bool wants_help;
};

static int parse(struct request *r, int argc, char *const argv[], struct error *err)
{
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (!strcmp(word, "-h") || !strcmp(word, "-help") || !strcmp(word, "--help")) {
            r->wants_help = true;
            return 0;
        }
        if (!strcmp(word, "-o") || !strcmp(word, "--output")) {
            if (++i == argc || !*argv[i])
                return error_set(err, "report: %s needs a file name after it", word);
            r->out = argv[i];
        } else if (*word == '-' && word[1]) {
            return error_set(err, "report: unknown option '%s'; there is only -o OUT.html", word);
        } else if (r->count == PAGE_RUNS) {
            return error_set(err, "report: at most %d files fit on a page", PAGE_RUNS);
        } else {
            r->files[r->count++] = word;
        }
    }
    if (!r->count)
        return error_set(err, "report: which files? Write orrery report FILE.json, a file that -stats FILE.json wrote");
    if (!r->out && isatty(STDOUT_FILENO))
        return error_set(err, "report: a page is nothing for a terminal; add -o OUT.html");
    return 0;
}

struct content {
    const struct report_run *runs;
    unsigned count;
};

static void write_page(FILE *to, const void *from)
{
    const struct content *content = from;
    page_write(to, content->runs, content->count);
}

/* A file may hold anything: what of it is in a message must not drive the terminal. */
static int fail(struct error *err)
{
    for (char *p = err->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    fprintf(stderr, "orrery: %s\n", err->text);
    return EXIT_FAILURE;
}

static int report(const struct request *r, struct report_run *runs, struct error *err)
{
    for (unsigned i = 0; i < r->count; i++)
        if (report_read(&runs[i], r->files[i], err) < 0)
            return -1;
    report_name(runs, r->count);
    struct content content = { runs, r->count };
    return save_file("report", r->out ? r->out : "/dev/stdout", write_page, &content, err);
}

int report_main(int argc, char *const argv[])
{
    struct request r = { .count = 0 };
    struct report_run runs[PAGE_RUNS] = { { 0 } };
    struct error err;
    if (parse(&r, argc, argv, &err) < 0)
        return fail(&err);
    if (r.wants_help) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    int result = report(&r, runs, &err);
    for (unsigned i = 0; i < r.count; i++)
        report_free(&runs[i]);
    return result < 0 ? fail(&err) : EXIT_SUCCESS;
}
