/* SPDX-License-Identifier: MIT */
#include "frontends/sdl/title.h"

#include <stdio.h>

void title_text(char text[TITLE_MAX], const struct title *title, const struct bridge_speed *before,
                const struct bridge_speed *now)
{
    static const char *const modes[] = { [TIMING_OFF] = ", timing off", [TIMING_ON] = "",
                                         [TIMING_REFERENCE] = ", reference timing" };
    double us = (double)(now->host_ns - before->host_ns) / 1e3;
    double mips = us > 0 ? (double)(now->instructions - before->instructions) / us : 0;
    double percent = us > 0 ? (double)(now->now - before->now) / (double)TICKS_PER_US / us * 100 : 0;
    int n = snprintf(text, TITLE_MAX, "%.80s%s - Orrery", title->guest, title->shows_console ? " (serial console)" : "");
    if (title->is_powering_off)
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - powering off; close again to stop");
    else if (title->notice)
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - %.80s", title->notice);
    else
        n += snprintf(text + n, (size_t)(TITLE_MAX - n), " - %.0f MIPS, %.0f %% of real time%s", mips, percent,
                      modes[now->timing]);
    if (title->is_grabbed)
        snprintf(text + n, (size_t)(TITLE_MAX - n), " - Ctrl-Alt-G releases the mouse");
}
