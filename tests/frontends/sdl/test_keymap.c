/* SPDX-License-Identifier: MIT */
/* Catches: keys without a code, two keys that the guest cannot tell apart, codes that differ from those of sendkey's names. */
#include <string.h>

#include "frontends/host/keys.h"
#include "frontends/sdl/keymap.h"
#include "tests/support/support.h"

START_TEST(every_key_of_a_full_keyboard_has_a_code)
{
    for (int scancode = SDL_SCANCODE_A; scancode <= SDL_SCANCODE_KP_EQUALS; scancode++)
        ck_assert_msg(keymap_code((SDL_Scancode)scancode) != 0, "scancode %d", scancode);
    for (int scancode = SDL_SCANCODE_LCTRL; scancode <= SDL_SCANCODE_RGUI; scancode++)
        ck_assert_msg(keymap_code((SDL_Scancode)scancode) != 0, "scancode %d", scancode);
    ck_assert_uint_eq(keymap_code(SDL_SCANCODE_UNKNOWN), 0);
    ck_assert_uint_eq(keymap_code(SDL_NUM_SCANCODES), 0);
}
END_TEST

START_TEST(different_keys_have_different_codes)
{
    int owner[256] = { 0 };
    for (int scancode = SDL_SCANCODE_A; scancode <= SDL_SCANCODE_RGUI; scancode++) {
        int code = keymap_code((SDL_Scancode)scancode);
        bool is_alias = scancode == SDL_SCANCODE_NONUSHASH || scancode == SDL_SCANCODE_SYSREQ;    /* one key of two layouts */
        if (!code || is_alias)
            continue;
        ck_assert_msg(!owner[code], "scancodes %d and %d have code %d", owner[code], scancode, code);
        owner[code] = scancode;
    }
}
END_TEST

START_TEST(the_window_and_sendkey_agree)
{
    const struct { SDL_Scancode scancode; const char *name; } keys[] = {
        { SDL_SCANCODE_A, "a" }, { SDL_SCANCODE_Z, "z" }, { SDL_SCANCODE_0, "0" }, { SDL_SCANCODE_RETURN, "ret" },
        { SDL_SCANCODE_F1, "f1" }, { SDL_SCANCODE_F12, "f12" }, { SDL_SCANCODE_KP_5, "kp_5" }, { SDL_SCANCODE_LALT, "alt" },
        { SDL_SCANCODE_RALT, "alt_r" }, { SDL_SCANCODE_RCTRL, "ctrl_r" }, { SDL_SCANCODE_PAGEDOWN, "pgdn" },
        { SDL_SCANCODE_NONUSBACKSLASH, "less" }, { SDL_SCANCODE_GRAVE, "grave_accent" }, { SDL_SCANCODE_LGUI, "meta_l" },
        { SDL_SCANCODE_LEFTBRACKET, "bracket_left" }, { SDL_SCANCODE_PRINTSCREEN, "print" }, { SDL_SCANCODE_PAUSE, "pause" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        ck_assert_msg(keymap_code(keys[i].scancode) == keys_code(keys[i].name, strlen(keys[i].name)), "%s", keys[i].name);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("keymap");
    TCase *t = tcase_create("keymap");
    tcase_add_test(t, every_key_of_a_full_keyboard_has_a_code);
    tcase_add_test(t, different_keys_have_different_codes);
    tcase_add_test(t, the_window_and_sendkey_agree);
    suite_add_tcase(s, t);
    return s;
}
