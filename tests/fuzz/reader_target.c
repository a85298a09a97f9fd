/* SPDX-License-Identifier: MIT */
/* What tools read that anybody may have written: files with symbols (ELF and System.map), the kernel's table of symbols in a
   guest's memory, files of -profile (orrery annotate) and of -stats (orrery report). They are made nearly right from the tape. A
   file is an action: it is refused with a message, or everything is looked up in it and all of it is written out. */
#include "tests/fuzz/reader_target.h"

#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frontends/profile/annotate.h"
#include "frontends/profile/kallsyms.h"
#include "frontends/profile/kernel.h"
#include "frontends/profile/objects.h"
#include "frontends/report/page.h"
#include "frontends/stats/json.h"
#include "tests/frontends/stats/made_up.h"

enum { ROOM = 256 << 10, SECTIONS = 4, SYMBOLS = 24, NAMES_SIZE = 256, CODE_SIZE = 512, PAGE = 4096, LINES = 40, SPOILT_MAX = 8, STEP = 2048 };

struct reader {
    enum { SYMBOLS_OF, KALLSYMS, LINES_OF, STATS } kind;
    int fd;
    FILE *nowhere;
    uint8_t *bytes;          /* of the file */
    size_t length;
    char *good;              /* a file of -stats */
    size_t good_length;
    struct tape *tape;
};

static uint64_t any_number(struct tape *t)
{
    static const uint64_t numbers[] = {
        0, 1, 2, 23, 24, 64, 0xfff, 0x1000, 0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX, 1ull << 63, UINT64_MAX - 15, UINT64_MAX,
        0xffff800008000000,
    };
    uint8_t how = tape_byte(t);
    return how < 192 ? numbers[how % 16] : tape_number(t, how & 1 ? 2 : 8);
}

/* Mostly what is right. */
static uint64_t nearly(struct tape *t, uint64_t right)
{
    return tape_byte(t) < 252 ? right : any_number(t);
}

/* Some files are damaged besides: in bytes of them, or they end too early. */
static void spoil(struct reader *r)
{
    uint8_t how = tape_byte(r->tape);
    for (unsigned n = how % 8 < 7 ? 0 : 1 + how / 8 % SPOILT_MAX; n && r->length; n--)
        tape_spoil(r->tape, r->bytes, r->length);
    if (how % 16 == 15)
        r->length = (size_t)tape_number(r->tape, 3) % (r->length + 1);
}

static void must_say(const struct error *err)
{
    fuzz_require(err->text[0] && memchr(err->text, 0, sizeof err->text));
}

/* Readers get the very bytes: what is read behind them is found. */
static uint8_t *cut_to_size(const struct reader *r)
{
    uint8_t *copy = malloc(r->length ? r->length : 1);
    fuzz_require(copy);
    memcpy(copy, r->bytes, r->length);
    return copy;
}

__attribute__((format(printf, 2, 3))) static void put(struct reader *r, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int length = vsnprintf((char *)r->bytes + r->length, ROOM - r->length, format, list);
    va_end(list);
    fuzz_require(length >= 0 && r->length + (size_t)length < ROOM);
    r->length += (size_t)length;
}

static const char *any_name(struct tape *t)
{
    static const char *const names[] = { "vectors", "vectors", "swapper_pg_dir", "main", "_", "$x", "a name", "<&\"'>", "\xff\xfe",
                                         "-", "kernel", "__a_function_of_some_length_whose_name_goes_on_for_a_while" };
    return tape_rarely(t, 64) ? "" : names[tape_below(t, ARRAY_SIZE(names))];
}

/* ---- files with symbols ---- */

static void make_elf(struct reader *r)
{
    struct tape *t = r->tape;
    uint64_t segments = sizeof(Elf64_Ehdr), sections = segments + 2 * sizeof(Elf64_Phdr);
    uint64_t symbols = sections + SECTIONS * sizeof(Elf64_Shdr), names = symbols + SYMBOLS * sizeof(Elf64_Sym);
    uint64_t code = names + NAMES_SIZE, va = any_number(t) & ~0xfffull;
    Elf64_Ehdr eh = {
        .e_ident = { 0x7f, 'E', 'L', 'F', (uint8_t)nearly(t, ELFCLASS64), (uint8_t)nearly(t, ELFDATA2LSB), 1 },
        .e_type = le16(tape_byte(t) & 1 ? ET_EXEC : ET_DYN), .e_machine = le16((uint16_t)nearly(t, EM_AARCH64)),
        .e_phoff = le64(nearly(t, segments)), .e_phentsize = le16((uint16_t)nearly(t, sizeof(Elf64_Phdr))),
        .e_phnum = le16((uint16_t)nearly(t, 2)), .e_shoff = le64(nearly(t, sections)),
        .e_shentsize = le16((uint16_t)nearly(t, sizeof(Elf64_Shdr))), .e_shnum = le16((uint16_t)nearly(t, SECTIONS)),
    };
    memset(r->bytes, 0, code + CODE_SIZE);
    memcpy(r->bytes, &eh, sizeof eh);
    for (unsigned i = 0; i < 2; i++) {
        Elf64_Phdr ph = { .p_type = le32((uint32_t)nearly(t, PT_LOAD)), .p_flags = le32((uint32_t)nearly(t, PF_R | PF_X)),
                          .p_offset = le64(nearly(t, i ? 0 : code)), .p_vaddr = le64(nearly(t, va + i * 0x10000)),
                          .p_filesz = le64(nearly(t, CODE_SIZE)) };
        memcpy(r->bytes + segments + i * sizeof ph, &ph, sizeof ph);
    }
    for (unsigned i = 0; i < SECTIONS; i++) {
        bool is_table = i % 2;
        Elf64_Shdr sh = { .sh_type = le32((uint32_t)nearly(t, is_table ? (i == 1 ? SHT_DYNSYM : SHT_SYMTAB) : SHT_STRTAB)),
                          .sh_offset = le64(nearly(t, is_table ? symbols : names)), .sh_link = le32((uint32_t)nearly(t, i - 1)),
                          .sh_size = le64(nearly(t, is_table ? SYMBOLS * sizeof(Elf64_Sym) : NAMES_SIZE)) };
        memcpy(r->bytes + sections + i * sizeof sh, &sh, sizeof sh);
    }
    for (unsigned i = 0; i < SYMBOLS; i++) {
        Elf64_Sym sym = { .st_name = le32((uint32_t)nearly(t, i * (NAMES_SIZE / SYMBOLS))), .st_info = tape_byte(t) % 16,
                          .st_shndx = le16((uint16_t)nearly(t, 1)), .st_value = le64(nearly(t, va + i * 16)),
                          .st_size = le64(nearly(t, 16)) };
        memcpy(r->bytes + symbols + i * sizeof sym, &sym, sizeof sym);
        snprintf((char *)r->bytes + names + i * (NAMES_SIZE / SYMBOLS), NAMES_SIZE / SYMBOLS, "%.9s", any_name(t));
    }
    tape_bytes(t, r->bytes + code, CODE_SIZE);
    r->length = code + CODE_SIZE;
}

static void make_map(struct reader *r)
{
    uint64_t at = 0xffff800008000000;
    for (unsigned n = tape_byte(r->tape) % LINES; n; n--) {
        at += tape_byte(r->tape);
        put(r, "%016llx ", (unsigned long long)nearly(r->tape, at));
        put(r, "%c ", "tTwWdDaAUN "[tape_below(r->tape, 11)]);
        put(r, "%s\n", any_name(r->tape));
    }
}

static void look_up(const struct symbols *s, struct tape *t)
{
    const char *name = any_name(t);
    const struct symbol *symbol = symbols_named(s, name);
    fuzz_require(!symbol || !strcmp(symbols_name(s, symbol), name));
    for (unsigned i = 0; i < s->count; i++) {
        fuzz_require(s->rows[i].name < s->text_size && (!i || s->rows[i - 1].va < s->rows[i].va));
        symbol = symbols_find(s, s->rows[i].va + s->rows[i].size / 2);
        fuzz_require(!symbol || symbol->is_code);
    }
    symbols_find(s, any_number(t));
}

/* A page of the guest that holds what the file says of some address of it, nearly. */
static void look_in_guest(struct objects *objects, const struct elf_text *text, uint64_t file_va, struct tape *t)
{
    static uint8_t page[PAGE];
    struct object_place place;
    gva_t va = nearly(t, file_va + (tape_byte(t) & 1 ? 0x55500000 : 0));
    for (unsigned i = 0; text && i < PAGE; i++) {
        uint64_t at = (va & ~(gva_t)(PAGE - 1)) + i - (va - file_va) - text->va;
        page[i] = at < text->size ? text->bytes[at] : 0;
    }
    if (tape_rarely(t, 4))
        page[tape_number(t, 2) % PAGE] ^= 1;
    if (objects_find(objects, va, page, &place))
        fuzz_require(place.object && place.symbols);
    objects_guess(objects, va, ld_le32(page), &place);
}

static void read_elf(const char *name, const uint8_t *bytes, size_t size, struct tape *t)
{
    struct error err = { "" };
    struct elf_file elf;
    if (elf_file_read(&elf, name, bytes, size, &err) < 0) {
        must_say(&err);
        return;
    }
    struct elf_text text = elf.texts[0];
    unsigned texts = elf.text_count;
    struct objects *objects = objects_new();
    look_up(&elf.symbols, t);
    objects_add(objects, name, &elf);
    for (unsigned n = 8; n; n--)
        look_in_guest(objects, texts ? &text : NULL, text.va + (texts ? tape_number(t, 2) % text.size : 0), t);
    objects_free(objects);
}

static void play_symbols(struct reader *r)
{
    if (tape_byte(r->tape) & 1)
        make_elf(r);
    else
        make_map(r);
    spoil(r);
    uint8_t *bytes = cut_to_size(r);
    if (elf_file_is(bytes, r->length)) {
        read_elf("file", bytes, r->length, r->tape);
    } else {
        struct kernel kernel = { .is_given = false };
        struct error err = { "" };
        if (kernel_read_map(&kernel, "file", (const char *)bytes, r->length, &err) < 0)
            must_say(&err);
        else
            look_up(&kernel.symbols, r->tape);
        kernel_free(&kernel);
    }
    free(bytes);
}

/* ---- the kernel's table of symbols: offsets, base, count, names, markers, tokens, index (frontends/profile/kallsyms.c) ---- */

enum { TABLE_SYMBOLS = 520, MARKED = 256 };

static void align(struct reader *r)
{
    while (r->length % 8)
        r->bytes[r->length++] = 0;
}

static void put32(struct reader *r, uint64_t v)
{
    st_le32(r->bytes + r->length, (uint32_t)v);
    r->length += 4;
}

static void put_offsets(struct reader *r)
{
    for (uint32_t i = 0; i < TABLE_SYMBOLS; i++)
        put32(r, 16 * i);
    align(r);
    st_le64(r->bytes + r->length, nearly(r->tape, 0xffff800008000000));
    r->length += 8;
}

static void put_names(struct reader *r)
{
    uint32_t marker[TABLE_SYMBOLS / MARKED + 1];
    put32(r, nearly(r->tape, TABLE_SYMBOLS));
    align(r);
    size_t start = r->length;
    for (unsigned i = 0; i < TABLE_SYMBOLS; i++) {
        if (i % MARKED == 0)
            marker[i / MARKED] = (uint32_t)(r->length - start);
        r->bytes[r->length++] = i < 32 ? (uint8_t)nearly(r->tape, 3) : 3;
        for (unsigned k = 0; k < 3; k++)
            r->bytes[r->length++] = k ? (uint8_t)(i >> 3 * k) : 'T';
    }
    align(r);
    for (unsigned i = 0; i < ARRAY_SIZE(marker); i++)
        put32(r, nearly(r->tape, marker[i]));
    align(r);
}

static void put_tokens(struct reader *r)
{
    uint16_t index[256];
    size_t start = r->length;
    for (unsigned i = 0; i < 256; i++) {
        index[i] = (uint16_t)(r->length - start);
        if (i)
            r->bytes[r->length++] = (uint8_t)i;
        else
            put(r, "first");
        r->bytes[r->length++] = 0;
    }
    align(r);
    for (unsigned i = 0; i < 256; i++, r->length += 2)
        st_le16(r->bytes + r->length, i < 4 ? (uint16_t)nearly(r->tape, index[i]) : index[i]);
}

static void play_kallsyms(struct reader *r)
{
    bool is_new = tape_byte(r->tape) & 1;
    memset(r->bytes, 0, 64);
    r->length = tape_byte(r->tape) % 8 * 8;
    if (!is_new)
        put_offsets(r);
    put_names(r);
    put_tokens(r);
    if (is_new)
        put_offsets(r);
    spoil(r);
    uint8_t *memory = cut_to_size(r);
    struct symbols symbols = { 0 };
    for (size_t from = 0, before = 0; kallsyms_find(&symbols, memory, r->length, &from); before = from) {
        fuzz_require(from > before && from <= r->length);
        look_up(&symbols, r->tape);
        symbols_free(&symbols);
    }
    symbols_free(&symbols);
    free(memory);
}

/* ---- files of -profile ---- */

static void play_lines(struct reader *r)
{
    struct tape *t = r->tape;
    struct error err = { "" };
    bool is_first = !tape_rarely(t, 32);
    put(r, "%s\n", tape_rarely(t, 32) ? "orrery-lines 2" : "orrery-lines 1");
    for (unsigned n = tape_byte(t) % LINES; n; n--) {
        uint64_t va = nearly(t, 0x1000 + n * 4);
        if (is_first || tape_rarely(t, 8)) {
            put(r, "f %llx %s ", (unsigned long long)va, any_name(t));
            put(r, "%s\n", any_name(t));
        }
        is_first = false;
        put(r, "i %llx %08x", (unsigned long long)va, (unsigned)tape_number(t, 4));
        for (unsigned i = tape_rarely(t, 128) ? tape_byte(t) % 8 : LINES_WHATS; i; i--)
            put(r, " %llu", (unsigned long long)nearly(t, tape_byte(t)));
        put(r, "\n");
    }
    spoil(r);
    FILE *from = fmemopen(r->bytes, r->length ? r->length : 1, "r");
    fuzz_require(from);
    struct lines *lines = lines_read(from, "file", &err);
    fclose(from);
    if (!lines) {
        must_say(&err);
        return;
    }
    annotate_functions(lines, LINES, r->nowhere);
    const char *name = any_name(t);
    annotate_function(lines, name, tape_byte(t) & 1, r->nowhere);
    lines_write(lines, r->nowhere);
    lines_free(lines);
}

/* ---- files of -stats ---- */

/* Copies the good file; here and there a value is another, a name another's, or a piece is missing. */
static void make_stats(struct reader *r)
{
    static const char *const values[] = {
        "0", "1", "2", "99", "1000000000", "4294967296", "99999999999999999", "100000000000000000", "0", "1", "31", "65535",
        "-1", "1e308", "1e999", "99999999999999999999", "0.5", "null", "true", "\"\"", "\"\\u0001<&\"", "[]", "{}", "[[[[0]]]]",
    };
    struct tape *t = r->tape;
    size_t at = 0;
    for (unsigned n = tape_byte(t) % SPOILT_MAX; n; n--) {
        size_t left = r->good_length - at, step = left ? tape_number(t, 2) % STEP % left : 0;
        memcpy(r->bytes + r->length, r->good + at, step);
        r->length += step;
        at += step;
        const char *colon = memchr(r->good + at, tape_rarely(t, 16) ? ',' : ':', r->good_length - at);
        if (!colon)
            break;
        size_t to = (size_t)(colon - r->good) + 1;
        memcpy(r->bytes + r->length, r->good + at, to - at);
        r->length += to - at;
        at = to;
        if (strchr("[{", r->good[to + strspn(r->good + to, " \n")]) && !tape_rarely(t, 16))
            continue;
        at += strcspn(r->good + to, ",]}");
        put(r, "%s", values[tape_below(t, ARRAY_SIZE(values))]);
        if (tape_rarely(t, 16))
            at += tape_number(t, 2) % (r->good_length - at + 1);
    }
    memcpy(r->bytes + r->length, r->good + at, r->good_length - at);
    r->length += r->good_length - at;
}

static void play_stats(struct reader *r)
{
    struct error err = { "" };
    struct report_run runs[2];
    char name[40];
    snprintf(name, sizeof name, "/proc/self/fd/%d", r->fd);
    make_stats(r);
    spoil(r);
    fuzz_require(!ftruncate(r->fd, 0) && pwrite(r->fd, r->bytes, r->length, 0) == (ssize_t)r->length);
    unsigned count = 0;
    while (count < ARRAY_SIZE(runs) && report_read(&runs[count], name, &err) == 0)
        count++;
    if (count < ARRAY_SIZE(runs)) {
        must_say(&err);
        fuzz_require(!count);
        return;
    }
    report_name(runs, count);
    page_write(r->nowhere, runs, count);
    for (unsigned i = 0; i < count; i++)
        report_free(&runs[i]);
}

/* ---- */

static void make_good(struct reader *r)
{
    static struct stats_sample samples[MADE_UP_SAMPLES];
    struct stats stats;
    made_up_stats(&stats, samples);
    stats.series_count = 3;
    FILE *to = open_memstream(&r->good, &r->good_length);
    fuzz_require(to);
    stats_json(to, &stats);
    fuzz_require(!fclose(to) && r->good_length + 1024 < ROOM / 2);
}

void *reader_target_open(const char *name)
{
    struct reader *r = mem_alloc(sizeof *r);
    r->kind = !strcmp(name, "symbols") ? SYMBOLS_OF : !strcmp(name, "kallsyms") ? KALLSYMS : !strcmp(name, "lines") ? LINES_OF : STATS;
    r->fd = memfd_create("fuzz", MFD_CLOEXEC);
    r->nowhere = fopen("/dev/null", "we");
    r->bytes = mem_alloc(ROOM);
    fuzz_require(r->fd >= 0 && r->nowhere);
    make_good(r);
    return r;
}

uint64_t reader_target_play(void *fuzzed, struct tape *t)
{
    struct reader *r = fuzzed;
    r->tape = t;
    r->length = 0;
    if (r->kind == SYMBOLS_OF)
        play_symbols(r);
    else if (r->kind == KALLSYMS)
        play_kallsyms(r);
    else if (r->kind == LINES_OF)
        play_lines(r);
    else
        play_stats(r);
    t->at = t->end;
    return 1;
}

void reader_target_close(void *fuzzed)
{
    struct reader *r = fuzzed;
    close(r->fd);
    fclose(r->nowhere);
    free(r->bytes);
    free(r->good);
    free(r);
}
