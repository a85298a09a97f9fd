/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "boards/machine.h"
#include "frontends/cli/cores.h"
#include "frontends/cli/options.h"
#include "frontends/cli/session.h"
#include "frontends/cli/version.h"
#include "frontends/host/signals.h"
#include "frontends/image/tool.h"
#include "frontends/profile/annotate.h"
#include "frontends/report/report.h"

enum { EXIT_GOOD = 0, EXIT_ERROR = 1 };

/* Documented in docs/user.md; 2 is left to shells. */
static const int status_of[] = {
    [HOST_END_POWER_OFF] = EXIT_GOOD, [HOST_END_RESET] = 3, [HOST_END_LIMIT] = 4, [HOST_END_USER] = 5, [HOST_END_HALTED] = 6,
    [HOST_END_SIGNAL] = EXIT_ERROR, [HOST_END_ERROR] = EXIT_ERROR, [HOST_END_NONE] = EXIT_ERROR,
};

static int fail(const struct error *err)
{
    fprintf(stderr, "orrery: %s\n", err->text);
    return EXIT_ERROR;
}

static int run(const struct options *options)
{
    struct error err;
    log_guest_errors(options->logs_guest_errors);
    struct session *session = session_open(options, &err);
    if (!session)
        return fail(&err);
    if (options->dumpdtb) {
        int result = session_dump_device_tree(session, options->dumpdtb, &err);
        session_close(session);
        return result < 0 ? fail(&err) : EXIT_GOOD;
    }
    enum host_end end = session_run(session);
    session_report(session, end);
    bool is_good = session_close(session);
    if (end == HOST_END_HALTED)
        host_warn("the guest sleeps and nothing can ever wake it");
    return is_good ? status_of[end] : EXIT_ERROR;
}

static void print_line(void *to, const char *text)
{
    fprintf(to, "%s\n", text);
}

/* What the program does besides running guests: a first word that is no option. */
static const struct command {
    const char *word;
    int (*run)(int argc, char *const argv[]);
} commands[] = {
    { "annotate", annotate_main },
    { "image", tool_main },
    { "report", report_main },
};

int main(int argc, char *argv[])
{
    for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
        if (argc > 1 && !strcmp(argv[1], commands[i].word))
            return commands[i].run(argc - 2, argv + 2);
    struct options options;
    struct error err;
    int status = EXIT_GOOD;
    if (options_parse(&options, argc - 1, argv + 1, &err) < 0)
        status = fail(&err);
    else if (options.wants_help)
        options_help(stdout);
    else if (options.wants_version)
        puts(ORRERY_VERSION);
    else if (options.page != PAGE_NONE)
        cores_help(&options, stdout);
    else if (options.describes_machine)
        machine_describe(options.machine, print_line, stdout);
    else
        status = run(&options);
    options_free(&options);
    signals_end();
    return status;
}
