# SPDX-License-Identifier: MIT
"""From the text of a published instruction row to the loops that measure it.

An operation is a line of instructions with places for registers: {d} destination, {s} source, {d1} the register behind {d} and so
on, {c} the constant register, 28. The published tool, insn_bench_aarch64, makes two loops of it, and so do we. In the latency loop
{d} and {s} are the same register all the time; where an operation has no chain of its own, others close it and their time is
subtracted. In the throughput loop each copy has the next of 24 registers (12 where an operand has only four bits)."""
import re

FULL = {"b": "16b", "h": "8h", "s": "4s", "d": "2d"}
HALF = {"b": "8b", "h": "4h", "s": "2s", "d": "1d"}
WIDER = {"b": "h", "h": "s", "s": "d"}
NARROWER = {"h": "b", "s": "h", "d": "s"}
LAST = {"b": 15, "h": 7, "s": 3, "d": 1}

CHAIN_COPIES, STREAM_COPIES, REGISTERS = 144, 960, 24


class Loop:
    """`copies` of an operation in a row, round and round: copy i has the register i * step, of `span`, until they come round."""

    def __init__(self, operation, copies, around=1, step=1, span=REGISTERS, behind=0, seed="ones", init="", clear="", body=1):
        self.operation, self.copies, self.around, self.step, self.span = operation, copies, around, step, span
        self.behind = behind                              # {d} is so many registers behind {s}
        self.seed = seed                                  # what registers and memory hold: SEEDS of rows.py
        self.init, self.clear = init, clear               # instructions before the loop, and at its head
        self.body = body                                  # measured things in a copy

    def key(self):
        return tuple(vars(self).values())

    def instructions(self):
        """The copies until the registers come round, and how often those are repeated."""
        lines = []
        for copy in range(self.around):
            s = copy * self.step % self.span
            d = (s + self.behind) % self.span
            names = {"s": s, "d": d, "c": 28}
            for k in range(1, 4):
                names[f"d{k}"], names[f"s{k}"] = (d + k) % self.span, (s + k) % self.span
                names[f"next_d{k}"], names[f"next_s{k}"] = d + k, s + k    # of a list, which does not come round
            lines += [line.strip() for line in self.operation.format(**names).split(";")]
        return lines, self.copies // self.around


class Number:
    """A latency (cycles of an operation less others) or a throughput (the best of some loops)."""

    def __init__(self, kind, loops, less=()):
        self.kind, self.loops, self.less = kind, loops, less   # less: (factor, Loop) each

    def all_loops(self):
        return self.loops + [loop for _, loop in self.less]

    def value(self, cycles):
        """`cycles` gives those of one thing measured by a loop."""
        if self.kind == "latency":
            return min(map(cycles, self.loops)) - sum(factor * cycles(loop) for factor, loop in self.less)
        return max(1 / cycles(loop) for loop in self.loops)


def chain(operation, collect="", less=(), **options):
    both = f"{operation}; {collect}" if collect else operation
    return Number("latency", [Loop(both, CHAIN_COPIES, **options)], less)


def stream(operation, registers=REGISTERS, step=1, **options):
    length = operation.count(";") + 1
    around = registers // step
    copies = STREAM_COPIES // length // around * around
    return Number("throughput", [Loop(operation, copies, around, step, registers, **options)])


def both(operation, collect="", less=(), registers=REGISTERS, step=1, **options):
    return [chain(operation, collect, less, **options), stream(operation, registers, step, **options)]


def single(operation, **options):
    return Loop(operation, CHAIN_COPIES, **options)


ADD = (1, single("add x{d}, x{d}, x{s}"))
ADC = (1, single("adc x{d}, x{d}, x{s}", seed="zeros"))
MOVES = (0.5, single("mov v{d}.d[0], x{s}; mov x{d}, v{d}.d[0]"))
FCSEL = (1, single("fcsel d{d}, d{d}, d{s}, eq"))

# ---- integer ----

SHIFTS = {"<<": "lsl", ">>": "lsr"}


def shifted(qualifier):
    """(reg), (reg<<2), (reg>>17; signed), (reg>>17; rotate)"""
    found = re.fullmatch(r"reg(?:(<<|>>)(\d+)(?:; (signed|rotate))?)?", qualifier)
    if not found:
        return None
    if not found[1]:
        return ""
    return f", {dict(signed='asr', rotate='ror').get(found[3], SHIFTS[found[1]])} #{found[2]}"


def integer_arithmetic(name, qualifier):
    seed = "zeros"
    flags = name in ("adds", "subs", "negs", "ngcs", "ands", "bics")
    collect, less = ("adc x{d}, x{d}, x{s}", [ADC]) if flags and not name.startswith(("and", "bic")) else ("", ())
    if name in ("adr", "adrp"):
        return [stream(f"{name} x{{d}}, .", seed=seed)]
    if not qualifier and name == "sub":
        return [stream("sub x{d}, x{d}, x{s}", seed=seed)]
    if name in ("ngc", "ngcs"):
        return both(f"{name} x{{d}}, x{{s}}", collect, less, seed=seed)
    if name in ("adc", "adcs", "sbc", "sbcs"):
        return both(f"{name} x{{d}}, x{{d}}, x{{s}}", seed=seed)
    shift = shifted(qualifier)
    if shift is not None:
        operands = "x{d}, x{s}" if name in ("neg", "negs", "mvn") else "x{d}, x{d}, x{s}"
        return both(f"{name} {operands}{shift}", collect, less, seed=seed)
    immediate = {"imm": "#1", "imm<<12": "#1, lsl #12", "mask imm": "#0x1ffc"}[qualifier]
    return both(f"{name} x{{d}}, x{{s}}, {immediate}", collect, less, seed=seed)


MULTIPLIES = {"mul": "x{d}, x{d}, x{s}", "mneg": "x{d}, x{d}, x{s}", "madd": "x{d}, x{s}, x{s}, x{d}", "msub": "x{d}, x{s}, x{s}, x{d}"}


def multiply(name, _):
    if name in MULTIPLIES:
        operands = MULTIPLIES[name]
    elif name.endswith("h"):
        operands = "x{d}, x{d}, x{s}"
    elif name.endswith(("addl", "subl")):
        operands = "x{d}, w{s}, w{s}, x{d}"
    else:
        operands = "x{d}, w{d}, w{s}"
    return both(f"{name} {operands}")


def divide(name, _):
    return both(f"{name} x{{d}}, x{{d}}, x{{s}}")


# BFC is BFI of the zero register.
BIT_FIELDS = {"bfc": "x{d}, xzr, #2, #7", "bfi": "x{d}, x{s}, #2, #7", "bfm": "x{d}, x{s}, #3, #9", "bfxil": "x{d}, x{s}, #2, #7",
              "sbfm": "x{d}, x{s}, #3, #9", "sbfx": "x{d}, x{s}, #2, #7", "sbfiz": "x{d}, x{s}, #2, #7", "ubfm": "x{d}, x{s}, #3, #9",
              "ubfx": "x{d}, x{s}, #2, #7", "ubfiz": "x{d}, x{s}, #2, #7"}


def bit_manipulation(name, qualifier):
    if name in BIT_FIELDS:
        return both(f"{'bfi' if name == 'bfc' else name} {BIT_FIELDS[name]}")
    if name == "extr":
        return both("extr x{d}, x{d}, x{s}, #" + qualifier.rpartition(">>")[2])
    if name in ("lsl", "lsr", "asr", "ror") and qualifier.startswith("imm"):
        return both(f"{name} x{{d}}, x{{s}}, #2")
    if name in ("lsl", "lsr", "asr", "ror"):
        return both(f"{name} x{{d}}, x{{d}}, x{{s}}")
    if name in ("rbit", "rev", "rev16", "rev32", "clz", "cls"):
        return both(f"{name} x{{d}}, x{{s}}")
    return integer_arithmetic(name, qualifier)


def extend(name, _):
    """UXTB and UXTH are of 32 bits."""
    return both(f"{name} w{{d}}, w{{s}}" if name.startswith("u") else f"{name} x{{d}}, w{{s}}")


def conditional(name, qualifier):
    if name in ("cset", "csetm"):
        return [stream(f"{name} x{{s}}, {qualifier}")]
    operands = "x{d}, x{s}" if name in ("cinc", "cinv", "cneg") else "x{d}, x{d}, x{s}"
    return both(f"{name} {operands}, {qualifier}")


def swept(operation, collect, less):
    """Throughput of what sets flags: behind an ADDS, once to eight times; 2880 copies, more than the L1 cache holds."""
    loops = [Loop("adds x{s}, x{s}, x{c}" + f"; {operation}" * times, 2880, REGISTERS, body=times) for times in range(1, 9)]
    return [Number("latency", [single(collect)], less), Number("throughput", loops)]


def compare(name, qualifier):
    first, _, condition = qualifier.partition("; ")
    operand = {"reg": "x{c}", "imm": "#17", "reg<<2": "x{c}"}[first]
    if name == "tst":
        operand = {"reg": "x{s}", "imm": "#0x1ffc", "reg<<2": "x{s}, lsl #2"}[first]
        operation = f"tst x{{s}}, {operand}"
    else:
        operation = f"{name} x{{s}}, {operand}, #15, {condition}"
    return swept(operation, f"adcs x{{s}}, x{{s}}, x{{c}}; {operation}", [(1, single("adcs x{d}, x{d}, x{s}"))])


def move(name, qualifier):
    if name == "nop":
        return [stream("nop")]
    if name == "mov" and qualifier.startswith("x -> x"):
        if "chain" in qualifier:
            return [Number("throughput", [single("mov x{d}, x{s}")])]
        return [stream("mov x{d}, x{c}")]
    if name == "mov" and qualifier.startswith("v.b"):
        return both("mov v{d}.16b, v{s}.16b")
    if "idiom" in qualifier:
        if name.endswith(".b"):
            return both(f"{name[:-2]} v{{d}}.16b, v{{s}}.16b, v{{s}}.16b")
        return both(f"{name} x{{d}}, x{{s}}, x{{s}}")
    if qualifier.startswith("mask"):
        return [stream("mov x{d}, #0x1ffffffffffc")]
    value, _, shift = qualifier.replace("imm; ", "").partition("<<")
    mnemonic = {"mov / movz": "movz", "mov / movn": "movn", "movk": "movk"}[name]
    return [stream(f"{mnemonic} x{{d}}, #{value}" + (f", lsl #{shift}" if shift else ""))]


def checksum(name, _):
    found = re.fullmatch(r"crc32(c?)([bhwx])", name)
    return found and both(f"{name} w{{d}}, w{{d}}, {'x' if found[2] == 'x' else 'w'}{{s}}")


# ---- loads and stores ----

SIZES = {"ldrb": "w", "ldrh": "w", "ldrsb": "w", "ldrsh": "w", "ldrsw": "x", "ldr": "x",
         "ldurb": "w", "ldurh": "w", "ldursb": "w", "ldursh": "w", "ldursw": "x", "ldur": "x"}


def chase(operation, less=(), registers=REGISTERS, step=2, **options):
    """Each load's address comes from the one before, through one register after the other."""
    loop = Loop(operation, 120, REGISTERS, behind=1, **options)
    return [Number("latency", [loop], less), stream(operation, registers, step, **options)]


def at_seed(qualifier, seed):
    """… with an address as the row's text says."""
    return seed + ("-unaligned" if "unaligned" in qualifier else "-cross-line" if "cross-cache" in qualifier else
                   "-cross-page" if "cross-page" in qualifier else "")


def load(name, qualifier):
    if name == "ldnp":
        loops = [Loop("ldnp x{s}, x{s1}, [x{s}]", STREAM_COPIES, REGISTERS, seed="pointers"),
                 repeated("ldnp x{s}, x{s1}, [x{s}]", 4, 7, 4, seed="pointers")]
        return [Number("throughput", loops)]
    if name in ("ldp", "ldpsw"):
        return load_pair(name, qualifier)
    if "literal" in qualifier:
        return [stream(f"{name} x{{d}}, .", seed="pointers")]
    size, offset = SIZES[name], re.search(r"ofs = (\d+)", qualifier)
    if qualifier.startswith("reg"):
        shift = ", lsl #3" if "<<3" in qualifier else ""
        return both(f"{name} {size}{{d}}, [x{{c}}, x{{s}}{shift}]", seed=at_seed(qualifier, "indexed"))
    at = int(offset[1])
    if "ptr fwd" in qualifier:
        address = f"[x{{s}}], #{at}" if "post" in qualifier else f"[x{{s}}, #{at}]!"
        adjust = "; ".join(["sub x{s}, x{s}, #2"] * 8)
        return [Number("latency", [Loop(f"ldr x28, {address}; {adjust}", CHAIN_COPIES, seed="pointers")],
                       [(1, single(adjust))])]
    if "pre" in qualifier or "post" in qualifier:
        address = f"[x{{s}}, #{at}]!" if "pre" in qualifier else f"[x{{s}}], #{at}"
        operation = f"ldr x{{s1}}, {address}"
        numbers = [Number("latency", [Loop(operation, 120, REGISTERS, seed="pointers")])]
        return numbers + ([stream(operation, 24, 3, seed="pointers")] if not at else [])
    if name in ("ldr", "ldur"):
        operation, seed = f"{name} x{{d}}, [x{{s}}, #{at}]", at_seed(qualifier, "pointers")
        return both(operation, seed=seed) if name == "ldur" else chase(operation, seed=seed)
    operation, seed = f"{name} {size}{{d}}, [x{{s}}, #{at}]; add x{{d}}, x{{d}}, x{{c}}", at_seed(qualifier, "zero-memory")
    if name.startswith("ldu"):
        return both(operation, "", [ADD], seed=seed)
    return chase(operation, [ADD], seed=seed)


def repeated(operation, registers, groups, times, **options):
    """Some registers in turn, a few times over, then the next: the tool's other pattern. Written out as one long copy."""
    parts = []
    for group in range(groups):
        for _ in range(times):
            for k in range(registers):
                s = group * registers + k
                following = (s + 1) % (registers * groups)
                parts.append(operation.format(s=s, s1=following))
    return Loop("; ".join(parts), STREAM_COPIES // len(parts), body=len(parts), **options)


def load_pair(name, qualifier):
    first, words = "1st elem" in qualifier, name == "ldpsw" or qualifier.startswith("w")
    size = "w" if name == "ldp" and words else "x"
    pair = f"{size}{{d1}}, {size}{{d}}" if first else f"{size}{{d}}, {size}{{d1}}"
    if not words:
        seed = at_seed(qualifier, "pointers")
        operation = f"ldp {pair}, [x{{s}}]"
        # {d} of one copy, in this loop, is {d1} of the one before: the element that the row names.
        latency = Loop(f"ldp {'x{s}, x{s1}' if first else 'x{s1}, x{s}'}, [x{{s}}]", CHAIN_COPIES, seed=seed)
        return [Number("latency", [latency]), stream(operation, 24, 2, seed=seed)]
    seed = at_seed(qualifier, "indexed")
    latency = Loop(f"add x{{s}}, x{{s}}, x{{c}}; {name} " + (f"{size}{{s}}, {size}{{s1}}" if first else f"{size}{{s1}}, {size}{{s}}") +
                   ", [x{s}]", CHAIN_COPIES, seed=seed)
    return [Number("latency", [latency], [ADD]), stream(f"add x{{s}}, x{{s}}, x{{c}}; {name} {pair}, [x{{s}}]", 24, 2, seed=seed)]


def store(name, qualifier):
    seed = at_seed(qualifier, "pointers")
    if name == "stp":
        return [stream("stp x{d1}, x{d}, [x{s}]", 24, 2, seed=seed)]
    if qualifier.startswith("reg"):
        size = "x" if name == "str" else "w"
        shift = ", lsl #3" if "<<3" in qualifier else ""
        return [stream(f"{name} {size}{{s}}, [x{{s}}, x{{c}}{shift}]", seed="no-index")]
    at = int(re.search(r"ofs = (\d+)", qualifier)[1])
    size = "w" if name[-1] in "bh" else "x"
    if "pre" in qualifier or "post" in qualifier:
        address = f"[x{{s}}, #{at}]!" if "pre" in qualifier else f"[x{{s}}], #{at}"
        back = f"; sub x{{s}}, x{{s}}, #{at}" if at else ""
        return [stream(f"str x{{s1}}, {address}{back}", 24, 2, seed=seed)]
    return [stream(f"{name} {size}{{s}}, [x{{s}}, #{at}]", seed=seed)]


STORE_TO_LOAD = {
    "str -> ldr (ofs = 0 -> ofs = 0)": "str x{s}, [x{c}]; ldr x{d}, [x{c}]",
    "str -> ldur (ofs = 0 -> ofs = 1)": "str x{s}, [x{c}]; ldur x{d}, [x{c}, #1]",
    "stur -> ldr (ofs = 1 -> ofs = 1)": "stur x{s}, [x{c}, #1]; ldr x{d}, [x{c}]",      # as the tool has it
    "stur -> ldur (ofs = 1 -> ofs = 1)": "stur x{s}, [x{c}, #1]; ldur x{d}, [x{c}, #1]",
    "stur -> ldur (cross-cache -> aligned)": "stur x{s}, [x{c}, #63]; ldr x{d}, [x{c}, #64]",
    "stur -> ldur (aligned -> cross-cache)": "str x{s}, [x{c}, #64]; ldur x{d}, [x{c}, #63]",
    "stur -> ldur (cross-cache -> cross-cache)": "stur x{s}, [x{c}, #62]; ldur x{d}, [x{c}, #63]",
    "stp -> ldp (ofs = 0 -> ofs = 0)": "stp x{d}, x{d1}, [x{c}]; ldp x{d}, x{d1}, [x{c}]",
    "stp -> ldp (ofs = 0 -> ofs = 0; swap)": "stp x{d}, x{d1}, [x{c}]; ldp x{d1}, x{d}, [x{c}]",
    "stp -> ldp (ofs = 0 -> ofs = 8)": "stp x{d1}, x{d}, [x{c}]; ldp x{d1}, x{d}, [x{c}, #8]",
    "stp -> ldp (ofs = 8 -> ofs = 0)": "stp x{d1}, x{d}, [x{c}, #8]; ldp x{d1}, x{d}, [x{c}]",
}


def store_to_load(text, _):
    operation = STORE_TO_LOAD.get(text)
    return operation and both(operation, seed="pointers", registers=24, step=2 if "stp" in text else 1)


def registers_of(first, count, size, lanes=FULL):
    names = [f"v{{{f'next_{first}{k}' if k else first}}}.{lanes[size] if lanes else size}" for k in range(count)]
    return "{" * 2 + ", ".join(names) + "}" * 2


def vector_store_to_load(text, _):
    """What is stored begins at {s}; what is loaded closes the chain."""
    text = re.sub(r" +", " ", text)
    options = {"seed": "pointers"}
    found = re.fullmatch(r"str\.q -> ldr\.q \(ofs = (\d) -> ofs = (\d)\)", text)
    if found:
        return both(f"stur q{{s}}, [x{{c}}, #{found[1]}]; ldur q{{s}}, [x{{c}}, #{found[2]}]", **options)
    found = re.fullmatch(r"stp\.([sdq]) -> ldr\.q \((?:ofs = 0|ofs = (\d+) -> (1st|2nd) reg|(false) dep\. .*)\)", text)
    if found:
        target = "s1" if found[3] == "2nd" or found[4] else "s"
        at = 16 if found[3] == "2nd" else 0
        return both(f"stp {found[1]}{{s}}, {found[1]}{{s1}}, [x{{c}}]; ldr q{{{target}}}, [x{{c}}, #{at}]", **options)
    found = re.fullmatch(r"st([1-4])\.([bhsd]) \(single\) -> ldr\.q \(ofs = 0\)", text)
    if found:
        count, size = int(found[1]), found[2]
        return both(f"st{count} {registers_of('s', count, size, None)}[{LAST[size]}], [x{{c}}]; ldr q{{s}}, [x{{c}}]", step=count, **options)
    found = re.fullmatch(r"st1\.b \(multi; ([1-4]) regs?\) -> ldr\.q \((.*)\)", text)
    if found:
        count, to = int(found[1]), found[2]
        seed = "pointers-unaligned" if "unaligned" in to else "pointers"
        if "cross-cache" in to:
            seed = "pointers-cross-line"
        last = re.fullmatch(r"[1-4](?:st|nd|rd|th) reg", to)
        if last or "unaligned" in to:
            target, at = f"s{count - 1 or ''}", 0 if "unaligned" in to else 16 * (count - 1)
        else:
            target, at = "s", 16 * (count - 1)
        operation = f"st1 {registers_of('s', count, 'b')}, [x{{c}}]; ldr q{{{target}}}, [x{{c}}, #{at}]"
        return both(operation, step=count, seed=seed)
    found = re.fullmatch(r"st([2-4])\.([bhsd]) \(multi\) -> ldr\.q \(ofs = (\d+)\)", text)
    if found:
        count = int(found[1])
        return both(f"st{count} {registers_of('s', count, found[2])}, [x{{c}}]; ldr q{{s}}, [x{{c}}, #{found[3]}]", step=count, **options)
    return None


# The chain of a vector load runs through an addition, a move and another addition. The tool takes off what it thinks they last.
def forwarding(vector, lane=0):
    return f"add v{{{vector}}}.2d, v{{{vector}}}.2d, v28.2d; mov x{{s}}, v{{{vector}}}.d[{lane}]; add x{{s}}, x{{s}}, x{{c}}"


class Forwarded(Number):
    """… namely the whole cycles nearest to a loop with FMOV for the load, less half of one without the addition."""
    ALL = Loop("fmov d{d}, x{s}; " + forwarding("d"), CHAIN_COPIES, seed="zero-memory")
    MOVES = Loop("fmov d{d}, x0; mov x{d}, v{d}.d[0]; add x{d}, x{d}, x{c}", CHAIN_COPIES, seed="zero-memory")

    def __init__(self, operation, seed, vector="d", lane=0):
        super().__init__("latency", [Loop(operation + "; " + forwarding(vector, lane), CHAIN_COPIES, seed=seed)])

    def all_loops(self):
        return self.loops + [self.ALL, self.MOVES]

    def value(self, cycles):
        return cycles(self.loops[0]) - int(cycles(self.ALL) - cycles(self.MOVES) / 2 + 0.5)


def vector_load(name, qualifier):
    seed = at_seed(qualifier, "zero-memory")

    def loaded(operation, step=1, vector="d", lane=0):
        return [Forwarded(operation, seed, vector, lane), stream(operation, 24, step, seed=seed)]

    found = re.fullmatch(r"ld(u?)r\.([bhsdq])", name)
    if found:
        at = re.search(r"ofs = (\d+)", qualifier)[1]
        return loaded(f"{name[:-2]} {found[2]}{{d}}, [x{{s}}, #{at}]")
    if name == "ldp.q":
        first = "1st" in qualifier
        pair = "q{d1}, q{d}" if first else "q{d}, q{d1}"
        return loaded(f"ldp {pair}, [x{{s}}]", 2, "d1")
    if name == "ldnp.q":
        return [stream("ldnp q{d}, q{d1}, [x{s}]", seed=seed)]
    found = re.fullmatch(r"ld([1-4])\.([bhsd])", name)
    if found and qualifier.startswith("multi"):
        count = int(qualifier[7]) if ";" in qualifier else int(found[1])
        vector = f"d{count - 1 or ''}" if found[1] == "1" else "d"
        return loaded(f"ld{found[1]} {registers_of('d', count, found[2])}, [x{{s}}]", count, vector)
    if found:
        count, size = int(found[1]), found[2]
        return loaded(f"ld{count} {registers_of('d', count, size, None)}[{LAST[size]}], [x{{s}}]", count,
                      f"d{count - 1 or ''}", 1)
    found = re.fullmatch(r"ld([1-4])r\.([bhsd])", name)
    return found and loaded(f"ld{found[1]}r {registers_of('d', int(found[1]), found[2])}, [x{{s}}]", int(found[1]))


def vector_store(name, qualifier):
    # The rows called unaligned here have no unaligned address in the tool.
    options = {"seed": "pointers"}
    found = re.fullmatch(r"st(u?)r\.q", name)
    if found:
        at = int(re.search(r"ofs = (\d+)", qualifier)[1])
        back = f"; sub x{{s}}, x{{s}}, #{at}" if at else ""
        if "pre" in qualifier:
            return [stream(f"str q{{d}}, [x{{s}}, #{at}]!{back}", **options)]
        if "post" in qualifier:
            return [stream(f"str q{{d}}, [x{{s}}], #{at}{back}", **options)]
        return [stream(f"{name[:-2]} q{{d}}, [x{{s}}, #{at}]", **options)]
    if name == "stp.q":
        return [stream("stp q{d1}, q{d}, [x{s}]", **options)]
    found = re.fullmatch(r"st([1-4])\.([bhsd])", name)
    count, size = int(found[1]), found[2]
    if qualifier == "multi":
        return [stream(f"st{count} {registers_of('d', count, size)}, [x{{s}}]", **options)]
    return [stream(f"st{count} {registers_of('d', count, size, None)}[{LAST[size]}], [x{{s}}]", **options)]


# ---- branches ----

def branches(text, _):
    """The tool counts two operations for a copy, which has two branches."""
    options = {"seed": "branches"}
    adds = "".join("; add x0, x0, x1" for _ in range(adds_in(text)))

    def twice(operation, lead=""):
        return both_branches(f"{lead}{operation}{adds}", options)

    if text.startswith(("b (pc+4) //", "b (pc+4)")):
        return both_branches(adds[2:] + ("; " if adds else "") + "b 1f; 1:", options)
    if text.startswith("b (pc+8)"):
        return both_branches("b 1f; nop; 1:", options)
    if text.startswith("adr -> br"):
        chain_adds = "; add x1, x1, x2"
        count = adds_in(text)
        before, between = ("add x1, x1, x2; " if count > 1 else ""), chain_adds if count else ""
        return both_branches(f"{before}adr x0, 1f{between}; br x0; 1:", options)
    found = re.match(r"bl(r?)-ret", text)
    if found:
        body = "add x1, x1, x28; " * adds_in(text)
        init = f"adr x0, 2f; b 3f; .balign 128; 2:; {body}ret; .balign 128; 3:"
        return both_branches("blr x0" if found[1] else "bl 2b", {"seed": "branches", "init": init})
    found = re.match(r"(cbn?z|tbn?z) \(pc\+4; (not taken|taken)\)(.*)", text)
    if found:
        taken_if_zero = found[1] in ("cbz", "tbz")
        register = "x27" if taken_if_zero == (found[2] == "taken") else "x28"
        bit = "#1, " if found[1].startswith("t") else ""
        then = "; b 1f; 1:" if "// b" in found[3] else ""
        return twice(f"{found[1]} {register}, {bit}1f; 1:{then}")
    found = re.match(r"adds -> b\.eq \(pc\+4; (not taken|taken)\)", text)
    if found:
        register = "x28" if found[1] == "not taken" else "x0"
        return twice(f"adds {register}, {register}, x1; b.eq 1f; 1:")
    found = re.match(r"fcmp -> b\.(eq|ne) \(pc\+4; (not taken|taken)\)", text)
    if found:
        return twice(f"fcmp d0, d0; b.{found[1]} 1f; 1:")
    return unpredictable(text)


def adds_in(text):
    found = re.search(r"// add( x (\d))?", text)
    return 0 if not found else int(found[2] or 1)


def both_branches(operation, options):
    """Latency and throughput have the same loop."""
    loop = Loop(f"{operation}; {operation}", CHAIN_COPIES, body=2, **options)
    return [Number("latency", [loop]), Number("throughput", [loop])]


def unpredictable(text):
    """64 branches on random bits. 144 copies are more code than the L1 cache holds."""
    found = re.match(r"(?:and -> )?(cbn?z|tbn?z) \(pc\+4; full random\)", text)
    if not found:
        return None
    name, adds = found[1], "".join("; add x18, x18, x19" for _ in range(adds_in(text)))
    parts = ["ldr x17, [x16, #0]!"]
    for _ in range(4):
        for bit in range(16):
            if name.startswith("c"):
                parts.append(f"and x{bit}, x17, #{1 << bit}; {name} x{bit}, 1f; 1:{adds}")
            else:
                parts.append(f"{name} x17, #{bit}, 1f; 1:{adds}")
        parts.append("lsr x17, x17, #16")
    loop = Loop("; ".join(parts), CHAIN_COPIES, body=64, seed="random", clear="add x28, x28, #2; mov x16, x28")
    return [Number("latency", [loop]), Number("throughput", [loop])]


# ---- SIMD and floating point ----

TWO_OPERANDS = set("""abs neg sqabs sqneg cls clz cnt rbit rev16 rev32 rev64 not mvn suqadd usqadd fabs fneg fsqrt frecpe frecpx
    frsqrte urecpe ursqrte frinta frinti frintm frintn frintp frintx frintz scvtf ucvtf fcvtas fcvtau fcvtns fcvtnu fcvtps fcvtpu
    fcvtms fcvtmu fcvtzs fcvtzu""".split())
LONG = set("""saddl uaddl ssubl usubl sabdl uabdl smull umull smlal umlal smlsl umlsl sqdmull sqdmlal sqdmlsl sabal uabal
    pmull""".split())
WIDE = set("saddw uaddw ssubw usubw".split())
HIGH_NARROW = set("addhn subhn raddhn rsubhn".split())
NARROW = set("xtn sqxtn uqxtn sqxtun".split())
SHIFT_NARROW = set("shrn rshrn sqshrn uqshrn sqrshrn uqrshrn sqshrun sqrshrun".split())
PAIRWISE_LONG = set("saddlp uaddlp sadalp uadalp".split())
ACROSS = set("addv smaxv umaxv sminv uminv fmaxv fminv fmaxnmv fminnmv".split())
ACROSS_LONG = set("saddlv uaddlv".split())
SHIFT_LONG = set("sshll ushll".split())
SHIFT_IMMEDIATE = set("""shl sli sri sshr ushr srshr urshr ssra usra srsra ursra sqshlu""".split())
EXTEND_LONG = set("sxtl uxtl".split())
PAIR_SCALAR = set("faddp fmaxp fminp fmaxnmp fminnmp".split())
FUSED = set("fmadd fmsub fnmadd fnmsub".split())


def simd(text, qualifier):
    name, _, size = text.partition(".")
    if qualifier.startswith("scl"):
        return scalar_simd(name, size, qualifier)
    upper = name.endswith("2")
    base = name[:-1] if upper and name[:-1] in LONG | WIDE | HIGH_NARROW | NARROW | SHIFT_NARROW | SHIFT_LONG | EXTEND_LONG | {"shll"} else name
    lanes = FULL if base != name else HALF
    full = FULL[size]
    immediate = re.search(r"(?:<<|>>)(\d+)", qualifier)
    amount = f"#{immediate[1]}" if immediate else ""
    forwarded = "acc. fwd" in qualifier
    element = re.search(r"\[(\d+)\]", qualifier) if qualifier.startswith("elem") else None

    def made(operands, **options):
        if forwarded:
            return [chain(f"{name} {operands}", **options)]
        return both(f"{name} {operands}", **options)

    if base in LONG:
        wide, narrow = FULL[WIDER[size]], lanes[size]
        first = "28" if forwarded else "{d}"
        second = "28" if forwarded else "{s}"
        if element:
            return made(f"v{{d}}.{wide}, v{{d}}.{narrow}, v{{s}}.{size}[{element[1]}]", registers=12)
        return made(f"v{{d}}.{wide}, v{first}.{narrow}, v{second}.{narrow}")
    if element:
        return made(f"v{{d}}.{full}, v{{d}}.{full}, v{{s}}.{size}[{element[1]}]", registers=12)
    if base in WIDE:
        return made(f"v{{d}}.{full}, v{{d}}.{full}, v{{s}}.{lanes[NARROWER[size]]}")
    if base in HIGH_NARROW:
        return made(f"v{{d}}.{lanes[NARROWER[size]]}, v{{d}}.{full}, v{{s}}.{full}")
    if base in NARROW:
        return made(f"v{{d}}.{lanes[NARROWER[size]]}, v{{s}}.{full}")
    if base in SHIFT_NARROW:
        return made(f"v{{d}}.{lanes[NARROWER[size]]}, v{{s}}.{full}, {amount}")
    if base in SHIFT_LONG or base == "shll":
        return made(f"v{{d}}.{FULL[WIDER[size]]}, v{{s}}.{lanes[size]}, {amount}")
    if base in EXTEND_LONG:
        return made(f"v{{d}}.{FULL[WIDER[size]]}, v{{s}}.{lanes[size]}")
    if name in PAIRWISE_LONG:
        return made(f"v{{d}}.{FULL[WIDER[size]]}, v{{s}}.{full}")
    if name in ACROSS_LONG:
        return made(f"{WIDER[size]}{{d}}, v{{s}}.{full}")
    if name in ACROSS:
        return made(f"{size}{{d}}, v{{s}}.{full}")
    if name in SHIFT_IMMEDIATE or (name in ("sqshl", "uqshl") and qualifier.startswith("imm")):
        return made(f"v{{d}}.{full}, v{{s}}.{full}, {amount}")
    if name in ("scvtf", "ucvtf") and immediate:
        return made(f"v{{d}}.{full}, v{{s}}.{full}, {amount}")
    if name in ("bic", "orr") and qualifier.startswith("imm"):
        return made(f"v{{d}}.{full}, #0x11" + (f", lsl {amount}" if immediate else ""))
    if "zero" in qualifier:
        return made(f"v{{d}}.{full}, v{{s}}.{full}, #0" + (".0" if name.startswith("f") else ""))
    if name in TWO_OPERANDS:
        return made(f"v{{d}}.{full}, v{{s}}.{full}")
    if name == "ext":
        return made(f"v{{d}}.{full}, v{{d}}.{full}, v{{s}}.{full}, {amount}")
    factors = f"v28.{full}, v28.{full}" if forwarded else f"v{{d}}.{full}, v{{s}}.{full}"
    return made(f"v{{d}}.{full}, {factors}")


def scalar_simd(name, size, qualifier):
    if name in ("scvtf", "ucvtf") and ("int" in qualifier or ">>" in qualifier):
        source = "x" if size == "d" else "w"
        fraction = ", #2" if ">>" in qualifier else ""
        return both(f"{name} {size}{{d}}, {source}{{s}}{fraction}", f"mov {source}{{d}}, v{{d}}.{size}[0]", [MOVES])
    if "-> reg" in qualifier:
        return both(f"{name} x{{d}}, {size}{{s}}", "mov v{d}.d[0], x{d}", [MOVES])
    if name in PAIR_SCALAR:
        return both(f"{name} {size}{{d}}, v{{s}}.{HALF[size] if size == 's' else FULL[size]}")
    if name in NARROW:
        return both(f"{name} {NARROWER[size]}{{d}}, {size}{{s}}")
    if "zero" in qualifier:
        return both(f"{name} {size}{{d}}, {size}{{s}}, #0.0")
    if name in TWO_OPERANDS:
        return both(f"{name} {size}{{d}}, {size}{{s}}")
    return both(f"{name} {size}{{d}}, {size}{{d}}, {size}{{s}}")


def fused(text, qualifier):
    name, _, size = text.partition(".")
    if name not in FUSED:
        return simd(text, qualifier)
    if qualifier.startswith("acc"):
        return [chain(f"{name} {size}{{d}}, {size}28, {size}28, {size}{{d}}")]
    return both(f"{name} {size}{{d}}, {size}{{d}}, {size}{{d}}, {size}{{s}}")


def fp_compare(text, qualifier):
    name, _, size = text.partition(".")
    if name in ("fcmp", "fcmpe"):
        operand = "#0.0" if qualifier == "zero" else f"{size}{{s}}"
        return both(f"{name} {size}{{s}}, {operand}", f"fcsel {size}{{d}}, {size}{{d}}, {size}{{s}}, eq", [FCSEL])
    if name in ("fccmp", "fccmpe"):
        operation = f"{name} {size}{{s}}, {size}{{s}}, #15, {qualifier}"
        return swept(operation, f"{operation}; fcsel {size}{{d}}, {size}{{d}}, {size}{{s}}, eq", [FCSEL])
    return simd(text, qualifier)


def fp_select(text, qualifier):
    size = text[-1]
    return both(f"fcsel {size}{{d}}, {size}{{d}}, {size}{{s}}, {qualifier}")


def fp_convert(text, qualifier):
    name = text.partition(".")[0]
    found = re.fullmatch(r"([hsd]) -> ([hsd])", qualifier)
    if found and name == "fcvt":
        return both(f"fcvt {found[2]}{{d}}, {found[1]}{{s}}")
    if found or name.startswith("fcvtxn"):
        small, large = (found[1], found[2]) if found and name.startswith("fcvtl") else (found[2], found[1]) if found else ("s", "d")
        lanes = FULL if name.endswith("2") else HALF
        if name.startswith("fcvtl"):
            return both(f"{name} v{{d}}.{FULL[large]}, v{{s}}.{lanes[small]}")
        return both(f"{name} v{{d}}.{lanes[small]}, v{{s}}.{FULL[large]}")
    return simd(text, qualifier)


def permute(text, qualifier):
    if not text.startswith("tb"):
        return simd(text, qualifier)
    length = int(qualifier[-1])
    table = ", ".join(f"v{24 + k}.16b" for k in range(length))
    return both(f"{text} v{{d}}.16b, {{{{{table}}}}}, v{{s}}.16b", registers=12)


def element_move(text, qualifier):
    name, _, size = text.partition(".")
    if "<->" in qualifier:
        lane = int(re.search(r"\[(\d+)\]", qualifier)[1])
        if name == "fmov":
            there, back = "fmov d{d}, x{s}", "fmov x{d}, d{d}"
        else:
            general = "x" if size == "d" else "w"
            there = f"mov v{{d}}.{size}[{lane}], {general}{{s}}"
            to = "x" if qualifier.endswith("x") else "w"
            back = f"{'umov' if name == 'mov' else name} {to}{{d}}, v{{d}}.{size}[{lane}]"
        return [chain(f"{there}; {back}")]
    if name == "dup" and qualifier.startswith("vec"):
        return both(f"dup v{{d}}.{FULL[size]}, v{{s}}.{size}[{qualifier.rpartition(' ')[2]}]")
    if name == "dup":
        general = "x" if size == "d" else "w"
        return both(f"dup v{{d}}.{FULL[size]}, {general}{{s}}", f"mov {general}{{d}}, v{{d}}.{'d' if size == 'd' else 's'}[0]", [MOVES])
    if name in ("movi", "mvni"):
        value, _, shift = qualifier.partition("<<")
        return [stream(f"{name} v{{d}}.{FULL[size]}, #{value}" + (f", lsl #{shift}" if shift else ""))]
    return simd(text, qualifier)


# What measures the rows of a group (the beginning of its name), and the mechanisms behind their numbers.
GROUPS = {
    "Scalar load": (load, "loads: beats, address and ALU operands"),
    "Scalar store (": (store, "stores: one a cycle"),
    "Scalar store-to-load": (store_to_load, "loads behind stores"),
    "Branch": (branches, "fetch, branch prediction"),
    "Scalar nop": (move, "issue width, ALU"),
    "Scalar integer add": (integer_arithmetic, "ALU, shifter one stage earlier"),
    "Scalar integer multiply": (multiply, "multiplier passes"),
    "Scalar integer divide": (divide, "divider, four bits a cycle"),
    "Scalar integer sign": (extend, "shifter one stage earlier"),
    "Scalar shift": (bit_manipulation, "shifter one stage earlier"),
    "Scalar bitwise": (bit_manipulation, "ALU, shifter one stage earlier"),
    "Scalar integer compare": (compare, "flags; fetch of code beyond L1"),
    "Scalar condtional": (conditional, "flags, ALU"),
    "Hash": (checksum, "shifter one stage earlier"),
    "Vector load": (vector_load, "beats of the load/store unit"),
    "Vector store (": (vector_store, "beats of the load/store unit"),
    "Vector store-to-load": (vector_store_to_load, "loads behind stores"),
    "Vector element": (element_move, "between register files; SIMD stages"),
    "Vector permute": (permute, "SIMD stages; passes of table lookups"),
    "Floating point multiply-accumulate": (fused, "late addend of fused multiply-add"),
    "Floating point compare": (fp_compare, "SIMD stages, flags"),
    "Floating point condtional": (fp_select, "SIMD stages, flags"),
    "Floating point convert": (fp_convert, "SIMD stages, between register files"),
    "Floating point math": (simd, "SIMD stages, the divider"),
    "Floating point": (simd, "SIMD stages, two 64-bit pipes"),
    "Vector integer multiply-accumulate": (simd, "late addend of multiply-accumulate"),
    "Vector integer absolute difference accumulate": (simd, "two passes, late addend"),
    "Vector": (simd, "SIMD stages, two 64-bit pipes"),
}
WHOLE_TEXT = (branches, store_to_load, vector_store_to_load)   # these look at more than a name and a qualifier


# Why numbers are missed, by the beginning of a row's text.
REASONS = {
    "ldr (imm; ofs = 0; cross-page": "an access of two pages is not yet told to be one that is not aligned",
    "str (imm; p": "an access of two pages is not yet told to be one that is not aligned",
    "stur -> ldur": "whether a load overlaps a store across lines is known only when it runs; the model compares at decode",
    "str.q -> ldr.q": "the hardware's throughput is better than its latency allows for when the two overlap in part",
    "stp.q -> ldr.q": "the second register's data are needed later than the first's, by how much the rows contradict",
    "st3.s (single)": "the hardware's throughput is better than its latency",
    "st3.d (single)": "the hardware's throughput is better than its latency",
    "st4.d (single)": "the hardware's throughput is better than its latency",
    "st1.b (multi": "whether the store is aligned is known only when it runs; the model compares at decode",
    "adr -> br": "288 indirect branches in turn: how targets are indexed is not published",
    "b (pc+4)": "two branches in one fetch word: the rows differ by what precedes them",
    "cbz (pc+4; taken) // b": "two branches in one fetch word: the rows differ by what precedes them",
    "cbz (pc+4; not taken) // b": "two branches in one fetch word: the rows differ by what precedes them",
    "and -> cb": "half of the directions are mispredicted; each ALU instruction more between two branches costs the hardware 1.1 to 1.6 "
                 "cycles, here 0.5",
    "tbnz (pc+4; full random) //": "as above: an addition between two branches that are mispredicted half of the time",
    "tb": "a throughput of 0.196, rounded up",
    "ccm": "more than one a cycle though each waits for the flags of the one before: passed on within the cycle in some cases",
    "tst": "loops beyond the L1 cache: the hardware takes 13 cycles for a line of code, so it must fetch the next one ahead",
    "scvtf": "8.5 cycles a round on the hardware: something alternates",
    "fcvt": "5.5 cycles a round on the hardware: something alternates",
}


def reason(text):
    return next((why for beginning, why in REASONS.items() if text.startswith(beginning)), "")


def group_of(title):
    return next(entry for beginning, entry in sorted(GROUPS.items(), key=lambda item: -len(item[0])) if title.startswith(beginning))


def numbers_of(group, text):
    """(mechanism, Numbers) of a row; no numbers if nothing here knows how to measure it."""
    function, mechanism = group_of(group)
    if function in WHOLE_TEXT:
        return mechanism, function(text, "") or []
    found = re.fullmatch(r"(.*?)(?: \((.*)\))?", text.partition(") / ")[0] + ")" if ") / " in text else text)
    try:
        return mechanism, function(found[1], found[2] or "") or []
    except (KeyError, TypeError):
        return mechanism, []
