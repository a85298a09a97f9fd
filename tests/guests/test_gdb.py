#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's gdb on its own kernel, with a program that is known (debugged.c). Catches: a step of two instructions or none, a hardware
breakpoint that is passed by or met again at once, a watchpoint that misses its byte or takes its neighbour for it, and one after which
the program cannot go on."""
import os
import re
import shutil
import subprocess

from guest import ROOT, Lost, Machine, check, fetched, run, scratch, skip


def program_disk(folder):
    compiler = os.environ.get("CROSS", "aarch64-linux-gnu-") + "gcc"
    if not shutil.which(compiler):
        skip(f"no {compiler} (make deps)")
    tree, disk = os.path.join(folder, "tree"), os.path.join(folder, "debugged.img")
    os.mkdir(tree)
    subprocess.run([compiler, "-O1", "-g", "-gdwarf-4", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector", "-o",
                    os.path.join(tree, "debugged"), os.path.join(ROOT, "tests", "guests", "debugged.c")], check=True)
    with open(disk, "wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-L", "debugged", "-m", "0", "-d", tree, disk], check=True,
                   env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    return disk


def boot(disk):
    gdb, debian = fetched("build-gdb"), fetched("build-disk")
    drives = []
    for image in os.path.join(debian, "root.img"), os.path.join(gdb, "gdb.img"), disk:
        drives += ["-drive", f"file={image},if=virtio,format=raw,snapshot=on"]
    machine = Machine("-speed", "max", "-m", "512", "-nic", "none", "-kernel", os.path.join(debian, "linux"),
                      "-initrd", os.path.join(debian, "initrd.gz"), "-append", "root=LABEL=debian console=ttyAMA0 quiet", *drives,
                      "-timing", "off")
    machine.log_in()
    said, status = machine.shell("mkdir /gdb /debugged && mount LABEL=gdb /gdb && mount LABEL=debugged /debugged")
    if status:
        raise Lost(f"the disks cannot be mounted: {said}")
    return machine


def gdb(machine, *commands):
    """What gdb says to these commands."""
    words = " ".join(f"-ex '{command}'" for command in ("set startup-with-shell off", "set width 0", "starti", *commands))
    said, _ = machine.shell(f"/gdb/gdb -q -nx -batch {words} /debugged/debugged 2>&1")
    return said


def stepping(machine):
    said = gdb(machine, "hbreak *count", "continue", "stepi 31", "x/i $pc", "print $x9", "kill")
    check("31 steps are 31 instructions", re.search(r"=> .*\sret\b", said) and "$1 = 10" in said, said)
    said = gdb(machine, "hbreak add", "continue", "delete", "next", "step", "print total", "continue")
    check("lines are stepped over and into, and the program goes on to its end", "$1 = " in said and "exited with code 052" in said, said)


def breakpoints(machine):
    said = gdb(machine, "hbreak add", "continue", "print n", "continue", "print n", "print total", "continue", "continue", "continue", "print n",
               "continue")
    check("gdb sets a hardware breakpoint", "Hardware assisted breakpoint 1 at" in said, said)
    check("it is met at every call", re.findall(r"\$\d = (\d+)", said) == ["1", "2", "1", "5"], said)
    check("and no more than that", said.count("Breakpoint 1, add") == 5 and "exited with code 052" in said, said)
    said = gdb(machine, "hbreak add", "hbreak touch", "hbreak copy", "hbreak *count", "hbreak *count + 4", "hbreak *count + 12", "continue",
               "delete 1", "continue", "continue", "print $x9", "continue", "continue", "print $x9", "delete 5 6", "continue", "continue",
               "continue")
    check("six at a time are told apart", re.findall(r"Breakpoint (\d), ", said) == ["1", "4", "5", "6", "5", "2", "2", "2"], said)
    check("and the program is where it should be", re.findall(r"\$\d = (\d+)", said) == ["0", "1"], said)


def watchpoints(machine):
    said = gdb(machine, "watch total", "continue", "continue", "continue", "delete", "continue")
    check("gdb sets a hardware watchpoint", "Hardware watchpoint 1: total" in said, said)
    check("each new value is seen, with the old one", re.findall(r"(Old|New) value = (\d+)", said) ==
          [("Old", "0"), ("New", "1"), ("Old", "1"), ("New", "3"), ("Old", "3"), ("New", "6")], said)
    check("and then it goes on", "exited with code 052" in said, said)
    said = gdb(machine, "watch bytes.meant", "continue", "print bytes.before", "delete", "continue")
    check("one byte is watched, not its neighbours", re.search(r"New value = 7 '\\a'\n(.*\n)*.*\$1 = 3 ", said), said)
    said = gdb(machine, "hbreak copy", "continue", "rwatch far[901]", "continue", "print $x9 * 0 + 1", "delete", "continue")
    check("a load of a pair is seen by its second half", "Hardware read watchpoint 2: far[901]" in said and "Value = 0" in said, said)
    said = gdb(machine, "hbreak copy", "continue", "awatch far[2048 + 901]", "awatch far[2048 + 17]", "continue", "continue", "delete", "continue")
    check("two are told apart", re.findall(r"watchpoint (\d): far\[[^\n]*\n\nValue", said) == ["3", "2"], said)
    check("and the program ends as ever", "exited with code 052" in said, said)


def main():
    machine = boot(program_disk(scratch()))
    said, _ = machine.shell("dmesg | grep hw-breakpoint")
    check("Linux finds what the Cortex-A53 has", "found 6 breakpoint and 4 watchpoint registers" in said, said)
    stepping(machine)
    breakpoints(machine)
    watchpoints(machine)
    machine.send("poweroff\n")
    check("the run ends as any other", machine.end() == 0)


run(main)
