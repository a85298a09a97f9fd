/* SPDX-License-Identifier: MIT */
/* A board's page, from its table: what docs/board-*.md hold and `-machine NAME,info` prints. It is Markdown, and made to be
   read as plain text too. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bits.h"
#include "boards/board.h"
#include "devices/classes.h"

#define DASHES "------------------------------------------------"

struct page {
    void (*line)(void *to, const char *text);
    void *to;
};

static void __attribute__((format(printf, 2, 3))) line(const struct page *page, const char *format, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    page->line(page->to, text);
}

/* A cell of a table: pieces of text with a separator between them. */
struct cell {
    char text[200];
};

static void __attribute__((format(printf, 3, 4))) append(struct cell *cell, const char *separator, const char *format, ...)
{
    size_t used = strlen(cell->text);
    if (used)
        used += (size_t)snprintf(cell->text + used, sizeof cell->text - used, "%s", separator);
    if (used >= sizeof cell->text)
        return;
    va_list ap;
    va_start(ap, format);
    vsnprintf(cell->text + used, sizeof cell->text - used, format, ap);
    va_end(ap);
}

static void put_address(struct cell *cell, const struct part *part, const struct device_class *class)
{
    for (int i = 0; class->regions && class->regions[i].name; i++)
        append(cell, ", ", "0x%08llx +0x%llx", (unsigned long long)part->base[i], (unsigned long long)class->regions[i].size);
    if (part->parent)
        append(cell, ", ", "on %s", part->parent);
    if (part->on_pci)
        append(cell, " ", "or %s", part->on_pci);
}

/* The interrupt controller's inputs are better known by the names of its manual: SPI n is input 32 + n. */
static void put_wires(struct cell *cell, const struct part *part)
{
    for (int i = 0; i < PART_WIRES && part->wires[i].pin; i++) {
        const struct wire *w = &part->wires[i];
        if (!strcmp(w->to, "gic") && w->count)
            append(cell, ", ", "%s to SPI %u to %u", w->pin, w->input - 32, w->input - 33 + w->count);
        else if (!strcmp(w->to, "gic"))
            append(cell, ", ", "%s to SPI %u", w->pin, w->input - 32);
        else if (!strcmp(w->to, "cpu"))
            append(cell, ", ", "%s[n] to core n's input %u", w->pin, w->input);
        else
            append(cell, ", ", "%s to %s input %u", w->pin, w->to, w->input);
    }
}

static void put_when(struct cell *cell, const struct part *part)
{
    if (part->port)
        append(cell, ", ", "%s", part->port);
    if (part->port2)
        append(cell, ", ", "%s", part->port2);
    if (part->when == PART_IF_PORT)
        append(cell, ", ", "if attached");
    if (part->when == PART_IF_DISPLAY || part->when == PART_IF_POINTER)
        append(cell, ", ", "if chosen");
    if (part->when == PART_IF_PCI)
        append(cell, ", ", "if virtio=pci");
}

static void describe_part(const struct page *page, const struct part *part)
{
    const struct device_class *class = device_class_find(part->class);
    struct cell address = { "" }, wires = { "" }, when = { "" };
    bug_on(!class);
    put_address(&address, part, class);
    put_wires(&wires, part);
    put_when(&when, part);
    line(page, "| %-14s | %-18s | %-40s | %-46s | %-20s |", part->id, part->class, address.text, wires.text, when.text);
}

/* Which document each class of the board is written from, once each, in the order of the table. */
static void describe_manuals(const struct page *page, const struct board *board)
{
    for (unsigned i = 0; i < board->part_count; i++) {
        const struct part *part = &board->parts[i];
        unsigned first = 0;
        while (strcmp(board->parts[first].class, part->class))
            first++;
        if (first == i)
            line(page, "* %s: %s", part->class, device_class_find(part->class)->manual);
    }
}

void machine_describe(const char *name, void (*to_line)(void *to, const char *text), void *to)
{
    const struct page page = { to_line, to };
    const struct board *board = board_find(name);
    bug_on(!board);
    line(&page, "# %s: %s", board->name, board->title);
    line(&page, "%s", "");
    line(&page, "One to %d cores: %s. RAM from 0x%08llx on, device tree \"%s\".", MACHINE_CORES, board->cpu,
         (unsigned long long)board->ram_base, board->compatible);
    line(&page, "A core's timers: virtual to PPI %u, physical to PPI %u.", board->core_wires[0].input & 1023,
         board->core_wires[1].input & 1023);
    if (board->core_wires[2].to)
        line(&page, "Its performance monitors: to PPI %u.", board->core_wires[2].input & 1023);
    line(&page, "%s", "");
    line(&page, "| %-14s | %-18s | %-40s | %-46s | %-20s |", "part", "class", "registers: address and size in bytes", "wires",
         "host port");
    line(&page, "|%.16s|%.20s|%.42s|%.48s|%.22s|", DASHES, DASHES, DASHES, DASHES, DASHES);
    for (unsigned i = 0; i < board->part_count; i++)
        describe_part(&page, &board->parts[i]);
    line(&page, "%s", "");
    line(&page, "Written from:");
    line(&page, "%s", "");
    describe_manuals(&page, board);
}
