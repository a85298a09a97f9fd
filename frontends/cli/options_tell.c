/* SPDX-License-Identifier: MIT */
/* What a run tells of itself. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/cli/parse.h"
#include "frontends/profile/profile.h"
#include "frontends/trace/trace.h"

static int set_debug(struct options *o, const char *value, struct error *err)
{
    o->logs_guest_errors = true;
    return strcmp(value, "guest_errors") ? error_set(err, "-d %s: there is only -d guest_errors", value) : 0;
}

static int set_profile_file(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-profile needs a file name, as in -profile boot.folded");
    free(o->profile);
    o->profile = mem_strdup(value);
    return 0;
}

static int set_profile_every(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (parse_number("-profile every", value, UINT64_MAX >> 16, &o->profile_every, err) < 0)
        return -1;
    if (o->profile_every < PROFILE_EVERY_MIN)
        return error_set(err, "-profile: every=%s is too often; a sample takes %d cycles or more", value, PROFILE_EVERY_MIN);
    return 0;
}

static int set_profile(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "file", set_profile_file }, { "every", set_profile_every } };
    if (parse_list("-profile", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    return o->profile ? 0 : error_set(err, "-profile %s names no file; write -profile FILE,every=CYCLES", value);
}

static int set_trace_file(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-trace needs a file name, as in -trace pipeline=loop.kanata");
    free(o->trace);
    o->trace = mem_strdup(value);
    return 0;
}

static int set_trace_from(void *to, const char *value, struct error *err)
{
    return parse_seconds("-trace from", value, &((struct options *)to)->trace_from, err);
}

static int set_trace_insn(void *to, const char *value, struct error *err)
{
    return parse_number("-trace insn", value, UINT64_MAX, &((struct options *)to)->trace_insn, err);
}

static int set_trace_count(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (parse_number("-trace count", value, TRACE_COUNT_MAX, &o->trace_count, err) < 0)
        return -1;
    return o->trace_count ? 0 : error_set(err, "-trace: count=0 leaves nothing to trace");
}

static int set_trace(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "pipeline", set_trace_file }, { "from", set_trace_from },
                                             { "insn", set_trace_insn }, { "count", set_trace_count } };
    if (parse_list("-trace", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    if (o->trace_from && o->trace_insn)
        return error_set(err, "-trace: the window begins at a time (from=) or at an instruction (insn=), not at both");
    return o->trace ? 0 : error_set(err, "-trace %s names no file; write -trace pipeline=FILE", value);
}

static int add_symbols(struct options *o, const char *value, struct error *err)
{
    if (o->symbols_count == OPTIONS_SYMBOLS)
        return error_set(err, "-symbols: at most %d files", OPTIONS_SYMBOLS);
    o->symbols[o->symbols_count++] = value;
    return 0;
}

static int set_hash(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_hash = true;
    return 0;
}

static int set_stats(struct options *o, const char *value, struct error *err)
{
    (void)err;
    o->shows_stats = true;
    o->stats_file = strcmp(value, "-") && strcmp(value, "table") ? value : NULL;
    if (!*value || (*value == '-' && value[1]))
        return error_set(err, "-stats needs a file name, or - for the table alone; '%s' is neither (write ./-FILE if it is)",
                         value);
    return 0;
}

static int set_stats_every(struct options *o, const char *value, struct error *err)
{
    if (parse_seconds("-stats-every", value, &o->stats_every, err) < 0)
        return -1;
    return o->stats_every >= TICKS_PER_US ? 0 : error_set(err, "-stats-every %s: a microsecond (0.000001) is the least", value);
}

static int set_version(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->wants_version = true;
    return 0;
}

static int set_help(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->wants_help = true;
    return 0;
}

const struct option_row options_tell[] = {
    { "stats", "FILE.json|-", set_stats },
    { "stats-every", "SECONDS", set_stats_every },
    { "state-hash", NULL, set_hash },
    { "d", "guest_errors", set_debug },
    { "profile", "FILE[,every=CYCLES]", set_profile },
    { "symbols", "FILE", add_symbols },
    { "trace", "pipeline=FILE[,from=SECONDS|insn=N][,count=N]", set_trace },
    { "version", NULL, set_version },
    { "help", NULL, set_help },
    { NULL, NULL, NULL }
};

const struct option_row options_tell_aliases[] = {
    { "h", NULL, set_help },
    { NULL, NULL, NULL }
};
