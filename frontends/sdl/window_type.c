/* SPDX-License-Identifier: MIT */
/* Text of the clipboard, typed into the guest as by a keyboard of its layout. */
#include "frontends/host/typist.h"
#include "frontends/sdl/window_state.h"

enum { STROKES_MAX = 1 << 16, MISSING_MAX = 5, MISSING_TEXT = 32 };

/* Characters that the layout has not: how many, and the first of them as text. */
struct missing {
    unsigned count;
    char text[MISSING_TEXT];
};

bool window_types(const struct window *w)
{
    return w->strokes != typist_typed(w->config.typist);
}

static void post(struct window *w, struct layout_stroke stroke)
{
    w->strokes++;
    host_loop_post(w->config.loop, &(struct host_message){ .kind = HOST_TYPE, .code = stroke.code, .value = stroke.held });
}

static void note(struct missing *missing, const char *from, const char *to)
{
    if (missing->count++ < MISSING_MAX) {
        size_t length = SDL_strlen(missing->text);
        SDL_snprintf(missing->text + length, sizeof missing->text - length, " %.*s", (int)(to - from), from);
    }
}

static void type(struct window *w, const char *text, struct missing *missing)
{
    struct layout_stroke strokes[LAYOUT_STROKES];
    uint64_t end = w->strokes + STROKES_MAX;
    for (const char *at = text; w->strokes < end; text = at) {
        uint32_t ch = layout_next(&at);
        if (!ch)
            return;
        int count = layout_strokes(w->config.layout, ch, strokes);
        for (int i = 0; i < count; i++)
            post(w, strokes[i]);
        if (!count)
            note(missing, text, at);
    }
    window_notice(w, "only the beginning of that text is typed: it is too long");
}

static void stop(struct window *w)
{
    host_loop_post(w->config.loop, &(struct host_message){ .kind = HOST_TYPE });
    window_notice(w, "stopped typing");
}

void window_paste(struct window *w)
{
    struct missing missing = { 0 };
    char *text = SDL_GetClipboardText();
    if (w->shows_console)
        console_paste(w->console);
    else if (window_types(w))
        stop(w);
    else if (!text || !*text)
        window_notice(w, "the clipboard has no text");
    else
        type(w, text, &missing);
    if (missing.count)
        window_notice(w, "the layout %s has no%s%s: %u left out", layout_name(w->config.layout), missing.text,
                      missing.count > MISSING_MAX ? " …" : "", missing.count);
    else if (window_types(w) && !w->shows_console && SDL_GetTicks64() >= w->notice_until_ms)
        window_notice(w, "typing the clipboard; Ctrl-Alt-V stops");
    SDL_free(text);
}
