/* SPDX-License-Identifier: MIT */
/* From the keyboard, the mouse and the window manager to the guest. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "frontends/host/screenshot.h"
#include "frontends/sdl/keymap.h"
#include "frontends/sdl/window_state.h"

enum { NOTICE_MS = 4000, RESIZE_MS = 300, SCROLL_LINES = 3 };

static void post(struct window *w, struct host_message message)
{
    host_loop_post(w->config.loop, &message);
}

void window_notice(struct window *w, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    vsnprintf(w->notice, sizeof w->notice, format, ap);
    va_end(ap);
    w->notice_until_ms = SDL_GetTicks64() + NOTICE_MS;
}

/* ---- keys and buttons that are held ---- */

static void press(struct window *w, uint16_t code, bool is_down)
{
    if (!code || code >= ARRAY_SIZE(w->is_down) || w->is_down[code] == is_down)
        return;
    w->is_down[code] = is_down;
    post(w, (struct host_message){ .kind = HOST_KEY, .code = code, .value = is_down });
}

/* The guest will not see them go up any more. */
static void release_all(struct window *w)
{
    for (uint16_t code = 0; code < ARRAY_SIZE(w->is_down); code++)
        press(w, code, false);
}

/* ---- what Ctrl-Alt with a key does ---- */

static bool has_relative_pointer(const struct window *w)
{
    bool is_relative = false;
    for (size_t i = 0; i < ARRAY_SIZE(w->config.pointers); i++) {
        const struct input *pointer = w->config.pointers[i];
        if (pointer && pointer->event && pointer->wants_abs)
            return false;
        is_relative |= pointer && pointer->event && pointer->wants_rel;
    }
    return is_relative;
}

static void set_grab(struct window *w, bool grabs)
{
    w->is_grabbed = grabs;
    SDL_SetRelativeMouseMode(grabs);
    SDL_SetWindowKeyboardGrab(w->window, grabs);
    w->titled_at_ms = 0;
}

static void toggle_grab(struct window *w)
{
    if (w->is_grabbed || has_relative_pointer(w))
        set_grab(w, !w->is_grabbed);
    else
        window_notice(w, "the mouse needs no grabbing here");
}

static void toggle_full_screen(struct window *w)
{
    bool is_full = SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP;
    SDL_SetWindowFullscreen(w->window, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
    w->must_draw = true;
}

static void show_view(struct window *w, bool console)
{
    w->shows_console = console;
    if (console)
        SDL_StartTextInput();
    else
        SDL_StopTextInput();
    if (console && w->is_grabbed)
        set_grab(w, false);
    window_draw_cursor(w);
    w->must_draw = true;
    w->titled_at_ms = 0;
}

static void show_screen(struct window *w)
{
    show_view(w, false);
}

static void show_console(struct window *w)
{
    show_view(w, true);
}

static void save_picture(struct window *w)
{
    char file[64];
    struct error err;
    struct display_frame frame = { 0 };
    time_t now = time(NULL);
    struct tm tm;
    strftime(file, sizeof file, "orrery-%Y%m%d-%H%M%S.png", localtime_r(&now, &tm));
    if (w->picture && w->picture->width)
        frame = (struct display_frame){ w->picture->pixels, w->picture->width, w->picture->height, w->picture->width };
    if (screenshot_write(file, &frame, &err) < 0)
        window_notice(w, "%s", err.text);
    else
        window_notice(w, "saved %s", file);
}

static void switch_timing(struct window *w)
{
    post(w, (struct host_message){ .kind = HOST_TIMING });
}

static void toggle_overlay(struct window *w)
{
    window_overlay_show(w, !w->shows_overlay);
}

static const struct { SDL_Scancode scancode; void (*run)(struct window *w); } hotkeys[] = {
    { SDL_SCANCODE_F, toggle_full_screen }, { SDL_SCANCODE_G, toggle_grab }, { SDL_SCANCODE_P, save_picture },
    { SDL_SCANCODE_1, show_screen }, { SDL_SCANCODE_2, show_console },
    { SDL_SCANCODE_S, toggle_overlay }, { SDL_SCANCODE_T, switch_timing },
};

static bool run_hotkey(struct window *w, const SDL_KeyboardEvent *key)
{
    if (!(key->keysym.mod & KMOD_CTRL) || !(key->keysym.mod & KMOD_LALT))    /* the right one may be AltGr */
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(hotkeys); i++)
        if (hotkeys[i].scancode == key->keysym.scancode) {
            release_all(w);
            if (!key->repeat)
                hotkeys[i].run(w);
            return true;
        }
    return false;
}

/* ---- events ---- */

static void take_key(struct window *w, const SDL_KeyboardEvent *key)
{
    bool is_down = key->type == SDL_KEYDOWN;
    if (is_down && run_hotkey(w, key))
        return;
    if (w->shows_console && is_down)
        console_key(w->console, &key->keysym);
    else if (!w->shows_console && !key->repeat)    /* guests repeat keys themselves */
        press(w, keymap_code(key->keysym.scancode), is_down);
}

/* Mouse positions come in the window's units, which are not pixels on screens of high density. */
static void take_position(struct window *w, int x, int y)
{
    int window_width, window_height, width, height, at_x, at_y;
    SDL_GetWindowSize(w->window, &window_width, &window_height);
    if (SDL_GetRendererOutputSize(w->renderer, &width, &height) < 0 || window_width < 1 || window_height < 1 || w->box.width < 1)
        return;
    letterbox_point(&w->box, (int)((int64_t)x * width / window_width), (int)((int64_t)y * height / window_height), &at_x, &at_y);
    post(w, (struct host_message){ .kind = HOST_POINTER, .x = at_x, .y = at_y });
}

static void take_motion(struct window *w, const SDL_MouseMotionEvent *motion)
{
    if (w->shows_console)
        return;
    if (w->is_grabbed)
        post(w, (struct host_message){ .kind = HOST_MOTION, .x = motion->xrel, .y = motion->yrel });
    else if (!has_relative_pointer(w))
        take_position(w, motion->x, motion->y);
}

static void take_button(struct window *w, const SDL_MouseButtonEvent *button)
{
    static const uint16_t codes[] = { [SDL_BUTTON_LEFT] = 0x110, [SDL_BUTTON_MIDDLE] = 0x112, [SDL_BUTTON_RIGHT] = 0x111,
                                      [SDL_BUTTON_X1] = 0x113, [SDL_BUTTON_X2] = 0x114 };
    bool is_down = button->type == SDL_MOUSEBUTTONDOWN;
    if (w->shows_console || button->button >= ARRAY_SIZE(codes))
        return;
    if (is_down && !w->is_grabbed && has_relative_pointer(w)) {
        set_grab(w, true);
        return;
    }
    if (!w->is_grabbed)
        take_position(w, button->x, button->y);
    press(w, codes[button->button], is_down);
}

/* Whole notches, collected from the parts that touchpads send. */
static int notches(float *sum, float more)
{
    *sum += more;
    int whole = (int)*sum;
    *sum -= (float)whole;
    return whole;
}

static void take_wheel(struct window *w, const SDL_MouseWheelEvent *wheel)
{
    float sign = wheel->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    int x = notches(&w->wheel_x, sign * wheel->preciseX), y = notches(&w->wheel_y, sign * wheel->preciseY);
    if (w->shows_console)
        console_scroll(w->console, SCROLL_LINES * y);
    else if (x || y)
        post(w, (struct host_message){ .kind = HOST_WHEEL, .x = x, .y = y });
}

/* The first time the guest is asked politely. */
static void take_close(struct window *w)
{
    if (w->is_closing) {
        host_loop_stop(w->config.loop, HOST_END_USER);
        return;
    }
    w->is_closing = true;
    post(w, (struct host_message){ .kind = HOST_POWER });
}

/* Full screen is a size to tell the guest of, but not one that the user wants to keep. */
static void take_size(struct window *w, int width, int height)
{
    bool is_ours = width == w->fitted_width && height == w->fitted_height;
    if (!is_ours && !(SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP))
        w->was_resized = true;
    if (!is_ours || w->has_told_size)
        w->resized_at_ms = SDL_GetTicks64();
}

static void take_window_event(struct window *w, const SDL_WindowEvent *event)
{
    switch (event->event) {
    case SDL_WINDOWEVENT_FOCUS_LOST:
        release_all(w);
        if (w->is_grabbed)
            set_grab(w, false);
        break;
    case SDL_WINDOWEVENT_RESIZED:
        take_size(w, event->data1, event->data2);
        break;
    case SDL_WINDOWEVENT_CLOSE:
        take_close(w);
        break;
    }
    w->must_draw = true;
}

void window_tell_size(struct window *w)
{
    int width, height;
    if (!w->resized_at_ms || SDL_GetTicks64() < w->resized_at_ms + RESIZE_MS
        || SDL_GetRendererOutputSize(w->renderer, &width, &height) < 0)
        return;
    w->resized_at_ms = 0;
    w->has_told_size = true;
    post(w, (struct host_message){ .kind = HOST_RESIZE, .x = width, .y = height });
}

void window_event(struct window *w, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_KEYDOWN: case SDL_KEYUP: take_key(w, &event->key); break;
    case SDL_TEXTINPUT:
        if (w->shows_console && !(SDL_GetModState() & (KMOD_CTRL | KMOD_LALT)))
            console_type(w->console, event->text.text);
        break;
    case SDL_MOUSEMOTION: take_motion(w, &event->motion); break;
    case SDL_MOUSEBUTTONDOWN: case SDL_MOUSEBUTTONUP: take_button(w, &event->button); break;
    case SDL_MOUSEWHEEL: take_wheel(w, &event->wheel); break;
    case SDL_WINDOWEVENT: take_window_event(w, &event->window); break;
    case SDL_RENDER_TARGETS_RESET: case SDL_RENDER_DEVICE_RESET:
        window_draw_again(w);
        break;
    }
}
