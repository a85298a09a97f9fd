/* SPDX-License-Identifier: MIT */
#include "frontends/profile/sampler.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "frontends/profile/stack.h"

enum { PAGE = 4096, NAME_CACHE = 8192, VIEW_PAGES = 8, SPACES_MAX = 4096, FRAMES_MAX = 2 * STACK_DEPTH + 8 };

/* Guest memory through one set of tables, with the pages seen last. */
struct view {
    const struct machine *machine;
    struct look_tables tables;
    struct { gva_t page; const uint8_t *host; } pages[VIEW_PAGES];
};

/* A frame of a stack. A return address is behind the call, which may be its function's last instruction. */
struct frame {
    gva_t at;
    uint32_t name;
};

struct frames {
    struct frame rows[FRAMES_MAX];    /* innermost first */
    unsigned count;
};

struct name_entry {
    const void *of;                   /* whose address it is: the kernel, or an object's symbols; NULL: empty */
    uint64_t va;
    uint32_t name;
};

struct sampler {
    const struct machine *machine;
    struct kernel *kernel;
    struct objects *objects;
    struct tree *tree;
    struct name_entry names[NAME_CACHE];
    uint32_t unknown, module, kernel_name, guest;
    uint64_t spaces[SPACES_MAX];      /* translation tables seen, in the order of their numbers */
    unsigned space_count;
};

struct sampler *sampler_new(const struct machine *machine, struct kernel *kernel, struct objects *objects, struct tree *tree)
{
    struct sampler *s = mem_alloc(sizeof *s);
    s->machine = machine;
    s->kernel = kernel;
    s->objects = objects;
    s->tree = tree;
    s->unknown = names_number(tree->names, "[unknown]", 16);
    s->module = names_number(tree->names, "[module]", 16);
    s->kernel_name = names_number(tree->names, "[kernel]", 16);
    s->guest = names_number(tree->names, "guest", 16);
    return s;
}

void sampler_free(struct sampler *s)
{
    free(s);
}

/* ---- memory ---- */

static void view_open(struct view *v, const struct machine *machine, const struct look_tables *tables)
{
    v->machine = machine;
    v->tables = *tables;
    for (unsigned i = 0; i < VIEW_PAGES; i++)
        v->pages[i].page = 1;   /* no page begins there */
}

static const uint8_t *view_page(struct view *v, gva_t va)
{
    gva_t page = va & ~(gva_t)(PAGE - 1);
    unsigned slot = page / PAGE % VIEW_PAGES;
    if (v->pages[slot].page != page) {
        v->pages[slot].page = page;
        v->pages[slot].host = look_at_memory(v->machine, &v->tables, page);
    }
    return v->pages[slot].host;
}

static bool read_record(void *self, gva_t va, uint64_t pair[2])
{
    for (unsigned i = 0; i < 2; i++, va += 8) {
        const uint8_t *page = view_page(self, va);
        if (!page)
            return false;
        pair[i] = ld_le64(page + (va & (PAGE - 1)));
    }
    return true;
}

/* ---- names ---- */

static uint32_t name_of_symbol(struct sampler *s, const void *of, uint64_t va, const struct symbols *symbols,
                               const struct symbol *symbol)
{
    struct name_entry *e = &s->names[(va >> 2 ^ va >> 15 ^ (uintptr_t)of >> 4) % NAME_CACHE];
    const char *name = symbols_name(symbols, symbol);
    *e = (struct name_entry){ of, va, names_number(s->tree->names, name, strlen(name)) };
    return e->name;
}

static const struct name_entry *known_name(const struct sampler *s, const void *of, uint64_t va)
{
    const struct name_entry *e = &s->names[(va >> 2 ^ va >> 15 ^ (uintptr_t)of >> 4) % NAME_CACHE];
    return e->of == of && e->va == va ? e : NULL;
}

static uint32_t name_of_kernel(struct sampler *s, gva_t va)
{
    const struct name_entry *known = known_name(s, s->kernel, va);
    if (known)
        return known->name;
    const struct symbol *symbol = kernel_symbol(s->kernel, va);
    return symbol ? name_of_symbol(s, s->kernel, va, &s->kernel->symbols, symbol)
                  : s->kernel->is_placed ? s->module : s->unknown;
}

static uint32_t name_of_object(struct sampler *s, struct view *v, gva_t va)
{
    struct object_place place;
    const uint8_t *page = view_page(v, va);
    if (!page || !objects_find(s->objects, va, page, &place))
        return s->unknown;
    const struct name_entry *known = known_name(s, place.symbols, place.va);
    if (known)
        return known->name;
    const struct symbol *symbol = symbols_find(place.symbols, place.va);
    if (symbol)
        return name_of_symbol(s, place.symbols, place.va, place.symbols, symbol);
    char text[80];
    return names_number(s->tree->names, text, (size_t)snprintf(text, sizeof text, "[%.70s]", place.object));
}

static bool is_high(gva_t va)
{
    return bit(va, 55);
}

static uint32_t name_of(struct sampler *s, struct view *v, gva_t va)
{
    return is_high(va) ? name_of_kernel(s, va) : name_of_object(s, v, va);
}

static uint32_t name_of_process(struct sampler *s, const struct look_core *core)
{
    char text[32];
    if (kernel_task_name(s->kernel, s->machine, core, text))
        return names_number(s->tree->names, text, 16);
    if (core->contextidr)
        return names_number(s->tree->names, text, (size_t)snprintf(text, sizeof text, "context %llu",
                                                                   (unsigned long long)core->contextidr));
    if (core->el || !core->tables.is_on)
        return s->guest;
    uint64_t table = core->tables.ttbr0 & mask64(48);
    unsigned i = 0;
    while (i < s->space_count && s->spaces[i] != table)
        i++;
    if (i == s->space_count && i < SPACES_MAX)
        s->spaces[s->space_count++] = table;
    return names_number(s->tree->names, text, (size_t)snprintf(text, sizeof text, "process %u", i + 1));
}

/* ---- stacks ---- */

static void add_frame(struct sampler *s, struct frames *frames, struct view *v, gva_t at)
{
    if (frames->count < FRAMES_MAX)
        frames->rows[frames->count++] = (struct frame){ at, name_of(s, v, at) };
}

static uint32_t insn_at(struct view *v, gva_t va)
{
    const uint8_t *page = view_page(v, va);
    return page ? ld_le32(page + (va & (PAGE - 1) & ~3ull)) : 0;
}

static bool is_call(uint32_t insn)
{
    return (insn & 0xfc000000) == 0x94000000 || (insn & 0xfffffc1f) == 0xd63f0000;   /* BL, BLR */
}

/* A function without a frame, or before it has made one, is called from where x30 points; one that has called others has left
   an address of its own there, or uses it for something else. */
static bool is_caller(const struct sampler *s, struct view *v, uint32_t function, gva_t call, uint32_t caller)
{
    return caller != function && caller != s->unknown && function != s->unknown && caller != s->module
        && is_call(insn_at(v, call));
}

/* The frames behind what is there already: by x30 if `lr` is not 0, and by the chain. Returns where the chain ended. */
static gva_t add_callers(struct sampler *s, struct frames *frames, struct view *v, gva_t fp, gva_t lr, bool switches)
{
    struct stack stack;
    struct stack_memory memory = { read_record, v };
    stack_walk(&stack, &memory, fp, switches);
    if (lr && frames->count) {
        bool has_frame = stack.depth && stack.at[0] == lr;
        if (!has_frame && is_caller(s, v, frames->rows[frames->count - 1].name, lr - 4, name_of(s, v, lr - 4)))
            add_frame(s, frames, v, lr - 4);
    }
    for (unsigned i = 0; i < stack.depth; i++)
        add_frame(s, frames, v, stack.at[i] - 4);
    return stack.end;
}

/* How the last instruction left its function. */
enum way { WAY_ON, WAY_CALL, WAY_RETURN };

static enum way way_of(struct view *v, const struct look_core *core)
{
    uint32_t insn = core->last != core->pc ? insn_at(v, core->last) : 0;
    if ((insn & 0xfffffc1f) == 0xd65f0000 || insn == 0xd69f03e0)           /* RET, ERET */
        return WAY_RETURN;
    return is_call(insn) ? WAY_CALL : WAY_ON;
}

/* The stack at the end of a block whose last instruction is at core->last, while core->pc and the registers are already those
   behind it. The cycles belong to that block. */
static gva_t walk_level(struct sampler *s, struct frames *frames, struct view *v, const struct look_core *core, bool switches)
{
    enum way way = way_of(v, core);
    add_frame(s, frames, v, core->last);
    if (way == WAY_RETURN)
        add_frame(s, frames, v, core->pc);
    return add_callers(s, frames, v, core->x[29], way == WAY_ON ? core->x[30] : 0, switches);
}

static void walk_user(struct sampler *s, struct frames *frames, struct view *v, gva_t pc, gva_t fp, gva_t lr)
{
    add_frame(s, frames, v, pc);
    add_callers(s, frames, v, fp, lr, false);
}

/* Kernel and user frames of the present state; returns how many of the first are the kernel's. */
static unsigned walk(struct sampler *s, const struct look_core *core, struct frames *frames)
{
    struct view view;
    view_open(&view, s->machine, &core->tables);
    if (!core->last_el) {      /* also if an exception is about to begin: the registers are still the program's */
        walk_level(s, frames, &view, core, false);
        return 0;
    }
    if (!core->el) {           /* back from an exception */
        struct view kernel;
        struct look_tables tables = kernel_tables(s->kernel, core);
        view_open(&kernel, s->machine, &tables);
        add_frame(s, frames, &kernel, core->last);
        walk_user(s, frames, &view, core->pc, core->x[29], core->x[30]);
        return 1;
    }
    gva_t end = walk_level(s, frames, &view, core, true);
    if (!is_high(core->last))
        return 0;              /* a program without an operating system */
    unsigned count = 0;        /* entry code still has the program's frame pointer */
    while (count < frames->count && is_high(frames->rows[count].at))
        count++;
    struct kernel_user user;
    if (count == frames->count && end && kernel_user_registers(s->kernel, s->machine, core, end, &user)) {
        view_open(&view, s->machine, &user.tables);
        walk_user(s, frames, &view, user.pc, user.fp, user.lr);
    }
    return count;
}

void sampler_take(struct sampler *s, unsigned number, uint64_t weight)
{
    struct look_core core;
    struct frames frames = { .count = 0 };
    uint32_t names[FRAMES_MAX + 2];
    unsigned depth = 0;
    look_at_core(s->machine, number, &core);
    if (core.el && kernel_look(s->kernel, s->machine, &core))
        memset(s->names, 0, sizeof s->names);
    unsigned kernel_count = walk(s, &core, &frames);
    names[depth++] = name_of_process(s, &core);
    for (unsigned i = frames.count; i-- > kernel_count;)
        names[depth++] = frames.rows[i].name;
    if (kernel_count)
        names[depth++] = s->kernel_name;
    for (unsigned i = kernel_count; i-- > 0;)
        names[depth++] = frames.rows[i].name;
    tree_add(s->tree, names, depth, weight);
}

static void fill(struct sampler_function *f, const char *object, const char *name, gva_t va)
{
    snprintf(f->object, sizeof f->object, "%s", object);
    snprintf(f->name, sizeof f->name, "%s", name);
    f->va = va;
}

void sampler_function(const struct sampler *s, gva_t va, uint32_t insn, struct sampler_function *f)
{
    struct object_place place;
    const struct symbol *symbol = is_high(va) ? kernel_symbol(s->kernel, va) : NULL;
    if (symbol) {
        fill(f, "kernel", symbols_name(&s->kernel->symbols, symbol), symbol->va + s->kernel->slide);
        return;
    }
    const char *object = "-";
    if (!is_high(va) && objects_guess(s->objects, va, insn, &place)) {
        object = place.object;
        symbol = symbols_find(place.symbols, place.va);
        if (symbol) {
            fill(f, object, symbols_name(place.symbols, symbol), va - (place.va - symbol->va));
            return;
        }
    }
    fill(f, object, "", va & ~(gva_t)(PAGE - 1));
    snprintf(f->name, sizeof f->name, "0x%llx", (unsigned long long)f->va);
}
