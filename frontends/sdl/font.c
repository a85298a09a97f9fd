/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/font.h"

#include <string.h>

#include "frontends/sdl/glyphs.h"

static bool plain(uint32_t ch, uint8_t rows[FONT_HEIGHT])
{
    size_t low = 0, high = glyph_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (glyphs[middle].ch < ch)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == glyph_count || glyphs[low].ch != ch)
        return false;
    memcpy(rows + glyphs[low].top, glyphs[low].rows, glyphs[low].count);
    return true;
}

/* ---- letters with accents: a letter and a mark above (or below) it ---- */

enum mark { GRAVE, ACUTE, CIRCUMFLEX, TILDE, DIAERESIS, RING, CARON, DOT, MACRON, BREVE, DOUBLE_ACUTE, CEDILLA, OGONEK };

static const uint8_t mark_rows[][3] = {
    [GRAVE] = { 0x20, 0x10, 0x08 }, [ACUTE] = { 0x08, 0x10, 0x20 }, [CIRCUMFLEX] = { 0x10, 0x28, 0x44 },
    [TILDE] = { 0x32, 0x4c, 0 }, [DIAERESIS] = { 0x24, 0x24, 0 }, [RING] = { 0x18, 0x24, 0x18 },
    [CARON] = { 0x44, 0x28, 0x10 }, [DOT] = { 0x10, 0x10, 0 },
    [MACRON] = { 0x3c, 0, 0 }, [BREVE] = { 0x42, 0x3c, 0 }, [DOUBLE_ACUTE] = { 0x12, 0x24, 0x48 },
    [CEDILLA] = { 0x10, 0x08, 0x30 }, [OGONEK] = { 0x08, 0x10, 0x0c },
};

static const struct { uint16_t ch; char base; uint8_t mark; } composed[] = {
    { 0xc0, 'A', GRAVE }, { 0xc1, 'A', ACUTE }, { 0xc2, 'A', CIRCUMFLEX }, { 0xc3, 'A', TILDE }, { 0xc4, 'A', DIAERESIS },
    { 0xc5, 'A', RING },
    { 0xc7, 'C', CEDILLA }, { 0xc8, 'E', GRAVE }, { 0xc9, 'E', ACUTE }, { 0xca, 'E', CIRCUMFLEX }, { 0xcb, 'E', DIAERESIS },
    { 0xcc, 'I', GRAVE }, { 0xcd, 'I', ACUTE }, { 0xce, 'I', CIRCUMFLEX }, { 0xcf, 'I', DIAERESIS }, { 0xd1, 'N', TILDE },
    { 0xd2, 'O', GRAVE }, { 0xd3, 'O', ACUTE }, { 0xd4, 'O', CIRCUMFLEX }, { 0xd5, 'O', TILDE }, { 0xd6, 'O', DIAERESIS },
    { 0xd9, 'U', GRAVE }, { 0xda, 'U', ACUTE }, { 0xdb, 'U', CIRCUMFLEX }, { 0xdc, 'U', DIAERESIS }, { 0xdd, 'Y', ACUTE },
    { 0xe0, 'a', GRAVE }, { 0xe1, 'a', ACUTE }, { 0xe2, 'a', CIRCUMFLEX }, { 0xe3, 'a', TILDE }, { 0xe4, 'a', DIAERESIS },
    { 0xe5, 'a', RING },
    { 0xe7, 'c', CEDILLA }, { 0xe8, 'e', GRAVE }, { 0xe9, 'e', ACUTE }, { 0xea, 'e', CIRCUMFLEX }, { 0xeb, 'e', DIAERESIS },
    { 0xec, 0x31, GRAVE }, { 0xed, 0x31, ACUTE }, { 0xee, 0x31, CIRCUMFLEX }, { 0xef, 0x31, DIAERESIS }, { 0xf1, 'n', TILDE },
    { 0xf2, 'o', GRAVE }, { 0xf3, 'o', ACUTE }, { 0xf4, 'o', CIRCUMFLEX }, { 0xf5, 'o', TILDE }, { 0xf6, 'o', DIAERESIS },
    { 0xf9, 'u', GRAVE }, { 0xfa, 'u', ACUTE }, { 0xfb, 'u', CIRCUMFLEX }, { 0xfc, 'u', DIAERESIS }, { 0xfd, 'y', ACUTE },
    { 0xff, 'y', DIAERESIS },
    { 0x100, 'A', MACRON }, { 0x101, 'a', MACRON }, { 0x102, 'A', BREVE }, { 0x103, 'a', BREVE }, { 0x104, 'A', OGONEK },
    { 0x105, 'a', OGONEK },
    { 0x106, 'C', ACUTE }, { 0x107, 'c', ACUTE }, { 0x10a, 'C', DOT }, { 0x10b, 'c', DOT }, { 0x10c, 'C', CARON },
    { 0x10d, 'c', CARON },
    { 0x10e, 'D', CARON }, { 0x112, 'E', MACRON }, { 0x113, 'e', MACRON }, { 0x116, 'E', DOT }, { 0x117, 'e', DOT },
    { 0x118, 'E', OGONEK },
    { 0x119, 'e', OGONEK }, { 0x11a, 'E', CARON }, { 0x11b, 'e', CARON }, { 0x11e, 'G', BREVE }, { 0x11f, 'g', BREVE },
    { 0x122, 'G', CEDILLA },
    { 0x12a, 'I', MACRON }, { 0x12b, 0x31, MACRON }, { 0x12e, 'I', OGONEK }, { 0x12f, 'i', OGONEK }, { 0x130, 'I', DOT },
    { 0x136, 'K', CEDILLA }, { 0x137, 'k', CEDILLA }, { 0x13b, 'L', CEDILLA }, { 0x13c, 'l', CEDILLA }, { 0x143, 'N', ACUTE },
    { 0x144, 'n', ACUTE },
    { 0x145, 'N', CEDILLA }, { 0x146, 'n', CEDILLA }, { 0x147, 'N', CARON }, { 0x148, 'n', CARON }, { 0x14c, 'O', MACRON },
    { 0x14d, 'o', MACRON },
    { 0x150, 'O', DOUBLE_ACUTE }, { 0x151, 'o', DOUBLE_ACUTE }, { 0x158, 'R', CARON }, { 0x159, 'r', CARON },
    { 0x15a, 'S', ACUTE },
    { 0x15b, 's', ACUTE }, { 0x15e, 'S', CEDILLA }, { 0x15f, 's', CEDILLA }, { 0x160, 'S', CARON }, { 0x161, 's', CARON },
    { 0x162, 'T', CEDILLA },
    { 0x163, 't', CEDILLA }, { 0x164, 'T', CARON }, { 0x16a, 'U', MACRON }, { 0x16b, 'u', MACRON }, { 0x16e, 'U', RING },
    { 0x16f, 'u', RING },
    { 0x170, 'U', DOUBLE_ACUTE }, { 0x171, 'u', DOUBLE_ACUTE }, { 0x172, 'U', OGONEK }, { 0x173, 'u', OGONEK },
    { 0x178, 'Y', DIAERESIS },
    { 0x179, 'Z', ACUTE }, { 0x17a, 'z', ACUTE }, { 0x17b, 'Z', DOT }, { 0x17c, 'z', DOT }, { 0x17d, 'Z', CARON },
    { 0x17e, 'z', CARON },
    { 0x218, 'S', CEDILLA }, { 0x219, 's', CEDILLA }, { 0x21a, 'T', CEDILLA }, { 0x21b, 't', CEDILLA },
};

enum { DOTLESS_I = 0x31, DOTLESS_I_CODE = 0x131, CAPITAL_TOP = 2, SMALL_TOP = 5, BELOW = 12 };

/* A capital loses its second row to make room for the mark: it is a stroke's inside in all of them. */
static bool compose(uint32_t ch, uint8_t rows[FONT_HEIGHT])
{
    size_t i = 0;
    while (i < ARRAY_SIZE(composed) && composed[i].ch != ch)
        i++;
    if (i == ARRAY_SIZE(composed))
        return false;
    char base = composed[i].base;
    enum mark mark = composed[i].mark;
    plain(base == DOTLESS_I ? DOTLESS_I_CODE : (uint8_t)base, rows);
    int top = BELOW;
    if (mark < CEDILLA && base >= 'A' && base <= 'Z') {
        rows[CAPITAL_TOP + 1] = rows[CAPITAL_TOP];
        rows[CAPITAL_TOP] = 0;
        top = mark_rows[mark][2] ? CAPITAL_TOP - 2 : CAPITAL_TOP - 1;
    } else if (mark < CEDILLA) {
        top = mark_rows[mark][2] ? SMALL_TOP - 4 : SMALL_TOP - 3;
    }
    for (int row = 0; row < 3; row++)
        if (mark_rows[mark][row])
            rows[top + row] |= mark_rows[mark][row];
    return true;
}

/* ---- box drawing: four arms from the middle ---- */

enum { UP, DOWN, LEFT, RIGHT };
enum { NO = 0, LIGHT = 1, HEAVY = 2, DOUBLE = 3 };

/* Weights of up, down, left, right, for U+2500 … U+257F; dashes and round corners as plain lines. */
static const char arms[128][5] = {
    "0011", "0022", "1100", "2200", "0011", "0022", "1100", "2200", "0011", "0022", "1100", "2200", "0101", "0102", "0201",
    "0202",
    "0110", "0120", "0210", "0220", "1001", "1002", "2001", "2002", "1010", "1020", "2010", "2020", "1101", "1102", "2101",
    "1201",
    "2201", "2102", "1202", "2202", "1110", "1120", "2110", "1210", "2210", "2120", "1220", "2220", "0111", "0121", "0112",
    "0122",
    "0211", "0221", "0212", "0222", "1011", "1021", "1012", "1022", "2011", "2021", "2012", "2022", "1111", "1121", "1112",
    "1122",
    "2111", "1211", "2211", "2121", "2112", "1221", "1212", "2122", "1222", "2221", "2212", "2222", "0011", "0022", "1100",
    "2200",
    "0033", "3300", "0103", "0301", "0303", "0130", "0310", "0330", "1003", "3001", "3003", "1030", "3010", "3030", "1103",
    "3301",
    "3303", "1130", "3310", "3330", "0133", "0311", "0333", "1033", "3011", "3033", "1133", "3311", "3333", "0101", "0110",
    "1010",
    "1001", "0000", "0000", "0000", "0010", "1000", "0001", "0100", "0020", "2000", "0002", "0200", "0012", "1200", "0021",
    "2100",
};

enum { BOX_FIRST = 0x2500, BOX_LAST = 0x257f, DIAGONAL_FIRST = 0x2571, DIAGONAL_LAST = 0x2573, MIDDLE_ROW = 8, MIDDLE_COL = 4 };

static void fill(uint8_t rows[FONT_HEIGHT], int top, int bottom, int left, int right)
{
    for (int row = top; row < bottom; row++)
        for (int col = left; col < right; col++)
            rows[row] |= (uint8_t)(0x80 >> col);
}

/* How far from the middle the lines of an arm lie: one at 0; at 0 and 1; at -1 and 1. */
static void draw_arm(uint8_t rows[FONT_HEIGHT], int arm, int weight, bool crosses_double)
{
    static const int8_t lines[4][2] = { { 0, -1 }, { 0, 0 }, { 0, 1 }, { -1, 1 } };
    int reach = crosses_double ? 1 : 0;
    for (int line = lines[weight][0]; weight != NO && line <= lines[weight][1]; line += weight == DOUBLE ? 2 : 1) {
        int row = MIDDLE_ROW + line, col = MIDDLE_COL + line;
        switch (arm) {
        case UP: fill(rows, 0, MIDDLE_ROW + 1 + reach, col, col + 1); break;
        case DOWN: fill(rows, MIDDLE_ROW - reach, FONT_HEIGHT, col, col + 1); break;
        case LEFT: fill(rows, row, row + 1, 0, MIDDLE_COL + 1 + reach); break;
        case RIGHT: fill(rows, row, row + 1, MIDDLE_COL - reach, FONT_WIDTH); break;
        }
    }
}

static bool box(uint32_t ch, uint8_t rows[FONT_HEIGHT])
{
    if (ch < BOX_FIRST || ch > BOX_LAST)
        return false;
    const char *arm = arms[ch - BOX_FIRST];
    for (int i = 0; i < 4; i++) {
        int across = i < LEFT ? LEFT : UP;
        draw_arm(rows, i, arm[i] - '0', arm[across] == '0' + DOUBLE || arm[across + 1] == '0' + DOUBLE);
    }
    for (int row = 0; ch >= DIAGONAL_FIRST && ch <= DIAGONAL_LAST && row < FONT_HEIGHT; row++)
        rows[row] |= (uint8_t)((ch != DIAGONAL_FIRST + 1 ? 0x01 << row / 2 : 0) | (ch != DIAGONAL_FIRST ? 0x80 >> row / 2 : 0));
    return true;
}

/* ---- blocks and shades: U+2580 … U+259F ---- */

static bool block(uint32_t ch, uint8_t rows[FONT_HEIGHT])
{
    /* bits: upper left, upper right, lower left, lower right */
    static const uint8_t quadrants[10] = { 4, 8, 1, 13, 9, 7, 11, 2, 6, 14 };
    static const uint8_t shades[3][2] = { { 0x88, 0x22 }, { 0xaa, 0x55 }, { 0x77, 0xdd } };
    if (ch < 0x2580 || ch > 0x259f)
        return false;
    unsigned n = ch - 0x2580;
    if (n == 0) {
        fill(rows, 0, 8, 0, 8);
    } else if (n <= 8) {
        fill(rows, FONT_HEIGHT - 2 * (int)n, FONT_HEIGHT, 0, 8);
    } else if (n <= 0xf) {
        fill(rows, 0, FONT_HEIGHT, 0, 16 - (int)n);
    } else if (n == 0x10) {
        fill(rows, 0, FONT_HEIGHT, 4, 8);
    } else if (n <= 0x13) {
        for (int row = 0; row < FONT_HEIGHT; row++)
            rows[row] = shades[n - 0x11][row & 1];
    } else if (n == 0x14) {
        fill(rows, 0, 2, 0, 8);
    } else if (n == 0x15) {
        fill(rows, 0, FONT_HEIGHT, 7, 8);
    } else {
        for (int q = 0; q < 4; q++)
            if (quadrants[n - 0x16] & 1 << q)
                fill(rows, q / 2 * 8, q / 2 * 8 + 8, q % 2 * 4, q % 2 * 4 + 4);
    }
    return true;
}

bool font_glyph(uint32_t ch, uint8_t rows[FONT_HEIGHT])
{
    memset(rows, 0, FONT_HEIGHT);
    if (ch == ' ' || ch == 0xa0 || plain(ch, rows) || compose(ch, rows) || box(ch, rows) || block(ch, rows))
        return true;
    for (int row = 2; row < 12; row++)
        rows[row] = row == 2 || row == 11 ? 0x7e : 0x42;
    return false;
}

void font_draw(uint32_t *pixels, int width, int height, int x, int y, const char *text, uint32_t colour)
{
    for (const uint8_t *p = (const uint8_t *)text; *p; p++, x += FONT_WIDTH) {
        uint8_t rows[FONT_HEIGHT];
        uint32_t ch = *p;
        if ((ch & 0xe0) == 0xc0 && p[1])
            ch = (ch & 0x1f) << 6 | (*++p & 0x3f);
        font_glyph(ch, rows);
        for (int row = 0; row < FONT_HEIGHT; row++)
            for (int col = 0; col < FONT_WIDTH; col++)
                if (rows[row] & 0x80 >> col && x + col >= 0 && x + col < width && y + row >= 0 && y + row < height)
                    pixels[(size_t)(y + row) * (size_t)width + (size_t)(x + col)] = colour;
    }
}
