/* SPDX-License-Identifier: MIT */
/* An AArch64 ELF file of the user's: its code and its symbols. It may be anything, so every number in it is checked. */
#ifndef FRONTENDS_PROFILE_ELF_FILE_H
#define FRONTENDS_PROFILE_ELF_FILE_H

#include "base/error.h"
#include "frontends/profile/symbols.h"

enum { ELF_FILE_TEXTS = 8 };

/* An executable segment as it is in the file. */
struct elf_text {
    uint64_t va, size;
    uint8_t *bytes;
};

struct elf_file {
    bool is_fixed;            /* loaded at the addresses it says: neither a shared object nor position independent */
    struct elf_text texts[ELF_FILE_TEXTS];
    unsigned text_count;
    struct symbols symbols;   /* sorted; of .symtab, or of .dynsym when the file is stripped */
};

/* Whether these bytes begin an ELF file. */
bool elf_file_is(const uint8_t *data, size_t size);

/* Reads the bytes of a whole file; `name` is for messages. 0, or -1 with err filled. */
int elf_file_read(struct elf_file *elf, const char *name, const uint8_t *data, size_t size, struct error *err);
void elf_file_free(struct elf_file *elf);

#endif
