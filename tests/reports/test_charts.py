"""Charts: nothing lost, goal and median where they belong, SVG Tiny only, text escaped."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.reports.charts import (
    DARK,
    LIGHT,
    Chart,
    HistogramWords,
    bins,
    histogram,
    interval,
    rating_bar,
    shares_bar,
)

SVG = "{http://www.w3.org/2000/svg}"
WORDS = HistogramWords("How long", "Half within 2 h", "Goal 4 h", "over 8 h", "2 late", "1 more")
# Elements and attributes of SVG Tiny 1.2 that the charts may use.
ALLOWED = {
    "svg": {
        "version",
        "baseProfile",
        "width",
        "height",
        "viewBox",
        "font-family",
    },
    "title": set(),
    "rect": {"x", "y", "width", "height", "rx", "fill"},
    "line": {"x1", "y1", "x2", "y2", "stroke", "stroke-width", "stroke-dasharray"},
    "circle": {"cx", "cy", "r", "fill"},
    "text": {
        "x",
        "y",
        "fill",
        "font-size",
        "text-anchor",
        "font-weight",
        "stroke",
        "stroke-width",
    },
}


def drawn(waits: list[float], median: float | None = None, words: HistogramWords = WORDS) -> Chart:
    return histogram(bins(waits, 14_400), words, median=median, length=lambda s: f"{s / 3600:g} h")


@given(st.lists(st.floats(0, 10**6), max_size=80), st.floats(60, 10**6))
def test_every_wait_is_in_one_bar_and_late_means_after_the_goal(
    waits: list[float], goal: float
) -> None:
    found = bins(waits, goal)
    assert sum(found.bars) + found.over == len(waits)
    surely_late = sum(w > goal * (1 + 1e-6) for w in waits)
    surely_in_time = sum(w <= goal * (1 - 1e-6) for w in waits)
    assert surely_late <= found.late <= len(waits) - surely_in_time


def test_exactly_the_goal_is_in_time() -> None:
    assert bins([14_400], 14_400).late == 0
    assert bins([14_401], 14_400).late == 1
    assert bins([28_800], 14_400).over == 0


@pytest.mark.parametrize(
    "chart",
    [
        drawn([600, 7200, 20_000, 90_000], 7200),
        drawn([]),
        drawn([1] * 1000, 1),
        drawn([14_000], 14_000),
        drawn([14_000], 90_000),
        rating_bar([("Great", 22), ("Okay", 3), ("Not good", 2)], "Satisfaction"),
        rating_bar([("Great", 0), ("Okay", 0), ("Not good", 0)], "Satisfaction"),
        interval(0.81, (0.63, 0.92), "Satisfaction"),
        interval(1.0, (0.0, 1.0), "Satisfaction"),
        shares_bar([("people", 201, "#1F5FD6"), ("spam", 1, "#9AA2B0")], "What arrived"),
        shares_bar([], "What arrived"),
    ],
)
def test_a_chart_is_svg_tiny_and_stays_in_its_frame(chart: Chart) -> None:
    root = ET.fromstring(chart.svg)
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        assert name in ALLOWED
        assert set(element.attrib) <= ALLOWED[name], name
    for box in root.iter(f"{SVG}rect"):
        x, width = float(box.attrib["x"]), float(box.attrib["width"])
        assert x >= -0.1
        assert x + width <= chart.width + 0.1
        assert float(box.attrib["y"]) + float(box.attrib["height"]) <= chart.height + 0.1
    for hit in chart.hits:
        assert 0 <= hit.x <= hit.x + hit.width <= chart.width + 0.1


def test_median_and_goal_stand_where_they_belong() -> None:
    root = ET.fromstring(drawn([600, 7200, 20_000], 7200).svg)
    lines = [e.attrib for e in root.iter(f"{SVG}line") if e.get("stroke-width") == "1.5"]
    goal = next(a for a in lines if "stroke-dasharray" in a)
    median = next(a for a in lines if "stroke-dasharray" not in a)
    left, right = 28.0, 666 - 36 - 22
    assert float(goal["x1"]) == pytest.approx((left + right) / 2, abs=0.1)
    assert float(median["x1"]) == pytest.approx(left + (right - left) / 4, abs=0.1)


def test_the_palette_changes_colours_and_nothing_else() -> None:
    light = interval(0.8, (0.7, 0.9), "S", palette=LIGHT)
    dark = interval(0.8, (0.7, 0.9), "S", palette=DARK)
    assert light.svg != dark.svg
    assert light.hits == dark.hits


def test_words_are_text() -> None:
    hostile = HistogramWords("<script>", '"&<', "</text><script>", "]]>", "<b>", "&#0;")
    root = ET.fromstring(drawn([600], 600, hostile).svg)
    texts = [e.text for e in root.iter(f"{SVG}text")]
    assert "</text><script>" in texts
    assert '"&<' in texts
