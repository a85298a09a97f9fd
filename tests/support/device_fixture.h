/* SPDX-License-Identifier: MIT */
/* A machine without a board and a core, to test devices in: a clock, an address space with RAM, and the parts a test asks for,
   each with its registers mapped and a probe on each of its output wires. A test's mistake (no such option, nothing at an
   address) fails the test.

       struct device_fixture *f = device_fixture_new();
       struct device *uart = device_fixture_add(f, "pl011");
       device_fixture_attach(uart, "chardev", &line);
       device_fixture_start(f);
       device_fixture_write(f, device_fixture_base(f, uart, "regs") + 0x30, 4, 0x301);
       ck_assert(device_fixture_level(f, uart, "irq", 0));
       device_fixture_free(f);
*/
#ifndef TESTS_SUPPORT_DEVICE_FIXTURE_H
#define TESTS_SUPPORT_DEVICE_FIXTURE_H

#include "bus/device.h"

enum { FIXTURE_IO = 0x08000000, FIXTURE_RAM = 0x40000000, FIXTURE_RAM_SIZE = 0x04000000 };
#define FIXTURE_WINDOWS 0x100000000ull   /* regions of 16 MiB and more begin here */
enum { FIXTURE_PARTS = 8, FIXTURE_PROBES = 128 };

/* Listens to one output wire, counts, and passes the level on to a part if device_fixture_connect said so. */
struct device_fixture_probe {
    struct irq *wire;
    struct device *to;
    unsigned input;
    unsigned rises, falls;
};

struct device_fixture {
    struct clock clock;
    struct space space;
    struct ram *ram;
    struct device *parts[FIXTURE_PARTS];
    int part_count;
    struct device_fixture_probe probes[FIXTURE_PROBES];
    int probe_count;
    gpa_t next_base, next_window;
};

struct device_fixture *device_fixture_new(void);
void device_fixture_free(struct device_fixture *f);

/* Makes a part of the class of this name, its options at their fallbacks. A part that sits on another one (device.parent) is
   added after it, and the test sets `parent`. */
struct device *device_fixture_add(struct device_fixture *f, const char *class_name);
void device_fixture_option(struct device *part, const char *option, uint64_t value);
void device_fixture_text(struct device *part, const char *option, const char *text);
void device_fixture_attach(struct device *part, const char *port, void *host);

/* Drives input `input` of part `to` from an output wire; before or after the start. */
void device_fixture_connect(struct device_fixture *f, struct device *from, const char *pin, unsigned index,
                            struct device *to, unsigned input);

/* Inits every part, maps their regions from FIXTURE_IO on, resets. try_start hands back what the first failing init said. */
void device_fixture_start(struct device_fixture *f);
int device_fixture_try_start(struct device_fixture *f, struct error *err);

/* Machine reset. */
void device_fixture_reset(struct device_fixture *f);

gpa_t device_fixture_base(const struct device_fixture *f, const struct device *part, const char *region);

/* One access by the CPU, which must be answered. */
uint64_t device_fixture_read(const struct device_fixture *f, gpa_t at, unsigned size);
void device_fixture_write(const struct device_fixture *f, gpa_t at, unsigned size, uint64_t value);

/* An input wire of a part. */
void device_fixture_input(struct device *part, unsigned input, bool level);

/* An output wire: its level now, and how often it rose since the start. */
bool device_fixture_level(const struct device_fixture *f, const struct device *part, const char *pin, unsigned index);
unsigned device_fixture_rises(const struct device_fixture *f, const struct device *part, const char *pin, unsigned index);

/* Lets virtual time pass; events fire at their deadlines. */
void device_fixture_run(struct device_fixture *f, tick_t ticks);

/* Hash of the state of all parts. */
uint64_t device_fixture_hash(const struct device_fixture *f);

/* A guest gone mad: `steps` random loads and stores of all sizes, aligned and not, over the part's regions, with time passing and
   input wires below `inputs` toggling in between. Returns device_fixture_hash: equal for equal seeds. */
uint64_t device_fixture_hammer(struct device_fixture *f, struct device *part, unsigned inputs, int steps, uint64_t seed);

#endif
