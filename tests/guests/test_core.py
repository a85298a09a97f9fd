#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What Linux says of the core that -cpu and -timing made. Catches: caches of which the kernel knows nothing, or something else
than what the model computes with; a core that is not a Cortex-A53 to programs."""
import os

from guest import Machine, check, fetched, run

CACHES = "/sys/devices/system/cpu/cpu0/cache/index"


def boot(guest, *more):
    machine = Machine("-speed", "max", "-m", "256", "-nic", "none", "-kernel", os.path.join(guest, "linux"),
                      "-initrd", os.path.join(guest, "initrd.gz"), "-append", "console=ttyAMA0 quiet rdinit=/bin/sh", *more)
    machine.expect(r"[#] ")
    machine.send("stty -echo; PS1=; PS2=; mkdir -p /sys /proc; mount -t sysfs s /sys; mount -t proc p /proc; echo re''ady\n")
    machine.expect(r"ready\r?\n")
    return machine


def caches(machine):
    """{(level, type): (size, ways, sets)} as the kernel tells its users."""
    said, _ = machine.shell(f"for c in {CACHES}*; do cat $c/level $c/type $c/size $c/ways_of_associativity $c/number_of_sets "
                            "$c/coherency_line_size; done")
    words = said.split()
    rows = [words[i:i + 6] for i in range(0, len(words), 6)]
    check("the kernel tells of complete caches with lines of 64 bytes", rows and all(len(r) == 6 and r[5] == "64" for r in rows), said)
    return {(int(r[0]), r[1]): (r[2], int(r[3]), int(r[4])) for r in rows}


def changed(guest):
    machine = boot(guest, "-cpu", "cortex-a53,board=am62x", "-timing", "off,l2.size=1M,l1d.size=16K,l1d.ways=2")
    check("a core's caches are the kernel's", caches(machine) == {
        (1, "Data"): ("16K", 2, 128), (1, "Instruction"): ("32K", 2, 256), (2, "Unified"): ("1024K", 16, 1024)}, caches(machine))
    machine.kill()


def simple(guest):
    machine = boot(guest, "-cpu", "simple", "-timing", "off")
    check("the simple core's caches are the kernel's", caches(machine) == {
        (1, "Data"): ("8K", 1, 128), (1, "Instruction"): ("8K", 1, 128), (2, "Unified"): ("128K", 1, 2048)}, caches(machine))
    said, _ = machine.shell("cat /proc/cpuinfo")
    check("it is a Cortex-A53 to programs", "0xd03" in said and "0x41" in said, said)
    machine.kill()


def main():
    guest = fetched("fetch")
    changed(guest)
    simple(guest)


run(main)
