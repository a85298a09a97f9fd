# SPDX-License-Identifier: MIT
"""The kernels with the timing model on, beside the same without it: speed, what the model saw, and how often its memo answered."""
import json
import os
import statistics
import tempfile

from child import Child, Failed
from kernels import IMAGE

COLUMNS = "| {:<8} | {:<7} | {:>6} | {:>10} | {:>8} | {:>5} | {:>5} | {:>9} | {:>10} | {:>7} | {:>14} | {:>6} |"
# What counts as fitting L1: fewer misses than this in 1000 instructions.
FITS = 0.1


class Run:
    """One run: CPU seconds, instructions, and of what the model counted what the table shows."""

    def __init__(self, orrery, mode, kernel, iterations, errors):
        with tempfile.TemporaryDirectory(prefix="orrery-bench.") as folder:
            stats = os.path.join(folder, "stats.json")
            child = Child([orrery, "-speed", "max", "-timing", mode, "-stats", stats, "-m", "256", "-display", "none", "-serial", "stdio",
                           "-kernel", IMAGE, "-append", f"bench={kernel.name},{iterations}"], errors)
            self.seconds = child.end()
            if b" right " not in child.text:
                raise Failed(f"{kernel.name} with -timing {mode} went wrong: {child.text!r} {child.complaints()}")
            with open(stats) as file:
                said = json.load(file)
        derived = said["derived"]["all"]
        self.numbers = {"instructions": said["time"]["instructions"], "l1d": derived["l1d_misses"], "l1i": derived["l1i_misses"],
                        "dram": derived["dram_reads"], **{key: said["work"][key] for key in ("blocks", "remembered", "replayed")}}
        self.states = said["work"]["states"]


class Timed:
    """A kernel, measured: a run of no iterations is start-up, and subtracted."""

    def __init__(self, orrery, kernel, runs, errors):
        self.kernel = kernel
        full, empty = {"off": [], "on": []}, {"off": [], "on": []}
        for _ in range(runs):
            for mode in full:
                empty[mode].append(Run(orrery, mode, kernel, 0, errors))
                full[mode].append(Run(orrery, mode, kernel, kernel.iterations, errors))
        middle = lambda results: statistics.median(run.seconds for run in results)
        seconds = {mode: max(middle(full[mode]) - middle(empty[mode]), 1e-4) for mode in full}
        self.numbers = {key: full["on"][0].numbers[key] - empty["on"][0].numbers[key] for key in full["on"][0].numbers}
        self.states = full["on"][0].states
        self.off, self.on = (self.numbers["instructions"] / seconds[mode] / 1e6 for mode in ("off", "on"))

    def per_thousand(self, key, of="instructions"):
        return 1000 * self.numbers[key] / max(self.numbers[of], 1)

    def fits(self):
        return self.kernel.group == "integer" and self.per_thousand("l1d") < FITS and self.per_thousand("l1i") < FITS

    def row(self):
        return COLUMNS.format(self.kernel.name, self.kernel.group, f"{self.numbers['instructions'] / 1e6:.0f}", f"{self.off:.0f}",
                              f"{self.on:.0f}", f"{self.on / self.off:.2f}", "yes" if self.fits() else "", f"{self.per_thousand('l1d'):.2f}",
                              f"{self.per_thousand('dram'):.2f}", f"{self.per_thousand('remembered', 'blocks') / 10:.2f}",
                              f"{self.per_thousand('replayed', 'blocks'):.2f}", self.states)


def report(orrery, kernels, runs, only, errors, goal):
    print("\nWith the timing model (`-timing on`) and without it (`-timing off`), same runs. Misses and memory reads are of the modelled "
          "core, in 1000\ninstructions; `memo` is the share of block ends that the memo answered.\n")
    print(COLUMNS.format("kernel", "group", "Minstr", "off MIPS", "on MIPS", "ratio", "fits", "L1D miss", "DRAM reads", "memo %",
                         "replays / 1000", "states"))
    print("|-|-|-:|-:|-:|-:|-|-:|-:|-:|-:|-:|")
    measured = []
    for kernel in kernels:
        if only and kernel.name not in only:
            continue
        measured.append(Timed(orrery, kernel, runs, errors))
        print(measured[-1].row(), flush=True)
    print()
    fitting = [timed for timed in measured if timed.fits()]
    if fitting:
        names = ", ".join(timed.kernel.name for timed in fitting)
        print(f"* integer kernels that fit L1 (fewer than {FITS} misses in 1000 instructions, data and code): {names}")
        goal("of these, timed against untimed speed, median", statistics.median(timed.on / timed.off for timed in fitting), ">=", 0.75)
        goal("of these, timed speed, median (MIPS)", statistics.median(timed.on for timed in fitting), ">=", 450)
    for timed in measured:
        if timed.kernel.name == "hostile":
            goal(f"hostile ({timed.per_thousand('dram'):.1f} memory reads in 1000 instructions), timed speed (MIPS)", timed.on, ">=", 180)
