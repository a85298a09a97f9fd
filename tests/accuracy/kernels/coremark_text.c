/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/kernels/coremark.h"

/* What a number was seen to be so far. */
enum kind { START, INVALID, SIGN, EXPONENT_MARK, INTEGER, FRACTION, EXPONENT_SIGN, SCIENTIFIC, KINDS };

static int is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Reads one word up to its comma; counts what it passes through. */
static enum kind read_word(uint8_t **text, uint32_t *passed)
{
    uint8_t *at = *text;
    enum kind kind = START;

    for (; *at && kind != INVALID; at++) {
        uint8_t c = *at;
        if (c == ',') {
            at++;
            break;
        }
        switch (kind) {
        case START:
            if (is_digit(c))
                kind = INTEGER;
            else if (c == '+' || c == '-')
                kind = SIGN;
            else if (c == '.')
                kind = FRACTION;
            else {
                kind = INVALID;
                passed[INVALID]++;
            }
            passed[START]++;
            break;
        case SIGN:
            kind = is_digit(c) ? INTEGER : c == '.' ? FRACTION : INVALID;
            passed[SIGN]++;
            break;
        case INTEGER:
            if (c == '.') {
                kind = FRACTION;
                passed[INTEGER]++;
            } else if (!is_digit(c)) {
                kind = INVALID;
                passed[INTEGER]++;
            }
            break;
        case FRACTION:
            if (c == 'e' || c == 'E') {
                kind = EXPONENT_MARK;
                passed[FRACTION]++;
            } else if (!is_digit(c)) {
                kind = INVALID;
                passed[FRACTION]++;
            }
            break;
        case EXPONENT_MARK:
            kind = c == '+' || c == '-' ? EXPONENT_SIGN : INVALID;
            passed[EXPONENT_MARK]++;
            break;
        case EXPONENT_SIGN:
            kind = is_digit(c) ? SCIENTIFIC : INVALID;
            passed[EXPONENT_SIGN]++;
            break;
        case SCIENTIFIC:
            if (!is_digit(c)) {
                kind = INVALID;
                passed[INVALID]++;
            }
            break;
        default:
            break;
        }
    }
    *text = at;
    return kind;
}

static void read_all(uint8_t *text, uint32_t *ended, uint32_t *passed)
{
    while (*text)
        ended[read_word(&text, passed)]++;
}

static void spoil(uint8_t *text, int16_t value, int16_t step)
{
    for (uint8_t *at = text; at < text + COREMARK_PART; at += step)
        if (*at != ',')
            *at ^= (uint8_t)value;
}

uint16_t coremark_text_work(uint8_t *text, int16_t before, int16_t after, int16_t step, uint16_t crc)
{
    uint32_t ended[KINDS], passed[KINDS];

    for (int i = 0; i < KINDS; i++)
        ended[i] = passed[i] = 0;
    read_all(text, ended, passed);
    spoil(text, before, step);
    read_all(text, ended, passed);
    spoil(text, after, step);
    for (int i = 0; i < KINDS; i++) {
        crc = coremark_crc32(ended[i], crc);
        crc = coremark_crc32(passed[i], crc);
    }
    return crc;
}

/* Of eight words three are integers, two fractions, two scientific and one is none. */
void coremark_text_new(uint8_t *text, int16_t seed)
{
    static const char words[4][4][9] = {
        { "7031", "2846", "-915", "+307" },
        { "41.76500", ".7103200", "-204.900", "+3.18200" },
        { "8.200e+7", "-.415e-6", "-23e+951", "+6.2e-34" },
        { "K5.8e-2M", "-K.K++Kp", "6K9.1e7y", "52.3e-K^" },
    };
    static const uint8_t kinds[8] = { 0, 0, 0, 1, 1, 2, 2, 3 };
    int used = 0;

    for (seed++;; seed++) {
        const char *word = words[kinds[seed & 7]][seed >> 3 & 3];
        int length = kinds[seed & 7] ? 8 : 4;
        if (used + length + 1 >= COREMARK_PART - 1)
            break;
        for (int i = 0; i < length; i++)
            text[used++] = (uint8_t)word[i];
        text[used++] = ',';
    }
    while (used < COREMARK_PART)
        text[used++] = 0;
}
