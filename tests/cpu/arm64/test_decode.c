/* SPDX-License-Identifier: MIT */
/* Catches: a picture that is not 32 places wide, two rows that claim the same word, two rows of one name, an operand list that
   names a field which the picture does not have, and an index that does not lead to the row. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/support/support.h"

struct pattern {
    uint32_t mask, value;   /* what is fixed */
    int places;
};

static struct pattern read_picture(const char *picture)
{
    struct pattern p = { 0 };
    for (; *picture; picture++) {
        if (*picture == ' ')
            continue;
        p.places++;
        p.mask = p.mask << 1 | (*picture == '0' || *picture == '1');
        p.value = p.value << 1 | (*picture == '1');
    }
    return p;
}

START_TEST(every_picture_has_32_places_of_digits_and_letters)
{
    for (unsigned i = 0; i < insn_row_count; i++) {
        const char *picture = insn_rows[i].picture;
        ck_assert_msg(read_picture(picture).places == 32, "%s: '%s'", insn_rows[i].name, picture);
        ck_assert_msg(strspn(picture, " 01abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(picture), "%s: '%s'",
                      insn_rows[i].name, picture);
    }
}
END_TEST

START_TEST(no_word_belongs_to_two_rows)
{
    for (unsigned i = 0; i < insn_row_count; i++)
        for (unsigned j = i + 1; j < insn_row_count; j++) {
            struct pattern a = read_picture(insn_rows[i].picture), b = read_picture(insn_rows[j].picture);
            ck_assert_msg(a.mask & b.mask & (a.value ^ b.value), "%s and %s overlap", insn_rows[i].name, insn_rows[j].name);
            ck_assert_msg(strcmp(insn_rows[i].name, insn_rows[j].name), "two rows are called %s", insn_rows[i].name);
        }
}
END_TEST

/* With all fields zero and all fields one, and a bit here and there: the index must find the row that the picture shows. */
START_TEST(the_index_leads_to_the_row)
{
    decode_init();
    for (unsigned i = 0; i < insn_row_count; i++) {
        struct pattern p = read_picture(insn_rows[i].picture);
        ck_assert_int_eq(decode_row(p.value), (int)i);
        ck_assert_int_eq(decode_row(p.value | ~p.mask), (int)i);
        for (unsigned n = 0; n < 32; n++)
            ck_assert_int_eq(decode_row(p.value | (~p.mask & 1u << n)), (int)i);
    }
}
END_TEST

/* Registers are named by the letter of their field: "n", "Vn"; "l" is X30, F the flags, S FPSR. */
static bool operand_is_known(const char *word, size_t length, const char *picture)
{
    if (length == 1 && strchr("lFS", word[0]))
        return true;
    if (length == 2 && word[0] == 'V')
        return strchr(picture, word[1]) != NULL;
    return length == 1 && strchr(picture, word[0]);
}

START_TEST(operands_are_fields_of_the_picture)
{
    for (unsigned i = 0; i < insn_row_count; i++) {
        const char *lists[] = { insn_rows[i].reads, insn_rows[i].writes };
        for (unsigned k = 0; k < ARRAY_SIZE(lists); k++)
            for (const char *p = lists[k]; *p;) {
                size_t length = strcspn(p, " ");
                ck_assert_msg(operand_is_known(p, length, insn_rows[i].picture), "%s: '%s'", insn_rows[i].name, p);
                p += length + strspn(p + length, " ");
            }
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("decode");
    TCase *t = tcase_create("decode");
    tcase_add_test(t, every_picture_has_32_places_of_digits_and_letters);
    tcase_add_test(t, no_word_belongs_to_two_rows);
    tcase_add_test(t, the_index_leads_to_the_row);
    tcase_add_test(t, operands_are_fields_of_the_picture);
    suite_add_tcase(s, t);
    return s;
}
