/* SPDX-License-Identifier: MIT */
/* Catches: half a file after an error, a device or link replaced by a file, errors that are not told, files left lying about. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frontends/host/save.h"
#include "tests/support/support.h"

static char folder[64];

static void make_folder(void)
{
    strcpy(folder, "/tmp/orrery-save-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    ck_assert_int_eq(chdir(folder), 0);
}

static int count_files(void)
{
    DIR *dir = opendir(folder);
    int count = -2;   /* . and .. */
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void remove_folder(void)
{
    static const char *const names[] = { "a", "b", "link" };
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        unlink(names[i]);
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(folder), 0);
}

static void put(FILE *to, const void *from)
{
    fputs(from, to);
}

static void put_much(FILE *to, const void *from)
{
    (void)from;
    for (int i = 0; i < 100000; i++)
        fputs("more than any buffer holds\n", to);
}

static const char *contents(const char *name)
{
    static char text[64];
    FILE *file = fopen(name, "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

START_TEST(a_file_is_replaced_and_nothing_else_stays)
{
    ck_assert_int_eq(save_file("test", "a", put, "one", NULL), 0);
    ck_assert_str_eq(contents("a"), "one");
    ck_assert_int_eq(chmod("a", 0640), 0);
    ck_assert_int_eq(save_file("test", "a", put, "two", NULL), 0);
    ck_assert_str_eq(contents("a"), "two");
    struct stat st;
    ck_assert_int_eq(stat("a", &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0640);
    ck_assert_int_eq(count_files(), 1);
}
END_TEST

START_TEST(a_link_stays_a_link)
{
    ck_assert_int_eq(save_file("test", "a", put, "old", NULL), 0);
    ck_assert_int_eq(symlink("a", "link"), 0);
    ck_assert_int_eq(save_file("test", "link", put, "new", NULL), 0);
    struct stat st;
    ck_assert_int_eq(lstat("link", &st), 0);
    ck_assert(S_ISLNK(st.st_mode));
    ck_assert_str_eq(contents("a"), "new");
}
END_TEST

START_TEST(a_device_stays_a_device)
{
    struct stat st;
    ck_assert_int_eq(save_check("test", "/dev/null", NULL), 0);
    ck_assert_int_eq(save_file("test", "/dev/null", put, "x", NULL), 0);
    ck_assert_int_eq(stat("/dev/null", &st), 0);
    ck_assert(S_ISCHR(st.st_mode));
}
END_TEST

START_TEST(errors_name_the_file_and_the_reason)
{
    struct error err;
    ck_assert_int_eq(save_file("test", "/no/such/folder/a", put, "x", &err), -1);
    ck_assert_str_eq(err.text, "cannot write the test '/no/such/folder/a': No such file or directory");
    ck_assert_int_eq(save_check("test", "/no/such/folder/a", &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "No such file"));
    ck_assert_int_eq(save_check("test", folder, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.text, "Is a directory"));
    if (access("/dev/full", W_OK) == 0) {
        ck_assert_int_eq(save_file("test", "/dev/full", put_much, NULL, &err), -1);
        ck_assert_ptr_nonnull(strstr(err.text, "No space"));
    }
    ck_assert_int_eq(count_files(), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *s = suite_create("save");
    TCase *t = tcase_create("save");
    tcase_add_checked_fixture(t, make_folder, remove_folder);
    tcase_add_test(t, a_file_is_replaced_and_nothing_else_stays);
    tcase_add_test(t, a_link_stays_a_link);
    tcase_add_test(t, a_device_stays_a_device);
    tcase_add_test(t, errors_name_the_file_and_the_reason);
    suite_add_tcase(s, t);
    return s;
}
