#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The kernels of tests/accuracy run to their end on the bare board and as the first process of a Linux, and compute the same
there; the quick part of `make accuracy` meets its goals.

Catches: a kernel that no longer builds, or computes something else on one of the two; loops that an emulator bug makes end early;
a change of the model that moves it away from hardware; a fast mode that differs from the reference mode."""
import os
import re
import subprocess
import sys

import guest
from guest import check

sys.path.insert(0, os.path.join(guest.ROOT, "tests", "accuracy"))
import images  # noqa: E402 (the folder is named above)

KERNELS = "ops+ring,65536+random,65536+random_pair,65536+copy+dhrystone,2000+coremark,3"


def said(text):
    """Names and counts; ticks are left out but for checksums."""
    return re.findall(r"^(\w+_crc \d+|# \w+ \d+|(?!whole_run)\w+(?= \d+ \d+$)|done)", text.replace("\r", ""), re.M)


def quick_goals():
    """Each line `PART met|MISSED what: …` is a check of its own."""
    run = subprocess.run([sys.executable, os.path.join(guest.ROOT, "tests", "accuracy", "accuracy.py")], capture_output=True, text=True,
                         env={**os.environ, "ACCURACY": "quick", "ORRERY": guest.ORRERY}, timeout=guest.PATIENCE)
    verdicts = re.findall(r"^(\w+) +(met|MISSED) +(.*)$", run.stdout, re.M)
    check("the_quick_part_runs", verdicts and run.returncode == any(verdict == "MISSED" for _, verdict, _ in verdicts),
          f"status {run.returncode}: {run.stdout[-300:]!r} {run.stderr[-500:]!r}")
    for part, verdict, what in verdicts:
        check(f"{part}_goal_is_met", verdict == "met", what)


def main():
    folder = guest.scratch()
    board = guest.orrery("-display", "none", "-speed", "max", "-m", "512", "-serial", "stdio", "-kernel", images.board_image(folder),
                         "-append", f"accuracy={KERNELS}")
    check("every_kernel_runs_on_the_board", board.returncode == 0 and said(board.stdout)[-1:] == ["done"],
          f"status {board.returncode}: {board.stdout[-300:]!r} {board.stderr[-300:]!r}")
    check("every_result_took_time", not re.search(r"^\w+ 0 [1-9]\d*$", board.stdout, re.M), board.stdout)
    unknown = guest.orrery("-display", "none", "-speed", "max", "-m", "512", "-serial", "stdio", "-kernel", images.board_image(folder),
                           "-append", "accuracy=nothing")
    check("a_kernel_that_is_not_there_is_told", "no kernel is named" in unknown.stdout, unknown.stdout)
    quick_goals()
    debian = guest.fetched("fetch")
    linux = guest.orrery("-display", "none", "-speed", "max", "-m", "512", "-serial", "stdio", "-kernel", f"{debian}/linux", "-initrd",
                         images.linux_initrd(folder), "-append", f"console=ttyAMA0 quiet accuracy={KERNELS}")
    check("under_linux_they_compute_the_same", said(board.stdout) == said(linux.stdout) != [],
          f"board {said(board.stdout)}, Linux {said(linux.stdout)} {linux.stderr[-300:]!r}")


guest.run(main)
