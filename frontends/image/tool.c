/* SPDX-License-Identifier: MIT */
#include "frontends/image/tool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/image/chain.h"
#include "frontends/qcow2/qcow2.h"

static const char usage[] =
    "usage: orrery image create [-f qcow2|raw] [-b BACKING -F FORMAT] [-o OPTIONS] FILE [SIZE]\n"
    "       orrery image info [--json] [-f FORMAT] FILE\n"
    "       orrery image commit FILE\n"
    "create makes an empty disk of SIZE (bytes, or with K, M, G or T), or one that stands on BACKING and has its\n"
    "size; OPTIONS of qcow2 are cluster_size=64K,refcount_bits=16,compat=1.1,lazy_refcounts=on. info says what an\n"
    "image is. commit writes what a qcow2 image changed into its backing file, and empties it.\n";

static const struct command {
    const char *word;
    int (*run)(int argc, char *const argv[], struct error *err);
} commands[] = {
    { "create", tool_create }, { "info", tool_info }, { "commit", tool_commit },
};

/* A file may hold anything: what of it is in a message must not drive the terminal. */
static int fail(struct error *err)
{
    for (char *p = err->text; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = ' ';
    fprintf(stderr, "orrery: %s\n", err->text);
    return EXIT_FAILURE;
}

int tool_main(int argc, char *const argv[])
{
    struct error err;
    signal(SIGXFSZ, SIG_IGN);   /* a limit on file sizes is an error like others */
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (argc > 0 && !strcmp(argv[0], commands[i].word))
            return commands[i].run(argc - 1, argv + 1, &err) < 0 ? fail(&err) : EXIT_SUCCESS;
    if (argc > 0 && (!strcmp(argv[0], "-h") || !strcmp(argv[0], "-help") || !strcmp(argv[0], "--help"))) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    error_set(&err, "image: %s%s%s create, info or commit; orrery image --help says how", argc > 0 ? "there is no '" : "which of",
              argc > 0 ? argv[0] : "", argc > 0 ? "', but there are" : "");
    return fail(&err);
}

int tool_commit(int argc, char *const argv[], struct error *err)
{
    uint64_t copied;
    if (argc != 1 || *argv[0] == '-')
        return error_set(err, "image commit: which file? Write orrery image commit FILE");
    if (qcow2_commit(argv[0], &copied, err) < 0)
        return -1;
    printf("%llu KiB committed\n", (unsigned long long)(copied + KIB - 1) / KIB);
    return 0;
}
