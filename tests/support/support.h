/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_SUPPORT_H
#define TESTS_SUPPORT_SUPPORT_H

#include <check.h>

/* Defined once by each test program. */
Suite *test_suite(void);

#endif
