/* SPDX-License-Identifier: MIT */
#include "roms/lib/fdt.h"
#include "roms/lib/string.h"

enum {
    FDT_MAGIC = 0xd00dfeed,
    FDT_BEGIN_NODE = 1,
    FDT_END_NODE = 2,
    FDT_PROP = 3,
    FDT_NOP = 4,
};

static uint32_t word(const uint32_t *at)
{
    return __builtin_bswap32(*at);
}

bool fdt_open(struct fdt *fdt, const void *blob)
{
    const uint32_t *header = blob;

    *fdt = (struct fdt){0};
    if (!blob || (uintptr_t)blob & 3 || word(header) != FDT_MAGIC)
        return false;
    fdt->structure = (const uint32_t *)((const char *)blob + word(header + 2));
    fdt->strings = (const char *)blob + word(header + 3);
    fdt->words = word(header + 9) / 4;
    return true;
}

/* The token after the one at `at`. */
static unsigned skip(const struct fdt *fdt, unsigned at)
{
    switch (word(fdt->structure + at)) {
    case FDT_BEGIN_NODE:
        return at + 1 + (unsigned)strlen((const char *)(fdt->structure + at + 1)) / 4 + 1;
    case FDT_PROP:
        return at + 3 + (word(fdt->structure + at + 1) + 3) / 4;
    default:
        return at + 1;
    }
}

fdt_node fdt_next(const struct fdt *fdt, fdt_node after)
{
    for (unsigned at = after; at < fdt->words; at = skip(fdt, at))
        if (word(fdt->structure + at) == FDT_BEGIN_NODE)
            return skip(fdt, at);
    return 0;
}

const void *fdt_property(const struct fdt *fdt, fdt_node node, const char *name, unsigned *length)
{
    for (unsigned at = node; node && at < fdt->words; at = skip(fdt, at)) {
        uint32_t token = word(fdt->structure + at);
        if (token == FDT_PROP && strcmp(fdt->strings + word(fdt->structure + at + 2), name) == 0) {
            if (length)
                *length = word(fdt->structure + at + 1);
            return fdt->structure + at + 3;
        }
        if (token != FDT_PROP && token != FDT_NOP)
            break;
    }
    return 0;
}

const char *fdt_text(const struct fdt *fdt, fdt_node node, const char *name)
{
    unsigned length;
    const char *text = fdt_property(fdt, node, name, &length);

    return text && length && text[length - 1] == 0 ? text : 0;
}

static bool lists(const char *list, unsigned length, const char *name)
{
    for (unsigned at = 0; at < length; at += (unsigned)strlen(list + at) + 1)
        if (strcmp(list + at, name) == 0)
            return true;
    return false;
}

static fdt_node find(const struct fdt *fdt, fdt_node after, const char *property, const char *value)
{
    for (fdt_node node = fdt_next(fdt, after); node; node = fdt_next(fdt, node)) {
        unsigned length;
        const char *list = fdt_property(fdt, node, property, &length);
        if (list && lists(list, length, value))
            return node;
    }
    return 0;
}

fdt_node fdt_find(const struct fdt *fdt, fdt_node after, const char *compatible)
{
    return find(fdt, after, "compatible", compatible);
}

fdt_node fdt_find_type(const struct fdt *fdt, fdt_node after, const char *device_type)
{
    return find(fdt, after, "device_type", device_type);
}

fdt_node fdt_find_name(const struct fdt *fdt, fdt_node after, const char *name)
{
    for (unsigned at = after; at < fdt->words; at = skip(fdt, at))
        if (word(fdt->structure + at) == FDT_BEGIN_NODE && strcmp((const char *)(fdt->structure + at + 1), name) == 0)
            return skip(fdt, at);
    return 0;
}

uint32_t fdt_cell(const struct fdt *fdt, fdt_node node, const char *name, unsigned index, uint32_t otherwise)
{
    unsigned length;
    const uint32_t *cells = fdt_property(fdt, node, name, &length);

    return cells && index < length / 4 ? word(cells + index) : otherwise;
}

bool fdt_reg(const struct fdt *fdt, fdt_node node, uint64_t *base, uint64_t *size)
{
    unsigned length;
    const uint32_t *cells = fdt_property(fdt, node, "reg", &length);

    if (!cells || length < 16)
        return false;
    *base = (uint64_t)word(cells) << 32 | word(cells + 1);
    *size = (uint64_t)word(cells + 2) << 32 | word(cells + 3);
    return true;
}
