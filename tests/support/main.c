/* SPDX-License-Identifier: MIT */
/* The main function of every unit test program; its last line is the one tests/run adds up. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/support.h"

int main(void)
{
    SRunner *runner = srunner_create(test_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    printf("%d passed, %d failed\n", srunner_ntests_run(runner) - failed, failed);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
