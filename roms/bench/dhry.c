/* SPDX-License-Identifier: MIT */
/* The mix of a systems program in the manner of Dhrystone: records through pointers, enumerations, short strings, small
   functions with several arguments, arrays of two dimensions. */
#include "roms/bench/bench.h"

enum { ROUNDS = 4000 };
enum colour { RED, GREEN, BLUE, GREY, BLACK };

struct record {
    struct record *next;
    enum colour colour, wanted;
    int number;
    char name[31];
};

struct state {
    struct record *first, *second;
    int count, is_odd, ones[50], twos[50][50];
    char low, high;
};

static struct state *state;

void dhry_prepare(void)
{
    state = bench_take(sizeof *state);
    state->first = bench_take(sizeof *state->first);
    state->second = bench_take(sizeof *state->second);
}

static __attribute__((noinline)) void copy_text(char *to, const char *from)
{
    while ((*to++ = *from++))
        ;
}

static __attribute__((noinline)) int compare_text(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}

static __attribute__((noinline)) enum colour classify(char a, char b)
{
    return a != b ? GREEN : a < 'M' ? RED : BLUE;
}

static __attribute__((noinline)) int names_differ(const char *a, const char *b)
{
    int at = 2;

    while (at <= 2)
        if (classify(a[at], b[at + 1]) == GREEN)
            at++;
        else
            return 0;
    return compare_text(a, b) > 0 ? (state->count += at, 1) : 0;
}

static __attribute__((noinline)) enum colour recolour(enum colour colour)
{
    switch (colour) {
    case RED:
        return state->count > 100 ? RED : GREY;
    case GREEN:
        return state->count & 1 ? BLUE : RED;
    case BLUE:
        return BLACK;
    default:
        return GREEN;
    }
}

static __attribute__((noinline)) void add(int a, int b, int *sum)
{
    *sum = a + 2 + b;
}

static __attribute__((noinline)) void fill_arrays(int at, int value)
{
    int place = at + 5;

    state->ones[place] = value;
    state->ones[place + 1] = state->ones[place];
    state->ones[place + 30] = place;
    for (int i = place; i <= place + 1; i++)
        state->twos[place][i] = place;
    state->twos[place][place - 1]++;
    state->twos[place + 20][place] = state->ones[place];
}

static __attribute__((noinline)) void exchange(struct record *record)
{
    struct record *next = record->next;

    *next = *record;
    record->number = 5;
    next->number = record->number;
    next->next = record->next;
    if (next->colour == RED) {
        next->number = 6;
        next->wanted = recolour(record->wanted);
        add(next->number, 10, &next->number);
    } else {
        *record = *next;
    }
}

static void reset(void)
{
    *state->first = (struct record){ state->second, RED, BLUE, 40, "A RECORD OF SOME THIRTY BYTES" };
    *state->second = (struct record){ state->first, GREEN, RED, 20, "ANOTHER" };
    *state = (struct state){ .first = state->first, .second = state->second, .low = 'A', .high = 'C' };
}

static int play_round(int number)
{
    char name[31], other[31];
    int result = 0, left = 2, right = 3;

    copy_text(name, "THE FIRST NAME OF THE PROGRAM");
    copy_text(other, number & 7 ? "THE SECOND NAME OF PROGRAM" : "THE FIRST NAME OF THE PROGRAM");
    state->is_odd = !names_differ(name, other);
    while (left < right) {
        result = 5 * left - right;
        add(left, right, &result);
        left++;
    }
    fill_arrays(number & 7, result);
    exchange(state->first);
    for (char letter = 'A'; letter <= state->high; letter++)
        if (state->first->wanted == classify(letter, 'C'))
            copy_text(state->second->name, "A CHANGED NAME");
    right *= left;
    left = right / (result + (number & 3));
    return 7 * (right - result) - left + state->is_odd;
}

uint64_t dhry_once(void)
{
    uint64_t sum = 0;

    reset();
    for (int i = 0; i < ROUNDS; i++)
        sum = sum * 3 + (uint64_t)(int64_t)play_round(i);
    for (int i = 0; i < 50; i++)
        sum = bench_mix(sum, (uint64_t)(state->ones[i] + state->twos[i][i]));
    return bench_mix(sum, (uint64_t)(state->count + state->first->number + (int)state->second->wanted));
}
