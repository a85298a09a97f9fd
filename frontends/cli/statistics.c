/* SPDX-License-Identifier: MIT */
#include "frontends/cli/statistics.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "frontends/cli/version.h"
#include "frontends/host/save.h"
#include "frontends/stats/collect.h"
#include "frontends/stats/json.h"
#include "frontends/stats/table.h"

struct statistics {
    const struct options *options;
    struct machine *machine;
    struct stats_collector *collector;
};

struct statistics *statistics_start(const struct options *options, struct host_loop *loop, struct machine *machine)
{
    if (!options->shows_stats)
        return NULL;
    struct statistics *s = mem_alloc(sizeof *s);
    s->options = options;
    s->machine = machine;
    s->collector = stats_collect(loop, stats_source_machine(machine), options->stats_every);
    return s;
}

static double host_seconds(void)
{
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    return (double)cpu.tv_sec + (double)cpu.tv_nsec * 1e-9;
}

static void put_line(void *to, const char *text)
{
    stats_table_line(to, text);
}

static void write_json(FILE *to, const void *from)
{
    stats_json(to, from);
}

static bool write_file(const char *file, const struct stats *stats)
{
    struct error err;
    if (save_file("statistics", file, write_json, stats, &err) < 0) {
        host_warn("%s", err.text);
        return false;
    }
    if (stats->every > stats->asked_every)
        host_warn("-stats-every: %s has one row for each %g s: more than %d rows are never written", file,
                  stats_seconds(stats->every), STATS_SERIES_MAX);
    return true;
}

bool statistics_end(struct statistics *s, const char *guest, enum host_end end)
{
    static const char *const ends[] = {
        [HOST_END_NONE] = NULL, [HOST_END_POWER_OFF] = "power off", [HOST_END_RESET] = "reset", [HOST_END_HALTED] = "halt",
        [HOST_END_LIMIT] = "-limit", [HOST_END_USER] = "the user", [HOST_END_SIGNAL] = "a signal", [HOST_END_ERROR] = "an error",
    };
    if (!s)
        return true;
    const struct options *o = s->options;
    struct stats stats = {
        .run = { .program = ORRERY_VERSION, .guest = guest, .kernel = o->kernel, .initrd = o->initrd, .append = o->append,
                 .board = o->machine, .end = ends[end], .ram_size = o->ram_size, .argc = o->argc, .argv = o->argv },
        .core = machine_core(s->machine), .timing = machine_timing(s->machine), .host_seconds = host_seconds(),
    };
    stats_collected(s->collector, &stats);
    machine_timing_work(s->machine, &stats.work);
    stats.core_count = machine_cores(s->machine);
    for (unsigned i = 0; i < stats.core_count; i++) {
        stats.cores[i].instructions = machine_core_instructions(s->machine, i);
        stats.cores[i].awake = machine_core_awake(s->machine, i);
        machine_core_counters(s->machine, i, &stats.cores[i].counters);
    }
    stats_table(stderr, &stats, stats_locale_is_utf8());
    fputc('\n', stderr);
    machine_statistics(s->machine, put_line, stderr);
    bool is_good = !o->stats_file || write_file(o->stats_file, &stats);
    stats_collector_free(s->collector);
    free(s);
    return is_good;
}
