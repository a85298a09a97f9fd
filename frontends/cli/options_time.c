/* SPDX-License-Identifier: MIT */
/* How time passes, and what happens at given times. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "frontends/cli/cores.h"
#include "frontends/cli/parse.h"
#include "frontends/host/keys.h"
#include "frontends/host/loop.h"

enum { PERCENT_MAX = 10000 };

static int set_speed(struct options *o, const char *value, struct error *err)
{
    o->has_speed = true;
    o->percent = HOST_SPEED_MAX;
    if (!strcmp(value, "max"))
        return 0;
    size_t length = strlen(value);
    bool has_sign = length && value[length - 1] == '%';
    char *digits = mem_printf("%.*s", (int)(length - has_sign), value);
    uint64_t percent = 0;
    int result = parse_number("-speed", digits, PERCENT_MAX, &percent, NULL);
    free(digits);
    if (result < 0 || !percent)
        return error_set(err, "-speed %s: write max, or a percentage of real time from 1 to %d", value, PERCENT_MAX);
    o->percent = (unsigned)percent;
    return 0;
}

static int set_limit(struct options *o, const char *value, struct error *err)
{
    return parse_seconds("-limit", value, &o->limit, err);
}

static int set_no_reboot(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->no_reboot = true;
    return 0;
}

static int set_rtc_base(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->rtc_kind = !strcmp(value, "utc") ? RTC_HOST : !strcmp(value, "localtime") ? RTC_LOCAL : RTC_GIVEN;
    if (o->rtc_kind != RTC_GIVEN)
        return 0;
    struct tm tm = { 0 };
    const char *end = strptime(value, "%Y-%m-%dT%H:%M:%S", &tm);
    if (!end || *end)
        end = strptime(value, "%Y-%m-%d", (memset(&tm, 0, sizeof tm), &tm));
    time_t seconds = timegm(&tm);
    /* The PL031 counts seconds since 1970 in 32 bits. */
    if (!end || *end || seconds < 0 || seconds > UINT32_MAX)
        return error_set(err, "-rtc: '%s' is not a time; write base=utc, base=localtime or for example "
                         "base=2026-01-31T12:00:00", value);
    o->rtc_seconds = (uint64_t)seconds;
    return 0;
}

static int set_rtc(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "base", set_rtc_base } };
    return parse_list("-rtc", value, keys, ARRAY_SIZE(keys), o, err);
}

/* A new row of the script, or NULL. */
static struct script_option *add_script(struct options *o, enum script_kind kind, const char *option, const char *value,
                                        struct error *err)
{
    if (o->script_count == OPTIONS_SCRIPT) {
        error_set(err, "%s: at most %d things can be done at given times", option, OPTIONS_SCRIPT);
        return NULL;
    }
    struct script_option *row = &o->script[o->script_count];
    if (parse_at(option, value, &row->text, &row->at, err) < 0)
        return NULL;
    row->kind = kind;
    o->script_count++;
    return row;
}

static int add_screendump(struct options *o, const char *value, struct error *err)
{
    return add_script(o, SCRIPT_SCREENDUMP, "-screendump", value, err) ? 0 : -1;
}

static int add_sendkeys(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_KEYS, "-sendkeys", value, err);
    return row ? keys_check(row->text, err) : -1;
}

static int add_pointer(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_POINTER, "-pointer", value, err);
    if (!row)
        return -1;
    int end = 0;
    if (sscanf(row->text, "%5d,%5d%n", &row->x, &row->y, &end) == 2 && end) {
        row->clicks = !strcmp(row->text + end, ",click");
        if ((row->clicks || !row->text[end]) && row->x >= 0 && row->x <= INPUT_ABS_MAX && row->y >= 0 && row->y <= INPUT_ABS_MAX)
            return 0;
    }
    return error_set(err, "-pointer %s: write X,Y@SECONDS or X,Y,click@SECONDS with X and Y from 0 to %d over the screen", value,
                     INPUT_ABS_MAX);
}

static int add_timing_switch(struct options *o, const char *value, struct error *err)
{
    struct script_option *row = add_script(o, SCRIPT_TIMING, "-timing-switch", value, err);
    if (!row)
        return -1;
    if (cores_mode(row->text, &row->timing))
        return 0;
    return error_set(err, "-timing-switch %s: '%s' is not off, on or reference", value, row->text);
}

const struct option_row options_time[] = {
    { "speed", "max|PERCENT", set_speed },
    { "timing", "off|on|reference|help[,SETTING=VALUE]...", cores_set_timing },
    { "limit", "SECONDS", set_limit },
    { "rtc", "base=utc|localtime|TIME", set_rtc },
    { "no-reboot", NULL, set_no_reboot },
    { NULL, NULL, NULL }
};

const struct option_row options_scripts[] = {
    { "screendump", "FILE@SECONDS", add_screendump },
    { "sendkeys", "KEYS@SECONDS", add_sendkeys },
    { "pointer", "X,Y[,click]@SECONDS", add_pointer },
    { "timing-switch", "off|on|reference@SECONDS", add_timing_switch },
    { NULL, NULL, NULL }
};
