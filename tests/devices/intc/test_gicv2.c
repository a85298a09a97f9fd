/* SPDX-License-Identifier: MIT */
/* What the chip is and which interrupt passes. Catches: the wrong interrupt winning, masks that leak, registers of another shape, IDs
   outside the chip that corrupt it. */
#include <stdlib.h>

#include "tests/devices/intc/gicv2_fixture.h"
#include "tests/support/support.h"

/* ---- identification and reset ---- */

START_TEST(a_driver_finds_a_gicv2_with_288_lines)
{
    ck_assert_uint_eq(dist(GICD_TYPER), 8);
    ck_assert_uint_eq(dist(GICD_IIDR), 0x43b);
    ck_assert_uint_eq(cpu(GICC_IIDR), 0x0002043b);
    ck_assert_uint_eq(dist(0xfe8), 0x2b);
    const uint8_t cell[] = { 0x0d, 0xf0, 0x05, 0xb1 };
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(dist(0xff0 + 4 * i), cell[i]);
}
END_TEST

START_TEST(reset_closes_every_gate)
{
    use(40, 0x80);
    line(40, true);
    ck_assert(irq(0));
    device_fixture_reset(f);
    ck_assert(!irq(0));
    ck_assert_uint_eq(dist(GICD_CTLR), 0);
    ck_assert_uint_eq(cpu(GICC_CTLR), 0);
    ck_assert_uint_eq(cpu(GICC_PMR), 0);
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    ck_assert(!get_bit(GICD_ISENABLER, 40));
    /* The wire is still high, so the interrupt is still pending. */
    ck_assert(get_bit(GICD_ISPENDR, 40));
}
END_TEST

START_TEST(options_outside_the_architecture_are_refused)
{
    const struct { const char *option; uint64_t value; } wrong[] = {
        { "num_cpu", 0 }, { "num_cpu", 9 }, { "num_irq", 0 }, { "num_irq", 100 }, { "num_irq", 1024 }, { "num_irq", 31 } };
    for (unsigned i = 0; i < ARRAY_SIZE(wrong); i++) {
        struct device_fixture *g = device_fixture_new();
        struct device *part = device_fixture_add(g, "gicv2");
        struct error err = { "" };
        device_fixture_option(part, wrong[i].option, wrong[i].value);
        ck_assert_int_eq(device_fixture_try_start(g, &err), -1);
        ck_assert_str_ne(err.text, "");
        device_fixture_free(g);
    }
}
END_TEST

START_TEST(a_chip_with_the_most_lines_ends_before_the_special_ids)
{
    struct device_fixture *g = device_fixture_new();
    struct device *part = device_fixture_add(g, "gicv2");
    device_fixture_option(part, "num_irq", 1020);
    device_fixture_start(g);
    gpa_t d = device_fixture_base(g, part, "dist"), c = device_fixture_base(g, part, "cpu");
    ck_assert_uint_eq(device_fixture_read(g, d + GICD_TYPER, 4) & 0x1f, 31);
    device_fixture_write(g, d + GICD_ISENABLER + 31 * 4, 4, UINT32_MAX);
    ck_assert_uint_eq(device_fixture_read(g, d + GICD_ISENABLER + 31 * 4, 4), 0x0fffffff);
    device_fixture_write(g, d + GICD_CTLR, 4, GRP0);
    device_fixture_write(g, c + GICC_PMR, 4, 0xff);
    device_fixture_write(g, c + GICC_CTLR, 4, GRP0);
    device_fixture_input(part, 1019, true);
    ck_assert_uint_eq(device_fixture_read(g, c + GICC_IAR, 4), 1019);
    device_fixture_free(g);
}
END_TEST

START_TEST(lines_beyond_the_chip_read_as_zero_and_ignore_stores)
{
    const unsigned regs[] = { GICD_IGROUPR, GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER };
    for (unsigned i = 0; i < ARRAY_SIZE(regs); i++) {
        set_dist(regs[i] + 9 * 4, UINT32_MAX);
        ck_assert_uint_eq(dist(regs[i] + 9 * 4), 0);
    }
    set_dist(GICD_IPRIORITYR + 288, UINT32_MAX);
    ck_assert_uint_eq(dist(GICD_IPRIORITYR + 288), 0);
    set_dist(GICD_ICFGR + 18 * 4, UINT32_MAX);
    ck_assert_uint_eq(dist(GICD_ICFGR + 18 * 4), 0);
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
}
END_TEST

/* ---- gates on the way to the core ---- */

START_TEST(an_interrupt_passes_only_when_every_gate_is_open)
{
    line(40, true);
    ck_assert(!irq(0));
    use(40, 0x80);
    ck_assert(irq(0));
    set_dist(GICD_CTLR, 0);
    ck_assert(!irq(0));
    ck_assert_uint_eq(cpu(GICC_HPPIR), NONE);
    set_dist(GICD_CTLR, GRP0);
    ck_assert(irq(0));
    set_cpu(GICC_CTLR, 0);
    ck_assert(!irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    set_cpu(GICC_CTLR, GRP0);
    ck_assert(irq(0));
    set_bit(GICD_ICENABLER, 40);
    ck_assert(!irq(0));
    set_bit(GICD_ISENABLER, 40);
    ck_assert(irq(0));
}
END_TEST

START_TEST(the_priority_mask_passes_only_higher_priorities)
{
    use(40, 0x80);
    line(40, true);
    set_cpu(GICC_PMR, 0x80);
    ck_assert(!irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    ck_assert_uint_eq(cpu(GICC_HPPIR), 40);
    set_cpu(GICC_PMR, 0x81);
    ck_assert(irq(0));
    set_cpu(GICC_PMR, 0);
    prioritise(40, 0);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(the_highest_priority_wins_then_the_lowest_id)
{
    use(100, 0x40);
    use(50, 0x80);
    use(200, 0x40);
    use(287, 0x20);
    line(50, true);
    line(200, true);
    line(100, true);
    ck_assert_uint_eq(cpu(GICC_HPPIR), 100);
    line(287, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 287);
    line(287, false);
    set_cpu(GICC_EOIR, 287);
    ck_assert_uint_eq(cpu(GICC_IAR), 100);
    line(100, false);
    set_cpu(GICC_EOIR, 100);
    ck_assert_uint_eq(cpu(GICC_IAR), 200);
}
END_TEST

START_TEST(a_changed_priority_changes_the_winner)
{
    use(40, 0x40);
    use(41, 0x80);
    line(40, true);
    line(41, true);
    prioritise(41, 0x10);
    ck_assert_uint_eq(cpu(GICC_HPPIR), 41);
}
END_TEST

/* ---- register shapes ---- */

START_TEST(priorities_and_their_bytes_are_the_same_registers)
{
    set_dist(GICD_IPRIORITYR + 40, 0x11223344);
    ck_assert_uint_eq(device_fixture_read(f, dist_base + GICD_IPRIORITYR + 41, 1), 0x33);
    device_fixture_write(f, dist_base + GICD_IPRIORITYR + 42, 1, 0xaa);
    ck_assert_uint_eq(dist(GICD_IPRIORITYR + 40), 0x11aa3344);
    device_fixture_write(f, dist_base + GICD_IPRIORITYR + 40, 2, 0xbbcc);
    ck_assert_uint_eq(dist(GICD_IPRIORITYR + 40), 0x11aabbcc);
}
END_TEST

START_TEST(configuration_keeps_sgis_edge_and_takes_the_upper_bits)
{
    ck_assert_uint_eq(dist(GICD_ICFGR), 0xaaaaaaaa);
    set_dist(GICD_ICFGR, 0);
    ck_assert_uint_eq(dist(GICD_ICFGR), 0xaaaaaaaa);
    set_dist(GICD_ICFGR + 4, UINT32_MAX);
    ck_assert_uint_eq(dist(GICD_ICFGR + 4), 0xaaaaaaaa);
    set_dist(GICD_ICFGR + 8, 0x00000002);
    ck_assert_uint_eq(dist(GICD_ICFGR + 8), 0x00000002);
}
END_TEST

START_TEST(sgis_stay_enabled_and_are_not_pended_by_ispendr)
{
    set_dist(GICD_ICENABLER, UINT32_MAX);
    ck_assert_uint_eq(dist(GICD_ISENABLER), 0x0000ffff);
    set_dist(GICD_ISPENDR, 0xffff);
    ck_assert_uint_eq(dist(GICD_ISPENDR), 0);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(one_core_needs_no_targets)
{
    target(40, 0xff);
    ck_assert_uint_eq(dist(GICD_ITARGETSR), 0);
    ck_assert_uint_eq(dist(GICD_ITARGETSR + 40), 0);
    use(40, 0x80);
    line(40, true);
    ck_assert(irq(0));
}
END_TEST

START_TEST(control_registers_keep_what_exists)
{
    set_cpu(GICC_CTLR, UINT32_MAX);
    ck_assert_uint_eq(cpu(GICC_CTLR), 0x3ff);
    set_cpu(GICC_BPR, UINT32_MAX);
    ck_assert_uint_eq(cpu(GICC_BPR), 7);
    set_cpu(GICC_ABPR, 0);
    ck_assert_uint_eq(cpu(GICC_ABPR), 1);
    set_cpu(GICC_PMR, 0x1f3);
    ck_assert_uint_eq(cpu(GICC_PMR), 0xf3);
    set_dist(GICD_CTLR, UINT32_MAX);
    ck_assert_uint_eq(dist(GICD_CTLR), 3);
}
END_TEST

START_TEST(the_cpu_interface_takes_words_only)
{
    ck_assert(!space_store(&f->space, cpu_base + GICC_PMR, 1, 0));
    ck_assert_uint_eq(cpu(GICC_PMR), 0xff);
}
END_TEST

/* ---- robustness ---- */

static uint64_t hammered(void)
{
    start(3);
    uint64_t hash = 0;
    srandom(5);
    for (int slice = 0; slice < 400; slice++) {
        be_core((unsigned)random() % 3);
        hash = device_fixture_hammer(f, gic, 0, 250, 1000 + (uint64_t)slice);
        if (random() & 1)
            line(32 + (unsigned)random() % 256, random() & 1);
        else
            device_fixture_input(gic, gicv2_ppi_input((unsigned)random() % 8, 16 + (unsigned)random() % 16), random() & 1);
    }
    return hash;
}

START_TEST(random_accesses_do_no_harm_and_repeat)
{
    uint64_t first = hammered();
    stop();
    ck_assert_uint_eq(hammered(), first);
    stop();
}
END_TEST

/* A slow second opinion: whatever was done, the interrupt that is acknowledged is the one a plain search finds. */
START_TEST(the_winner_is_always_the_one_a_plain_search_finds)
{
    srandom(9);
    for (int round = 0; round < 3000; round++) {
        unsigned id = 32 + (unsigned)random() % 256;
        switch (random() % 6) {
        case 0: set_bit(GICD_ISENABLER, id); break;
        case 1: prioritise(id, (unsigned)random() % 16 * 16); break;
        case 2: line(id, true); break;
        case 3: line(id, false); break;
        case 4: set_bit(random() & 1 ? GICD_ISPENDR : GICD_ICPENDR, id); break;
        case 5: set_bit(random() & 3 ? GICD_ISENABLER : GICD_ICENABLER, id); break;
        }
        unsigned best = NONE, best_priority = 0xff;
        for (unsigned i = 32; i < 288; i++) {
            unsigned priority = (unsigned)device_fixture_read(f, dist_base + GICD_IPRIORITYR + i, 1);
            if (get_bit(GICD_ISENABLER, i) && get_bit(GICD_ISPENDR, i) && priority < best_priority) {
                best = i;
                best_priority = priority;
            }
        }
        ck_assert_uint_eq(irq(0), best != NONE);
        ck_assert_uint_eq(cpu(GICC_HPPIR), best);
        if (round % 7 == 0) {
            ck_assert_uint_eq(cpu(GICC_IAR), best);
            set_cpu(GICC_EOIR, best);
        }
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("gicv2");
    TCase *one = tcase_create("one core"), *wild = tcase_create("wild guest");
    tcase_add_checked_fixture(one, one_core, stop);
    tcase_add_test(one, a_driver_finds_a_gicv2_with_288_lines);
    tcase_add_test(one, reset_closes_every_gate);
    tcase_add_test(one, options_outside_the_architecture_are_refused);
    tcase_add_test(one, a_chip_with_the_most_lines_ends_before_the_special_ids);
    tcase_add_test(one, lines_beyond_the_chip_read_as_zero_and_ignore_stores);
    tcase_add_test(one, an_interrupt_passes_only_when_every_gate_is_open);
    tcase_add_test(one, the_priority_mask_passes_only_higher_priorities);
    tcase_add_test(one, the_highest_priority_wins_then_the_lowest_id);
    tcase_add_test(one, a_changed_priority_changes_the_winner);
    tcase_add_test(one, priorities_and_their_bytes_are_the_same_registers);
    tcase_add_test(one, configuration_keeps_sgis_edge_and_takes_the_upper_bits);
    tcase_add_test(one, sgis_stay_enabled_and_are_not_pended_by_ispendr);
    tcase_add_test(one, one_core_needs_no_targets);
    tcase_add_test(one, control_registers_keep_what_exists);
    tcase_add_test(one, the_cpu_interface_takes_words_only);
    tcase_add_test(one, the_winner_is_always_the_one_a_plain_search_finds);
    suite_add_tcase(suite, one);
    tcase_set_timeout(wild, 60);
    tcase_add_test(wild, random_accesses_do_no_harm_and_repeat);
    suite_add_tcase(suite, wild);
    return suite;
}
