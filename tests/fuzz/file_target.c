/* SPDX-License-Identifier: MIT */
/* Files that a user starts a machine with, and that may be anything: kernels (Image with and without an EFI header, ELF, gzip),
   device trees, initrds. They are made nearly right from the tape. Each is an action: a machine is built from it, and if that goes
   well it runs a moment; else there is a message. */
#include "tests/fuzz/file_target.h"

#include <elf.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "boards/machine.h"

enum { FILE_ROOM = 128 << 10, RAM_SIZE = 16 << 20, IMAGE_HEADER = 64, SECTION = 40, PHDRS = 6, INITRD_MAX = RAM_SIZE + 0x1000 };
#define RAM_BASE 0x40000000ull
#define MOMENT (20 * TICKS_PER_US)

struct file {
    enum { KERNEL, TREE, INITRD } kind;
    int fd;
    uint8_t bytes[FILE_ROOM], packed[FILE_ROOM];
    size_t length;
};

static uint64_t any_number(struct tape *t)
{
    static const uint64_t numbers[] = {
        0, 1, 4, 64, 0x1000, 0x80000, 0x200000, RAM_SIZE, RAM_BASE, RAM_BASE + RAM_SIZE, 0x7fffffff, 0x80000000, 0xffffffff,
        INT64_MAX, UINT64_MAX, UINT64_MAX - 0xfff,
    };
    uint8_t how = tape_byte(t);
    if (how < 160)
        return numbers[how % 16] + (how & 128 ? tape_byte(t) : 0);
    return tape_number(t, how & 1 ? 3 : 8);
}

/* Mostly what is right. */
static uint64_t nearly(struct tape *t, uint64_t right)
{
    return tape_byte(t) < 200 ? right : any_number(t);
}

static void spoil(struct file *f, struct tape *t)
{
    for (unsigned n = tape_byte(t) % 4; n && f->length; n--)
        tape_spoil(t, f->bytes, f->length);
    if (tape_rarely(t, 8))
        f->length = (size_t)tape_number(t, 3) % (f->length + 1);
}

/* ---- kernels ---- */

static void make_image(struct file *f, struct tape *t)
{
    f->length = IMAGE_HEADER + (size_t)tape_byte(t) * 64;
    st_le64(f->bytes + 8, nearly(t, 0x80000));
    st_le64(f->bytes + 16, nearly(t, f->length));
    st_le64(f->bytes + 24, nearly(t, 10));
    st_le32(f->bytes + 56, (uint32_t)nearly(t, 0x644d5241));
    if (tape_byte(t) & 1) {   /* as an EFI application: PE/COFF */
        uint32_t at = (uint32_t)nearly(t, IMAGE_HEADER);
        memcpy(f->bytes, "MZ", 2);
        st_le32(f->bytes + 60, at);
        if (at < FILE_ROOM / 2) {
            uint8_t *pe = f->bytes + at;
            memcpy(pe, "PE\0", 4);
            st_le16(pe + 6, (uint16_t)nearly(t, 2));
            st_le16(pe + 20, (uint16_t)nearly(t, 0x40));
            for (unsigned i = 0; i < 2; i++) {
                st_le32(pe + 24 + 0x40 + i * SECTION + 16, (uint32_t)nearly(t, 64));
                st_le32(pe + 24 + 0x40 + i * SECTION + 20, (uint32_t)nearly(t, 0));
            }
        }
    }
}

static void make_elf(struct file *f, struct tape *t)
{
    unsigned count = 1 + tape_byte(t) % PHDRS;
    Elf64_Ehdr eh = {
        .e_ident = { 0x7f, 'E', 'L', 'F', (uint8_t)nearly(t, ELFCLASS64), (uint8_t)nearly(t, ELFDATA2LSB), 1 },
        .e_type = le16(ET_EXEC), .e_machine = le16((uint16_t)nearly(t, EM_AARCH64)), .e_entry = le64(nearly(t, RAM_BASE)),
        .e_phoff = le64(nearly(t, sizeof eh)), .e_phentsize = le16((uint16_t)nearly(t, sizeof(Elf64_Phdr))),
        .e_phnum = le16((uint16_t)nearly(t, count)),
    };
    memcpy(f->bytes, &eh, sizeof eh);
    for (unsigned i = 0; i < count; i++) {
        uint64_t size = tape_byte(t) * 16u;
        Elf64_Phdr ph = {
            .p_type = le32((uint32_t)nearly(t, PT_LOAD)), .p_offset = le64(nearly(t, 0)),
            .p_paddr = le64(nearly(t, RAM_BASE + i * 0x10000)), .p_filesz = le64(nearly(t, size)),
            .p_memsz = le64(nearly(t, size + tape_byte(t) * 256u)),
        };
        memcpy(f->bytes + sizeof eh + i * sizeof ph, &ph, sizeof ph);
    }
    f->length = 0x1000 + tape_byte(t) * 16u;
}

static void pack(struct file *f, struct tape *t)
{
    z_stream z = { .next_in = f->bytes, .avail_in = (uInt)f->length, .next_out = f->packed, .avail_out = FILE_ROOM };
    fuzz_require(deflateInit2(&z, tape_byte(t) % 3, Z_DEFLATED, 15 + 16, 1, Z_DEFAULT_STRATEGY) == Z_OK);
    fuzz_require(deflate(&z, Z_FINISH) == Z_STREAM_END);
    f->length = z.total_out;
    memcpy(f->bytes, f->packed, f->length);
    deflateEnd(&z);
    spoil(f, t);
}

static void make_kernel(struct file *f, struct tape *t)
{
    uint8_t how = tape_byte(t);
    memset(f->bytes, 0, 0x8000);
    if (how % 16 == 0)
        f->length = tape_bytes(t, f->bytes, tape_byte(t));
    else if (how & 1)
        make_image(f, t);
    else
        make_elf(f, t);
    if (how & 64)
        spoil(f, t);
    if (how >= 192)
        pack(f, t);
}

/* ---- device trees ---- */

static void make_tree(struct file *f, struct tape *t)
{
    static const char *const names[] = { "chosen", "memory@40000000", "cpus", "soc", "a", "intc@8000000" };
    static const char *const properties[] = { "bootargs", "compatible", "reg", "linux,initrd-start", "#address-cells", "stdout-path" };
    int node = 0;
    fuzz_require(!fdt_create_empty_tree(f->bytes, FILE_ROOM));
    for (unsigned n = tape_byte(t) % 8; n; n--) {
        uint8_t value[64];
        int length = (int)tape_bytes(t, value, tape_byte(t) % sizeof value);
        int child = fdt_add_subnode(f->bytes, node, names[tape_below(t, ARRAY_SIZE(names))]);
        if (child >= 0)
            fdt_setprop(f->bytes, child, properties[tape_below(t, ARRAY_SIZE(properties))], value, length);
        node = child >= 0 && tape_byte(t) & 1 ? child : 0;
    }
    fdt_pack(f->bytes);
    f->length = fdt_totalsize(f->bytes);
    if (tape_byte(t) & 1) {   /* a field of the header: ten of four bytes (Devicetree Specification 0.4, 5.2) */
        uint32_t value = be32((uint32_t)any_number(t));
        memcpy(f->bytes + tape_byte(t) % 10 * 4, &value, 4);
    }
    spoil(f, t);
}

/* ---- the machine ---- */

static void put_file(int fd, const void *bytes, size_t length)
{
    fuzz_require(!ftruncate(fd, 0) && pwrite(fd, bytes, length, 0) == (ssize_t)length);
}

static void start(const struct file *f, uint64_t initrd)
{
    static const uint8_t image[IMAGE_HEADER] = { [56] = 0x41, 0x52, 0x4d, 0x64 };
    struct error err = { "" };
    struct machine_config config;
    char name[40];
    snprintf(name, sizeof name, "/proc/self/fd/%d", f->fd);
    machine_defaults(&config);
    config.ram_size = RAM_SIZE;
    config.timing = TIMING_OFF;
    config.append = "console=ttyAMA0";
    if (f->kind == KERNEL) {
        config.kernel = name;
    } else {
        config.kernel_image = image;
        config.kernel_image_size = sizeof image;
        *(f->kind == TREE ? &config.dtb : &config.initrd) = name;
    }
    if (f->kind == INITRD)
        fuzz_require(!ftruncate(f->fd, (off_t)initrd));
    struct machine *m = machine_new(&config, &err);
    if (!m) {
        fuzz_require(err.text[0] && strlen(err.text) < sizeof err.text);
        return;
    }
    if (machine_run(m, MOMENT) == MACHINE_RESET)
        machine_reset(m);
    machine_free(m);
}

void *file_target_open(const char *name)
{
    struct file *f = mem_alloc(sizeof *f);
    f->kind = !strcmp(name, "kernel") ? KERNEL : !strcmp(name, "tree") ? TREE : INITRD;
    f->fd = memfd_create("fuzz", MFD_CLOEXEC);
    fuzz_require(f->fd >= 0);
    return f;
}

uint64_t file_target_play(void *fuzzed, struct tape *t)
{
    struct file *f = fuzzed;
    f->length = 0;
    if (f->kind == KERNEL)
        make_kernel(f, t);
    else if (f->kind == TREE)
        make_tree(f, t);
    put_file(f->fd, f->bytes, f->length);
    start(f, any_number(t) % INITRD_MAX);
    t->at = t->end;
    return 1;
}

void file_target_close(void *fuzzed)
{
    struct file *f = fuzzed;
    close(f->fd);
    free(f);
}
