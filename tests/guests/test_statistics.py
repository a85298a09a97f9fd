#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What -stats says of a real run. Catches: cycles that nobody caused or that were counted twice, time that is not cycles, misses without
an access, a series or a table that contradicts the totals, and counts that depend on how fast the host is or on who looks."""
import json
import os
import re

import guest
from guest import check, fetched, run, scratch

LINUX = ("-m", "256", "-append", "console=ttyAMA0 quiet", "-limit", "0.45")


def measured(work, name, *options):
    """One run: its statistics, and its table."""
    file = os.path.join(work, f"{name}.json")
    ended = guest.orrery("-display", "none", "-serial", "null", "-nic", "none", "-stats", file, *options)
    check(f"{name}: the run ends at its limit", ended.returncode == 4, ended.stderr[-300:])
    with open(file) as text:
        return json.load(text), ended.stderr


def adds_up(name, s):
    """What must hold of every run with timing on."""
    clock = s["meta"]["core"]["clock_mhz"]
    everything = s["totals"]["all"]
    for level, total in s["totals"].items():
        check(f"{name}, {level}: the stack adds up to the cycles", sum(total["stack"].values()) == total["cycles"], total["stack"])
        events, derived = total["events"], s["derived"][level]
        wholes = {"l1i_misses": "l1i_accesses", "l2_misses": "l2_accesses", "dram_row_hits": "bus_accesses",
                  "mispredicted_conditional": "branches_conditional", "mispredicted_return": "branches_return",
                  "mispredicted_indirect": "branches_indirect", "irqs": "exceptions"}
        for part, whole in wholes.items():
            check(f"{name}, {level}: {part} <= {whole}", events[part] <= events[whole], (events[part], events[whole]))
        check(f"{name}, {level}: L1D misses <= accesses", derived["l1d_misses"] <= events["l1d_accesses"], derived["l1d_misses"])
        check(f"{name}, {level}: no row is hit and conflicting", events["dram_row_hits"] + events["dram_row_conflicts"]
              <= events["dram_reads"] + events["dram_writes"], events)
        check(f"{name}, {level}: at most two instructions a cycle", total["instructions"] <= 2 * total["stack"]["issue"], total)
    cycles = s["time"]["virtual_picoseconds"] * clock / 1e6
    check(f"{name}: time is the core's cycles", abs(everything["cycles"] - cycles) <= 1, (everything["cycles"], cycles))
    check(f"{name}: every instruction was timed", s["time"]["timed_instructions"] == s["time"]["instructions"], s["time"])
    work = s["work"]
    check(f"{name}: every block was timed in one way", work["remembered"] + work["computed"] + work["replayed"] == work["blocks"], work)


def series_adds_up(name, s):
    series = s["series"]
    sums = dict(zip(series["columns"], map(sum, zip(*series["rows"]))))
    totals = {"instructions": s["time"]["instructions"]}
    for level in ("el0", "el1"):
        total = s["totals"][level]
        totals[f"{level}.instructions"] = total["instructions"]
        totals |= {f"{level}.stack.{cause}": n for cause, n in total["stack"].items()}
        totals |= {f"{level}.events.{event}": n for event, n in total["events"].items()}
    wrong = [column for column in totals if sums[column] != totals[column]]
    check(f"{name}: the series adds up to the totals", not wrong, wrong)
    check(f"{name}: no row counts backwards", min(map(min, series["rows"])) >= 0)
    late = [to - series["every_seconds"] * (i + 1) for i, (_, to, *_) in enumerate(series["rows"][:-1])]
    check(f"{name}: rows are of their times, to the end of a block", all(-1e-11 < seconds < 1e-5 for seconds in late), late)


def table_agrees(name, s, table):
    for label, key in (("cycles", "cycles"), ("instructions", "instructions")):
        found = re.findall(rf"^\S* +{label} +([\d,]+) +([\d,]+) +([\d,]+)$", table, re.MULTILINE)
        numbers = [int(word.replace(",", "")) for word in found[0]] if found else None
        check(f"{name}: the table's {label} are the file's", numbers == [s["totals"][level][key] for level in ("el0", "el1", "all")],
              (label, found))
    check(f"{name}: the table's stack is 100 %", re.search(r"^together( +100\.0 %)+$|^together +0\.0 %( +100\.0 %)+$", table, re.MULTILINE),
          table)


def same(a, b):
    """Equal runs have equal files, but for what the host and the engine had to do, and for their command lines."""
    def guests(s):
        rest = {key: value for key, value in s.items() if key not in ("host", "work")}
        return rest | {"meta": {key: value for key, value in s["meta"].items() if key != "command"}}
    return guests(a) == guests(b)


def hosts(work):
    """The built-in demo, asleep most of the time."""
    every = ("-limit", "0.3", "-stats-every", "0.05")
    fast, _ = measured(work, "fast", *every)
    paced, _ = measured(work, "paced", *every, "-speed", "200")
    check("a paced run counts as a fast one", same(fast, paced))
    reference, _ = measured(work, "reference", *every, "-timing", "reference")
    check("the reference counts as the fast mode", fast["totals"] == reference["totals"] and fast["series"] == reference["series"])
    adds_up("demo", fast)
    series_adds_up("demo", fast)
    unwatched, table = measured(work, "unwatched", "-limit", "0.3")
    check("who looks changes nothing", unwatched["totals"] == fast["totals"])
    table_agrees("demo", unwatched, table)
    off, table = measured(work, "off", "-limit", "0.1", "-timing", "off")
    check("with timing off nothing is counted", off["totals"]["all"]["cycles"] == 0 and "timing was off" in table, table)


def linux(work, folder):
    files = ("-kernel", os.path.join(folder, "linux"), "-initrd", os.path.join(folder, "initrd.gz"), *LINUX)
    boot, table = measured(work, "linux", *files, "-stats-every", "0.01")
    adds_up("linux", boot)
    series_adds_up("linux", boot)
    table_agrees("linux", boot, table)
    check("linux: the kernel missed, walked and mispredicted",
          all(boot["derived"]["el1"][key] for key in ("l1i_misses", "l1d_misses", "l2_misses", "walks", "mispredicted", "irqs")),
          boot["derived"]["el1"])
    page = os.path.join(work, "page.html")
    made = guest.orrery("report", os.path.join(work, "linux.json"), os.path.join(work, "fast.json"), "-o", page)
    check("linux: a report is made of it", made.returncode == 0 and os.path.getsize(page) > 50000, made.stderr)


def main():
    work = scratch()
    hosts(work)
    linux(work, fetched("fetch"))


run(main)
