/* SPDX-License-Identifier: MIT */
#include "frontends/profile/objects.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

/* Code is compared in windows of this size, within its page; it is found by the hash of the 64-byte line that is looked for. A
   line known from before is compared alone. */
enum { PAGE = 4096, WINDOW = 256, LINE = 64, CACHE_LINES = 4096, BIASES = 64 };

struct object {
    char *name;
    struct elf_file elf;
};

/* A whole line of some object's code. */
struct line {
    uint32_t hash;
    uint16_t object, text;
    uint32_t number;                 /* of the line, from the first whole one of the text */
};

struct cached {
    const uint8_t *host;             /* where in the host's copy of guest memory the line was seen; NULL: empty */
    uint8_t bytes[LINE];
    const struct object *object;     /* NULL: of none of them */
    uint64_t va;                     /* of the line in the object */
    uint64_t bias;                   /* with which it was seen last: the next process may have it elsewhere */
};

/* An object was found loaded so far from where its file says. */
struct bias {
    const struct object *object;
    uint64_t bias;
};

struct objects {
    struct object *all[UINT8_MAX + 1];
    unsigned count;
    struct line *lines;
    size_t line_count, line_room;
    bool is_sorted;
    struct cached cache[CACHE_LINES];
    struct bias biases[BIASES];
    unsigned bias_count, bias_next;
};

struct objects *objects_new(void)
{
    return mem_alloc(sizeof(struct objects));
}

void objects_free(struct objects *o)
{
    if (!o)
        return;
    for (unsigned i = 0; i < o->count; i++) {
        elf_file_free(&o->all[i]->elf);
        free(o->all[i]->name);
        free(o->all[i]);
    }
    free(o->lines);
    free(o);
}

static uint32_t hash_line(const uint8_t *bytes)
{
    uint64_t hash = 0;
    for (unsigned i = 0; i < LINE; i += 8)
        hash = (hash ^ ld_le64(bytes + i)) * 0x9e3779b97f4a7c15ull, hash ^= hash >> 29;
    return (uint32_t)(hash >> 32);
}

/* How far into a text its first whole line begins. */
static uint64_t first_line(const struct elf_text *text)
{
    return -text->va & (LINE - 1);
}

static void index_text(struct objects *o, unsigned object, unsigned text_number)
{
    const struct elf_text *text = &o->all[object]->elf.texts[text_number];
    uint64_t at = first_line(text);
    for (uint32_t number = 0; at + LINE <= text->size; at += LINE, number++) {
        if (o->line_count == o->line_room) {
            o->line_room = o->line_room ? 2 * o->line_room : 4096;
            o->lines = mem_realloc(o->lines, o->line_room * sizeof *o->lines);
        }
        o->lines[o->line_count++] = (struct line){ hash_line(text->bytes + at), (uint16_t)object, (uint16_t)text_number, number };
    }
}

void objects_add(struct objects *o, const char *name, struct elf_file *elf)
{
    if (o->count == ARRAY_SIZE(o->all)) {
        elf_file_free(elf);
        return;
    }
    const char *slash = strrchr(name, '/');
    struct object *object = mem_alloc(sizeof *object);
    object->name = mem_strdup(slash ? slash + 1 : name);
    object->elf = *elf;
    *elf = (struct elf_file){ 0 };
    o->all[o->count++] = object;
    for (unsigned i = 0; i < object->elf.text_count; i++)
        index_text(o, o->count - 1, i);
    o->is_sorted = false;
}

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->object != b->object)
        return a->object < b->object ? -1 : 1;
    return a->text != b->text ? (a->text < b->text ? -1 : 1) : (a->number < b->number ? -1 : a->number > b->number);
}

/* Whether the guest's bytes around `va` are those of the object at va - bias. In offsets, not addresses: a text may lie at the
   end of all addresses. */
static bool is_there(const struct object *object, gva_t va, uint64_t bias, const uint8_t *page)
{
    for (unsigned i = 0; i < object->elf.text_count; i++) {
        const struct elf_text *text = &object->elf.texts[i];
        uint64_t at = va - bias - text->va, before = va & (WINDOW - 1), behind = WINDOW - before;
        if (at >= text->size)
            continue;
        before = at < before ? at : before;
        behind = text->size - at < behind ? text->size - at : behind;
        return !memcmp(page + ((va - before) & (PAGE - 1)), text->bytes + at - before, before + behind);
    }
    return false;
}

static void keep_bias(struct objects *o, const struct object *object, uint64_t bias)
{
    for (unsigned i = 0; i < o->bias_count; i++)
        if (o->biases[i].object == object && o->biases[i].bias == bias)
            return;
    o->biases[o->bias_next] = (struct bias){ object, bias };
    o->bias_next = (o->bias_next + 1) % BIASES;
    if (o->bias_count < BIASES)
        o->bias_count++;
}

static const struct object *find_known(const struct objects *o, gva_t va, const uint8_t *page, uint64_t *bias)
{
    *bias = 0;
    for (unsigned i = 0; i < o->count; i++)
        if (o->all[i]->elf.is_fixed && is_there(o->all[i], va, 0, page))
            return o->all[i];
    for (unsigned i = 0; i < o->bias_count; i++)
        if (is_there(o->biases[i].object, va, o->biases[i].bias, page)) {
            *bias = o->biases[i].bias;
            return o->biases[i].object;
        }
    return NULL;
}

static const struct object *find_line(struct objects *o, gva_t va, const uint8_t *page, uint64_t *bias)
{
    if (!o->is_sorted && o->line_count)
        qsort(o->lines, o->line_count, sizeof *o->lines, compare_lines);
    o->is_sorted = true;
    gva_t line_va = va & ~(gva_t)(LINE - 1);
    uint32_t hash = hash_line(page + (line_va & (PAGE - 1)));
    size_t low = 0, high = o->line_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (o->lines[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < o->line_count && o->lines[low].hash == hash; low++) {
        const struct line *line = &o->lines[low];
        const struct object *object = o->all[line->object];
        const struct elf_text *text = &object->elf.texts[line->text];
        *bias = line_va - (text->va + first_line(text) + (uint64_t)line->number * LINE);
        if (!(*bias & (PAGE - 1)) && is_there(object, va, *bias, page))
            return object;
    }
    return NULL;
}

bool objects_find(struct objects *o, gva_t va, const uint8_t *page, struct object_place *place)
{
    if (!o->count)
        return false;
    gva_t line = va & ~(gva_t)(LINE - 1);
    const uint8_t *host = page + (line & (PAGE - 1));
    struct cached *c = &o->cache[(uintptr_t)host / LINE % CACHE_LINES];
    if (c->host != host || memcmp(c->bytes, host, LINE)) {
        c->object = find_known(o, va, page, &c->bias);
        if (!c->object && (c->object = find_line(o, va, page, &c->bias)))
            keep_bias(o, c->object, c->bias);
        c->host = host;
        c->va = line - c->bias;
        memcpy(c->bytes, host, LINE);
    }
    if (!c->object)
        return false;
    if (c->bias != line - c->va) {
        c->bias = line - c->va;
        keep_bias(o, c->object, c->bias);
    }
    *place = (struct object_place){ c->object->name, &c->object->elf.symbols, c->va + (va & (LINE - 1)) };
    return true;
}

static bool has_insn(const struct object *object, uint64_t va, uint32_t insn)
{
    for (unsigned i = 0; i < object->elf.text_count; i++) {
        const struct elf_text *text = &object->elf.texts[i];
        if (va - text->va < text->size && text->size - (va - text->va) >= 4)
            return ld_le32(text->bytes + (va - text->va)) == insn;
    }
    return false;
}

bool objects_guess(const struct objects *o, gva_t va, uint32_t insn, struct object_place *place)
{
    for (unsigned i = 0; i < o->count + o->bias_count; i++) {
        const struct object *object = i < o->count ? o->all[i] : o->biases[i - o->count].object;
        uint64_t bias = i < o->count ? 0 : o->biases[i - o->count].bias;
        if ((i >= o->count || object->elf.is_fixed) && has_insn(object, va - bias, insn)) {
            *place = (struct object_place){ object->name, &object->elf.symbols, va - bias };
            return true;
        }
    }
    return false;
}
