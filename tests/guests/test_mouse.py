#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux with a relative mouse, in a window of Xvfb. Catches: a grab without a click or a click without a grab, the click that grabs sent to
the guest, motion that is lost, doubled or absolute, a window that keeps the mouse when it loses the keyboard or after Ctrl-Alt-G, a title
that does not say how to get the mouse back, keys and buttons that stay down in the guest. No timing model: it is not the point."""
import os
import shutil
import signal
import stat
import subprocess
import sys
import time

import initrd
from guest import PATIENCE, ROOT, Lost, Machine, check, fetched, run, scratch, skip

MODULES = r"lib/modules/[^/]+/kernel/drivers/(virtio/virtio(_mmio|_input)?|input/evdev)\.ko$"
INIT = """#!/bin/sh
mount -t devtmpfs dev /dev
insmod /lib/modules/*/kernel/drivers/virtio/virtio_mmio.ko
insmod /lib/modules/*/kernel/drivers/virtio/virtio_input.ko
insmod /lib/modules/*/kernel/drivers/input/evdev.ko
until [ -c /dev/input/event1 ]; do sleep 1; done
stty -opost < /dev/console
exec /events
"""
# The kernel's Documentation/input/event-codes.rst
EV_KEY, EV_REL, REL_X, REL_Y, REL_WHEEL, BTN_LEFT, BTN_RIGHT = 1, 2, 0, 1, 8, 272, 273
KEY_A, KEY_B, KEY_C, KEY_LEFTSHIFT, KEY_LEFTCTRL, KEY_LEFTALT = 30, 48, 46, 42, 29, 56
KEYBOARD, MOUSE = 0, 1       # as Linux numbers them


def tools():
    compiler = os.environ.get("CROSS", "aarch64-linux-gnu-") + "gcc"
    for tool in ("Xvfb", "xdotool", compiler):
        if not shutil.which(tool):
            skip(f"no {tool} (make deps)")
    return compiler


def disk(compiler, folder):
    """The initial RAM disk: the installer's kernel modules, and one program."""
    program, archive = os.path.join(folder, "events"), os.path.join(folder, "initrd")
    subprocess.run([compiler, "-O1", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector", "-o", program,
                    os.path.join(ROOT, "tests", "guests", "events.c")], check=True)
    with open(program, "rb") as file:
        ours = initrd.pack([("events", stat.S_IFREG | 0o755, file.read())])
    with open(archive, "wb") as file:
        file.write(initrd.small(os.path.join(fetched("fetch"), "initrd-gtk.gz"), MODULES, INIT) + ours)
    return archive


class Screen:
    """An X server of this test's own."""

    def __init__(self):
        self.server = subprocess.Popen(["Xvfb", "-noreset", "-displayfd", "1", "-screen", "0", "1280x900x24"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        number = self.server.stdout.readline().decode().strip()
        if not number:
            raise Lost("Xvfb does not start")
        os.environ.update(DISPLAY=":" + number, SDL_VIDEODRIVER="x11", SDL_AUDIODRIVER="dummy", ASAN_OPTIONS="detect_leaks=0")

    def close(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.wait()


def xdotool(*words):
    done = subprocess.run(["xdotool", *words], capture_output=True, text=True, timeout=PATIENCE)
    return done.stdout.strip()


def eventually(what):
    until = time.monotonic() + PATIENCE
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


class Guest(Machine):
    """The machine in its window: what its events have been since they were last looked at."""

    def events(self, last):
        """The events up to this one, as tuples of (device, type, code, value)."""
        start = self.read_to
        self.expect(r"(?m)^\d+ {} {} {}\r?\n".format(*last))
        return [tuple(map(int, line.split())) for line in self.said[start:self.read_to].decode().replace("\r", "").split("\n")
                if line.count(" ") == 3]

    def some_events(self, count):
        """The next so many. What several devices send at once comes in any order."""
        said = self.expect(r"(?:\d+ \d+ \d+ -?\d+\r?\n){%d}" % count).group().decode()
        return {tuple(map(int, line.split()))[1:] for line in said.splitlines()}

    def tap(self, key, code):
        """Everything up to a key, which is pressed and released now: what was sent before it has come before it."""
        xdotool("key", key)
        return self.events((EV_KEY, code, 0))[:-2]

    def title_has(self, text):
        return eventually(lambda: text in xdotool("getwindowname", self.window))

    def title_loses(self, text):
        return eventually(lambda: text not in xdotool("getwindowname", self.window))


def moved(events):
    """How far a mouse went by these events, and nothing else may be among them."""
    if any(kind != EV_REL or code not in (REL_X, REL_Y) for _, kind, code, _ in events):
        return events
    return tuple(sum(value for _, _, code, value in events if code == axis) for axis in (REL_X, REL_Y))


RELEASE = "Ctrl-Alt-G releases the mouse"


def nothing(guest, sentence):
    said = guest.tap("b", KEY_B)
    check(sentence, said == [], said)


def grab(guest):
    check("the mouse is not grabbed before a click", RELEASE not in xdotool("getwindowname", guest.window))
    xdotool("mousemove", "--window", guest.window, "200", "200", "mousemove_relative", "30", "40")
    nothing(guest, "motion over the window does not reach the guest before it")
    xdotool("click", "4")
    nothing(guest, "nor does the wheel")
    xdotool("click", "1")
    check("a click grabs the mouse, and the title says how it is released", guest.title_has(RELEASE))
    nothing(guest, "the guest does not see this click")


def use(guest):
    for x, y in ((7, -5), (-120, 3), (400, 300), (1, 0)):
        xdotool("mousemove_relative", "--", str(x), str(y))
        went = moved(guest.tap("a", KEY_A))
        check(f"motion by {x}, {y} arrives as that", went == (x, y), went)
    for _ in range(8):
        xdotool("mousemove_relative", "300", "0")
    went = moved(guest.tap("a", KEY_A))
    check("and goes on where the screen would end", went == (2400, 0), went)
    xdotool("click", "1", "click", "3", "click", "4", "click", "5")
    said = [event[1:] for event in guest.tap("b", KEY_B)]
    check("buttons and wheel are the guest's", said == [
        (EV_KEY, BTN_LEFT, 1), (EV_KEY, BTN_LEFT, 0), (EV_KEY, BTN_RIGHT, 1), (EV_KEY, BTN_RIGHT, 0), (EV_REL, REL_WHEEL, 1),
        (EV_REL, REL_WHEEL, -1)], said)


def release_by_key(guest):
    xdotool("mousedown", "1", "key", "ctrl+alt+g")
    check("Ctrl-Alt-G releases it, and the title says nothing of it any more", guest.title_loses(RELEASE))
    xdotool("mouseup", "1", "mousemove_relative", "20", "20")
    said = guest.tap("c", KEY_C)
    check("a button that was held goes up in the guest, which sees no motion then",
          [event for event in said if event[0] == MOUSE] == [(MOUSE, EV_KEY, BTN_LEFT, 1), (MOUSE, EV_KEY, BTN_LEFT, 0)], said)
    check("and so do the keys themselves", {event[1:] for event in said[-2:]} == {(EV_KEY, KEY_LEFTCTRL, 0), (EV_KEY, KEY_LEFTALT, 0)},
          said)
    xdotool("key", "ctrl+alt+g")
    check("the same keys grab it again", guest.title_has(RELEASE))
    xdotool("mousemove_relative", "9", "0")
    went = moved([event for event in guest.tap("a", KEY_A) if event[1] != EV_KEY])
    check("and motion arrives again", went == (9, 0), went)


def release_by_focus(guest, refuge):
    xdotool("keydown", "shift", "keydown", "c", "mousedown", "1")
    guest.some_events(3)
    xdotool("windowfocus", "--sync", refuge)
    check("a window that loses the keyboard releases the mouse", guest.title_loses(RELEASE))
    said = guest.some_events(3)
    check("keys and buttons that were held go up", said == {(EV_KEY, code, 0) for code in (KEY_LEFTSHIFT, KEY_C, BTN_LEFT)}, said)
    xdotool("keyup", "c", "keyup", "shift", "mouseup", "1", "mousemove_relative", "15", "15", "windowfocus", "--sync", guest.window)
    nothing(guest, "having the keyboard again does not grab the mouse")
    xdotool("mousemove", "--window", guest.window, "300", "300", "click", "1")
    check("a click does", guest.title_has(RELEASE))
    xdotool("key", "ctrl+alt+2")
    check("the view of the serial line lets it go", guest.title_loses(RELEASE))


def main():
    compiler, folder = tools(), scratch()
    archive = disk(compiler, folder)
    screen = Screen()
    refuge = subprocess.Popen([sys.executable, os.path.join(ROOT, "tests", "frontends", "sdl", "hold_clipboard.py"), ""],
                              stdout=subprocess.PIPE)
    try:
        guest = Guest("-display", "sdl", "-device", "virtio-mouse", "-timing", "off", "-m", "256", "-nic", "none", "-name", "mouse",
                      "-kernel", os.path.join(fetched("fetch"), "linux"), "-initrd", archive, "-append", "console=ttyAMA0 quiet")
        guest.expect("reading\r?\n")
        guest.window = xdotool("search", "--name", "mouse.*Orrery").split("\n")[0]
        refuge.stdout.readline()
        other = xdotool("search", "--class", "^other$").split("\n")[0]
        xdotool("windowfocus", "--sync", guest.window)
        grab(guest)
        use(guest)
        release_by_key(guest)
        release_by_focus(guest, other)
        guest.kill()
    finally:
        refuge.kill()
        refuge.wait()
        screen.close()


run(main)
