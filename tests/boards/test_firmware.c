/* SPDX-License-Identifier: MIT */
/* Catches: a firmware that starts elsewhere or without a device tree, that a reset loses, one of an impossible size that is taken,
   a kernel or a boot order that fw_cfg does not have as it was given. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "boards/board.h"
#include "bus/port.h"
#include "devices/firmware/fw_cfg.h"
#include "tests/support/support.h"

enum { RAM = 0x40000000, FW_CFG = 0x09020000, SELECTOR = 8 };

/* mov w0, #PSCI_SYSTEM_OFF (in two halves); hvc #0 */
static const uint32_t power_off[] = { 0x52800100, 0x72b08000, 0xd4000002 };

static char names[2][40];
static struct machine_config config;
static struct blockdev disk = { .size = 1 << 20 };
static struct netdev card = { .mac = { 0x52, 0x54, 0, 0, 0, 1 } };

static const char *file(int n, const void *data, size_t size)
{
    strcpy(names[n], "/tmp/orrery-firmware-XXXXXX");
    int fd = mkstemp(names[n]);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
    close(fd);
    return names[n];
}

static void setup(void)
{
    uint8_t code[sizeof power_off];
    for (unsigned i = 0; i < ARRAY_SIZE(power_off); i++)
        st_le32(code + 4 * i, power_off[i]);
    machine_defaults(&config);
    config.ram_size = 64 * MIB;
    config.bios = file(0, code, sizeof code);
}

static void teardown(void)
{
    for (int i = 0; i < 2; i++)
        if (names[i][0])
            unlink(names[i]);
    memset(names, 0, sizeof names);
}

static struct machine *build(void)
{
    struct error err = { "" };
    struct machine *m = machine_new(&config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    return m;
}

static uint64_t load(struct machine *m, gpa_t at, unsigned size)
{
    uint64_t value;
    ck_assert(space_load(machine_space(m), at, size, &value));
    return value;
}

/* The first bytes of an item. */
static const char *item(struct machine *m, uint16_t key, size_t length)
{
    static char bytes[256];
    ck_assert(space_store(machine_space(m), FW_CFG + SELECTOR, 2, be16(le16(key))));
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)load(m, FW_CFG, 1);
    return bytes;
}

START_TEST(it_runs_from_the_flash_with_the_device_tree_where_ram_begins)
{
    struct machine *m = build();
    ck_assert_uint_eq(load(m, RAM, 4), 0xedfe0dd0);
    ck_assert_int_eq(machine_run(m, TICKS_PER_MS), MACHINE_POWER_OFF);
    ck_assert_uint_eq(machine_instructions(m), 3);
    machine_reset(m);
    ck_assert_int_eq(machine_run(m, 2 * TICKS_PER_MS), MACHINE_POWER_OFF);
    machine_free(m);
}
END_TEST

START_TEST(an_impossible_size_is_refused)
{
    struct error err;
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(truncate(config.bios, i ? (64 << 20) + 1 : 0), 0);
        ck_assert_ptr_null(machine_new(&config, &err));
        ck_assert_ptr_nonnull(strstr(err.text, "must have 1 to 67108864"));
    }
}
END_TEST

START_TEST(fw_cfg_has_kernel_command_line_and_cores)
{
    config.kernel = file(1, "a kernel", 8);
    config.append = "quiet splash";
    config.cores = 3;
    struct machine *m = build();
    ck_assert_mem_eq(item(m, FW_CFG_KERNEL_SIZE, 4), "\10\0\0\0", 4);
    ck_assert_mem_eq(item(m, FW_CFG_KERNEL_DATA, 8), "a kernel", 8);
    ck_assert_mem_eq(item(m, FW_CFG_CMDLINE_SIZE, 4), "\15\0\0\0", 4);
    ck_assert_str_eq(item(m, FW_CFG_CMDLINE_DATA, 13), "quiet splash");
    ck_assert_mem_eq(item(m, FW_CFG_NB_CPUS, 2), "\3\0", 2);
    ck_assert_mem_eq(item(m, FW_CFG_INITRD_SIZE, 4), "\0\0\0\0", 4);
    machine_free(m);
}
END_TEST

/* Two disks and two cards; a negative index is none. */
static void check_order(bool on_pci, const char *letters, const int index[4], const char *wanted)
{
    static const struct { const char *name; enum port_kind kind; void *port; } ports[] = {
        { "drive0", PORT_BLOCKDEV, &disk }, { "drive1", PORT_BLOCKDEV, &disk },
        { "nic0", PORT_NETDEV, &card }, { "nic1", PORT_NETDEV, &card },
    };
    config.virtio_is_on_pci = on_pci;
    config.boot_order = letters;
    config.port_count = 0;
    for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
        ck_assert(machine_attach(&config, ports[i].name, ports[i].kind, ports[i].port));
        if (index[i] >= 0)
            ck_assert(machine_set_boot_index(&config, (uint32_t)index[i]));
    }
    struct machine *m = build();
    ck_assert_str_eq(item(m, FW_CFG_FILE_FIRST, strlen(wanted) + 1), wanted);
    machine_free(m);
}

START_TEST(the_boot_order_names_transports)
{
    check_order(false, "c", (int[]){ -1, -1, -1, -1 },
                "/virtio-mmio@000000000a000000/disk@0,0\n/virtio-mmio@000000000a000200/disk@0,0");
    check_order(false, "n", (int[]){ -1, -1, -1, -1 },
                "/virtio-mmio@000000000a001000/ethernet-phy@0\n/virtio-mmio@000000000a001200/ethernet-phy@0");
}
END_TEST

/* These are the very paths of qemu-system-aarch64 -M virt with virtio-blk-pci,addr=1 and virtio-net-pci,addr=a. */
START_TEST(the_boot_order_names_pci_functions)
{
    check_order(true, "c", (int[]){ -1, -1, -1, -1 },
                "/pci@ffffffffffffffff/scsi@1/disk@0,0\n/pci@ffffffffffffffff/scsi@2/disk@0,0");
    check_order(true, NULL, (int[]){ 1, -1, -1, 0 },
                "/pci@ffffffffffffffff/ethernet@a/ethernet-phy@0\n/pci@ffffffffffffffff/scsi@1/disk@0,0");
}
END_TEST

START_TEST(boot_indices_come_before_letters)
{
    check_order(true, "nc", (int[]){ -1, 7, 3, -1 },
                "/pci@ffffffffffffffff/ethernet@9/ethernet-phy@0\n/pci@ffffffffffffffff/scsi@2/disk@0,0\n"
                "/pci@ffffffffffffffff/ethernet@a/ethernet-phy@0\n/pci@ffffffffffffffff/scsi@1/disk@0,0");
    ck_assert(!machine_set_boot_index(&config, 7));
    ck_assert(machine_set_boot_index(&config, INT32_MAX));
}
END_TEST

START_TEST(without_a_wish_there_is_no_order)
{
    ck_assert(machine_attach(&config, "drive0", PORT_BLOCKDEV, &disk));
    struct machine *m = build();
    ck_assert_mem_eq(item(m, FW_CFG_FILE_FIRST, 4), "\0\0\0\0", 4);
    machine_free(m);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("firmware");
    TCase *tcase = tcase_create("firmware");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, it_runs_from_the_flash_with_the_device_tree_where_ram_begins);
    tcase_add_test(tcase, an_impossible_size_is_refused);
    tcase_add_test(tcase, fw_cfg_has_kernel_command_line_and_cores);
    tcase_add_test(tcase, the_boot_order_names_transports);
    tcase_add_test(tcase, the_boot_order_names_pci_functions);
    tcase_add_test(tcase, boot_indices_come_before_letters);
    tcase_add_test(tcase, without_a_wish_there_is_no_order);
    suite_add_tcase(suite, tcase);
    return suite;
}
