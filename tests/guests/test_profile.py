#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A profile of Debian's boot. Catches: a profile that changes the run of a whole system; symbols that are not found in the memory of a
kernel that has moved itself (KASLR); kernel frames without the program below them, and programs without their names; a library that is
not recognised where the guest has mapped it; counts of instructions that belong to no function."""
import os
import re
import subprocess

from guest import check, fetched, orrery, run, scratch


def boot(guest, *options):
    done = orrery("-display", "none", "-serial", "null", "-nic", "none", "-m", "512", "-kernel", os.path.join(guest, "linux"),
                  "-initrd", os.path.join(guest, "initrd.gz"), "-append", "root=LABEL=debian console=ttyAMA0 quiet",
                  "-drive", f"file={os.path.join(guest, 'root.img')},if=virtio,format=raw,snapshot=on", "-state-hash", *options)
    check("the run reaches its limit without a word of complaint", done.returncode == 4 and not done.stderr,
          f"status {done.returncode}: {done.stderr}")
    return done.stdout


def stacks(name):
    """(frames, samples) of each line."""
    with open(name, encoding="ascii") as file:
        lines = [line.rsplit(" ", 1) for line in file]
    return [(stack.split(";"), int(count)) for stack, count in lines]


def share(rows, wanted):
    return sum(count for frames, count in rows if wanted(frames)) / sum(count for _, count in rows)


def kernel(guest, folder):
    """The first half second, with time kept; the kernel is at its random place by then."""
    limit = ("-limit", "0.5")
    plain = boot(guest, *limit)
    profile = os.path.join(folder, "kernel.folded")
    check("a profile does not change the run", boot(guest, *limit, "-profile", profile) == plain)
    rows = stacks(profile)
    known = share(rows, lambda frames: not any(frame[0] == "[" and frame != "[kernel]" for frame in frames))
    check("nearly every stack has all its names", known > 0.95, f"{known:.1%}")
    for stack in ("__primary_switched;start_kernel", "ret_from_fork;kernel_init"):
        check(f"{stack} is among them", any(stack in ";".join(frames) for frames, _ in rows))
    check("the first task is named", any(frames[:2] == ["swapper", "[kernel]"] for frames, _ in rows))
    said = orrery("annotate", profile[:-len("folded")] + "lines").stdout
    functions = re.findall(r"%.*?(\S+)  \[kernel\]$", said, re.M)
    check("instructions belong to the kernel's functions", len(functions) >= 30, said)
    sampled = {frames[-1] for frames, _ in rows}
    check("the functions counted most were sampled too", set(functions[:5]) <= sampled, f"{functions[:5]}")
    said = orrery("annotate", profile[:-len("folded")] + "lines", functions[0]).stdout
    check("a function's instructions are disassembled", len(re.findall(r"\+[0-9a-f]+ +[a-z]", said)) >= 3, said)


def programs(guest, folder):
    """To the login prompt, where time does not matter."""
    library = os.path.join(folder, "libc.so.6")
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    subprocess.run(["debugfs", "-R", f"dump /usr/lib/aarch64-linux-gnu/libc.so.6 {library}", os.path.join(guest, "root.img")],
                   capture_output=True, check=True, env={**os.environ, "PATH": path})
    profile = os.path.join(folder, "programs.folded")
    boot(guest, "-timing", "off", "-limit", "6", "-profile", profile + ",every=50021", "-symbols", library)
    rows = stacks(profile)
    processes = {frames[0] for frames, _ in rows}
    check("processes have their names", {"init", "mount", "swapper/0", "kthreadd"} <= processes, f"{sorted(processes)}")
    numbered = share(rows, lambda frames: re.match(r"(context|process) \d", frames[0]))
    check("hardly one is known by its number only", numbered < 0.02, f"{numbered:.1%}")
    check("the C library is recognised in programs", any("__libc_start_main" in frames for frames, _ in rows))
    check("the kernel's frames are above those of the program that called it",
          any("__libc_start_main" in frames and "[kernel]" in frames and "el0t_64_sync" in frames and
              frames.index("__libc_start_main") < frames.index("[kernel]") < frames.index("el0t_64_sync") for frames, _ in rows))


def main():
    guest, folder = fetched("build-disk"), scratch()
    kernel(guest, folder)
    programs(guest, folder)


run(main)
