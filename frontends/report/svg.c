/* SPDX-License-Identifier: MIT */
#include "frontends/report/svg.h"

static const char *entity(unsigned char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* C1 control characters are two bytes in UTF-8: 0xc2 and 0x80 to 0x9f. */
static bool is_control(const unsigned char *p)
{
    return (*p < 0x20 && *p != '\n') || *p == 0x7f || (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0);
}

void svg_escape(FILE *to, const char *text, unsigned limit)
{
    unsigned count = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if ((*p & 0xc0) != 0x80 && limit && count++ == limit) {
            fputs("…", to);
            return;
        }
        if (is_control(p)) {
            fputc(' ', to);
            p += *p == 0xc2;
        } else if (entity(*p)) {
            fputs(entity(*p), to);
        } else {
            fputc(*p, to);
        }
    }
}

void svg_begin(FILE *to, double width, double height, const char *what)
{
    fprintf(to, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", width, height);
    svg_escape(to, what, 0);
    fputs("\">\n", to);
}

void svg_end(FILE *to)
{
    fputs("</svg>\n", to);
}

void svg_text(FILE *to, double x, double y, enum svg_anchor anchor, const char *class, const char *text)
{
    static const char *const anchors[] = { "", " text-anchor=\"middle\"", " text-anchor=\"end\"" };
    fprintf(to, "<text x=\"%.1f\" y=\"%.1f\"%s class=\"%s\">", x, y, anchors[anchor], class);
    svg_escape(to, text, 0);
    fputs("</text>\n", to);
}

void svg_rect(FILE *to, double x, double y, double width, double height, const char *class, const char *hint)
{
    fprintf(to, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" class=\"%s\"", x, y, width, height, class);
    if (hint) {
        fputs("><title>", to);
        svg_escape(to, hint, 0);
        fputs("</title></rect>\n", to);
    } else {
        fputs("/>\n", to);
    }
}

void svg_line(FILE *to, double x1, double y1, double x2, double y2, const char *class)
{
    fprintf(to, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" class=\"%s\"/>\n", x1, y1, x2, y2, class);
}

double svg_x(const struct svg_frame *f, double value)
{
    double part = value / f->across.to;
    return f->x + f->width * (part < 0 ? 0 : part > 1 ? 1 : part);
}

double svg_y(const struct svg_frame *f, double value)
{
    double part = value / f->up.to;
    return f->y + f->height * (1 - (part < 0 ? 0 : part > 1 ? 1 : part));
}

void svg_axes(FILE *to, const struct svg_frame *f, const char *across, const char *up)
{
    char label[64], text[32];
    double bottom = f->y + f->height;
    for (unsigned i = 0; i < axis_ticks(&f->up); i++) {
        double y = svg_y(f, i * f->up.step);
        svg_line(to, f->x, y, f->x + f->width, y, i ? "grid" : "base");
        axis_label(&f->up, i * f->up.step, text);
        svg_text(to, f->x - 8, y + 4, SVG_END, "tick", text);
    }
    for (unsigned i = 0; i < axis_ticks(&f->across); i++) {
        double x = svg_x(f, i * f->across.step);
        svg_line(to, x, bottom, x, bottom + 5, "base");
        axis_label(&f->across, i * f->across.step, text);
        svg_text(to, x, bottom + 19, SVG_MIDDLE, "tick", text);
    }
    if (across) {
        snprintf(label, sizeof label, "%s (%s)", across, f->across.unit_name);
        svg_text(to, f->x + f->width, bottom + 37, SVG_END, "name", label);
    }
    if (up)
        svg_text(to, 4, f->y - 12, SVG_START, "name", up);
}
