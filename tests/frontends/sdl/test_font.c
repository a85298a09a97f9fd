/* SPDX-License-Identifier: MIT */
/* Catches: characters without a glyph or that look like others, box drawing whose lines do not meet, text drawn outside its
   picture. */
#include <string.h>

#include "frontends/sdl/font.h"
#include "frontends/sdl/glyphs.h"
#include "tests/support/support.h"

START_TEST(the_table_is_in_order_and_within_its_cells)
{
    for (size_t i = 0; i < glyph_count; i++) {
        ck_assert(i == 0 || glyphs[i - 1].ch < glyphs[i].ch);
        ck_assert_int_le(glyphs[i].top + glyphs[i].count, FONT_HEIGHT);
    }
}
END_TEST

START_TEST(ascii_and_latin_letters_exist_and_differ)
{
    static uint8_t rows[0x180][FONT_HEIGHT];
    for (uint32_t ch = ' '; ch < 0x180; ch++) {
        bool is_there = font_glyph(ch, rows[ch]);
        ck_assert_msg(is_there || ch >= 0x7f, "U+%04X", ch);
        ck_assert_msg(is_there || ch < 0xc0 || ch > 0xff, "U+%04X", ch);
        for (uint32_t other = ' '; is_there && ch < 0x7f && other < ch; other++)
            ck_assert_msg(memcmp(rows[ch], rows[other], FONT_HEIGHT) != 0, "'%c' looks like '%c'", (char)ch, (char)other);
    }
    uint8_t box[FONT_HEIGHT], letter[FONT_HEIGHT];
    ck_assert(!font_glyph(0x4e2d, box));
    ck_assert(font_glyph('A', letter));
    ck_assert_mem_ne(box, letter, FONT_HEIGHT);
}
END_TEST

static bool has(uint32_t ch, int row, int col)
{
    uint8_t rows[FONT_HEIGHT];
    font_glyph(ch, rows);
    return rows[row] & 0x80 >> col;
}

START_TEST(lines_of_neighbouring_cells_meet)
{
    /* horizontal: what reaches the right edge of one is where the other begins at its left edge; vertical alike */
    const struct { uint32_t first, second; bool across; } pairs[] = {
        { 0x2500, 0x2510, true }, { 0x250c, 0x2500, true }, { 0x251c, 0x253c, true }, { 0x2550, 0x2557, true },
        { 0x2554, 0x2550, true },
        { 0x2501, 0x2513, true }, { 0x2560, 0x256c, true }, { 0x250c, 0x2502, false }, { 0x2502, 0x2514, false },
        { 0x2554, 0x2551, false }, { 0x2551, 0x255a, false }, { 0x2503, 0x251b, false }, { 0x252c, 0x2534, false },
        { 0x256d, 0x2570, false },
    };
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
        int edge = pairs[i].across ? FONT_HEIGHT : FONT_WIDTH, met = 0;
        for (int at = 0; at < edge; at++) {
            bool one = pairs[i].across ? has(pairs[i].first, at, FONT_WIDTH - 1) : has(pairs[i].first, FONT_HEIGHT - 1, at);
            bool two = pairs[i].across ? has(pairs[i].second, at, 0) : has(pairs[i].second, 0, at);
            ck_assert_msg(one == two, "U+%04X and U+%04X at %d", pairs[i].first, pairs[i].second, at);
            met += one;
        }
        ck_assert_int_gt(met, 0);
    }
}
END_TEST

START_TEST(blocks_fill_what_they_say)
{
    uint8_t rows[FONT_HEIGHT];
    font_glyph(0x2588, rows);
    for (int row = 0; row < FONT_HEIGHT; row++)
        ck_assert_uint_eq(rows[row], 0xff);
    font_glyph(0x2584, rows);
    ck_assert(rows[7] == 0 && rows[8] == 0xff);
    font_glyph(0x258c, rows);
    ck_assert_uint_eq(rows[3], 0xf0);
    font_glyph(0x2590, rows);
    ck_assert_uint_eq(rows[3], 0x0f);
}
END_TEST

START_TEST(text_is_cut_off_at_the_edges)
{
    static uint32_t pixels[20 * 10 + 2];
    pixels[0] = pixels[201] = 0x12345678;
    for (int x = -20; x < 30; x++)
        for (int y = -20; y < 20; y++)
            font_draw(pixels + 1, 20, 10, x, y, "W\xc3\xa9", 0xffffff);
    ck_assert(pixels[0] == 0x12345678 && pixels[201] == 0x12345678);
    ck_assert_uint_eq(pixels[1 + 5 * 20 + 5], 0xffffff);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("font");
    TCase *t = tcase_create("font");
    tcase_add_test(t, the_table_is_in_order_and_within_its_cells);
    tcase_add_test(t, ascii_and_latin_letters_exist_and_differ);
    tcase_add_test(t, lines_of_neighbouring_cells_meet);
    tcase_add_test(t, blocks_fill_what_they_say);
    tcase_add_test(t, text_is_cut_off_at_the_edges);
    suite_add_tcase(s, t);
    return s;
}
