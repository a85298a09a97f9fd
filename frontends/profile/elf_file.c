/* SPDX-License-Identifier: MIT */
#include "frontends/profile/elf_file.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum { NAME_MAX = 1023 };   /* of what nobody reads to its end; else a table of names within one another takes for ever */

struct bytes {
    const uint8_t *data;
    size_t size;
};

/* `count` rows of `size` bytes at `at`, or NULL when they are not all in the file. */
static const uint8_t *rows_at(struct bytes file, uint64_t at, uint64_t count, uint64_t size)
{
    if (at > file.size || (size && count > (file.size - at) / size))
        return NULL;
    return file.data + at;
}

bool elf_file_is(const uint8_t *data, size_t size)
{
    return size >= SELFMAG && !memcmp(data, ELFMAG, SELFMAG);
}

static int check_header(struct bytes file, const char *name, Elf64_Ehdr *header, struct error *err)
{
    if (file.size < sizeof *header)
        return error_set(err, "'%s' is cut short: it ends within its ELF header", name);
    memcpy(header, file.data, sizeof *header);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB
        || le16(header->e_machine) != EM_AARCH64)
        return error_set(err, "'%s' is no ELF file for AArch64", name);
    return 0;
}

static int read_texts(struct elf_file *elf, struct bytes file, const Elf64_Ehdr *header, const char *name, struct error *err)
{
    unsigned count = le16(header->e_phnum);
    const uint8_t *rows = rows_at(file, le64(header->e_phoff), count, sizeof(Elf64_Phdr));
    if (!rows || (count && le16(header->e_phentsize) != sizeof(Elf64_Phdr)))
        return error_set(err, "'%s' is damaged: its program headers are not in the file", name);
    for (unsigned i = 0; i < count && elf->text_count < ELF_FILE_TEXTS; i++) {
        Elf64_Phdr p;
        memcpy(&p, rows + i * sizeof p, sizeof p);
        uint64_t size = le64(p.p_filesz);
        if (le32(p.p_type) != PT_LOAD || !(le32(p.p_flags) & PF_X) || !size)
            continue;
        const uint8_t *bytes = rows_at(file, le64(p.p_offset), size, 1);
        if (!bytes)
            return error_set(err, "'%s' is cut short: its code is not in the file", name);
        struct elf_text *text = &elf->texts[elf->text_count++];
        *text = (struct elf_text){ le64(p.p_vaddr), size, mem_alloc(size) };
        memcpy(text->bytes, bytes, size);
    }
    return 0;
}

/* A function, or a label of assembler code; "$x" and "$d" tell disassemblers what is code and what is data. */
static bool is_wanted(const Elf64_Sym *sym, const char *name)
{
    unsigned type = ELF64_ST_TYPE(sym->st_info);
    return le16(sym->st_shndx) != SHN_UNDEF && le16(sym->st_shndx) != SHN_ABS && *name && *name != '$'
        && (type == STT_FUNC || type == STT_NOTYPE || type == STT_OBJECT || type == STT_GNU_IFUNC);
}

static bool is_in_text(const struct elf_file *elf, uint64_t va)
{
    for (unsigned i = 0; i < elf->text_count; i++)
        if (va - elf->texts[i].va < elf->texts[i].size)
            return true;
    return false;
}

static int read_symbols(struct elf_file *elf, struct bytes file, const Elf64_Shdr *table, const Elf64_Shdr *strings,
                        const char *name, struct error *err)
{
    uint64_t count = le64(table->sh_size) / sizeof(Elf64_Sym), text_size = le64(strings->sh_size);
    const uint8_t *rows = rows_at(file, le64(table->sh_offset), count, sizeof(Elf64_Sym));
    const char *text = (const char *)rows_at(file, le64(strings->sh_offset), text_size, 1);
    if (!rows || !text)
        return error_set(err, "'%s' is cut short: its symbols are not in the file", name);
    for (uint64_t i = 0; i < count; i++) {
        Elf64_Sym sym;
        memcpy(&sym, rows + i * sizeof sym, sizeof sym);
        uint32_t at = le32(sym.st_name);
        if (at >= text_size || !is_wanted(&sym, text + at))
            continue;
        uint64_t left = text_size - at;
        uint64_t va = le64(sym.st_value);
        bool is_code = ELF64_ST_TYPE(sym.st_info) != STT_OBJECT && is_in_text(elf, va);
        symbols_add(&elf->symbols, va, le64(sym.st_size), is_code, text + at, left < NAME_MAX ? left : NAME_MAX);
    }
    symbols_sort(&elf->symbols);
    return 0;
}

static int find_symbols(struct elf_file *elf, struct bytes file, const Elf64_Ehdr *header, const char *name, struct error *err)
{
    unsigned count = le16(header->e_shnum);
    const uint8_t *rows = rows_at(file, le64(header->e_shoff), count, sizeof(Elf64_Shdr));
    if (!rows || (count && le16(header->e_shentsize) != sizeof(Elf64_Shdr)))
        return error_set(err, "'%s' is damaged: its section headers are not in the file", name);
    static const uint32_t wanted[] = { SHT_SYMTAB, SHT_DYNSYM };
    for (size_t kind = 0; kind < ARRAY_SIZE(wanted); kind++)
        for (unsigned i = 0; i < count; i++) {
            Elf64_Shdr table, strings;
            memcpy(&table, rows + i * sizeof table, sizeof table);
            if (le32(table.sh_type) != wanted[kind] || le32(table.sh_link) >= count)
                continue;
            memcpy(&strings, rows + le32(table.sh_link) * sizeof strings, sizeof strings);
            return read_symbols(elf, file, &table, &strings, name, err);
        }
    return error_set(err, "'%s' has no symbols: it is stripped", name);
}

int elf_file_read(struct elf_file *elf, const char *name, const uint8_t *data, size_t size, struct error *err)
{
    struct bytes file = { data, size };
    Elf64_Ehdr header;
    *elf = (struct elf_file){ 0 };
    if (check_header(file, name, &header, err) < 0 || read_texts(elf, file, &header, name, err) < 0
        || find_symbols(elf, file, &header, name, err) < 0) {
        elf_file_free(elf);
        return -1;
    }
    elf->is_fixed = le16(header.e_type) == ET_EXEC;
    return 0;
}

void elf_file_free(struct elf_file *elf)
{
    for (unsigned i = 0; i < elf->text_count; i++)
        free(elf->texts[i].bytes);
    symbols_free(&elf->symbols);
    *elf = (struct elf_file){ 0 };
}
