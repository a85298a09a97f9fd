/* SPDX-License-Identifier: MIT */
#ifndef ROMS_LIB_FDT_H
#define ROMS_LIB_FDT_H

#include <stdbool.h>
#include <stdint.h>

/* A flattened device tree (Devicetree Specification 0.4, chapter 5), read where the loader left it. */
struct fdt {
    const uint32_t *structure;   /* NULL: there is none, and every question below is answered with nothing */
    const char *strings;
    unsigned words;
};

/* A node is the index of its first word after the name; 0 is none. The root is fdt_next(fdt, 0). */
typedef unsigned fdt_node;

bool fdt_open(struct fdt *fdt, const void *blob);

/* Every node in the order of the blob, whatever its depth. */
fdt_node fdt_next(const struct fdt *fdt, fdt_node after);

/* The next node whose list of compatible names has this one, or whose device_type is this one. */
fdt_node fdt_find(const struct fdt *fdt, fdt_node after, const char *compatible);
fdt_node fdt_find_type(const struct fdt *fdt, fdt_node after, const char *device_type);
fdt_node fdt_find_name(const struct fdt *fdt, fdt_node after, const char *name);

/* The property's bytes, or NULL; *length (may be NULL) is set in bytes. */
const void *fdt_property(const struct fdt *fdt, fdt_node node, const char *name, unsigned *length);
const char *fdt_text(const struct fdt *fdt, fdt_node node, const char *name);

/* Cell `index` of a property, or `otherwise`. */
uint32_t fdt_cell(const struct fdt *fdt, fdt_node node, const char *name, unsigned index, uint32_t otherwise);

/* First range of reg, with the two address and two size cells that `virt` has. */
bool fdt_reg(const struct fdt *fdt, fdt_node node, uint64_t *base, uint64_t *size);

#endif
