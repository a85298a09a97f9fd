/* SPDX-License-Identifier: MIT */
/* Catches: two classes of one name, a row of a class' tables that points outside its state struct, a wire that the state hash
   does not see, sizes that no bus access can have, a device-tree name without its end. Each test runs once for every class. */
#include <string.h>

#include "devices/classes.h"
#include "tests/support/support.h"

START_TEST(its_name_is_unique_and_found)
{
    const struct device_class *c = device_classes[_i];
    ck_assert_ptr_eq(device_class_find(c->name), c);
    ck_assert_msg(c->manual && *c->manual, "%s names no manual", c->name);
    ck_assert_uint_ge(c->size, sizeof(struct device));
}
END_TEST

START_TEST(a_name_of_no_class_is_not_found)
{
    ck_assert_ptr_null(device_class_find("no such chip"));
    ck_assert_ptr_null(device_class_find(""));
}
END_TEST

static size_t field_size(const struct field *f)
{
    static const size_t sizes[] = {
        [FIELD_BOOL] = sizeof(bool), [FIELD_U8] = 1, [FIELD_U16] = 2, [FIELD_U32] = 4, [FIELD_U64] = 8, [FIELD_BYTES] = 1,
        [FIELD_EVENT] = sizeof(struct event), [FIELD_IRQ] = sizeof(struct irq) };
    ck_assert_uint_lt(f->type, ARRAY_SIZE(sizes));
    return sizes[f->type] * f->count;
}

static void check_inside(const struct device_class *c, const char *row, size_t offset, size_t size)
{
    ck_assert_msg(row && *row, "%s has a row without a name", c->name);
    bool inside = size && offset >= sizeof(struct device) && offset + size <= c->size;
    ck_assert_msg(inside, "%s: %s lies outside its state", c->name, row);
}

START_TEST(every_row_lies_inside_the_state_struct)
{
    const struct device_class *c = device_classes[_i];
    ck_assert_msg(c->fields != NULL, "%s has no field table", c->name);
    for (const struct field *f = c->fields; f->type != FIELD_END; f++)
        check_inside(c, f->name, f->offset, field_size(f));
    for (const struct device_pin *p = c->pins; p && p->name; p++)
        check_inside(c, p->name, p->offset, sizeof(struct irq) * p->count);
    for (const struct device_port *p = c->ports; p && p->name; p++)
        check_inside(c, p->name, p->offset, sizeof(void *));
    for (const struct device_option *o = c->options; o && o->name; o++)
        check_inside(c, o->name, o->offset, o->kind == OPTION_U32 ? 4 : o->kind == OPTION_U64 ? 8 : sizeof(char *));
}
END_TEST

START_TEST(every_wire_is_part_of_the_state)
{
    const struct device_class *c = device_classes[_i];
    for (const struct device_pin *p = c->pins; p && p->name; p++) {
        bool found = false;
        for (const struct field *f = c->fields; f->type != FIELD_END; f++)
            found |= f->type == FIELD_IRQ && f->offset == p->offset && f->count == p->count;
        ck_assert_msg(found, "%s: pin %s is not in its field table", c->name, p->name);
    }
}
END_TEST

START_TEST(its_regions_take_sizes_that_exist)
{
    const struct device_class *c = device_classes[_i];
    for (const struct device_region *r = c->regions; r && r->name; r++) {
        unsigned low = r->ops->min_size, high = r->ops->max_size;
        ck_assert_msg(r->size && r->ops->read && r->ops->write, "%s: region %s is incomplete", c->name, r->name);
        ck_assert_msg(low && !(low & (low - 1)) && high >= low && high <= 8 && !(high & (high - 1)),
                      "%s: region %s takes %u to %u bytes", c->name, r->name, low, high);
    }
}
END_TEST

/* Read as strings until an empty one; under ASan a list without its end is caught by reading on. */
START_TEST(its_compatible_list_ends)
{
    enum { LONGEST = 64 };
    const struct device_class *c = device_classes[_i];
    int strings = 0;
    for (const char *s = c->compatible; s && *s; s += strlen(s) + 1, strings++)
        ck_assert_uint_lt(strlen(s), LONGEST);
    ck_assert_int_lt(strings, 8);
    ck_assert(!c->compatible || strings > 0);
}
END_TEST

Suite *test_suite(void)
{
    int count = 0;
    while (device_classes[count])
        count++;
    Suite *suite = suite_create("classes");
    TCase *t = tcase_create("classes");
    tcase_add_test(t, a_name_of_no_class_is_not_found);
    tcase_add_loop_test(t, its_name_is_unique_and_found, 0, count);
    tcase_add_loop_test(t, every_row_lies_inside_the_state_struct, 0, count);
    tcase_add_loop_test(t, every_wire_is_part_of_the_state, 0, count);
    tcase_add_loop_test(t, its_regions_take_sizes_that_exist, 0, count);
    tcase_add_loop_test(t, its_compatible_list_ends, 0, count);
    suite_add_tcase(suite, t);
    return suite;
}
