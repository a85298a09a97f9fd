/* SPDX-License-Identifier: MIT */
/* A state machine that recognises numbers in a list of fields: a switch in a loop, as parsers and interpreters are. */
#include "roms/bench/bench.h"

enum { SIZE = 64 << 10 };
enum state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, EXPONENT_DIGITS, INVALID, STATES };

static char *text;

void states_prepare(void)
{
    static const char *const fields[] = {
        "5012", "+1234", "-87420", "0.5", "-110.7", "35.54400", "+.1234500", "5.500e+3", "-.123e-2", "6.0e+83", "T0.3e-1F",
        "-T.T++Tq", "1T3.4e4z", "7e", "", "x",
    };
    uint64_t random = 4;
    unsigned at = 0;

    text = bench_take(SIZE);
    while (at < SIZE) {
        const char *field = fields[bench_random(&random) >> 20 & 15];
        while (*field && at < SIZE)
            text[at++] = *field++;
        if (at < SIZE)
            text[at++] = ',';
    }
}

static enum state next_state(enum state state, char c)
{
    unsigned is_digit = (unsigned)c - '0' < 10;

    switch (state) {
    case START:
        return is_digit ? INTEGER : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : INVALID;
    case SIGN:
        return is_digit ? INTEGER : c == '.' ? POINT : INVALID;
    case INTEGER:
        return is_digit ? INTEGER : c == '.' ? POINT : c == 'e' ? EXPONENT : INVALID;
    case POINT:
    case FRACTION:
        return is_digit ? FRACTION : c == 'e' ? EXPONENT : INVALID;
    case EXPONENT:
        return c == '+' || c == '-' ? EXPONENT_SIGN : is_digit ? EXPONENT_DIGITS : INVALID;
    case EXPONENT_SIGN:
    case EXPONENT_DIGITS:
        return is_digit ? EXPONENT_DIGITS : INVALID;
    default:
        return INVALID;
    }
}

uint64_t states_once(void)
{
    unsigned ends[STATES] = {0}, passes[STATES] = {0};
    enum state state = START;
    uint64_t sum = 0;

    for (unsigned i = 0; i < SIZE; i++) {
        if (text[i] == ',') {
            ends[state]++;
            state = START;
            continue;
        }
        state = next_state(state, text[i]);
        passes[state]++;
    }
    for (unsigned i = 0; i < STATES; i++)
        sum = bench_mix(bench_mix(sum, ends[i]), passes[i]);
    return sum;
}
