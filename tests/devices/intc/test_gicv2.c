/* SPDX-License-Identifier: MIT */
/* Catches: the wrong interrupt winning, one delivered twice or lost, preemption by an equal priority, masks that leak, a level
   line forgotten while it is high, an edge remembered too long, SGIs from two cores merged, banked registers of another core,
   priority drop and deactivation confused, IDs outside the chip that corrupt it. */
#include <stdlib.h>

#include "devices/intc/gicv2.h"
#include "tests/support/device_fixture.h"
#include "tests/support/support.h"

enum {
    GICD_CTLR = 0x000, GICD_TYPER = 0x004, GICD_IIDR = 0x008, GICD_IGROUPR = 0x080, GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180, GICD_ISPENDR = 0x200, GICD_ICPENDR = 0x280, GICD_ISACTIVER = 0x300, GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400, GICD_ITARGETSR = 0x800, GICD_ICFGR = 0xc00, GICD_SGIR = 0xf00, GICD_CPENDSGIR = 0xf10,
    GICD_SPENDSGIR = 0xf20,
};
enum {
    GICC_CTLR = 0x00, GICC_PMR = 0x04, GICC_BPR = 0x08, GICC_IAR = 0x0c, GICC_EOIR = 0x10, GICC_RPR = 0x14, GICC_HPPIR = 0x18,
    GICC_ABPR = 0x1c, GICC_AIAR = 0x20, GICC_AEOIR = 0x24, GICC_AHPPIR = 0x28, GICC_APR0 = 0xd0, GICC_NSAPR0 = 0xe0,
    GICC_IIDR = 0xfc, GICC_DIR = 0x1000,
};
enum { GRP0 = 1, GRP1 = 2, ACK_CTL = 4, FIQ_EN = 8, CBPR = 0x10, EOI_MODE = 0x200, NONE = 1023, OTHER = 1022 };

static struct device_fixture *f;
static struct device *gic;
static gpa_t dist_base, cpu_base;

static uint32_t dist(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, dist_base + reg, 4);
}

static void set_dist(unsigned reg, uint32_t value)
{
    device_fixture_write(f, dist_base + reg, 4, value);
}

static uint32_t cpu(unsigned reg)
{
    return (uint32_t)device_fixture_read(f, cpu_base + reg, 4);
}

static void set_cpu(unsigned reg, uint32_t value)
{
    device_fixture_write(f, cpu_base + reg, 4, value);
}

static void line(unsigned id, bool level)
{
    device_fixture_input(gic, gicv2_spi_input(id - 32), level);
}

static bool irq(unsigned n)
{
    return device_fixture_level(f, gic, "irq", n);
}

static bool fiq(unsigned n)
{
    return device_fixture_level(f, gic, "fiq", n);
}

static void be_core(unsigned n)
{
    gicv2_set_current_cpu(gic, n);
}

static void set_bit(unsigned reg, unsigned id)
{
    set_dist(reg + id / 32 * 4, 1u << id % 32);
}

static bool get_bit(unsigned reg, unsigned id)
{
    return dist(reg + id / 32 * 4) >> id % 32 & 1;
}

static void prioritise(unsigned id, unsigned priority)
{
    device_fixture_write(f, dist_base + GICD_IPRIORITYR + id, 1, priority);
}

static void target(unsigned id, unsigned cores)
{
    device_fixture_write(f, dist_base + GICD_ITARGETSR + id, 1, cores);
}

static void make_edge(unsigned id)
{
    unsigned reg = GICD_ICFGR + id / 16 * 4;
    set_dist(reg, dist(reg) | 2u << id % 16 * 2);
}

/* A level-sensitive interrupt, enabled, at this priority. */
static void use(unsigned id, unsigned priority)
{
    prioritise(id, priority);
    set_bit(GICD_ISENABLER, id);
}

static void open_interface(unsigned ctlr)
{
    set_cpu(GICC_PMR, 0xff);
    set_cpu(GICC_CTLR, ctlr);
}

static void start(unsigned cores)
{
    f = device_fixture_new();
    gic = device_fixture_add(f, "gicv2");
    device_fixture_option(gic, "num_cpu", cores);
    device_fixture_start(f);
    dist_base = device_fixture_base(f, gic, "dist");
    cpu_base = device_fixture_base(f, gic, "cpu");
    set_dist(GICD_CTLR, GRP0);
    for (unsigned n = 0; n < cores; n++) {
        be_core(n);
        open_interface(GRP0);
    }
    be_core(0);
}

static void one_core(void)
{
    start(1);
}

static void two_cores(void)
{
    start(2);
}

static void stop(void)
{
    device_fixture_free(f);
}

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

static void add_one_core_tests(TCase *t)
{
    tcase_add_test(t, a_driver_finds_a_gicv2_with_288_lines);
    tcase_add_test(t, reset_closes_every_gate);
    tcase_add_test(t, options_outside_the_architecture_are_refused);
    tcase_add_test(t, a_chip_with_the_most_lines_ends_before_the_special_ids);
    tcase_add_test(t, lines_beyond_the_chip_read_as_zero_and_ignore_stores);
    tcase_add_test(t, an_interrupt_passes_only_when_every_gate_is_open);
    tcase_add_test(t, the_priority_mask_passes_only_higher_priorities);
    tcase_add_test(t, the_highest_priority_wins_then_the_lowest_id);
    tcase_add_test(t, a_changed_priority_changes_the_winner);
    tcase_add_test(t, an_acknowledged_interrupt_is_active_until_its_end);
    tcase_add_test(t, a_higher_priority_preempts_and_an_equal_one_waits);
    tcase_add_test(t, the_binary_point_makes_priorities_equal);
    tcase_add_test(t, binary_point_seven_allows_no_preemption_at_all);
    tcase_add_test(t, ends_out_of_order_drop_the_highest_active_priority);
    tcase_add_test(t, ends_of_nothing_change_nothing);
    tcase_add_test(t, split_mode_drops_the_priority_first_and_deactivates_later);
    tcase_add_test(t, without_split_mode_dir_does_nothing);
    tcase_add_test(t, active_bits_can_be_saved_and_restored);
    tcase_add_test(t, a_level_interrupt_follows_its_line);
    tcase_add_test(t, a_line_still_high_at_the_end_interrupts_again);
    tcase_add_test(t, software_pends_a_level_interrupt_until_it_is_acknowledged);
    tcase_add_test(t, clearing_pending_does_not_clear_a_high_line);
    tcase_add_test(t, an_edge_is_remembered_after_the_line_falls_and_taken_once);
    tcase_add_test(t, an_edge_while_active_is_taken_after_the_end);
    tcase_add_test(t, an_edge_before_enabling_is_not_lost);
    tcase_add_test(t, priorities_and_their_bytes_are_the_same_registers);
    tcase_add_test(t, configuration_keeps_sgis_edge_and_takes_the_upper_bits);
    tcase_add_test(t, sgis_stay_enabled_and_are_not_pended_by_ispendr);
    tcase_add_test(t, one_core_needs_no_targets);
    tcase_add_test(t, control_registers_keep_what_exists);
    tcase_add_test(t, the_cpu_interface_takes_words_only);
    tcase_add_test(t, group_1_needs_its_own_enables_and_the_aliased_registers);
    tcase_add_test(t, the_alias_does_not_see_group_0);
    tcase_add_test(t, ackctl_lets_iar_take_both_groups);
    tcase_add_test(t, fiqen_sends_group_0_as_fiq_and_group_1_as_irq);
    tcase_add_test(t, group_1_has_its_own_binary_point_unless_cbpr);
    tcase_add_test(t, the_winner_is_always_the_one_a_plain_search_finds);
}

static void add_two_core_tests(TCase *t)
{
    tcase_add_test(t, a_ppi_reaches_its_own_core_only);
    tcase_add_test(t, banked_registers_belong_to_the_accessing_core);
    tcase_add_test(t, an_spi_goes_to_its_targets_and_one_core_takes_it);
    tcase_add_test(t, sgir_reaches_the_listed_the_others_or_oneself);
    tcase_add_test(t, an_sgi_from_two_cores_is_taken_twice_with_its_senders);
    tcase_add_test(t, sgi_pending_bits_can_be_set_and_cleared_by_sender);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("gicv2");
    TCase *one = tcase_create("one core"), *two = tcase_create("two cores"), *wild = tcase_create("wild guest");
    tcase_add_checked_fixture(one, one_core, stop);
    add_one_core_tests(one);
    suite_add_tcase(suite, one);
    tcase_add_checked_fixture(two, two_cores, stop);
    add_two_core_tests(two);
    suite_add_tcase(suite, two);
    tcase_add_test(wild, random_accesses_do_no_harm_and_repeat);
    tcase_set_timeout(wild, 60);
    suite_add_tcase(suite, wild);
    return suite;
}
