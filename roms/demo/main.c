/* SPDX-License-Identifier: MIT */
/* What Orrery shows when it is asked for nothing else. Read run() first: sixty times a second it takes what was typed, moves the
   planets, and draws what changed; the time left over goes to the measurement. */
#include "roms/demo/facts.h"
#include "roms/demo/font.h"
#include "roms/demo/keys.h"
#include "roms/demo/maths.h"
#include "roms/demo/meter.h"
#include "roms/demo/paint.h"
#include "roms/demo/panel.h"
#include "roms/demo/sky.h"
#include "roms/lib/cpu.h"
#include "roms/lib/exception.h"
#include "roms/lib/input.h"
#include "roms/lib/irq.h"
#include "roms/lib/mmu.h"
#include "roms/lib/print.h"
#include "roms/lib/string.h"
#include "roms/lib/uart.h"

enum {
    FRAMES_A_SECOND = 60,
    MEASURE_MICROSECONDS = 3000,    /* of a frame's 16667: the rest stays free, so that a slow host keeps up */
    FRAMES_A_SIZE = 8,              /* the curve grows at a pace one can follow */
    DAMAGES = 8,
    RTC_DATA = 0x09010000,
    BRASS = 0xd9b45b, TEXT = 0xebe7dc, QUIET = 0x8d97ab,
    STATUS_TOP = 670, STATUS_HEIGHT = 52,
};

int main(const void *device_tree);

static const int speeds[] = {1, 2, 5, 12, 30, 75, 180, 450, 1100};

static struct demo {
    struct facts facts;
    struct screen screen;
    struct sky sky;
    struct meter meter;
    struct panel panel;
    float zoom_wanted, tilt_wanted;
    int speed, direction;
    bool paused, names;
    int hovered, selected, pointer_x, pointer_y;
    bool pointer_seen, pointer_moved;
    bool stale_sky, stale_machine, stale_plot, stale_keys, stale_status;
    /* What the next frame puts back from the backdrop: what it finds damaged, and where moving things were. */
    struct rect damages[DAMAGES];
    int damage_count;
    struct rect moving[PLANETS + 2], labels[2];
    uint64_t ticks, frames, second_ticks, busy;
    unsigned second_frames, frame_limit;
} demo;

static uint32_t space[SCREEN_WIDTH * SCREEN_HEIGHT] __attribute__((section(".noinit"), aligned(4096)));
static uint32_t backdrop[SCREEN_WIDTH * SCREEN_HEIGHT] __attribute__((section(".noinit"), aligned(4096)));

static void power_off(const char *why)
{
    print("demo: power off (%s)\n", why);
    psci_power_off();
}

static void damage(struct rect rect)
{
    if (demo.damage_count == DAMAGES) {
        demo.damages[0] = (struct rect){0, 0, SCREEN_WIDTH, SCREEN_HEIGHT};
        demo.damage_count = 1;
        return;
    }
    demo.damages[demo.damage_count++] = rect;
}

/* ---- what stands still ---- */

static void draw_headings(void)
{
    struct canvas canvas = {backdrop, 0, 0, SKY_WIDTH, SKY_HEIGHT};
    char line[2 * FACT_LINE];
    static const char *const help[][2] = {
        {"space", "pause"}, {"+ -", "speed"}, {"r", "reverse"}, {"wheel", "zoom"}, {FONT_UP " " FONT_DOWN, "tilt"},
        {"n", "names"}, {"0", "reset"}, {"q", "off"},
    };

    font_draw(&canvas, FONT_TITLE, 32, 74, "Orrery", TEXT);
    print_into(line, sizeof line, "a planetary machine on %s", demo.facts.cpu);
    font_draw(&canvas, FONT_SMALL, 36, 102, line, QUIET);
    for (int i = 0, x = 36; i < (int)(sizeof help / sizeof help[0]); i++, x += 12) {
        x = font_draw(&canvas, FONT_SMALL, x, 746, help[i][0], BRASS) + 6;
        x = font_draw(&canvas, FONT_SMALL, x, 746, help[i][1], QUIET);
    }
}

static struct rect draw_status(void)
{
    struct rect rect = {24, STATUS_TOP, 340, STATUS_HEIGHT};
    struct canvas canvas = {screen_pixels, 0, 0, SKY_WIDTH, SKY_HEIGHT};
    char line[SKY_LINE], pace[SKY_LINE];

    sky_date(&demo.sky, line);
    font_draw(&canvas, FONT_LARGE, 36, STATUS_TOP + 22, line, TEXT);
    int days = speeds[demo.speed];
    print_into(pace, sizeof pace, demo.paused ? "paused" : "%s%d day%s a second", demo.direction < 0 ? FONT_MINUS : "", days,
               days == 1 ? "" : "s");
    font_draw(&canvas, FONT_SMALL, 36, STATUS_TOP + 44, pace, BRASS);
    return rect;
}

/* Brings the backdrop up to date. The cards are beside the sky, so either can be done alone. */
static void refresh_backdrop(void)
{
    if (demo.stale_sky) {
        sky_backdrop(&demo.sky, backdrop, space);
        draw_headings();
        damage((struct rect){0, 0, SKY_WIDTH, SKY_HEIGHT});
    }
    if (demo.stale_machine)
        damage(panel_machine(&demo.panel));
    if (demo.stale_plot)
        damage(panel_plot(&demo.panel));
    if (demo.stale_keys)
        damage(panel_keys(&demo.panel));
    demo.stale_sky = demo.stale_machine = demo.stale_plot = demo.stale_keys = false;
}

/* ---- what moves ---- */

static struct rect draw_pointer(const struct canvas *canvas)
{
    float x = (float)demo.pointer_x + 0.5f, y = (float)demo.pointer_y + 0.5f;
    const float head[3][2] = {{x, y}, {x + 13.5f, y + 13.5f}, {x, y + 19}}, inner[3][2] = {
        {x + 1.4f, y + 3.2f}, {x + 10.4f, y + 12.3f}, {x + 1.4f, y + 16}};

    paint_polygon(canvas, head, 3, 0x0b0f1a, 0.95f);
    paint_polygon(canvas, inner, 3, demo.panel.buttons ? BRASS : 0xffffff, 1);
    return (struct rect){demo.pointer_x - 2, demo.pointer_y - 2, 20, 26};
}

static struct rect draw_label(const struct canvas *canvas, int planet, bool detailed)
{
    const struct body *body = &demo.sky.bodies[planet];
    const char *name = sky_name(planet), *note = detailed ? sky_note(planet) : "";
    int name_width = font_width(detailed ? FONT_STRONG : FONT_SMALL, name), note_width = font_width(FONT_SMALL, note);
    int width = (name_width > note_width ? name_width : note_width) + (detailed ? 24 : 4), height = detailed ? 48 : 18;
    int x = (int)(body->x + body->radius * 0.8f + 9), y = (int)(body->y - body->radius * 0.8f - 5) - height;

    if (x + width > SKY_WIDTH - 6 || (body->x < SKY_WIDTH / 2 && x - width - 36 > 6))   /* away from the Sun */
        x = (int)(body->x - body->radius * 0.8f - 9) - width;
    if (y < 6)
        y = (int)(body->y + body->radius + 8);
    struct rect rect = {x, y, width, height};
    if (detailed) {
        paint_card(canvas, &rect, 8, 0x0d1424, 0.86f, BRASS, 0.6f);
        font_draw(canvas, FONT_STRONG, x + 12, y + 20, name, TEXT);
        font_draw(canvas, FONT_SMALL, x + 12, y + 38, note, QUIET);
    } else {
        font_draw(canvas, FONT_SMALL, x + 2, y + 14, name, 0xb9c0cf);
    }
    return rect;
}

static struct rect join(struct rect a, struct rect b)
{
    if (!a.width || !b.width)
        return a.width ? a : b;
    int left = a.x < b.x ? a.x : b.x, top = a.y < b.y ? a.y : b.y;
    int right = a.x + a.width > b.x + b.width ? a.x + a.width : b.x + b.width;
    int bottom = a.y + a.height > b.y + b.height ? a.y + a.height : b.y + b.height;
    return (struct rect){left, top, right - left, bottom - top};
}

static struct rect clip(struct rect rect)
{
    int left = rect.x < 0 ? 0 : rect.x, top = rect.y < 0 ? 0 : rect.y;
    int right = rect.x + rect.width > SCREEN_WIDTH ? SCREEN_WIDTH : rect.x + rect.width;
    int bottom = rect.y + rect.height > SCREEN_HEIGHT ? SCREEN_HEIGHT : rect.y + rect.height;

    if (right <= left || bottom <= top)
        return (struct rect){0};
    return (struct rect){left, top, right - left, bottom - top};
}

/* Adds to a list of at most SCREEN_RECTS; those that overlap become one, and so do the two last when the list is full. */
static int add(struct rect *list, int count, struct rect rect)
{
    rect = clip(rect);
    if (!rect.width)
        return count;
    for (int i = 0; i < count; i++) {
        struct rect both = join(list[i], rect);
        long apart = (long)list[i].width * list[i].height + (long)rect.width * rect.height;
        if ((long)both.width * both.height <= apart || (count == SCREEN_RECTS && i == count - 1)) {
            list[i] = list[--count];
            return add(list, count, both);
        }
    }
    list[count] = rect;
    return count + 1;
}

/* Draws everything that moves, and notes where for the frame after this. */
static int draw_moving(struct rect *shown, int count)
{
    struct canvas sky = {screen_pixels, 0, 0, SKY_WIDTH, SKY_HEIGHT}, all = {screen_pixels, 0, 0, SCREEN_WIDTH, SCREEN_HEIGHT};
    struct rect sky_rect = {0, 0, SKY_WIDTH, SKY_HEIGHT};

    sky_draw(&demo.sky, &sky, demo.hovered, demo.selected);
    for (int i = 0; i < PLANETS; i++) {
        demo.moving[i] = demo.sky.bodies[i].box;
        if (demo.names && i != demo.hovered && i != demo.selected)
            demo.moving[i] = join(demo.moving[i], draw_label(&sky, i, false));
    }
    demo.moving[PLANETS] = draw_status();
    demo.labels[0] = demo.selected >= 0 ? draw_label(&sky, demo.selected, true) : (struct rect){0};
    demo.labels[1] = demo.hovered >= 0 && demo.hovered != demo.selected ? draw_label(&sky, demo.hovered, true) : (struct rect){0};
    demo.moving[PLANETS + 1] = demo.pointer_seen ? draw_pointer(&all) : (struct rect){0};
    for (int i = 0; i < PLANETS; i++) {
        struct rect box = demo.moving[i];
        int right = box.x + box.width > sky_rect.width ? sky_rect.width : box.x + box.width;
        box.width = right - box.x;
        count = add(shown, count, box.width > 0 ? box : (struct rect){0});
    }
    count = add(shown, count, demo.moving[PLANETS]);
    count = add(shown, count, demo.labels[0]);
    count = add(shown, count, demo.labels[1]);
    return add(shown, count, demo.moving[PLANETS + 1]);
}

static void draw_frame(void)
{
    struct rect shown[SCREEN_RECTS + 1];
    int count = 0;

    refresh_backdrop();
    for (int i = 0; i < demo.damage_count; i++)
        count = add(shown, count, demo.damages[i]);
    for (int i = 0; i < PLANETS + 2; i++)
        count = add(shown, count, demo.moving[i]);
    count = add(shown, count, demo.labels[0]);
    count = add(shown, count, demo.labels[1]);
    for (int i = 0; i < count; i++)
        paint_copy(screen_pixels, backdrop, &shown[i]);
    demo.damage_count = 0;
    count = draw_moving(shown, count);
    screen_show(&demo.screen, shown, count);
}

/* ---- input ---- */

static void show_key(unsigned code, bool down)
{
    struct panel *panel = &demo.panel;
    const char *name = keys_name(code);

    if (!name)
        name = "?";
    demo.stale_keys = true;
    if (!down) {
        for (unsigned i = 0; i < panel->key_count; i++)
            panel->keys_down[i] = panel->keys_down[i] && panel->keys[i] != name;
        return;
    }
    if (panel->key_count == PANEL_KEYS) {
        for (unsigned i = 1; i < PANEL_KEYS; i++) {
            panel->keys[i - 1] = panel->keys[i];
            panel->keys_down[i - 1] = panel->keys_down[i];
        }
        panel->key_count--;
    }
    panel->keys[panel->key_count] = name;
    panel->keys_down[panel->key_count++] = true;
    print("demo: key %u %s\n", code, name[0] < ' ' ? "arrow" : name);
}

static float bound(float value, float low, float high)
{
    return maths_min(maths_max(value, low), high);
}

static void change_speed(int by)
{
    int count = sizeof speeds / sizeof speeds[0], speed = demo.speed + by;

    demo.speed = speed < 0 ? 0 : speed >= count ? count - 1 : speed;
}

static void obey_key(unsigned code)
{
    switch (code) {
    case KEY_SPACE: demo.paused = !demo.paused; break;
    case KEY_EQUAL: case KEY_KPPLUS: case KEY_RIGHT: change_speed(1); break;
    case KEY_MINUS: case KEY_KPMINUS: case KEY_LEFT: change_speed(-1); break;
    case KEY_R: demo.direction = -demo.direction; break;
    case KEY_N: demo.names = !demo.names; break;
    case KEY_UP: demo.tilt_wanted = bound(demo.tilt_wanted + 0.1f, 0.25f, 1); break;
    case KEY_DOWN: demo.tilt_wanted = bound(demo.tilt_wanted - 0.1f, 0.25f, 1); break;
    case KEY_PAGEUP: demo.zoom_wanted = bound(demo.zoom_wanted * 1.2f, 0.6f, 6); break;
    case KEY_PAGEDOWN: demo.zoom_wanted = bound(demo.zoom_wanted / 1.2f, 0.6f, 6); break;
    case KEY_0: demo.zoom_wanted = 1; demo.tilt_wanted = 0.84f; demo.speed = 3; demo.direction = 1; break;
    }
}

/* These act when they are let go, so that whoever pressed one is not left with a key down in a machine that is gone. */
static bool is_last_key(unsigned code)
{
    return code == KEY_ESC || code == KEY_Q || code == KEY_POWER;
}

static void press_button(unsigned code, bool down)
{
    unsigned bit = code - BTN_LEFT;

    if (bit > 2)
        return;
    demo.panel.buttons = (demo.panel.buttons & ~(1u << bit)) | (unsigned)down << bit;
    demo.stale_keys = demo.pointer_moved = true;
    if (down && code == BTN_LEFT) {
        demo.selected = sky_at(&demo.sky, demo.pointer_x, demo.pointer_y);
        print("demo: click %d,%d %s\n", demo.pointer_x, demo.pointer_y, demo.selected >= 0 ? sky_name(demo.selected) : "nothing");
    }
}

static void move_pointer(int x, int y)
{
    demo.pointer_x = x < 0 ? 0 : x >= SCREEN_WIDTH ? SCREEN_WIDTH - 1 : x;
    demo.pointer_y = y < 0 ? 0 : y >= SCREEN_HEIGHT ? SCREEN_HEIGHT - 1 : y;
    demo.panel.pointer_x = demo.pointer_x;
    demo.panel.pointer_y = demo.pointer_y;
    demo.pointer_seen = demo.pointer_moved = demo.stale_keys = true;
}

static void obey_event(const struct input_event *event)
{
    if (event->type == EV_KEY && event->code >= BTN_LEFT) {
        press_button(event->code, event->value);
    } else if (event->type == EV_KEY && event->value != 2) {
        show_key(event->code, event->value);
        if (event->value)
            obey_key(event->code);
        else if (is_last_key(event->code))
            power_off("key");
    } else if (event->type == EV_ABS && event->code == ABS_X) {
        move_pointer(screen_pointer_x(&demo.screen, event->value, input_range()), demo.pointer_y);
    } else if (event->type == EV_ABS && event->code == ABS_Y) {
        move_pointer(demo.pointer_x, screen_pointer_y(&demo.screen, event->value, input_range()));
    } else if (event->type == EV_REL && event->code == REL_X) {
        move_pointer(demo.pointer_x + (int32_t)event->value, demo.pointer_y);
    } else if (event->type == EV_REL && event->code == REL_Y) {
        move_pointer(demo.pointer_x, demo.pointer_y + (int32_t)event->value);
    } else if (event->type == EV_REL && event->code == REL_WHEEL) {
        demo.zoom_wanted = bound((int32_t)event->value > 0 ? demo.zoom_wanted * 1.15f : demo.zoom_wanted / 1.15f, 0.6f, 6);
    }
}

static void take_input(void)
{
    struct input_event event;

    while (input_take(&event))
        obey_event(&event);
    for (int character; (character = uart_read()) >= 0; ) {
        unsigned key = keys_from_character(character);
        if (key) {
            show_key(key, true);
            show_key(key, false);
            obey_key(key);
            if (is_last_key(key))
                power_off("key");
        }
    }
    if (button_pressed())
        power_off("power button");
}

/* ---- time ---- */

/* Glides to the zoom and tilt that were asked for. */
static void glide(float *value, float wanted, float share)
{
    if (*value == wanted)
        return;
    *value += (wanted - *value) * share;
    if (maths_abs(*value - wanted) < 0.002f)
        *value = wanted;
    demo.stale_sky = true;
}

static void move(uint64_t ticks)
{
    float share = bound(0.14f * (float)ticks, 0, 1);

    glide(&demo.sky.zoom, demo.zoom_wanted, share);
    glide(&demo.sky.tilt, demo.tilt_wanted, share);
    if (!demo.paused)
        demo.sky.day += (double)(speeds[demo.speed] * demo.direction) * (double)ticks / FRAMES_A_SECOND;
    sky_move(&demo.sky);
    demo.hovered = demo.pointer_seen ? sky_at(&demo.sky, demo.pointer_x, demo.pointer_y) : -1;
}

static void count_frame(uint64_t counter)
{
    demo.busy += counter;
    demo.second_frames++;
    if (demo.ticks - demo.second_ticks >= FRAMES_A_SECOND) {
        uint64_t elapsed = demo.ticks - demo.second_ticks;
        demo.panel.frames_a_second = (unsigned)((demo.second_frames * FRAMES_A_SECOND + elapsed / 2) / elapsed);
        demo.panel.frame_microseconds = (unsigned)(demo.busy * 1000000 / demo.facts.counter_hz / demo.second_frames);
        demo.stale_keys = true;
        demo.second_ticks = demo.ticks;
        demo.second_frames = 0;
        demo.busy = 0;
    }
}

static void print_table(void)
{
    const struct meter *meter = &demo.meter;
    char size[16];

    print("demo: memory latency by working set\n");
    for (unsigned i = 0; i < meter->done; i++) {
        panel_size(size, sizeof size, meter->kilobytes[i]);
        print("  %7s %4u.%02u ns", size, meter->picoseconds[i] / 1000, meter->picoseconds[i] % 1000 / 10);
        if (meter->has_pmu)
            print(" %4u.%02u cycles", meter->millicycles[i] / 1000, meter->millicycles[i] % 1000 / 10);
        print("\n");
    }
    print("demo: %u million instructions a second\n", meter->mips);
    print("demo: measured\n");
}

static void measure(void)
{
    unsigned done = demo.meter.done, mips = demo.meter.mips;

    if (done == METER_SIZES || demo.frames < done * FRAMES_A_SIZE)
        return;
    meter_work(&demo.meter, cpu_counter() + demo.facts.counter_hz / 1000000 * MEASURE_MICROSECONDS);
    demo.stale_machine |= demo.meter.mips != mips;
    demo.stale_plot |= demo.meter.done != done;
    if (demo.meter.done == METER_SIZES && done != METER_SIZES)
        print_table();
}

static void wait_tick(void)
{
    while (timer_ticks() == demo.ticks) {
        cpu_irq_disable();
        if (timer_ticks() == demo.ticks)
            cpu_wait();
        cpu_irq_enable();
    }
}

static void run(void)
{
    for (;;) {
        measure();
        wait_tick();
        uint64_t passed = timer_ticks() - demo.ticks, begin = cpu_counter();
        demo.ticks += passed;
        take_input();
        move(passed);
        if (!screen_busy(&demo.screen)) {
            draw_frame();
            if (demo.frames++ == 0)
                print("demo: ready\n");
            count_frame(cpu_counter() - begin);
        }
        if (demo.frame_limit && demo.frames >= demo.frame_limit)
            power_off("frames");
    }
}

/* Nothing to draw on: the serial line gets it all. */
static void run_without_screen(void)
{
    print("demo: no display\n");
    while (meter_work(&demo.meter, ~0ull))
        ;
    print_table();
    power_off("done");
}

static void report(void)
{
    const struct facts *facts = &demo.facts;

    print("Orrery demo\n  board    %s\n  core     %s\n  features %s\n", facts->board, facts->cpu, facts->features);
    print("  caches   %s\n  memory   %s\n  counter  %s\n", facts->caches, facts->memory, facts->counter);
    if (demo.screen.kind)
        print("  display  %s %dx%d\n", demo.screen.kind, demo.screen.width, demo.screen.height);
    for (unsigned i = 0; i < demo.panel.inputs; i++)
        print("  input    %s\n", input_name(i));
}

int main(const void *device_tree)
{
    struct fdt fdt;

    fdt_open(&fdt, device_tree);
    facts_read(&demo.facts, &fdt);
    mmu_init(demo.facts.ram_base, demo.facts.ram_size);
    irq_init();
    bool has_screen = screen_open(&demo.screen, &fdt);
    demo.panel = (struct panel){.facts = &demo.facts, .meter = &demo.meter, .screen = &demo.screen, .space = space,
                                .pixels = backdrop, .inputs = input_open(&fdt)};
    report();
    meter_begin(&demo.meter, demo.facts.counter_hz, demo.facts.has_pmu);
    if (!has_screen)
        run_without_screen();
    button_open();
    demo.frame_limit = facts_option(&demo.facts, "demo.frames", 0);
    demo.zoom_wanted = demo.sky.zoom = 1;
    demo.tilt_wanted = demo.sky.tilt = 0.84f;
    demo.speed = 3;
    demo.direction = 1;
    demo.hovered = demo.selected = -1;
    demo.sky.day = (double)mmio_read(RTC_DATA) / 86400 - 10957.5;
    demo.stale_sky = demo.stale_machine = demo.stale_plot = demo.stale_keys = true;
    sky_space(space);
    memcpy(backdrop, space, sizeof backdrop);
    damage((struct rect){0, 0, SCREEN_WIDTH, SCREEN_HEIGHT});
    timer_start(FRAMES_A_SECOND);
    run();
    return 0;
}
