/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/title.h"

#include <stdio.h>

/* A machine that keeps up is a slice or so late now and then. */
enum { NEARLY = 95 };

struct title_speed title_speed_between(const struct bridge_speed *before, const struct bridge_speed *now, unsigned wanted)
{
    struct title_speed speed = { .timing = now->timing };
    double us = (double)(now->host_ns - before->host_ns) / 1e3;
    if (us <= 0)
        return speed;
    speed.mips = (double)(now->instructions - before->instructions) / us;
    speed.percent = (double)(now->now - before->now) / (double)TICKS_PER_US / us * 100;
    speed.is_slow = before->host_ns && wanted != HOST_SPEED_MAX && speed.percent * 100 < (double)wanted * NEARLY;
    return speed;
}

void title_text(char text[TITLE_MAX], const struct title *title, const struct title_speed *speed)
{
    static const char *const modes[] = { [TIMING_OFF] = ", timing off", [TIMING_ON] = "",
                                         [TIMING_REFERENCE] = ", reference timing" };
    int n = snprintf(text, TITLE_MAX, "%.80s%s - Orrery", title->guest, title->shows_console ? " (serial console)" : "");
    if (title->is_powering_off)
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - powering off; close again to stop");
    else if (title->notice)
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - %.80s", title->notice);
    else if (speed->is_slow)
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - HOST TOO SLOW: %.0f %% of real time, %.0f MIPS%s", speed->percent,
                      speed->mips, modes[speed->timing]);
    else
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - %.0f MIPS, %.0f %% of real time%s", speed->mips, speed->percent,
                      modes[speed->timing]);
    if (title->is_grabbed)
        snprintf(text + n, (size_t)(TITLE_MAX - n), " - Ctrl-Alt-G releases the mouse");
}
