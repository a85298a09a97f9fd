/* SPDX-License-Identifier: MIT */
/* A mix of the statements of Dhrystone 2.1, from its published statistics: assignments of numbers, letters, pointers, records and
   strings of 30 characters; small procedures with up to four arguments; arrays of one and two dimensions; branches that go the
   same way each time. An equivalent, in our own code, not the program. */
#include "tests/accuracy/kernels/dhrystone.h"
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

enum { ROUNDS = 20000 };

struct record {
    struct record *next;
    enum mark mark, other;
    int number;
    char text[TEXT_SIZE];
};

struct dhrystone dhrystone;
static struct record records[2], *head, *tail;

static void copy_text(char *to, const char (*text)[TEXT_SIZE])
{
    __builtin_memcpy(to, text, TEXT_SIZE);
}

/* The record behind `from` becomes a copy of it with some members of its own. */
static void pass_on(struct record *from)
{
    struct record *to = from->next;

    *to = *head;
    from->number = 5;
    to->number = from->number;
    to->next = from->next;
    if (head)
        to->next = head->next;
    dhrystone_add_two(10, dhrystone.number, &head->number);
    if (to->mark == MARK_1) {
        to->number = 6;
        to->other = dhrystone_next_mark(from->other);
        to->next = head->next;
        dhrystone_add_two(to->number, 10, &to->number);
    } else {
        *from = *to;
    }
}

static void count_down(int *number)
{
    int value = *number + 10;

    for (enum mark mark = MARK_2; mark != MARK_1;)
        if (dhrystone.first == 'A') {
            value--;
            *number = value - dhrystone.number;
            mark = MARK_1;
        }
}

static void set_letters(void)
{
    dhrystone.first = 'A';
    dhrystone.is_true = 0;
}

static void compare_letters(void)
{
    int is_first = dhrystone.first == 'A';

    dhrystone.is_true |= is_first;
    dhrystone.second = 'B';
}

static int round_of(int round, const char *first)
{
    static const char second[TEXT_SIZE] = "A LINE OF TEXT ITS 2ND VALUE..", third[TEXT_SIZE] = "A LINE OF TEXT ITS 3RD VALUE..";
    char text[TEXT_SIZE] __attribute__((aligned(8)));
    int left = 2, right = 3, result = 0;
    enum mark mark = MARK_2;

    set_letters();
    compare_letters();
    copy_text(text, &second);
    dhrystone.is_true = !dhrystone_is_later(first, text);
    while (left < right) {
        result = 5 * left - right;
        dhrystone_add_two(left, right, &result);
        left++;
    }
    dhrystone_fill(dhrystone.ones, dhrystone.twos, left, result);
    pass_on(head);
    for (char letter = 'A'; letter <= dhrystone.second; letter++)
        if (mark == dhrystone_compare_letters(letter, 'C')) {
            mark = dhrystone_next_mark(MARK_1);
            copy_text(text, &third);
            right = round;
            dhrystone.number = round;
        }
    right *= left;
    left = right / result;
    right = 7 * (right - result) - left;
    count_down(&left);
    return left + right;
}

static void reset(void)
{
    head = &records[0];
    tail = &records[1];
    *head = (struct record){ tail, MARK_1, MARK_3, 40, "A RECORD WITH A TEXT IN IT" };
    *tail = (struct record){ head, MARK_1, MARK_1, 0, "ANOTHER RECORD" };
    dhrystone.twos[8][7] = 10;
}

/* argument: rounds, 20000 if it is 0. */
void dhrystone_kernel(uint64_t argument)
{
    static const char first[TEXT_SIZE] __attribute__((aligned(8))) = "A LINE OF TEXT ITS 1ST VALUE..";
    static volatile int sum;
    int rounds = argument ? (int)argument : ROUNDS;

    reset();
    for (int i = 1; i <= 100; i++)
        sum += round_of(i, first);
    uint64_t begin = guest_ticks();
    for (int i = 1; i <= rounds; i++)
        sum += round_of(i, first);
    guest_say("dhrystone", guest_ticks() - begin, (uint64_t)rounds);
}
