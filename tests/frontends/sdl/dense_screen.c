/* SPDX-License-Identifier: MIT */
/* Preloaded, it makes of any screen one of high density, as Wayland and macOS have them and X has not: the window's own units, in which
   SDL gives sizes and the mouse's places, are two pixels each; what is drawn is drawn in pixels. SDL's manual: README-highdpi, and
   SDL_WINDOW_ALLOW_HIGHDPI, without which a window has fewer pixels instead. */
#define _GNU_SOURCE
#include <SDL.h>
#include <dlfcn.h>

enum { DENSITY = 2 };

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

SDL_Window *SDL_CreateWindow(const char *title, int x, int y, int width, int height, Uint32 flags)
{
    if (!(flags & SDL_WINDOW_ALLOW_HIGHDPI))
        return NULL;
    return REAL(SDL_CreateWindow)(title, x, y, width * DENSITY, height * DENSITY, flags);
}

void SDL_GetWindowSize(SDL_Window *window, int *width, int *height)
{
    int w, h;
    REAL(SDL_GetWindowSize)(window, &w, &h);
    if (width)
        *width = w / DENSITY;
    if (height)
        *height = h / DENSITY;
}

void SDL_SetWindowSize(SDL_Window *window, int width, int height)
{
    REAL(SDL_SetWindowSize)(window, width * DENSITY, height * DENSITY);
}

void SDL_SetWindowMinimumSize(SDL_Window *window, int width, int height)
{
    REAL(SDL_SetWindowMinimumSize)(window, width * DENSITY, height * DENSITY);
}

int SDL_GetDisplayUsableBounds(int display, SDL_Rect *bounds)
{
    int result = REAL(SDL_GetDisplayUsableBounds)(display, bounds);
    *bounds = (SDL_Rect){ bounds->x / DENSITY, bounds->y / DENSITY, bounds->w / DENSITY, bounds->h / DENSITY };
    return result;
}

static int in_units(int result, SDL_Event *event)
{
    if (!result || !event)
        return result;
    switch (event->type) {
    case SDL_MOUSEMOTION:
        event->motion.x /= DENSITY;
        event->motion.y /= DENSITY;
        event->motion.xrel /= DENSITY;
        event->motion.yrel /= DENSITY;
        break;
    case SDL_MOUSEBUTTONDOWN: case SDL_MOUSEBUTTONUP:
        event->button.x /= DENSITY;
        event->button.y /= DENSITY;
        break;
    case SDL_WINDOWEVENT:
        if (event->window.event == SDL_WINDOWEVENT_RESIZED || event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED) {
            event->window.data1 /= DENSITY;
            event->window.data2 /= DENSITY;
        }
        break;
    }
    return result;
}

int SDL_PollEvent(SDL_Event *event)
{
    return in_units(REAL(SDL_PollEvent)(event), event);
}

int SDL_WaitEventTimeout(SDL_Event *event, int timeout)
{
    return in_units(REAL(SDL_WaitEventTimeout)(event, timeout), event);
}
