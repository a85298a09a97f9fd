/* SPDX-License-Identifier: MIT */
/* Catches: escape sequences that draw something else than on an xterm, text that a guest can push outside the screen, lines
   lost from the history, keys that send the wrong bytes. */
#include <stdio.h>
#include <string.h>

#include "frontends/sdl/vt.h"
#include "tests/support/support.h"

static struct vt *vt;
static char replies[256];

static void take_reply(void *owner, const char *data, size_t length)
{
    (void)owner;
    strncat(replies, data, length);
}

static void set_up(void)
{
    replies[0] = 0;
    vt = vt_new(VT_COLS_MIN, VT_ROWS_MIN, take_reply, NULL);
}

static void tear_down(void)
{
    vt_free(vt);
}

static void show(const char *text)
{
    vt_write(vt, (const uint8_t *)text, strlen(text));
}

/* A row as ASCII without the blanks at its end; other characters as '?'. */
static const char *line(int row)
{
    static char text[VT_COLS_MAX + 1];
    const struct vt_cell *cells = vt_row(vt, row);
    int length = 0;
    for (int i = 0; i < vt_cols(vt); i++) {
        text[i] = cells[i].ch < 0x7f ? (char)cells[i].ch : '?';
        if (text[i] != ' ')
            length = i + 1;
    }
    text[length] = 0;
    return text;
}

static void cursor_is(int col, int row)
{
    int x, y;
    vt_cursor(vt, &x, &y);
    ck_assert_int_eq(x, col);
    ck_assert_int_eq(y, row);
}

START_TEST(text_wraps_and_scrolls)
{
    show("one\r\ntwo\b\b\bTW\tx");
    ck_assert_str_eq(line(0), "one");
    ck_assert_str_eq(line(1), "TWo     x");
    for (int i = 0; i < 80; i++)
        show("\r\n");
    ck_assert_str_eq(line(0), "");
    cursor_is(0, 24);
    for (int i = 0; i < 80; i++)
        show("w");
    cursor_is(79, 24);                    /* it waits behind the last column … */
    ck_assert_int_eq((int)strlen(line(24)), 80);
    show("v");                            /* … and wraps only now */
    ck_assert_int_eq((int)strlen(line(23)), 80);
    ck_assert_str_eq(line(24), "v");
    show("\033[?7l\033[80Gabc");
    ck_assert_str_eq(line(24) + 79, "c");
}
END_TEST

START_TEST(the_cursor_goes_where_it_is_told)
{
    show("\033[5;10Hx");
    ck_assert_str_eq(line(4), "         x");
    cursor_is(10, 4);
    show("\033[2A\033[3C"), cursor_is(13, 2);
    show("\033[B\033[2D"), cursor_is(11, 3);
    show("\033[99A\033[999D"), cursor_is(0, 0);
    show("\033[999;999H"), cursor_is(79, 24);
    show("\033[H"), cursor_is(0, 0);
    show("\033[7d\033[20G"), cursor_is(19, 6);
    show("\033[2E"), cursor_is(0, 8);
    show("\033[3F"), cursor_is(0, 5);
    show("\0337\033[20;20H\0338"), cursor_is(0, 5);
    show("\033[4294967295;4294967295H"), cursor_is(79, 24);
    show("\033[0;0f"), cursor_is(0, 0);
}
END_TEST

static void fill_with_numbers(void)
{
    show("\033[2J\033[H");
    for (int i = 0; i < 25; i++) {
        char text[16];
        snprintf(text, sizeof text, "%sline %d", i ? "\r\n" : "", i);
        show(text);
    }
}

START_TEST(erasing_takes_what_it_names)
{
    fill_with_numbers();
    show("\033[3;4H\033[K\033[4;4H\033[1K\033[5;1H\033[2K");
    ck_assert_str_eq(line(2), "lin");
    ck_assert_str_eq(line(3), "     3");
    ck_assert_str_eq(line(4), "");
    show("\033[20;3H\033[J");
    ck_assert_str_eq(line(19), "li");
    ck_assert_str_eq(line(20), "");
    show("\033[2;3H\033[1J");
    ck_assert_str_eq(line(0), "");
    ck_assert_str_eq(line(1), "   e 1");
    show("\033[7;1Habcdef\033[7;2H\033[2P");
    ck_assert_str_eq(line(6), "adef");
    show("\033[3@");
    ck_assert_str_eq(line(6), "a   def");
    show("\033[7;1H\033[2X");
    ck_assert_str_eq(line(6), "    def");
}
END_TEST

START_TEST(lines_are_inserted_and_deleted_within_the_region)
{
    fill_with_numbers();
    show("\033[3;6r\033[4;5H\033[L");
    cursor_is(0, 3);
    ck_assert_str_eq(line(2), "line 2");
    ck_assert_str_eq(line(3), "");
    ck_assert_str_eq(line(4), "line 3");
    ck_assert_str_eq(line(5), "line 4");
    ck_assert_str_eq(line(6), "line 6");
    show("\033[2M");
    ck_assert_str_eq(line(3), "line 4");
    ck_assert_str_eq(line(4), "");
    ck_assert_str_eq(line(6), "line 6");
    show("\033[6;1H\nnew");
    ck_assert_str_eq(line(2), "line 4");
    ck_assert_str_eq(line(5), "new");
    ck_assert_str_eq(line(6), "line 6");
    show("\033[3;1H\033Mtop");
    ck_assert_str_eq(line(2), "top");
    ck_assert_str_eq(line(1), "line 1");
    show("\033[10;1H\033[L");             /* outside the region: nothing */
    ck_assert_str_eq(line(9), "line 9");
    show("\033[r\033[S");
    ck_assert_str_eq(line(0), "line 1");
    show("\033[?6h\033[5;10r\033[1;1H"), cursor_is(0, 4);
    show("\033[99;1H"), cursor_is(0, 9);
}
END_TEST

START_TEST(colours_and_attributes_are_those_of_xterm)
{
    show("a\033[31mb\033[1mc\033[0;7md\033[0;44me\033[38;5;196mf\033[48;2;1;2;3mg\033[mh\033[4;9mi\033[97mj\033[38:5:21mk");
    const struct vt_cell *c = vt_row(vt, 0);
    ck_assert_uint_eq(c[7].fg, c[0].fg);
    ck_assert_uint_eq(c[7].bg, c[0].bg);
    ck_assert_uint_ne(c[1].fg, c[0].fg);
    ck_assert_uint_ne(c[2].fg, c[1].fg);
    ck_assert(c[3].fg == c[0].bg && c[3].bg == c[0].fg);
    ck_assert(c[4].bg != c[0].bg && c[4].fg == c[0].fg);
    ck_assert_uint_eq(c[5].fg, 0xff0000);
    ck_assert_uint_eq(c[6].bg, 0x010203);
    ck_assert_uint_eq(c[8].flags, VT_UNDERLINED | VT_STRUCK);
    ck_assert_uint_eq(c[9].fg, 0xffffff);
    ck_assert_uint_eq(c[10].fg, 0x0000ff);
}
END_TEST

START_TEST(utf8_makes_characters_and_bad_bytes_make_replacements)
{
    show("\xc3\xa9\xe2\x94\x80\xf0\x9f\x98\x80z\xff\xc3(\xe2\x82");
    const struct vt_cell *c = vt_row(vt, 0);
    ck_assert_uint_eq(c[0].ch, 0xe9);
    ck_assert_uint_eq(c[1].ch, 0x2500);
    ck_assert_uint_eq(c[2].ch, 0x1f600);
    ck_assert(c[2].flags & VT_WIDE && c[3].flags & VT_WIDE_REST);
    ck_assert_uint_eq(c[4].ch, 'z');
    ck_assert_uint_eq(c[5].ch, 0xfffd);
    ck_assert_uint_eq(c[6].ch, 0xfffd);
    ck_assert_uint_eq(c[7].ch, '(');
    show("\r\n\033[80G\xe4\xb8\xad");      /* no room for two columns: the next line */
    ck_assert_uint_eq(vt_row(vt, 2)[0].ch, 0x4e2d);
    show("\033[3;2Hx");                    /* over its second half */
    ck_assert_uint_eq(vt_row(vt, 2)[0].ch, ' ');
    ck_assert_uint_eq(vt_row(vt, 2)[1].ch, 'x');
}
END_TEST

START_TEST(the_line_drawing_set_is_switched_on_and_off)
{
    show("\033(0lqk\033(Blqk\016q\017\033)0\016x\017x");
    const struct vt_cell *c = vt_row(vt, 0);
    ck_assert(c[0].ch == 0x250c && c[1].ch == 0x2500 && c[2].ch == 0x2510);
    ck_assert(c[3].ch == 'l' && c[6].ch == 'q' && c[7].ch == 0x2502 && c[8].ch == 'x');
}
END_TEST

START_TEST(the_other_screen_leaves_this_one_as_it_was)
{
    show("shell\033[?1049h\033[Heditor");
    ck_assert_str_eq(line(0), "editor");
    show("\033[?1049l");
    ck_assert_str_eq(line(0), "shell");
    cursor_is(5, 0);
    int x, y;
    show("\033[?25l");
    ck_assert(!vt_cursor(vt, &x, &y));
}
END_TEST

START_TEST(questions_are_answered)
{
    show("\033[3;7H\033[6n\033[5n\033[c\033[>c");
    ck_assert_str_eq(replies, "\033[3;7R\033[0n\033[?62;22c\033[>1;1;0c");
    replies[0] = 0;
    show("\033[999;999H\033[6n");          /* how programs ask for the size */
    ck_assert_str_eq(replies, "\033[25;80R");
}
END_TEST

START_TEST(titles_and_unknown_sequences_show_nothing)
{
    show("\033]0;title\007a\033]2;x\033\\b\033P1$r\033\\c\033[>4;2md\033[!pe\033[?2004hf\033%Gg\033#8\033=h"
         "\033[1;2;3;4;5;6;7;8;9;1;2;3;4;5;6;7;8;9mi");
    ck_assert_str_eq(line(0), "abcdefghi");
    show("\033[31\030x\r\n\033[1\r2Cy");
    ck_assert_str_eq(line(0), "abcdefghix");
    ck_assert_str_eq(line(1), "            y");
}
END_TEST

START_TEST(lines_that_left_the_screen_can_be_looked_at)
{
    for (int i = 0; i < 100; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d\r\n", i);
        show(text);
    }
    ck_assert_str_eq(line(0), "76");
    vt_look_back(vt, 10);
    ck_assert_str_eq(line(0), "66");
    show("more\r\n");                      /* what is looked at stays */
    ck_assert_str_eq(line(0), "66");
    vt_look_back(vt, 100000);
    ck_assert_str_eq(line(0), "0");
    vt_look_back(vt, 0);
    ck_assert_str_eq(line(0), "77");
    for (int i = 0; i < 3 * VT_HISTORY; i++)
        show("x\r\n");
    vt_look_back(vt, 100000);
    ck_assert_int_eq(vt_looks_back(vt), VT_HISTORY);
    ck_assert_str_eq(line(0), "x");
}
END_TEST

START_TEST(resizing_keeps_the_text_and_the_cursors_line)
{
    fill_with_numbers();
    vt_resize(vt, 132, 50);
    ck_assert_str_eq(line(24), "line 24");
    show("\033[50;100Hbelow");
    vt_resize(vt, 80, 25);
    ck_assert_str_eq(line(23), "");
    cursor_is(79, 24);
    vt_resize(vt, 1, 1);
    ck_assert(vt_cols(vt) == VT_COLS_MIN && vt_rows(vt) == VT_ROWS_MIN);
    vt_resize(vt, 100000, 100000);
    ck_assert(vt_cols(vt) == VT_COLS_MAX && vt_rows(vt) == VT_ROWS_MAX);
    show("\033[999;999Hx\r\n\n\n");
    ck_assert_str_eq(line(VT_ROWS_MAX - 4) + VT_COLS_MAX - 1, "x");
}
END_TEST

START_TEST(keys_send_what_xterm_sends)
{
    const struct { enum vt_key key; unsigned modifiers; const char *bytes; } keys[] = {
        { VT_UP, 0, "\033[A" }, { VT_LEFT, 0, "\033[D" }, { VT_RIGHT, VT_CTRL, "\033[1;5C" }, { VT_HOME, 0, "\033[H" },
        { VT_END, 0, "\033[F" },
        { VT_INSERT, 0, "\033[2~" }, { VT_DELETE, 0, "\033[3~" }, { VT_PAGE_UP, 0, "\033[5~" },
        { VT_PAGE_DOWN, VT_SHIFT, "\033[6;2~" },
        { VT_F1, 0, "\033OP" }, { VT_F1 + 3, 0, "\033OS" }, { VT_F1 + 4, 0, "\033[15~" }, { VT_F12, 0, "\033[24~" },
        { VT_ENTER, 0, "\r" },
        { VT_BACKSPACE, 0, "\x7f" }, { VT_TAB, 0, "\t" }, { VT_TAB, VT_SHIFT, "\033[Z" }, { VT_ESCAPE, 0, "\033" },
        { VT_ENTER, VT_ALT, "\033\r" },
    };
    char out[17];
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
        out[vt_key(vt, keys[i].key, keys[i].modifiers, out)] = 0;
        ck_assert_msg(!strcmp(out, keys[i].bytes), "key %d", keys[i].key);
    }
    show("\033[?1h");
    out[vt_key(vt, VT_DOWN, 0, out)] = 0;
    ck_assert_str_eq(out, "\033OB");
    out[vt_key(vt, VT_HOME, 0, out)] = 0;
    ck_assert_str_eq(out, "\033OH");
}
END_TEST

START_TEST(no_output_of_a_guest_breaks_it)
{
    static const char alphabet[] =
        "\033\033\033[[[[;;;;?0123456789999ABCDEFGHIJKLMPSTXZ`abcdefghlmnrsu@\r\n\b\t\x0e\x0f()#]\\78cDEM\xe4\xb8\xad\xf0 x";
    uint32_t seed = 12345;
    for (int i = 0; i < 1000000; i++) {
        seed = seed * 1664525 + 1013904223;
        uint8_t byte = seed >> 28 == 0 ? (uint8_t)(seed >> 8) : (uint8_t)alphabet[(seed >> 8) % (sizeof alphabet - 1)];
        vt_write(vt, &byte, 1);
        replies[0] = 0;
        if (i % 5000 == 0)
            vt_resize(vt, (int)(seed % 600), (int)(seed >> 8) % 300);
        int x, y;
        vt_cursor(vt, &x, &y);
        ck_assert(x >= 0 && x < vt_cols(vt) && y >= 0 && y - vt_looks_back(vt) < vt_rows(vt));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("vt");
    TCase *t = tcase_create("vt");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, text_wraps_and_scrolls);
    tcase_add_test(t, the_cursor_goes_where_it_is_told);
    tcase_add_test(t, erasing_takes_what_it_names);
    tcase_add_test(t, lines_are_inserted_and_deleted_within_the_region);
    tcase_add_test(t, colours_and_attributes_are_those_of_xterm);
    tcase_add_test(t, utf8_makes_characters_and_bad_bytes_make_replacements);
    tcase_add_test(t, the_line_drawing_set_is_switched_on_and_off);
    tcase_add_test(t, the_other_screen_leaves_this_one_as_it_was);
    tcase_add_test(t, questions_are_answered);
    tcase_add_test(t, titles_and_unknown_sequences_show_nothing);
    tcase_add_test(t, lines_that_left_the_screen_can_be_looked_at);
    tcase_add_test(t, resizing_keeps_the_text_and_the_cursors_line);
    tcase_add_test(t, keys_send_what_xterm_sends);
    tcase_add_test(t, no_output_of_a_guest_breaks_it);
    suite_add_tcase(s, t);
    return s;
}
