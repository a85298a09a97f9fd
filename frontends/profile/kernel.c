/* SPDX-License-Identifier: MIT */
#include "frontends/profile/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/machine.h"
#include "frontends/profile/kallsyms.h"

/* KASLR moves the image by multiples of this (arm64: MIN_KIMG_ALIGN was smaller once). */
enum { SLIDE_ALIGN = 0x10000 };

/* The tables are searched for near the vectors: an image is smaller than this. A guest that changes its vectors all the time
   must not make us search all the time. */
enum { IMAGE_MAX = 128 << 20, SEARCHES_MAX = 8, TABLES_MAX = 4, COMM_SEARCHES_MAX = 2000 };

enum { TASK_MAX = 16384, COMM_SIZE = 16, PAGE = 4096 };

void kernel_free(struct kernel *k)
{
    symbols_free(&k->symbols);
}

/* ---- files ---- */

/* "ffff800008010000 T name"; returns the rest behind the line. */
static const char *take_line(struct symbols *symbols, const char *line, const char *end, bool *is_good)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end, *p = line;
    uint64_t va = 0;
    for (; p < stop && p - line < 16; p++) {
        int digit = *p >= '0' && *p <= '9' ? *p - '0' : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10 : -1;
        if (digit < 0)
            break;
        va = va << 4 | (unsigned)digit;
    }
    *is_good = p - line >= 8 && stop - p > 3 && p[0] == ' ' && p[2] == ' ';
    if (*is_good && !strchr("aAUN", p[1]) && p[3] != '$')
        symbols_add(symbols, va, 0, strchr("tTwW", p[1]) != NULL, p + 3, (size_t)(stop - p - 3));
    return newline ? newline + 1 : end;
}

int kernel_read_map(struct kernel *k, const char *name, const char *text, size_t size, struct error *err)
{
    struct symbols symbols = { 0 };
    const char *end = text + size;
    unsigned lines = 0;
    bool is_good = true;
    for (const char *p = text; is_good && p < end; lines++)
        p = take_line(&symbols, p, end, &is_good);
    symbols_sort(&symbols);
    if (!is_good || !symbols.count) {
        symbols_free(&symbols);
        return lines > 1 ? error_set(err, "'%s', line %u: not what a System.map says: an address, a letter, a name", name, lines)
                         : error_set(err, "'%s' is neither an ELF file nor a System.map", name);
    }
    if (!symbols_named(&symbols, "vectors")) {
        symbols_free(&symbols);
        return error_set(err, "'%s' is not of an arm64 kernel: it has no symbol 'vectors'", name);
    }
    symbols_free(&k->symbols);
    k->symbols = symbols;
    k->is_given = true;
    return 0;
}

bool kernel_take_elf(struct kernel *k, struct symbols *symbols)
{
    if (!symbols_named(symbols, "vectors") || !symbols_named(symbols, "swapper_pg_dir"))
        return false;
    symbols_free(&k->symbols);
    k->symbols = *symbols;
    *symbols = (struct symbols){ 0 };
    k->is_given = true;
    return true;
}

/* ---- the running kernel ---- */

/* The vectors are in VBAR_EL1: that tells where the image is. */
static bool place(struct kernel *k, gva_t vbar)
{
    const struct symbol *vectors = symbols_named(&k->symbols, "vectors");
    if (!vectors || (vbar - vectors->va) % SLIDE_ALIGN)
        return false;
    k->slide = vbar - vectors->va;
    return true;
}

static bool search(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    gpa_t pa;
    uint64_t offset;
    if (k->searches++ >= SEARCHES_MAX || !look_translate(m, &core->tables, core->vbar, &pa))
        return false;
    const struct region *r = space_find(machine_space(m), pa, &offset);
    if (!r || r->kind != REGION_RAM)
        return false;
    uint64_t first = offset > IMAGE_MAX ? offset - IMAGE_MAX : 0, left = r->ram->size - first;
    size_t size = left < 2 * IMAGE_MAX ? left : 2 * IMAGE_MAX, from = 0;
    symbols_free(&k->symbols);
    /* Another may be a copy of the file. */
    for (unsigned i = 0; i < TABLES_MAX && kallsyms_find(&k->symbols, r->ram->host + first, size, &from); i++) {
        if (place(k, core->vbar))
            return true;
        symbols_free(&k->symbols);
    }
    return false;
}

/* Copies at most `size` bytes; returns how many could be read. */
static size_t read_guest(const struct machine *m, const struct look_tables *tables, gva_t va, void *to, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const uint8_t *p = look_at_memory(m, tables, va + done);
        size_t piece = PAGE - ((va + done) & (PAGE - 1));
        if (!p)
            break;
        piece = piece < size - done ? piece : size - done;
        memcpy((uint8_t *)to + done, p, piece);
        done += piece;
    }
    return done;
}

static bool read_word(const struct machine *m, const struct look_tables *tables, gva_t va, uint64_t *value)
{
    uint8_t bytes[8];
    bool is_read = read_guest(m, tables, va, bytes, sizeof bytes) == sizeof bytes;
    if (is_read)
        *value = ld_le64(bytes);
    return is_read;
}

/* The variable that entry code takes the running task from, a per-CPU one: "adrp xd, page; add xd, xd, #low; mrs xm, tpidr_el1;
   ldr xd, [xd, xm]". 0 if that is not there. */
static gva_t entry_task_by_code(const struct machine *m, const struct look_tables *tables, gva_t code)
{
    enum { INSNS = 128, ADRP = 0x90000000, ADD = 0x91000000, MRS = 0xd538d080, LDR = 0xf8606800 };
    uint8_t bytes[INSNS * 4];
    size_t count = read_guest(m, tables, code, bytes, sizeof bytes) / 4;
    for (size_t i = 0; i + 4 <= count; i++) {
        uint32_t adrp = ld_le32(bytes + 4 * i), add = ld_le32(bytes + 4 * i + 4), mrs = ld_le32(bytes + 4 * i + 8),
                 ldr = ld_le32(bytes + 4 * i + 12), d = adrp & 31, offset = mrs & 31;
        if ((adrp & 0x9f000000) != ADRP || (add & 0xffc003ff) != (ADD | d << 5 | d) || (mrs & ~31u) != MRS
            || ldr != (LDR | offset << 16 | d << 5 | d))
            continue;
        uint64_t pages = bits(adrp, 23, 5) << 2 | bits(adrp, 30, 29);
        return ((code + 4 * i) & ~(gva_t)(PAGE - 1)) + ((uint64_t)sext(pages, 21) << 12) + bits(add, 21, 10);
    }
    return 0;
}

static void find_entry_task(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    static const char *const entries[] = { "el0t_64_sync", "el0_sync" };   /* since Linux 5.14; before */
    const struct symbol *variable = symbols_named(&k->symbols, "__entry_task");   /* only with CONFIG_KALLSYMS_ALL */
    k->entry_task = variable ? variable->va + k->slide : 0;
    for (size_t i = 0; i < ARRAY_SIZE(entries) && !k->entry_task; i++) {
        const struct symbol *entry = symbols_named(&k->symbols, entries[i]);
        k->entry_task = entry ? entry_task_by_code(m, &core->tables, entry->va + k->slide) : 0;
    }
}

/* The kernel keeps the running task in SP_EL0, but for its first instructions; programs have their own stack there. */
static bool current_task(const struct kernel *k, const struct machine *m, const struct look_core *core, gva_t *task)
{
    struct look_tables tables = kernel_tables(k, core);
    *task = core->sp_el0;
    if (core->el && bit(core->sp_el0, 63))
        return true;
    return k->entry_task && read_word(m, &tables, k->entry_task + core->tpidr_el1, task) && bit(*task, 63);
}

/* The first task is called "swapper": where that is found in it, names are. */
static void find_comm(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    uint8_t task[TASK_MAX];
    gva_t at = core->sp_el0;
    if (k->comm_searches++ >= COMM_SEARCHES_MAX || !bit(at, 63))
        return;
    size_t size = read_guest(m, &core->tables, at, task, sizeof task);
    const uint8_t *name = memmem(task, size, "swapper", 7);
    if (name)
        k->comm_at = (unsigned)(name - task);
}

static bool has_mark(const struct kernel *k, const struct machine *m, const struct look_tables *tables, gva_t at)
{
    uint8_t mark[KERNEL_MARK];
    return k->is_placed && read_guest(m, tables, at, mark, sizeof mark) == sizeof mark && !memcmp(mark, k->mark, sizeof mark);
}

static void find_place(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    k->is_placed = k->is_given ? place(k, core->vbar) : search(k, m, core);
    k->entry_task = k->comm_at = k->comm_searches = 0;
    if (!k->is_placed)
        return;
    k->vectors = core->vbar;
    read_guest(m, &core->tables, k->vectors, k->mark, sizeof k->mark);
    find_entry_task(k, m, core);
}

/* VBAR_EL1 has changed: to the trampoline that programs leave through, or after a reset the same kernel is elsewhere, or it is
   another one. True when symbols moved. */
static bool follow_vectors(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    struct look_tables tables = kernel_tables(k, core);
    if (has_mark(k, m, &core->tables, core->vbar)) {
        k->slide += core->vbar - k->vectors;
        k->entry_task += core->vbar - k->vectors;
        k->vectors = core->vbar;
    } else if (has_mark(k, m, &tables, k->vectors)) {
        return false;
    } else {
        find_place(k, m, core);
    }
    return true;
}

bool kernel_look(struct kernel *k, const struct machine *m, const struct look_core *core)
{
    if (!core->tables.is_on || !bit(core->vbar, 63))
        return false;
    bool moved = core->vbar != k->vectors && core->vbar != k->vbar_seen && follow_vectors(k, m, core);
    k->vbar_seen = core->vbar;
    if (core->vbar == k->vectors)   /* with the trampoline's vectors go its tables */
        k->ttbr1 = core->tables.ttbr1;
    if (k->is_placed && !k->comm_at)
        find_comm(k, m, core);
    return moved;
}

const struct symbol *kernel_symbol(const struct kernel *k, gva_t va)
{
    return k->is_placed ? symbols_find(&k->symbols, va - k->slide) : NULL;
}

struct look_tables kernel_tables(const struct kernel *k, const struct look_core *core)
{
    struct look_tables tables = core->tables;
    if (k->ttbr1)
        tables.ttbr1 = k->ttbr1;
    return tables;
}

bool kernel_task_name(const struct kernel *k, const struct machine *m, const struct look_core *core, char name[17])
{
    struct look_tables tables = kernel_tables(k, core);
    gva_t task;
    name[COMM_SIZE] = 0;
    return k->comm_at && current_task(k, m, core, &task)
        && read_guest(m, &tables, task + k->comm_at, name, COMM_SIZE) == COMM_SIZE && *name;
}

/* struct pt_regs holds x0 to x30, sp, pc, pstate, and farther behind the frame record; how far depends on the version: Linux 5.0
   to 6.12, and since. */
static const unsigned record_at[] = { 304, 296 };
enum { REGS_FP = 29 * 8, REGS_LR = 30 * 8, REGS_PC = 256, REGS_PSTATE = 264, PSTATE_MODE = 0x1f };

/* Where programs' tables are while the kernel has taken them away from the core (CONFIG_ARM64_SW_TTBR0_PAN): in the second word
   of the task. */
enum { TASK_TTBR0 = 8 };

bool kernel_user_registers(const struct kernel *k, const struct machine *m, const struct look_core *core, gva_t end,
                           struct kernel_user *user)
{
    struct look_tables tables = kernel_tables(k, core);
    gva_t task, regs = 0;
    for (size_t i = 0; i < ARRAY_SIZE(record_at) && !regs; i++) {
        uint64_t pc, pstate;
        gva_t at = end - record_at[i];
        if (read_word(m, &tables, at + REGS_PC, &pc) && read_word(m, &tables, at + REGS_PSTATE, &pstate) && pc && !bit(pc, 55)
            && !(pc & 3) && !(pstate & PSTATE_MODE))
            regs = at;
    }
    if (!regs || !read_word(m, &tables, regs + REGS_PC, &user->pc) || !read_word(m, &tables, regs + REGS_FP, &user->fp)
        || !read_word(m, &tables, regs + REGS_LR, &user->lr))
        return false;
    user->tables = tables;
    gpa_t pa;
    if (look_translate(m, &tables, user->pc, &pa) || !current_task(k, m, core, &task))
        return true;
    if (read_word(m, &tables, task + TASK_TTBR0, &user->tables.ttbr0) && !look_translate(m, &user->tables, user->pc, &pa))
        user->tables.ttbr0 = tables.ttbr0;
    return true;
}
