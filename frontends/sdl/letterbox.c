/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/letterbox.h"

#include "bus/port.h"

/* A guest that follows the window does so within moments, and may round the size down to what its modes allow. */
enum { ANSWER_MS = 5000 };

static void centre(struct letterbox *box, int window_width, int window_height)
{
    box->x = (window_width - box->width) / 2;
    box->y = (window_height - box->height) / 2;
}

struct letterbox letterbox_fit(int window_width, int window_height, int picture_width, int picture_height)
{
    int64_t by_width = (int64_t)window_width * picture_height, by_height = (int64_t)window_height * picture_width;
    struct letterbox box = { .width = window_width, .height = window_height };
    if (by_width > by_height)
        box.width = (int)(by_height / picture_height);
    else
        box.height = (int)(by_width / picture_width);
    box.width = box.width ? box.width : 1;
    box.height = box.height ? box.height : 1;
    centre(&box, window_width, window_height);
    return box;
}

/* How often the picture fits into the window. */
static int multiple(int window_width, int window_height, int picture_width, int picture_height)
{
    int across = window_width / picture_width, down = window_height / picture_height;
    return across < down ? across : down;
}

/* Of a picture larger than the window: where it begins, so that the pointer is where it should be. */
static int pan(int picture, int window, int pointer)
{
    return (int)-((int64_t)(picture - window) * pointer / INPUT_ABS_MAX);
}

struct letterbox letterbox_place(enum scaling scaling, int window_width, int window_height, int picture_width, int picture_height,
                                 int pointer_x, int pointer_y)
{
    int times = scaling == SCALING_ONE ? 1 : multiple(window_width, window_height, picture_width, picture_height);
    if (scaling == SCALING_FIT || !times)
        return letterbox_fit(window_width, window_height, picture_width, picture_height);
    struct letterbox box = { .width = times * picture_width, .height = times * picture_height };
    centre(&box, window_width, window_height);
    if (box.width > window_width)
        box.x = pan(box.width, window_width, pointer_x);
    if (box.height > window_height)
        box.y = pan(box.height, window_height, pointer_y);
    return box;
}

/* The first pixel is 0 and the last is the maximum, so that a guest's corners can be reached. */
static bool scale(int at, int size, int *to)
{
    int clipped = at < 0 ? 0 : at >= size ? size - 1 : at;
    *to = size > 1 ? (int)((int64_t)clipped * INPUT_ABS_MAX / (size - 1)) : 0;
    return clipped == at;
}

static bool scale_axis(int at, int from, int size, int window, int *to)
{
    return size > window ? scale(at, window, to) : scale(at - from, size, to);
}

bool letterbox_point(const struct letterbox *box, int window_width, int window_height, int x, int y, int *picture_x,
                     int *picture_y)
{
    bool is_inside = scale_axis(x, box->x, box->width, window_width, picture_x);
    return scale_axis(y, box->y, box->height, window_height, picture_y) && is_inside;
}

int letterbox_units(int wanted_pixels, int units, int pixels)
{
    return pixels > 0 && units > 0 ? (int)(((int64_t)wanted_pixels * units + pixels - 1) / pixels) : wanted_pixels;
}

bool letterbox_is_answer(int picture_width, int picture_height, int told_width, int told_height, uint64_t ms_since_told)
{
    bool is_exact = picture_width == told_width && picture_height == told_height;
    return is_exact || (ms_since_told < ANSWER_MS && picture_width <= told_width && picture_height <= told_height);
}
