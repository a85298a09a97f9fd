#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make accuracy: measures in the guest what was published of hardware, says how far off it is, writes docs/accuracy.md."""
import os
import sys

import page
import plot
import rows_table
from goals import UNITS, read_goals
from images import Failed, ROOT, board_image, linux_initrd
from machine import CLOCK_MHZ, COUNTER_NS, Machine, Run

FOLDER = os.path.join(ROOT, "build", "accuracy")
# Between the published sizes, for the picture.
CURVES = {"V3a": ("ring", "ring", "ns", [8, 16, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 2048, 4096, 8192]),
          "V3b": ("random", "random", "extra-ns", [64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536])}
QUICK_RUNS = {"ring,8192", "ring,65536", "ring,262144", "ring,4194304", "dhrystone"}
LINUX_RUNS = "ring,16384+ring,65536+ring,262144+ring,4194304+copy+dhrystone+coremark+ops"

LINUX_ROWS = 20


class Verdicts:
    """What the exit status and the page's first table come from."""

    def __init__(self):
        self.all = []

    def add(self, part, what, wanted, measured, is_met):
        self.all.append((part, what, wanted, measured, is_met))
        print(f"{part:4} {'met   ' if is_met else 'MISSED'} {what}: {measured} (wanted {wanted})", flush=True)

    def missed(self):
        return [verdict for verdict in self.all if not verdict[4]]


def judge_rows(verdicts, rows):
    verdicts.add("V1", "instruction rows, mean error", "at most 2 %", f"{100 * rows.mean():.2f} %", rows.mean() <= rows_table.MEAN_WITHIN)
    verdicts.add("V1", "instruction rows within 5 %", "at least 95 %", f"{100 * rows.share():.1f} %",
                 rows.share() >= rows_table.ROWS_SHARE)


def judge_goals(verdicts, goals, machine):
    for goal in goals:
        goal.measure(machine)
        verdicts.add(goal.part, goal.name(), f"{goal.published} {goal.unit} within {100 * goal.within:g} %",
                     f"{goal.measured:.4g}, {100 * goal.error:+.1f} %", goal.is_met())


def knee(curve, base, factor):
    """The first size whose latency is more than `factor` times that at `base`."""
    at_base = dict(curve)[base]
    return next((size for size, time in sorted(curve) if size > base and time > factor * at_base), 0)


def judge_knees(verdicts, curve):
    """L1 is 32 KB and L2 512 KB; pseudo-random replacement lets the second begin a little before its size."""
    for level, base, factor, low, high in ("L1", 8 << 10, 1.5, 33 << 10, 64 << 10), ("L2", 192 << 10, 1.5, 257 << 10, 768 << 10):
        at = knee(curve, base, factor)
        verdicts.add("V3", f"the curve leaves {level}", f"at {low >> 10}K to {high >> 10}K", f"{at >> 10}K", low <= at <= high)


def same_in_reference(verdicts, machine):
    """S1: everything a guest can see, and every counter, in the memoised and the replayed model."""
    differing = []
    runs = [key for key in machine.runs if key[2] == "on"]
    for board, kernel, _ in runs:
        fast, slow = machine.run(board, kernel), machine.run(board, kernel, "reference")
        if (fast.text, fast.counters, fast.hash) != (slow.text, slow.counters, slow.hash):
            differing.append(f"{kernel} on {board}")
    verdicts.add("S1", f"{len(runs)} runs, fast mode against reference mode", "no difference",
                 ", ".join(differing) + " differ" if differing else "no difference", not differing)


def same_rows(verdicts, rows, options):
    """The same of the instruction rows: what they take, to the last digit."""
    slow = rows_table.measure("--mode", "reference", *options)
    differing = [fast.row for fast, other in zip(rows.numbers, slow.numbers) if (fast.row, fast.exact) != (other.row, other.exact)]
    verdicts.add("S1", f"{len(rows.numbers)} numbers of instruction rows, fast mode against reference mode", "no difference",
                 f"{len(differing)} differ: {', '.join(differing[:5])}" if differing else "no difference", not differing)


def same_clocks(verdicts, machine):
    """PMCCNTR_EL0 and the virtual counter are read beside one another."""
    worst = 0
    for (board, _, _), run in machine.runs.items():
        for results in run.said.values():
            if "whole_run" in results and results["whole_run"].count:
                result = results["whole_run"]
                worst = max(worst, abs(result.ticks * COUNTER_NS * CLOCK_MHZ[board] / 1000 / result.count - 1))
    verdicts.add("S1", "cycle counter and virtual counter", "the same within 0.1 %", f"{100 * worst:.3f} %", worst <= 0.001)


def curves(machine):
    made = {}
    for part, (run, value, unit, sizes) in CURVES.items():
        made[part] = []
        for size in sizes:
            kernel = f"{run},{size << 10}"
            made[part].append((size << 10, UNITS[unit](machine.results("pi3", kernel), value)))
    return made


def debian_kernel():
    """As roms/guests/fetch left it, or None."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.environ["HOME"], ".cache")
    linux = os.path.join(cache, "orrery", "debian-arm64", "linux")
    return linux if os.path.exists(linux) else None


def under_linux():
    """The kernels as the first process of Debian's kernel on both boards, and a sample of the instruction rows; None without it."""
    linux = debian_kernel()
    if not linux:
        print("no Debian kernel in the cache (roms/guests/fetch gets it): nothing is measured under Linux")
        return None
    initrd = linux_initrd(os.path.join(FOLDER, "linux"))
    runs = {board: Run(board, ["-kernel", linux, "-initrd", initrd, "-append", f"console=ttyAMA0 quiet accuracy={LINUX_RUNS}"], "on")
            for board in ("pi3", "am62x")}
    sample = ["--sample", str(LINUX_ROWS)]
    return page.UnderLinux(runs, rows_table.measure(*sample), rows_table.measure(*sample, "--linux", linux))


def main():
    mode = os.environ.get("ACCURACY", "all")
    if mode not in ("all", "quick"):
        raise Failed(f"ACCURACY={mode} is not known; there is quick (a part of it, and no page is written)")
    goals = read_goals()
    machine = Machine(board_image(FOLDER))
    verdicts = Verdicts()
    some_rows = ["--sample", "60"] if mode == "quick" else []
    rows = rows_table.measure(*some_rows)
    judge_rows(verdicts, rows)
    if mode == "quick":
        judge_goals(verdicts, [goal for goal in goals if goal.run in QUICK_RUNS], machine)
        same_in_reference(verdicts, machine)
        same_rows(verdicts, rows, some_rows)
    else:
        judge_goals(verdicts, goals, machine)
        curve = curves(machine)
        judge_knees(verdicts, curve["V3a"])
        same_in_reference(verdicts, machine)
        same_rows(verdicts, rows, some_rows)
        same_clocks(verdicts, machine)
        linux = under_linux()
        points = {part: [(int(goal.run.partition(",")[2]), goal.low, goal.high) for goal in goals
                         if goal.part == part and goal.value == CURVES[part][1]] for part in CURVES}
        page.write(os.path.join(ROOT, "docs", "accuracy.md"), verdicts, rows, goals, machine, linux)
        with open(os.path.join(ROOT, "docs", "accuracy-latency.svg"), "w") as file:
            file.write(plot.picture(curve, points))
    missed = verdicts.missed()
    print(f"\n{len(verdicts.all) - len(missed)} of {len(verdicts.all)} goals met")
    for part, what, wanted, measured, _ in missed:
        print(f"missed: {part} {what}: {measured}, wanted {wanted}")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"accuracy: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
