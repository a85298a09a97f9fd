/* SPDX-License-Identifier: MIT */
/* A linked list: built, reversed, searched, merge-sorted by two keys. */
#include "roms/bench/bench.h"

enum { COUNT = 2048 };

struct node {
    struct node *next;
    uint32_t key, index;
};

static struct node *nodes;

void list_prepare(void)
{
    nodes = bench_take(COUNT * sizeof *nodes);
}

/* Every 37th node: neighbours in the list are not neighbours in memory. */
static struct node *build(void)
{
    struct node *head = NULL;
    uint64_t random = 6;

    for (unsigned i = 0; i < COUNT; i++) {
        struct node *node = &nodes[i * 37 % COUNT];
        *node = (struct node){ head, (uint32_t)(bench_random(&random) >> 20 & 0xfff), i };
        head = node;
    }
    return head;
}

static struct node *reverse(struct node *head)
{
    struct node *done = NULL;

    while (head) {
        struct node *next = head->next;
        head->next = done;
        done = head;
        head = next;
    }
    return done;
}

static const struct node *find(const struct node *node, uint32_t key)
{
    while (node && node->key != key)
        node = node->next;
    return node;
}

static int by_key(const struct node *a, const struct node *b)
{
    return a->key != b->key ? (a->key < b->key ? -1 : 1) : a->index < b->index ? -1 : 1;
}

static int by_index(const struct node *a, const struct node *b)
{
    return a->index < b->index ? -1 : 1;
}

static struct node *merge(struct node *a, struct node *b, int (*compare)(const struct node *, const struct node *))
{
    struct node head, *tail = &head;

    while (a && b) {
        struct node **least = compare(a, b) < 0 ? &a : &b;
        tail = tail->next = *least;
        *least = (*least)->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

static struct node *sort(struct node *list, unsigned count, int (*compare)(const struct node *, const struct node *))
{
    struct node *middle = list;

    if (count < 2)
        return list;
    for (unsigned i = 1; i < count / 2; i++)
        middle = middle->next;
    struct node *second = middle->next;
    middle->next = NULL;
    return merge(sort(list, count / 2, compare), sort(second, count - count / 2, compare), compare);
}

static uint64_t sum_of(const struct node *node)
{
    uint64_t sum = 0;

    for (; node; node = node->next)
        sum = sum * 31 + node->key + node->index;
    return sum;
}

uint64_t list_once(void)
{
    struct node *list = reverse(build());
    uint64_t sum = sum_of(list);

    for (uint32_t key = 0; key < 32; key++) {
        const struct node *found = find(list, key * 97);
        sum = bench_mix(sum, found ? found->index : COUNT);
    }
    list = sort(list, COUNT, by_key);
    sum = bench_mix(sum, sum_of(list));
    list = sort(list, COUNT, by_index);
    return bench_mix(sum, sum_of(reverse(list)));
}
