/* SPDX-License-Identifier: MIT */
#include "frontends/profile/flame.h"

#include <string.h>

#include "frontends/profile/stack.h"

enum { WIDTH = 1200, MARGIN = 10, TOP = 56, BOTTOM = 34, ROW = 18, TEXT_MIN = 22 };

/* Of a monospaced font of 12 pixels, with a little to spare. */
static const double letter = 7.3;

/* Narrower ones cannot be seen, and there are many of them. */
static const double narrowest = 0.15;

struct flame {
    const struct tree *tree;
    FILE *to;
    uint64_t every;
    double scale;             /* pixels a weight */
    unsigned rows;            /* levels that are drawn, with the one of "all" */
};

enum kind { KIND_ALL, KIND_PROCESS, KIND_USER, KIND_KERNEL };

/* Hue, its width, saturation and lightness: programs are warm, the kernel is cold. */
static const struct { int hue, spread, saturation, lightness; } palettes[] = {
    [KIND_ALL] = { 210, 1, 8, 82 }, [KIND_PROCESS] = { 100, 40, 22, 74 }, [KIND_USER] = { 12, 42, 82, 68 },
    [KIND_KERNEL] = { 185, 40, 45, 68 },
};

static void put_text(FILE *to, const char *text, size_t length)
{
    for (size_t i = 0; i < length && text[i]; i++)
        switch (text[i]) {
        case '<': fputs("&lt;", to); break;
        case '>': fputs("&gt;", to); break;
        case '&': fputs("&amp;", to); break;
        case '"': fputs("&quot;", to); break;
        default: putc(text[i], to);
        }
}

static void put_colour(FILE *to, enum kind kind, const char *name)
{
    uint32_t hash = 2166136261u;
    while (*name)
        hash = (hash ^ (uint8_t)*name++) * 16777619u;
    fprintf(to, "hsl(%d,%d%%,%d%%)", palettes[kind].hue + (int)(hash % (uint32_t)palettes[kind].spread),
            palettes[kind].saturation, palettes[kind].lightness + (int)(hash >> 16 & 7) - 3);
}

static void put_count(FILE *to, double cycles)
{
    static const char *const units[] = { "", " thousand", " million", " billion" };
    unsigned unit = 0;
    while (cycles >= 10000 && unit < 3) {
        cycles /= 1000;
        unit++;
    }
    fprintf(to, unit ? "%.1f%s" : "%.0f%s", cycles, units[unit]);
}

static void put_frame(const struct flame *f, const char *name, enum kind kind, double x, unsigned level, uint64_t weight)
{
    double width = (double)weight * f->scale;
    uint64_t all = f->tree->nodes[0].all;
    int y = TOP + (int)(f->rows - 1 - level) * ROW;
    fprintf(f->to, "<g class=\"f\" data-x=\"%.3f\" data-w=\"%.3f\" data-l=\"%u\"><title>", x, width, level);
    put_text(f->to, name, strlen(name));
    fputs(": ", f->to);
    put_count(f->to, (double)weight * (double)f->every);
    fprintf(f->to, " cycles, %.2f %% (%llu samples)</title>", all ? 100.0 * (double)weight / (double)all : 0,
            (unsigned long long)weight);
    fprintf(f->to, "<rect x=\"%.3f\" y=\"%d\" width=\"%.3f\" height=\"%d\" rx=\"2\" fill=\"", x, y, width, ROW - 1);
    put_colour(f->to, kind, name);
    fprintf(f->to, "\"/><text x=\"%.3f\" y=\"%d\" data-n=\"", x + 3, y + ROW - 5);
    put_text(f->to, name, strlen(name));
    fputs("\">", f->to);
    size_t room = width < TEXT_MIN ? 0 : (size_t)((width - 5) / letter), length = strlen(name);
    if (room >= length) {
        put_text(f->to, name, length);
    } else if (room > 2) {
        put_text(f->to, name, room - 2);
        fputs("..", f->to);
    }
    fputs("</text></g>\n", f->to);
}

static enum kind kind_below(const struct flame *f, uint32_t node, enum kind parent)
{
    if (parent == KIND_ALL)
        return KIND_PROCESS;
    return parent == KIND_KERNEL || !strcmp(names_text(f->tree->names, f->tree->nodes[node].name), "[kernel]") ? KIND_KERNEL
                                                                                                              : KIND_USER;
}

static bool is_visible(const struct flame *f, uint32_t node)
{
    return (double)f->tree->nodes[node].all * f->scale >= narrowest;
}

/* As deep as a sampled stack may be. */
static void put_children(const struct flame *f, uint32_t node, enum kind kind, double x, unsigned level)
{
    for (uint32_t child = f->tree->nodes[node].first_child; child; child = f->tree->nodes[child].next_sibling) {
        uint64_t weight = f->tree->nodes[child].all;
        if (is_visible(f, child)) {
            enum kind own = kind_below(f, child, kind);
            put_frame(f, names_text(f->tree->names, f->tree->nodes[child].name), own, x, level, weight);
            put_children(f, child, own, x, level + 1);
        }
        x += (double)weight * f->scale;
    }
}

static unsigned count_rows(const struct flame *f, uint32_t node)
{
    unsigned deepest = 0;
    for (uint32_t child = f->tree->nodes[node].first_child; child; child = f->tree->nodes[child].next_sibling) {
        unsigned rows = is_visible(f, child) ? count_rows(f, child) : 0;
        deepest = rows > deepest ? rows : deepest;
    }
    return deepest + 1;
}

static const char style[] =
    "<style>\n"
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1d2228;pointer-events:none}\n"
    ".t{font:600 17px system-ui,sans-serif}.s{font:12px system-ui,sans-serif;fill:#5a6570}\n"
    ".f{cursor:pointer}.f:hover rect{stroke:#1d2228;stroke-width:1}.dim{opacity:.45}\n"
    "</style>\n";

/* A click on a frame widens it to the whole picture; those below it are shown as wide. A click on "all" goes back. */
static const char script[] =
    "<script><![CDATA[\n"
    "(function () {\n"
    "  var all = Array.from(document.querySelectorAll('.f')), left = 10, full = 1180, letter = 7.3;\n"
    "  var note = document.getElementById('note');\n"
    "  function place(g, x, w, dim) {\n"
    "    var r = g.querySelector('rect'), t = g.querySelector('text'), n = t.dataset.n, room = Math.floor((w - 5) / letter);\n"
    "    g.style.display = w < 0.15 ? 'none' : '';\n"
    "    g.classList.toggle('dim', dim);\n"
    "    r.setAttribute('x', x); r.setAttribute('width', Math.max(w, 0)); t.setAttribute('x', x + 3);\n"
    "    t.textContent = w < 3 * letter ? '' : room >= n.length ? n : room > 2 ? n.slice(0, room - 2) + '..' : '';\n"
    "  }\n"
    "  function zoom(to) {\n"
    "    var x0 = +to.dataset.x, w0 = +to.dataset.w, l0 = +to.dataset.l, k = full / w0, e = 0.001;\n"
    "    all.forEach(function (g) {\n"
    "      var x = +g.dataset.x, w = +g.dataset.w, l = +g.dataset.l;\n"
    "      if (l < l0 && x <= x0 + e && x + w >= x0 + w0 - e) place(g, left, full, true);\n"
    "      else if (l >= l0 && x >= x0 - e && x + w <= x0 + w0 + e) place(g, left + (x - x0) * k, w * k, false);\n"
    "      else place(g, x, 0, false);\n"
    "    });\n"
    "  }\n"
    "  all.forEach(function (g) {\n"
    "    g.addEventListener('click', function () { zoom(g); });\n"
    "    g.addEventListener('mouseover', function () { note.textContent = g.querySelector('title').textContent; });\n"
    "    g.addEventListener('mouseout', function () { note.textContent = ''; });\n"
    "  });\n"
    "})();\n"
    "]]></script>\n";

void flame_write(const struct tree *tree, uint64_t every, FILE *to)
{
    uint64_t all = tree->nodes[0].all;
    struct flame f = { .tree = tree, .to = to, .every = every, .scale = all ? (WIDTH - 2.0 * MARGIN) / (double)all : 0 };
    f.rows = all ? count_rows(&f, 0) : 1;
    int height = TOP + (int)f.rows * ROW + BOTTOM;
    fprintf(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\">\n%s"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fbfaf8\"/>\n"
            "<text class=\"t\" x=\"%d\" y=\"26\">Where the cycles went</text>\n"
            "<text class=\"s\" x=\"%d\" y=\"44\">", WIDTH, height, WIDTH, height, style, MARGIN, MARGIN);
    put_count(to, (double)all * (double)every);
    fprintf(to, " cycles in %llu samples. Colours: processes green, programs warm, kernel blue. Click to zoom.</text>\n",
            (unsigned long long)all);
    if (all)
        put_frame(&f, "all", KIND_ALL, MARGIN, 0, all);
    else
        fprintf(to, "<text x=\"%d\" y=\"%d\">no samples: the core was not busy long enough</text>\n", MARGIN, TOP + ROW);
    put_children(&f, 0, KIND_ALL, MARGIN, 1);
    fprintf(to, "<text class=\"s\" id=\"note\" x=\"%d\" y=\"%d\"></text>\n%s</svg>\n", MARGIN, height - 12, script);
}
