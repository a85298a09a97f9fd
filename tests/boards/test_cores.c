/* SPDX-License-Identifier: MIT */
/* Every setting of every core at its least and at its most, on a small guest with page tables, faults and a few kinds of loops
   (roms/bench). Catches: a number that -timing takes and the model cannot bear, two modes that disagree about the time, a guest
   that notices more of a core than its time and its caches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boards/machine.h"
#include "bus/port.h"
#include "tests/support/support.h"
#include "tests/support/trials.h"

enum { TEXT_MAX = 4096 };

struct run {
    char text[TEXT_MAX];      /* what the guest wrote to its serial line */
    size_t length;
    enum machine_stop stop;
    tick_t end;
    struct counters counters;
};

static void collect(void *host, const uint8_t *data, size_t length)
{
    struct run *run = host;
    ck_assert_uint_lt(run->length + length, TEXT_MAX);
    memcpy(run->text + run->length, data, length);
    run->length += length;
}

static void run_core(const struct core_model *core, const char *kernel, enum timing_mode mode, struct run *run)
{
    memset(run, 0, sizeof *run);
    struct chardev serial = { .write = collect, .host = run };
    struct error err;
    struct machine_config config;
    machine_defaults(&config);
    config.core = core;
    config.timing = mode;
    config.ram_size = 64 * MIB;
    config.display_device = "none";
    config.kernel = "roms/bench/bench.img";
    config.append = kernel;
    ck_assert(machine_attach(&config, "serial0", PORT_CHARDEV, &serial));
    struct machine *m = machine_new(&config, &err);
    ck_assert_msg(m != NULL, "%s", err.text);
    run->stop = machine_run(m, 100 * TICKS_PER_SECOND);
    run->end = machine_now(m);
    machine_counters(m, &run->counters);
    machine_free(m);
}

/* Both modes; returns when the guest was done. LONG=1: with more kinds of guests. */
static tick_t check_core(const struct core_model *core, const char *what)
{
    static const char *const kernels[] = { "bench=svc,1", "bench=lz,1", "bench=hostile,1", "bench=pages,1" };
    static struct run fast, reference;
    for (unsigned i = getenv("LONG") ? 0 : ARRAY_SIZE(kernels) - 1; i < ARRAY_SIZE(kernels); i++) {
        run_core(core, kernels[i], TIMING_ON, &fast);
        run_core(core, kernels[i], TIMING_REFERENCE, &reference);
        ck_assert_msg(fast.stop == MACHINE_POWER_OFF && strstr(fast.text, " right "), "%s, %s: %s", what, kernels[i], fast.text);
        ck_assert_msg(fast.end == reference.end && !strcmp(fast.text, reference.text), "%s, %s: the modes disagree: %llu, %llu",
                      what, kernels[i], (unsigned long long)fast.end, (unsigned long long)reference.end);
        ck_assert_msg(!memcmp(&fast.counters, &reference.counters, sizeof fast.counters), "%s, %s: the counters differ", what,
                      kernels[i]);
    }
    return fast.end;
}

/* What else must be said for the number to be taken. */
static int override_alone(struct core_settings *settings, const char *item)
{
    static const char *const companions[] = { "", ",l2.size=1M", ",l2.ways=32", ",l1i.size=4K,l1d.size=4K", ",dram.refresh-time=0",
                                              ",dram.refresh=100000" };
    for (unsigned i = 0; i < ARRAY_SIZE(companions); i++) {
        char text[128];
        snprintf(text, sizeof text, "%s%s", item, companions[i]);
        if (model_override(settings, text, NULL) == 0)
            return 0;
    }
    return -1;
}

/* _i: the number of a setting. */
START_TEST(a_core_with_one_number_at_its_end_keeps_time_and_computes_right)
{
    const struct core_model *model;
    unsigned run = 0;
    for (unsigned k = 0; (model = model_at(k)); k++)
        for (unsigned end = 0; end < 2; end++) {
            if (!trials_include(run++ * setting_count + (unsigned)_i))
                continue;
            const struct setting_row *row = &setting_rows[_i];
            struct core_model core = *model;
            char number[MODEL_TEXT], item[64];
            model_number_text(row, end ? row->most : row->least, number);
            snprintf(item, sizeof item, "%s=%s", row->key, number);
            ck_assert_msg(override_alone(&core.settings, item) == 0, "%s", item);
            check_core(&core, item);
        }
}
END_TEST

START_TEST(every_core_keeps_its_own_time)
{
    tick_t ends[8];
    unsigned count = 0;
    for (const struct core_model *model; (model = model_at(count)) && count < ARRAY_SIZE(ends); count++) {
        ends[count] = check_core(model, model->name);
        for (unsigned i = 0; i < count; i++)
            ck_assert_uint_ne(ends[i], ends[count]);
    }
    ck_assert_uint_ge(count, 3);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("cores");
    TCase *t = tcase_create("cores");
    tcase_set_timeout(t, trials_limit(300, 3600));
    tcase_add_test(t, every_core_keeps_its_own_time);
    tcase_add_loop_test(t, a_core_with_one_number_at_its_end_keeps_time_and_computes_right, 0, (int)setting_count);
    suite_add_tcase(s, t);
    return s;
}
