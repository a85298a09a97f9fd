/* SPDX-License-Identifier: MIT */
/* A kernel on the bare board: MMU and caches on, its memory in pages of 4 KB. */
#include "roms/lib/cpu.h"
#include "roms/lib/fdt.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/string.h"
#include "tests/accuracy/lib/guest.h"

int main(const void *blob);

enum {
    RAM_BASE = 0x40000000, RAM_MAPPED = 512 << 20,
    FRAMES = 0x50000000, FRAME_COUNT = 32768,      /* 128 MB: twice what a kernel may take, so that frames can be drawn */
    WINDOW = 0x80000000, WINDOW_PAGES = 16384, PAGE = 4096,
    PMUVER_SHIFT = 8, PMCR_ENABLE_RESET_LONG = 1 | 1 << 2 | 1 << 6
};

#define PMCNTEN_CYCLES (1u << 31)

static uint64_t tables[WINDOW_PAGES] __attribute__((aligned(PAGE)));
static uint32_t frames[FRAME_COUNT];
static unsigned pages_taken;

/* xorshift64 (Marsaglia). */
static uint64_t draw(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Every page gets a frame at random, as from an operating system that has run for a while. */
static void map_window(void)
{
    uint64_t state = 53;

    for (uint32_t i = 0; i < FRAME_COUNT; i++)
        frames[i] = i;
    for (uint32_t i = 0; i < WINDOW_PAGES; i++) {
        uint32_t other = i + (uint32_t)(draw(&state) >> 16) % (FRAME_COUNT - i), frame = frames[other];
        frames[other] = frames[i];
        tables[i] = mmu_page(FRAMES + (uint64_t)frame * PAGE, MMU_NORMAL);
    }
    for (uint32_t page = 0; page < WINDOW_PAGES; page += MMU_BLOCK / PAGE)
        mmu_map_table(WINDOW + (uint64_t)page * PAGE, tables + page);
}

void *guest_pages(uint64_t size)
{
    void *pages = (void *)(WINDOW + (uint64_t)pages_taken * PAGE);

    pages_taken += (unsigned)((size + PAGE - 1) / PAGE);
    if (pages_taken > WINDOW_PAGES) {
        print("a kernel asked for more memory than there is\n");
        psci_power_off();
    }
    return pages;
}

void guest_begin(const char *name, uint64_t argument)
{
    print("# %s %lu\n", name, argument);
}

void guest_say(const char *name, uint64_t ticks, uint64_t count)
{
    print("%s %lu %lu\n", name, ticks, count);
}

static const char *find_argument(const char *line)
{
    static const char key[] = "accuracy=";

    for (const char *at = line; at && *at; at++)
        if ((at == line || at[-1] == ' ') && strncmp(at, key, sizeof key - 1) == 0)
            return at + sizeof key - 1;
    return "";
}

/* The cycle counter beside the virtual one: both are the same time, and must agree. */
static uint64_t cycles(void)
{
    if ((cpu_read(id_aa64dfr0_el1) >> PMUVER_SHIFT & 15) == 0)
        return 0;
    cpu_isb();
    return cpu_read(pmccntr_el0);
}

int main(const void *blob)
{
    struct fdt fdt;

    mmu_init(RAM_BASE, RAM_MAPPED);
    map_window();
    if (cpu_read(id_aa64dfr0_el1) >> PMUVER_SHIFT & 15) {
        cpu_write(pmcr_el0, PMCR_ENABLE_RESET_LONG);
        cpu_write(pmcntenset_el0, PMCNTEN_CYCLES);
        cpu_isb();
    }
    fdt_open(&fdt, blob);
    const char *argument = find_argument(fdt_text(&fdt, fdt_find_name(&fdt, 0, "chosen"), "bootargs"));
    uint64_t begin = guest_ticks(), first = cycles();
    int is_known = guest_run_text(argument);
    guest_say("whole_run", guest_ticks() - begin, cycles() - first);
    print(is_known ? "done\n" : "no kernel is named\n");
    return 0;
}
