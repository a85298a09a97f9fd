/* SPDX-License-Identifier: MIT */
/* A board is a table of parts. From the one table come address map, wiring, device tree, `info board` and the page in the
   docs; what a table cannot say goes in the board's short functions. */
#ifndef BOARDS_BOARD_H
#define BOARDS_BOARD_H

#include "boards/machine.h"
#include "cpu/arm64/arm64.h"

enum { PART_REGIONS = 4, PART_WIRES = 3, PART_OPTIONS = 4, BOARD_PARTS = 128 };

/* A wire from one of the part's pins ("irq", "irq[2]") to an input of another part. With a count it is as many wires, from pins
   and to inputs that follow one another. To "cpu": from an array of pins, the nth to this input of core n. */
struct wire {
    const char *pin, *to;
    unsigned input, count;
};

struct part_option {
    const char *name;
    uint64_t value;
};

/* When a part is built. */
enum part_when {
    PART_ALWAYS,
    PART_IF_PORT,       /* only if the user attached its port, or one of them: a disk, a network card */
    PART_IF_DISPLAY,    /* only if its class is the chosen display device */
    PART_IF_POINTER,    /* only if its class is the chosen pointer */
    PART_IF_PCI         /* only if virtio devices are on PCI */
};

struct part {
    const char *id, *class;
    gpa_t base[PART_REGIONS];          /* of the class's regions, in order */
    const char *parent;                /* the part it sits on, or NULL */
    const char *on_pci;                /* instead, if virtio devices are on PCI */
    const char *port, *port2;          /* the machine's ports that its first and its second port get, or NULL */
    enum part_when when;
    struct wire wires[PART_WIRES];
    struct part_option options[PART_OPTIONS];
};

struct board {
    const char *name, *title;
    const char *compatible;            /* of the device tree's root */
    const struct part *parts;
    unsigned part_count;
    struct wire core_wires[3];         /* of each core's generic timers: virtual, physical; of its performance monitors. `to` is
                                          an interrupt controller, whose inputs of core n are 32 * n further */
    gpa_t ram_base;
    const char *flash, *fw_cfg;        /* the parts that firmware starts from and asks; NULL: it runs none */
    const char *cpu;
    /* Fills part options that depend on the configuration; before init. May be NULL. */
    void (*options)(struct machine *m, const struct part *part, struct device *device);
    /* Adds to the device tree what no part stands for: cpus, timer, firmware. */
    void (*tree)(struct machine *m, void *fdt);
};

#define BOARD(symbol) extern const struct board board_##symbol;
#include "boards/boards.def"
#undef BOARD

/* 213 days after power on virtual time has no more numbers; a guest that sleeps gets there fast at full speed. */
#define BOARD_END_OF_TIME (TICK_NEVER - 2 * TICKS_PER_SECOND)

/* The board of this name, or NULL. */
const struct board *board_find(const char *name);

/* Was a port of this name and kind attached? Its port struct, or NULL. */
void *board_port(const struct machine *m, const char *name, enum port_kind kind);

/* A part as built. */
struct built {
    const struct part *part;
    struct device *device;
};

struct machine {
    const struct board *board;
    struct machine_config config;
    struct core_model core;   /* what config.core points to */
    struct clock clock;
    struct space space;
    struct ram *ram;
    struct arm64 *cores[MACHINE_CORES];
    unsigned core_count;
    struct arm64 *cpu;        /* the first core, which boots */
    struct device *gic;       /* is told which core executes; NULL: there is none */
    struct built built[BOARD_PARTS];
    unsigned built_count;
    void *fdt;
    size_t fdt_size;
    gpa_t entry, fdt_at;
    gpa_t reserved;           /* from here to the end of RAM is the board's own (a framebuffer); 0: nothing */
    enum machine_stop stop;   /* MACHINE_REACHED: go on */
    tick_t until;             /* where the present machine_run ends */
    struct event until_event; /* makes the core leave its blocks there, when that was said within the run */
};

/* The part that this one sits on in this machine, or NULL. */
const char *board_parent(const struct machine *m, const struct part *part);

/* boards/build.c: makes all parts of the table that the configuration wants. */
int board_build(struct machine *m, struct error *err);
void board_reset(struct machine *m);
void board_free(struct machine *m);

/* Stores a named option of a device, before init; a bug if it has none of that name. */
void board_option(struct device *device, const char *name, uint64_t value);

/* boards/tree.c: the device tree from the table; *m->fdt afterwards. */
int tree_make(struct machine *m, struct error *err);

/* boards/boot.c: kernel, initrd and device tree into RAM; sets entry and fdt_at. Called at every reset. */
int boot_load(struct machine *m, struct error *err);

/* Bytes into RAM that is not the board's own; -1 when they do not fit. `what` they are, for the message. */
int boot_put(struct machine *m, const char *what, gpa_t at, const void *data, size_t size, struct error *err);

/* Does a firmware start, rather than a kernel? */
bool boot_has_firmware(const struct machine *m);

/* boards/firmware.c: what firmware is told by fw_cfg, once; and at every reset, its start in place of a kernel's. */
int firmware_tell(struct machine *m, struct error *err);
int firmware_start(struct machine *m, struct error *err);

/* boards/cores.c: machine_run for several cores; m->until has become earlier meanwhile. */
enum machine_stop cores_run(struct machine *m);
void cores_until_changed(struct machine *m);

/* boards/psci.c: ARM DEN 0022. */
uint64_t psci_call(void *machine, struct arm64 *caller, const uint64_t args[4]);

#endif
