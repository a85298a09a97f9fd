/* SPDX-License-Identifier: MIT */
/* Five bodies that attract each other, in double precision: multiplications and additions, a root and a division a pair. */
#include "roms/bench/bench.h"

enum { BODIES = 5, STEPS = 1200 };

struct body {
    double x[3], v[3], mass;
};

/* A sun and four planets, in units that keep the numbers near one. */
static const struct body start[BODIES] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 39.47 },
    { { 4.84, -1.16, -0.10 }, { 0.606, 2.81, -0.02 }, 0.0377 },
    { { 8.34, 4.12, -0.40 }, { -1.01, 1.82, 0.008 }, 0.0113 },
    { { 12.89, -15.11, -0.22 }, { 1.08, 0.868, -0.010 }, 0.0017 },
    { { 15.38, -25.92, 0.18 }, { 0.979, 0.594, -0.034 }, 0.0020 },
};
static struct body bodies[BODIES];

void nbody_prepare(void)
{
}

static void attract(struct body *a, struct body *b, double step)
{
    double d[3], distance2 = 0;

    for (int i = 0; i < 3; i++) {
        d[i] = a->x[i] - b->x[i];
        distance2 += d[i] * d[i];
    }
    double pull = step / (distance2 * __builtin_sqrt(distance2));
    for (int i = 0; i < 3; i++) {
        a->v[i] -= d[i] * b->mass * pull;
        b->v[i] += d[i] * a->mass * pull;
    }
}

static void advance(double step)
{
    for (int i = 0; i < BODIES; i++)
        for (int j = i + 1; j < BODIES; j++)
            attract(&bodies[i], &bodies[j], step);
    for (int i = 0; i < BODIES; i++)
        for (int j = 0; j < 3; j++)
            bodies[i].x[j] += step * bodies[i].v[j];
}

uint64_t nbody_once(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < BODIES; i++)
        bodies[i] = start[i];
    for (int i = 0; i < STEPS; i++)
        advance(0.01);
    for (int i = 0; i < BODIES; i++)
        for (int j = 0; j < 3; j++) {
            union { double value; uint64_t bits; } x = { bodies[i].x[j] };
            sum = bench_mix(sum, x.bits);
        }
    return sum;
}
