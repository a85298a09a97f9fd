/* SPDX-License-Identifier: MIT */
#include "frontends/profile/profile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "frontends/host/save.h"
#include "frontends/profile/flame.h"
#include "frontends/profile/lines.h"
#include "frontends/profile/sampler.h"

enum { FILE_MAX = 2000 << 20 };

struct profile {
    struct host_loop *loop;
    struct host_observer observer;
    struct machine *machine;
    char *file, *picture, *line_file;
    uint64_t every, next[MACHINE_CORES];   /* in cycles that the core did not sleep */
    uint64_t samples;
    struct kernel kernel;
    struct objects *objects;
    struct tree *tree;
    struct sampler *sampler;
};

/* ---- symbols ---- */

static uint8_t *read_file(const char *name, size_t *size, struct error *err)
{
    struct stat st;
    FILE *file = fopen(name, "rbe");
    uint8_t *data = NULL;
    if (!file || fstat(fileno(file), &st) < 0)
        error_set(err, "-symbols %s: %s", name, strerror(errno));
    else if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        error_set(err, "-symbols %s: %s", name, S_ISREG(st.st_mode) ? "larger than 2 GB" : "not a file");
    else {
        data = mem_alloc((size_t)st.st_size + 1);
        *size = fread(data, 1, (size_t)st.st_size, file);
    }
    if (file)
        fclose(file);
    return data;
}

static int take_symbols(struct profile *p, const char *name, const uint8_t *data, size_t size, struct error *err)
{
    if (!elf_file_is(data, size))
        return kernel_read_map(&p->kernel, name, (const char *)data, size, err);
    struct elf_file elf;
    if (elf_file_read(&elf, name, data, size, err) < 0)
        return -1;
    if (kernel_take_elf(&p->kernel, &elf.symbols))
        elf_file_free(&elf);
    else
        objects_add(p->objects, name, &elf);
    return 0;
}

static int read_symbols(struct profile *p, const struct profile_options *options, struct error *err)
{
    for (int i = 0; i < options->symbols_count; i++) {
        size_t size = 0;
        uint8_t *data = read_file(options->symbols[i], &size, err);
        int result = data ? take_symbols(p, options->symbols[i], data, size, err) : -1;
        free(data);
        if (result < 0)
            return error_prefix(err, "-symbols");
    }
    return 0;
}

/* ---- sampling ---- */

static uint64_t busy_cycles(const struct profile *p, unsigned core, uint64_t *cycles)
{
    uint64_t idle;
    *cycles = look_at_cycles(p->machine, core, &idle);
    return *cycles - idle;
}

/* When a core will have been busy long enough, if it sleeps no more than it is known to now. It may sleep longer: then this is
   asked again. */
static tick_t next_look(void *owner)
{
    struct profile *p = owner;
    uint64_t first = UINT64_MAX, wakes = look_cycle_at(p->machine, machine_idle_until(p->machine));
    if (wakes == UINT64_MAX)
        return TICK_NEVER;
    for (unsigned i = 0; i < machine_cores(p->machine); i++) {
        uint64_t cycles, busy = busy_cycles(p, i, &cycles);
        cycles = (wakes > cycles ? wakes : cycles) + (p->next[i] > busy ? p->next[i] - busy : 1);
        first = cycles < first ? cycles : first;
    }
    return look_time_of(p->machine, first);
}

static void look_at(struct profile *p, unsigned core)
{
    uint64_t cycles, busy = busy_cycles(p, core, &cycles);
    if (busy < p->next[core])
        return;
    uint64_t weight = (busy - p->next[core]) / p->every + 1;
    p->next[core] += weight * p->every;
    p->samples += weight;
    sampler_take(p->sampler, core, weight);
}

static void look(void *owner)
{
    struct profile *p = owner;
    for (unsigned i = 0; i < machine_cores(p->machine); i++)
        look_at(p, i);
}

/* ---- life ---- */

void profile_drop(struct profile *p)
{
    if (!p)
        return;
    host_loop_remove_observer(p->loop, &p->observer);
    sampler_free(p->sampler);
    tree_free(p->tree);
    objects_free(p->objects);
    kernel_free(&p->kernel);
    free(p->file);
    free(p->picture);
    free(p->line_file);
    free(p);
}

/* OUT.folded -> OUT.svg */
static char *beside(const char *file, const char *ending)
{
    const char *dot = strrchr(file, '.');
    bool has_ending = dot && !strcmp(dot, ".folded");
    return mem_printf("%.*s%s", has_ending ? (int)(dot - file) : (int)strlen(file), file, ending);
}

struct profile *profile_start(const struct profile_options *options, struct machine *machine, struct host_loop *loop,
                              struct error *err)
{
    struct profile *p = mem_alloc(sizeof *p);
    p->loop = loop;
    p->machine = machine;
    p->file = mem_strdup(options->file);
    p->picture = beside(options->file, ".svg");
    p->line_file = beside(options->file, ".lines");
    p->every = options->every;
    for (unsigned i = 0; i < MACHINE_CORES; i++)
        p->next[i] = p->every;
    p->objects = objects_new();
    p->tree = tree_new();
    p->sampler = sampler_new(machine, &p->kernel, p->objects, p->tree);
    p->observer = (struct host_observer){ .next = next_look, .look = look, .owner = p };
    if (save_check("the profile", p->file, err) < 0 || read_symbols(p, options, err) < 0) {
        profile_drop(p);
        return NULL;
    }
    machine_profile(machine, true);
    host_loop_add_observer(loop, &p->observer);
    return p;
}

static void write_folded(FILE *to, const void *profile)
{
    tree_write_folded(((const struct profile *)profile)->tree, to);
}

static void write_flame(FILE *to, const void *profile)
{
    const struct profile *p = profile;
    flame_write(p->tree, p->every, to);
}

/* ---- instructions ---- */

struct collection {
    const struct profile *profile;
    struct lines *lines;
};

static void add_line(void *to, const struct timing_line *l)
{
    struct collection *c = to;
    struct sampler_function f;
    struct lines_row row = { .va = l->va, .insn = l->insn, .count = { l->executions, l->cycles, l->l1d_misses, l->l1i_misses,
                                                                      l->mispredictions } };
    sampler_function(c->profile->sampler, l->va, l->insn, &f);
    row.function_va = f.va;
    row.object = names_number(c->lines->names, f.object, sizeof f.object);
    row.function = names_number(c->lines->names, f.name, sizeof f.name);
    lines_add(c->lines, &row);
}

static void write_lines(FILE *to, const void *lines)
{
    lines_write(lines, to);
}

static int save_lines(struct profile *p, struct error *err)
{
    struct collection c = { p, lines_new() };
    machine_lines(p->machine, add_line, &c);
    lines_sort(c.lines);
    int result = save_file("the profile", p->line_file, write_lines, c.lines, err);
    lines_free(c.lines);
    return result;
}

int profile_finish(struct profile *p, struct error *err)
{
    if (!p)
        return 0;
    tree_sort(p->tree);
    int result = save_file("the profile", p->file, write_folded, p, err);
    if (result == 0)
        result = save_file("the flame graph", p->picture, write_flame, p, err);
    if (result == 0)
        result = save_lines(p, err);
    if (p->kernel.searches && !p->kernel.is_placed)
        host_warn("profile: the kernel's symbols are not in its memory; give its System.map or vmlinux with -symbols");
    else if (p->kernel.is_given && !p->kernel.is_placed)
        host_warn("profile: the kernel's symbols are not those of the kernel that ran");
    profile_drop(p);
    return result;
}
