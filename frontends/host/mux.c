/* SPDX-License-Identifier: MIT */
#include "frontends/host/mux.h"

#include <stdio.h>
#include <string.h>

enum { CTRL_A = 1 };

/* A monitor and disks that are saved on demand do not exist yet, and the serial port has no line for a break; their keys stay
   reserved and say so, so that a habit is not taken for typing. */
static const struct { uint8_t key; enum mux_action action; const char *message; } keys[] = {
    { 'x', MUX_QUIT, NULL },
    { 'h', MUX_HELP, "\r\nCtrl-A h       this help\r\n"
                     "Ctrl-A x       stop the machine at once\r\n"
                     "Ctrl-A p       press its power button\r\n"
                     "Ctrl-A t       virtual time before each line, on or off\r\n"
                     "Ctrl-A T       time keeping off and on: one cycle per instruction, or the core's\r\n"
                     "Ctrl-A Ctrl-A  one Ctrl-A for the guest\r\n" },
    { '?', MUX_HELP, NULL },
    { 'p', MUX_POWER, "\r\norrery: the power button was pressed\r\n" },
    { 't', MUX_TIMESTAMPS, NULL },
    { 'T', MUX_TIMING, NULL },
    { 'c', MUX_MONITOR, "\r\norrery: there is no monitor to switch to\r\n" },
    { 's', MUX_SAVE, "\r\norrery: disks are written at once; those with snapshot=on cannot be saved\r\n" },
    { 'b', MUX_BREAK, "\r\norrery: this serial line cannot send a break\r\n" },
};

static enum mux_action action_of(uint8_t byte)
{
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i].key == byte)
            return keys[i].action;
    return MUX_SWALLOW;
}

enum mux_action mux_key(struct mux *mux, uint8_t byte)
{
    if (!mux->is_escaped) {
        mux->is_escaped = byte == CTRL_A;
        return mux->is_escaped ? MUX_SWALLOW : MUX_FORWARD;
    }
    mux->is_escaped = false;
    if (byte == CTRL_A)
        return MUX_FORWARD;
    enum mux_action action = action_of(byte);
    if (action == MUX_SWALLOW)
        action = action_of(byte | 0x20);    /* X is as good as x */
    if (action == MUX_TIMESTAMPS)
        mux->stamps_lines = !mux->stamps_lines;
    return action;
}

const char *mux_message(const struct mux *mux, enum mux_action action)
{
    if (action == MUX_TIMESTAMPS)
        return mux->stamps_lines ? "\r\norrery: time before each line\r\n" : "\r\norrery: no time before lines\r\n";
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        if (keys[i].action == action)
            return keys[i].message;
    return NULL;
}

static void emit_stamp(tick_t now, void (*emit)(void *, const void *, size_t), void *to)
{
    char stamp[32];
    unsigned long long seconds = now / TICKS_PER_SECOND, us = now % TICKS_PER_SECOND / TICKS_PER_US;
    int length = snprintf(stamp, sizeof stamp, "[%5llu.%06llu] ", seconds, us);
    emit(to, stamp, (size_t)length);
}

void mux_output(struct mux *mux, tick_t now, const uint8_t *data, size_t length,
                void (*emit)(void *to, const void *data, size_t length), void *to)
{
    while (length) {
        if (mux->stamps_lines && !mux->is_inside_line)
            emit_stamp(now, emit, to);
        const uint8_t *newline = memchr(data, '\n', length);
        size_t line = newline ? (size_t)(newline - data) + 1 : length;
        emit(to, data, line);
        mux->is_inside_line = !newline;
        data += line;
        length -= line;
    }
}
