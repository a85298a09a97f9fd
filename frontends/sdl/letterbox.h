/* SPDX-License-Identifier: MIT */
/* Where the guest's picture lies in a window of another shape, and which of its points is under the mouse. Pure arithmetic. */
#ifndef FRONTENDS_SDL_LETTERBOX_H
#define FRONTENDS_SDL_LETTERBOX_H

#include "base/types.h"

struct letterbox {
    int x, y, width, height;
};

/* The largest rectangle of the picture's proportions within the window, centred. All sizes are at least 1. */
struct letterbox letterbox_fit(int window_width, int window_height, int picture_width, int picture_height);

/* A point of the window as 0..INPUT_ABS_MAX over the picture; one beside it as the nearest point of its edge, and false. */
bool letterbox_point(const struct letterbox *box, int x, int y, int *picture_x, int *picture_y);

#endif
