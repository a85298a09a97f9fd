/* SPDX-License-Identifier: MIT */
/* What starts the machine, and what it is. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "boards/machine.h"
#include "frontends/cli/cores.h"
#include "frontends/cli/parse.h"

enum { RAM_MIN_MIB = 64, BOARDS_MAX = 16 };

static int set_kernel(struct options *o, const char *value, struct error *err) { (void)err; o->kernel = value; return 0; }
static int set_initrd(struct options *o, const char *value, struct error *err) { (void)err; o->initrd = value; return 0; }
static int set_append(struct options *o, const char *value, struct error *err) { (void)err; o->append = value; return 0; }
static int set_dtb(struct options *o, const char *value, struct error *err) { (void)err; o->dtb = value; return 0; }
static int set_bios(struct options *o, const char *value, struct error *err) { (void)err; o->bios = value; return 0; }
static int set_name(struct options *o, const char *value, struct error *err) { (void)err; o->name = value; return 0; }

static int set_machine_type(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    const char *name, *names[BOARDS_MAX];
    size_t count = 0;
    for (; count < BOARDS_MAX && (name = machine_board((unsigned)count)); count++) {
        names[count] = name;
        if (!strcmp(name, value)) {
            o->machine = name;
            return 0;
        }
    }
    const char *nearest = nearest_word(value, names, count);
    return error_set(err, "there is no machine '%s'; there is %s", value, nearest ? nearest : names[0]);
}

static int set_info(void *to, const char *value, struct error *err)
{
    return parse_switch("-machine info", value, &((struct options *)to)->describes_machine, err);
}

static int set_dumpdtb(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-machine: dumpdtb needs a file name, as in dumpdtb=virt.dtb");
    free(o->dumpdtb);
    o->dumpdtb = mem_strdup(value);
    return 0;
}

/* Where virtio devices are. */
static int set_virtio(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->virtio_is_on_pci = !strcmp(value, "pci");
    if (!o->virtio_is_on_pci && strcmp(value, "mmio"))
        return error_set(err, "-machine: virtio=%s is neither mmio nor pci", value);
    return 0;
}

static int set_machine(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "type", set_machine_type }, { "virtio", set_virtio }, { "dumpdtb", set_dumpdtb },
                                             { "info", set_info } };
    return parse_list("-machine", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_memory(struct options *o, const char *value, struct error *err)
{
    const char *size = strncmp(value, "size=", 5) ? value : value + 5;
    if (parse_size("-m", size, MIB, &o->ram_size, err) < 0)
        return -1;
    if (o->ram_size < RAM_MIN_MIB * MIB || o->ram_size > RAM_MAX_GIB * GIB)
        return error_set(err, "-m %s is outside what the machine can have: %d MiB to %d GiB; write for example -m 1G", size,
                         RAM_MIN_MIB, RAM_MAX_GIB);
    o->ram_size = (o->ram_size + MIB - 1) / MIB * MIB;
    return 0;
}

/* QEMU's words for the same number: how many cores, of which none comes later. */
static int set_cpus(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    uint64_t number = 0;
    if (parse_number("-smp", value, MACHINE_CORES, &number, NULL) < 0 || !number)
        return error_set(err, "-smp: '%s' is not a number of cores from 1 to %d", value, MACHINE_CORES);
    if (o->cores && o->cores != number)
        return error_set(err, "-smp: %s cores and %u contradict each other; the machine has all its cores from power on, in one "
                         "cluster", value, o->cores);
    o->cores = (unsigned)number;
    return 0;
}

/* … and for what there is one of. */
static int set_one(void *to, const char *value, struct error *err)
{
    (void)to;
    return strcmp(value, "1") ? error_set(err, "-smp: the cores are one cluster without threads; write -smp N") : 0;
}

static int set_smp(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "cpus", set_cpus }, { "maxcpus", set_cpus }, { "cores", set_cpus }, { "sockets", set_one }, { "dies", set_one },
        { "clusters", set_one }, { "threads", set_one },
    };
    o->cores = 0;
    return parse_list("-smp", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_boot_order(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || value[strspn(value, "cn")])
        return error_set(err, "-boot: '%s' is no order; c is a disk and n the network, as in order=cn", value);
    free(o->boot_order);
    o->boot_order = mem_strdup(value);
    return 0;
}

static int set_boot_menu(void *to, const char *value, struct error *err)
{
    return parse_switch("-boot menu", value, &((struct options *)to)->boot_menu, err);
}

static int set_boot(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "order", set_boot_order }, { "menu", set_boot_menu } };
    return parse_list("-boot", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_seed(struct options *o, const char *value, struct error *err)
{
    o->seed_kind = SEED_RANDOM;
    if (!strcmp(value, "random"))
        return 0;
    o->seed_kind = SEED_GIVEN;
    return parse_number("-seed", value, UINT64_MAX, &o->seed, err);
}

const struct option_row options_boot[] = {
    { "kernel", "FILE", set_kernel },
    { "initrd", "FILE", set_initrd },
    { "dtb", "FILE", set_dtb },
    { "bios", "FILE", set_bios },
    { "pflash", "FILE", options_set_pflash },
    { "append", "TEXT", set_append },
    { "boot", "order=cn", set_boot },
    { NULL, NULL, NULL }
};

const struct option_row options_machine[] = {
    { "machine", "virt[,virtio=mmio|pci][,dumpdtb=FILE][,info]", set_machine },
    { "seed", "N|random", set_seed },
    { "cpu", "CORE[,board=BOARD,crypto=on]", cores_set_cpu },
    { "m", "SIZE", set_memory },
    { "smp", "N", set_smp },
    { "name", "TEXT", set_name },
    { NULL, NULL, NULL }
};

const struct option_row options_machine_aliases[] = {
    { "M", "virt", set_machine },
    { NULL, NULL, NULL }
};
