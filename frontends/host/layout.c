/* SPDX-License-Identifier: MIT */
/* A layout is four pictures of the keyboard, one for each level, and a list of its dead keys. The levels are those of the xkb
   layouts of the same names, as far as Linux' console has them too. */
#include "frontends/host/layout.h"

#include <string.h>

enum { ROWS = 4, LEVELS = 3, DEAD_MAX = 4, KEYS_MAX = 14 };
enum { KEY_TAB = 15, KEY_ENTER = 28, KEY_SPACE = 57, NOT_UTF8 = 0xfffd };

/* The keys of the four rows from left to right: Linux' codes. The last row begins with the key beside the left Shift, which the
   keyboards of America do not have. */
static const uint8_t keys[ROWS][KEYS_MAX] = {
    { 41, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 },
    { 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27 },
    { 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 43 },
    { 86, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53 },
};

static const uint8_t levels[LEVELS] = { 0, LAYOUT_SHIFT, LAYOUT_ALTGR };

struct dead_key {
    const char *accent;       /* which, with Space, it also writes */
    uint16_t code;
    uint8_t held;
};

struct layout {
    const char *names[3];     /* the first is QEMU's */
    const char *rows[LEVELS][ROWS];   /* a blank where a key writes nothing */
    struct dead_key dead[DEAD_MAX];
};

static const struct layout layouts[] = {
    { { "en-us", "us" },
      { { "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", " zxcvbnm,./" },
        { "~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", " ZXCVBNM<>?" },
        { "", "", "", "" } },
      { { 0 } } },
    { { "en-gb", "gb", "uk" },
      { { "`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./" },
        { "¬!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?" },
        { "    €", "", "", "" } },
      { { 0 } } },
    { { "de" },
      { { " 1234567890ß", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-" },
        { "°!\"§$%&/()=?", "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_" },
        { "  ²³   {[]}\\", "@ €        ~", "", "|      µ" } },
      { { "^", 41, 0 }, { "´", 13, 0 }, { "`", 13, LAYOUT_SHIFT } } },
    { { "fr" },
      { { "²&é\"'(-è_çà)=", "azertyuiop $", "qsdfghjklmù*", "<wxcvbn,;:!" },
        { " 1234567890°+", "AZERTYUIOP £", "QSDFGHJKLM%µ", ">WXCVBN?./§" },
        { "  ~#{[|`\\^@]}", "  €        ¤", "", "" } },
      { { "^", 26, 0 }, { "¨", 26, LAYOUT_SHIFT } } },
};

/* What a dead key makes of a letter: all that the layouts' dead keys can. */
static const struct { const char *accent, *letters, *results; } compositions[] = {
    { "^", "aeiouAEIOU", "âêîôûÂÊÎÔÛ" },
    { "´", "aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ" },
    { "`", "aeiouAEIOU", "àèìòùÀÈÌÒÙ" },
    { "¨", "aeiouyAEIOU", "äëïöüÿÄËÏÖÜ" },
};

/* ---- text ---- */

static uint32_t next_utf8(const char **text)
{
    static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
    uint8_t first = (uint8_t)**text;
    int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : -1;
    uint32_t ch = more <= 0 ? first : first & (0x3fu >> more);
    if (!first)
        return 0;
    (*text)++;
    for (int i = 0; i < more; i++) {
        uint8_t next = (uint8_t)**text;
        if ((next & 0xc0) != 0x80)
            return NOT_UTF8;
        ch = ch << 6 | (next & 0x3f);
        (*text)++;
    }
    return more < 0 || ch < least[more] || ch > 0x10ffff ? NOT_UTF8 : ch;
}

uint32_t layout_next(const char **text)
{
    uint32_t ch = next_utf8(text);
    if (ch != '\r')
        return ch;
    if (**text == '\n')
        (*text)++;
    return '\n';
}

/* Where a character is in a text, counted in characters; -1: nowhere. */
static int place_of(uint32_t ch, const char *text)
{
    uint32_t there;
    for (int i = 0; (there = next_utf8(&text)) != 0; i++)
        if (there == ch)
            return i;
    return -1;
}

/* ---- layouts ---- */

const struct layout *layout_find(const char *name, struct error *err)
{
    char known[128] = "";
    for (size_t i = 0; i < ARRAY_SIZE(layouts); i++) {
        for (size_t k = 0; k < ARRAY_SIZE(layouts[i].names) && layouts[i].names[k]; k++)
            if (!strcmp(layouts[i].names[k], name))
                return &layouts[i];
        strcat(strcat(known, i ? i + 1 < ARRAY_SIZE(layouts) ? ", " : " and " : ""), layouts[i].names[0]);
    }
    error_set(err, "there is no keyboard layout '%s'; there are %s", name, known);
    return NULL;
}

const char *layout_name(const struct layout *layout)
{
    return layout->names[0];
}

static bool find_key(const struct layout *layout, uint32_t ch, struct layout_stroke *stroke)
{
    static const struct { char ch; uint8_t code; } everywhere[] = { { ' ', KEY_SPACE }, { '\n', KEY_ENTER }, { '\t', KEY_TAB } };
    for (size_t i = 0; i < ARRAY_SIZE(everywhere); i++)
        if (ch == (uint8_t)everywhere[i].ch) {
            *stroke = (struct layout_stroke){ everywhere[i].code, 0 };
            return true;
        }
    for (int level = 0; level < LEVELS; level++)
        for (int row = 0; row < ROWS; row++) {
            int place = place_of(ch, layout->rows[level][row]);
            if (place >= 0) {
                *stroke = (struct layout_stroke){ keys[row][place], levels[level] };
                return true;
            }
        }
    return false;
}

static bool find_dead(const struct layout *layout, uint32_t accent, struct layout_stroke *stroke)
{
    for (int i = 0; i < DEAD_MAX && layout->dead[i].accent; i++)
        if (place_of(accent, layout->dead[i].accent) == 0) {
            *stroke = (struct layout_stroke){ layout->dead[i].code, layout->dead[i].held };
            return true;
        }
    return false;
}

/* An accent alone is its dead key and Space. */
static bool find_composition(const struct layout *layout, uint32_t ch, struct layout_stroke strokes[LAYOUT_STROKES])
{
    if (find_dead(layout, ch, &strokes[0]))
        return find_key(layout, ' ', &strokes[1]);
    for (size_t i = 0; i < ARRAY_SIZE(compositions); i++) {
        const char *accent = compositions[i].accent;
        int place = place_of(ch, compositions[i].results);
        if (place >= 0 && find_dead(layout, next_utf8(&accent), &strokes[0]))
            return find_key(layout, (uint8_t)compositions[i].letters[place], &strokes[1]);
    }
    return false;
}

int layout_strokes(const struct layout *layout, uint32_t ch, struct layout_stroke strokes[LAYOUT_STROKES])
{
    if (find_key(layout, ch, &strokes[0]))
        return 1;
    return find_composition(layout, ch, strokes) ? 2 : 0;
}
