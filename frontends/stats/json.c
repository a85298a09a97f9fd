/* SPDX-License-Identifier: MIT */
#include "frontends/stats/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "frontends/stats/values.h"

enum { REAL_DIGITS = 12 };

static json_t *count(uint64_t number)
{
    return json_integer((json_int_t)number);
}

/* Whatever bytes the user typed: what is not UTF-8 cannot be in JSON, and becomes question marks. */
static json_t *text(const char *string)
{
    if (!string)
        return json_null();
    json_t *value = json_string(string);
    if (value)
        return value;
    char *ascii = mem_strdup(string);
    for (char *p = ascii; *p; p++)
        if ((unsigned char)*p >= 0x80)
            *p = '?';
    value = json_string(ascii);
    free(ascii);
    return value;
}

/* ---- what was run ---- */

static json_t *core_of(const struct core_model *core)
{
    if (!core)
        return json_null();
    json_t *settings = json_object(), *object = json_object();
    for (unsigned i = 0; i < setting_count; i++) {
        const struct setting_row *row = &setting_rows[i];
        char word[MODEL_TEXT];
        uint32_t number = model_number(&core->settings, i);
        model_number_text(row, number, word);
        json_object_set_new(settings, row->key, row->rule == SETTING_CHOICE ? text(word) : count(number));
    }
    json_object_set_new(object, "name", text(core->name));
    json_object_set_new(object, "board", text(core->board));
    json_object_set_new(object, "clock_mhz", count(core->settings.clock_mhz));
    json_object_set_new(object, "settings", settings);
    return object;
}

static json_t *meta_of(const struct stats *s)
{
    static const char *const modes[] = { [TIMING_OFF] = "off", [TIMING_ON] = "on", [TIMING_REFERENCE] = "reference" };
    const struct stats_run *run = &s->run;
    json_t *meta = json_object(), *command = json_array();
    for (int i = 0; i < run->argc; i++)
        json_array_append_new(command, text(run->argv[i]));
    json_object_set_new(meta, "program", text(run->program));
    json_object_set_new(meta, "command", command);
    json_object_set_new(meta, "guest", text(run->guest));
    json_object_set_new(meta, "kernel", text(run->kernel));
    json_object_set_new(meta, "initrd", text(run->initrd));
    json_object_set_new(meta, "append", text(run->append));
    json_object_set_new(meta, "board", text(run->board));
    json_object_set_new(meta, "ram_bytes", count(run->ram_size));
    json_object_set_new(meta, "timing", text(modes[s->timing]));
    json_object_set_new(meta, "core", core_of(s->core));
    json_object_set_new(meta, "end", text(run->end));
    return meta;
}

static json_t *names_of(const struct counter_name *names, unsigned number)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < number; i++)
        json_object_set_new(object, names[i].name, text(names[i].what));
    return object;
}

static json_t *names(void)
{
    json_t *object = json_object();
    json_object_set_new(object, "causes", names_of(counter_causes, CAUSE_COUNT));
    json_object_set_new(object, "events", names_of(counter_events, EVENT_COUNT));
    return object;
}

/* ---- what was counted ---- */

static json_t *numbers_of(const struct counter_name *names, const uint64_t *numbers, unsigned number)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < number; i++)
        json_object_set_new(object, names[i].name, count(numbers[i]));
    return object;
}

static json_t *column_of(const struct stats_column *column)
{
    json_t *object = json_object();
    json_object_set_new(object, "instructions", count(column->instructions));
    json_object_set_new(object, "cycles", count(stats_cycles(column)));
    json_object_set_new(object, "stack", numbers_of(counter_causes, column->cycles, CAUSE_COUNT));
    json_object_set_new(object, "events", numbers_of(counter_events, column->events, EVENT_COUNT));
    return object;
}

static json_t *derived_of(const struct stats_column *column)
{
    json_t *object = json_object();
    for (unsigned i = 0; i < stats_row_count; i++) {
        const struct stats_row *row = &stats_rows[i];
        double value;
        bool has_value = stats_value(row, column, &value);
        char *key = mem_printf(row->unit == STATS_SHARE ? "%s_share" : "%s", row->key);
        if (row->unit == STATS_COUNT || row->unit == STATS_SHARE)
            json_object_set_new(object, row->key, count(stats_sum(row->of, column)));
        if (row->unit != STATS_COUNT)
            json_object_set_new(object, key, has_value ? json_real(value) : json_null());
        free(key);
    }
    return object;
}

static json_t *for_each_column(const struct counters *counters, json_t *make(const struct stats_column *column))
{
    json_t *object = json_object();
    for (unsigned i = 0; i < STATS_COLUMNS; i++) {
        struct stats_column column;
        stats_column(counters, i, &column);
        json_object_set_new(object, stats_column_names[i], make(&column));
    }
    return object;
}

static json_t *time_of(const struct stats *s)
{
    const uint64_t *timed = s->total.counters.instructions;
    json_t *object = json_object();
    json_object_set_new(object, "virtual_seconds", json_real(stats_seconds(s->total.at)));
    json_object_set_new(object, "virtual_picoseconds", count(s->total.at));
    json_object_set_new(object, "instructions", count(s->total.instructions));
    json_object_set_new(object, "timed_instructions", count(timed[0] + timed[1]));
    return object;
}

static json_t *cores_of(const struct stats *s)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < s->core_count; i++) {
        json_t *core = json_object();
        json_object_set_new(core, "core", count(i));
        json_object_set_new(core, "instructions", count(s->cores[i].instructions));
        json_object_set_new(core, "awake_share", json_real(s->cores[i].awake));
        json_object_set_new(core, "totals", for_each_column(&s->cores[i].counters, column_of));
        json_object_set_new(core, "derived", for_each_column(&s->cores[i].counters, derived_of));
        json_array_append_new(array, core);
    }
    return array;
}

static json_t *host_of(const struct stats *s)
{
    json_t *object = json_object();
    double mips = s->host_seconds > 0 ? (double)s->total.instructions / s->host_seconds * 1e-6 : 0;
    json_object_set_new(object, "cpu_seconds", json_real(s->host_seconds));
    json_object_set_new(object, "mips", json_real(mips));
    return object;
}

static json_t *work_of(const struct timing_work *work)
{
    json_t *object = json_object();
    json_object_set_new(object, "blocks", count(work->blocks));
    json_object_set_new(object, "remembered", count(work->remembered));
    json_object_set_new(object, "computed", count(work->computed));
    json_object_set_new(object, "replayed", count(work->replayed));
    json_object_set_new(object, "states", count(work->states));
    return object;
}

/* ---- the series ---- */

static json_t *series_columns(void)
{
    static const char *const leading[STATS_JSON_LEADING] = { "from", "to", "instructions" };
    json_t *columns = json_array();
    for (unsigned i = 0; i < STATS_JSON_LEADING; i++)
        json_array_append_new(columns, text(leading[i]));
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        const char *level = stats_column_names[el];
        json_array_append_new(columns, json_sprintf("%s.instructions", level));
        for (unsigned i = 0; i < CAUSE_COUNT; i++)
            json_array_append_new(columns, json_sprintf("%s.stack.%s", level, counter_causes[i].name));
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            json_array_append_new(columns, json_sprintf("%s.events.%s", level, counter_events[i].name));
    }
    return columns;
}

/* What passed from sample `from` to sample `to`, in the order of the columns. */
static json_t *series_row(const struct stats_sample *from, const struct stats_sample *to)
{
    struct counters part = to->counters;
    counters_subtract(&part, &from->counters);
    json_t *row = json_array();
    json_array_append_new(row, json_real(stats_seconds(from->at)));
    json_array_append_new(row, json_real(stats_seconds(to->at)));
    json_array_append_new(row, count(to->instructions - from->instructions));
    for (unsigned el = 0; el < COUNTER_LEVELS; el++) {
        json_array_append_new(row, count(part.instructions[el]));
        for (unsigned i = 0; i < CAUSE_COUNT; i++)
            json_array_append_new(row, count(part.cycles[el][i]));
        for (unsigned i = 0; i < EVENT_COUNT; i++)
            json_array_append_new(row, count(part.events[el][i]));
    }
    return row;
}

static void dump(FILE *to, json_t *value, size_t flags)
{
    json_dumpf(value, to, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(REAL_DIGITS));
    json_decref(value);
}

/* A row a line: thousands of them, of a hundred numbers each. */
static void put_series(FILE *to, const struct stats *s)
{
    static const struct stats_sample power_on;
    fprintf(to, ",\n\"series\": {\n\"every_seconds\": ");
    dump(to, json_real(stats_seconds(s->every)), 0);
    fprintf(to, ",\n\"columns\": ");
    dump(to, series_columns(), JSON_COMPACT);
    fprintf(to, ",\n\"rows\": [");
    for (unsigned i = 0; i < s->series_count; i++) {
        fprintf(to, i ? ",\n" : "\n");
        dump(to, series_row(i ? &s->series[i - 1] : &power_on, &s->series[i]), JSON_COMPACT);
    }
    fprintf(to, "\n]}");
}

void stats_json(FILE *to, const struct stats *s)
{
    const struct { const char *key; json_t *value; } members[] = {
        { "format", text(STATS_JSON_FORMAT) }, { "version", count(STATS_JSON_VERSION) }, { "meta", meta_of(s) },
        { "time", time_of(s) }, { "host", host_of(s) }, { "totals", for_each_column(&s->total.counters, column_of) },
        { "derived", for_each_column(&s->total.counters, derived_of) }, { "cores", cores_of(s) }, { "work", work_of(&s->work) },
        { "names", names() },
    };
    for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
        fprintf(to, i ? ",\n\"%s\": " : "{\n\"%s\": ", members[i].key);
        dump(to, members[i].value, JSON_INDENT(1));
    }
    if (s->every)
        put_series(to, s);
    fprintf(to, "\n}\n");
}
