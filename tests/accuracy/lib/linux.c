/* SPDX-License-Identifier: MIT */
/* A kernel as the first process of a Linux system: no C library, system calls by hand. Linux gives parameters that it does not
   know to the first process as environment variables. */
#include "tests/accuracy/lib/guest.h"

enum {
    SYS_WRITE = 64, SYS_REBOOT = 142, SYS_MMAP = 222,
    PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22,
    REBOOT_MAGIC_1 = (int)0xfee1dead, REBOOT_MAGIC_2 = 672274793, REBOOT_POWER_OFF = 0x4321fedc
};

void process_start(void);
void process_main(const uint64_t *stack);

static uint64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register uint64_t x8 __asm__("x8") = number;
    register uint64_t x0 __asm__("x0") = a;
    register uint64_t x1 __asm__("x1") = b;
    register uint64_t x2 __asm__("x2") = c;
    register uint64_t x3 __asm__("x3") = d;
    register uint64_t x4 __asm__("x4") = e;
    register uint64_t x5 __asm__("x5") = f;

    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}

static char *put_text(char *to, const char *text)
{
    while (*text)
        *to++ = *text++;
    return to;
}

static char *put_number(char *to, uint64_t value)
{
    char digits[20];
    int count = 0;

    do
        digits[count++] = (char)('0' + value % 10);
    while (value /= 10);
    while (count)
        *to++ = digits[--count];
    return to;
}

/* In one call, so that no line of the kernel's comes between. */
static void write_line(const char *line, const char *end)
{
    call(SYS_WRITE, 1, (uintptr_t)line, (uint64_t)(end - line), 0, 0, 0);
}

void guest_say(const char *name, uint64_t ticks, uint64_t count)
{
    char line[128], *to = put_text(line, name);

    to = put_number(put_text(to, " "), ticks);
    to = put_number(put_text(to, " "), count);
    write_line(line, put_text(to, "\n"));
}

void guest_begin(const char *name, uint64_t argument)
{
    char line[128], *to = put_text(put_text(line, "# "), name);

    to = put_number(put_text(to, " "), argument);
    write_line(line, put_text(to, "\n"));
}

void *guest_pages(uint64_t size)
{
    return (void *)call(SYS_MMAP, 0, size, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, (uint64_t)-1, 0);
}

static const char *find_argument(const uint64_t *stack)
{
    static const char key[] = "accuracy=";

    for (const uint64_t *entry = stack + 1 + stack[0] + 1; *entry; entry++) {
        const char *text = (const char *)*entry;
        unsigned i = 0;
        while (key[i] && text[i] == key[i])
            i++;
        if (!key[i])
            return text + i;
    }
    return "";
}

__attribute__((used)) void process_main(const uint64_t *stack)
{
    static const char done[] = "done\n", unknown[] = "no kernel is named\n";

    if (guest_run_text(find_argument(stack)))
        write_line(done, done + sizeof done - 1);
    else
        write_line(unknown, unknown + sizeof unknown - 1);
    call(SYS_REBOOT, (uint64_t)REBOOT_MAGIC_1, REBOOT_MAGIC_2, REBOOT_POWER_OFF, 0, 0, 0);
    for (;;)
        ;
}

__asm__(".text\n.global process_start\nprocess_start:\n\tmov x29, #0\n\tmov x30, #0\n\tmov x0, sp\n\tb process_main\n");
