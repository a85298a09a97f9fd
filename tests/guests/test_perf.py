#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Debian's perf on its own kernel, with programs whose counts are known (hot.c). Catches: a performance monitor that Linux does not find,
events that count something else than their name says, interrupts that do not come or come early, samples in the wrong place, counters
that EL0 cannot read by itself, a breakpoint in the kernel that is missed or not stepped over."""
import os
import re
import shutil
import subprocess

from guest import ROOT, Lost, Machine, check, fetched, run, scratch, skip

PERF = "/perf/perf --no-pager"
KEPT_FROM = 4                                     # seconds of the guest
RECORD = f"{PERF} record -q -N -B -o /tmp/data"     # -N, -B: without copies of every file that a sample is in


def program_disk(folder):
    """A disk with hot.c, compiled."""
    compiler = os.environ.get("CROSS", "aarch64-linux-gnu-") + "gcc"
    if not shutil.which(compiler):
        skip(f"no {compiler} (make deps)")
    tree, disk = os.path.join(folder, "tree"), os.path.join(folder, "hot.img")
    os.mkdir(tree)
    subprocess.run([compiler, "-O2", "-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector", "-o", os.path.join(tree, "hot"),
                    os.path.join(ROOT, "tests", "guests", "hot.c")], check=True)
    with open(disk, "wb") as file:
        file.truncate(8 << 20)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-L", "hot", "-m", "0", "-d", tree, disk], check=True,
                   env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
    return disk


def boot(folder):
    perf, debian = fetched("build-perf"), fetched("build-disk")
    drives = []
    for image in os.path.join(debian, "root.img"), os.path.join(perf, "perf.img"), os.path.join(folder, "hot.img"):
        drives += ["-drive", f"file={image},if=virtio,format=raw,snapshot=on"]
    machine = Machine("-speed", "max", "-m", "512", "-nic", "none", "-kernel", os.path.join(debian, "linux"),
                      "-initrd", os.path.join(debian, "initrd.gz"), "-append", "root=LABEL=debian console=ttyAMA0 quiet", *drives,
                      "-timing", "off", "-timing-switch", f"on@{KEPT_FROM}")    # time is kept when it gets interesting
    machine.log_in()
    said, status = machine.shell("mkdir /perf /hot && mount LABEL=perf /perf && mount LABEL=hot /hot && "
                                 f"while [ $(cut -d. -f1 /proc/uptime) -le {KEPT_FROM} ]; do sleep 1; done")
    if status:
        raise Lost(f"the disks cannot be mounted: {said}")
    return machine


def stat(machine, events, command):
    """What `perf stat` says: a number for each event, in their order (it does not repeat every name as it was given)."""
    said, _ = machine.shell(f"{PERF} stat -x, -e {','.join(events)} -- {command}")
    rows = [line.split(",") for line in said.splitlines() if line.count(",") > 4]
    counts = [int(row[0]) for row in rows if row[0].isdigit()]
    if len(counts) != len(events):
        raise Lost(f"perf stat does not say all of {events}: {said!r}")
    return dict(zip(events, counts))


def more(machine, events, program, first, second):
    """By how much the counts grow from `first` rounds of a program to `second`: its beginning and end drop out."""
    low = stat(machine, events, f"/hot/hot {program} {first}")
    high = stat(machine, events, f"/hot/hot {program} {second}")
    return [high[event] - low[event] for event in events]


def counting(machine):
    rounds = 8000000
    cycles, instructions, jumps = more(machine, ["cycles:u", "instructions:u", "br_immed_retired:u"], "spin", 1000000, 1000000 + rounds)
    # An instruction that is interrupted by a page fault counts again; nothing else is between the two runs.
    check("instructions are counted to the last", abs(instructions - 4 * rounds) < 100, instructions)
    check("so are branches", abs(jumps - rounds) < 100, jumps)
    check("a dependent pair, a compare and a taken branch take two to four cycles", 2 * rounds <= cycles <= 4 * rounds, cycles)
    rounds = 400000
    loads, misses, walks = more(machine, ["ld_retired:u", "L1-dcache-load-misses:u", "dTLB-load-misses:u"], "chase", 100000,
                                100000 + rounds)
    check("loads are counted to the last", abs(loads - rounds) < 100, loads)
    # 32 KiB of 8 MiB stay in the first-level cache: 0.4 %. What the kernel does between (ticks) displaces a little more.
    check("a load of another line of 8 MiB misses", 0.98 * rounds < misses < 1.01 * rounds, misses)
    check("and one of another page of 2048 misses a TLB of 512 in three cases of four", 0.6 * rounds < walks < 0.9 * rounds, walks)
    missed, branches = more(machine, ["branch-misses:u", "br_pred:u"], "toss", 100000, 100000 + rounds)
    check("a random branch is mispredicted every other time", 0.45 * rounds < missed < 0.55 * rounds, missed)
    check("both of its branches are counted", abs(branches - 2 * rounds) < 100, branches)
    both = stat(machine, ["cycles", "cycles:u", "cycles:k", "instructions", "instructions:u", "instructions:k"], "/hot/hot spin 1000000")
    for what in "cycles", "instructions":
        # perf starts the three counters one after the other, inside the kernel.
        check(f"{what} of the levels add up", abs(both[what + ":u"] + both[what + ":k"] - both[what]) < 2000, both)


def sampling(machine):
    for event, program, period in (("cycles:u", "spin 8000000", 100000), ("L1-dcache-load-misses:u", "chase 600000", 2000),
                                   ("branch-misses:u", "toss 600000", 2000)):
        name = "hot_" + program.split()[0]
        total = stat(machine, [event], f"/hot/hot {program}")[event]
        said, status = machine.shell(f"{RECORD} -e {event} -c {period} -- /hot/hot {program}")
        check(f"perf record -e {event} works", status == 0, said)
        said, status = machine.shell(f"{PERF} script -i /tmp/data -F period,ip,sym")
        samples = re.findall(r"^\s*\d+\s+[0-9a-f]+\s+(\S+)", said, re.M)
        # A sample each time that the counter overflows, so its period before the first and a rest behind the last.
        check(f"{event}: as many samples as periods", abs(len(samples) - total // period) <= 1 + total // period // 100,
              f"{len(samples)} of {total} events")
        inside = sum(symbol == name for symbol in samples)
        check(f"{event}: the samples are in {name}", inside >= (0.75 if "miss" in event else 0.98) * len(samples),
              f"{inside} of {len(samples)}")
    said, status = machine.shell(f"{RECORD} -F 4000 -- /hot/hot spin 8000000; {PERF} report -i /tmp/data --stdio --stdio-color never")
    found = re.search(r"([0-9.]+)%\s+hot\s+hot\s+\[\.\] hot_spin", said)
    check("perf report finds the hot function of a run at a sampling rate", found and float(found.group(1)) > 90, said[-600:])
    said, status = machine.shell(f"{RECORD} -a -e cycles -c 200000 -- /hot/hot chase 100000; "
                                 f"{PERF} script -i /tmp/data -F ip,sym | sort | uniq -c | sort -rn")
    check("samples of the kernel have its symbols", re.search(r"clear_page|do_mem_abort|el0|page", said) is not None, said[:300])


def user_access(machine):
    machine.shell("echo 1 > /proc/sys/kernel/perf_user_access")
    said, status = machine.shell("/hot/hot self 1000000")
    found = re.search(r"counted (\d+)\nkernel (\d+)", said)
    check("a program reads a counter by itself", status == 0 and found and 4000000 <= int(found.group(1)) < 4000100, said)
    check("and the kernel tells the same", found and int(found.group(2)) < 100, said)


def kernel_breakpoint(machine):
    """What KGDB would do: a breakpoint of EL1, which the kernel steps over each time."""
    address, _ = machine.shell("grep ' __arm64_sys_kill$' /proc/kallsyms | cut -d' ' -f1")
    event = f"mem:0x{address.strip()}/4:x:k"
    said, _ = machine.shell(f"{PERF} stat -x, -a -e {event} -- sh -c 'i=0; while [ $i -lt 50 ]; do kill -0 $$; i=$((i+1)); done'")
    check("a hardware breakpoint in the kernel is met at every call", said.startswith("50,"), said)


def main():
    folder = scratch()
    program_disk(folder)
    machine = boot(folder)
    said, _ = machine.shell("dmesg | grep 'hw perfevents'; ls /sys/bus/event_source/devices")
    check("Linux finds the Cortex-A53's performance monitors", "armv8_cortex_a53 PMU driver, 7 counters" in said, said)
    counting(machine)
    sampling(machine)
    user_access(machine)
    kernel_breakpoint(machine)
    machine.send("poweroff\n")
    check("the run ends as any other", machine.end() == 0)


run(main)
