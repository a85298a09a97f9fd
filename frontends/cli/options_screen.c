/* SPDX-License-Identifier: MIT */
/* What the user sees and hears. */
#include "frontends/cli/options_table.h"

#include <stdlib.h>
#include <string.h>

#include "frontends/cli/parse.h"

static int set_display_type(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    o->has_display = true;
    o->display = strcmp(value, "none") ? DISPLAY_SDL : DISPLAY_NONE;
    if (o->display == DISPLAY_SDL && strcmp(value, "sdl"))
        return error_set(err, "there is no display '%s'; there are sdl and none", value);
    return 0;
}

/* QEMU's on and off, and what lies between. */
static int set_zoom(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    bool fits = true;
    if (!strcmp(value, "integer")) {
        o->scaling = SCALING_INTEGER;
        return 0;
    }
    if (parse_switch("-display zoom-to-fit", value, &fits, err) < 0)
        return error_set(err, "-display: zoom-to-fit=%s is not on, off or integer", value);
    o->scaling = fits ? SCALING_FIT : SCALING_ONE;
    return 0;
}

static int set_display_full_screen(void *to, const char *value, struct error *err)
{
    return parse_switch("-display full-screen", value, &((struct options *)to)->is_full_screen, err);
}

static int set_display(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = {
        { "type", set_display_type }, { "zoom-to-fit", set_zoom }, { "full-screen", set_display_full_screen },
    };
    return parse_list("-display", value, keys, ARRAY_SIZE(keys), o, err);
}

static int set_size(struct options *o, const char *value, struct error *err)
{
    enum { SIDE_MIN = 64, SIDE_MAX = 4095 };      /* the most that a monitor's description has room for */
    int end = 0;
    if (sscanf(value, "%5ux%5u%n", &o->width, &o->height, &end) < 2 || value[end] || o->width < SIDE_MIN || o->height < SIDE_MIN
        || o->width > SIDE_MAX || o->height > SIDE_MAX)
        return error_set(err, "-g %s: write WIDTHxHEIGHT, each from %d to %d, as in -g 1280x800", value, SIDE_MIN, SIDE_MAX);
    return 0;
}

static int set_layout(struct options *o, const char *value, struct error *err)
{
    o->layout = layout_find(value, err);
    return o->layout ? 0 : error_prefix(err, "-k");
}

static int set_status(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_status = true;
    return 0;
}

static int set_vga(struct options *o, const char *value, struct error *err)
{
    static const struct { const char *word, *device; } cards[] = {
        { "virtio", "virtio-gpu" }, { "simplefb", "simple-framebuffer" }, { "ramfb", "ramfb" }, { "none", "none" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cards); i++)
        if (!strcmp(cards[i].word, value)) {
            o->display_device = cards[i].device;
            return 0;
        }
    return error_set(err, "there is no graphics card '%s'; there are virtio, simplefb, ramfb and none", value);
}

static int set_nographic(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->is_nographic = true;
    return 0;
}

static int set_full_screen(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->is_full_screen = true;
    return 0;
}

static int set_overlay(struct options *o, const char *value, struct error *err)
{
    (void)value, (void)err;
    o->shows_overlay = true;
    return 0;
}

static int set_audio_driver(void *to, const char *value, struct error *err)
{
    static const struct { const char *word; enum audio_driver driver; } drivers[] = {
        { "none", AUDIO_NONE }, { "sdl", AUDIO_SDL }, { "wav", AUDIO_WAV },
    };
    for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
        if (!strcmp(drivers[i].word, value)) {
            ((struct options *)to)->audio.driver = drivers[i].driver;
            return 0;
        }
    return error_set(err, "-audiodev: there is no driver '%s'; there are sdl, wav and none", value);
}

static int set_audio_path(void *to, const char *value, struct error *err)
{
    struct options *o = to;
    if (!*value || !strcmp(value, "on"))
        return error_set(err, "-audiodev: path= needs a file name, as in -audiodev wav,path=sound.wav");
    free(o->audio.path);
    o->audio.path = mem_strdup(value);
    return 0;
}

/* QEMU wants a name for it; there is one sound card, so nothing refers to that. */
static int set_audio_id(void *to, const char *value, struct error *err)
{
    (void)to, (void)value, (void)err;
    return 0;
}

static int set_audiodev(struct options *o, const char *value, struct error *err)
{
    static const struct parse_key keys[] = { { "driver", set_audio_driver }, { "path", set_audio_path }, { "id", set_audio_id } };
    if (o->has_audio)
        return error_set(err, "-audiodev %s: the machine has one sound card, and its sound has a place already", value);
    o->has_audio = true;
    if (parse_list("-audiodev", value, keys, ARRAY_SIZE(keys), o, err) < 0)
        return -1;
    bool is_file = o->audio.driver == AUDIO_WAV;
    if (is_file && !o->audio.path)
        return error_set(err, "-audiodev wav needs a file; add path=FILE");
    return is_file || !o->audio.path ? 0 : error_set(err, "-audiodev %s: path= goes with wav only", value);
}

const struct option_row options_screen[] = {
    { "display", "sdl[,zoom-to-fit=on|off|integer]|none", set_display },
    { "g", "WxH", set_size },
    { "k", "LAYOUT", set_layout },
    { "vga", "virtio|simplefb|ramfb|none", set_vga },
    { "full-screen", NULL, set_full_screen },
    { "overlay", NULL, set_overlay },
    { "status", NULL, set_status },
    { "nographic", NULL, set_nographic },
    { "audiodev", "sdl|none|wav,path=FILE", set_audiodev },
    { NULL, NULL, NULL }
};
