/* SPDX-License-Identifier: MIT */
/* Guests made of random words on the whole board, with registers that point to its devices. Nothing is expected but that the
   machine goes on; with the sanitizers on this catches a device or a wire that a guest can crash. */

#include "base/bits.h"
#include "boards/board.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { RUNS = 24, LONG_FACTOR = 40, WORDS = 4096, RAM = 0x40000000, SLICES = 8 };

static uint64_t seed;

static uint64_t random_address(const struct machine *m)
{
    const struct part *part = m->built[oracle_below(&seed, m->built_count)].part;
    if (part->base[0] && oracle_below(&seed, 2))
        return part->base[0] + oracle_below(&seed, 0x200) / 4 * 4;
    return RAM + oracle_below(&seed, 16 << 20) / 8 * 8;
}

static uint32_t random_word(void)
{
    static const uint32_t useful[] = { 0xb9000000 /* STR W */, 0xb9400000 /* LDR W */, 0xf9000000 /* STR X */,
        0x39000000 /* STRB */ };
    uint32_t word = oracle_word(&seed, oracle_below(&seed, insn_row_count));
    switch (oracle_below(&seed, 4)) {
    case 0: return useful[oracle_below(&seed, ARRAY_SIZE(useful))] | (word & 0x1fffff);
    case 1: return (word & 0x7c000000) == 0x14000000 ? 0xd503201f : word;
    default: return word;
    }
}

static void run_guest(struct machine *m)
{
    for (unsigned i = 0; i < WORDS; i++)
        ck_assert(space_store(&m->space, RAM + 64 + 4 * i, 4, random_word()));
    for (unsigned slice = 0; slice < SLICES; slice++) {
        for (int i = 0; i < 31; i++)
            m->cpu->x[i] = random_address(m);
        m->cpu->cpu.pc = RAM + 64 + oracle_below(&seed, WORDS) * 4;
        if (machine_run(m, machine_now(m) + 10 * TICKS_PER_US) != MACHINE_REACHED)
            machine_reset(m);
    }
}

START_TEST(random_guests_do_not_crash_the_board)
{
    unsigned runs = (unsigned)trials(RUNS, LONG_FACTOR);
    for (unsigned i = 0; i < runs; i++) {
        struct error err;
        struct machine_config config;
        uint8_t image[64] = { 0 };
        st_le32(image + 56, 0x644d5241);
        machine_defaults(&config);
        config.kernel_image = image;
        config.kernel_image_size = sizeof image;
        config.ram_size = 16 * MIB;
        config.display_device = i % 2 ? "simple-framebuffer" : "virtio-gpu";
        struct machine *m = machine_new(&config, &err);
        ck_assert_msg(m != NULL, "%s", err.text);
        seed = 1 + i;
        for (unsigned k = 0; k < 8; k++)
            run_guest(m);
        machine_free(m);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("mad_guest");
    TCase *t = tcase_create("mad_guest");
    decode_init();
    tcase_set_timeout(t, 3600);
    tcase_add_test(t, random_guests_do_not_crash_the_board);
    suite_add_tcase(s, t);
    return s;
}
