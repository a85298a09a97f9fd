#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Time keeping switched while the guest runs. Catches: a switch that loses the guest or a part of its state, that happens at another
time in each run, that changes nothing, or that the terminal's key does not reach; a kernel that does not survive it."""
import os
import re
import shutil
import subprocess

from guest import ROOT, Machine, check, fetched, orrery, run, scratch, skip

CROSS = os.environ.get("CROSS", "aarch64-linux-gnu-")
PLAN = "off@0.004 on@0.0090000001 off@0.013 reference@0.0170000003 on@0.02 on@0.021 off@0.024 reference@0.0241 on@0.025".split()


def build(folder):
    if not shutil.which(f"{CROSS}gcc"):
        skip(f"no {CROSS}gcc (Debian: gcc-aarch64-linux-gnu)")
    guest = os.path.join(folder, "switching")
    subprocess.run([os.path.join(ROOT, "tests", "support", "guest-cc"), os.path.join(ROOT, "tests", "guests", "switching.c"), guest],
                   check=True)
    return guest


def switches(plan):
    return [word for at in plan for word in ("-timing-switch", at)]


def scripted(guest):
    def say(*options):
        done = orrery("-display", "none", "-nic", "none", "-serial", "stdio", "-kernel", guest, "-state-hash", *options)
        lines, state = re.findall(r"^[0-9a-f]{16}$", done.stdout, re.M), re.search(r"state hash: (.*)", done.stdout)
        return lines, state and state[1], done.returncode, done.stderr
    off, on = say("-timing", "off"), say()
    check("the guest prints the same with timing as without", on[0] == off[0] and len(on[0]) == 64 and on[2] == 0, on[3])
    check("and the two take different times", on[1] != off[1])
    once, again = say(*switches(PLAN)), say(*switches(PLAN))
    check("it prints the same through nine switches", once[0] == on[0] and once[2] == 0, once[3])
    check("which happen at the same instants in every run", once[1] == again[1] and once[1], f"{once[1]} {again[1]}")
    check("and make a difference", once[1] not in (on[1], off[1]))
    check("each of them", say(*switches(PLAN[:-1]))[1] != once[1])
    check("a switch to what is there already changes nothing", say("-timing-switch", "on@0.01")[1] == on[1])
    fast = say("-timing", "on", *switches(["off@0.005", "on@0.01"]))
    slow = say("-timing", "reference", *switches(["off@0.005", "reference@0.01"]))
    check("behind a switch fast and reference agree", fast[:3] == slow[:3], f"{fast[1]} {slow[1]}")
    late = say("-timing-switch", "off@1000")
    check("one that comes too late is told", late[2] == 1 and "-timing-switch off" in late[3], late[3])


def typed(guest):
    machine = Machine("-nic", "none", "-kernel", guest, "-speed", "20", serial="mon:stdio")
    machine.expect(r"[0-9a-f]{16}")
    machine.send("\x01T")
    machine.expect(r"orrery: time: one cycle per instruction")
    machine.expect(r"[0-9a-f]{16}")
    machine.send("\x01T")
    machine.expect(r"orrery: time: the core's\r?\n")
    check("a guest whose timing is switched from the terminal goes on to its end", machine.end() == 0)
    lines = re.findall(r"^[0-9a-f]{16}$", machine.text(), re.M)
    check("and has printed all its lines but those that a message cut", len(lines) >= 60, str(len(lines)))


def linux():
    guest = fetched("fetch")
    options = ["-m", "1024", "-kernel", os.path.join(guest, "linux"), "-initrd", os.path.join(guest, "initrd.gz"), "-append",
               "console=ttyAMA0 panic=-1"]
    plan = switches(["on@0.1", "off@0.2", "on@0.3", "off@0.4", "reference@0.5", "off@0.52", "on@0.6", "off@0.8"])
    machine = Machine(*options, "-timing", "off", *plan)
    machine.expect(r"Select a language")
    check("Debian's installer comes up through eight switches", "Kernel panic" not in machine.text() and "Oops" not in machine.text())
    machine.kill()
    runs = [orrery("-display", "none", "-serial", "null", *options, "-timing", "off", *plan, "-limit", "0.9", "-state-hash")
            for _ in range(2)]
    check("and its boot is the same twice", runs[0].stdout == runs[1].stdout and "state hash" in runs[0].stdout, runs[0].stderr[-200:])


def main():
    guest = build(scratch())
    scripted(guest)
    typed(guest)
    linux()


run(main)
