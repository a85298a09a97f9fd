/* SPDX-License-Identifier: MIT */
/* Catches: a board whose table cannot be built, that does not run the smallest guest, tells it a device tree it cannot use, or
   that is not the same machine twice. Each test runs once for every board of boards.def. */
#include <libfdt.h>
#include <string.h>

#include "boards/machine.h"
#include "bus/port.h"
#include "tests/support/support.h"

enum { TEXT_MAX = 4096 };

struct run {
    char text[TEXT_MAX];      /* what the guest wrote to its first serial line */
    size_t length;
    enum machine_stop stop;
    uint64_t hash, instructions;
};

static void collect(void *host, const uint8_t *data, size_t length)
{
    struct run *run = host;
    ck_assert_uint_lt(run->length + length, TEXT_MAX);
    memcpy(run->text + run->length, data, length);
    run->length += length;
}

static struct machine *make(int board, struct chardev *serial, const char *append)
{
    struct error err;
    struct machine_config config;
    machine_defaults(&config);
    config.board = machine_board((unsigned)board);
    config.ram_size = 64 * MIB;
    config.kernel = "roms/hello/hello.img";
    config.append = append;
    ck_assert(machine_attach(&config, "serial0", PORT_CHARDEV, serial));
    struct machine *m = machine_new(&config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    return m;
}

static void say_hello(int board, struct run *run)
{
    *run = (struct run){ .length = 0 };
    struct chardev serial = { .write = collect, .host = run };
    struct machine *m = make(board, &serial, NULL);
    run->stop = machine_run(m, TICKS_PER_SECOND);
    run->hash = machine_hash(m);
    run->instructions = machine_instructions(m);
    machine_free(m);
}

START_TEST(the_smallest_guest_says_hello_and_powers_off)
{
    struct run run;
    say_hello(_i, &run);
    ck_assert_int_eq(run.stop, MACHINE_POWER_OFF);
    ck_assert_msg(strstr(run.text, "hello") == run.text, "it wrote '%s'", run.text);
}
END_TEST

START_TEST(the_same_run_twice_ends_in_the_same_state)
{
    struct run first, second;
    say_hello(_i, &first);
    say_hello(_i, &second);
    ck_assert_uint_eq(first.hash, second.hash);
    ck_assert_uint_eq(first.instructions, second.instructions);
    ck_assert_str_eq(first.text, second.text);
}
END_TEST

START_TEST(a_reset_starts_the_guest_again)
{
    struct run run = { .length = 0 };
    struct chardev serial = { .write = collect, .host = &run };
    struct machine *m = make(_i, &serial, NULL);
    ck_assert_int_eq(machine_run(m, TICKS_PER_SECOND), MACHINE_POWER_OFF);
    size_t once = run.length;
    machine_reset(m);
    ck_assert_int_eq(machine_run(m, 2 * TICKS_PER_SECOND), MACHINE_POWER_OFF);
    ck_assert_uint_eq(run.length, 2 * once);
    machine_free(m);
}
END_TEST

static const void *property(const void *tree, const char *path, const char *name)
{
    int node = fdt_path_offset(tree, path);
    ck_assert_msg(node >= 0, "there is no %s", path);
    const void *value = fdt_getprop(tree, node, name, NULL);
    ck_assert_msg(value != NULL, "%s has no %s", path, name);
    return value;
}

START_TEST(the_device_tree_has_a_console_memory_and_the_kernels_arguments)
{
    struct chardev serial = { 0 };
    struct machine *m = make(_i, &serial, "quiet splash");
    size_t size;
    const void *tree = machine_device_tree(m, &size);
    ck_assert_int_eq(fdt_check_full(tree, size), 0);
    ck_assert_str_eq(property(tree, "/chosen", "bootargs"), "quiet splash");
    ck_assert_int_ge(fdt_path_offset(tree, property(tree, "/chosen", "stdout-path")), 0);
    ck_assert_str_eq(property(tree, "/memory", "device_type"), "memory");
    property(tree, "/cpus/cpu@0", "compatible");
    machine_free(m);
}
END_TEST

START_TEST(two_machines_in_one_process_do_not_meet)
{
    struct run a = { .length = 0 }, b = { .length = 0 }, alone;
    struct chardev serial_a = { .write = collect, .host = &a }, serial_b = { .write = collect, .host = &b };
    struct machine *first = make(_i, &serial_a, NULL), *second = make(_i, &serial_b, NULL);
    enum machine_stop stop_a = MACHINE_REACHED, stop_b = MACHINE_REACHED;
    for (tick_t at = 0; stop_a == MACHINE_REACHED || stop_b == MACHINE_REACHED; at += 10 * TICKS_PER_US) {
        ck_assert_uint_lt(at, TICKS_PER_SECOND);
        stop_a = machine_run(first, at);
        stop_b = machine_run(second, at);
    }
    say_hello(_i, &alone);
    ck_assert_str_eq(a.text, alone.text);
    ck_assert_str_eq(b.text, alone.text);
    ck_assert_uint_eq(machine_hash(first), machine_hash(second));
    ck_assert_uint_eq(machine_hash(first), alone.hash);
    machine_free(first);
    machine_free(second);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("machine");
    TCase *t = tcase_create("machine");
    int boards = 0;
    while (machine_board((unsigned)boards))
        boards++;
    tcase_add_loop_test(t, the_smallest_guest_says_hello_and_powers_off, 0, boards);
    tcase_add_loop_test(t, the_same_run_twice_ends_in_the_same_state, 0, boards);
    tcase_add_loop_test(t, a_reset_starts_the_guest_again, 0, boards);
    tcase_add_loop_test(t, the_device_tree_has_a_console_memory_and_the_kernels_arguments, 0, boards);
    tcase_add_loop_test(t, two_machines_in_one_process_do_not_meet, 0, boards);
    suite_add_tcase(s, t);
    return s;
}
