/* SPDX-License-Identifier: MIT */
/* The tables of options, from which parsing, --help and guesses come. To add an option: a setter and a row in the file of its
   theme (options_machine.c, options_devices.c, options_screen.c, options_time.c, options_tell.c), a line in docs/user.md. */
#ifndef FRONTENDS_CLI_OPTIONS_TABLE_H
#define FRONTENDS_CLI_OPTIONS_TABLE_H

#include "frontends/cli/options.h"

struct option_row {
    const char *word;
    const char *argument;   /* for --help; NULL: takes none */
    int (*set)(struct options *options, const char *value, struct error *err);
};

/* A paragraph of --help; with the title "" other words for the same, which it leaves out. The rows end with one without a
   word. */
struct option_group {
    const char *title;
    const struct option_row *rows;
};

extern const struct option_row options_boot[], options_machine[], options_machine_aliases[];
extern const struct option_row options_disks[], options_network[], options_serial[];
extern const struct option_row options_screen[];
extern const struct option_row options_time[], options_scripts[];
extern const struct option_row options_tell[], options_tell_aliases[];

extern const struct option_group option_groups[];   /* in the order of --help; ends with one without a title */

/* The row of this word, or NULL. */
const struct option_row *options_table_find(const char *word);

/* The words of all rows, at most so many; returns how many there are. */
size_t options_table_words(const char **words, size_t most);

/* -pflash is a drive, and listed with what boots. */
int options_set_pflash(struct options *o, const char *value, struct error *err);

#endif
