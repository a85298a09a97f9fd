#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's unmodified graphical installer, watched through screen dumps. Catches: pixels in the wrong place or format, keys and pointer
positions that do not arrive, a guest that finds no screen, firmware's screen that Linux does not take over. The list's chosen row is a
band of one colour: its place tells all."""
import os

from guest import Picture, check, fetched, orrery, run, scratch

CHOSEN = (43, 136, 124)          # the bar over the chosen row
HEADER = (8, 70, 92)             # Debian's banner, at its left end
FIRST_SEEN, KEYS, AFTER_KEYS, CLICK, AFTER_CLICK, LIMIT = 20, 20.5, 22, 22.5, 24, 24.5


def is_near(a, b, distance):
    return all(abs(x - y) <= distance for x, y in zip(a, b))


def chosen_row(picture):
    bands = [b for b in picture.bands(CHOSEN) if b[1] - b[0] > 10]
    return bands[0] if len(bands) == 1 else None


def watch(guest, folder, *more, first=FIRST_SEEN):
    names = [os.path.join(folder, f"{i}.png") for i in range(3)]
    done = orrery("-timing", "off", "-display", "none", "-serial", "null", "-m", "1024", "-kernel", os.path.join(guest, "linux"),
                  "-initrd", os.path.join(guest, "initrd-gtk.gz"), "-append", "console=tty0", "-nic", "none",
                  "-screendump", f"{names[0]}@{first}", *[option.format(*names) for option in more])
    return done, names


def main():
    guest, folder = fetched("fetch"), scratch()
    y_clicked = 380              # a row above the one that is chosen at first
    done, names = watch(guest, folder, "-sendkeys", f"down,down@{KEYS}", "-screendump", "{1}@" + str(AFTER_KEYS),
                        "-pointer", f"{0x7fff * 300 // 1024},{0x7fff * y_clicked // 768},click@{CLICK}",
                        "-screendump", "{2}@" + str(AFTER_CLICK), "-limit", str(LIMIT))
    check("the run ends at its limit", done.returncode == 4, done.stderr)
    first, keyed, clicked = [Picture(name) for name in names]
    check("the screen is 1024x768", (first.width, first.height) == (1024, 768))
    check("the banner is there", is_near(first.at(20, 36), HEADER, 24), str(first.at(20, 36)))
    check("there is text and picture", first.colours() > 500, str(first.colours()))
    rows = [chosen_row(p) for p in (first, keyed, clicked)]
    check("one language is chosen in each picture", all(rows), str(rows))
    if all(rows):
        check("two presses of Down move the choice by two rows", 40 <= rows[1][0] - rows[0][0] <= 60, str(rows))
        check("a click moves it under the pointer", rows[2][0] <= y_clicked <= rows[2][1], str(rows))

    done, names = watch(guest, folder, "-vga", "simplefb", "-limit", str(FIRST_SEEN + 0.5))
    plain = Picture(names[0])
    check("the simple framebuffer shows the same list", chosen_row(plain) == rows[0] and is_near(plain.at(20, 36), HEADER, 24),
          f"{chosen_row(plain)} {plain.at(20, 36)}")
    through_firmware(guest, folder)


def through_firmware(guest, folder):
    """EDK II sets up the ramfb, starts Linux from fw_cfg, and Linux paints where it did (800x600)."""
    done, names = watch(guest, folder, "-bios", os.path.join(fetched("fetch-firmware"), "QEMU_EFI.fd"), "-vga", "ramfb",
                        "-sendkeys", f"down,down@{LIMIT}", "-screendump", "{1}@" + str(LIMIT + 1.5), "-limit", str(LIMIT + 2),
                        first=LIMIT - 0.5)
    check("the run through firmware ends at its limit", done.returncode == 4, done.stderr)
    before, after = [Picture(name) for name in names[:2]]
    check("EDK II's screen is 800x600", (before.width, before.height) == (800, 600))
    check("the installer paints on it", is_near(before.at(20, 36), HEADER, 24) and before.colours() > 500, str(before.at(20, 36)))
    rows = [chosen_row(p) for p in (before, after)]
    check("keys move the choice there too", all(rows) and 40 <= rows[1][0] - rows[0][0] <= 60, str(rows))


run(main)
