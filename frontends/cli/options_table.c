/* SPDX-License-Identifier: MIT */
#include "frontends/cli/options_table.h"

#include <string.h>

const struct option_group option_groups[] = {
    { "Boot", options_boot },     { "Machine", options_machine }, { "Disks", options_disks },
    { "Network", options_network }, { "Screen", options_screen }, { "Serial", options_serial },
    { "Time", options_time },     { "Scripts", options_scripts }, { "Tell", options_tell },
    { "", options_machine_aliases }, { "", options_tell_aliases },
    { NULL, NULL }
};

const struct option_row *options_table_find(const char *word)
{
    for (const struct option_group *group = option_groups; group->title; group++)
        for (const struct option_row *row = group->rows; row->word; row++)
            if (!strcmp(row->word, word))
                return row;
    return NULL;
}

size_t options_table_words(const char **words, size_t most)
{
    size_t count = 0;
    for (const struct option_group *group = option_groups; group->title; group++)
        for (const struct option_row *row = group->rows; row->word; row++, count++)
            if (count < most)
                words[count] = row->word;
    return count;
}
