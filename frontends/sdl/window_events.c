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

static void toggle_status(struct window *w)
{
    window_status_show(w, !w->shows_status);
    if (SDL_GetWindowFlags(w->window) & (SDL_WINDOW_FULLSCREEN_DESKTOP | SDL_WINDOW_MAXIMIZED)) {
        w->resized_at_ms = SDL_GetTicks64();    /* the picture has more room, or less */
        return;
    }
    SDL_GetWindowSize(w->window, &w->fitted_width, &w->fitted_height);
    w->fitted_height += w->shows_status ? STATUS_HEIGHT : -STATUS_HEIGHT;
    SDL_SetWindowSize(w->window, w->fitted_width, w->fitted_height);
}

static void toggle_help(struct window *w)
{
    w->shows_help = !w->shows_help;
    w->must_draw = true;
}

static void next_scaling(struct window *w)
{
    static const char *const texts[] = {
        [SCALING_FIT] = "scaled to fit the window", [SCALING_INTEGER] = "scaled to whole multiples",
        [SCALING_ONE] = "1:1, pixel by pixel",
    };
    w->scaling = (w->scaling + 1) % SCALINGS;
    w->must_draw = true;
    window_notice(w, "%s", texts[w->scaling]);
}

const struct window_key window_keys[] = {
    { SDL_SCANCODE_1, "1", "the guest's screen", show_screen },
    { SDL_SCANCODE_2, "2", "its serial console", show_console },
    { SDL_SCANCODE_F, "F", "full screen, and back", toggle_full_screen },
    { SDL_SCANCODE_Z, "Z", "scaling: fit, whole multiples, 1:1", next_scaling },
    { SDL_SCANCODE_U, "U", "the window as large as the guest's screen", window_draw_restore },
    { SDL_SCANCODE_V, "V", "types the clipboard's text; stops typing", window_paste },
    { SDL_SCANCODE_G, "G", "grabs the mouse, lets it go", toggle_grab },
    { SDL_SCANCODE_L, "L", "the status line, and away", toggle_status },
    { SDL_SCANCODE_S, "S", "live numbers, and away", toggle_overlay },
    { SDL_SCANCODE_T, "T", "time keeping off, and on again", switch_timing },
    { SDL_SCANCODE_P, "P", "writes a picture of the screen", save_picture },
    { SDL_SCANCODE_H, "H", "these keys, and away", toggle_help },
    { 0, NULL, NULL, NULL }
};

static bool run_hotkey(struct window *w, const SDL_KeyboardEvent *key)
{
    if (!(key->keysym.mod & KMOD_CTRL) || !(key->keysym.mod & KMOD_LALT))    /* the right one may be AltGr */
        return false;
    for (const struct window_key *hotkey = window_keys; hotkey->name; hotkey++)
        if (hotkey->scancode == key->keysym.scancode) {
            release_all(w);
            if (!key->repeat)
                hotkey->run(w);
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
    else if (!w->shows_console && is_down && window_types(w))    /* two typists at one keyboard make one mess */
        window_notice(w, "typing the clipboard; Ctrl-Alt-V stops");
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
    letterbox_point(&w->box, w->area_width, w->area_height, (int)((int64_t)x * width / window_width),
                    (int)((int64_t)y * height / window_height), &at_x, &at_y);
    post(w, (struct host_message){ .kind = HOST_POINTER, .x = at_x, .y = at_y });
    w->pointer_x = at_x;
    w->pointer_y = at_y;
    w->must_draw |= w->box.width > w->area_width || w->box.height > w->area_height;
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
    else if ((x || y) && (w->is_grabbed || !has_relative_pointer(w)))
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

/* What we gave the window ourselves is the guest's own size: nothing to tell, unless the guest was told another one. */
static void take_size(struct window *w, int width, int height)
{
    bool is_ours = width == w->fitted_width && height == w->fitted_height;
    if (!is_ours || w->told_width)
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
    w->told_width = width;
    w->told_height = SDL_max(height - window_status_height(w, width), 1);
    w->told_at_ms = SDL_GetTicks64();
    post(w, (struct host_message){ .kind = HOST_RESIZE, .x = w->told_width, .y = w->told_height });
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
