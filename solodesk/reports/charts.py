"""Charts as SVG: the same geometry in the window, the HTML and the PDF; the palette is a parameter.

Only attributes of SVG Tiny 1.2 (no CSS, no scripts, no filters), text escaped. Every chart comes
with its hit regions (for tooltips) and a table of the same facts (for screen readers).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONTS = "Inter, Noto Sans, WenQuanYi Micro Hei, Noto Sans CJK SC, Microsoft YaHei, PingFang SC"


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as #RRGGBB."""

    text: str = "#1B1F27"
    text_2: str = "#4B5463"
    text_3: str = "#5A6473"
    grid: str = "#E3E6EB"
    axis: str = "#80899A"
    bar: str = "#5B8AE6"
    late: str = "#B9802A"
    late_text: str = "#8A5A00"
    accent: str = "#1F5FD6"
    accent_soft: str = "#C9DBFA"
    good: str = "#176F42"
    middle: str = "#80899A"
    bad: str = "#B3261E"
    fonts: str = FONTS


LIGHT = Palette()
DARK = Palette(
    text="#ECEFF4",
    text_2="#B6BECC",
    text_3="#97A1B2",
    grid="#2A313D",
    axis="#768194",
    bar="#5B8AE6",
    late="#C58F3C",
    late_text="#F2BE5C",
    accent="#7FAAFF",
    accent_soft="#24365E",
    good="#5FD39A",
    middle="#97A1B2",
    bad="#FF8F86",
)


@dataclass(frozen=True, slots=True)
class Hit:
    """A region of the chart and what it says, in the chart's own coordinates."""

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG of `width` × `height` units, its regions, and the same facts as a table."""

    svg: str
    width: float
    height: float
    hits: tuple[Hit, ...]
    table: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistogramWords:
    """Everything the histogram says, in the reader's language."""

    title: str
    median: str
    goal: str
    over: str
    late: str = ""
    late_more: str = ""


class _Drawing:
    """Collects SVG elements; numbers with one decimal, text escaped."""

    def __init__(self, width: float, height: float, palette: Palette, title: str) -> None:
        self._palette = palette
        self._size = (width, height)
        self._title = title
        self._parts: list[str] = []

    def rect(self, box: tuple[float, float, float, float], fill: str, radius: float = 0) -> None:
        x, y, width, height = box
        round_ = f' rx="{radius:g}"' if radius else ""
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}"'
            f' height="{max(0.0, height):.1f}"{round_} fill="{fill}"/>'
        )

    def line(
        self,
        ends: tuple[float, float, float, float],
        colour: str,
        *,
        width: float = 1,
        dashed: bool = False,
    ) -> None:
        x1, y1, x2, y2 = ends
        dash = ' stroke-dasharray="4 3"' if dashed else ""
        self._parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
            f' stroke="{colour}" stroke-width="{width:g}"{dash}/>'
        )

    def circle(self, x: float, y: float, radius: float, fill: str) -> None:
        self._parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{fill}"/>')

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str,
        *,
        size: float = 9.5,
        anchor: str = "start",
        bold: bool = False,
    ) -> None:
        weight = ' font-weight="600"' if bold else ""
        if bold and any(c >= "\u2e80" for c in words):
            # Many Chinese fonts have one weight: a hairline makes them bold everywhere.
            weight += f' stroke="{colour}" stroke-width="0.25"'
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size:g}"'
            f' text-anchor="{anchor}"{weight}>{escape(words)}</text>'
        )

    def svg(self) -> str:
        width, height = self._size
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny"'
            f' width="{width:g}" height="{height:g}" viewBox="0 0 {width:g} {height:g}"'
            f" font-family={quoteattr(self._palette.fonts)}>"
            f"<title>{escape(self._title)}</title>{''.join(self._parts)}</svg>"
        )


@dataclass(frozen=True, slots=True)
class Bins:
    """Counts of waits by length: `bars` of `step` seconds up to `end`, then `over`."""

    step: float
    bars: tuple[int, ...]
    over: int
    goal_bar: int
    """The first bar that lies after the goal."""

    @property
    def end(self) -> float:
        """Where the last bar ends, in seconds."""
        return self.step * len(self.bars)

    @property
    def late(self) -> int:
        """Waits beyond the goal."""
        return sum(self.bars[self.goal_bar :]) + self.over


def bins(waits: Sequence[float], goal: float) -> Bins:
    """Sixteen bars up to twice the goal, so that the goal is always the middle; the rest is over.

    A wait of exactly the goal is in time: bars hold (start, end]; a wait of 0 is in the first.
    """
    step = goal / 8
    bars = [0] * 16
    over = 0
    for wait in waits:
        place = max(0, math.ceil(wait / step - 1e-9) - 1)
        if place < len(bars):
            bars[place] += 1
        else:
            over += 1
    return Bins(step, tuple(bars), over, 8)


def histogram(
    found: Bins,
    words: HistogramWords,
    *,
    median: float | None,
    length: Callable[[float], str],
    palette: Palette = LIGHT,
    width: float = 666,
    height: float = 228,
) -> Chart:
    """How long customers waited: median and goal marked, everything beyond twice the goal apart.

    `length` words a number of seconds (axis labels and tooltips).
    """
    left, top, bottom = 28.0, 22.0, height - 20
    over_width = 36.0
    right = width - over_width - 22
    top_bars = top + 21
    # A single ticket must not fill the chart: at least four steps high.
    highest = max((*found.bars, found.over, 4))
    scale = (bottom - top_bars) / highest
    drawing = _Drawing(width, height, palette, words.title)
    for level in _levels(highest):
        y = bottom - level * scale
        drawing.line((left, y, width, y), palette.grid)
        drawing.text(left - 8, y + 3.5, str(level), palette.text_3, anchor="end")
    bar = (right - left) / len(found.bars)
    hits, table = [], []
    for i, count in enumerate(found.bars):
        label = f"{length(i * found.step)} – {length((i + 1) * found.step)}"
        box = (left + i * bar + 1, bottom - count * scale, bar - 2, count * scale)
        colour = palette.bar if i < found.goal_bar else palette.late
        if count:
            drawing.rect(box, colour)
        hits.append(Hit(box[0], top, bar - 2, bottom - top, f"{label}: {count}"))
        table.append((label, str(count)))
    x = width - over_width
    if found.over:
        tall = found.over * scale
        drawing.rect((x + 1, bottom - tall, over_width - 2, tall), palette.late)
    hits.append(Hit(x, top, over_width, bottom - top, f"{words.over}: {found.over}"))
    table.append((words.over, str(found.over)))
    drawing.line((left, bottom + 0.5, right, bottom + 0.5), palette.axis)
    drawing.line((x, bottom + 0.5, width, bottom + 0.5), palette.axis)
    for i in range(0, len(found.bars) + 1, 2):
        at = left + i * bar
        drawing.line((at, bottom, at, bottom + 4), palette.axis)
        if i < len(found.bars):
            mark = length(i * found.step) if i else "0"
            drawing.text(at, bottom + 16, mark, palette.text_3, anchor="middle" if i else "start")
    drawing.text(width, bottom + 16, words.over, palette.text_3, anchor="end")
    _marks(drawing, found, words, median, palette, (left, bar, top, bottom, scale))
    return Chart(drawing.svg(), width, height, tuple(hits), tuple(table))


def _marks(
    drawing: _Drawing,
    found: Bins,
    words: HistogramWords,
    median: float | None,
    palette: Palette,
    frame: tuple[float, float, float, float, float],
) -> None:
    """Median and goal lines with their labels, kept apart, and the note about late ones."""
    left, bar, top, bottom, scale = frame
    goal_x = left + found.goal_bar * bar
    drawing.line((goal_x, top, goal_x, bottom), palette.text, width=1.5, dashed=True)
    goal_anchor = "middle"
    if median is not None and median <= found.end:
        x = left + median / found.step * bar
        drawing.line((x, top, x, bottom), palette.text, width=1.5)
        near = abs(x - goal_x) < 110
        anchor = "middle" if x - left > 70 else "start"
        if near:
            anchor, goal_anchor = ("end", "start") if x <= goal_x else ("start", "end")
        shift = {"end": 4.0, "start": -4.0, "middle": 0.0}
        label_x = max(left, x + shift[anchor]) if anchor == "start" else x + shift[anchor]
        drawing.text(
            label_x, top - 7, words.median, palette.text, size=10.5, anchor=anchor, bold=True
        )
    offset = {"start": -4.0, "end": 4.0, "middle": 0.0}[goal_anchor]
    drawing.text(
        goal_x + offset, top - 7, words.goal, palette.text, size=10.5, anchor=goal_anchor, bold=True
    )
    if words.late:
        # Above the late bars that the words would cover.
        tallest = max(found.bars[found.goal_bar : found.goal_bar + 5])
        y = min(top + (bottom - top) * 0.46, bottom - tallest * scale - 24)
        y = max(y, top + 11)
        drawing.text(goal_x + 12, y, words.late, palette.late_text, size=10.5, bold=True)
        if words.late_more:
            drawing.text(goal_x + 12, y + 15, words.late_more, palette.text_3)


def _levels(highest: int) -> list[int]:
    """Up to five round numbers for the grid, below or at the highest bar."""
    step = 1
    while highest / step > 5:
        magnitude = 10 ** (len(str(step)) - 1)
        step = {1: 2, 2: 5, 5: 10}[step // magnitude] * magnitude
    return list(range(step, highest + 1, step))


def rating_bar(
    parts: Sequence[tuple[str, int]],
    title: str,
    *,
    palette: Palette = LIGHT,
    width: float = 300,
    height: float = 8,
) -> Chart:
    """Good, middle and bad ratings as one bar; `parts` in that order, words and counts."""
    drawing = _Drawing(width, height, palette, title)
    total = sum(count for _, count in parts)
    colours = (palette.good, palette.middle, palette.bad)
    shown = [(name, n, colour) for (name, n), colour in zip(parts, colours, strict=True) if n]
    room = width - 2 * max(0, len(shown) - 1)
    x, hits = 0.0, []
    for name, count, colour in shown:
        part = room * count / total
        drawing.rect((x, 0, part, height), colour, radius=min(height / 2, part / 2))
        hits.append(Hit(x, 0, part, height, f"{name}: {count}"))
        x += part + 2
    if not total:
        drawing.rect((0, 0, width, height), palette.grid, radius=height / 2)
    table = tuple((name, str(count)) for name, count in parts)
    return Chart(drawing.svg(), width, height, tuple(hits), table)


def interval(
    share: float,
    bounds: tuple[float, float],
    title: str,
    *,
    palette: Palette = LIGHT,
    width: float = 300,
    height: float = 50,
) -> Chart:
    """A share as a dot on its 95 % interval, on an axis of percent up to 100."""
    low, high = bounds
    start = max(0, math.floor(low * 10 - 1)) * 10
    inset = 3.0

    def at(value: float) -> float:
        return inset + (value * 100 - start) / (100 - start) * (width - 2 * inset)

    drawing = _Drawing(width, height, palette, title)
    axis = height - 26.0
    drawing.rect((at(low), axis - 18, at(high) - at(low), 8), palette.accent_soft, radius=4)
    drawing.circle(at(share), axis - 14, 5, palette.accent)
    if at(low) > 22:
        drawing.text(at(low) - 6, axis - 10.5, f"{low * 100:.0f}", palette.text_3, anchor="end")
    if at(high) < width - 24:
        drawing.text(at(high) + 6, axis - 10.5, f"{high * 100:.0f}", palette.text_3)
    drawing.line((inset, axis + 0.5, width - inset, axis + 0.5), palette.axis)
    step = 10 if 100 - start <= 60 else 20
    for percent in range(start, 101, step):
        x = at(percent / 100)
        drawing.line((x, axis + 0.5, x, axis + 4.5), palette.axis)
        anchor = "start" if percent == start else "end" if percent == 100 else "middle"
        unit = "\u202f%" if percent in {start, 100} else ""
        drawing.text(x, axis + 16, f"{percent}{unit}", palette.text_3, anchor=anchor)
    words = f"{share * 100:.0f} % ({low * 100:.0f}–{high * 100:.0f} %)"
    hit = Hit(at(low), axis - 18, at(high) - at(low), 8, words)
    return Chart(drawing.svg(), width, height, (hit,), ((title, words),))


def shares_bar(
    parts: Sequence[tuple[str, int, str]],
    title: str,
    *,
    palette: Palette = LIGHT,
    width: float = 666,
    height: float = 12,
) -> Chart:
    """Parts of a whole as one bar: (words, count, colour); every part at least 3 units wide."""
    drawing = _Drawing(width, height, palette, title)
    shown = [part for part in parts if part[1]]
    total = sum(count for _, count, _ in shown)
    room = width - max(0, len(shown) - 1) - 3 * len(shown)
    x, hits = 0.0, []
    for name, count, colour in shown:
        wide = 3 + room * count / total
        drawing.rect((x, 0, wide, height), colour)
        hits.append(Hit(x, 0, wide, height, f"{name}: {count}"))
        x += wide + 1
    return Chart(drawing.svg(), width, height, tuple(hits), tuple((n, str(c)) for n, c, _ in parts))
