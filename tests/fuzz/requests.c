/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/requests.h"

#include <stdlib.h>
#include <string.h>

enum { MEMORY_BYTES = 512, WORDS = 12 };

static const struct picture {
    uint8_t id, queue;
    const char *letters;
    uint32_t in;
} pictures[] = {
#define REQUEST(id, queue, letters, in) { id, queue, letters, in },
#include "tests/fuzz/requests.def"
#undef REQUEST
};

static uint32_t any_side(struct tape *t)
{
    static const uint32_t sides[] = { 0, 1, 3, 16, 17, 64, 640 };
    if (tape_rarely(t, 256))
        return (uint32_t)tape_number(t, 2);
    return sides[tape_below(t, ARRAY_SIZE(sides))];
}

static uint32_t any_length(struct tape *t)
{
    switch (tape_byte(t) % 8) {
    case 0: return 0;
    case 1: return 0xffffffff - tape_byte(t);
    case 2: return (uint32_t)tape_number(t, 3);
    case 3: return tape_byte(t);
    default: return 4096u * (1 + tape_below(t, 8));
    }
}

static uint32_t any_format(struct tape *t)
{
    static const uint8_t formats[] = { 1, 2, 3, 4, 67, 68, 121, 134 };
    return formats[tape_below(t, ARRAY_SIZE(formats))];
}

static uint32_t any_place(struct tape *t)
{
    uint8_t b = tape_byte(t);
    return b < 128 ? 0 : b < 250 ? b - 128u : b < 253 ? 0u - b : (uint32_t)tape_number(t, 4);
}

/* Bytes of one letter's value in *value. */
static unsigned draw(struct tape *t, char letter, uint64_t window, uint32_t *value)
{
    switch (letter) {
    case 'i': *value = tape_byte(t) % 6; return 4;
    case 'n': *value = tape_byte(t) % 20; return 4;
    case 'o': *value = any_place(t); return 4;
    case 'd': *value = any_side(t); return 4;
    case 'a': *value = (uint32_t)(window + tape_number(t, 2) * 8); return 4;
    case 'l': *value = any_length(t); return 4;
    case 's': *value = (uint32_t)tape_number(t, 2) % 520; return 4;
    case 'f': *value = any_format(t); return 4;
    case '*': *value = (uint32_t)tape_number(t, 4); return 4;
    case 'b': *value = tape_byte(t) % 8; return 1;
    case 'x': *value = tape_byte(t); return 1;
    case 'h': *value = tape_byte(t) % 24; return 2;
    default: *value = 0; return 4;
    }
}

static void paint(struct request *r, struct tape *t, const char *letters, uint64_t window)
{
    unsigned memory = 0;
    while (*letters) {
        uint32_t value;
        unsigned size = 4;
        if (*letters == '#') {
            value = (uint32_t)strtoul(letters + 1, (char **)&letters, 16);
        } else if (*letters == '.') {
            memory += MEMORY_BYTES;
            letters++;
            continue;
        } else if (*letters == ' ') {
            letters++;
            continue;
        } else {
            size = draw(t, *letters++, window, &value);
        }
        uint8_t bytes[4];
        st_le32(bytes, value);
        memcpy(r->out + r->out_length, bytes, size);
        r->out_length += size;
    }
    r->out_length += memory;
}

static void words(struct request *r, struct tape *t, unsigned queues, uint64_t window)
{
    static const char letters[] = "0inoal*0";
    char picture[WORDS + 1] = "";
    for (unsigned i = tape_below(t, WORDS + 1); i; i--)
        picture[i - 1] = letters[tape_byte(t) % 8];
    r->queue = (uint8_t)tape_below(t, queues);
    paint(r, t, picture[0] ? picture : "", window);
    r->in_length = tape_rarely(t, 8) ? (uint32_t)tape_number(t, 2) : tape_below(t, 128);
}

/* Now and then something is wrong with it: a byte, or a length. */
static void spoil(struct request *r, struct tape *t)
{
    uint8_t how = tape_byte(t);
    if (how < 200)
        return;
    if (how < 216 && r->out_length && r->out_length <= REQUEST_BYTES) {
        uint8_t byte = tape_byte(t);
        r->out[tape_below(t, r->out_length)] = byte;
    } else if (how < 232) {
        r->out_length = tape_below(t, 64);
    } else if (how < 248) {
        r->in_length = tape_below(t, 4096);
    } else {
        *(how & 1 ? &r->in_length : &r->out_length) = any_length(t);
    }
}

void request_draw(struct request *r, struct tape *tape, unsigned id, unsigned queues, uint64_t window)
{
    const struct picture *mine[ARRAY_SIZE(pictures)];
    unsigned count = 0;
    *r = (struct request){ 0 };
    for (unsigned i = 0; i < ARRAY_SIZE(pictures); i++)
        if (pictures[i].id == id && pictures[i].queue < queues)
            mine[count++] = &pictures[i];
    if (!count || tape_rarely(tape, 32)) {
        words(r, tape, queues, window);
    } else {
        const struct picture *p = mine[tape_below(tape, count)];
        r->queue = p->queue;
        r->in_length = p->in;
        paint(r, tape, p->letters, window);
    }
    spoil(r, tape);
}
