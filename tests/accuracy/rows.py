#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the published instruction rows of rows.tab in the guest: a JSON line for each number,
{"row", "group", "mechanism", "kind", "measured", "hardware", "why"}. With --table, a table and its sums instead.

    tests/accuracy/rows.py [--sample N] [--table] [--board pi3|am62x] [--mode on|reference] [--linux KERNEL]
"""
import argparse
import hashlib
import json
import os
import re
import subprocess
import sys

import rows_kernels
from images import Failed, ROOT, initrd, objects, sources, tool, LINK
from machine import CLOCK_MHZ, COUNTER_NS, ORRERY, PATIENCE

HERE, LIB = "tests/accuracy/rows", "tests/accuracy/lib"
FOLDER = os.path.join(ROOT, "build", "accuracy", "rows")
INSTRUCTIONS = 40000     # of each loop in a run: a tick of the counter, 19 cycles, is then at most 0.1 %
RANDOM_TURNS = 60        # each has another word of random bits: with few, a predictor learns them by heart

# What memory, the 28 registers and the constant register hold: kinds of rows.h.
SEEDS = {
    "ones": ("NOTHING", "ONE", "ONE", 1), "zeros": ("NOTHING", "ZERO", "ZERO", 0), "branches": ("NOTHING", "ZERO", "ALL_ONES", 1),
    "pointers": ("POINTERS", "POINTER", "POINTER", 0), "zero-memory": ("ZEROS", "POINTER", "POINTER", 0),
    "indexed": ("ZEROS", "ZERO", "POINTER", 0), "no-index": ("POINTERS", "POINTER", "ZERO", 0),
    "random": ("RANDOM", "ZERO", "POINTER", 0),
}
OFFSETS = {"unaligned": 1, "cross-line": 63, "cross-page": 4095}


class Row:
    def __init__(self, group, text, hardware):
        self.group, self.text, self.hardware = group, text, hardware
        self.mechanism, numbers = rows_kernels.numbers_of(group, text)
        self.numbers = [number for number in numbers if number.kind in hardware]


def read_rows():
    """Rows of rows.tab whose text names one loop: a row that comes twice does not say what the second time was different."""
    rows, group, seen = [], "", set()
    with open(os.path.join(ROOT, "tests", "accuracy", "rows.tab")) as file:
        for line in file:
            line = line.strip()
            if line.startswith("["):
                group = line[1:-1]
            elif line and not line.startswith("#"):
                text, *published = (part.strip() for part in line.rsplit("|", 2))
                hardware = {kind: float(value) for kind, value in zip(("latency", "throughput"), published) if value != "-"}
                if (group, text) not in seen:
                    rows.append(Row(group, text, hardware))
                seen.add((group, text))
    return rows


def sample(rows, count):
    """So many rows, always the same, from all groups alike."""
    return sorted(rows, key=lambda row: hashlib.sha256((row.group + row.text).encode()).digest())[:count]


def assembly(loops):
    """All loops, and the table that rows.c goes through."""
    out = ['#include "tests/accuracy/rows/rows.h"', ".arch armv8-a+crc", ".text"]
    for index, loop in enumerate(loops):
        lines, times = loop.instructions()
        out += [f".balign 64\nrow_{index}:"]
        out += [line.strip() for line in loop.init.split(";") if line]
        out += [".balign 128", "9:"]
        out += [line.strip() for line in loop.clear.split(";") if line]
        out += [f".rept {times}", *lines, ".endr", "subs x29, x29, #1", f"b.eq 8f\nb 9b\n8: b rows_end"
                if times * len(lines) > 200000 else "b.ne 9b\nb rows_end"]
    out += [".section .rodata", ".balign 8", ".global rows_loops", "rows_loops:"]
    for index, loop in enumerate(loops):
        seed, _, at = loop.seed.partition("-") if loop.seed not in SEEDS else (loop.seed, "", "")
        if seed not in SEEDS:                       # such as zero-memory-unaligned
            seed, at = next((known, loop.seed[len(known) + 1:]) for known in SEEDS if loop.seed.startswith(known + "-"))
        memory, registers, constant, byte = SEEDS[seed]
        lines, times = loop.instructions()
        iterations = RANDOM_TURNS if memory == "RANDOM" else max(INSTRUCTIONS // (len(lines) * times), 2)
        out += [f".quad row_{index}", f".byte ROWS_{memory}, ROWS_{registers}, ROWS_{constant}, {byte}", f".word {OFFSETS.get(at, 0)}",
                f".quad {iterations}"]
    out += [".global rows_loop_count", "rows_loop_count:", f".quad {len(loops)}"]
    return "\n".join(out) + "\n"


def guest(loops, linux):
    """What orrery is to boot: the loops on the bare board, or as the first process of a Linux."""
    folder = os.path.join(FOLDER, "linux") if linux else FOLDER
    os.makedirs(folder, exist_ok=True)
    source, built = os.path.join(folder, "loops.S"), os.path.join(folder, "loops.o")
    text = assembly(loops)
    name = os.path.join(folder, f"rows-{hashlib.sha256(text.encode()).hexdigest()[:16]}")
    lower = sources(f"{LIB}/linux.c") if linux else sources("roms/lib/*.S", "roms/lib/*.c", f"{LIB}/board.c")
    made = objects(folder, lower + sources(f"{HERE}/*.c", f"{HERE}/*.S"))
    if not os.path.exists(name) or os.path.getmtime(name) < max(map(os.path.getmtime, made)):
        with open(source, "w") as file:
            file.write(text)
        tool("gcc", "-I.", "-c", "-o", built, source)
        if linux:
            initrd(name, [*made, built])
        else:
            elf = os.path.join(folder, "rows.elf")
            tool("ld", "-T", "roms/lib/rom.ld", *LINK, "-o", elf, *made, built)
            tool("objcopy", "-O", "binary", elf, name)
    return ["-kernel", linux, "-initrd", name, "-append", "console=ttyAMA0 quiet"] if linux else ["-kernel", name]


def run(boot, count, board, mode):
    """Ticks and turns of each loop."""
    command = [ORRERY, "-display", "none", "-speed", "max", "-m", "512", "-nic", "none", "-serial", "stdio",
               "-cpu", f"cortex-a53,board={board}", "-timing", mode, *boot]
    try:
        made = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    except (FileNotFoundError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from None
    text = made.stdout.decode("utf-8", "replace")
    results = re.findall(r"^loop (\d+) (\d+) (\d+)\r?$", text, re.M)
    if made.returncode or len(results) != count:
        raise Failed(f"{' '.join(command)} ended with status {made.returncode} after {len(results)} of {count} loops: "
                     f"{text[-300:]!r} {made.stderr.decode('utf-8', 'replace')[-500:]}")
    return [(int(ticks), int(turns)) for _, ticks, turns in results]


def measure(rows, board, mode, linux=None):
    loops = {}
    for row in rows:
        for number in row.numbers:
            for loop in number.all_loops():
                loops.setdefault(loop.key(), loop)
    results = dict(zip(loops, run(guest(list(loops.values()), linux), len(loops), board, mode)))

    def cycles(loop):
        ticks, turns = results[loop.key()]
        return ticks * COUNTER_NS * CLOCK_MHZ[board] / 1000 / (turns * loop.copies * loop.body)

    for row in rows:
        for number in row.numbers:
            yield row, number.kind, number.value(cycles)


def print_table(found):
    """As people read it."""
    errors, met, group = [], 0, None
    for row, kind, value in found:
        if row.group != group:
            group = row.group
            print(f"\n{group}: {row.mechanism}")
        error = round(value, 2) / row.hardware[kind] - 1
        errors.append(abs(error))
        met += abs(error) <= 0.05
        print(f"{'' if abs(error) <= 0.05 else 'MISSED':6} {row.text:72} {kind:10} {value:7.2f} hardware {row.hardware[kind]:6.2f} {100 * error:+7.1f} %")
    print(f"\n{len(errors)} numbers, mean error {100 * sum(errors) / len(errors):.2f} %, within 5 %: {100 * met / len(errors):.1f} %")


def main():
    parser = argparse.ArgumentParser(description="the published instruction rows, measured in the guest")
    parser.add_argument("--sample", type=int, metavar="N", help="only N rows")
    parser.add_argument("--table", action="store_true", help="print for people")
    parser.add_argument("--board", default="pi3", choices=sorted(CLOCK_MHZ))
    parser.add_argument("--mode", default="on", choices=("on", "reference"))
    parser.add_argument("--linux", metavar="KERNEL", help="not on the bare board but as the first process of this kernel")
    options = parser.parse_args()
    rows = read_rows()
    if options.sample:
        rows = sorted(sample(rows, options.sample), key=lambda row: row.group)
    found = measure(rows, options.board, options.mode, options.linux)
    if options.table:
        print_table(found)
        return
    for row, kind, value in found:
        print(json.dumps({"row": row.text, "group": row.group, "mechanism": row.mechanism, "kind": kind, "measured": value,
                          "hardware": row.hardware[kind], "why": rows_kernels.reason(row.text)}))


if __name__ == "__main__":
    try:
        main()
    except Failed as failure:
        sys.exit(f"rows: {failure}")
