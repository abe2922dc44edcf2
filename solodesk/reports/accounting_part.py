"""Where every message went, in words and as a bar."""

from solodesk.reports import charts
from solodesk.reports.charts import Palette
from solodesk.reports.data import ReportData
from solodesk.reports.parts import Legend, Run
from solodesk.reports.speech import runs, strong
from solodesk.wording import labels, numbers
from solodesk.wording.gettext import _

_CLASS_COLOURS = {
    "person": "#1F5FD6",
    "own": "#7EA6EC",
    "survey": "#176F42",
    "list": "#5A6473",
    "auto_reply": "#80899A",
    "spam": "#9AA2B0",
    "bounce": "#B3261E",
    "report": "#AAB1BC",
    "duplicate": "#BCC2CB",
    "damaged": "#B9802A",
}


def accounting_bar(data: ReportData, palette: Palette) -> charts.Chart:
    """Where every message went."""
    parts = [
        (labels.kind(name), data.accounting.by_class.get(name, 0), colour)
        for name, colour in _CLASS_COLOURS.items()
    ]
    return charts.shares_bar(parts, _("What arrived"), palette=palette)


def accounting_legend(data: ReportData) -> tuple[Legend, ...]:
    """The parts of that bar that are not empty."""
    return tuple(
        Legend(colour, numbers.number(count), labels.kind(name))
        for name, colour in _CLASS_COLOURS.items()
        if (count := data.accounting.by_class.get(name, 0))
    )


def accounting_caption(data: ReportData) -> tuple[Run, ...]:
    """What became of people's messages."""
    found = data.accounting
    said = _(
        "The {person} from people: {opened} opened a ticket, {asked} asked on in {waits} waits, "
        "{thanks} only said thanks. Of the new tickets {answered} were answered, {closed} closed "
        "without an answer, {waiting} still waiting. "
    ).format(
        person=strong(str(found.by_class.get("person", 0))),
        opened=strong(str(found.opened)),
        asked=strong(str(found.asked_on)),
        waits=found.asked_on_waits,
        thanks=strong(str(found.thanks)),
        answered=strong(str(found.answered)),
        closed=strong(str(found.closed_unanswered)),
        waiting=strong(str(found.waiting)),
    )
    if found.history:
        said += _("{n} imported as history are not counted. ").format(n=found.history)
    if not found.balanced:
        said += _("The sums differ by {n}: please report this.").format(
            n=abs(found.received - found.accounted)
        )
    return runs(said.strip())
