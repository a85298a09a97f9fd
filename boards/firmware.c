/* SPDX-License-Identifier: MIT */
/* Booting by way of firmware, as QEMU's board does it: the core starts in the flash, finds a device tree where RAM begins, and
   asks fw_cfg for the kernel, the initrd and the command line. There are no ACPI tables: firmware hands the device tree on. */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/blob.h"
#include "boards/board.h"
#include "devices/firmware/fw_cfg.h"

enum { BOOT_DEVICES = 16, BOOT_PATH = 64, BOOT_MENU_WAIT_MS = 5000 };

#define BOOT_LETTERS (1ull << 32)   /* ranks: behind all indices */
#define BOOT_NEVER UINT64_MAX

/* ---- what it is told ---- */

/* A file of the user's as two items: its size, its bytes. */
static int tell_file(struct device *cfg, const char *what, const char *name, uint16_t size_key, uint16_t data_key,
                     struct error *err)
{
    struct blob b;
    if (!name)
        return 0;
    if (blob_read(what, name, &b, err))
        return -1;
    int result = data_key == FW_CFG_KERNEL_DATA && blob_is_gzip(&b) ? blob_unpack(name, &b, err) : 0;
    if (!result) {
        fw_cfg_add_u32(cfg, size_key, (uint32_t)b.size);
        fw_cfg_add(cfg, data_key, b.data, b.size);
    }
    free(b.data);
    return result;
}

/* What can be booted from: the letter of -boot order, the class, and what Open Firmware calls its PCI function and the device. */
static const struct kind { char letter; const char *class, *function, *leaf; } kinds[] = {
    { 'c', "virtio-blk", "scsi", "disk@0,0" }, { 'n', "virtio-net", "ethernet", "ethernet-phy@0" },
};

/* The part of a device that was built. */
static const struct part *part_of(const struct machine *m, const struct device *device)
{
    const struct built *b = m->built;
    while (b->device != device)
        b++;
    return b->part;
}

static unsigned slot_of(const struct part *function)
{
    for (unsigned i = 0; i < PART_OPTIONS && function->options[i].name; i++)
        if (!strcmp(function->options[i].name, "slot"))
            return (unsigned)function->options[i].value;
    bug_on(true);
}

/* Open Firmware's path of a part on a virtio transport, byte for byte as QEMU writes it and EDK II's QemuBootOrderLib reads it:
   an ECAM bridge has no address of its own there, which is all ones. */
static int path_of(const struct machine *m, const struct built *b, const struct kind *kind, char *path, size_t room)
{
    const struct part *transport = part_of(m, b->device->parent);
    if (!strcmp(transport->class, "virtio-pci"))
        return snprintf(path, room, "/pci@%016llx/%s@%x/%s", ~0ull, kind->function, slot_of(transport), kind->leaf);
    return snprintf(path, room, "/virtio-mmio@%016llx/%s", (unsigned long long)transport->base[0], kind->leaf);
}

/* Its place in the order: by its port's index, then by the letter; BOOT_NEVER: it is not named. */
static uint64_t rank_of(const struct machine *m, const struct built *b, const struct kind *kind)
{
    const char *letters = m->config.boot_order, *letter = letters ? strchr(letters, kind->letter) : NULL;
    for (int i = 0; i < m->config.port_count; i++) {
        const struct machine_port *port = &m->config.ports[i];
        if (b->part->port && !strcmp(port->name, b->part->port) && port->has_boot_index)
            return port->boot_index;
    }
    return letter ? BOOT_LETTERS + (uint64_t)(letter - letters) : BOOT_NEVER;
}

/* The file "bootorder": a path a line. */
static int tell_order(struct machine *m, struct device *cfg, struct error *err)
{
    struct { uint64_t rank; const struct built *part; const struct kind *kind; } row, rows[BOOT_DEVICES];
    unsigned count = 0;
    for (unsigned i = 0; i < m->built_count * ARRAY_SIZE(kinds); i++) {
        row.part = &m->built[i / ARRAY_SIZE(kinds)];
        row.kind = &kinds[i % ARRAY_SIZE(kinds)];
        if (strcmp(row.part->part->class, row.kind->class) || (row.rank = rank_of(m, row.part, row.kind)) == BOOT_NEVER)
            continue;
        bug_on(count == BOOT_DEVICES);
        unsigned at = count++;
        for (; at && rows[at - 1].rank > row.rank; at--)
            rows[at] = rows[at - 1];
        rows[at] = row;
    }
    char order[BOOT_DEVICES * BOOT_PATH];
    size_t used = 0;
    for (unsigned i = 0; i < count; i++) {
        used += (size_t)path_of(m, rows[i].part, rows[i].kind, order + used, sizeof order - used);
        bug_on(used >= sizeof order);
        order[used++] = i + 1 < count ? '\n' : 0;
    }
    return used ? fw_cfg_add_file(cfg, "bootorder", order, used, err) : 0;
}

static int tell_menu(const struct machine *m, struct device *cfg, struct error *err)
{
    uint8_t wait[2];
    st_le16(wait, BOOT_MENU_WAIT_MS);
    fw_cfg_add_u16(cfg, FW_CFG_BOOT_MENU, m->config.boot_menu);
    return m->config.boot_menu ? fw_cfg_add_file(cfg, "etc/boot-menu-wait", wait, sizeof wait, err) : 0;
}

int firmware_tell(struct machine *m, struct error *err)
{
    static const uint8_t no_uuid[16];
    const struct machine_config *c = &m->config;
    struct device *cfg = m->board->fw_cfg ? machine_part(m, m->board->fw_cfg) : NULL;
    if (!cfg)
        return error_set(err, "machine %s runs no firmware; use -kernel", m->board->name);
    fw_cfg_add(cfg, FW_CFG_UUID, no_uuid, sizeof no_uuid);
    fw_cfg_add_u16(cfg, FW_CFG_NOGRAPHIC, !board_port(m, "display0", PORT_DISPLAY));
    fw_cfg_add_u16(cfg, FW_CFG_NB_CPUS, (uint16_t)machine_cores(m));
    fw_cfg_add_u16(cfg, FW_CFG_MAX_CPUS, (uint16_t)machine_cores(m));
    if (tell_file(cfg, "kernel", c->kernel, FW_CFG_KERNEL_SIZE, FW_CFG_KERNEL_DATA, err)
        || tell_file(cfg, "initrd", c->initrd, FW_CFG_INITRD_SIZE, FW_CFG_INITRD_DATA, err))
        return -1;
    if (c->append) {
        fw_cfg_add_u32(cfg, FW_CFG_CMDLINE_SIZE, (uint32_t)strlen(c->append) + 1);
        fw_cfg_add(cfg, FW_CFG_CMDLINE_DATA, c->append, strlen(c->append) + 1);
    }
    return tell_order(m, cfg, err) || tell_menu(m, cfg, err) ? -1 : 0;
}

/* ---- its start ---- */

/* Into the first flash bank, which cannot be stored to: this is how it comes from the factory. */
static int load_bios(struct machine *m, gpa_t at, struct error *err)
{
    struct blob b;
    uint64_t offset;
    const struct region *r = space_find(&m->space, at, &offset);
    if (blob_read("firmware", m->config.bios, &b, err))
        return -1;
    int result = b.size && b.size <= r->size ? 0 : -1;
    if (result) {
        error_set(err, "the firmware '%s' has %zu bytes; it must have 1 to %llu, the size of the flash", m->config.bios, b.size,
                  (unsigned long long)r->size);
    } else {
        ram_will_change(r->ram, 0, b.size);
        memcpy(r->ram->host, b.data, b.size);
    }
    free(b.data);
    return result;
}

static gpa_t flash_base(const struct machine *m)
{
    const struct board *board = m->board;
    unsigned i = 0;
    while (i < board->part_count && strcmp(board->parts[i].id, board->flash))
        i++;
    bug_on(i == board->part_count);
    return board->parts[i].base[0];
}

int firmware_start(struct machine *m, struct error *err)
{
    m->entry = flash_base(m);
    m->fdt_at = m->board->ram_base;
    if ((m->config.bios && load_bios(m, m->entry, err)) || boot_put(m, "the device tree", m->fdt_at, m->fdt, m->fdt_size, err))
        return -1;
    m->cpu->cpu.pc = m->entry;
    return 0;
}
