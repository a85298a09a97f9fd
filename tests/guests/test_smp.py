#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Linux on several cores. Catches: a core that does not come up, interrupts that only some cores get, programs that do not finish
or compute something else when they run beside each other, a run that is not the same twice, or that depends on where it was cut.
LONG=1: Debian's system and the installer, with the timing model and without."""
import os
import re

import guest
from guest import Machine, check, fetched, run, scratch

LONG = bool(os.environ.get("LONG"))
CORES = 4

# What init does: it says what cores there are, has all of them work, and switches off.
COMMANDS = ("mkdir -p /proc /sys; mount -t proc p /proc; mount -t sysfs s /sys; cat /sys/devices/system/cpu/online; "
            "for i in 1 2 3 4 5 6; do md5sum /bin/busybox & done; wait; cat /proc/interrupts; poweroff -f")


def small(folder, serial, *more):
    """The installer's initrd, with a shell for init: a run without anybody at the keyboard."""
    return guest.orrery("-display", "none", "-vga", "none", "-serial", f"file:{serial}", "-smp", f"cpus={CORES}", "-m", "512",
                        "-nic", "none", "-state-hash", "-limit", "20", "-kernel", os.path.join(folder, "linux"), "-initrd",
                        os.path.join(folder, "initrd.gz"), "-append",
                        f'console=ttyAMA0 quiet rdinit=/bin/sh -- -c "{COMMANDS}"', *more)


def said_in(serial):
    with open(serial, errors="replace", newline="") as file:
        return file.read().replace("\r", "")


def programs_run_on_all_cores(said):
    check("all cores are online", f"0-{CORES - 1}\n" in said, said[-600:])
    sums = re.findall(r"([0-9a-f]{32})  /bin/busybox", said)
    check("six programs beside each other come to the same result", len(sums) == 6 and len(set(sums)) == 1, said[-600:])
    counts = {name: [int(n) for n in numbers.split()] for name, numbers in
              re.findall(rf"^ *(\w+): +((?:\d+ +){{{CORES}}})", said, re.M)}
    timers = next(iter(counts.values()), [])
    check("every core has had timer interrupts", len(timers) == CORES and min(timers) > 0, said[-1500:])
    calls = counts.get("IPI1", [])
    check("every core was called by another", len(calls) == CORES and min(calls) > 0, said[-1500:])


def the_same_twice(folder, work, *more):
    serial = os.path.join(work, "serial")
    first = small(folder, serial, "-timing", "off", *more)
    said = said_in(serial)
    check("it switches itself off", first.returncode == 0, (first.returncode, first.stderr[-300:], said[-300:]))
    programs_run_on_all_cores(said)
    cut = small(folder, serial, "-timing", "off", "-stats", os.path.join(work, "stats.json"), "-stats-every", "0.0137", *more)
    check("the same run again, cut into pieces, ends in the same state", first.stdout == cut.stdout and "hash" in cut.stdout,
          (first.stdout, cut.stdout))
    check("and has said the same", said_in(serial) == said)


def system(*timing):
    """Debian's own system: what its tools say, a job for each core, a lock that all want."""
    folder = fetched("build-disk")
    machine = Machine("-speed", "max", "-smp", str(CORES), "-m", "512", "-nic", "none", "-kernel",
                      os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"), "-append",
                      "root=LABEL=debian console=ttyAMA0 quiet", "-drive",
                      f"file={os.path.join(folder, 'root.img')},if=virtio,format=raw,snapshot=on", *timing)
    machine.log_in()
    said, _ = machine.shell("nproc")
    check(f"nproc says {CORES}", said == str(CORES), said)
    said, status = machine.shell("for i in 1 2 3 4; do (head -c 8000000 /dev/zero | md5sum > /tmp/$i &); done; sleep 8; "
                                 "cat /tmp/[1-4]", 20 * guest.PATIENCE)
    sums = said.split("\n")
    check("four jobs beside each other come to the same result", status == 0 and len(sums) == 4 and len(set(sums)) == 1, said)
    machine.send("poweroff -f\n")
    check("it switches itself off", machine.end() == 0, machine.text()[-300:])


# Debian's own shell and tools in place of init, from its disk: pipes, jobs beside each other, processes by the hundred. The
# initrd's own script does the rest but for its last line, which goes to init.
SHELL = ("nproc; for i in 1 2 3 4; do head -c 3000000 /dev/zero | md5sum & done; wait; "
         "for i in $(seq 100); do /bin/true; done; echo done; poweroff -f")
START = (f"busybox sed '$d' /init > /start; . /start; echo '{SHELL}' > /root/root/run; "
         "exec busybox switch_root /root /bin/bash /root/run")


def the_shell_twice(work, timing):
    folder = fetched("build-disk")
    serial, runs = os.path.join(work, "serial"), []
    for cut in [], ["-stats", os.path.join(work, "stats.json"), "-stats-every", "0.0137"]:
        runs.append(guest.orrery("-display", "none", "-vga", "none", "-serial", f"file:{serial}", "-smp", str(CORES), "-m", "512",
                                 "-nic", "none", "-state-hash", "-limit", "60", "-timing", timing, "-kernel",
                                 os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"), "-append",
                                 f'root=LABEL=debian console=ttyAMA0 quiet rdinit=/bin/busybox -- sh -c "{START}"', "-drive",
                                 f"file={os.path.join(folder, 'root.img')},if=virtio,format=raw,snapshot=on", *cut,
                                 patience=20 * guest.PATIENCE))
    said = said_in(serial)
    check(f"Debian's shell comes to its end with timing {timing}", runs[0].returncode == 0 and "done" in said,
          (runs[0].returncode, runs[0].stderr[-300:], said[-300:]))
    sums = re.findall(r"([0-9a-f]{32})  -", said)
    check("four pipes beside each other come to the same result", len(sums) == 4 and len(set(sums)) == 1, said[-300:])
    hashes = [run.stdout for run in runs]
    check("the same again, cut into pieces, ends in the same state", hashes[0] == hashes[1] and "hash" in hashes[0], hashes)


def installer(folder, timing):
    machine = Machine("-speed", "max", "-timing", timing, "-smp", str(CORES), "-m", "1024", "-kernel",
                      os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"), "-append",
                      "console=ttyAMA0 panic=-1")
    machine.expect(r"SMP: Total of 4 processors activated", 20 * guest.PATIENCE)
    machine.expect(r"Select a language", 20 * guest.PATIENCE)
    machine.expect(r"activates buttons", 20 * guest.PATIENCE)
    machine.send("\r")
    machine.expect(r"location", 20 * guest.PATIENCE)
    check(f"the installer asks for a language and takes a key with timing {timing}", True)
    machine.kill()


def main():
    work = scratch()
    folder = fetched("fetch")
    the_same_twice(folder, work)
    for timing in ("off", "on") if LONG else ():
        system("-timing", timing)
        the_shell_twice(work, timing)
        installer(folder, timing)


run(main)
