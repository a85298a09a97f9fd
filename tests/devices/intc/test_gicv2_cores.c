/* SPDX-License-Identifier: MIT */
/* Groups and several cores. Catches: an interrupt of one group seen by the other's registers, SGIs from two cores merged, banked
   registers of another core, an interrupt for all that each takes. */
#include "tests/devices/intc/gicv2_fixture.h"
#include "tests/support/support.h"

/* ---- groups ---- */

START_TEST(group_1_needs_its_own_enables_and_the_aliased_registers)
{
    set_bit(GICD_IGROUPR, 40);
    use(40, 0x80);
    line(40, true);
    ck_assert(!irq(0));
    set_dist(GICD_CTLR, GRP0 | GRP1);
    ck_assert(!irq(0));
    set_cpu(GICC_CTLR, GRP0 | GRP1);
    ck_assert(irq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), OTHER);
    ck_assert_uint_eq(cpu(GICC_HPPIR), OTHER);
    ck_assert_uint_eq(cpu(GICC_AHPPIR), 40);
    ck_assert_uint_eq(cpu(GICC_AIAR), 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
    ck_assert_uint_eq(cpu(GICC_NSAPR0 + 8), 1);
    ck_assert_uint_eq(cpu(GICC_APR0 + 8), 0);
    line(40, false);
    set_cpu(GICC_AEOIR, 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0xff);
    ck_assert(!get_bit(GICD_ISACTIVER, 40));
}
END_TEST

START_TEST(the_alias_does_not_see_group_0)
{
    set_dist(GICD_CTLR, GRP0 | GRP1);
    set_cpu(GICC_CTLR, GRP0 | GRP1);
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_AIAR), NONE);
    ck_assert_uint_eq(cpu(GICC_AHPPIR), NONE);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    set_cpu(GICC_AEOIR, 40);
    ck_assert(get_bit(GICD_ISACTIVER, 40));
}
END_TEST

START_TEST(ackctl_lets_iar_take_both_groups)
{
    set_bit(GICD_IGROUPR, 40);
    set_dist(GICD_CTLR, GRP0 | GRP1);
    set_cpu(GICC_CTLR, GRP0 | GRP1 | ACK_CTL);
    use(40, 0x80);
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_HPPIR), 40);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    line(40, false);
    set_cpu(GICC_EOIR, 40);
    ck_assert(!get_bit(GICD_ISACTIVER, 40));
}
END_TEST

START_TEST(fiqen_sends_group_0_as_fiq_and_group_1_as_irq)
{
    set_bit(GICD_IGROUPR, 41);
    set_dist(GICD_CTLR, GRP0 | GRP1);
    set_cpu(GICC_CTLR, GRP0 | GRP1 | FIQ_EN);
    use(40, 0x40);
    use(41, 0x80);
    line(41, true);
    ck_assert(irq(0) && !fiq(0));
    line(40, true);
    ck_assert(!irq(0) && fiq(0));
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert(!irq(0) && !fiq(0));
    set_cpu(GICC_CTLR, GRP0 | GRP1);
    line(40, false);
    set_cpu(GICC_EOIR, 40);
    ck_assert(irq(0) && !fiq(0));
}
END_TEST

START_TEST(group_1_has_its_own_binary_point_unless_cbpr)
{
    set_dist(GICD_CTLR, GRP0 | GRP1);
    set_cpu(GICC_CTLR, GRP0 | GRP1 | ACK_CTL);
    for (unsigned id = 40; id < 42; id++) {
        unsigned reg = GICD_IGROUPR + id / 32 * 4;
        set_dist(reg, dist(reg) | 1u << id % 32);
    }
    use(40, 0x88);
    use(41, 0x80);
    set_cpu(GICC_BPR, 3);    /* <7:4> if it counted */
    set_cpu(GICC_ABPR, 3);   /* <7:3> */
    line(40, true);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x88);
    line(41, true);
    ck_assert(irq(0));
    set_cpu(GICC_CTLR, GRP0 | GRP1 | ACK_CTL | CBPR);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x88);
    line(41, false);
    set_cpu(GICC_EOIR, 40);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    ck_assert_uint_eq(cpu(GICC_RPR), 0x80);
}
END_TEST

/* ---- PPIs and SGIs ---- */

START_TEST(a_ppi_reaches_its_own_core_only)
{
    be_core(1);
    use(27, 0x80);
    be_core(0);
    use(27, 0x80);
    device_fixture_input(gic, gicv2_ppi_input(1, 27), true);
    ck_assert(!irq(0) && irq(1));
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    ck_assert(!get_bit(GICD_ISPENDR, 27));
    be_core(1);
    ck_assert(get_bit(GICD_ISPENDR, 27));
    ck_assert_uint_eq(cpu(GICC_IAR), 27);
    device_fixture_input(gic, gicv2_ppi_input(1, 27), false);
    set_cpu(GICC_EOIR, 27);
    ck_assert(!irq(1));
}
END_TEST

START_TEST(banked_registers_belong_to_the_accessing_core)
{
    ck_assert_uint_eq(dist(GICD_TYPER), 8 | 1 << 5);
    use(27, 0x30);
    set_cpu(GICC_PMR, 0x77);
    ck_assert_uint_eq(dist(GICD_ITARGETSR), 0x01010101);
    be_core(1);
    ck_assert_uint_eq(dist(GICD_ITARGETSR), 0x02020202);
    ck_assert(!get_bit(GICD_ISENABLER, 27));
    ck_assert_uint_eq(dist(GICD_IPRIORITYR + 24), 0);
    ck_assert_uint_eq(cpu(GICC_PMR), 0xff);
}
END_TEST

START_TEST(an_spi_goes_to_its_targets_and_one_core_takes_it)
{
    use(40, 0x80);
    line(40, true);
    ck_assert(!irq(0) && !irq(1));
    target(40, 2);
    ck_assert(!irq(0) && irq(1));
    target(40, 0xff);
    ck_assert_uint_eq(dist(GICD_ITARGETSR + 40), 0x00000003);
    ck_assert(irq(0) && irq(1));
    be_core(1);
    ck_assert_uint_eq(cpu(GICC_IAR), 40);
    be_core(0);
    ck_assert(!irq(0) && !irq(1));
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
}
END_TEST

START_TEST(sgir_reaches_the_listed_the_others_or_oneself)
{
    set_dist(GICD_SGIR, 2u << 16 | 5);
    ck_assert(!irq(0) && irq(1));
    set_dist(GICD_SGIR, 1u << 24 | 6);
    set_dist(GICD_SGIR, 2u << 24 | 7);
    ck_assert(irq(0) && irq(1));
    ck_assert_uint_eq(cpu(GICC_IAR), 7);
    set_cpu(GICC_EOIR, 7);
    ck_assert(!irq(0));
    be_core(1);
    ck_assert_uint_eq(cpu(GICC_IAR), 5);   /* from core 0 */
    set_cpu(GICC_EOIR, 5);
    ck_assert_uint_eq(cpu(GICC_IAR), 6);
    set_cpu(GICC_EOIR, 6);
    ck_assert_uint_eq(cpu(GICC_IAR), NONE);
    set_dist(GICD_SGIR, 3u << 24 | 0xff0000 | 5);   /* reserved filter */
    ck_assert(!irq(0) && !irq(1));
}
END_TEST

START_TEST(an_sgi_from_two_cores_is_taken_twice_with_its_senders)
{
    set_dist(GICD_SGIR, 1u << 16 | 3);
    be_core(1);
    set_dist(GICD_SGIR, 1u << 16 | 3);
    set_dist(GICD_SGIR, 1u << 16 | 3);
    be_core(0);
    ck_assert_uint_eq(dist(GICD_SPENDSGIR), 0x03000000);
    ck_assert_uint_eq(cpu(GICC_IAR), 3);
    ck_assert(!irq(0));   /* active: the second one waits */
    set_cpu(GICC_EOIR, 3);
    ck_assert_uint_eq(cpu(GICC_HPPIR), 3 | 1 << 10);
    ck_assert_uint_eq(cpu(GICC_IAR), 3 | 1 << 10);
    set_cpu(GICC_EOIR, 3 | 1 << 10);
    ck_assert(!irq(0));
}
END_TEST

START_TEST(sgi_pending_bits_can_be_set_and_cleared_by_sender)
{
    device_fixture_write(f, dist_base + GICD_SPENDSGIR + 9, 1, 0xff);
    ck_assert_uint_eq(dist(GICD_CPENDSGIR + 8), 0x00000300);   /* only cores that exist */
    ck_assert(irq(0));
    device_fixture_write(f, dist_base + GICD_CPENDSGIR + 9, 1, 1);
    ck_assert_uint_eq(cpu(GICC_IAR), 9 | 1 << 10);
    set_cpu(GICC_EOIR, 9 | 1 << 10);
    device_fixture_write(f, dist_base + GICD_SPENDSGIR + 9, 1, 2);
    device_fixture_write(f, dist_base + GICD_CPENDSGIR + 9, 1, 2);
    ck_assert(!irq(0));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("gicv2 cores");
    TCase *one = tcase_create("one core"), *two = tcase_create("two cores");
    tcase_add_checked_fixture(one, one_core, stop);
    tcase_add_test(one, group_1_needs_its_own_enables_and_the_aliased_registers);
    tcase_add_test(one, the_alias_does_not_see_group_0);
    tcase_add_test(one, ackctl_lets_iar_take_both_groups);
    tcase_add_test(one, fiqen_sends_group_0_as_fiq_and_group_1_as_irq);
    tcase_add_test(one, group_1_has_its_own_binary_point_unless_cbpr);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(two, two_cores, stop);
    tcase_add_test(two, a_ppi_reaches_its_own_core_only);
    tcase_add_test(two, banked_registers_belong_to_the_accessing_core);
    tcase_add_test(two, an_spi_goes_to_its_targets_and_one_core_takes_it);
    tcase_add_test(two, sgir_reaches_the_listed_the_others_or_oneself);
    tcase_add_test(two, an_sgi_from_two_cores_is_taken_twice_with_its_senders);
    tcase_add_test(two, sgi_pending_bits_can_be_set_and_cleared_by_sender);
    suite_add_tcase(suite, two);
    return suite;
}
