/* SPDX-License-Identifier: MIT */
#include "tests/cpu/arm64/oracle.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bits.h"
#include "cpu/arm64/decode.h"
#include "tests/cpu/arm64/oracle_disassemble.h"

enum { NOP = 0xd503201f, SHOWN_MAX = 8 };

/* ---- random material ---- */

uint64_t oracle_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * 0x2545f4914f6cdd1dull;
}

uint32_t oracle_below(uint64_t *seed, uint32_t n)
{
    return (uint32_t)((oracle_random(seed) >> 32) * n >> 32);
}

unsigned oracle_row(const char *name)
{
    for (unsigned row = 0; row < insn_row_count; row++)
        if (strcmp(insn_rows[row].name, name) == 0)
            return row;
    fprintf(stderr, "no row is named %s\n", name);
    abort();
}

uint32_t oracle_word(uint64_t *seed, unsigned row)
{
    uint32_t word = (uint32_t)(oracle_random(seed) >> 32);
    int place = 31;
    for (const char *p = insn_rows[row].picture; *p; p++) {
        if (*p == ' ')
            continue;
        if (*p == '0' || *p == '1')
            word = (word & ~(1u << place)) | (uint32_t)(*p - '0') << place;
        place--;
    }
    return word;
}

static uint64_t random_lanes(uint64_t *seed)
{
    static const uint64_t special[] = {
        0, 1, 2, 0x7f, 0x80, 0x81, 0xff, 0x7fff, 0x8000, 0x8001, 0xffff, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
        0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 0xffc12345, 0x7f7fffff, 0x00800000, 0x007fffff,
        0x4f000000, 0x3c00, 0xfc00, 0x7c00, 0x7e00, 0x7c01, 0x0400, 0x03ff, 0x7bff };
    static const uint64_t special64[] = {
        0, 1, INT64_MAX, 1ull << 63, (1ull << 63) + 1, UINT64_MAX, 0x3ff0000000000000, 0xbff0000000000000, 0x7ff0000000000000,
        0xfff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0xfff8123456789abc, 0x7fefffffffffffff, 0x0010000000000000,
        0x000fffffffffffff, 0x43e0000000000000, 0x3810000000000000, 0x4000000000000000 };
    uint64_t v = 0, r = oracle_random(seed);
    switch (r >> 60) {
    case 0: case 1: case 2:
        return special64[oracle_below(seed, ARRAY_SIZE(special64))];
    case 3: case 4: case 5: case 6: case 7: {
        unsigned width = 8u << (r & 3);
        for (unsigned at = 0; at < 64; at += width)
            v |= (special[oracle_below(seed, ARRAY_SIZE(special))] & mask64(width)) << at;
        return v;
    }
    case 8:
        return oracle_random(seed) & 0x0f030f010f070f03;   /* small lanes: shift amounts, table indices */
    case 9:
        return oracle_random(seed) | 0xf8fcf8fff8f0f8fc;
    default:
        return oracle_random(seed);
    }
}

void oracle_random_state(struct oracle_state *s, uint64_t *seed)
{
    for (int i = 0; i < 31; i++)
        s->x[i] = random_lanes(seed);
    s->sp = random_lanes(seed);
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 2; j++)
            s->v[i][j] = random_lanes(seed);
    s->nzcv = oracle_below(seed, 16) << 28;
    for (int i = 0; i < ORACLE_MEMORY; i += 8)
        st_le64(s->memory + i, oracle_random(seed));
}

/* ---- QEMU ---- */

static const char *guest_path(bool big_endian)
{
    static char path[4096];
    const char *name = big_endian ? "oracle_guest_be" : "oracle_guest";
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 32);
    if (n <= 0)
        return name;
    path[n] = 0;
    char *slash = strrchr(path, '/');
    strcpy(slash ? slash + 1 : path, name);
    return path;
}

static bool is_available(void)
{
    if (access(guest_path(false), X_OK) != 0 || access(guest_path(true), X_OK) != 0) {
        printf("skipped: no oracle_guest, which needs aarch64-linux-gnu-gcc (make deps)\n");
        return false;
    }
    if (system("command -v qemu-aarch64 >/dev/null 2>&1") != 0) {
        printf("skipped: no qemu-aarch64 (make deps)\n");
        return false;
    }
    return true;
}

static bool run_qemu_on(FILE *in, FILE *out, bool big_endian)
{
    const char *qemu = big_endian ? "qemu-aarch64_be" : "qemu-aarch64";
    pid_t child = fork();
    if (child == 0) {
        dup2(fileno(in), STDIN_FILENO);
        dup2(fileno(out), STDOUT_FILENO);
        execlp(qemu, qemu, "-cpu", "cortex-a53", guest_path(big_endian), (char *)NULL);
        _exit(127);
    }
    int status;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The files are little-endian; what is bytes stays. */
static void turn_state(struct oracle_state *s)
{
    for (int i = 0; i < 31; i++)
        s->x[i] = le64(s->x[i]);
    for (int i = 0; i < 32; i++)
        for (int j = 0; j < 2; j++)
            s->v[i][j] = le64(s->v[i][j]);
    s->sp = le64(s->sp);
    s->nzcv = le32(s->nzcv);
    s->fpcr = le32(s->fpcr);
    s->fpsr = le32(s->fpsr);
    s->outcome = le32(s->outcome);
}

/* The guest reads neither checks_sp nor big_endian. */
static void turn_case(struct oracle_case *c)
{
    for (int i = 0; i < ORACLE_INSNS; i++)
        c->insn[i] = le32(c->insn[i]);
    for (int i = 0; i < ORACLE_DATA; i++)
        c->data[i] = le32(c->data[i]);
    c->count = le32(c->count);
    turn_state(&c->start);
}

static bool write_cases(const struct oracle_case *cases, unsigned count, FILE *in)
{
    for (unsigned i = 0; i < count; i++) {
        struct oracle_case c = cases[i];
        turn_case(&c);
        if (fwrite(&c, sizeof c, 1, in) != 1)
            return false;
    }
    return fflush(in) == 0;
}

static bool read_ends(struct oracle_state *ends, unsigned count, FILE *out)
{
    if (fread(ends, sizeof *ends, count, out) != count)
        return false;
    for (unsigned i = 0; i < count; i++)
        turn_state(&ends[i]);
    return true;
}

bool oracle_run_qemu(const struct oracle_case *cases, unsigned count, struct oracle_state *ends)
{
    FILE *in = tmpfile(), *out = tmpfile();
    bool good = in && out && write_cases(cases, count, in);
    if (good)
        lseek(fileno(in), 0, SEEK_SET);
    good = good && run_qemu_on(in, out, cases[0].big_endian);
    if (good)
        rewind(out);
    good = good && read_ends(ends, count, out);
    if (in)
        fclose(in);
    if (out)
        fclose(out);
    return good;
}

/* ---- comparing ---- */

/* What a load that faults leaves in its destination is UNKNOWN; ours must leave it alone. What a store has written before it
   faults is not looked at. */
static bool are_vectors_equal(const struct oracle_case *c, const struct oracle_state *ours, const struct oracle_state *qemu)
{
    if (ours->outcome != ORACLE_FAULT)
        return memcmp(ours->v, qemu->v, sizeof ours->v) == 0;
    return c->count > 1 || memcmp(ours->v, c->start.v, sizeof ours->v) == 0;
}

static bool are_equal(const struct oracle_case *c, const struct oracle_state *ours, const struct oracle_state *qemu,
                      uint32_t ignored_fpsr)
{
    return ours->outcome == qemu->outcome && memcmp(ours->x, qemu->x, sizeof ours->x) == 0 && ours->sp == qemu->sp &&
           are_vectors_equal(c, ours, qemu) && ours->nzcv == qemu->nzcv && ours->fpcr == qemu->fpcr &&
           !((ours->fpsr ^ qemu->fpsr) & ~ignored_fpsr) &&
           (ours->outcome == ORACLE_FAULT || memcmp(ours->memory, qemu->memory, sizeof ours->memory) == 0);
}

static void show_insn(uint32_t insn, uint64_t va)
{
    char text[160];
    int row = decode_row(insn);
    oracle_disassemble(insn, va, text, sizeof text);
    printf("  %08x  %s   (row %s)\n", insn, text, row < 0 ? "none" : insn_rows[row].name);
}

static void show_word(const char *name, int i, uint64_t start, uint64_t ours, uint64_t qemu)
{
    if (ours != qemu)
        printf("    %s%-3d start %016" PRIx64 " ours %016" PRIx64 " qemu %016" PRIx64 "\n", name, i, start, ours, qemu);
}

static void show_vector(int i, const uint64_t start[2], const uint64_t ours[2], const uint64_t qemu[2], bool always)
{
    if (!always && memcmp(ours, qemu, 16) == 0)
        return;
    printf("    v%-2d start %016" PRIx64 ":%016" PRIx64, i, start[1], start[0]);
    if (memcmp(ours, qemu, 16) != 0)
        printf("\n        ours  %016" PRIx64 ":%016" PRIx64 "\n        qemu  %016" PRIx64 ":%016" PRIx64,
               ours[1], ours[0], qemu[1], qemu[0]);
    printf("\n");
}

static void show_difference(const struct oracle_case *c, const struct oracle_state *ours, const struct oracle_state *qemu,
                            uint64_t va)
{
    static const char *const outcomes[] = { "done", "undefined", "fault" };
    for (unsigned i = 0; i < c->count; i++)
        show_insn(c->insn[i], va + 4 * i);
    if (ours->outcome != qemu->outcome) {
        printf("    outcome: ours %s, qemu %s\n", outcomes[ours->outcome], outcomes[qemu->outcome % 3]);
        return;
    }
    uint32_t w = c->insn[0];   /* the first one's likely operands are shown even if they did not change */
    for (int i = 0; i < 31; i++)
        show_word("x", i, c->start.x[i], ours->x[i], qemu->x[i]);
    show_word("sp", 0, c->start.sp, ours->sp, qemu->sp);
    for (unsigned i = 0; i < 32; i++)
        show_vector((int)i, c->start.v[i], ours->v[i], qemu->v[i], i == (w & 31) || i == (w >> 5 & 31) || i == (w >> 16 & 31));
    show_word("nzcv", 0, c->start.nzcv, ours->nzcv, qemu->nzcv);
    show_word("fpcr", 0, c->start.fpcr, ours->fpcr, qemu->fpcr);
    show_word("fpsr", 0, c->start.fpsr, ours->fpsr, qemu->fpsr);
    for (int i = 0; i < ORACLE_MEMORY; i += 8)
        show_word("memory+", i, ld_le64(c->start.memory + i), ld_le64(ours->memory + i), ld_le64(qemu->memory + i));
}

static unsigned compare(const struct oracle_case *cases, unsigned count, const struct oracle_state *ours,
                        const struct oracle_state *qemu, uint32_t ignored_fpsr, unsigned shown)
{
    unsigned differences = 0;
    for (unsigned i = 0; i < count; i++) {
        if (are_equal(&cases[i], &ours[i], &qemu[i], ignored_fpsr))
            continue;
        if (shown + differences++ < SHOWN_MAX)
            show_difference(&cases[i], &ours[i], &qemu[i], ORACLE_CODE_VA + i * ORACLE_SLOT + ORACLE_SLOT_INSNS);
    }
    return differences;
}

int oracle_differences(unsigned count, uint64_t seed, oracle_maker *make, const void *arg, uint32_t ignored_fpsr)
{
    if (!is_available())
        return -1;
    struct oracle_case *cases = malloc(ORACLE_BATCH * sizeof *cases);
    struct oracle_state *ours = malloc(ORACLE_BATCH * sizeof *ours), *qemu = malloc(ORACLE_BATCH * sizeof *qemu);
    unsigned differences = 0;
    for (unsigned done = 0, n; done < count; done += n) {
        n = count - done < ORACLE_BATCH ? count - done : ORACLE_BATCH;
        memset(cases, 0, n * sizeof *cases);
        for (unsigned i = 0; i < n; i++) {
            for (int k = 0; k < ORACLE_INSNS; k++)
                cases[i].insn[k] = NOP;
            cases[i].count = 1;
            make(&cases[i], &seed, done + i, arg);
        }
        if (!oracle_run_qemu(cases, n, qemu)) {
            printf("QEMU did not deliver\n");
            differences++;
            break;
        }
        oracle_run_ours(cases, n, ours);
        differences += compare(cases, n, ours, qemu, ignored_fpsr, differences);
    }
    fflush(stdout);   /* Check ends a failed test without */
    free(cases);
    free(ours);
    free(qemu);
    return (int)differences;
}
