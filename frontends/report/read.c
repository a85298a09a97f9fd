/* SPDX-License-Identifier: MIT */
#include "frontends/report/read.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/stats/json.h"
#include "frontends/stats/values.h"

enum { FILE_MAX = 64 * 1024 * 1024, COLUMNS_MAX = 1024, ROWS_MAX = 4 * 16384, NAME_MAX_BYTES = 60 };
static const double seconds_max = 1e9;
static const json_int_t count_max = 100000000000000000;   /* years of cycles; sums of all counts fit 64 bits */

/* ---- bytes and members ---- */

static char *read_file(const char *file, size_t *size, struct error *err)
{
    FILE *from = fopen(file, "rb");
    if (!from) {
        error_set(err, "cannot read '%s': %s", file, strerror(errno));
        return NULL;
    }
    size_t room = 1 << 16;
    char *bytes = mem_alloc(room);
    *size = 0;
    for (size_t got; *size <= FILE_MAX && (got = fread(bytes + *size, 1, room - *size, from)) > 0;) {
        *size += got;
        if (*size == room)
            bytes = mem_realloc(bytes, room *= 2);
    }
    bool is_bad = ferror(from) != 0, is_long = *size > FILE_MAX;
    int code = errno;
    fclose(from);
    if (!is_bad && !is_long)
        return bytes;
    free(bytes);
    if (is_bad)
        error_set(err, "cannot read '%s': %s", file, strerror(code));
    else
        error_set(err, "'%s' is longer than any file that -stats writes (%d MiB)", file, FILE_MAX >> 20);
    return NULL;
}

/* Where in the file reading is, for messages. */
struct place {
    const char *file;
    struct error *err;
};

static int refuse(const struct place *at, const char *member, const char *wanted)
{
    return error_set(at->err, "'%s' is not a file of -stats: \"%s\" is not %s", at->file, member, wanted);
}

static int get_count(const struct place *at, const json_t *value, const char *member, uint64_t *number)
{
    if (!json_is_integer(value) || json_integer_value(value) < 0 || json_integer_value(value) > count_max)
        return refuse(at, member, "a count");
    *number = (uint64_t)json_integer_value(value);
    return 0;
}

static int get_seconds(const struct place *at, const json_t *value, const char *member, double *seconds)
{
    *seconds = json_is_number(value) ? json_number_value(value) : -1;
    return *seconds >= 0 && *seconds <= seconds_max ? 0 : refuse(at, member, "a number of seconds");
}

/* Members of an object that have a name in `names`: others are refused, missing ones are 0. */
static int get_numbers(const struct place *at, const json_t *object, const char *member, const struct counter_name *names,
                       unsigned count, uint64_t *numbers)
{
    if (!json_is_object(object))
        return refuse(at, member, "an object");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)object, key, value) {
        unsigned i = 0;
        while (i < count && strcmp(names[i].name, key))
            i++;
        if (i == count)
            return error_set(at->err, "'%s' counts \"%.40s\", which this Orrery does not know; use the one that wrote it",
                             at->file, key);
        if (get_count(at, value, key, &numbers[i]) < 0)
            return -1;
    }
    return 0;
}

/* ---- the parts ---- */

static int read_kind(const struct place *at, const json_t *root)
{
    const char *format = json_string_value(json_object_get(root, "format"));
    if (!format || strcmp(format, STATS_JSON_FORMAT))
        return refuse(at, "format", "\"" STATS_JSON_FORMAT "\"");
    json_int_t version = json_integer_value(json_object_get(root, "version"));
    if (version != STATS_JSON_VERSION)
        return error_set(at->err, "'%s' is of version %lld, and this Orrery reads version %d", at->file, (long long)version,
                         STATS_JSON_VERSION);
    return 0;
}

static int read_totals(const struct place *at, const json_t *from, struct counters *total)
{
    json_t *totals = json_object_get(from, "totals");
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        json_t *level = json_object_get(totals, stats_column_names[el]);
        if (!json_is_object(level))
            return refuse(at, "totals", "an object with el0 and el1");
        if (get_count(at, json_object_get(level, "instructions"), "totals.instructions", &total->instructions[el]) < 0
            || get_numbers(at, json_object_get(level, "stack"), "totals.stack", counter_causes, CAUSE_COUNT,
                           total->cycles[el]) < 0
            || get_numbers(at, json_object_get(level, "events"), "totals.events", counter_events, EVENT_COUNT,
                           total->events[el]) < 0)
            return -1;
    }
    return 0;
}

/* Files of older programs have none. */
static int read_cores(const struct place *at, struct report_run *run)
{
    json_t *cores = json_object_get(run->root, "cores");
    size_t count = json_array_size(cores);
    if (count > MACHINE_CORES)
        return refuse(at, "cores", "an array of as many cores as a machine has");
    for (; run->core_count < count; run->core_count++)
        if (read_totals(at, json_array_get(cores, run->core_count), &run->cores[run->core_count]) < 0)
            return -1;
    return 0;
}

static int read_time(const struct place *at, struct report_run *run)
{
    json_t *time = json_object_get(run->root, "time"), *host = json_object_get(run->root, "host");
    json_t *mips = json_object_get(host, "mips");
    run->mips = json_is_number(mips) ? json_number_value(mips) : -1;
    if (!(run->mips >= 0 && run->mips <= seconds_max))
        return refuse(at, "host.mips", "a number");
    if (get_count(at, json_object_get(time, "instructions"), "time.instructions", &run->instructions) < 0)
        return -1;
    if (get_seconds(at, json_object_get(time, "virtual_seconds"), "time.virtual_seconds", &run->virtual_seconds) < 0)
        return -1;
    return get_seconds(at, json_object_get(host, "cpu_seconds"), "host.cpu_seconds", &run->host_seconds);
}

static int read_work(const struct place *at, struct report_run *run)
{
    json_t *work = json_object_get(run->root, "work");
    const struct { const char *key; uint64_t *to; } members[] = {
        { "blocks", &run->work.blocks }, { "remembered", &run->work.remembered }, { "computed", &run->work.computed },
        { "replayed", &run->work.replayed }, { "states", &run->work.states },
    };
    for (size_t i = 0; i < ARRAY_SIZE(members); i++)
        if (get_count(at, json_object_get(work, members[i].key), members[i].key, members[i].to) < 0)
            return -1;
    return 0;
}

/* ---- the series ---- */

/* Column "el1.stack.idle" is the number at this index of a struct counters, which holds nothing else; -1: there is no such. */
static int number_of_column(const char *column)
{
    size_t at = SIZE_MAX;
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        size_t length = strlen(stats_column_names[el]);
        if (strncmp(column, stats_column_names[el], length) || column[length] != '.')
            continue;
        const char *rest = column + length + 1;
        if (!strcmp(rest, "instructions"))
            at = offsetof(struct counters, instructions[el]);
        for (unsigned i = 0; i < CAUSE_COUNT; i++)
            if (!strncmp(rest, "stack.", 6) && !strcmp(rest + 6, counter_causes[i].name))
                at = offsetof(struct counters, cycles[el][i]);
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            if (!strncmp(rest, "events.", 7) && !strcmp(rest + 7, counter_events[i].name))
                at = offsetof(struct counters, events[el][i]);
    }
    return at == SIZE_MAX ? -1 : (int)(at / sizeof(uint64_t));
}

/* The numbers of all columns behind the leading ones, which are from, to and instructions. */
static int read_columns(const struct place *at, const json_t *columns, int *numbers)
{
    static const char *const leading[STATS_JSON_LEADING] = { "from", "to", "instructions" };
    size_t count = json_array_size(columns);
    if (count < STATS_JSON_LEADING || count > COLUMNS_MAX)
        return refuse(at, "series.columns", "an array of the names of columns");
    for (size_t i = 0; i < count; i++) {
        const char *name = json_string_value(json_array_get(columns, i));
        if (!name || (i < STATS_JSON_LEADING && strcmp(name, leading[i])))
            return refuse(at, "series.columns", "an array of names that begins with from, to, instructions");
        numbers[i] = i < STATS_JSON_LEADING ? -1 : number_of_column(name);
        if (i >= STATS_JSON_LEADING && numbers[i] < 0)
            return error_set(at->err, "'%s' has a column \"%.40s\", which this Orrery does not know; use the one that wrote it",
                             at->file, name);
    }
    return 0;
}

static int read_row(const struct place *at, const json_t *row, const int *numbers, size_t count, double after,
                    struct report_interval *interval)
{
    if (json_array_size(row) != count)
        return refuse(at, "series.rows", "an array of rows as long as series.columns");
    if (get_seconds(at, json_array_get(row, 0), "series.rows: from", &interval->from) < 0
        || get_seconds(at, json_array_get(row, 1), "series.rows: to", &interval->to) < 0)
        return -1;
    if (interval->from < after || interval->to < interval->from)
        return refuse(at, "series.rows", "in the order of time");
    for (size_t i = STATS_JSON_LEADING; i < count; i++)
        if (get_count(at, json_array_get(row, i), "series.rows", (uint64_t *)&interval->counters + numbers[i]) < 0)
            return -1;
    return 0;
}

static int read_series(const struct place *at, struct report_run *run)
{
    json_t *series = json_object_get(run->root, "series");
    if (!series)
        return 0;
    json_t *columns = json_object_get(series, "columns"), *rows = json_object_get(series, "rows");
    int numbers[COLUMNS_MAX];
    if (read_columns(at, columns, numbers) < 0)
        return -1;
    size_t count = json_array_size(rows);
    if (!json_is_array(rows) || count > ROWS_MAX)
        return refuse(at, "series.rows", "an array of rows");
    run->intervals = mem_alloc((count + 1) * sizeof *run->intervals);
    for (; run->interval_count < count; run->interval_count++) {
        unsigned i = run->interval_count;
        double after = i ? run->intervals[i - 1].to : 0;
        if (read_row(at, json_array_get(rows, i), numbers, json_array_size(columns), after, &run->intervals[i]) < 0)
            return -1;
    }
    return 0;
}

/* ---- the whole file ---- */

static json_t *parse(const char *file, struct error *err)
{
    size_t size;
    char *bytes = read_file(file, &size, err);
    if (!bytes)
        return NULL;
    json_error_t error;
    json_t *root = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        error_set(err, "'%s' is not JSON: line %d, column %d: %.80s", file, error.line, error.column, error.text);
    free(bytes);
    return root;
}

int report_read(struct report_run *run, const char *file, struct error *err)
{
    struct place at = { file, err };
    *run = (struct report_run){ .file = mem_strdup(file), .root = parse(file, err) };
    if (run->root && read_kind(&at, run->root) == 0 && read_time(&at, run) == 0 && read_totals(&at, run->root, &run->total) == 0
        && read_cores(&at, run) == 0 && read_work(&at, run) == 0 && read_series(&at, run) == 0)
        return 0;
    report_free(run);
    return -1;
}

void report_free(struct report_run *run)
{
    json_decref(run->root);
    free(run->file);
    free(run->name);
    free(run->intervals);
    *run = (struct report_run){ 0 };
}

/* ---- texts ---- */

/* File names are bytes: what is not UTF-8 becomes question marks, and what is too long is cut between characters. */
static char *legible(char *name)
{
    json_t *string = json_string(name);
    for (char *p = name; !string && *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    json_decref(string);
    size_t length = strlen(name);
    if (length > NAME_MAX_BYTES) {
        for (length = NAME_MAX_BYTES; (name[length] & 0xc0) == 0x80; length--)
            continue;
        name[length] = 0;
    }
    return name;
}

static char *short_name(const char *file)
{
    const char *slash = strrchr(file, '/'), *base = slash && slash[1] ? slash + 1 : file;
    size_t length = strlen(base);
    if (length > 5 && !strcmp(base + length - 5, ".json"))
        length -= 5;
    return legible(mem_printf("%.*s", (int)length, base));
}

void report_name(struct report_run *runs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char *name = short_name(runs[i].file);
        bool is_taken = false;
        for (unsigned j = 0; j < count && !is_taken; j++) {
            char *other = short_name(runs[j].file);
            is_taken = j != i && !strcmp(other, name);
            free(other);
        }
        if (is_taken) {
            free(name);
            name = legible(mem_printf("%u: %s", i + 1, runs[i].file));
        }
        free(runs[i].name);
        runs[i].name = name;
    }
}

static const char *text_of(const json_t *value)
{
    const char *text = json_string_value(value);
    return text ? text : "";
}

static json_t *core(const struct report_run *run)
{
    return json_object_get(json_object_get(run->root, "meta"), "core");
}

const char *report_meta(const struct report_run *run, const char *key)
{
    return text_of(json_object_get(json_object_get(run->root, "meta"), key));
}

const char *report_core(const struct report_run *run, const char *key)
{
    return text_of(json_object_get(core(run), key));
}

char *report_command(const struct report_run *run)
{
    json_t *words = json_object_get(json_object_get(run->root, "meta"), "command");
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    for (size_t i = 0; i < json_array_size(words); i++)
        fprintf(to, "%s%s", i ? " " : "", text_of(json_array_get(words, i)));
    fclose(to);
    return text;
}

/* Sizes as the user would write them: 512K. */
static void value_text(const char *key, const json_t *value, char text[32])
{
    json_int_t number = json_integer_value(value);
    text[0] = 0;
    if (json_is_string(value))
        snprintf(text, 32, "%.28s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, 32, "%lld", (long long)number);
    for (unsigned i = 0; i < setting_count; i++)
        if (!strcmp(setting_rows[i].key, key) && setting_rows[i].rule == SETTING_SIZE && number > 0 && number <= UINT32_MAX)
            model_number_text(&setting_rows[i], (uint32_t)number, text);
}

bool report_setting(const struct report_run *run, unsigned index, const char **key, char value[32])
{
    json_t *settings = json_object_get(core(run), "settings");
    void *at = json_object_iter(settings);
    while (at && index--)
        at = json_object_iter_next(settings, at);
    if (!at)
        return false;
    *key = json_object_iter_key(at);
    value_text(*key, json_object_iter_value(at), value);
    return true;
}

void report_setting_of(const struct report_run *run, const char *key, char value[32])
{
    value_text(key, json_object_get(json_object_get(core(run), "settings"), key), value);
}
