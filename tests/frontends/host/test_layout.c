/* SPDX-License-Identifier: MIT */
/* Catches: pasted text that arrives as other text: keys of the wrong layout, two characters by the same keys, letters of a layout
   that it cannot write, broken UTF-8. */
#include <string.h>

#include "frontends/host/layout.h"
#include "tests/support/support.h"

static const char *const names[] = { "en-us", "en-gb", "de", "fr" };

static int strokes_of(const char *layout, const char *text, struct layout_stroke strokes[LAYOUT_STROKES])
{
    uint32_t ch = layout_next(&text);
    ck_assert_int_eq(*text, 0);
    return layout_strokes(layout_find(layout, NULL), ch, strokes);
}

START_TEST(known_keys_of_each_layout)
{
    enum { S = LAYOUT_SHIFT, G = LAYOUT_ALTGR };
    static const struct { const char *layout, *text; struct layout_stroke first, second; } rows[] = {
        { "en-us", "z", { 44, 0 }, { 0 } }, { "en-us", "@", { 3, S }, { 0 } }, { "en-us", "|", { 43, S }, { 0 } },
        { "en-us", "~", { 41, S }, { 0 } }, { "en-us", "\"", { 40, S }, { 0 } }, { "en-us", "/", { 53, 0 }, { 0 } },
        { "en-gb", "@", { 40, S }, { 0 } }, { "en-gb", "\"", { 3, S }, { 0 } }, { "en-gb", "#", { 43, 0 }, { 0 } },
        { "en-gb", "\\", { 86, 0 }, { 0 } }, { "en-gb", "£", { 4, S }, { 0 } }, { "en-gb", "€", { 5, G }, { 0 } },
        { "de", "z", { 21, 0 }, { 0 } }, { "de", "Y", { 44, S }, { 0 } }, { "de", "@", { 16, G }, { 0 } },
        { "de", "\\", { 12, G }, { 0 } }, { "de", "{", { 8, G }, { 0 } }, { "de", "~", { 27, G }, { 0 } },
        { "de", "ü", { 26, 0 }, { 0 } }, { "de", "ß", { 12, 0 }, { 0 } }, { "de", "|", { 86, G }, { 0 } },
        { "de", "^", { 41, 0 }, { 57, 0 } }, { "de", "`", { 13, S }, { 57, 0 } }, { "de", "é", { 13, 0 }, { 18, 0 } },
        { "de", "À", { 13, S }, { 30, S } },
        { "fr", "a", { 16, 0 }, { 0 } }, { "fr", "Q", { 30, S }, { 0 } }, { "fr", "m", { 39, 0 }, { 0 } },
        { "fr", "1", { 2, S }, { 0 } }, { "fr", "é", { 3, 0 }, { 0 } }, { "fr", ".", { 51, S }, { 0 } },
        { "fr", "^", { 10, G }, { 0 } }, { "fr", "@", { 11, G }, { 0 } }, { "fr", "ê", { 26, 0 }, { 18, 0 } },
        { "fr", "ë", { 26, S }, { 18, 0 } },
        { "fr", " ", { 57, 0 }, { 0 } }, { "de", "\n", { 28, 0 }, { 0 } }, { "de", "\t", { 15, 0 }, { 0 } },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        struct layout_stroke s[LAYOUT_STROKES] = { { 0 } };
        int count = strokes_of(rows[i].layout, rows[i].text, s);
        ck_assert_msg(count == (rows[i].second.code ? 2 : 1), "%s on %s takes %d", rows[i].text, rows[i].layout, count);
        ck_assert_msg(s[0].code == rows[i].first.code && s[0].held == rows[i].first.held, "%s on %s: key %d with %d",
                      rows[i].text, rows[i].layout, s[0].code, s[0].held);
        ck_assert_int_eq(s[1].code, rows[i].second.code);
        ck_assert_int_eq(s[1].held, rows[i].second.held);
    }
}
END_TEST

START_TEST(every_layout_writes_all_of_ascii_each_character_by_keys_of_its_own)
{
    const struct layout *layout = layout_find(names[_i], NULL);
    struct layout_stroke all[256][LAYOUT_STROKES] = { { { 0 } } };
    for (unsigned ch = ' '; ch < 256; ch++) {
        int count = layout_strokes(layout, ch, all[ch]);
        ck_assert_msg(count || ch > '~', "%s has no '%c'", names[_i], ch);
        for (int i = 0; i < count; i++)
            ck_assert(all[ch][i].code > 1 && all[ch][i].code < 128);
        for (unsigned other = ' '; count && other < ch; other++)
            ck_assert_msg(memcmp(all[ch], all[other], sizeof all[ch]), "%s: 0x%x and 0x%x are one", names[_i], ch, other);
    }
    ck_assert_int_eq(layout_strokes(layout, 0x4e2d, all[0]), 0);
    ck_assert_int_eq(layout_strokes(layout, 0x1f600, all[0]), 0);
    ck_assert_int_eq(layout_strokes(layout, 0xfffd, all[0]), 0);
    ck_assert_int_eq(layout_strokes(layout, 7, all[0]), 0);
}
END_TEST

START_TEST(a_layout_writes_the_language_it_is_for)
{
    static const struct { const char *layout, *text; } rows[] = {
        { "de", "ÄÖÜäöüß €µ²³§°´" }, { "fr", "éèçàùâêîôûëïüÿ ÊËÔ €£µ§°²¤" }, { "en-gb", "£€¬" },
    };
    struct layout_stroke s[LAYOUT_STROKES];
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        for (const char *at = rows[i].text; *at;) {
            uint32_t ch = layout_next(&at);
            ck_assert_msg(layout_strokes(layout_find(rows[i].layout, NULL), ch, s), "%s has no U+%04x", rows[i].layout, ch);
        }
    ck_assert_int_eq(strokes_of("en-us", "é", s), 0);
}
END_TEST

START_TEST(names_are_qemus_and_a_wrong_one_is_told)
{
    struct error err;
    ck_assert_ptr_eq(layout_find("us", NULL), layout_find("en-us", NULL));
    ck_assert_ptr_eq(layout_find("uk", NULL), layout_find("en-gb", NULL));
    ck_assert_str_eq(layout_name(layout_find("uk", NULL)), "en-gb");
    ck_assert_ptr_null(layout_find("dvorak", &err));
    ck_assert_str_eq(err.text, "there is no keyboard layout 'dvorak'; there are en-us, en-gb, de and fr");
}
END_TEST

static void expect_text(const char *text, const uint32_t *wanted)
{
    do
        ck_assert_uint_eq(layout_next(&text), *wanted);
    while (*wanted++);
}

START_TEST(text_is_taken_apart_whatever_it_is)
{
    expect_text("a\r\nb\rc\n", (const uint32_t[]){ 'a', '\n', 'b', '\n', 'c', '\n', 0 });
    expect_text("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", (const uint32_t[]){ 0xe9, 0x20ac, 0x1f600, 0 });
    expect_text("\xc3", (const uint32_t[]){ 0xfffd, 0 });                       /* cut off */
    expect_text("\xe2\x82" "a", (const uint32_t[]){ 0xfffd, 'a', 0 });
    expect_text("\x80z", (const uint32_t[]){ 0xfffd, 'z', 0 });
    expect_text("\xc0\xaf", (const uint32_t[]){ 0xfffd, 0 });                   /* overlong */
    expect_text("\xe0\x80\xaf", (const uint32_t[]){ 0xfffd, 0 });
    expect_text("\xf7\xbf\xbf\xbf", (const uint32_t[]){ 0xfffd, 0 });           /* beyond Unicode */
    expect_text("", (const uint32_t[]){ 0 });
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("layout");
    TCase *t = tcase_create("layout");
    tcase_add_test(t, known_keys_of_each_layout);
    tcase_add_loop_test(t, every_layout_writes_all_of_ascii_each_character_by_keys_of_its_own, 0, (int)ARRAY_SIZE(names));
    tcase_add_test(t, a_layout_writes_the_language_it_is_for);
    tcase_add_test(t, names_are_qemus_and_a_wrong_one_is_told);
    tcase_add_test(t, text_is_taken_apart_whatever_it_is);
    suite_add_tcase(s, t);
    return s;
}
