#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""make bench: guest programs on orrery, on qemu-system-aarch64 and on the host, by CPU seconds."""
import datetime
import os
import shutil
import statistics
import sys
import tempfile

from child import Failed, host_name
from kernels import Kernels
from systems import Systems
import timed

goals = []


def goal(what, value, relation, bound):
    is_met = value <= bound if relation == "<=" else value >= bound
    goals.append(is_met)
    print(f"* goal: {what}: {value:.2f}, wanted {relation} {bound}: {'met' if is_met else 'MISSED'}", flush=True)


def main():
    mode = os.environ.get("BENCH", "all")
    if mode not in ("all", "quick", "timed", "systems"):
        raise Failed(f"BENCH={mode} is not known; there are quick (kernels, one run), timed (kernels with the timing model) and systems "
                     "(no kernels)")
    runs = int(os.environ.get("BENCH_RUNS", "1" if mode == "quick" else "5"))
    only = os.environ.get("BENCH_ONLY", "").split()
    orrery = os.environ.get("ORRERY", "build/orrery")
    native = os.path.join(os.path.dirname(orrery), "roms/bench/native")
    qemu = shutil.which("qemu-system-aarch64")

    print("# What `make bench` prints\n")
    print(f"{datetime.date.today()}, {host_name()}. Medians of {runs}; CPU seconds without start-up (runs of no iterations).")
    if not qemu:
        print("There is no qemu-system-aarch64 here; its columns stay empty.")
    print()
    with tempfile.TemporaryFile() as errors:
        kernels = Kernels(orrery, qemu, native, errors)
        if mode not in ("systems", "timed"):
            print("Without time keeping (`-timing off`), beside QEMU and the host:\n")
        results = kernels.table(runs, only) if mode not in ("systems", "timed") else []
        integer = [mips for kernel, mips, _ in results if kernel.group == "integer"]
        print()
        if integer:
            goal("integer kernels, median (MIPS)", statistics.median(integer), ">=", 600)
            goal("integer kernels, slowest (MIPS)", min(integer), ">=", 600)
        if mode != "systems":
            timed.report(orrery, kernels.all, runs, only, errors, goal)
            print()
        if mode not in ("quick", "timed") and not only:
            Systems(orrery, qemu, errors).report(runs, goal)
    print(f"\n{sum(goals)} of {len(goals)} goals met")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as failure:
        sys.exit(f"bench: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
