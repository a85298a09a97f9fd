# SPDX-License-Identifier: MIT
"""The latency curve as an SVG picture: lines are measured here, circles are hardware."""
import math

from goals import size_text

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 470, 62, 20, 46, 56
SERIES = (("V3a", "#1f5fa8", "ring of pointers, time of a step"), ("V3b", "#b8501e", "random reads, time beyond L1"))


class Axis:
    def __init__(self, low, high, begin, end):
        self.low, self.high, self.begin, self.end = math.log2(low), math.log2(high), begin, end

    def at(self, value):
        return self.begin + (math.log2(value) - self.low) / (self.high - self.low) * (self.end - self.begin)


def text(x, y, words, anchor="middle", size=13, colour="#333", turn=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{colour}"{turn}>{words}</text>'


def grid(x, y, sizes, times):
    for size in sizes:
        yield f'<line x1="{x.at(size):.1f}" y1="{y.begin}" x2="{x.at(size):.1f}" y2="{y.end}" stroke="#e4e4e4"/>'
        yield text(x.at(size), y.begin + 18, size_text(size), size=12)
    for time in times:
        yield f'<line x1="{x.begin}" y1="{y.at(time):.1f}" x2="{x.end}" y2="{y.at(time):.1f}" stroke="#e4e4e4"/>'
        yield text(x.begin - 8, y.at(time) + 4, f"{time:g}", "end", 12)


def picture(curves, points):
    """curves[part]: (size, ns) measured; points[part]: (size, low, high) of hardware."""
    x = Axis(8 << 10, 64 << 20, LEFT, WIDTH - RIGHT)
    y = Axis(2, 256, HEIGHT - BOTTOM, TOP)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
           "<title>Latency of memory by working set: measured in the guest, and published for a Raspberry Pi 3</title>",
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>']
    out += grid(x, y, [1 << bit for bit in range(13, 27)], [2.5, 5, 10, 20, 40, 80, 160])
    out += [text((x.begin + x.end) / 2, HEIGHT - 14, "working set (bytes)"),
            text(16, (TOP + HEIGHT - BOTTOM) / 2, "nanoseconds", turn=f' transform="rotate(-90 16 {(TOP + HEIGHT - BOTTOM) / 2:.0f})"')]
    for number, (part, colour, words) in enumerate(SERIES):
        line = " ".join(f"{x.at(size):.1f},{y.at(time):.1f}" for size, time in sorted(curves.get(part, [])) if time >= 2)
        out.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        for size, low, high in points.get(part, []):
            out.append(f'<circle cx="{x.at(size):.1f}" cy="{y.at((low + high) / 2):.1f}" r="5" fill="#fff" stroke="{colour}" '
                       f'stroke-width="2"/>')
        at = LEFT + 10 + number * 400
        out += [f'<line x1="{at}" y1="22" x2="{at + 26}" y2="22" stroke="{colour}" stroke-width="2"/>',
                f'<circle cx="{at + 44}" cy="22" r="5" fill="#fff" stroke="{colour}" stroke-width="2"/>',
                text(at + 58, 26, f"{words}: model, hardware", "start")]
    return "\n".join(out + ["</svg>", ""])
