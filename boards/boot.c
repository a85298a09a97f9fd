/* SPDX-License-Identifier: MIT */
/* Direct boot: the kernel (arm64 Image, plain or gzip, or a bare ELF), the initrd and the device tree go into RAM as a boot
   loader would put them (Linux, Documentation/arm64/booting.rst). Every header is checked: the files are the user's, and may
   be anything. */
#include <elf.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "boards/blob.h"
#include "boards/board.h"

enum { IMAGE_MAGIC = 0x644d5241, IMAGE_HEADER = 64, IMAGE_BIG_ENDIAN = 1, TEXT_OFFSET_OLD = 0x80000,
       TREE_ALIGN = 2 << 20, TREE_ROOM = 2 << 20 };

int boot_put(struct machine *m, const char *what, gpa_t at, const void *data, size_t size, struct error *err)
{
    bool meets_reserved = m->reserved && at + size > m->reserved;
    if (meets_reserved || !space_write(&m->space, at, data, size))
        return error_set(err, "%s (%zu KiB at 0x%llx) does not fit into the %llu MiB of memory; try a larger -m", what,
                         size >> 10, (unsigned long long)at, (unsigned long long)(m->ram->size / MIB));
    return 0;
}

static int zero(struct machine *m, gpa_t at, uint64_t size)
{
    void *host = space_host(&m->space, at, size, true);
    if (!host)
        return -1;
    memset(host, 0, size);
    return 0;
}

/* ---- kernels ---- */

/* How long the file has to be, or 0 if it does not say: image_size counts uninitialised data too, but an Image with an EFI stub
   is also a PE file (PE/COFF specification, "Section Table"), and its sections lie inside the file. */
static uint64_t image_file_size(const struct blob *k)
{
    enum { PE_HEADER = 24, SECTION = 40 };
    uint64_t pe = ld_le32(k->data + 60), wanted = 0;
    if (memcmp(k->data, "MZ", 2) || k->size < PE_HEADER || pe > k->size - PE_HEADER || memcmp(k->data + pe, "PE\0\0", 4))
        return 0;
    unsigned count = ld_le16(k->data + pe + 6);
    for (uint64_t at = pe + PE_HEADER + ld_le16(k->data + pe + 20); count-- && at + SECTION <= k->size; at += SECTION) {
        uint64_t end = (uint64_t)ld_le32(k->data + at + 16) + ld_le32(k->data + at + 20);
        wanted = end > wanted ? end : wanted;
    }
    return wanted;
}

/* Loads an Image; *end is the first byte behind it, its uninitialised data included. */
static int load_image(struct machine *m, const struct blob *k, gpa_t *end, struct error *err)
{
    uint64_t offset = ld_le64(k->data + 8), size = ld_le64(k->data + 16);
    if (ld_le64(k->data + 24) & IMAGE_BIG_ENDIAN)
        return error_set(err, "the kernel is big-endian; this machine runs little-endian AArch64");
    if (image_file_size(k) > k->size)
        return error_set(err, "the kernel is cut short: %zu of its %llu bytes are there; fetch it again", k->size,
                         (unsigned long long)image_file_size(k));
    if (!size)   /* before Linux 3.17 */
        offset = TEXT_OFFSET_OLD;
    if (size < k->size)
        size = k->size;
    if (offset > m->ram->size || size > m->ram->size - offset)
        return error_set(err, "the kernel needs %llu MiB of memory; try a larger -m",
                         (unsigned long long)((offset + size) / MIB + 1));
    m->entry = m->board->ram_base + offset;
    *end = m->entry + size;
    return boot_put(m, "the kernel", m->entry, k->data, k->size, err);
}

static int load_segment(struct machine *m, const struct blob *k, const Elf64_Phdr *ph, gpa_t *end, struct error *err)
{
    uint64_t offset = le64(ph->p_offset), at = le64(ph->p_paddr), size = le64(ph->p_filesz), memory = le64(ph->p_memsz);
    if (offset > k->size || size > k->size - offset || memory < size)
        return error_set(err, "the ELF kernel is cut short or damaged");
    if (!memory)
        return 0;   /* an empty segment may have any address */
    if (boot_put(m, "an ELF segment", at, k->data + offset, size, err))
        return -1;
    if (memory > size && zero(m, at + size, memory - size))
        return error_set(err, "an ELF segment at 0x%llx does not fit into memory; is the kernel linked for this board "
                         "(RAM starts at 0x%llx)?",
                         (unsigned long long)at, (unsigned long long)m->board->ram_base);
    if (at + memory > *end)
        *end = at + memory;
    return 0;
}

static int load_elf(struct machine *m, const struct blob *k, gpa_t *end, struct error *err)
{
    Elf64_Ehdr eh;
    if (k->size < sizeof eh)
        return error_set(err, "the ELF kernel is cut short");
    memcpy(&eh, k->data, sizeof eh);
    if (eh.e_ident[EI_CLASS] != ELFCLASS64 || eh.e_ident[EI_DATA] != ELFDATA2LSB || le16(eh.e_machine) != EM_AARCH64)
        return error_set(err,
                         "the ELF kernel is for another processor (machine %u); this machine runs 64-bit little-endian AArch64",
                         le16(eh.e_machine));
    uint64_t table = le64(eh.e_phoff);
    unsigned count = le16(eh.e_phnum);
    if (le16(eh.e_phentsize) != sizeof(Elf64_Phdr) || table > k->size || count * sizeof(Elf64_Phdr) > k->size - table)
        return error_set(err, "the ELF kernel is cut short or damaged");
    *end = m->board->ram_base;
    for (unsigned i = 0; i < count; i++) {
        Elf64_Phdr ph;
        memcpy(&ph, k->data + table + i * sizeof ph, sizeof ph);
        if (le32(ph.p_type) == PT_LOAD && load_segment(m, k, &ph, end, err))
            return -1;
    }
    m->entry = le64(eh.e_entry);
    return 0;
}

static int load_kernel(struct machine *m, const struct blob *k, gpa_t *end, struct error *err)
{
    if (k->size >= SELFMAG && !memcmp(k->data, ELFMAG, SELFMAG))
        return load_elf(m, k, end, err);
    if (k->size >= IMAGE_HEADER && ld_le32(k->data + 56) == IMAGE_MAGIC)
        return load_image(m, k, end, err);
    return error_set(err, "the kernel is neither an arm64 Image (plain or gzip) nor an ELF file%s",
                     k->size < IMAGE_HEADER ? "; it is nearly empty" : "");
}

/* ---- initrd and device tree ---- */

static void set_cell_pair(void *fdt, const char *name, uint64_t value)
{
    value = be64(value);
    fdt_setprop_inplace(fdt, fdt_path_offset(fdt, "/chosen"), name, &value, sizeof value);
}

/* Behind the kernel and not before 128 MiB (half of a small RAM), which leaves the kernel room to move. */
static int load_initrd(struct machine *m, gpa_t kernel_end, gpa_t place[2], struct error *err)
{
    struct blob b;
    gpa_t base = m->board->ram_base;
    uint64_t apart = m->ram->size / 2 < 128 * MIB ? m->ram->size / 2 : 128 * MIB;
    gpa_t at = align_up(kernel_end > base + apart ? kernel_end : base + apart, 4096);
    if (blob_read("initrd", m->config.initrd, &b, err))
        return -1;
    int result = boot_put(m, "the initrd", at, b.data, b.size, err);
    place[0] = at;
    place[1] = at + b.size;
    if (!result && !m->config.dtb) {
        set_cell_pair(m->fdt, "linux,initrd-start", place[0]);
        set_cell_pair(m->fdt, "linux,initrd-end", place[1]);
    }
    free(b.data);
    return result;
}

/* A tree of the user's own: checked by libfdt, and given the bootargs and initrd that the options name. */
static int read_tree(struct machine *m, struct error *err)
{
    struct blob b;
    if (blob_read("device tree", m->config.dtb, &b, err))
        return -1;
    if (b.size < sizeof(struct fdt_header) || fdt_check_full(b.data, b.size)) {   /* all of it: the file may be anything */
        free(b.data);
        return error_set(err, "'%s' is not a device tree blob; make one with dtc -O dtb", m->config.dtb);
    }
    free(m->fdt);
    m->fdt_size = fdt_totalsize(b.data) + TREE_ROOM / 2;
    m->fdt = mem_alloc(m->fdt_size);
    int result = fdt_open_into(b.data, m->fdt, (int)m->fdt_size);
    free(b.data);
    int chosen = result ? result : fdt_path_offset(m->fdt, "/chosen");
    if (chosen == -FDT_ERR_NOTFOUND)
        chosen = fdt_add_subnode(m->fdt, 0, "chosen");
    if (chosen < 0)
        return error_set(err, "'%s': %s", m->config.dtb, fdt_strerror(chosen));
    if (m->config.append && fdt_setprop_string(m->fdt, chosen, "bootargs", m->config.append))
        return error_set(err, "-append is too long for the device tree");
    return 0;
}

static int load_tree(struct machine *m, gpa_t start, const gpa_t initrd[2], struct error *err)
{
    if (m->config.dtb && initrd[1]) {
        int chosen = fdt_path_offset(m->fdt, "/chosen");
        fdt_setprop_u64(m->fdt, chosen, "linux,initrd-start", initrd[0]);
        fdt_setprop_u64(m->fdt, chosen, "linux,initrd-end", initrd[1]);
    }
    m->fdt_at = align_up(start, TREE_ALIGN);
    return boot_put(m, "the device tree", m->fdt_at, m->fdt, m->fdt_size, err);
}

bool boot_has_firmware(const struct machine *m)
{
    return m->config.bios || board_port(m, "pflash0", PORT_BLOCKDEV);
}

int boot_load(struct machine *m, struct error *err)
{
    const struct machine_config *config = &m->config;
    if (config->dtb && read_tree(m, err))
        return -1;
    if (boot_has_firmware(m))
        return firmware_start(m, err);
    gpa_t end = m->board->ram_base;
    struct blob k = { (uint8_t *)config->kernel_image, config->kernel_image_size };
    if (!config->kernel && !config->kernel_image)
        return error_set(err, "there is nothing to boot: name a kernel with -kernel FILE");
    if (config->kernel && blob_read("kernel", config->kernel, &k, err))
        return -1;
    int result = config->kernel && blob_is_gzip(&k) ? blob_unpack(config->kernel, &k, err) : 0;
    if (!result)
        result = load_kernel(m, &k, &end, err);
    if (config->kernel)
        free(k.data);
    if (result)
        return config->kernel ? error_prefix(err, "%s", config->kernel) : -1;
    gpa_t initrd[2] = { 0, 0 };
    if (config->initrd) {
        if (load_initrd(m, end, initrd, err))
            return -1;
        end = initrd[1];
    }
    if (load_tree(m, end, initrd, err))
        return -1;
    m->cpu->cpu.pc = m->entry;
    m->cpu->x[0] = m->fdt_at;
    return 0;
}
