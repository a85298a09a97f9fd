/* SPDX-License-Identifier: MIT */
#include "frontends/cli/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

enum { SECONDS_MAX = 10000000, DECIMALS = 12, KEYS_MAX = 16 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Decimal digits; false when there is none or the number is beyond 64 bits. */
static bool take_digits(const char **text, uint64_t *number)
{
    const char *p = *text;
    *number = 0;
    for (; is_digit(*p); p++)
        if (__builtin_mul_overflow(*number, 10, number) || __builtin_add_overflow(*number, *p - '0', number))
            return false;
    bool any = p != *text;
    *text = p;
    return any;
}

int parse_size(const char *option, const char *text, uint64_t unit, uint64_t *size, struct error *err)
{
    static const char letters[] = "KMGT";
    const char *p = text;
    uint64_t number = 0;
    bool is_good = take_digits(&p, &number);
    if (is_good && *p) {
        const char *letter = strchr(letters, *p >= 'a' ? *p - 32 : *p);
        is_good = letter != NULL;
        unit = is_good ? 1ull << 10 * (letter - letters + 1) : 1;
        p++;
        if (*p == 'B' || *p == 'b')
            p++;
    }
    if (!is_good || *p)
        return error_set(err, "%s: '%s' is not a size; write for example 512M or 2G", option, text);
    if (__builtin_mul_overflow(number, unit, size))
        *size = UINT64_MAX;   /* its user has a limit of its own to speak of */
    return 0;
}

int parse_number(const char *option, const char *text, uint64_t max, uint64_t *number, struct error *err)
{
    const char *p = text;
    bool is_good;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
        size_t digits = strspn(text + 2, "0123456789abcdefABCDEF");
        is_good = digits >= 1 && digits <= 16 && !text[2 + digits];
        *number = is_good ? strtoull(text, NULL, 16) : 0;
    } else {
        is_good = take_digits(&p, number) && !*p;
    }
    if (!is_good || *number > max)
        return error_set(err, "%s: '%s' is not a number from 0 to %llu", option, text, (unsigned long long)max);
    return 0;
}

int parse_seconds(const char *option, const char *text, tick_t *ticks, struct error *err)
{
    const char *p = text;
    uint64_t whole = 0, fraction = 0, weight = TICKS_PER_SECOND;
    bool is_good = take_digits(&p, &whole) && whole <= SECONDS_MAX;
    if (is_good && *p == '.')
        for (p++; is_digit(*p); p++) {
            weight /= 10;
            fraction += (uint64_t)(*p - '0') * weight;
        }
    if (!is_good || *p)
        return error_set(err, "%s: '%s' is not a number of seconds; write for example 30 or 2.5", option, text);
    *ticks = whole * TICKS_PER_SECOND + fraction;
    return 0;
}

int parse_at(const char *option, const char *text, char **what, tick_t *at, struct error *err)
{
    const char *sign = strrchr(text, '@');
    if (!sign || sign == text)
        return error_set(err, "%s: '%s' does not say when; add @SECONDS", option, text);
    if (parse_seconds(option, sign + 1, at, err) < 0)
        return -1;
    *what = mem_printf("%.*s", (int)(sign - text), text);
    return 0;
}

int parse_switch(const char *option, const char *text, bool *on, struct error *err)
{
    static const struct { const char *word; bool on; } words[] = {
        { "on", true }, { "off", false }, { "true", true }, { "false", false }, { "yes", true }, { "no", false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(words); i++)
        if (!strcmp(words[i].word, text)) {
            *on = words[i].on;
            return 0;
        }
    return error_set(err, "%s: '%s' is neither on nor off", option, text);
}

/* The next item of the list with ",," made one comma, to be freed; NULL at the end. */
static char *next_item(const char **list)
{
    const char *p = *list;
    if (!*p)
        return NULL;
    char *item = mem_alloc(strlen(p) + 1), *to = item;
    for (; *p; p++) {
        if (*p == ',') {
            if (p[1] != ',')
                break;
            p++;
        }
        *to++ = *p;
    }
    *list = *p == ',' ? p + 1 : p;
    return item;
}

static int refuse_key(const char *option, const char *key, const struct parse_key *keys, size_t count, struct error *err)
{
    const char *words[KEYS_MAX];
    char known[256] = "";
    for (size_t i = 0; i < count && i < KEYS_MAX; i++) {
        words[i] = keys[i].key;
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", keys[i].key);
    }
    const char *nearest = nearest_word(key, words, count < KEYS_MAX ? count : KEYS_MAX);
    if (nearest)
        return error_set(err, "%s has no '%s'; did you mean '%s'?", option, key, nearest);
    return error_set(err, "%s has no '%s'; it takes %s", option, key, known);
}

static int take_item(const char *option, char *item, bool is_first, const struct parse_key *keys, size_t count, void *to,
                     struct error *err)
{
    char *equals = strchr(item, '=');
    const char *key = item, *value = equals ? equals + 1 : "on";
    if (equals) {
        *equals = 0;
    } else if (is_first) {
        key = keys[0].key;
        value = item;
    }
    for (size_t i = 0; i < count; i++)
        if (!strcmp(keys[i].key, key))
            return keys[i].set(to, value, err);
    return refuse_key(option, key, keys, count, err);
}

int parse_list(const char *option, const char *list, const struct parse_key *keys, size_t count, void *to, struct error *err)
{
    bool is_first = true;
    int result = 0;
    for (char *item; result == 0 && (item = next_item(&list)); is_first = false) {
        result = take_item(option, item, is_first, keys, count, to, err);
        free(item);
    }
    return result;
}
