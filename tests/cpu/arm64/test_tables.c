/* SPDX-License-Identifier: MIT */
/* The instruction table itself. Catches: a picture that is not 32 places, two rows that match the same word, a word that is
   found under the wrong row, registers read or written that the picture does not have, a name used twice. */
#include <string.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"

struct pattern { uint32_t mask, value; };

static struct pattern pattern_of(unsigned row)
{
    struct pattern p = { 0, 0 };
    for (const char *c = insn_rows[row].picture; *c; c++) {
        if (*c == ' ')
            continue;
        p.mask = p.mask << 1 | (*c == '0' || *c == '1');
        p.value = p.value << 1 | (*c == '1');
    }
    return p;
}

START_TEST(every_picture_has_32_places)
{
    for (unsigned row = 0; row < insn_row_count; row++) {
        unsigned places = 0;
        for (const char *c = insn_rows[row].picture; *c; c++)
            places += *c != ' ';
        ck_assert_msg(places == 32, "%s: %u places", insn_rows[row].name, places);
        ck_assert_msg(strspn(insn_rows[row].picture, " 01abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") ==
                      strlen(insn_rows[row].picture), "%s", insn_rows[row].name);
    }
}
END_TEST

START_TEST(no_word_belongs_to_two_rows)
{
    for (unsigned i = 0; i < insn_row_count; i++)
        for (unsigned k = i + 1; k < insn_row_count; k++) {
            struct pattern a = pattern_of(i), b = pattern_of(k);
            ck_assert_msg((a.value ^ b.value) & a.mask & b.mask, "%s and %s overlap", insn_rows[i].name, insn_rows[k].name);
        }
}
END_TEST

START_TEST(every_row_is_found_by_its_words)
{
    uint64_t seed = 5;
    for (unsigned row = 0; row < insn_row_count; row++)
        for (int i = 0; i < 64; i++) {
            uint32_t word = oracle_word(&seed, row);
            ck_assert_msg(decode_row(word) == (int)row, "%08x of %s is found as row %d", word, insn_rows[row].name,
            decode_row(word));
        }
}
END_TEST

START_TEST(names_are_unique_and_every_row_has_a_decoder)
{
    for (unsigned i = 0; i < insn_row_count; i++) {
        ck_assert_ptr_nonnull(insn_rows[i].decode);
        ck_assert_uint_lt(insn_rows[i].class, CLASS_COUNT);
        for (unsigned k = i + 1; k < insn_row_count; k++)
            ck_assert_str_ne(insn_rows[i].name, insn_rows[k].name);
    }
}
END_TEST

/* "n", "Vn": the field is in the picture, five places wide. "F" flags, "S" FPSR, "l" the link register. */
static void check_registers(const struct insn_row *row, const char *list)
{
    for (const char *c = list; *c;) {
        size_t length = strcspn(c, " ");
        char field = c[length - 1];
        bool is_implied = length == 1 && strchr("FSl", field);
        unsigned places = 0;
        for (const char *p = row->picture; *p; p++)
            places += *p == field;
        ck_assert_msg(length <= 2 && (length == 1 || *c == 'V'), "%s: '%s'", row->name, list);
        ck_assert_msg(is_implied || places >= 3, "%s: '%c' of '%s' is no register field of '%s'", row->name, field, list,
            row->picture);
        c += length + (c[length] == ' ');
    }
}

START_TEST(registers_read_and_written_are_fields_of_the_picture)
{
    for (unsigned row = 0; row < insn_row_count; row++) {
        check_registers(&insn_rows[row], insn_rows[row].reads);
        check_registers(&insn_rows[row], insn_rows[row].writes);
    }
}
END_TEST

/* What a decoder accepts has a handler; what it refuses or accepts does not depend on where the word is. */
START_TEST(decoders_give_a_handler_or_refuse)
{
    uint64_t seed = 6;
    for (unsigned row = 0; row < insn_row_count; row++) {
        unsigned accepted = 0;
        for (int i = 0; i < 200; i++) {
            uint32_t word = oracle_word(&seed, row);
            struct op a, b;
            memset(&a, 0, sizeof a);
            a.insn = word;
            b = a;
            bool good = insn_rows[row].decode(&a, word, 0, MODE_EL1);
            ck_assert_int_eq(insn_rows[row].decode(&b, word, 0xffc, MODE_EL1), good);
            ck_assert_msg(!good || (a.run && b.run), "%s: %08x has no handler", insn_rows[row].name, word);
            accepted += good;
        }
        bool is_narrow = !strcmp(insn_rows[row].name, "smc") || !strcmp(insn_rows[row].name, "sys") ||
                         !strcmp(insn_rows[row].name, "msr_imm") || !strcmp(insn_rows[row].name, "msr") ||
                         !strcmp(insn_rows[row].name, "mrs");
        ck_assert_msg(accepted || is_narrow, "%s accepts nothing", insn_rows[row].name);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("tables");
    TCase *t = tcase_create("tables");
    decode_init();
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_picture_has_32_places);
    tcase_add_test(t, no_word_belongs_to_two_rows);
    tcase_add_test(t, every_row_is_found_by_its_words);
    tcase_add_test(t, names_are_unique_and_every_row_has_a_decoder);
    tcase_add_test(t, registers_read_and_written_are_fields_of_the_picture);
    tcase_add_test(t, decoders_give_a_handler_or_refuse);
    suite_add_tcase(s, t);
    return s;
}
