/* SPDX-License-Identifier: MIT */
/* The life of an interrupt, from its line to its end. Catches: one delivered twice or lost, preemption by an equal priority, a level
   line forgotten while it is high, an edge remembered too long, priority drop and deactivation confused. */
#include "tests/devices/intc/gicv2_fixture.h"
#include "tests/support/support.h"

/* ---- acknowledge, preemption, end ---- */

START_TEST(an_acknowledged_interrupt_is_active_until_its_end)
{
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert(get_bit(GICD_ISACTIVER, 40));
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    ck_assert_uint_eq(cpu(GICC_APR0 + 4 * 2), 1);   /* level 0x80 >> 1 = 64 */
    ck_assert(!irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    line(40, false);
    set_cpu(GICC_EOIR, 40);
    ck_assert(!get_bit(GICD_ISACTIVER, 40));
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
    ck_assert_uint_eq(cpu(GICC_APR0 + 4 * 2), 0);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(a_higher_priority_preempts_and_an_equal_one_waits)
{
    use(40, 0x80);
    use(41, 0x80);
    use(42, 0x40);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(41, true);
    ck_assert(!irq(0));
    ck_assert_uint_eq(cpu(GICC_HPPIR), 41);
    line(42, true);
    ck_assert(irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), 42);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x40);
    line(42, false);
    set_cpu(GICC_EOIR, 42);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    ck_assert(!irq(0));
    line(40, false);
    set_cpu(GICC_EOIR, 40);
    ck_assert(irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), 41);
}
END_TEST

START_TEST(the_binary_point_makes_priorities_equal)
{
    use(40, 0x88);
    use(41, 0x80);
    set_cpu(GICC_BPR, 3);   /* group priority <7:4> */
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    line(41, true);
    ck_assert(!irq(0));
    set_cpu(GICC_EOIR, 40);
    /* Both pending again: the subpriority still orders them. */
    ck_assert_uint_eq(cpu(GICC_IAR), 41);
    set_cpu(GICC_EOIR, 41);
    set_cpu(GICC_BPR, 2);   /* <7:3> */
    line(41, false);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(41, true);
    ck_assert(irq(0));
}
END_TEST

START_TEST(binary_point_seven_allows_no_preemption_at_all)
{
    use(40, 0xf0);
    use(41, 0x00);
    set_cpu(GICC_BPR, 7);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(41, true);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(ends_out_of_order_drop_the_highest_active_priority)
{
    use(40, 0x80);
    use(41, 0x40);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(41, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 41);
    set_cpu(GICC_EOIR, 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    ck_assert(!get_bit(GICD_ISACTIVER, 40));
    ck_assert(get_bit(GICD_ISACTIVER, 41));
    set_cpu(GICC_EOIR, 41);
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
}
END_TEST

START_TEST(ends_of_nothing_change_nothing)
{
    set_cpu(GICC_EOIR, 1023);
    set_cpu(GICC_EOIR, 300);
    set_cpu(GICC_EOIR, 40);
    set_cpu(GICC_AEOIR, 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
}
END_TEST

START_TEST(split_mode_drops_the_priority_first_and_deactivates_later)
{
    set_cpu(GICC_CTLR, GRP0 | EOI_MODE);
    use(40, 0x80);
    use(41, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_EOIR, 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
    ck_assert(get_bit(GICD_ISACTIVER, 40));
    ck_assert(!irq(0));   /* still high, but active */
    line(41, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 41);
    set_cpu(GICC_DIR, 40);
    ck_assert(!get_bit(GICD_ISACTIVER, 40));
    ck_assert(get_bit(GICD_ISACTIVER, 41));
    set_cpu(GICC_EOIR, 41);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
}
END_TEST

START_TEST(without_split_mode_dir_does_nothing)
{
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_DIR, 40);
    ck_assert(get_bit(GICD_ISACTIVER, 40));
}
END_TEST

START_TEST(active_bits_can_be_saved_and_restored)
{
    use(40, 0x80);
    set_bit(GICD_ISACTIVER, 40);
    line(40, true);
    ck_assert(!irq(0));
    set_cpu(GICC_APR0 + 8, 1);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    set_bit(GICD_ICACTIVER, 40);
    ck_assert(!irq(0));
    set_cpu(GICC_APR0 + 8, 0);
    ck_assert(irq(0));
}
END_TEST

/* ---- level and edge ---- */

START_TEST(a_level_interrupt_follows_its_line)
{
    use(40, 0x80);
    line(40, true);
    ck_assert(irq(0));
    line(40, false);
    ck_assert(!irq(0));
    ck_assert(!get_bit(GICD_ISPENDR, 40));
}
END_TEST

START_TEST(a_line_still_high_at_the_end_interrupts_again)
{
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert(get_bit(GICD_ISPENDR, 40));   /* active and pending */
    set_cpu(GICC_EOIR, 40);
    ck_assert(irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
}
END_TEST

START_TEST(software_pends_a_level_interrupt_until_it_is_acknowledged)
{
    use(40, 0x80);
    set_bit(GICD_ISPENDR, 40);
    ck_assert(irq(0));
    line(40, true);
    line(40, false);
    ck_assert(irq(0));   /* the latch does not follow the line */
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_EOIR, 40);
    ck_assert(!irq(0));
    set_bit(GICD_ISPENDR, 40);
    set_bit(GICD_ICPENDR, 40);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(clearing_pending_does_not_clear_a_high_line)
{
    use(40, 0x80);
    line(40, true);
    set_bit(GICD_ICPENDR, 40);
    ck_assert(get_bit(GICD_ISPENDR, 40));
    ck_assert(irq(0));
}
END_TEST

START_TEST(an_edge_is_remembered_after_the_line_falls_and_taken_once)
{
    make_edge(40);
    use(40, 0x80);
    line(40, true);
    line(40, false);
    ck_assert(irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_EOIR, 40);
    ck_assert(!irq(0));
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_EOIR, 40);
    ck_assert(!irq(0));   /* high is not another edge */
}
END_TEST

START_TEST(an_edge_while_active_is_taken_after_the_end)
{
    make_edge(40);
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(40, false);
    line(40, true);
    ck_assert(get_bit(GICD_ISPENDR, 40));
    ck_assert(!irq(0));
    set_cpu(GICC_EOIR, 40);
    ck_assert(irq(0));
}
END_TEST

START_TEST(an_edge_before_enabling_is_not_lost)
{
    make_edge(40);
    line(40, true);
    line(40, false);
    ck_assert(!irq(0));
    use(40, 0x80);
    ck_assert(irq(0));
    set_bit(GICD_ICPENDR, 40);
    ck_assert(!irq(0));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("gicv2 life");
    TCase *one = tcase_create("one core");
    tcase_add_checked_fixture(one, one_core, stop);
    tcase_add_test(one, an_acknowledged_interrupt_is_active_until_its_end);
    tcase_add_test(one, a_higher_priority_preempts_and_an_equal_one_waits);
    tcase_add_test(one, the_binary_point_makes_priorities_equal);
    tcase_add_test(one, binary_point_seven_allows_no_preemption_at_all);
    tcase_add_test(one, ends_out_of_order_drop_the_highest_active_priority);
    tcase_add_test(one, ends_of_nothing_change_nothing);
    tcase_add_test(one, split_mode_drops_the_priority_first_and_deactivates_later);
    tcase_add_test(one, without_split_mode_dir_does_nothing);
    tcase_add_test(one, active_bits_can_be_saved_and_restored);
    tcase_add_test(one, a_level_interrupt_follows_its_line);
    tcase_add_test(one, a_line_still_high_at_the_end_interrupts_again);
    tcase_add_test(one, software_pends_a_level_interrupt_until_it_is_acknowledged);
    tcase_add_test(one, clearing_pending_does_not_clear_a_high_line);
    tcase_add_test(one, an_edge_is_remembered_after_the_line_falls_and_taken_once);
    tcase_add_test(one, an_edge_while_active_is_taken_after_the_end);
    tcase_add_test(one, an_edge_before_enabling_is_not_lost);
    suite_add_tcase(suite, one);
    return suite;
}
