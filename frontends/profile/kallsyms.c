/* SPDX-License-Identifier: MIT */
#include "frontends/profile/kallsyms.h"

#include <string.h>

#include "base/bits.h"

/* In the kernel's read-only data, each aligned to 8 bytes, until Linux 6.3:
       offsets (4 bytes a symbol), relative_base (8), num_syms (4), names, markers (4 bytes every 256 names), [an index by name,]
       token_table (256 strings), token_index (256 times 2 bytes)
   later with offsets and relative_base behind token_index. A name is a length, and so many tokens; the text begins with a
   letter for the symbol's kind, as in System.map. Debian's 6.1 has the index by name too. */
enum { TOKENS = 256, NAMES_A_MARKER = 256, SYMBOLS_MIN = 512, SYMBOLS_MAX = 4 << 20, NAME_MAX = 512, TABLE_MAX = 4096 };

/* The table lies at most so far in front of its tokens; and tokens, places and names looked at in vain, in all: both keep the
   time bounded that a guest can make us spend. */
enum { REACH = 32 << 20, STEPS_MAX = 1 << 25 };

struct table {
    const uint8_t *memory;
    size_t size;
    size_t tokens, index;     /* offsets of token_table and token_index */
    size_t names, names_end;
    uint32_t count;
    uint64_t steps;
};

/* Where the string `number` places before (or behind) the one at `at` begins. */
static size_t strings_back(const uint8_t *memory, size_t at, unsigned number)
{
    for (; number && at; number--) {
        size_t start = at - 1;
        while (start && memory[start - 1] && at - start < NAME_MAX)
            start--;
        at = start;
    }
    return number ? 0 : at;
}

/* Whether the strings from `second` on are the tokens from 1 on: the index that follows them says where each of them is. Nothing
   in front of token 0 says where it begins; the index does. */
static bool check_tokens(struct table *t, size_t second)
{
    size_t starts[TOKENS], p = second;
    t->steps += TOKENS;
    for (unsigned i = 1; i < TOKENS; i++) {
        starts[i] = p;
        size_t left = p < t->size ? t->size - p : 0, length = strnlen((const char *)t->memory + p, left);
        if (length == left || p + length - second > TABLE_MAX)
            return false;
        p += length + 1;
    }
    p = align_up(p, 8);
    if (p > t->size || t->size - p < TOKENS * 2)
        return false;
    size_t first_length = ld_le16(t->memory + p + 2);
    if (ld_le16(t->memory + p) || !first_length || first_length > second)
        return false;
    for (unsigned i = 1; i < TOKENS; i++)
        if (ld_le16(t->memory + p + 2 * i) != starts[i] - (second - first_length))
            return false;
    t->tokens = second - first_length;
    t->index = p;
    return true;
}

/* The digits are tokens of their own, one after the other: the place to recognise a token table by. */
static bool find_tokens(struct table *t, size_t *from)
{
    static const char digits[] = "0\0001\0002\0003\0004\0005\0006\0007\0008\0009";   /* and the NUL behind */
    while (*from < t->size && t->steps < STEPS_MAX) {
        const uint8_t *found = memmem(t->memory + *from, t->size - *from, digits, sizeof digits);
        if (!found)
            return false;
        size_t at = (size_t)(found - t->memory);
        *from = at + 1;
        if (check_tokens(t, strings_back(t->memory, at, '0' - 1)))
            return true;
    }
    return false;
}

/* The length of the name at *at, which moves behind it; 0 when there is none. Since 6.1 a length above 127 takes two bytes. */
static size_t name_length(const struct table *t, size_t *at)
{
    if (*at + 2 > t->tokens)
        return 0;
    size_t length = t->memory[(*at)++];
    if (length & 0x80)
        length = (length & 0x7f) | (size_t)t->memory[(*at)++] << 7;
    return length <= t->tokens - *at ? length : 0;
}

/* Whether num_syms is at `at`: as many names follow as it says, and the first marker counts right. */
static bool check_names(struct table *t, size_t at)
{
    uint32_t count = ld_le32(t->memory + at);
    if (count < SYMBOLS_MIN || count > SYMBOLS_MAX || ld_le32(t->memory + at + 4))
        return false;
    size_t p = at + 8, first = p, second = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (i == NAMES_A_MARKER)
            second = p;
        size_t length = name_length(t, &p);
        if (!length || ++t->steps > STEPS_MAX)
            return false;
        p += length;
    }
    size_t markers = align_up(p, 8);
    if (markers + 8 > t->tokens || ld_le32(t->memory + markers) || ld_le32(t->memory + markers + 4) != second - first)
        return false;
    t->names = first;
    t->names_end = p;
    t->count = count;
    return true;
}

static bool find_names(struct table *t)
{
    size_t last = t->tokens > REACH ? t->tokens - REACH : 0;
    for (size_t at = t->tokens & ~(size_t)7; at >= last + 8 && t->steps < STEPS_MAX; t->steps++)
        if (check_names(t, at -= 8))
            return true;
    return false;
}

static bool check_offsets(const struct table *t, size_t offsets, uint64_t base)
{
    if (base >> 47 != 0x1ffff || offsets + 4ull * t->count > t->size)
        return false;
    for (uint32_t i = 1; i < t->count; i++)
        if (ld_le32(t->memory + offsets + 4ull * i) < ld_le32(t->memory + offsets + 4ull * (i - 1)))
            return false;
    return true;
}

static bool find_offsets(const struct table *t, size_t *offsets, uint64_t *base)
{
    uint64_t size = align_up(4ull * t->count, 8);
    size_t count_at = t->names - 8;
    if (count_at >= size + 8) {
        *offsets = count_at - 8 - size;
        *base = ld_le64(t->memory + count_at - 8);
        if (check_offsets(t, *offsets, *base))
            return true;
    }
    *offsets = t->index + TOKENS * 2;
    if (*offsets + size + 8 > t->size)
        return false;
    *base = ld_le64(t->memory + *offsets + size);
    return check_offsets(t, *offsets, *base);
}

static bool is_code_letter(char letter)
{
    return letter == 't' || letter == 'T' || letter == 'w' || letter == 'W';
}

static void add_symbols(const struct table *t, size_t offsets, uint64_t base, struct symbols *symbols)
{
    size_t at = t->names;
    for (uint32_t i = 0; i < t->count; i++) {
        char name[NAME_MAX];
        size_t size = 0, length = name_length(t, &at);
        for (size_t end = at + length; at < end; at++) {
            const char *token = (const char *)t->memory + t->tokens + ld_le16(t->memory + t->index + 2 * t->memory[at]);
            for (; *token && size < sizeof name - 1; token++)
                name[size++] = *token;
        }
        name[size] = 0;
        if (size > 1 && name[1] != '$')
            symbols_add(symbols, base + ld_le32(t->memory + offsets + 4ull * i), 0, is_code_letter(name[0]), name + 1, size - 1);
    }
    symbols_sort(symbols);
}

bool kallsyms_find(struct symbols *symbols, const uint8_t *memory, size_t size, size_t *from)
{
    struct table t = { .memory = memory, .size = size };
    while (find_tokens(&t, from)) {
        size_t offsets;
        uint64_t base;
        if (find_names(&t) && find_offsets(&t, &offsets, &base)) {
            add_symbols(&t, offsets, base, symbols);
            return true;
        }
    }
    return false;
}
