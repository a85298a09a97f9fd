/* SPDX-License-Identifier: MIT */
#include "roms/demo/sky.h"
#include "roms/demo/font.h"
#include "roms/demo/maths.h"
#include "roms/lib/print.h"

enum {
    CENTRE_X = 328, CENTRE_Y = 390, RADIUS = 262, EARTH = 2, SATURN = 5,
    ORBIT_STEPS = 180, TRAIL_STEPS = 18, BRASS = 0xd9b45b, PALE = 0xe9e4d4,
};

#define RADIANS (MATHS_PI / 180)
#define SUN_RADIUS 19.0f

/* Mean elements at J2000 (the usual approximate ones for 1800 to 2050). `show` is the half axis as drawn: distances are squeezed
   to (a / a_Neptune) ^ 0.36, or the inner planets would all be inside the Sun. */
static const struct planet {
    const char *name, *note;
    double eccentricity, longitude, perihelion, period;   /* degrees, days */
    float show, size;
    uint32_t light, dark;
    float bands;
} planets[PLANETS] = {
    {"Mercury", "57.9 million km " FONT_DOT " 88 days", 0.20563, 252.250, 77.458, 87.969, 0.209f, 3.6f, 0xc9b8a4, 0x6f6258, 0},
    {"Venus", "108 million km " FONT_DOT " 225 days", 0.00677, 181.979, 131.602, 224.701, 0.261f, 5.4f, 0xf3dca6, 0xb98d4a, 2},
    {"Earth", "150 million km " FONT_DOT " 365 days", 0.01671, 100.465, 102.938, 365.256, 0.296f, 5.8f, 0x7fb8ff, 0x2458b8, 3},
    {"Mars", "228 million km " FONT_DOT " 687 days", 0.09339, 355.447, 336.056, 686.980, 0.345f, 4.6f, 0xf09060, 0xa1431f, 0},
    {"Jupiter", "779 million km " FONT_DOT " 11.9 years", 0.04839, 34.396, 14.728, 4332.59, 0.532f, 13.0f, 0xf1d7b0, 0xb07f56, 9},
    {"Saturn", "1.43 billion km " FONT_DOT " 29.5 years", 0.05386, 49.954, 92.599, 10759.2, 0.662f, 10.5f, 0xf3dfae, 0xb89a62, 6},
    {"Uranus", "2.87 billion km " FONT_DOT " 84.0 years", 0.04726, 313.238, 170.954, 30688.5, 0.851f, 8.f, 0xbdf0ee, 0x4f9fb0, 0},
    {"Neptune", "4.50 billion km " FONT_DOT " 165 years", 0.00859, 304.880, 44.965, 60182.0, 1.0f, 7.8f, 0x86a8ff, 0x2a44b4, 2},
};

static const char *const months[12] = {"January", "February", "March", "April", "May", "June", "July", "August", "September",
                                       "October", "November", "December"};

const char *sky_name(int planet)
{
    return planets[planet].name;
}

const char *sky_note(int planet)
{
    return planets[planet].note;
}

static const struct canvas *whole(uint32_t *pixels)
{
    static struct canvas canvas = {.right = SKY_WIDTH, .bottom = SKY_HEIGHT};

    canvas.pixels = pixels;
    return &canvas;
}

/* Night blue, lighter towards the middle, with stars; the noise hides the steps between shades. */
void sky_space(uint32_t *pixels)
{
    uint32_t seed = 0x9e3779b9;

    for (int y = 0; y < SCREEN_HEIGHT; y++) {
        for (int x = 0; x < SCREEN_WIDTH; x++) {
            float dx = (float)(x - CENTRE_X) / 620, dy = (float)(y - CENTRE_Y) / 560;
            float light = maths_max(1 - (dx * dx + dy * dy), 0);
            seed = seed * 1664525 + 1013904223;
            float grain = (float)(seed >> 24) / 256;
            uint32_t red = (uint32_t)(5 + 9 * light * light + grain), green = (uint32_t)(8 + 14 * light * light + grain);
            uint32_t blue = (uint32_t)(17 + 30 * light + grain);
            pixels[y * SCREEN_WIDTH + x] = red << 16 | green << 8 | blue;
        }
    }
    struct canvas canvas = {pixels, 0, 0, SCREEN_WIDTH, SCREEN_HEIGHT};
    for (int i = 0; i < 420; i++) {
        static const uint32_t tints[] = {0xffffff, 0xcfe0ff, 0xfff0d8, 0xffffff};
        seed = seed * 1664525 + 1013904223;
        float x = (float)(seed >> 12 & 0xfffff) / 1024;
        seed = seed * 1664525 + 1013904223;
        float y = (float)(seed >> 12 & 0xfffff) / 1365;
        seed = seed * 1664525 + 1013904223;
        float magnitude = (float)(seed >> 16) / 65536;
        paint_disc(&canvas, x, y, 0.2f + magnitude * magnitude * 0.75f, tints[seed >> 8 & 3],
                   0.12f + 0.55f * magnitude * magnitude);
    }
}

/* Where a place in the plane of the orbits, in units of Neptune's, is seen. */
static void project(const struct sky *sky, float x, float y, float *screen_x, float *screen_y)
{
    float scale = RADIUS * sky->zoom;

    *screen_x = CENTRE_X + x * scale;
    *screen_y = CENTRE_Y - y * scale * sky->tilt;
}

/* The place on the ellipse at eccentric anomaly e (radians); the Sun is in its focus. */
static void place(const struct planet *planet, double e, float *x, float *y)
{
    double a = planet->show, minor = 1 - planet->eccentricity * planet->eccentricity / 2;
    double along = a * (maths_cos(e) - planet->eccentricity), across = a * minor * maths_sin(e);
    double turn = planet->perihelion * RADIANS, cosine = maths_cos(turn), sine = maths_sin(turn);

    *x = (float)(along * cosine - across * sine);
    *y = (float)(along * sine + across * cosine);
}

/* Kepler's equation by Newton's method; four steps are exact to a pixel at any of these eccentricities. */
static double anomaly(const struct planet *planet, double day)
{
    double turns = day / planet->period + (planet->longitude - planet->perihelion) / 360;
    double mean = (turns - (double)(long)turns) * 2 * MATHS_PI, e = mean;

    for (int i = 0; i < 4; i++)
        e -= (e - planet->eccentricity * maths_sin(e) - mean) / (1 - planet->eccentricity * maths_cos(e));
    return e;
}

static void draw_orbit(const struct sky *sky, const struct canvas *canvas, const struct planet *planet)
{
    float x, y, from_x, from_y, to_x, to_y;

    place(planet, 0, &x, &y);
    project(sky, x, y, &from_x, &from_y);
    for (int i = 1; i <= ORBIT_STEPS; i++) {
        place(planet, i * 2 * MATHS_PI / ORBIT_STEPS, &x, &y);
        project(sky, x, y, &to_x, &to_y);
        paint_line(canvas, from_x, from_y, to_x, to_y, 1.0f, BRASS, 0.32f, 0.32f);
        from_x = to_x, from_y = to_y;
    }
}

static void draw_circle(const struct sky *sky, const struct canvas *canvas, float radius, float width, float opacity)
{
    float from_x, from_y, to_x, to_y;

    project(sky, radius, 0, &from_x, &from_y);
    for (int i = 1; i <= ORBIT_STEPS; i++) {
        double angle = i * 2 * MATHS_PI / ORBIT_STEPS;
        project(sky, radius * (float)maths_cos(angle), radius * (float)maths_sin(angle), &to_x, &to_y);
        paint_line(canvas, from_x, from_y, to_x, to_y, width, BRASS, opacity, opacity);
        from_x = to_x, from_y = to_y;
    }
}

/* The calendar that a brass orrery has around its rim: the Earth points at the date. It is at longitude 100 on 1 January. */
static void draw_calendar(const struct sky *sky, const struct canvas *canvas)
{
    draw_circle(sky, canvas, 1.075f, 1.2f, 0.55f);
    draw_circle(sky, canvas, 1.19f, 1.2f, 0.35f);
    for (int day = 0; day < 360; day += 5) {
        double angle = (100.5 + day) * RADIANS;
        float cosine = (float)maths_cos(angle), sine = (float)maths_sin(angle), x0, y0, x1, y1;
        float length = day % 30 == 0 ? 0.115f : day % 10 == 0 ? 0.03f : 0.018f;
        project(sky, 1.075f * cosine, 1.075f * sine, &x0, &y0);
        project(sky, (1.075f + length) * cosine, (1.075f + length) * sine, &x1, &y1);
        paint_line(canvas, x0, y0, x1, y1, 1.1f, BRASS, 0.5f, 0.5f);
        if (day % 30 == 15) {
            char name[4] = {months[day / 30][0], months[day / 30][1], months[day / 30][2], 0};
            project(sky, 1.133f * cosine, 1.133f * sine, &x0, &y0);
            font_draw_centred(canvas, FONT_SMALL, (int)x0, (int)y0 + 5, name, 0x8f7f55);
        }
    }
}

static void draw_sun(const struct canvas *canvas)
{
    for (int y = CENTRE_Y - 120; y < CENTRE_Y + 120; y++) {
        for (int x = CENTRE_X - 120; x < CENTRE_X + 120; x++) {
            float dx = (float)x + 0.5f - CENTRE_X, dy = (float)y + 0.5f - CENTRE_Y;
            float distance = maths_sqrt(dx * dx + dy * dy), fade = maths_max(1 - distance / 120, 0);
            float core = maths_max(1 - distance / 44, 0);
            paint_pixel(canvas, x, y, 0xff9a3c, fade * fade * 0.34f);
            paint_pixel(canvas, x, y, 0xffc870, core * core * 0.9f);
        }
    }
    paint_disc(canvas, CENTRE_X, CENTRE_Y, SUN_RADIUS, 0xffd27a, 1);
    paint_disc(canvas, CENTRE_X, CENTRE_Y, SUN_RADIUS - 4, 0xffe6ae, 0.7f);
    paint_disc(canvas, CENTRE_X, CENTRE_Y, SUN_RADIUS - 9, 0xfff6dc, 0.8f);
}

void sky_backdrop(const struct sky *sky, uint32_t *pixels, const uint32_t *space)
{
    const struct canvas *canvas = whole(pixels);

    paint_copy(pixels, space, &(struct rect){0, 0, SKY_WIDTH, SKY_HEIGHT});
    draw_calendar(sky, canvas);
    for (int i = 0; i < PLANETS; i++)
        draw_orbit(sky, canvas, &planets[i]);
    draw_sun(canvas);
}

/* How long the light behind a planet is, as eccentric anomaly. */
static double trail_length(int planet)
{
    return planet < 4 ? 0.9 : 0.45;
}

static void widen(struct rect *box, float x, float y, float reach)
{
    int left = maths_floor(x - reach), top = maths_floor(y - reach);
    int right = maths_floor(x + reach) + 1, bottom = maths_floor(y + reach) + 1;

    if (box->width == 0) {
        *box = (struct rect){left, top, right - left, bottom - top};
        return;
    }
    if (left < box->x)
        box->width += box->x - left, box->x = left;
    if (top < box->y)
        box->height += box->y - top, box->y = top;
    if (right > box->x + box->width)
        box->width = right - box->x;
    if (bottom > box->y + box->height)
        box->height = bottom - box->y;
}

void sky_move(struct sky *sky)
{
    /* Bodies grow slower than their orbits, as when one steps closer to a model. */
    float grow = maths_sqrt(sky->zoom);

    for (int i = 0; i < PLANETS; i++) {
        const struct planet *planet = &planets[i];
        struct body *body = &sky->bodies[i];
        double e = anomaly(planet, sky->day);
        float x, y;
        place(planet, e, &x, &y);
        project(sky, x, y, &body->x, &body->y);
        body->radius = planet->size * grow;
        body->far = y;
        body->box = (struct rect){0};
        widen(&body->box, body->x, body->y, body->radius * (i == SATURN ? 2.4f : i == EARTH ? 3.2f : 1.0f) + 9);
        for (int step = 1; step <= 3; step++) {
            float trail_x, trail_y;
            place(planet, e - trail_length(i) * step / 3, &x, &y);
            project(sky, x, y, &trail_x, &trail_y);
            widen(&body->box, trail_x, trail_y, 4 + 0.02f * RADIUS * planet->show * sky->zoom);
        }
    }
    double month = (sky->day / 27.3217 - (double)(long)(sky->day / 27.3217)) * 2 * MATHS_PI;
    sky->moon_x = sky->bodies[EARTH].x + (float)maths_cos(month) * sky->bodies[EARTH].radius * 2.3f;
    sky->moon_y = sky->bodies[EARTH].y - (float)maths_sin(month) * sky->bodies[EARTH].radius * 2.3f * sky->tilt;
}

static void draw_trail(const struct sky *sky, const struct canvas *canvas, int index)
{
    const struct planet *planet = &planets[index];
    double e = anomaly(planet, sky->day), step = trail_length(index) / TRAIL_STEPS;
    float from_x = sky->bodies[index].x, from_y = sky->bodies[index].y, x, y, to_x, to_y;

    for (int i = 1; i <= TRAIL_STEPS; i++) {
        float bright = 1 - (float)(i - 1) / TRAIL_STEPS, fade = 1 - (float)i / TRAIL_STEPS;
        place(planet, e - i * step, &x, &y);
        project(sky, x, y, &to_x, &to_y);
        paint_line(canvas, from_x, from_y, to_x, to_y, 1.9f, planet->light, bright * bright * 0.8f, fade * fade * 0.8f);
        from_x = to_x, from_y = to_y;
    }
}

/* A ball lit from the Sun, seen from above the plane at the angle that the tilt says. */
static void draw_ball(const struct canvas *canvas, const struct body *body, const struct planet *planet, float tilt, bool hidden)
{
    float depth = maths_sqrt(1 - tilt * tilt * 0.999f), to_x = CENTRE_X - body->x, to_y = CENTRE_Y - body->y;
    float to_z = -to_y / tilt * depth, scale = 1 / maths_sqrt(to_x * to_x + to_y * to_y + to_z * to_z + 1);
    float r = body->radius, light_x = to_x * scale, light_y = to_y * scale, light_z = to_z * scale * -1;

    light_z = light_z * 0.4f + 0.30f;
    for (int y = maths_floor(body->y - r - 1); y <= maths_floor(body->y + r + 1); y++) {
        for (int x = maths_floor(body->x - r - 1); x <= maths_floor(body->x + r + 1); x++) {
            float dx = ((float)x + 0.5f - body->x) / r, dy = ((float)y + 0.5f - body->y) / r;
            float d2 = dx * dx + dy * dy, sun_x = (float)x + 0.5f - CENTRE_X, sun_y = (float)y + 0.5f - CENTRE_Y;
            float cover = (1 - maths_sqrt(d2)) * r + 0.5f;
            if (cover <= 0 || (hidden && sun_x * sun_x + sun_y * sun_y < SUN_RADIUS * SUN_RADIUS))
                continue;
            float dz = maths_sqrt(maths_max(1 - d2, 0));
            float lit = maths_min(maths_max(dx * light_x + dy * light_y + dz * light_z + 0.12f, 0) * 1.15f, 1);
            float band = 0.5f + 0.5f * (float)(planet->bands > 0 ? maths_sin((dy + dx * 0.2f) * planet->bands) : 0.3f);
            uint32_t colour = paint_mix(planet->dark, planet->light, paint_alpha(0.45f + 0.55f * band));
            paint_pixel(canvas, x, y, paint_mix(0x060810, colour, paint_alpha(0.10f + 0.90f * lit)), maths_min(cover, 1));
        }
    }
}

/* Half of Saturn's ring: the far half before the ball is drawn, the near one after. */
static void draw_ring(const struct canvas *canvas, const struct body *body, bool near)
{
    static const struct {
        float radius, width, opacity;
    } rings[] = {{1.45f, 0.16f, 0.45f}, {1.75f, 0.26f, 0.85f}, {2.12f, 0.16f, 0.6f}};

    for (unsigned ring = 0; ring < sizeof rings / sizeof rings[0]; ring++) {
        float radius = rings[ring].radius * body->radius, from_x = 0, from_y = 0;
        for (int i = 0; i <= 24; i++) {
            double angle = (near ? MATHS_PI : 0) + i * MATHS_PI / 24;
            float across = radius * (float)maths_cos(angle), along = -radius * 0.36f * (float)maths_sin(angle);
            float x = body->x + across * 0.97f - along * 0.24f, y = body->y + across * 0.24f + along * 0.97f;
            if (i)
                paint_line(canvas, from_x, from_y, x, y, rings[ring].width * body->radius * 0.8f, 0xdcc48c, rings[ring].opacity,
                           rings[ring].opacity);
            from_x = x, from_y = y;
        }
    }
}

static void draw_body(const struct sky *sky, const struct canvas *canvas, int index)
{
    const struct body *body = &sky->bodies[index];
    bool moon_far = sky->moon_y < body->y;

    if (index == SATURN)
        draw_ring(canvas, body, false);
    if (index == EARTH && moon_far)
        paint_disc(canvas, sky->moon_x, sky->moon_y, body->radius * 0.28f, 0xd8d8d8, 1);
    draw_ball(canvas, body, &planets[index], sky->tilt, body->far > 0);
    if (index == SATURN)
        draw_ring(canvas, body, true);
    if (index == EARTH && !moon_far)
        paint_disc(canvas, sky->moon_x, sky->moon_y, body->radius * 0.28f, 0xd8d8d8, 1);
}

void sky_draw(const struct sky *sky, const struct canvas *canvas, int hovered, int selected)
{
    int order[PLANETS];

    for (int i = 0; i < PLANETS; i++) {
        int at = i;
        for (; at > 0 && sky->bodies[order[at - 1]].far < sky->bodies[i].far; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    for (int i = 0; i < PLANETS; i++)
        draw_trail(sky, canvas, i);
    for (int i = 0; i < PLANETS; i++) {
        const struct body *body = &sky->bodies[order[i]];
        draw_body(sky, canvas, order[i]);
        if (order[i] == selected || order[i] == hovered)
            paint_ring(canvas, body->x, body->y, body->radius + 5.5f, 1.3f, PALE, order[i] == selected ? 0.9f : 0.5f);
    }
}

int sky_at(const struct sky *sky, int x, int y)
{
    int nearest = -1;
    float best = 1e9f;

    for (int i = 0; i < PLANETS; i++) {
        float dx = (float)x - sky->bodies[i].x, dy = (float)y - sky->bodies[i].y;
        float distance = maths_sqrt(dx * dx + dy * dy) - sky->bodies[i].radius;
        if (distance < 8 && distance < best && x < SKY_WIDTH) {
            best = distance;
            nearest = i;
        }
    }
    return nearest;
}

/* Days to a date of the Gregorian calendar, counted in years that begin in March, so that leap days come last. */
void sky_date(const struct sky *sky, char line[SKY_LINE])
{
    long z = (long)(sky->day + 0.5 + 10957 + 719468);
    long era = z / 146097, day_of_era = z - era * 146097;
    long year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    long day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    long shifted = (5 * day_of_year + 2) / 153, day = day_of_year - (153 * shifted + 2) / 5 + 1;
    long month = shifted < 10 ? shifted + 3 : shifted - 9, year = year_of_era + era * 400 + (month <= 2);

    print_into(line, SKY_LINE, "%ld %s %ld", day, months[month - 1], year);
}
