/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include "tests/accuracy/kernels/coremark.h"

struct payload {
    int16_t value, index;
};

struct coremark_item {
    struct coremark_item *next;
    struct payload *payload;
};

typedef struct coremark_item item;

/* A value with this bit says what its work gave, and keeps the seed of the work in its upper byte. */
enum { VALUE_DONE = 0x80, LOW = 0xff, RESULT = 0x7f };

typedef int order(struct payload *a, struct payload *b, struct coremark *mark);

static item *find_index(item *list, int16_t index)
{
    while (list && list->payload->index != index)
        list = list->next;
    return list;
}

static item *find_value(item *list, int16_t value)
{
    while (list && (list->payload->value & LOW) != value)
        list = list->next;
    return list;
}

static item *find(item *list, const struct payload *wanted)
{
    return wanted->index >= 0 ? find_index(list, wanted->index) : find_value(list, wanted->value);
}

static item *reverse(item *list)
{
    item *done = NULL;

    while (list) {
        item *next = list->next;
        list->next = done;
        done = list;
        list = next;
    }
    return done;
}

/* Merges neighbouring runs of 1, 2, 4 … elements until one run is left. */
static item *sort(item *list, order *compare, struct coremark *mark)
{
    for (int length = 1;; length *= 2) {
        item *rest = list, *last = NULL;
        int merges = 0;

        list = NULL;
        while (rest) {
            item *a = rest, *b = rest;
            int left_a = 0, left_b = length;

            merges++;
            while (left_a < length) {
                left_a++;
                b = b->next;
                if (!b)
                    break;
            }
            while (left_a > 0 || (left_b > 0 && b)) {
                item *taken;
                if (left_a > 0 && (left_b == 0 || !b || compare(a->payload, b->payload, mark) <= 0)) {
                    taken = a;
                    a = a->next;
                    left_a--;
                } else {
                    taken = b;
                    b = b->next;
                    left_b--;
                }
                if (last)
                    last->next = taken;
                else
                    list = taken;
                last = taken;
            }
            rest = b;
        }
        last->next = NULL;
        if (merges <= 1)
            return list;
    }
}

/* By index; what the work left in the values is undone, if there is no work. */
static int by_index(struct payload *a, struct payload *b, struct coremark *mark)
{
    if (!mark) {
        a->value = (int16_t)((a->value & 0xff00) | (a->value >> 8 & LOW));
        b->value = (int16_t)((b->value & 0xff00) | (b->value >> 8 & LOW));
    }
    return a->index - b->index;
}

/* The lowest three bits of a value choose the work, the next four are its parameter; the result is kept in the value. */
static int16_t work(int16_t *value, struct coremark *mark)
{
    int16_t data = *value, result;

    if (data & VALUE_DONE)
        return data & RESULT;
    int16_t parameter = data >> 3 & 15;
    parameter |= (int16_t)(parameter << 4);
    switch (data & 7) {
    case 0:
        if (parameter < 0x22)
            parameter = 0x22;
        result = (int16_t)coremark_text_work(mark->text, mark->before, mark->after, parameter, mark->crc);
        break;
    case 1:
        result = (int16_t)coremark_matrix_work(&mark->matrices, parameter, mark->crc);
        break;
    default:
        result = data;
        break;
    }
    mark->crc = coremark_crc16((uint16_t)result, mark->crc);
    result &= RESULT;
    *value = (int16_t)((data & 0xff00) | VALUE_DONE | result);
    return result;
}

static int by_work(struct payload *a, struct payload *b, struct coremark *mark)
{
    int16_t first = work(&a->value, mark), second = work(&b->value, mark);

    return first - second;
}

/* Takes out the element behind the given one, exchanging payloads, so that the given one's is what is gone. */
static item *take_out(item *at)
{
    item *taken = at->next;
    struct payload *payload = taken->payload;

    taken->payload = at->payload;
    at->payload = payload;
    at->next = taken->next;
    taken->next = NULL;
    return taken;
}

static void put_back(item *taken, item *at)
{
    struct payload *payload = taken->payload;

    taken->payload = at->payload;
    at->payload = payload;
    taken->next = at->next;
    at->next = taken;
}

uint16_t coremark_list_work(struct coremark *mark, int16_t first_index)
{
    struct payload wanted = { .index = first_index };
    item *list = mark->list;
    uint16_t result = 0, found = 0, missed = 0;

    for (int16_t i = 0; i < mark->searches; i++) {
        wanted.value = i & LOW;
        item *at = find(list, &wanted);
        list = reverse(list);
        if (!at) {
            missed++;
            result += list->next->payload->value >> 8 & 1;
        } else {
            found++;
            if (at->payload->value & 1)
                result += at->payload->value >> 9 & 1;
            if (at->next) {             /* its successor moves to the front */
                item *moved = at->next;
                at->next = moved->next;
                moved->next = list->next;
                list->next = moved;
            }
        }
        if (wanted.index >= 0)
            wanted.index++;
    }
    result += (uint16_t)(found * 4 - missed);
    if (first_index > 0)
        list = sort(list, by_work, mark);
    item *taken = take_out(list->next);
    item *at = find(list, &wanted);
    if (!at)
        at = list->next;
    for (; at; at = at->next)
        result = coremark_crc16((uint16_t)list->payload->value, result);
    put_back(taken, list->next);
    list = sort(list, by_index, NULL);
    for (at = list->next; at; at = at->next)
        result = coremark_crc16((uint16_t)list->payload->value, result);
    mark->list = list;
    return result;
}

static item *add(item *list, item **free, struct payload **free_payload, int16_t value, int16_t index)
{
    item *added = (*free)++;

    added->payload = (*free_payload)++;
    *added->payload = (struct payload){ value, index };
    added->next = list->next;
    list->next = added;
    return added;
}

/* As many elements as fit, two of them fixed ends; a fifth of the indices in order, the others scattered. */
item *coremark_list_new(void *memory, int16_t seed)
{
    int count = COREMARK_PART / (int)(sizeof(item) + sizeof(struct payload)) - 2;
    item *list = memory, *free = list + 1;
    struct payload *free_payload = (struct payload *)(list + count);

    list->next = NULL;
    list->payload = free_payload++;
    *list->payload = (struct payload){ (int16_t)0x8080, 0 };
    add(list, &free, &free_payload, -1, 0x7fff);
    for (int i = 0; i < count - 3; i++) {
        int low = ((seed ^ i) & 15) << 3 | (i & 7);
        add(list, &free, &free_payload, (int16_t)(low << 8 | low), 0x7fff);
    }
    int16_t i = 1;
    for (item *at = list->next; at->next; at = at->next, i++)
        at->payload->index = i < count / 5 ? i : (int16_t)(0x3fff & (((i + 1) & 7) << 8 | (i ^ seed)));
    return sort(list, by_index, NULL);
}
