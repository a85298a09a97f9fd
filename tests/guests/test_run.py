#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `make run` starts, with a stand-in for orrery that says its options. Catches: a table row that a shell reads otherwise than
meant, a window asked for where there is none, a misspelt guest that starts something."""
import os
import subprocess

from guest import ROOT, check, fetched, run


def start(*words, display=None):
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment["ORRERY"] = "/bin/echo"
    if display:
        environment["DISPLAY"] = display
    return subprocess.run([os.path.join(ROOT, "roms", "guests", "run"), *words], env=environment, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL)


def main():
    debian, disk = fetched("fetch"), fetched("build-disk")
    listed = start("list").stdout.splitlines()
    names = [line.split()[0] for line in listed]
    check("the list names each guest", names == ["demo", "debian-arm64", "debian-arm64-text", "debian-arm64-disk",
                                                    "debian-arm64-perf", "debian-arm64-gdb"], str(names))
    wrong = start("debian-arm46")
    check("an unknown guest is an error that shows the list", wrong.returncode == 1 and "debian-arm64-disk" in wrong.stderr
          and not wrong.stdout, wrong.stderr)

    said = start("debian-arm64", display=":0").stdout
    check("with a display the graphical installer gets a window", f"{debian}/initrd-gtk.gz" in said and "-nographic" not in said, said)
    said = start("debian-arm64").stdout
    check("without one it says so", "there is no display here" in said, said)
    check("and runs the text installer on the terminal", f"{debian}/initrd.gz" in said and "-nographic" in said, said)
    said = start("demo").stdout
    check("the demo without a display is on the terminal too", "-nographic" in said and "-kernel" not in said, said)
    said = start("debian-arm64-disk", "-m", "512").stdout
    check("the disk guest writes to a copy of its disk", f"file={disk}/disk.img," in said and os.path.exists(f"{disk}/disk.img"), said)
    check("more options come last", said.endswith("-m 512\n"), said)


run(main)
