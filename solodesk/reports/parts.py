"""The pieces a report consists of, in words: what the layouts (HTML, PDF) arrange."""

from dataclasses import dataclass

from solodesk.reports import charts

Run = tuple[str, bool]
"""Text and whether it is emphasised."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A count with its name and what it was before."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the five large figures. tone: ok | bad | mid; goal_tone also warn."""

    title: str
    pieces: tuple[tuple[str, str], ...]
    small: bool
    change: str
    change_tone: str
    before: str
    goal: tuple[str, str] | None
    goal_tone: str
    note: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A customer's words. tone: good | middle | bad."""

    tone: str
    text: str
    note: str
    chinese: bool
    """Written with Chinese characters: quotation marks come from that font."""


@dataclass(frozen=True, slots=True)
class Legend:
    """A colour, a count and its name."""

    colour: str
    count: str
    label: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Headings and cells; `right` = columns aligned right."""

    title: str
    subtitle: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Content:
    """The whole report in words."""

    language: str
    business: str
    made: str
    title: str
    month: str
    running: str
    lead: tuple[Run, ...]
    facts: tuple[Fact, ...]
    headlines: tuple[Headline, ...]
    waits_title: str
    waits_subtitle: str
    waits_chart: charts.Chart | None
    waits_caption: tuple[Run, ...]
    csat_title: str
    csat_subtitle: str
    csat_bar: charts.Chart | None
    csat_legend: tuple[Legend, ...]
    csat_interval: charts.Chart | None
    csat_caption: str
    quotes: tuple[Quote, ...]
    slowest: Table
    others: Table
    accounting_title: str
    balanced: bool
    accounting_bar: charts.Chart
    accounting_legend: tuple[Legend, ...]
    accounting_caption: tuple[Run, ...]
    method_title: str
    method: tuple[tuple[str, str], ...]
    footer: str
