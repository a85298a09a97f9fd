/* SPDX-License-Identifier: MIT */
/* Catches: a core whose numbers break its own rules or have no source, an override that is lost, rounded or half applied, a bad
   setting that is taken or refused without saying what would be right. */
#include "cpu/timing/model.h"

#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

static struct core_settings pi3(void)
{
    return model_find("cortex-a53", "pi3", NULL)->settings;
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

START_TEST(every_core_obeys_the_rules_and_names_its_sources)
{
    unsigned count = 0;
    for (const struct core_model *model; (model = model_at(count)); count++) {
        struct core_settings settings = model->settings;
        struct error err = { "" };
        for (unsigned i = 0; i < setting_count; i++) {
            char number[MODEL_TEXT], text[128];
            const struct setting_row *row = &setting_rows[i];
            model_number_text(row, model_number(&model->settings, i), number);
            snprintf(text, sizeof text, "%s=%s", row->key, number);
            ck_assert_msg(model_override(&settings, text, &err) == 0, "%s of %s: %s", text, model->name, err.text);
            ck_assert_msg(model_source(model, row->key) && *model_source(model, row->key), "%s: no source for %s", model->name,
                          row->key);
        }
        ck_assert_mem_eq(&settings, &model->settings, sizeof settings);
        ck_assert(*model->summary && *model->modelled && *model->not_modelled && *model->documents && model->groups && model->latency &&
                  model->unaligned);
        ck_assert_ptr_eq(model_find(model->name, model->board, &err), model);
    }
    ck_assert_uint_ge(count, 3);
}
END_TEST

START_TEST(a_core_is_found_by_name_and_has_a_default_board)
{
    struct error err;
    const struct core_model *model = model_find("cortex-a53", NULL, &err);
    ck_assert_str_eq(model->board, "pi3");
    ck_assert_uint_eq(model->settings.clock_mhz, 1200);
    ck_assert_uint_eq(model_find("cortex-a53", "am62x", &err)->settings.clock_mhz, 1400);
    ck_assert_str_eq(model_find("simple", NULL, &err)->board, "generic");
    ck_assert_ptr_null(model_find("cortex-a72", NULL, &err));
    ck_assert_str_eq(err.text, "there is no CPU 'cortex-a72'; there is: cortex-a53 and simple");
    ck_assert_ptr_null(model_find("cortex-a53", "pi4", &err));
    ck_assert_str_eq(err.text, "cortex-a53 has no board 'pi4'; there is: pi3 and am62x");
    ck_assert_ptr_null(model_find("simple", "pi3", &err));
    ck_assert_str_eq(err.text, "simple has no board 'pi3'; there is: generic");
    ck_assert_ptr_null(model_find("", NULL, NULL));
}
END_TEST

START_TEST(overrides_change_what_they_name_and_nothing_else)
{
    struct core_settings settings = pi3(), expected = pi3();
    struct error err;
    ck_assert_int_eq(model_override(&settings, "l2.size=1M,dram.cas=14,predictor=none,l1i.size=65536,l1d.size=16k", &err), 0);
    expected.l2_size = 1 << 20;
    expected.dram_cas = 14;
    expected.predictor = PREDICTOR_NONE;
    expected.l1i_size = 65536;
    expected.l1d_size = 16384;
    ck_assert_mem_eq(&settings, &expected, sizeof settings);
    ck_assert_int_eq(model_override(&settings, "predictor=local", &err), 0);
    ck_assert_uint_eq(settings.predictor, PREDICTOR_LOCAL);
    ck_assert_int_eq(model_override(&settings, "predictor=global", &err), 0);
    ck_assert_uint_eq(settings.predictor, PREDICTOR_GLOBAL);
}
END_TEST

static const struct { const char *text, *message; } bad[] = {
    { "l2.sise=1M", "there is no setting 'l2.sise'; did you mean l2.size? (-timing help lists them all)" },
    { "colour=red", "there is no setting 'colour'; -timing help lists them all" },
    { "L2.SIZE=1M", "there is no setting 'L2.SIZE'; -timing help lists them all" },
    { "on", "there is no setting 'on'; -timing help lists them all" },
    { "", "a setting is missing beside a comma; write KEY=VALUE,KEY=VALUE" },
    { "l2.size=1M,", "a setting is missing beside a comma; write KEY=VALUE,KEY=VALUE" },
    { ",l2.size=1M", "a setting is missing beside a comma; write KEY=VALUE,KEY=VALUE" },
    { "l2.size=1M,,dram.cas=9", "a setting is missing beside a comma; write KEY=VALUE,KEY=VALUE" },
    { "=5", "'=5': the setting's name is missing before the '='" },
    { "l2.size", "l2.size: no value given; write l2.size=VALUE, which is 64K to 16M, a power of two" },
    { "l2.size=", "l2.size: no value given; write l2.size=VALUE, which is 64K to 16M, a power of two" },
    { "dram.cas=9,dram.rp=9,dram.cas=9", "dram.cas is given twice; leave one out" },
    { "l2.ways=0", "l2.ways=0: too small; l2.ways is 1 to 32, a power of two" },
    { "l2.ways=3", "l2.ways=3: not a power of two; l2.ways is 1 to 32, a power of two" },
    { "l2.ways=64", "l2.ways=64: too large; l2.ways is 1 to 32, a power of two" },
    { "l2.ways=1K", "l2.ways=1K: not a whole number; l2.ways is 1 to 32, a power of two" },
    { "l2.size=1000K", "l2.size=1000K: not a power of two; l2.size is 64K to 16M, a power of two" },
    { "l2.size=1KB", "l2.size=1KB: not a size (digits, and K, M or G); l2.size is 64K to 16M, a power of two" },
    { "l2.size=K", "l2.size=K: not a size (digits, and K, M or G); l2.size is 64K to 16M, a power of two" },
    { "l2.size=1T", "l2.size=1T: not a size (digits, and K, M or G); l2.size is 64K to 16M, a power of two" },
    { "l2.size=32K", "l2.size=32K: too small; l2.size is 64K to 16M, a power of two" },
    { "l2.size=4G", "l2.size=4G: too large; l2.size is 64K to 16M, a power of two" },
    { "l2.size=18446744073710075904", "l2.size=18446744073710075904: too large; l2.size is 64K to 16M, a power of two" },
    { "l2.size=4194816K", "l2.size=4194816K: too large; l2.size is 64K to 16M, a power of two" },
    { "l2.size=99999999999999999999999G", "l2.size=99999999999999999999999G: too large; l2.size is 64K to 16M, a power of two" },
    { "dram.cas=-1", "dram.cas=-1: not a whole number; dram.cas is 1 to 64" },
    { "dram.cas= 9", "dram.cas= 9: not a whole number; dram.cas is 1 to 64" },
    { "dram.cas=9.5", "dram.cas=9.5: not a whole number; dram.cas is 1 to 64" },
    { "dram.cas=0x9", "dram.cas=0x9: not a whole number; dram.cas is 1 to 64" },
    { "dram.cas=9=9", "dram.cas=9=9: not a whole number; dram.cas is 1 to 64" },
    { "dram.cas=65", "dram.cas=65: too large; dram.cas is 1 to 64" },
    { "predictor=perfect", "predictor=perfect: there is no such choice; predictor is none, local, global or bi-mode" },
    { "predictor=glob", "predictor=glob: there is no such choice; predictor is none, local, global or bi-mode" },
    { "predictor=none|local", "predictor=none|local: there is no such choice; predictor is none, local, global or bi-mode" },
    { "predictor=3", "predictor=3: there is no such choice; predictor is none, local, global or bi-mode" },
    { "l2.size=16M,l2.ways=1", "l2.size=16M with l2.ways=1 makes 262144 sets; there can be 1 to 32768: change one of them" },
    { "l1d.size=1M", "l1d.size=1M is larger than l2.size=512K; the L2 must be at least as large" },
    { "l1i.size=256K,l2.size=128K", "l1i.size=256K is larger than l2.size=128K; the L2 must be at least as large" },
    { "dram.refresh=100", "dram.refresh-time=130 ns does not fit between refreshes, dram.refresh=100 ns" },
};

START_TEST(a_bad_setting_is_refused_with_what_would_be_right_and_changes_nothing)
{
    struct core_settings settings = pi3(), before = pi3();
    struct error err = { "" };
    char good_then_bad[256];
    ck_assert_int_eq(model_override(&settings, bad[_i].text, &err), -1);
    ck_assert_str_eq(err.text, bad[_i].message);
    snprintf(good_then_bad, sizeof good_then_bad, "clock=1000,%s", bad[_i].text);
    ck_assert_int_eq(model_override(&settings, good_then_bad, NULL), -1);
    ck_assert_mem_eq(&settings, &before, sizeof settings);
}
END_TEST

START_TEST(numbers_that_go_together_may_be_given_in_any_order)
{
    struct core_settings settings = pi3();
    struct error err;
    ck_assert_int_eq(model_override(&settings, "l1d.size=1M,l2.size=2M", &err), 0);
    ck_assert_int_eq(model_override(&settings, "predictor.entries=64,predictor=local", &err), 0);
    ck_assert_int_eq(model_override(&settings, "dram.refresh=0", &err), 0);
}
END_TEST

START_TEST(every_setting_belongs_to_a_section_and_is_told_in_full)
{
    ck_assert_ptr_nonnull(model_section(0));
    unsigned sections = 0;
    for (unsigned i = 0; i < setting_count; i++) {
        char range[2 * MODEL_TEXT];
        sections += model_section(i) != NULL;
        model_range_text(&setting_rows[i], range);
        ck_assert(*range && *setting_rows[i].key && *setting_rows[i].what);
        ck_assert_uint_le(setting_rows[i].least, setting_rows[i].most);
        if (setting_rows[i].rule == SETTING_POWER || setting_rows[i].rule == SETTING_SIZE)
            ck_assert(is_power_of_2(setting_rows[i].most) && (is_power_of_2(setting_rows[i].least)));
    }
    ck_assert_uint_eq(sections, 5);
    ck_assert_ptr_null(model_section(1));
    ck_assert_ptr_null(model_source(model_at(0), "no.such.key"));
}
END_TEST

/* A number of a setting's rule in its range, as text. */
static void random_item(uint64_t *seed, unsigned i, char *text, size_t size)
{
    const struct setting_row *row = &setting_rows[i];
    char number[MODEL_TEXT];
    uint32_t v = row->least + (uint32_t)(next_random(seed) % (row->most - row->least + 1));
    if (row->rule == SETTING_POWER || row->rule == SETTING_SIZE)
        for (v = row->least; v < row->most && next_random(seed) % 4; v *= 2)
            ;
    model_number_text(row, v, number);
    snprintf(text, size, "%s=%s", row->key, number);
}

START_TEST(whatever_is_taken_fits_together_and_whatever_is_refused_changes_nothing)
{
    uint64_t seed = 1;
    unsigned taken = 0, refused = 0, count = (unsigned)trials(20000, 1);
    struct core_settings settings = pi3();
    for (unsigned n = 0; n < count; n++) {
        char text[256] = "";
        struct core_settings before = settings;
        struct error err = { "" };
        for (unsigned k = 0; k < 3; k++) {
            if (k)
                strcat(text, ",");
            size_t used = strlen(text);
            random_item(&seed, (unsigned)(next_random(&seed) % setting_count), text + used, sizeof text - used);
        }
        if (next_random(&seed) % 4 == 0)   /* one letter wrong */
            text[next_random(&seed) % strlen(text)] = (char)(' ' + next_random(&seed) % 95);
        if (model_override(&settings, text, &err) < 0) {
            ck_assert_msg(*err.text, "%s", text);
            ck_assert_mem_eq(&settings, &before, sizeof settings);
            refused++;
            continue;
        }
        taken++;
        const struct core_settings *s = &settings;
        ck_assert_msg(s->l2_size >= s->l1d_size && s->l2_size >= s->l1i_size, "%s", text);
        ck_assert_msg(s->l2_size / (64 * s->l2_ways) - 1 < 32768 && is_power_of_2(s->l2_size) && is_power_of_2(s->l2_ways), "%s", text);
        ck_assert_msg(s->l1d_size / (64 * s->l1d_ways) >= 1 && s->l1i_size / (64 * s->l1i_ways) >= 1, "%s", text);
        for (unsigned i = 0; i < setting_count; i++)
            ck_assert_msg(model_number(s, i) >= setting_rows[i].least && model_number(s, i) <= setting_rows[i].most, "%s", text);
    }
    ck_assert(taken > count / 10 && refused > count / 10);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_add_test(t, every_core_obeys_the_rules_and_names_its_sources);
    tcase_add_test(t, a_core_is_found_by_name_and_has_a_default_board);
    tcase_add_test(t, overrides_change_what_they_name_and_nothing_else);
    tcase_add_loop_test(t, a_bad_setting_is_refused_with_what_would_be_right_and_changes_nothing, 0, ARRAY_SIZE(bad));
    tcase_add_test(t, numbers_that_go_together_may_be_given_in_any_order);
    tcase_add_test(t, every_setting_belongs_to_a_section_and_is_told_in_full);
    tcase_add_test(t, whatever_is_taken_fits_together_and_whatever_is_refused_changes_nothing);
    suite_add_tcase(s, t);
    return s;
}
