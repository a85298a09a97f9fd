#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The fast mode is the reference mode, over everything that runs here: the demo, the kernels of roms/bench, those of `make accuracy`,
Debian. Catches: a cycle, a count or a bit of the guest's state that depends on the memo, on where the host cut a run, on how busy
the host is, or on whether there is a window to be drawn. LONG=1 runs Debian to its shell, and the kernels longer."""
import json
import os
import re
import subprocess
import sys

import guest
from guest import check, fetched, run, scratch

sys.path.insert(0, os.path.join(guest.ROOT, "tests", "accuracy"))
import images  # noqa: E402 (the folder is named above)

LONG = bool(os.environ.get("LONG"))
QUIET = ("-nic", "none", "-speed", "max", "-state-hash")
PATIENCE = 7200 if LONG else guest.PATIENCE
ACCURACY = "ops+ring,65536+random,65536+random_pair,65536+copy+dhrystone,2000+coremark,3" if LONG else "ring,16384+dhrystone,300+coremark,1"


class Measured:
    """What a run must have in common with another: state, time and counts; and what it said on its serial line."""

    def __init__(self, work, *options, display="none", **how):
        stats, serial = os.path.join(work, "stats.json"), os.path.join(work, "serial")
        ended = subprocess.run([guest.ORRERY, "-display", display, "-serial", f"file:{serial}", "-stats", stats, *QUIET, *options],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=PATIENCE, **how)
        self.status, self.complaint = ended.returncode, ended.stderr[-300:]
        self.hash = re.findall(r"state hash: (\w+)", ended.stdout)
        with open(stats) as file:
            parts = json.load(file)
        self.parts = {part: parts[part] for part in ("time", "totals", "derived")}
        self.instructions = parts["time"]["instructions"]
        with open(serial, errors="replace", newline="") as file:
            self.said = file.read().replace("\r", "")

    def differences(self, other):
        """Paths of what is not equal."""
        found = [] if self.hash == other.hash and self.hash else [f"state hash {self.hash} {other.hash}"]
        if (self.status, self.said) != (other.status, other.said):
            found.append(f"status {self.status} {other.status}, or what was said")

        def walk(path, a, b):
            if isinstance(a, dict):
                for key in a:
                    walk(f"{path}.{key}", a[key], b[key])
            elif a != b:
                found.append(f"{path[1:]} {a} {b}")
        walk("", self.parts, other.parts)
        return found


def by_both(work, name, *options):
    """Runs it by both modes; the fast one's results."""
    fast = Measured(work, *options)
    differences = fast.differences(Measured(work, *options, "-timing", "reference"))
    check(f"{name}: the fast mode is the reference mode", not differences, "; ".join(differences[:12]))
    return fast


def wherever_it_is_cut(work, name, fast, every, *options):
    cut = Measured(work, *options, "-stats-every", every)
    check(f"{name}: where a run is cut does not matter", not fast.differences(cut), "; ".join(fast.differences(cut)[:12]))


def demo(work):
    limit = ("-limit", "3" if LONG else "0.25")
    fast = by_both(work, "demo", *limit)
    wherever_it_is_cut(work, "demo", fast, "0.00037", *limit)
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        loaded = Measured(work, *limit)
    finally:
        for child in busy:
            child.kill()
            child.wait()
    check("demo: a busy host changes nothing", not fast.differences(loaded), "; ".join(fast.differences(loaded)[:12]))


def kernels(work):
    listed = subprocess.run([os.path.join(os.path.dirname(guest.ORRERY), "roms", "bench", "native"), "list"], capture_output=True,
                            text=True, check=True).stdout
    for name, _, iterations in map(str.split, listed.splitlines()):
        count = max(1, int(iterations) // 20) if LONG else 1
        fast = by_both(work, f"kernel {name}", "-m", "256", "-kernel", os.path.join(guest.ROOT, "roms/bench/bench.img"), "-append",
                       f"bench={name},{count}")
        check(f"kernel {name}: computes what it should", " right " in fast.said, fast.said)
    image = images.board_image(work)
    for board in "pi3", "am62x":
        options = ("-m", "512", "-cpu", f"cortex-a53,board={board}", "-kernel", image, "-append", f"accuracy={ACCURACY}")
        fast = by_both(work, f"accuracy on {board}", *options)
        check(f"accuracy on {board}: comes to its end", fast.said.endswith("done\n"), fast.said[-200:])
    explored = ("-timing", "l1d.size=8K,l1d.ways=1,l2.size=64K,utlb.entries=2,predictor=none,btic.entries=0,fetch.lead=1")
    by_both(work, "a core with next to nothing", "-m", "256", *explored, "-kernel", os.path.join(guest.ROOT, "roms/bench/bench.img"),
            "-append", "bench=mark,1")


def linux(work, folder):
    options = ("-m", "256", "-kernel", os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"), "-append",
               "console=ttyAMA0 quiet")
    limit = ("-limit", "2" if LONG else "0.35")
    fast = by_both(work, "Debian's kernel", *options, *limit)
    wherever_it_is_cut(work, "Debian's kernel", fast, "0.0023", *options, *limit)
    check("Debian's kernel: did something", fast.instructions > 1e8, fast.instructions)


def shell(work):
    """To the shell of an initrd that finds no disk, and to the login prompt of the whole system."""
    folder = fetched("build-disk")
    options = ("-m", "512", "-kernel", os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"))
    by_both(work, "Debian's kernel to a shell", *options, "-append", "root=LABEL=none console=ttyAMA0", "-limit", "4")
    drive = ("-drive", f"file={os.path.join(folder, 'root.img')},if=virtio,format=raw,snapshot=on")
    fast = by_both(work, "Debian to its login", *options, *drive, "-append", "root=LABEL=debian console=ttyAMA0 quiet", "-limit", "20")
    check("Debian to its login: it is there", "login: " in fast.said, fast.said[-300:])


def window(work):
    """The same with a window open and without one."""
    try:
        server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x900x24"], stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True)
    except FileNotFoundError:
        print("note: no Xvfb, so no window was opened")
        return
    try:
        environment = {**os.environ, "DISPLAY": ":" + server.stdout.readline().strip(), "SDL_VIDEODRIVER": "x11",
                       "ASAN_OPTIONS": "detect_leaks=0"}
        shown = Measured(work, "-limit", "0.25", display="sdl", env=environment)
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()
    differences = shown.differences(Measured(work, "-limit", "0.25"))
    check("a window changes nothing", not differences, "; ".join(differences[:12]))


def main():
    work = scratch()
    demo(work)
    window(work)
    kernels(work)
    linux(work, fetched("fetch"))
    if LONG:
        shell(work)


run(main)
