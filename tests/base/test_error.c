/* SPDX-License-Identifier: MIT */
/* Catches: tables that stay with the process after they were freed, whose memory then grows with every generation of the code
   cache; tables that are not zeroed, not aligned to large pages, or shorter than asked for. */
#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bits.h"
#include "tests/support/support.h"

enum { LARGE_PAGE = 2 << 20, SIZE = LARGE_PAGE + 4096, COUNT = 4 };

static bool is_mapped(void *p)
{
    return !msync(p, LARGE_PAGE, MS_ASYNC) || errno != ENOMEM;
}

/* After an initrd was loaded: what malloc has mapped and unmapped once it keeps in its heap from then on (M_MMAP_THRESHOLD in
   mallopt's manual), and of the heap only the end goes back. */
START_TEST(a_table_that_is_freed_goes_back_to_the_host)
{
    uint8_t *table[COUNT];
    free(mem_alloc(24 << 20));
    for (unsigned i = 0; i < COUNT; i++) {
        table[i] = mem_alloc_table(SIZE);
        ck_assert_uint_eq((uintptr_t)table[i] % LARGE_PAGE, 0);
        ck_assert(!table[i][0] && !memcmp(table[i], table[i] + 1, SIZE - 1));   /* zeros throughout */
        memset(table[i], 0xa5, SIZE);
        ck_assert(is_mapped(table[i]));
    }
    for (unsigned i = 0; i < COUNT; i++) {
        mem_free_table(table[i], SIZE);
        ck_assert_msg(!is_mapped(table[i]), "table %u is still there", i);
    }
}
END_TEST

START_TEST(no_table_is_freed_as_no_memory_is)
{
    mem_free_table(NULL, SIZE);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("error");
    TCase *t = tcase_create("tables");
    tcase_add_test(t, a_table_that_is_freed_goes_back_to_the_host);
    tcase_add_test(t, no_table_is_freed_as_no_memory_is);
    suite_add_tcase(s, t);
    return s;
}
