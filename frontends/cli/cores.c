/* SPDX-License-Identifier: MIT */
#include "frontends/cli/cores.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "frontends/cli/parse.h"

/* ---- -cpu ---- */

struct choice {
    char *name, *board;
    bool crypto;
};

static int replace(char **text, const char *value)
{
    free(*text);
    *text = mem_strdup(value);
    return 0;
}

static int choose_name(void *to, const char *value, struct error *err)
{
    (void)err;
    return replace(&((struct choice *)to)->name, value);
}

static int choose_board(void *to, const char *value, struct error *err)
{
    (void)err;
    return replace(&((struct choice *)to)->board, value);
}

static int choose_crypto(void *to, const char *value, struct error *err)
{
    return parse_switch("-cpu: crypto", value, &((struct choice *)to)->crypto, err);
}

int cores_set_cpu(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "model", choose_name }, { "board", choose_board }, { "crypto", choose_crypto } };
    if (!strcmp(value, "help") || !strcmp(value, "?")) {
        o->page = PAGE_CORES;
        return 0;
    }
    struct choice choice = { NULL, NULL, o->crypto };
    const struct core_model *model = NULL;
    if (parse_list("-cpu", value, keys, ARRAY_SIZE(keys), &choice, err) == 0) {
        model = model_find(choice.name ? choice.name : o->model->name, choice.board, err);
        if (!model)
            error_prefix(err, "-cpu");
    }
    free(choice.name);
    free(choice.board);
    if (model) {
        o->model = model;
        o->crypto = choice.crypto;
    }
    return model ? 0 : -1;
}

/* ---- -timing ---- */

static const struct { const char *word; enum timing_mode mode; } modes[] = {
    { "off", TIMING_OFF }, { "on", TIMING_ON }, { "reference", TIMING_REFERENCE },
};

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && !memcmp(text, word, length);
}

static bool find_mode(const char *text, size_t length, enum timing_mode *mode)
{
    for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
        if (is_word(text, length, modes[i].word)) {
            *mode = modes[i].mode;
            return true;
        }
    return false;
}

bool cores_mode(const char *word, enum timing_mode *mode)
{
    return find_mode(word, strlen(word), mode);
}

static bool is_mode(struct options *o, const char *text, size_t length)
{
    if (find_mode(text, length, &o->timing))
        return true;
    if (!is_word(text, length, "help"))
        return false;
    o->page = PAGE_SETTINGS;
    return true;
}

static int refuse_mode(const char *text, size_t length, struct error *err)
{
    const char *words[] = { "off", "on", "reference", "help" };
    char *word = mem_printf("%.*s", (int)length, text);
    const char *nearest = nearest_word(word, words, ARRAY_SIZE(words));
    error_set(err, "-timing: '%s' is not off, on, reference, help or SETTING=VALUE%s%s%s", word,
              nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
    free(word);
    return -1;
}

static bool is_setting(const char *text, size_t length)
{
    for (unsigned i = 0; i < setting_count; i++)
        if (is_word(text, length, setting_rows[i].key))
            return true;
    return false;
}

int cores_set_timing(struct options *o, const char *value, struct error *err)
{
    size_t length = strcspn(value, ",");
    const char *settings = value;
    if (is_mode(o, value, length))
        settings = value[length] ? value + length + 1 : NULL;
    else if (!memchr(value, '=', length) && !is_setting(value, length))
        return refuse_mode(value, length, err);
    if (!settings)
        return 0;
    if (o->timing_count == OPTIONS_TIMINGS)
        return error_set(err, "-timing: at most %d times; one may have many settings, separated by commas", OPTIONS_TIMINGS);
    o->timings[o->timing_count++] = settings;
    return 0;
}

int cores_settle(struct options *o, struct error *err)
{
    o->core = *o->model;
    for (int i = 0; i < o->timing_count; i++)
        if (model_override(&o->core.settings, o->timings[i], err) < 0)
            return error_prefix(err, "-timing");
    return 0;
}

/* ---- help ---- */

enum { WIDTH = 79 };

/* Text in words from `column` on, where the cursor is; further lines are indented as far. */
static void put_text(FILE *to, int column, const char *text)
{
    int at = column;
    for (size_t length; *text; text += length + strspn(text + length, " ")) {
        length = strcspn(text, " ");
        if (at > column && at + 1 + (int)length > WIDTH) {
            fprintf(to, "\n%*s", column, "");
            at = column;
        }
        at += fprintf(to, "%s%.*s", at > column ? " " : "", (int)length, text);
    }
    fputc('\n', to);
}

/* Items of a list, one on each line of the text. */
static void put_list(FILE *to, const char *title, const char *text)
{
    fprintf(to, "\n%s:\n", title);
    while (*text) {
        size_t length = strcspn(text, "\n");
        char *item = mem_printf("%.*s", (int)length, text);
        fputs("  * ", to);
        put_text(to, 4, item);
        free(item);
        text += length + (text[length] != 0);
    }
}

static void put_cores(FILE *to)
{
    enum { COLUMN = 28 };
    const struct core_model *model;
    fputs("-cpu CORE[,board=BOARD][,crypto=on] chooses whose time is kept, and whether\n"
          "there are instructions for AES and SHA:\n\n", to);
    for (unsigned i = 0; (model = model_at(i)); i++) {
        char *choice = mem_printf("%s,board=%s", model->name, model->board);
        fprintf(to, "  %-*s", COLUMN - 2, choice);
        put_text(to, COLUMN, model->summary);
        free(choice);
    }
    fputs("\nA core is a table of times, and of the sizes of its caches. The instructions\n"
          "and the ID registers that the guest sees are those of the Cortex-A53 with every\n"
          "one. The first core is the default, and of each core its first board.\n"
          "-cpu CORE -timing help shows a core's table.\n", to);
}

static void put_setting(const struct options *o, unsigned i, FILE *to)
{
    enum { COLUMN = 30 };
    const struct setting_row *row = &setting_rows[i];
    uint32_t now = model_number(&o->core.settings, i), own = model_number(&o->model->settings, i);
    char number[MODEL_TEXT], range[2 * MODEL_TEXT];
    model_number_text(row, now, number);
    model_range_text(row, range);
    int used = fprintf(to, "  %s=%s", row->key, number);
    fprintf(to, "%*s", used < COLUMN ? COLUMN - used : 1, "");
    char *text = row->rule == SETTING_CHOICE ? mem_strdup(row->what) : mem_printf("%s; %s", row->what, range);
    put_text(to, used < COLUMN ? COLUMN : used + 1, text);
    free(text);
    model_number_text(row, own, number);
    text = now == own ? mem_printf("From: %s", o->model->sources[i])
                      : mem_printf("Changed; the core has %s, from: %s", number, o->model->sources[i]);
    fprintf(to, "%*s", COLUMN, "");
    put_text(to, COLUMN, text);
    free(text);
}

static void put_settings(const struct options *o, FILE *to)
{
    char *title = mem_printf("%s,board=%s: %s", o->model->name, o->model->board, o->model->summary);
    put_text(to, 0, title);
    free(title);
    put_list(to, "Modelled", o->model->modelled);
    put_list(to, "Not modelled", o->model->not_modelled);
    put_list(to, "Sources named below", o->model->documents);
    fputs("\nEach of these may be changed: -timing SETTING=VALUE,SETTING=VALUE…\n"
          "-timing off counts one cycle an instruction; reference computes every block\n"
          "anew, which gives the same cycles, slowly.\n", to);
    for (unsigned i = 0; i < setting_count; i++) {
        if (model_section(i))
            fprintf(to, "\n%s\n\n", model_section(i));
        put_setting(o, i, to);
    }
}

void cores_help(const struct options *o, FILE *to)
{
    if (o->page == PAGE_CORES)
        put_cores(to);
    else
        put_settings(o, to);
}
