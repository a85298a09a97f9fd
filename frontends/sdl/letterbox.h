/* SPDX-License-Identifier: MIT */
/* Where the guest's picture lies in a window of another shape, how large it is there, and which of its points is under the mouse.
   Pure arithmetic, in the host's pixels. */
#ifndef FRONTENDS_SDL_LETTERBOX_H
#define FRONTENDS_SDL_LETTERBOX_H

#include "base/types.h"

struct letterbox {
    int x, y, width, height;
};

enum scaling {
    SCALING_FIT,        /* as large as the window allows */
    SCALING_INTEGER,    /* the largest whole multiple of its own size that the window allows; where none does, as SCALING_FIT */
    SCALING_ONE,        /* a pixel of the guest is one of the host */
    SCALINGS
};

/* The largest rectangle of the picture's proportions within the window, centred. All sizes are at least 1. */
struct letterbox letterbox_fit(int window_width, int window_height, int picture_width, int picture_height);

/* The picture in this scaling, centred. Of one that is larger than the window a part is seen: what follows from where the pointer
   is over the picture, 0..INPUT_ABS_MAX, so that a pointer that moves from one edge of the window to the other does so over the
   picture, and all of it is in reach. */
struct letterbox letterbox_place(enum scaling scaling, int window_width, int window_height, int picture_width, int picture_height,
                                 int pointer_x, int pointer_y);

/* A point of a window of this size as 0..INPUT_ABS_MAX over the picture; one beside it as the nearest point of its edge, and
   false. Where the picture is larger than the window, the window's edges are the picture's. */
bool letterbox_point(const struct letterbox *box, int window_width, int window_height, int x, int y, int *picture_x,
                     int *picture_y);

/* The window's own units on one axis for so many of the host's pixels, of which a window of `units` has `pixels` (twice as many
   on a screen of high density). */
int letterbox_units(int wanted_pixels, int units, int pixels);

/* The guest's picture changed its size: is that what the guest made of the window's size, which it was told `ms_since_told`
   milliseconds ago? Then the window stays as it is. */
bool letterbox_is_answer(int picture_width, int picture_height, int told_width, int told_height, uint64_t ms_since_told);

#endif
