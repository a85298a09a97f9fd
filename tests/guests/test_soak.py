#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long runs. Catches: memory that grows with virtual time, a run in fifty that is not like the others. In `make check` a guest of ten
instructions sleeps for 8 hours of virtual time, and the demo is busy for a moment; with LONG=1 Debian sleeps for 8 hours, and works and
sleeps in turns for as long, without and with its time kept, the demo never sleeps in 8 hours, and the text installer is started 50 times
without and 10 times with its time kept. SOAK_BOOTS, SOAK_TIMED_BOOTS, SOAK_IDLE, SOAK_BUSY, SOAK_TIMED_BUSY and SOAK_DEMO say how often
and how many virtual seconds (0: not at all), SOAK_REST how long Debian sleeps between its works."""
import gzip
import os
import re
import stat
import struct
import subprocess
import time

import initrd
from guest import ORRERY, ROOT, check, fetched, orrery, run, scratch

LONG = bool(os.environ.get("LONG"))
BOOTS = int(os.environ.get("SOAK_BOOTS", 50))
TIMED_BOOTS = int(os.environ.get("SOAK_TIMED_BOOTS", 10))
IDLE = int(os.environ.get("SOAK_IDLE", 8 * 3600))
BUSY = int(os.environ.get("SOAK_BUSY", 8 * 3600))
TIMED_BUSY = int(os.environ.get("SOAK_TIMED_BUSY", 8 * 3600))
DEMO = int(os.environ.get("SOAK_DEMO", 8 * 3600))
REST = int(os.environ.get("SOAK_REST", 240))
MIB = 1 << 20
GROWTH_MAX = 4 * MIB      # between a run's middle and its end: what the allocator may do by itself, and a table of large pages
STEADY_MAX = 36 * MIB     # what is neither the guest's RAM nor remembered of its code
REMEMBERED = {"off": 64 * MIB, "on": (64 + 128) * MIB}   # CODE_CHUNKS_MAX chunks in cpu/code.h, and MEMOS_MOST in cpu/timing
PATIENCE = 7200


def host_memory(pid, guest_bytes):
    """Bytes that the process has in memory, without the guest's RAM, which grows as the guest touches it."""
    total = size = 0
    with open(f"/proc/{pid}/smaps") as file:
        for line in file:
            span = re.match(r"([0-9a-f]+)-([0-9a-f]+) ", line)
            if span:
                size = int(span.group(2), 16) - int(span.group(1), 16)
            elif line.startswith("Rss:") and size != guest_bytes:
                total += int(line.split()[1]) * 1024
    return total


def watched(guest_mib, *options):
    """Runs it to its end; its exit status, and its memory four times in a host second, in long runs once in two."""
    process = subprocess.Popen([ORRERY, "-display", "none", "-nic", "none", "-speed", "max", "-m", str(guest_mib), *options],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    samples, until = [], time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            samples.append(host_memory(process.pid, guest_mib * MIB))
        except OSError:
            break
        time.sleep(0.25 if len(samples) < 100 else 2)
    if process.poll() is None and time.monotonic() >= until:
        process.kill()
    return process.wait(), [s for s in samples if s]


def does_not_grow(name, status, samples):
    late = samples[len(samples) // 2:]
    growth = max(late[len(late) // 2:]) - late[0] if late else None   # not the last: it may be of a process that ends
    print(f"note: {name}: {len(samples)} samples, {samples[-1] // 1024 if samples else 0} KiB at the end, "
          f"{growth // 1024 if late else '?'} KiB more in the last quarter than in the middle")
    check(f"{name}: it runs to its limit", status == 4, str(status))
    check(f"{name}: memory does not grow", late and growth <= GROWTH_MAX, str(samples[::max(1, len(samples) // 16)]))


def stays_within(name, status, samples, remembered):
    """For what runs ever new code: what is remembered of it (`remembered`) grows to its bound, and is given back as a whole, again and
    again."""
    most = drop = 0
    for sample in samples:
        most = max(most, sample)
        drop = max(drop, most - sample)
    print(f"note: {name}: {len(samples)} samples, {most // 1024} KiB at most, after which it was once {drop // 1024} KiB less")
    check(f"{name}: it runs to its limit", status == 4, str(status))
    check(f"{name}: memory stays within its bound", samples and most <= STEADY_MAX + remembered + GROWTH_MAX,
          str(samples[::max(1, len(samples) // 16)]))
    check(f"{name}: what was remembered goes back to the host", drop > remembered // 2, str(samples[::max(1, len(samples) // 16)]))


def sleeper(folder, period):
    """A kernel that sleeps, is woken by its timer each `period` counts, and sleeps again: CNTV_TVAL_EL0, CNTV_CTL_EL0, WFI. Its
    interrupt stays masked in the core, and is enabled in the GIC: PPI 27 of the distributor, and the CPU interface."""
    code = [
        0xd2a10000,                             # mov  x0, #0x08000000     distributor
        0x52800021,                             # mov  w1, #1
        0xb9000001,                             # str  w1, [x0]            GICD_CTLR
        0x52a10002,                             # mov  w2, #0x08000000     1 << 27
        0xb9010002,                             # str  w2, [x0, #0x100]    GICD_ISENABLER0
        0xd2a10023,                             # mov  x3, #0x08010000     processor interface
        0xb9000061,                             # str  w1, [x3]            GICC_CTLR
        0x52801fe4,                             # mov  w4, #255
        0xb9000464,                             # str  w4, [x3, #4]        GICC_PMR
        0xd2800005 | (period & 0xffff) << 5,    # mov  x5, #period
        0xf2a00005 | (period >> 16) << 5,       # movk x5, #period >> 16, lsl #16
        0xd51be305,                             # msr  cntv_tval_el0, x5   each time anew
        0xd51be321,                             # msr  cntv_ctl_el0, x1
        0xd503207f,                             # wfi
        0x17fffffd,                             # b    msr
    ]
    header = struct.pack("<IIQQQQQQ4sI", 0x14000010, 0, 0, 0x1000, 2, 0, 0, 0, b"ARM\x64", 0)
    name = os.path.join(folder, "sleeper.img")
    with open(name, "wb") as file:
        file.write(header + struct.pack(f"<{len(code)}I", *code))
    return name


def small(folder):
    """8 hours asleep, woken ten times a second; a moment of the demo with its time kept."""
    limit = ("-limit", str(8 * 3600))
    does_not_grow("a guest asleep for 8 hours", *watched(64, "-serial", "null", "-kernel", sleeper(folder, 6250000), *limit))
    does_not_grow("the demo", *watched(64, "-serial", "null", "-limit", "3"))


def busy_demo():
    """On a core of 1 MHz, which its pictures keep busy all the time: 8 hours are 29 billion cycles, and timers tick as ever."""
    does_not_grow(f"the demo busy for {DEMO} s", *watched(64, "-serial", "null", "-timing", "clock=1", "-limit", str(DEMO)))


def idle_debian(disk):
    options = ("-kernel", os.path.join(disk, "linux"), "-initrd", os.path.join(disk, "initrd.gz"), "-append",
               "root=LABEL=debian console=ttyAMA0 quiet", "-timing", "off", "-drive",
               f"file={os.path.join(disk, 'root.img')},if=virtio,format=raw,snapshot=on", "-serial", "null")
    does_not_grow(f"Debian idle for {IDLE} s", *watched(512, *options, "-limit", str(IDLE)))


# Programs start and end, files are written and read through the disk and dropped from the guest's caches.
WORK = f"""while :; do
    {{ dd if=/dev/urandom of=/f bs=64k count=8 conv=fsync; sha256sum /f; rm /f; for i in 1 2 3 4 5 6 7 8; do true | cat; done; sync
      echo 3 > /proc/sys/vm/drop_caches; ls -lR /usr/lib/aarch64-linux-gnu | sha256sum; }} > /dev/null 2>&1
    read up rest < /proc/uptime
    echo "round $up" > /dev/console
    sleep {REST}
done
"""


def working_initrd(folder, disk):
    """Debian's own with another /init behind it, which has init start the work. Nobody types it: while a guest waits for a serial line
    with somebody at its other end, it sleeps as long as the host does, and 8 hours are 8 hours (frontends/host/loop.h)."""
    with open(os.path.join(ROOT, "roms", "guests", "disk", "initrd-init")) as file:
        init = file.read()
    way = "exec busybox switch_root "
    assert init.count(way) == 1
    init = init.replace(way, "busybox cp /work /root/work; echo '::once:/bin/sh /work' >> /root/etc/inittab\n" + way)
    name = os.path.join(folder, "working-initrd")
    with open(name, "wb") as file, open(os.path.join(disk, "initrd.gz"), "rb") as own:
        file.write(own.read())
        file.write(gzip.compress(initrd.pack([("init", stat.S_IFREG | 0o755, init.encode()),
                                              ("work", stat.S_IFREG | 0o644, WORK.encode())])))
    return name


def busy_debian(disk, timing, seconds):
    """It works, and sleeps, until so many virtual seconds have passed."""
    name = f"Debian busy for {seconds} s, -timing {timing}"
    folder = scratch()
    said = os.path.join(folder, "said")
    ended = watched(512, "-kernel", os.path.join(disk, "linux"), "-initrd", working_initrd(folder, disk), "-append",
                    "root=LABEL=debian console=ttyAMA0 quiet", "-drive",
                    f"file={os.path.join(disk, 'root.img')},if=virtio,format=raw,snapshot=on", "-serial", f"file:{said}", "-timing", timing,
                    "-limit", str(seconds))
    with open(said, errors="replace") as file:
        rounds = [float(up) for up in re.findall(r"round ([0-9.]+)", file.read())]
    print(f"note: {name}: it worked {len(rounds)} times")
    steps = [b - a for a, b in zip(rounds, rounds[1:] + [seconds])]
    check(f"{name}: it works and sleeps in turns from its start to its end",
          rounds and rounds[0] < 60 and all(REST <= step < REST + 30 for step in steps[:-1]) and steps[-1] < REST + 30,
          str(rounds[:3] + rounds[-3:]))
    stays_within(name, *ended, REMEMBERED[timing])


def installer_boots(name, count, *options):
    """To its first screen, which its timer and its 64 programs have drawn by then; each boot on a host that is busy otherwise."""
    guest = fetched("fetch")
    hashes = {}
    for boot in range(count):
        ended = orrery("-display", "none", "-serial", "null", "-nic", "none", "-m", "1024", "-kernel", os.path.join(guest, "linux"),
                       "-initrd", os.path.join(guest, "initrd.gz"), "-append", "console=ttyAMA0 panic=-1", "-state-hash", *options,
                       patience=PATIENCE)
        state = " ".join(re.findall(r"state hash: (\w+)", ended.stdout)) or f"none: {ended.stderr.strip()[-200:]}"
        hashes[state] = hashes.get(state, 0) + 1
        print(f"{name}, boot {boot + 1}: {state}", flush=True)
    print(f"note: {count} {name}, how many ended in which state: {hashes}")
    check(f"{count} {name} end in one state", len(hashes) == 1 and "none" not in str(hashes), str(hashes))


def main():
    small(scratch())
    if LONG and DEMO:
        busy_demo()
    if LONG and IDLE:
        idle_debian(fetched("build-disk"))
    if LONG and BUSY:
        busy_debian(fetched("build-disk"), "off", BUSY)
    if LONG and TIMED_BUSY:
        busy_debian(fetched("build-disk"), "on", TIMED_BUSY)
    if LONG and BOOTS:
        installer_boots("boots of the text installer", BOOTS, "-timing", "off", "-limit", "8")
    if LONG and TIMED_BOOTS:
        installer_boots("boots of the text installer with its time kept", TIMED_BOOTS, "-timing", "on", "-limit", "9")


run(main)
