/* SPDX-License-Identifier: MIT */
/* A machine: a board built from its table. It owns all its parts and has no globals, so several can live in one process. A front
   end describes one with a machine_config, attaches host ports, and then owns the loop: it calls machine_run again and again. */
#ifndef BOARDS_MACHINE_H
#define BOARDS_MACHINE_H

#include "base/error.h"
#include "base/types.h"
#include "bus/device.h"
#include "cpu/timing/timing.h"

/* A host port by the name the board's table uses: serial0; console0, console1; drive0…7; pflash0…1; nic0…3; display0; keyboard0;
   tablet0; mouse0; audio0; power. */
struct machine_port {
    char name[16];
    enum port_kind kind;
    void *port;               /* struct chardev, blockdev, … ; outlives the machine */
    bool has_boot_index;
    uint32_t boot_index;      /* for the firmware: lower ones are tried first */
};

enum { MACHINE_PORTS = 32, RAM_MAX_GIB = 16, MACHINE_CORES = 8, MACHINE_WIDTH = 1024, MACHINE_HEIGHT = 768 };

struct machine_config {
    const char *board;        /* a name of boards/boards.def */
    const char *cpu;          /* "cortex-a53" */
    unsigned cores;           /* 1 to MACHINE_CORES */
    const struct core_model *core;    /* its timing; NULL: the default board's. Copied by machine_new. */
    bool crypto;              /* the core has the Cryptographic Extension */
    enum timing_mode timing;  /* at power on; machine_defaults: TIMING_ON */
    const char *display_device;   /* "virtio-gpu", "simple-framebuffer", "ramfb" or "none" */
    const char *pointer_device;   /* "virtio-tablet", absolute, or "virtio-mouse", relative */
    bool virtio_is_on_pci;    /* else on virtio-mmio */
    unsigned display_width, display_height;   /* what a virtio-gpu offers at power on */
    uint64_t ram_size;        /* bytes */
    const char *kernel;       /* file names, or NULL */
    const char *initrd;
    const char *append;
    const char *dtb;          /* NULL: made from the board's table */
    const char *bios;         /* a firmware: the core starts with it, and finds kernel, initrd and append in fw_cfg. So it is too
                                 with a port "pflash0", which holds the firmware then */
    const char *boot_order;   /* for the firmware: letters c (disks) and n (network), behind what has a boot index; or NULL */
    bool boot_menu;           /* for the firmware: show one */
    const void *kernel_image; /* instead of `kernel`: an image in memory (the embedded demo) */
    size_t kernel_image_size;
    uint64_t start_seconds;   /* the real-time clock at power on, seconds since 1970 */
    uint64_t seed;            /* of the entropy device and of kaslr/rng seeds in the device tree */
    struct machine_port ports[MACHINE_PORTS];
    int port_count;
};

/* Fills in the defaults: board virt, cortex-a53, 1 GiB, virtio-gpu, a fixed start time and seed. */
void machine_defaults(struct machine_config *config);

/* Attaches a port; false when the table is full. `name` as above. */
bool machine_attach(struct machine_config *config, const char *name, enum port_kind kind, void *port);

/* The place of the port attached last in the firmware's boot order, before all that have none. False: another one has it. */
bool machine_set_boot_index(struct machine_config *config, uint32_t index);

/* Builds the board, loads what is to be booted, resets. Returns NULL and fills err with what the user should know. */
struct machine *machine_new(const struct machine_config *config, struct error *err);
void machine_free(struct machine *machine);

enum machine_stop {
    MACHINE_REACHED,     /* virtual time is at or a little past `until`: one block, with several cores a few microseconds */
    MACHINE_POWER_OFF,   /* the guest switched itself off */
    MACHINE_RESET,       /* the guest asked for a reset; call machine_reset to obey, or stop */
    MACHINE_HALTED       /* the guest cannot go on: no interrupt can ever wake a core */
};

/* Runs until virtual time `until`, or a stop. Idle time is skipped, not spent. Deterministic; never blocks. */
enum machine_stop machine_run(struct machine *machine, tick_t until);

/* From within machine_run, by a port: it returns at the first block end at or after `at`, if it would have run further. */
void machine_run_until(struct machine *machine, tick_t at);

/* As the reset line does: every part to its power-on state, RAM kept, kernel loaded again. */
void machine_reset(struct machine *machine);

tick_t machine_now(const struct machine *machine);

/* While all cores sleep (WFI): the time of the next event, when one may wake by itself. While one runs: machine_now. A paced
   front end sleeps on the host until then, or until an input arrives. */
tick_t machine_idle_until(const struct machine *machine);

/* How many cores there are; what has no number of a core below is of all of them together, or of the first. */
unsigned machine_cores(const struct machine *machine);

uint64_t machine_instructions(const struct machine *machine);
uint64_t machine_core_instructions(const struct machine *machine, unsigned core);

/* The share of its time that a core was awake, 0 to 1. */
double machine_core_awake(const struct machine *machine, unsigned core);

/* Time keeping of the cores: may be changed while the machine is stopped between two machine_run; the guest goes on. */
enum timing_mode machine_timing(const struct machine *machine);
void machine_set_timing(struct machine *machine, enum timing_mode mode);

/* Everything the cores' models have counted (zeroes while timing was off), one core's part of it, and their work. */
void machine_counters(struct machine *machine, struct counters *sum);
void machine_core_counters(struct machine *machine, unsigned core, struct counters *sum);
void machine_timing_work(struct machine *machine, struct timing_work *work);

/* Counts for each instruction of all cores, one by one, and a look at each of the first core as it issues: timing_profile,
   timing_lines and timing_trace of cpu/timing/timing.h. */
void machine_profile(struct machine *machine, bool on);
void machine_lines(struct machine *machine, void (*line)(void *to, const struct timing_line *l), void *to);
void machine_trace(struct machine *machine, void (*step)(void *to, const struct timing_step *s), void *to);

const struct core_model *machine_core(const struct machine *machine);

/* What the engine was busy with, for -stats: lines "what: number". Not part of the machine's state. */
void machine_statistics(const struct machine *machine, void (*line)(void *to, const char *text), void *to);

/* A hash over every part's state, the core and RAM: equal for equal runs. */
uint64_t machine_hash(const struct machine *machine);

/* The device tree of the built machine: a blob and its size in bytes. Owned by the machine. */
const void *machine_device_tree(const struct machine *machine, size_t *size);

/* The part with this id, or NULL. */
struct device *machine_part(const struct machine *machine, const char *id);

/* The CPU's address space: for the monitor, the debugger and tests. */
struct space *machine_space(const struct machine *machine);

/* The names of the boards there are; NULL behind the last. */
const char *machine_board(unsigned index);

/* The page of the board of this name (there must be one), line by line, from its table: parts, addresses, wires, ports. */
void machine_describe(const char *board, void (*line)(void *to, const char *text), void *to);

#endif
