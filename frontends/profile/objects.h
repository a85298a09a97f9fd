/* SPDX-License-Identifier: MIT */
/* Programs and libraries of the user's, recognised in guest memory by their bytes: nobody has to say where the guest loaded
   them, nor does it matter which of its processes did. */
#ifndef FRONTENDS_PROFILE_OBJECTS_H
#define FRONTENDS_PROFILE_OBJECTS_H

#include "frontends/profile/elf_file.h"

struct objects;

struct objects *objects_new(void);
void objects_free(struct objects *objects);

/* Takes the file's contents over. */
void objects_add(struct objects *objects, const char *name, struct elf_file *elf);

/* Where an address of the guest is in one of the files. */
struct object_place {
    const char *object;              /* its file's name, without folders */
    const struct symbols *symbols;
    uint64_t va;                     /* as the file counts */
};

/* The place of the instruction at va. `bytes` are the guest's, from va's page on: 4096 of them. */
bool objects_find(struct objects *objects, gva_t va, const uint8_t *page, struct object_place *place);

/* The same by the instruction alone, where the objects found so far lay: for addresses whose process is gone. */
bool objects_guess(const struct objects *objects, gva_t va, uint32_t insn, struct object_place *place);

#endif
