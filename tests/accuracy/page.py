# SPDX-License-Identifier: MIT
"""docs/accuracy.md. Every number in it was measured in the run that writes it, or stands in goals.tab."""
import subprocess

from goals import UNITS
from images import CROSS

SECTIONS = (
    ("V2", "Basic operations", "Chains of dependent operations on the values that lmbench's lat_ops uses, in our own assembly, on "
     "`cortex-a53,board=am62x`; in cycles, or in units of an integer addition as published."),
    ("V3a", "Pointer chase", "A ring of pointers through each line of the working set once, in an order without pattern; pages of 4 KB, "
     "on frames drawn at random; up to 1 MB the mean of 50 drawings. Nanoseconds a step on `cortex-a53,board=pi3`."),
    ("V3b", "Random reads", "Each address comes from a random number generator and the byte read before; lines may be read again, so part "
     "of a working set beyond L1 still hits. Nanoseconds beyond the same steps in L1, up to 1 MB for the best of ten places, as the "
     "program reports it, and the mean of five such; \"pair\" reads two bytes at a time."),
    ("V4", "Bandwidth", "8 MB, the second of two passes: `memcpy` by pairs of X registers and `memset` by pairs of Q registers, "
     "64 bytes a turn, as in C libraries."),
    ("V5", "Whole programs", "Both are equivalents in our own code, made from the published descriptions and compiled with -O3; they "
     "are not Dhrystone and CoreMark themselves, whose scores depend on compiler and library too (`tests/accuracy/kernels/README.md`)."),
)


class UnderLinux:
    """Runs by board; a sample of the instruction rows on the bare board and under Linux."""

    def __init__(self, runs, bare_rows, rows):
        self.runs, self.bare_rows, self.rows = runs, bare_rows, rows


def table(head, rows, right=()):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join("-:" if column in right else "-" for column in head) + "|"
    for row in rows:
        yield "| " + " | ".join(row) + " |"
    yield ""


def percent(value, sign="+"):
    return f"{100 * value:{sign}.1f} %"


def summary(verdicts):
    yield "## Goals\n"
    yield from table(("part", "what", "wanted", "measured", ""),
                     [(part, what, wanted, measured, "met" if is_met else "**missed**")
                      for part, what, wanted, measured, is_met in verdicts.all if part in ("V1", "V3", "S1")]
                     + [part_verdict(verdicts, part) for part, _, _ in SECTIONS])


def part_verdict(verdicts, part):
    mine = [verdict for verdict in verdicts.all if verdict[0] == part]
    met = sum(verdict[4] for verdict in mine)
    title = next(title for name, title, _ in SECTIONS if name == part)
    return part, title.lower(), "every number below", f"{met} of {len(mine)}", "met" if met == len(mine) else "**missed**"


def instruction_rows(rows):
    yield "## V1: instruction rows\n"
    yield (f"{len(rows.numbers)} published numbers of {len(rows.rows)} rows (latency in cycles, throughput in instructions a cycle), measured "
           f"on `cortex-a53,board=pi3` and rounded as the published table is. Mean error {percent(rows.mean(), '')}; "
           f"{percent(rows.share(), '')} of the rows have all their numbers within 5 %.\n")
    yield from table(("group", "mechanism", "rows", "mean error", "missed"),
                     [(name, "; ".join(mechanisms), str(len(mine.rows)), percent(mine.mean(), ""), str(len(mine.missed())))
                      for name, mechanisms, mine in rows.groups()], ("rows", "mean error", "missed"))
    missed = rows.missed()
    yield "### Missed\n" if missed else "No number is missed.\n"
    if missed:
        yield from table(("group", "row", "", "measured", "hardware", "error", "why"),
                         [(number.group, number.row, number.kind, f"{number.measured:.2f}", f"{number.hardware:.2f}", percent(number.error),
                           number.why) for number in missed], ("measured", "hardware", "error"))


def section(part, title, words, goals):
    yield f"## {part}: {title.lower()}\n"
    yield words + "\n"
    if part == "V3a":
        yield "![latency by working set](accuracy-latency.svg)\n"
    mine = [goal for goal in goals if goal.part == part]
    yield from table(("", "measured", "hardware", "unit", "error", "within", ""),
                     [(goal.name(), f"{goal.measured:.4g}", goal.published, goal.unit, percent(goal.error), f"{100 * goal.within:g} %",
                       "met" if goal.is_met() else "**missed**") for goal in mine], ("measured", "hardware", "error", "within"))
    sources = dict.fromkeys(goal.source for goal in mine if not goal.source.startswith("as above"))
    yield f"Hardware: {'; '.join(sources)}.\n"


def linux_rows(goals, machine, linux):
    for goal in goals:
        run = linux.runs[goal.board]
        if goal.run not in run.said:
            continue
        value = UNITS[goal.unit](run.said[goal.run], goal.value)
        bare = UNITS[goal.unit](machine.results(goal.board, goal.run), goal.value)
        yield f"{goal.part} {goal.name()}", f"{bare:.4g}", f"{value:.4g}", percent(value / bare - 1), goal.published, goal.unit


def under_linux(goals, machine, linux):
    yield "## Under Linux\n"
    if not linux:
        yield "Not measured: there was no Debian kernel in the cache.\n"
        return
    yield ("The same code as the first process of Debian 12's kernel, with its timer interrupts, page faults and page tables; pages as "
           "the kernel gives them.\n")
    yield from table(("", "bare board", "under Linux", "change", "hardware", "unit"), linux_rows(goals, machine, linux),
                     ("bare board", "under Linux", "change", "hardware"))
    yield f"A sample of {len(linux.rows.rows)} instruction rows:\n"
    yield from table(("row", "", "bare board", "under Linux", "hardware"),
                     [(there.row, there.kind, f"{bare.measured:.2f}", f"{there.measured:.2f}", f"{there.hardware:.2f}")
                      for bare, there in zip(linux.bare_rows.numbers, linux.rows.numbers)], ("bare board", "under Linux", "hardware"))


def lines(verdicts, rows, goals, machine, linux):
    compiler = subprocess.run([CROSS + "gcc", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    met = len(verdicts.all) - len(verdicts.missed())
    yield "# How near to hardware\n"
    yield (f"Written by `make accuracy`, which runs it all again: {met} of {len(verdicts.all)} goals met. Measured inside the guest, on the "
           f"bare board, with MMU and caches on, by the guest's own counters. Kernels compiled by {compiler}. What hardware does was published "
           "by others; `tests/accuracy/goals.tab` has the numbers and their sources. The same image gives the same numbers on every host.\n")
    yield from summary(verdicts)
    yield from instruction_rows(rows)
    for part, title, words in SECTIONS:
        yield from section(part, title, words, goals)
    yield from under_linux(goals, machine, linux)


def write(name, verdicts, rows, goals, machine, linux):
    with open(name, "w") as file:
        file.write("\n".join(lines(verdicts, rows, goals, machine, linux)).rstrip("\n") + "\n")
