/* SPDX-License-Identifier: MIT */
/* Kernels, initrds and device trees good and bad, and the firmware calls. Catches: a file that makes the program crash or
   read beyond it, a message that does not say what is wrong, a kernel put in the wrong place, a PSCI call answered wrongly. */
#include <elf.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bits.h"
#include "boards/board.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { RAM = 0x40000000, RAM_MIB = 64, W_B_SELF = 0x14000000, W_B_64 = 0x14000010, W_HVC = 0xd4000002, W_WFI = 0xd503207f };

static char names[8][32];
static int name_count;

static void teardown(void)
{
    while (name_count)
        unlink(names[--name_count]);
}

/* A file with these bytes; its name lives until the test's end. */
static const char *file(const void *data, size_t size)
{
    char *name = names[name_count++];
    strcpy(name, "/tmp/orrery-boot-XXXXXX");
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
    close(fd);
    return name;
}

static struct machine_config config_of(const char *kernel)
{
    struct machine_config config;
    machine_defaults(&config);
    config.ram_size = RAM_MIB * MIB;
    config.kernel = kernel;
    return config;
}

static struct machine *expect_boot(const struct machine_config *config)
{
    struct error err = { "" };
    struct machine *m = machine_new(config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    return m;
}

static void expect_refused(const struct machine_config *config, const char *words)
{
    struct error err = { "" };
    struct machine *m = machine_new(config, &err);
    ck_assert_msg(m == NULL, "it boots");
    ck_assert_msg(strstr(err.text, words) != NULL, "'%s' does not say '%s'", err.text, words);
}

/* ---- Image ---- */

struct image { uint8_t bytes[4096]; };

static struct image make_image(uint64_t text_offset, uint64_t size)
{
    struct image i = { { 0 } };
    st_le32(i.bytes, W_B_64);
    st_le64(i.bytes + 8, text_offset);
    st_le64(i.bytes + 16, size);
    st_le32(i.bytes + 56, 0x644d5241);
    st_le32(i.bytes + 64, W_B_SELF);
    return i;
}

START_TEST(an_image_lies_at_its_text_offset_and_gets_the_tree_in_x0)
{
    struct image i = make_image(0x80000, 0x100000);
    struct machine_config config = config_of(file(&i, sizeof i));
    struct machine *m = expect_boot(&config);
    ck_assert_uint_eq(m->cpu->cpu.pc, RAM + 0x80000);
    ck_assert_mem_eq(m->ram->host + 0x80000, &i, sizeof i);
    ck_assert_uint_eq(m->cpu->x[0] & 7, 0);
    ck_assert_uint_ge(m->cpu->x[0], RAM + 0x80000 + 0x100000);
    ck_assert_int_eq(fdt_check_full(m->ram->host + (m->cpu->x[0] - RAM), RAM_MIB * MIB - (m->cpu->x[0] - RAM)), 0);
    ck_assert_uint_eq(m->cpu->x[1] | m->cpu->x[2] | m->cpu->x[3], 0);
    machine_free(m);
}
END_TEST

START_TEST(a_gzipped_image_boots_like_a_plain_one)
{
    struct image i = make_image(0, 0x10000);
    uint8_t packed[8192];
    z_stream z = { .next_in = i.bytes, .avail_in = sizeof i, .next_out = packed, .avail_out = sizeof packed };
    ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t size = z.total_out;
    deflateEnd(&z);
    struct machine_config config = config_of(file(packed, size));
    struct machine *m = expect_boot(&config);
    ck_assert_mem_eq(m->ram->host, &i, sizeof i);
    machine_free(m);
    for (size_t cut = 3; cut < size; cut += 5) {
        config = config_of(file(packed, cut));
        expect_refused(&config, "cannot be unpacked");
        teardown();
    }
    packed[size / 2] ^= 0x55;
    config = config_of(file(packed, size));
    struct error err;
    machine_free(machine_new(&config, &err));   /* refused, or what came out is no kernel: either way no crash */
}
END_TEST

START_TEST(bad_images_are_refused_with_the_reason)
{
    struct image i = make_image(0, RAM_MIB * MIB + 1);
    struct machine_config config = config_of(file(&i, sizeof i));
    expect_refused(&config, "-m");
    i = make_image(UINT64_MAX - 100, 0x1000);
    config = config_of(file(&i, sizeof i));
    expect_refused(&config, "-m");
    i = make_image(0x1000, UINT64_MAX - 0x800);
    config = config_of(file(&i, sizeof i));
    expect_refused(&config, "-m");
    i = make_image(0, 0);
    i.bytes[24] = 1;
    config = config_of(file(&i, sizeof i));
    expect_refused(&config, "big-endian");
    config = config_of(file(&i, 63));
    expect_refused(&config, "nearly empty");
    config = config_of(file("", 0));
    expect_refused(&config, "nearly empty");
    i.bytes[57] ^= 1;
    config = config_of(file(&i, sizeof i));
    expect_refused(&config, "neither");
    config = config_of("/nonexistent/kernel");
    expect_refused(&config, "No such file");
    config = config_of("/tmp");
    expect_refused(&config, "not a file");
    config = config_of(NULL);
    expect_refused(&config, "nothing to boot");
}
END_TEST

/* ---- ELF ---- */

struct elf {
    Elf64_Ehdr header;
    Elf64_Phdr segment[2];
    uint8_t bytes[256];
};

static struct elf make_elf(void)
{
    struct elf e;
    memset(&e, 0, sizeof e);
    memcpy(e.header.e_ident, ELFMAG, SELFMAG);
    e.header.e_ident[EI_CLASS] = ELFCLASS64;
    e.header.e_ident[EI_DATA] = ELFDATA2LSB;
    e.header.e_machine = le16(EM_AARCH64);
    e.header.e_phoff = le64(offsetof(struct elf, segment));
    e.header.e_phentsize = le16(sizeof(Elf64_Phdr));
    e.header.e_phnum = le16(2);
    e.header.e_entry = le64(RAM + 0x200010);
    e.segment[0] = (Elf64_Phdr){ .p_type = le32(PT_LOAD), .p_offset = le64(offsetof(struct elf, bytes)),
        .p_paddr = le64(RAM + 0x200000),
                                 .p_filesz = le64(256), .p_memsz = le64(4096) };
    memset(e.bytes, 0x5a, sizeof e.bytes);
    return e;
}

START_TEST(an_elf_file_is_loaded_by_its_segments)
{
    struct elf e = make_elf();
    e.segment[1] = (Elf64_Phdr){ .p_type = le32(PT_LOAD), .p_paddr = UINT64_MAX };   /* empty: anywhere */
    struct machine_config config = config_of(file(&e, sizeof e));
    struct machine *m = expect_boot(&config);
    ck_assert_uint_eq(m->cpu->cpu.pc, RAM + 0x200010);
    ck_assert_mem_eq(m->ram->host + 0x200000, e.bytes, 256);
    m->ram->host[0x200100] = 1;   /* a reset zeroes what the file has no bytes for */
    machine_reset(m);
    ck_assert_uint_eq(m->ram->host[0x200100], 0);
    machine_free(m);
}
END_TEST

START_TEST(bad_elf_files_are_refused_with_the_reason)
{
    struct { size_t offset; uint64_t value; unsigned size; const char *words; } rows[] = {
        { offsetof(Elf64_Ehdr, e_machine), EM_X86_64, 2, "another processor" },
        { EI_CLASS, ELFCLASS32, 1, "another processor" },
        { EI_DATA, ELFDATA2MSB, 1, "another processor" },
        { offsetof(Elf64_Ehdr, e_phoff), UINT64_MAX, 8, "cut short or damaged" },
        { offsetof(Elf64_Ehdr, e_phoff), UINT64_MAX - 100, 8, "cut short or damaged" },
        { offsetof(Elf64_Ehdr, e_phnum), 0xffff, 2, "cut short or damaged" },
        { offsetof(Elf64_Ehdr, e_phentsize), 8, 2, "cut short or damaged" },
        { offsetof(struct elf, segment[0].p_offset), UINT64_MAX, 8, "cut short or damaged" },
        { offsetof(struct elf, segment[0].p_filesz), UINT64_MAX, 8, "cut short or damaged" },
        { offsetof(struct elf, segment[0].p_memsz), 8, 8, "cut short or damaged" },
        { offsetof(struct elf, segment[0].p_memsz), UINT64_MAX, 8, "does not fit" },
        { offsetof(struct elf, segment[0].p_paddr), 0x1000, 8, "does not fit" },
        { offsetof(struct elf, segment[0].p_paddr), UINT64_MAX - 100, 8, "does not fit" },
        { offsetof(struct elf, segment[0].p_paddr), RAM + RAM_MIB * MIB - 128, 8, "does not fit" },
        { offsetof(struct elf, segment[0].p_paddr), RAM + RAM_MIB * MIB - 256, 8, "does not fit" },
    };
    for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
        struct elf e = make_elf();
        st_le((uint8_t *)&e + rows[i].offset, rows[i].value, rows[i].size);
        struct machine_config config = config_of(file(&e, sizeof e));
        expect_refused(&config, rows[i].words);
        teardown();
    }
    struct elf e = make_elf();
    struct machine_config config = config_of(file(&e, sizeof(Elf64_Ehdr) - 1));
    expect_refused(&config, "cut short");
}
END_TEST

/* ---- initrd and device tree ---- */

START_TEST(an_initrd_lies_behind_the_kernel_and_the_tree_says_where)
{
    static uint8_t initrd[10000];
    struct image i = make_image(0, 40 * MIB);
    struct machine_config config = config_of(file(&i, sizeof i));
    memset(initrd, 0xa5, sizeof initrd);
    config.initrd = file(initrd, sizeof initrd);
    struct machine *m = expect_boot(&config);
    const void *tree = m->ram->host + (m->cpu->x[0] - RAM);
    int chosen = fdt_path_offset(tree, "/chosen");
    uint64_t start, end;
    memcpy(&start, fdt_getprop(tree, chosen, "linux,initrd-start", NULL), 8);
    memcpy(&end, fdt_getprop(tree, chosen, "linux,initrd-end", NULL), 8);
    start = be64(start);
    end = be64(end);
    ck_assert_uint_eq(end - start, sizeof initrd);
    ck_assert_uint_ge(start, RAM + 40 * MIB);
    ck_assert_mem_eq(m->ram->host + (start - RAM), initrd, sizeof initrd);
    ck_assert(m->cpu->x[0] >= end);
    machine_free(m);
}
END_TEST

START_TEST(an_initrd_larger_than_memory_is_refused)
{
    struct image i = make_image(0, 0x10000);
    struct machine_config config = config_of(file(&i, sizeof i));
    config.initrd = file("", 0);
    ck_assert_int_eq(truncate(config.initrd, (RAM_MIB + 1) * MIB), 0);
    expect_refused(&config, "-m");
    config.initrd = "/nonexistent/initrd";
    expect_refused(&config, "initrd");
}
END_TEST

START_TEST(nothing_is_loaded_into_the_framebuffer)
{
    struct image i = make_image(0, 0x10000);
    struct machine_config config = config_of(file(&i, sizeof i));
    config.initrd = file("", 0);
    ck_assert_int_eq(truncate(config.initrd, RAM_MIB / 2 * MIB - 6 * MIB), 0);   /* ends 2 MiB inside the top 8 */
    machine_free(expect_boot(&config));
    config.display_device = "simple-framebuffer";
    expect_refused(&config, "-m");
}
END_TEST

START_TEST(a_tree_of_the_user_gets_arguments_and_initrd)
{
    struct image i = make_image(0, 0x10000);
    uint8_t tree[512];
    ck_assert_int_eq(fdt_create_empty_tree(tree, sizeof tree), 0);
    struct machine_config config = config_of(file(&i, sizeof i));
    config.dtb = file(tree, sizeof tree);
    config.initrd = file("initrd", 6);
    config.append = "quiet";
    struct machine *m = expect_boot(&config);
    const void *loaded = m->ram->host + (m->cpu->x[0] - RAM);
    int chosen = fdt_path_offset(loaded, "/chosen");
    ck_assert_str_eq(fdt_getprop(loaded, chosen, "bootargs", NULL), "quiet");
    ck_assert_ptr_nonnull(fdt_getprop(loaded, chosen, "linux,initrd-start", NULL));
    machine_free(m);
}
END_TEST

/* Any byte of the tree changed: accepted or refused, never a crash. */
START_TEST(damaged_trees_do_no_harm)
{
    struct image i = make_image(0, 0x10000);
    struct machine_config config = config_of(file(&i, sizeof i));
    struct machine *m = expect_boot(&config);
    size_t size;
    const void *tree = machine_device_tree(m, &size);
    uint8_t *copy = malloc(size);
    config.append = "quiet";
    unsigned damage = 0;
    for (size_t at = 0; at < size; at += at < 64 ? 1 : 97)
        for (unsigned how = 0; how < 2; how++) {
            if (!trials_include(damage++))
                continue;
            memcpy(copy, tree, size);
            copy[at] ^= how ? 0x80 : 0x01;
            config.dtb = file(copy, how ? size : size - at);
            struct error err;
            machine_free(machine_new(&config, &err));
            unlink(names[--name_count]);
        }
    config.dtb = file(copy, 20);
    expect_refused(&config, "not a device tree");
    free(copy);
    machine_free(m);
}
END_TEST

START_TEST(absurd_memory_sizes_are_refused)
{
    static const uint64_t sizes[] = { 0, 1, 15 * MIB, 17 * GIB, UINT64_MAX, 64 * MIB + 4096 };
    struct image i = make_image(0, 0x1000);
    struct machine_config config = config_of(file(&i, sizeof i));
    for (unsigned k = 0; k < ARRAY_SIZE(sizes); k++) {
        config.ram_size = sizes[k];
        expect_refused(&config, "-m");
    }
    config.ram_size = 16 * GIB;
    if (SIZE_MAX > UINT32_MAX)
        machine_free(expect_boot(&config));
    else
        expect_refused(&config, "-m");   /* more than a 32-bit host can address */
    config.ram_size = 16 * MIB;
    machine_free(expect_boot(&config));
}
END_TEST

/* ---- firmware ---- */

/* HVC with these arguments, then WFI for good; X0 afterwards. */
static uint64_t call(struct machine *m, uint64_t function, uint64_t arg)
{
    machine_reset(m);
    m->cpu->x[0] = function;
    m->cpu->x[1] = arg;
    machine_run(m, m->clock.now + TICKS_PER_MS);
    return m->cpu->x[0];
}

START_TEST(psci_answers_as_its_manual_says)
{
    static const struct { uint64_t function, arg, result; } rows[] = {
        { 0x84000000, 0, 0x10000 },                      /* PSCI_VERSION: 1.0 */
        { 0x84000002, 0, (uint64_t)-3 },                 /* CPU_OFF of the last core: DENIED */
        { 0xc4000003, 0, (uint64_t)-4 },                 /* CPU_ON of this core: ALREADY_ON */
        { 0xc4000003, 1, (uint64_t)-2 },                 /* of one that is not there: INVALID_PARAMETERS */
        { 0x84000003, 0, (uint64_t)-4 },
        { 0xc4000004, 0, 0 },                            /* AFFINITY_INFO: on */
        { 0xc4000004, 5, (uint64_t)-2 },
        { 0x84000006, 0, 2 },                            /* MIGRATE_INFO_TYPE: no trusted OS */
        { 0x8400000a, 0x84000008, 0 },                   /* PSCI_FEATURES */
        { 0x8400000a, 0xc4000001, 0 },
        { 0x8400000a, 0x84000099, (uint64_t)-1 },
        { 0x84000099, 0, (uint64_t)-1 }, { 0, 0, (uint64_t)-1 }, { 0x04000003, 0, (uint64_t)-1 }, { 0xc4000000, 0, (uint64_t)-1 },
    };
    struct image i = make_image(0, 0x1000);
    st_le32(i.bytes, W_HVC);
    st_le32(i.bytes + 4, W_WFI);
    struct machine_config config = config_of(file(&i, sizeof i));
    struct machine *m = expect_boot(&config);
    for (unsigned k = 0; k < ARRAY_SIZE(rows); k++)
        ck_assert_msg(call(m, rows[k].function, rows[k].arg) == rows[k].result, "%llx(%llx) is %llx",
            (unsigned long long)rows[k].function,
                      (unsigned long long)rows[k].arg, (unsigned long long)m->cpu->x[0]);
    machine_reset(m);
    m->cpu->x[0] = 0x84000008;
    ck_assert_int_eq(machine_run(m, m->clock.now + TICKS_PER_MS), MACHINE_POWER_OFF);
    machine_reset(m);
    m->cpu->x[0] = 0x84000009;
    ck_assert_int_eq(machine_run(m, m->clock.now + TICKS_PER_MS), MACHINE_RESET);
    machine_free(m);
}
END_TEST

START_TEST(a_guest_that_nothing_can_wake_is_halted_and_one_with_a_late_timer_sleeps)
{
    struct image i = make_image(0, 0x1000);
    st_le32(i.bytes, W_WFI);
    struct machine_config config = config_of(file(&i, sizeof i));
    struct machine *m = expect_boot(&config);
    ck_assert_int_eq(machine_run(m, TICK_NEVER), MACHINE_HALTED);
    machine_reset(m);
    m->cpu->cntv_ctl = 1;
    m->cpu->cntv_cval = UINT64_MAX;
    m->cpu->timer_event[0].armed = false;
    clock_at(&m->clock, &m->cpu->timer_event[0], TICK_NEVER - 5);
    ck_assert_int_eq(machine_run(m, TICK_NEVER), MACHINE_HALTED);
    ck_assert_int_eq(machine_run(m, 1000 * TICKS_PER_SECOND), MACHINE_REACHED);
    ck_assert_uint_ge(machine_now(m), 1000 * TICKS_PER_SECOND);
    machine_free(m);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("boot");
    TCase *t = tcase_create("boot");
    tcase_add_checked_fixture(t, NULL, teardown);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, an_image_lies_at_its_text_offset_and_gets_the_tree_in_x0);
    tcase_add_test(t, a_gzipped_image_boots_like_a_plain_one);
    tcase_add_test(t, bad_images_are_refused_with_the_reason);
    tcase_add_test(t, an_elf_file_is_loaded_by_its_segments);
    tcase_add_test(t, bad_elf_files_are_refused_with_the_reason);
    tcase_add_test(t, an_initrd_lies_behind_the_kernel_and_the_tree_says_where);
    tcase_add_test(t, an_initrd_larger_than_memory_is_refused);
    tcase_add_test(t, nothing_is_loaded_into_the_framebuffer);
    tcase_add_test(t, a_tree_of_the_user_gets_arguments_and_initrd);
    tcase_add_test(t, damaged_trees_do_no_harm);
    tcase_add_test(t, absurd_memory_sizes_are_refused);
    tcase_add_test(t, psci_answers_as_its_manual_says);
    tcase_add_test(t, a_guest_that_nothing_can_wake_is_halted_and_one_with_a_late_timer_sleeps);
    suite_add_tcase(s, t);
    return s;
}
