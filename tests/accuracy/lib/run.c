/* SPDX-License-Identifier: MIT */
#include "tests/accuracy/lib/guest.h"
#include "tests/accuracy/lib/kernels.h"

static const struct {
    const char *name;
    void (*run)(uint64_t argument);
} kernels[] = {
#define KERNEL(name) { #name, name##_kernel },
#include "tests/accuracy/lib/kernels.def"
#undef KERNEL
};

static int ends(char c)
{
    return !c || c == ',' || c == '+' || c == ' ';
}

static int is_named(const char *text, const char *name)
{
    while (*name && *text == *name)
        text++, name++;
    return !*name && ends(*text);
}

/* Runs one and returns the text behind it, or NULL. */
static const char *run_one(const char *text)
{
    const char *at = text;
    uint64_t argument = 0;

    while (!ends(*at))
        at++;
    for (at += *at == ','; *at >= '0' && *at <= '9'; at++)
        argument = argument * 10 + (uint64_t)(*at - '0');
    for (unsigned i = 0; i < sizeof kernels / sizeof *kernels; i++)
        if (is_named(text, kernels[i].name)) {
            guest_begin(kernels[i].name, argument);
            kernels[i].run(argument);
            return at;
        }
    return 0;
}

int guest_run_text(const char *text)
{
    do
        text = run_one(text);
    while (text && *text++ == '+');
    return text != 0;
}
