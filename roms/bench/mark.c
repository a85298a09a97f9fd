/* SPDX-License-Identifier: MIT */
/* The mix of an embedded program in the manner of CoreMark: a list of small numbers sorted and searched, matrices of 16-bit
   numbers, a state machine, and a CRC-16 over all that they give. */
#include "roms/bench/bench.h"

enum { ITEMS = 64, N = 12, TEXT = 512, ROUNDS = 20 };

struct item {
    struct item *next;
    int16_t value, index;
};

static struct item *items;
static int16_t (*a)[N], (*b)[N];
static int32_t (*c)[N];
static char *text;

void mark_prepare(void)
{
    items = bench_take(ITEMS * sizeof *items);
    a = bench_take(N * sizeof *a);
    b = bench_take(N * sizeof *b);
    c = bench_take(N * sizeof *c);
    text = bench_take(TEXT + 1);
}

static uint16_t crc16(uint32_t value, uint16_t crc)
{
    for (int bit = 0; bit < 32; bit++, value >>= 1) {
        unsigned carry = (value ^ crc) & 1;
        crc >>= 1;
        if (carry)
            crc ^= 0xa001;
    }
    return crc;
}

static void insert_sorted(struct item **list, struct item *item)
{
    while (*list && (*list)->value <= item->value)
        list = &(*list)->next;
    item->next = *list;
    *list = item;
}

static uint16_t list_work(uint64_t *random, uint16_t crc)
{
    struct item *list = NULL;
    unsigned found = 0;

    for (int i = 0; i < ITEMS; i++) {
        items[i].value = (int16_t)(bench_random(random) >> 24);
        items[i].index = (int16_t)i;
        insert_sorted(&list, &items[i]);
    }
    for (const struct item *item = list; item; item = item->next)
        found = found * 5 + (unsigned)(item->value % 7 == 0 ? item->index : 1);
    return crc16(found, crc);
}

static uint16_t matrix_work(uint64_t *random, uint16_t crc)
{
    int32_t sum = 0, previous = 0;

    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = (int16_t)(bench_random(random) >> 16 & 0xff);
            b[i][j] = (int16_t)(a[i][j] + i - j);
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            int32_t dot = 0;
            for (int k = 0; k < N; k++)
                dot += a[i][k] * b[k][j];
            c[i][j] = (dot >> 2 & 15) * (dot >> 5 & 127);
        }
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            sum += c[i][j] > previous ? 10 : c[i][j] & 3;
            previous = c[i][j];
        }
    return crc16((uint32_t)sum, crc);
}

static uint16_t text_work(uint64_t *random, uint16_t crc)
{
    enum { OUTSIDE, NUMBER, WORD, KINDS } kind = OUTSIDE;
    unsigned counts[KINDS] = {0};

    for (int i = 0; i < TEXT; i++)
        text[i] = " 0123456789abcdef,-+.xyzXYZ/(;:!"[bench_random(random) >> 30 & 31];
    text[TEXT] = 0;
    for (const char *at = text; *at; at++) {
        switch (kind) {
        case OUTSIDE:
            kind = (unsigned)*at - '0' < 10 ? NUMBER : (unsigned)(*at | 32) - 'a' < 26 ? WORD : OUTSIDE;
            break;
        case NUMBER:
            kind = (unsigned)*at - '0' < 10 || *at == '.' ? NUMBER : OUTSIDE;
            break;
        default:
            kind = *at == ' ' || *at == ',' ? OUTSIDE : WORD;
            break;
        }
        counts[kind]++;
    }
    return crc16(counts[OUTSIDE] << 20 | counts[NUMBER] << 10 | counts[WORD], crc);
}

uint64_t mark_once(void)
{
    uint64_t random = 7, sum = 0;
    uint16_t crc = 0;

    for (int i = 0; i < ROUNDS; i++) {
        crc = list_work(&random, crc);
        crc = matrix_work(&random, crc);
        crc = text_work(&random, crc);
        sum = bench_mix(sum, crc);
    }
    return sum;
}
