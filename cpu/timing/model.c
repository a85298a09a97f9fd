/* SPDX-License-Identifier: MIT */
#include "cpu/timing/model.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/nearest.h"
#include "cpu/timing/cores/cores.h"
#include "cpu/timing/memory.h"

/* ---- what settings there are ---- */

#define RULE_NUMBER SETTING_NUMBER, NULL
#define RULE_POWER SETTING_POWER, NULL
#define RULE_SIZE SETTING_SIZE, NULL
#define RULE_CHOICE(words) SETTING_CHOICE, words

const struct setting_row setting_rows[] = {
#define SETTING(member, key, least, most, rule, what) \
    { key, what, least, most, RULE_##rule, offsetof(struct core_settings, member) },
#include "cpu/timing/settings.def"
#undef SETTING
};

const unsigned setting_count = ARRAY_SIZE(setting_rows);

/* The number of a section is that of the setting behind it: the next enumerator takes the number again. */
enum section_start {
#define SETTING(member, key, least, most, rule, what) AT_##member,
#define SECTION(symbol, title) SECTION_##symbol, BEFORE_##symbol = SECTION_##symbol - 1,
#include "cpu/timing/settings.def"
#undef SETTING
};

static const struct { unsigned first; const char *title; } sections[] = {
#define SETTING(member, key, least, most, rule, what)
#define SECTION(symbol, title) { SECTION_##symbol, title },
#include "cpu/timing/settings.def"
#undef SETTING
};

const char *model_section(unsigned index)
{
    for (unsigned i = 0; i < ARRAY_SIZE(sections); i++)
        if (sections[i].first == index)
            return sections[i].title;
    return NULL;
}

static uint32_t *place_of(struct core_settings *settings, const struct setting_row *row)
{
    return (uint32_t *)((char *)settings + row->offset);
}

uint32_t model_number(const struct core_settings *settings, unsigned index)
{
    return *(const uint32_t *)((const char *)settings + setting_rows[index].offset);
}

/* ---- numbers as text ---- */

/* The word of this number in "none|local|global". */
static const char *word_at(const char *words, uint32_t number, int *length)
{
    while (number--)
        words += strcspn(words, "|") + 1;
    *length = (int)strcspn(words, "|");
    return words;
}

static void size_text(uint32_t size, char text[MODEL_TEXT])
{
    static const struct { unsigned shift; const char *suffix; } units[] = { { 30, "G" }, { 20, "M" }, { 10, "K" }, { 0, "" } };
    unsigned i = 0;
    while (units[i].shift && (size < 1u << units[i].shift || size & ((1u << units[i].shift) - 1)))
        i++;
    snprintf(text, MODEL_TEXT, "%u%s", size >> units[i].shift, units[i].suffix);
}

void model_number_text(const struct setting_row *row, uint32_t number, char text[MODEL_TEXT])
{
    if (row->rule == SETTING_CHOICE) {
        int length;
        const char *word = word_at(row->words, number, &length);
        snprintf(text, MODEL_TEXT, "%.*s", length, word);
    } else if (row->rule == SETTING_SIZE) {
        size_text(number, text);
    } else {
        snprintf(text, MODEL_TEXT, "%u", number);
    }
}

void model_range_text(const struct setting_row *row, char text[2 * MODEL_TEXT])
{
    if (row->rule == SETTING_CHOICE) {
        size_t used = 0;
        for (uint32_t i = 0; i <= row->most; i++) {
            int length;
            const char *word = word_at(row->words, i, &length);
            used += (size_t)snprintf(text + used, 2 * MODEL_TEXT - used, "%s%.*s", !i ? "" : i == row->most ? " or " : ", ",
                                     length, word);
            bug_on(used >= 2 * MODEL_TEXT);
        }
        return;
    }
    char least[MODEL_TEXT], most[MODEL_TEXT];
    model_number_text(row, row->least, least);
    model_number_text(row, row->most, most);
    snprintf(text, 2 * MODEL_TEXT, "%s to %s%s", least, most, row->rule == SETTING_NUMBER ? "" : ", a power of two");
}

/* ---- the cores ---- */

static const struct core_model *const models[] = {
#define CORE(symbol) &core_##symbol,
#include "cpu/timing/cores/cores.def"
#undef CORE
};

enum { NAMES_LENGTH = 256 };

const struct core_model *model_at(unsigned index)
{
    return index < ARRAY_SIZE(models) ? models[index] : NULL;
}

/* "a, b and c", each once, of the names of all cores, or of the boards of one. */
static void list_names(const char *core, char text[NAMES_LENGTH])
{
    const char *names[ARRAY_SIZE(models)] = { NULL };
    unsigned count = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (core && strcmp(models[i]->name, core))
            continue;
        const char *name = core ? models[i]->board : models[i]->name;
        if (!count || strcmp(names[count - 1], name))
            names[count++] = name;
    }
    size_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        used += (size_t)snprintf(text + used, NAMES_LENGTH - used, "%s%s", !i ? "" : i + 1 == count ? " and " : ", ", names[i]);
        bug_on(used >= NAMES_LENGTH);
    }
}

const struct core_model *model_find(const char *name, const char *board, struct error *err)
{
    const struct core_model *same_name = NULL;
    for (unsigned i = 0; i < ARRAY_SIZE(models); i++) {
        if (strcmp(models[i]->name, name))
            continue;
        if (!board || !strcmp(models[i]->board, board))
            return models[i];
        same_name = models[i];
    }
    char names[NAMES_LENGTH];
    list_names(same_name ? name : NULL, names);
    if (same_name)
        error_set(err, "%s has no board '%s'; there is: %s", name, board, names);
    else
        error_set(err, "there is no CPU '%s'; there is: %s", name, names);
    return NULL;
}

static const struct setting_row *find_row(const char *key)
{
    for (unsigned i = 0; i < setting_count; i++)
        if (!strcmp(setting_rows[i].key, key))
            return &setting_rows[i];
    return NULL;
}

const char *model_source(const struct core_model *model, const char *key)
{
    const struct setting_row *row = find_row(key);
    return row ? model->sources[row - setting_rows] : NULL;
}

/* ---- overrides ---- */

static int refuse_key(const char *key, struct error *err)
{
    const char *keys[ARRAY_SIZE(setting_rows)];
    for (unsigned i = 0; i < setting_count; i++)
        keys[i] = setting_rows[i].key;
    const char *nearest = nearest_word(key, keys, setting_count);
    if (nearest)
        return error_set(err, "there is no setting '%s'; did you mean %s? (-timing help lists them all)", key, nearest);
    return error_set(err, "there is no setting '%s'; -timing help lists them all", key);
}

static int refuse_value(const struct setting_row *row, const char *value, const char *fault, struct error *err)
{
    char range[2 * MODEL_TEXT];
    model_range_text(row, range);
    return error_set(err, "%s=%s: %s; %s is %s", row->key, value, fault, row->key, range);
}

static int choose_word(const struct setting_row *row, const char *value, uint32_t *number, struct error *err)
{
    for (uint32_t i = 0; i <= row->most; i++) {
        int length;
        const char *word = word_at(row->words, i, &length);
        if ((size_t)length == strlen(value) && !memcmp(word, value, (size_t)length)) {
            *number = i;
            return 0;
        }
    }
    return refuse_value(row, value, "there is no such choice", err);
}

/* A decimal number with the suffix of a size where one may be. False: it is none. What is too large becomes UINT64_MAX. */
static bool read_number(const char *text, bool is_size, uint64_t *number)
{
    uint64_t v = 0;
    const char *p = text;
    for (; isdigit((unsigned char)*p); p++)
        v = v > UINT32_MAX ? UINT64_MAX : v * 10 + (uint64_t)(*p - '0');
    if (p == text)
        return false;
    if (is_size && *p) {
        static const char suffixes[] = "KMG";
        const char *suffix = strchr(suffixes, toupper((unsigned char)*p));
        if (!suffix)
            return false;
        v = v > UINT32_MAX ? UINT64_MAX : v << 10 * (suffix - suffixes + 1);
        p++;
    }
    *number = v;
    return !*p;
}

static int set_number(const struct setting_row *row, const char *value, uint32_t *number, struct error *err)
{
    uint64_t v;
    if (row->rule == SETTING_CHOICE)
        return choose_word(row, value, number, err);
    if (!read_number(value, row->rule == SETTING_SIZE, &v))
        return refuse_value(row, value, row->rule == SETTING_SIZE ? "not a size (digits, and K, M or G)" : "not a whole number",
                            err);
    if (v < row->least || v > row->most)
        return refuse_value(row, value, v < row->least ? "too small" : "too large", err);
    if (row->rule != SETTING_NUMBER && !is_power_of_2(v))
        return refuse_value(row, value, "not a power of two", err);
    *number = (uint32_t)v;
    return 0;
}

/* One item of the list, "KEY=VALUE". */
static int apply_item(struct core_settings *settings, bool *is_given, char *item, struct error *err)
{
    if (!*item)
        return error_set(err, "a setting is missing beside a comma; write KEY=VALUE,KEY=VALUE");
    char *value = strchr(item, '=');
    if (value)
        *value++ = 0;
    const struct setting_row *row = find_row(item);
    if (!row)
        return *item ? refuse_key(item, err) : error_set(err, "'=%s': the setting's name is missing before the '='", value);
    if (!value || !*value) {
        char range[2 * MODEL_TEXT];
        model_range_text(row, range);
        return error_set(err, "%s: no value given; write %s=VALUE, which is %s", row->key, row->key, range);
    }
    if (is_given[row - setting_rows])
        return error_set(err, "%s is given twice; leave one out", row->key);
    is_given[row - setting_rows] = true;
    return set_number(row, value, place_of(settings, row), err);
}

/* Sets are numbered by address bits; CCSIDR_EL1 has 15 bits for their number less one (DDI 0487 D13.2.26). */
enum { SETS_MAX = 1 << 15 };

static int check_cache(const char *name, uint32_t size, uint32_t ways, struct error *err)
{
    uint32_t sets = size / (ways * MEMORY_LINE);
    if (sets >= 1 && sets <= SETS_MAX && is_power_of_2(sets))
        return 0;
    char text[MODEL_TEXT];
    size_text(size, text);
    return error_set(err, "%s.size=%s with %s.ways=%u makes %u sets; there can be 1 to %d: change one of them", name, text, name,
                     ways, sets, SETS_MAX);
}

/* The L2 holds whatever the L1 caches hold: a smaller one could not work. */
static int check_inclusion(const char *name, uint32_t size, uint32_t l2_size, struct error *err)
{
    if (size <= l2_size)
        return 0;
    char l1[MODEL_TEXT], l2[MODEL_TEXT];
    size_text(size, l1);
    size_text(l2_size, l2);
    return error_set(err, "%s.size=%s is larger than l2.size=%s; the L2 must be at least as large", name, l1, l2);
}

/* Numbers that are right alone but not together. */
static int check_together(const struct core_settings *s, struct error *err)
{
    if (check_cache("l1i", s->l1i_size, s->l1i_ways, err) < 0 || check_cache("l1d", s->l1d_size, s->l1d_ways, err) < 0
        || check_cache("l2", s->l2_size, s->l2_ways, err) < 0 || check_inclusion("l1i", s->l1i_size, s->l2_size, err) < 0
        || check_inclusion("l1d", s->l1d_size, s->l2_size, err) < 0)
        return -1;
    if (s->dram_refresh && s->dram_refresh_time >= s->dram_refresh)
        return error_set(err, "dram.refresh-time=%u ns does not fit between refreshes, dram.refresh=%u ns", s->dram_refresh_time,
                         s->dram_refresh);
    return 0;
}

int model_override(struct core_settings *settings, const char *text, struct error *err)
{
    struct core_settings changed = *settings;
    bool is_given[ARRAY_SIZE(setting_rows)] = { false };
    char *copy = mem_strdup(text), *rest = copy, *item;
    int result = 0;
    while (!result && (item = strsep(&rest, ",")))
        result = apply_item(&changed, is_given, item, err);
    free(copy);
    if (result < 0 || check_together(&changed, err) < 0)
        return -1;
    *settings = changed;
    return 0;
}
