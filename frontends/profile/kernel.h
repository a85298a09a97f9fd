/* SPDX-License-Identifier: MIT */
/* What is known of the guest's Linux kernel: its symbols, how far it has been moved by KASLR, and from these where the running
   process keeps its name and its user registers. */
#ifndef FRONTENDS_PROFILE_KERNEL_H
#define FRONTENDS_PROFILE_KERNEL_H

#include "base/error.h"
#include "boards/look.h"
#include "frontends/profile/symbols.h"

enum { KERNEL_MARK = 256 };

struct kernel {
    struct symbols symbols;
    bool is_given;            /* by the user: not to be looked for in the guest */
    bool is_placed;           /* `slide` is right for the kernel that runs */
    uint64_t slide;           /* running address = symbol's + slide */
    gva_t vectors;            /* where its exception vectors are, when it is placed, and what they begin with */
    uint8_t mark[KERNEL_MARK];
    gva_t vbar_seen;          /* what VBAR_EL1 was when it was looked at last */
    unsigned searches;
    uint64_t ttbr1;           /* of the kernel's tables: user programs may run with others */
    gva_t entry_task;         /* the per-CPU variable with the running task; 0: not known */
    unsigned comm_at;         /* where in a task its name is; 0: not known */
    unsigned comm_searches;
};

/* Takes a System.map. 0, or -1 with err filled. */
int kernel_read_map(struct kernel *kernel, const char *name, const char *text, size_t size, struct error *err);

/* Takes an ELF file's symbols if it is a kernel's; else leaves them and says false. */
bool kernel_take_elf(struct kernel *kernel, struct symbols *symbols);

void kernel_free(struct kernel *kernel);

/* To be called with the core at EL1: learns what there is to learn. True when symbols moved: forget what was looked up. */
bool kernel_look(struct kernel *kernel, const struct machine *machine, const struct look_core *core);

/* The function at a running address, or NULL. */
const struct symbol *kernel_symbol(const struct kernel *kernel, gva_t va);

/* The tables with which kernel memory can be read, also while a user program runs. */
struct look_tables kernel_tables(const struct kernel *kernel, const struct look_core *core);

/* The name of the running task; false when it is not known. */
bool kernel_task_name(const struct kernel *kernel, const struct machine *machine, const struct look_core *core, char name[17]);

/* The registers with which a user program entered the kernel. */
struct kernel_user {
    gva_t pc, fp, lr;
    struct look_tables tables;
};

/* From where a kernel stack's chain of frames ended (stack.h). False: no user program is behind it. */
bool kernel_user_registers(const struct kernel *kernel, const struct machine *machine, const struct look_core *core, gva_t end,
                           struct kernel_user *user);

#endif
