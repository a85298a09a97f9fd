/* SPDX-License-Identifier: MIT */
/* A core is data: this is what a core's table in cpu/timing/cores/ says. Every number is a setting that the command line can
   override, with its source beside it. */
#ifndef CPU_TIMING_MODEL_H
#define CPU_TIMING_MODEL_H

#include "base/error.h"
#include "cpu/timing/uop.h"

/* The numbers of a core: caches, TLBs, predictor, front end, memory. Members, keys, ranges and meanings are rows of
   settings.def. */
struct core_settings {
#define SETTING(member, key, least, most, rule, what) uint32_t member;
#include "cpu/timing/settings.def"
#undef SETTING
};

enum setting {
#define SETTING(member, key, least, most, rule, what) SETTING_##member,
#include "cpu/timing/settings.def"
#undef SETTING
    SETTING_COUNT
};

/* The words of "predictor". */
enum predictor_kind { PREDICTOR_NONE, PREDICTOR_LOCAL, PREDICTOR_GLOBAL, PREDICTOR_BI_MODE };

/* … of "l1d.index". */
enum cache_index { INDEX_PHYSICAL, INDEX_VIRTUAL };

/* Execution units that one instruction at a time can start in; pairs of FP/SIMD pipes are counted apart. */
enum timing_unit {
    UNIT_NONE, UNIT_LOAD_STORE, UNIT_BRANCH, UNIT_MULTIPLY, UNIT_DIVIDE, UNIT_SHIFT, UNIT_CARRY, UNIT_FP_DIVIDE, UNIT_COUNT
};

enum {
    ISSUE_ALONE = 1 << 0,       /* takes the whole cycle: no partner */
    ISSUE_LAST = 1 << 1,        /* nothing younger in the same cycle */
    ISSUE_SERIAL = 1 << 2       /* waits for every older result, and the pipeline starts anew behind it */
};

/* What a group needs to issue. */
struct group_timing {
    uint8_t unit;               /* enum timing_unit */
    uint8_t busy;               /* cycles until the unit can start the next one; 0 counts as 1 */
    uint8_t pipes;              /* FP/SIMD pipes of 64 bits: 0, 1 or 2 */
    uint8_t pipes_busy;         /* cycles that they are taken for; 0 counts as 1 */
    uint8_t issue;              /* ISSUE_* */
    uint8_t hold;               /* cycles that the issue stage stays with it behind the first (LDP: 1) */
    uint8_t cost;               /* ISSUE_SERIAL: cycles until the next instruction issues */
};

struct core_model {
    const char *name, *board;   /* as in -cpu NAME,board=BOARD */
    const char *summary;        /* one line */
    /* For -timing help and the docs, one item a line; documents: what short names of sources stand for. */
    const char *modelled, *not_modelled, *documents;
    struct core_settings settings;
    const char *const *sources;                      /* SETTING_COUNT: where each number is from */
    const struct group_timing *groups;               /* GROUP_COUNT rows */
    const uint8_t (*latency)[CONSUMER_COUNT];        /* PRODUCER_COUNT rows: cycles from issue to issue */
    const uint8_t *unaligned;                        /* PRODUCER_COUNT: cycles that a load which is not aligned is later */
};

/* What a setting is: for -timing help, checks, and the generated pages. */
enum setting_rule { SETTING_NUMBER, SETTING_POWER, SETTING_SIZE, SETTING_CHOICE };   /* POWER, SIZE: a power of two */

struct setting_row {
    const char *key, *what;
    uint32_t least, most;
    enum setting_rule rule;
    const char *words;          /* SETTING_CHOICE: "none|local|global", numbered from 0 */
    size_t offset;              /* in struct core_settings */
};

extern const struct setting_row setting_rows[];   /* by enum setting */
extern const unsigned setting_count;

/* The title of the group of settings that begins with row `index`, or NULL. */
const char *model_section(unsigned index);

/* The number of row `index`, and as a reader wants it: "512K", "global", "1200". */
enum { MODEL_TEXT = 32 };
uint32_t model_number(const struct core_settings *settings, unsigned index);
void model_number_text(const struct setting_row *row, uint32_t number, char text[MODEL_TEXT]);

/* What a row takes, for help and messages: "4K to 1M, a power of two", "none, local or global". */
void model_range_text(const struct setting_row *row, char text[2 * MODEL_TEXT]);

/* The source of a setting's number in this core: a document, a row of measured data, "fitted to …". NULL: no such key. */
const char *model_source(const struct core_model *model, const char *key);

/* The core of this name on this board (NULL: its first board). NULL, and err says what there is, if there is none. */
const struct core_model *model_find(const char *name, const char *board, struct error *err);
const struct core_model *model_at(unsigned index);   /* NULL behind the last */

/* Applies "l2.size=1M,dram.cas=14,predictor=none" to *settings. -1, with *settings unchanged and err saying what is wrong and
   what is allowed: an unknown key (the nearest is named), a number out of its range, a size that is not a power of two, numbers
   that do not fit together. */
int model_override(struct core_settings *settings, const char *text, struct error *err);

#endif
