/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/letterbox.h"

#include "bus/port.h"

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
    box.x = (window_width - box.width) / 2;
    box.y = (window_height - box.height) / 2;
    return box;
}

/* The first pixel is 0 and the last is the maximum, so that a guest's corners can be reached. */
static bool scale(int at, int size, int *to)
{
    int clipped = at < 0 ? 0 : at >= size ? size - 1 : at;
    *to = size > 1 ? (int)((int64_t)clipped * INPUT_ABS_MAX / (size - 1)) : 0;
    return clipped == at;
}

bool letterbox_point(const struct letterbox *box, int x, int y, int *picture_x, int *picture_y)
{
    bool is_inside = scale(x - box->x, box->width, picture_x);
    return scale(y - box->y, box->height, picture_y) && is_inside;
}
