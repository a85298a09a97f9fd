/* SPDX-License-Identifier: MIT */
/* Catches: addresses given to the neighbour's function; System.map and ELF files, good, foreign and damaged in every byte, that
   crash the reader or are accepted without a word. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/profile/elf_file.h"
#include "frontends/profile/kernel.h"
#include "frontends/profile/objects.h"
#include "tests/support/support.h"

static const char *name_at(const struct symbols *s, uint64_t va)
{
    const struct symbol *symbol = symbols_find(s, va);
    return symbol ? symbols_name(s, symbol) : "-";
}

START_TEST(an_address_belongs_to_the_symbol_before_it_within_its_size)
{
    struct symbols s = { 0 };
    symbols_add(&s, 0x3000, 0, false, "data", 4);
    symbols_add(&s, 0x1000, 0x100, true, "sized", 5);
    symbols_add(&s, 0x2000, 0, true, "unsized", 7);
    symbols_add(&s, 0x2800, 0, true, "next", 100);
    symbols_sort(&s);
    ck_assert_str_eq(name_at(&s, 0xfff), "-");
    ck_assert_str_eq(name_at(&s, 0x1000), "sized");
    ck_assert_str_eq(name_at(&s, 0x10ff), "sized");
    ck_assert_str_eq(name_at(&s, 0x1100), "-");
    ck_assert_str_eq(name_at(&s, 0x27ff), "unsized");
    ck_assert_str_eq(name_at(&s, 0x2fff), "next");
    ck_assert_str_eq(name_at(&s, 0x3000), "-");
    ck_assert_str_eq(name_at(&s, UINT64_MAX), "-");
    symbols_free(&s);
    ck_assert_str_eq(name_at(&s, 0x1000), "-");
}
END_TEST

START_TEST(of_several_names_the_plainest_stays)
{
    struct symbols s = { 0 };
    symbols_add(&s, 0x1000, 0, true, "__memcpy", 8);
    symbols_add(&s, 0x1000, 16, true, "memcpy", 6);
    symbols_add(&s, 0x1000, 32, true, "memmove", 7);
    symbols_add(&s, 0x1000, 0, false, "a", 1);
    symbols_sort(&s);
    ck_assert_uint_eq(s.count, 1);
    ck_assert_str_eq(name_at(&s, 0x101f), "memcpy");
    ck_assert_ptr_null(symbols_named(&s, "memmove"));
    symbols_free(&s);
}
END_TEST

static int read_map(struct kernel *k, const char *text, char message[512])
{
    struct error err = { "" };
    *k = (struct kernel){ 0 };
    int result = kernel_read_map(k, "map", text, strlen(text), &err);
    memcpy(message, err.text, sizeof err.text);
    return result;
}

START_TEST(a_system_map_is_read)
{
    struct kernel k;
    char message[512];
    ck_assert_int_eq(read_map(&k, "ffff800008000000 T _text\nffff800008010800 T vectors\nffff800008011000 t one\n"
                              "ffff800008012000 D data\nffff800008013000 a absolute\nffff800008014000 W two", message), 0);
    ck_assert_str_eq(name_at(&k.symbols, 0xffff800008011004), "one");
    ck_assert_str_eq(name_at(&k.symbols, 0xffff800008012004), "-");
    ck_assert_str_eq(name_at(&k.symbols, 0xffff800008014004), "two");
    ck_assert_ptr_null(kernel_symbol(&k, 0xffff800008011004));   /* nobody has said yet where the kernel is */
    kernel_free(&k);
}
END_TEST

START_TEST(what_is_no_system_map_is_refused)
{
    static const struct { const char *text, *says; } rows[] = {
        { "", "neither" }, { "hello", "neither" }, { "ffff800008000000 T _text\n\n", "line 2" },
        { "ffff800008000000 T _text\nffff8000 T\n", "line 2" }, { "ffff800008000000 T _text\n", "vectors" },
        { "fff T x\n", "neither" }, { "ffff800008000000", "neither" }, { "ffff800008000000 ", "neither" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kernel k;
        char message[512];
        ck_assert_int_eq(read_map(&k, rows[i].text, message), -1);
        ck_assert_msg(strstr(message, rows[i].says), "'%s' for '%s'", message, rows[i].text);
    }
}
END_TEST

/* ---- ELF files ---- */

enum { TEXT_AT = 0x1000, TEXT_SIZE = 0x3000, SYMS_AT = 0x5000, NAMES_AT = 0x6000, SECTIONS_AT = 0x7000, FILE_SIZE = 0x8000,
       TEXT_VA = 0x11000 };

static uint8_t file[FILE_SIZE];

/* Its numbers are little-endian on every host. */
static void put_symbol(unsigned index, uint64_t va, uint64_t size, unsigned type, unsigned name)
{
    Elf64_Sym sym = { .st_name = le32(name), .st_info = (unsigned char)ELF64_ST_INFO(STB_GLOBAL, type), .st_shndx = le16(1),
                      .st_value = le64(va), .st_size = le64(size) };
    memcpy(file + SYMS_AT + index * sizeof sym, &sym, sizeof sym);
}

/* A shared object with two functions, "alpha" and "beta", and code that is different in every word. */
static void make_file(uint16_t type)
{
    memset(file, 0, sizeof file);
    Elf64_Ehdr header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = le16(type),
                          .e_machine = le16(EM_AARCH64), .e_phoff = le64(sizeof header), .e_phentsize = le16(sizeof(Elf64_Phdr)),
                          .e_phnum = le16(1), .e_shoff = le64(SECTIONS_AT), .e_shentsize = le16(sizeof(Elf64_Shdr)),
                          .e_shnum = le16(3) };
    Elf64_Phdr text = { .p_type = le32(PT_LOAD), .p_flags = le32(PF_R | PF_X), .p_offset = le64(TEXT_AT), .p_vaddr = le64(TEXT_VA),
                        .p_filesz = le64(TEXT_SIZE), .p_memsz = le64(TEXT_SIZE) };
    Elf64_Shdr sections[3] = { { 0 },
        { .sh_type = le32(SHT_DYNSYM), .sh_offset = le64(SYMS_AT), .sh_size = le64(3 * sizeof(Elf64_Sym)), .sh_link = le32(2) },
        { .sh_type = le32(SHT_STRTAB), .sh_offset = le64(NAMES_AT), .sh_size = le64(32) } };
    memcpy(file, &header, sizeof header);
    memcpy(file + sizeof header, &text, sizeof text);
    memcpy(file + SECTIONS_AT, sections, sizeof sections);
    memcpy(file + NAMES_AT, "\0alpha\0beta\0$x", 14);
    put_symbol(1, TEXT_VA, 0x1800, STT_FUNC, 1);
    put_symbol(2, TEXT_VA + 0x1800, 0x1000, STT_FUNC, 7);
    for (unsigned i = 0; i < TEXT_SIZE; i += 4)
        st_le32(file + TEXT_AT + i, 0x91000000 | i);
}

START_TEST(an_elf_files_code_and_symbols_are_read)
{
    struct elf_file elf;
    struct error err;
    make_file(ET_DYN);
    ck_assert(elf_file_is(file, sizeof file));
    ck_assert_int_eq(elf_file_read(&elf, "f", file, sizeof file, &err), 0);
    ck_assert(!elf.is_fixed);
    ck_assert_uint_eq(elf.text_count, 1);
    ck_assert_uint_eq(elf.texts[0].size, TEXT_SIZE);
    ck_assert_str_eq(name_at(&elf.symbols, TEXT_VA + 0x17fc), "alpha");
    ck_assert_str_eq(name_at(&elf.symbols, TEXT_VA + 0x27fc), "beta");
    ck_assert_str_eq(name_at(&elf.symbols, TEXT_VA + 0x2800), "-");
    elf_file_free(&elf);
}
END_TEST

START_TEST(foreign_and_stripped_files_are_refused)
{
    struct elf_file elf;
    struct error err;
    make_file(ET_DYN);
    file[18] = EM_X86_64;
    ck_assert_int_eq(elf_file_read(&elf, "f", file, sizeof file, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "AArch64"));
    make_file(ET_DYN);
    ck_assert_int_eq(elf_file_read(&elf, "f", file, SECTIONS_AT, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "section headers"));
    ck_assert_int_eq(elf_file_read(&elf, "f", file, 40, &err), -1);
    memset(file + SECTIONS_AT, 0, 3 * sizeof(Elf64_Shdr));
    ck_assert_int_eq(elf_file_read(&elf, "f", file, sizeof file, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "stripped"));
}
END_TEST

/* The sanitizers watch: numbers of the headers and symbols turned into the worst ones, one at a time, and files cut anywhere. */
START_TEST(damaged_files_do_no_harm)
{
    static const uint64_t worst[] = { 0, 1, 0xff, 0x7fff, 0xffff, 0x7fffffff, UINT32_MAX, INT64_MAX, UINT64_MAX, FILE_SIZE - 1 };
    static const struct { unsigned from, to; } spots[] = { { 0, 64 + 56 }, { SYMS_AT, SYMS_AT + 72 },
                                                           { SECTIONS_AT, SECTIONS_AT + 192 } };
    struct error err;
    for (size_t s = 0; s < sizeof spots / sizeof spots[0]; s++)
        for (unsigned at = spots[s].from; at + 8 <= spots[s].to; at += 2)
            for (unsigned size = 2; size <= 8; size *= 2)
                for (size_t w = 0; w < sizeof worst / sizeof worst[0]; w++) {
                    struct elf_file elf;
                    make_file(ET_DYN);
                    memcpy(file + at, &worst[w], size);
                    if (!elf_file_read(&elf, "f", file, sizeof file, &err)) {
                        name_at(&elf.symbols, TEXT_VA);
                        elf_file_free(&elf);
                    }
                }
    make_file(ET_DYN);
    for (unsigned size = 0; size < FILE_SIZE; size += size < 200 || size > SECTIONS_AT ? 1 : 61) {
        struct elf_file elf;
        uint8_t *cut = malloc(size + 1);
        memcpy(cut, file, size);
        if (!elf_file_read(&elf, "f", cut, size, &err))
            elf_file_free(&elf);
        free(cut);
    }
}
END_TEST

/* ---- recognising code in guest memory ---- */

static struct objects *objects;

static void add_object(const char *name, uint16_t type)
{
    struct elf_file elf;
    struct error err;
    make_file(type);
    ck_assert_int_eq(elf_file_read(&elf, name, file, sizeof file, &err), 0);
    objects_add(objects, name, &elf);
}

/* The page of guest memory that va is in, when the file's code is loaded `bias` away from where it says. */
static const uint8_t *page_of(gva_t va, uint64_t bias)
{
    static uint8_t page[4096] __attribute__((aligned(4096)));
    memset(page, 0xee, sizeof page);
    uint64_t at = (va & ~0xfffull) - bias - TEXT_VA;
    if (at < TEXT_SIZE)
        memcpy(page, file + TEXT_AT + at, sizeof page);
    return page;
}

static const char *found(gva_t va, uint64_t bias)
{
    struct object_place place;
    if (!objects_find(objects, va, page_of(va, bias), &place))
        return "-";
    ck_assert_str_eq(place.object, "lib.so");
    ck_assert_uint_eq(place.va, va - bias);
    return name_at(place.symbols, place.va);
}

START_TEST(code_is_found_wherever_it_is_loaded)
{
    objects = objects_new();
    add_object("/usr/lib/lib.so", ET_DYN);
    for (uint64_t bias = 0; bias < 5; bias++) {
        uint64_t far = bias * 0x7f1234567000ull;
        ck_assert_str_eq(found(far + TEXT_VA + 0x10, far), "alpha");
        ck_assert_str_eq(found(far + TEXT_VA + 0x1804, far), "beta");
        ck_assert_str_eq(found(far + TEXT_VA + TEXT_SIZE - 4, far), "-");
    }
    struct object_place place;
    ck_assert(objects_guess(objects, 0x7f1234567000ull + TEXT_VA + 0x1804, 0x91001804, &place));
    ck_assert_uint_eq(place.va, TEXT_VA + 0x1804);
    ck_assert(!objects_guess(objects, 0x7f1234567000ull + TEXT_VA + 0x1804, 0xd503201f, &place));
    ck_assert(!objects_find(objects, 0x5000, page_of(0x5000, 0), &place));
    objects_free(objects);
}
END_TEST

START_TEST(code_that_changes_under_an_address_is_looked_at_again)
{
    struct object_place place;
    objects = objects_new();
    add_object("lib.so", ET_DYN);
    uint8_t *page = (uint8_t *)page_of(TEXT_VA, 0);
    ck_assert(objects_find(objects, TEXT_VA, page, &place));
    memset(page, 0, 4096);
    ck_assert(!objects_find(objects, TEXT_VA, page, &place));
    page_of(TEXT_VA + 0x1000, 0);
    ck_assert(objects_find(objects, TEXT_VA, page, &place));
    ck_assert_uint_eq(place.va, TEXT_VA + 0x1000);
    objects_free(objects);
}
END_TEST

/* The guest's page ends where its bytes end: nothing behind it is looked at. */
START_TEST(code_that_goes_on_at_address_0_is_found)
{
    enum { BELOW = 512, SIZE = 1024 };
    struct object_place place;
    struct elf_file elf = { .is_fixed = true, .text_count = 1 };
    elf.texts[0] = (struct elf_text){ .va = 0ull - BELOW, .size = SIZE, .bytes = malloc(SIZE) };
    uint8_t *page = calloc(1, 4096);
    for (unsigned i = 0; i < SIZE; i++)
        elf.texts[0].bytes[i] = (uint8_t)(i * 7);
    memcpy(page, elf.texts[0].bytes + BELOW, SIZE - BELOW);
    objects = objects_new();
    objects_add(objects, "high", &elf);
    ck_assert(objects_find(objects, 64, page, &place));
    ck_assert_uint_eq(place.va, 64);
    objects_free(objects);
    free(page);
}
END_TEST

START_TEST(without_files_nothing_is_found)
{
    struct object_place place;
    objects = objects_new();
    make_file(ET_DYN);
    ck_assert(!objects_find(objects, TEXT_VA, page_of(TEXT_VA, 0), &place));
    ck_assert(!objects_guess(objects, TEXT_VA, 0x91000000, &place));
    objects_free(objects);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("symbols");
    TCase *t = tcase_create("symbols");
    tcase_add_test(t, an_address_belongs_to_the_symbol_before_it_within_its_size);
    tcase_add_test(t, of_several_names_the_plainest_stays);
    tcase_add_test(t, a_system_map_is_read);
    tcase_add_test(t, what_is_no_system_map_is_refused);
    tcase_add_test(t, an_elf_files_code_and_symbols_are_read);
    tcase_add_test(t, foreign_and_stripped_files_are_refused);
    tcase_add_test(t, damaged_files_do_no_harm);
    tcase_add_test(t, code_is_found_wherever_it_is_loaded);
    tcase_add_test(t, code_that_changes_under_an_address_is_looked_at_again);
    tcase_add_test(t, code_that_goes_on_at_address_0_is_found);
    tcase_add_test(t, without_files_nothing_is_found);
    suite_add_tcase(s, t);
    return s;
}
