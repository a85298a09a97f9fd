/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdint.h>
#include "roms/lib/print.h"
#include "roms/lib/string.h"
#include "roms/lib/uart.h"

struct out {
    char *text;
    size_t size, length;
};

struct spec {
    bool left, zero, is_long;
    unsigned width;
};

static void put(struct out *out, char c)
{
    if (out->length + 1 < out->size)
        out->text[out->length++] = c;
}

static void put_padded(struct out *out, const struct spec *spec, const char *text, size_t length)
{
    size_t padding = spec->width > length ? spec->width - length : 0;
    char pad = spec->zero && !spec->left ? '0' : ' ';

    if (pad == '0' && length && *text == '-') {
        put(out, *text++);
        length--;
    }
    for (size_t i = 0; !spec->left && i < padding; i++)
        put(out, pad);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    for (size_t i = 0; spec->left && i < padding; i++)
        put(out, ' ');
}

static void put_number(struct out *out, const struct spec *spec, uint64_t value, unsigned base, bool negative)
{
    char digits[24];
    size_t at = sizeof digits;

    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (negative)
        digits[--at] = '-';
    put_padded(out, spec, digits + at, sizeof digits - at);
}

static const char *parse_spec(const char *format, struct spec *spec)
{
    *spec = (struct spec){0};
    for (;; format++) {
        if (*format == '-')
            spec->left = true;
        else if (*format == '0')
            spec->zero = true;
        else
            break;
    }
    while (*format >= '0' && *format <= '9')
        spec->width = spec->width * 10 + (unsigned)(*format++ - '0');
    while (*format == 'l' || *format == 'z') {
        spec->is_long = true;
        format++;
    }
    return format;
}

size_t print_list(char *text, size_t size, const char *format, va_list args)
{
    struct out out = {text, size, 0};
    struct spec spec;

    for (; *format; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format = parse_spec(format + 1, &spec);
        if (*format == 'd') {
            int64_t value = spec.is_long ? va_arg(args, int64_t) : va_arg(args, int);
            put_number(&out, &spec, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, value < 0);
        } else if (*format == 'u' || *format == 'x') {
            uint64_t value = spec.is_long ? va_arg(args, uint64_t) : va_arg(args, unsigned);
            put_number(&out, &spec, value, *format == 'u' ? 10 : 16, false);
        } else if (*format == 'c') {
            char c = (char)va_arg(args, int);
            put_padded(&out, &spec, &c, 1);
        } else if (*format == 's') {
            const char *s = va_arg(args, const char *);
            put_padded(&out, &spec, s, strlen(s));
        } else if (*format == '%') {
            put(&out, '%');
        } else {
            break;
        }
    }
    if (size)
        text[out.length] = 0;
    return out.length;
}

size_t print_into(char *out, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    size_t length = print_list(out, size, format, args);
    va_end(args);
    return length;
}

void print(const char *format, ...)
{
    char line[256];
    va_list args;

    va_start(args, format);
    print_list(line, sizeof line, format, args);
    va_end(args);
    uart_write(line);
}
