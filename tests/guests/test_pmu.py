#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The performance monitors against -stats, over a whole run (pmu.S). Catches: a count of one that the other has not, down to one."""
import json
import os
import shutil
import subprocess

from guest import ROOT, check, orrery, run, scratch, skip

# What each event is in the totals; a cause of cycles is in the stack.
EVENTS = {
    0x01: ["l1i_misses"], 0x02: ["walks_instruction"], 0x03: ["l1d_refills"], 0x04: ["l1d_accesses"], 0x05: ["walks_data"],
    0x06: ["loads"], 0x07: ["stores"], 0x0d: ["branches_conditional", "branches_direct"],
    0x10: ["mispredicted_conditional", "mispredicted_return", "mispredicted_indirect"],
    0x12: ["branches_conditional", "branches_direct", "branches_return", "branches_indirect"],
    0x14: ["l1i_accesses"], 0x15: ["l1d_writebacks"], 0x16: ["l2_accesses"], 0x17: ["l2_misses"], 0x18: ["l2_writebacks"],
    0x19: ["bus_accesses"], 0xc2: ["l1d_prefetches"], 0xe0: ["fetch", "mispredict"], 0xe1: ["l1i_miss"], 0xe2: ["itlb_miss"],
    0xe4: ["dependency", "unit"], 0xe7: ["load_l2", "load_dram"], 0xe8: ["store"],
}


def compile_guest(folder, numbers):
    compiler = os.environ.get("CROSS", "aarch64-linux-gnu-") + "gcc"
    if not shutil.which(compiler):
        skip(f"no {compiler} (make deps)")
    image = os.path.join(folder, "pmu")
    subprocess.run([compiler, "-nostdlib", "-static", "-n", "-Wl,-Ttext=0x40080000,--build-id=none",
                    "-DEVENTS=" + ",".join(map(str, numbers)), "-o", image, os.path.join(ROOT, "tests", "guests", "pmu.S")], check=True)
    return image


def compare(folder, numbers, *options):
    said, stats = os.path.join(folder, "said"), os.path.join(folder, "stats.json")
    done = orrery("-m", "64", "-display", "none", "-nic", "none", "-speed", "max", "-limit", "20", "-serial", f"file:{said}", "-stats", stats,
                  "-kernel", compile_guest(folder, numbers), *options)
    with open(said) as file:
        words = file.read().split()
    if not check("the program comes to its end", done.returncode == 0 and len(words) == 14, f"{words} {done.stderr}"):
        return
    with open(stats) as file:
        el0 = json.load(file)["totals"]["el0"]
    check(f"cycles {options}", int(words[1], 16) == el0["cycles"], f"{int(words[1], 16)}, statistics {el0['cycles']}")
    for number, count in zip(words[2::2], words[3::2]):
        number, count = int(number, 16), int(count, 16)
        names = EVENTS.get(number)
        expected = el0["instructions"] if number == 0x08 else sum(el0["events"].get(n, 0) + el0["stack"].get(n, 0) for n in names)
        check(f"event 0x{number:02x} {options}", count == expected, f"{count}, statistics {expected}")
        # Its code is two lines and its pages are a gigabyte each; all else happens.
        check(f"event 0x{number:02x} happens", count > 0 or number in (0x01, 0x02, 0x05, 0xe1, 0xe2, 0xe8), count)


def main():
    folder, numbers = scratch(), [0x08, *EVENTS]
    for first in range(0, len(numbers), 6):
        compare(folder, numbers[first:first + 6])
    compare(folder, [0x08, 0x06, 0x03, 0x10, 0x16, 0xe7], "-timing", "reference")
    compare(folder, [0x08, 0x06, 0x03, 0x10, 0x16, 0xe7], "-cpu", "cortex-a53,board=am62x")


run(main)
