/* SPDX-License-Identifier: MIT */
/* Catches: wrong codes for key names, chords that fall apart, names that are taken for others. */
#include <string.h>

#include "frontends/host/keys.h"
#include "tests/support/support.h"

START_TEST(names_have_the_codes_of_linux)
{
    const struct { const char *name; uint16_t code; } keys[] = {
        { "a", 30 }, { "z", 44 }, { "1", 2 }, { "0", 11 }, { "ret", 28 }, { "spc", 57 }, { "esc", 1 }, { "tab", 15 },
        { "f1", 59 }, { "f10", 68 },
        { "f11", 87 }, { "f12", 88 }, { "up", 103 }, { "down", 108 }, { "left", 105 }, { "right", 106 }, { "pgup", 104 },
        { "pgdn", 109 }, { "ctrl", 29 }, { "ctrl_r", 97 }, { "alt", 56 }, { "alt_r", 100 }, { "shift", 42 }, { "meta_l", 125 },
        { "kp_enter", 96 }, { "less", 86 },
        { "delete", 111 }, { "backspace", 14 }, { "bogus", 0 }, { "", 0 }, { "f", 33 }, { "f13", 0 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        ck_assert_msg(keys_code(keys[i].name, strlen(keys[i].name)) == keys[i].code, "%s", keys[i].name);
}
END_TEST

START_TEST(chords_are_joined_with_dashes_and_separated_by_commas)
{
    const char *text = "ctrl-alt-f1,down,ret";
    uint16_t codes[KEYS_CHORD];
    ck_assert_int_eq(keys_next_chord(&text, codes, NULL), 3);
    ck_assert(codes[0] == 29 && codes[1] == 56 && codes[2] == 59);
    ck_assert_int_eq(keys_next_chord(&text, codes, NULL), 1);
    ck_assert_uint_eq(codes[0], 108);
    ck_assert_int_eq(keys_next_chord(&text, codes, NULL), 1);
    ck_assert_uint_eq(codes[0], 28);
    ck_assert_int_eq(keys_next_chord(&text, codes, NULL), 0);
}
END_TEST

START_TEST(what_is_not_a_key_is_refused_by_name)
{
    struct error err;
    ck_assert_int_eq(keys_check("a,b,ctrl-c", &err), 0);
    ck_assert_int_eq(keys_check("a,entre", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "entre"));
    ck_assert_int_eq(keys_check("a,,b", &err), -1);
    ck_assert_int_eq(keys_check("a-b-c-d-e-f-g-h-i", &err), -1);
    ck_assert_int_eq(keys_check("ctrl--a", &err), -1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("keys");
    TCase *t = tcase_create("keys");
    tcase_add_test(t, names_have_the_codes_of_linux);
    tcase_add_test(t, chords_are_joined_with_dashes_and_separated_by_commas);
    tcase_add_test(t, what_is_not_a_key_is_refused_by_name);
    suite_add_tcase(s, t);
    return s;
}
