"""The report as one HTML file: inline CSS and SVG, no script, no request to anywhere.

Every word goes through `_text` (escaped); the only markup that is not ours is the SVG of
`reports.charts`, which escapes its own text.
"""

import html
import re
from collections.abc import Iterable, Sequence

from solodesk.base import resources
from solodesk.reports.charts import Chart
from solodesk.reports.parts import Content, Headline, Legend, Quote, Run, Table
from solodesk.wording.gettext import _

_TONES = {"ok", "bad", "warn"}


def render(content: Content) -> str:
    """The whole document, UTF-8; a policy in its head forbids scripts and every outside load."""
    body = "".join(
        (
            f"<header><b>{_text(content.business)}</b><span>{_text(content.made)}</span></header>",
            f"<h1>{_text(content.title)}<span>{_text(content.month)}</span></h1>",
            f'<p class="lead">{_runs(content.lead)}</p>',
            f'<p class="running">{_text(content.running)}</p>' if content.running else "",
            _facts(content),
            '<div class="figs">' + "".join(map(_headline, content.headlines)) + "</div>",
            _waits(content),
            _satisfaction(content),
            _table(content.slowest),
            _table(content.others) if content.others.rows else "",
            _accounting(content),
            _method(content),
            f"<footer><span>{_text(content.footer)}</span></footer>",
        )
    )
    css = resources.read_text("report", "report.css")
    return (
        f'<!doctype html>\n<html lang="{_text(content.language)}">\n<head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{_text(content.footer)}</title>\n<style>{css}</style></head>\n"
        f"<body><main>{body}</main></body>\n</html>\n"
    )


def _text(words: str) -> str:
    # NUL and other controls have no place in HTML; browsers would show replacement characters.
    clean = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", "", words)
    return html.escape(clean, quote=True)


def _runs(runs: Iterable[Run]) -> str:
    return "".join(f"<b>{_text(t)}</b>" if strong else _text(t) for t, strong in runs)


def _facts(content: Content) -> str:
    items = (
        f"<div><dt>{_text(f.label)}</dt><dd><b>{_text(f.value)}</b>"
        f"<span>{_text(f.note)}</span></dd></div>"
        for f in content.facts
    )
    return f'<dl class="facts">{"".join(items)}</dl>'


def _headline(figure: Headline) -> str:
    value = "".join(
        _text(n) + (f"<u>{_text(unit)}</u>" if unit else "") for n, unit in figure.pieces
    )
    small = " small" if figure.small else ""
    lines = [f"<h3>{_text(figure.title)}</h3>", f'<p class="v{small}">{value}</p>']
    if figure.change:
        lines.append(f'<p class="c {_tone(figure.change_tone)}">{_text(figure.change)}</p>')
    if figure.before:
        lines.append(f"<p>{_text(figure.before)}</p>")
    if figure.goal is not None:
        goal, verdict = figure.goal
        lines.append(
            f'<p class="g {_tone(figure.goal_tone)}">{_text(goal)}<br>{_text(verdict)}</p>'
        )
    if figure.note:
        lines.append(f'<p class="n">{_text(figure.note)}</p>')
    return f"<div>{''.join(lines)}</div>"


def _tone(tone: str) -> str:
    return tone if tone in _TONES else ""


def _heading(title: str, subtitle: str = "") -> str:
    sub = f'<span class="sub">{_text(subtitle)}</span>' if subtitle else ""
    return f"<h2>{_text(title)}{sub}</h2>"


def _figure(chart: Chart | None) -> str:
    """The chart; drawings are labelled by their title, the facts stand in a table beside them."""
    return "" if chart is None else chart.svg.replace("<svg ", '<svg role="img" ', 1)


def _facts_of(chart: Chart | None, what: str, count: str) -> str:
    if chart is None:
        return ""
    summary = _text(_("Values of the chart"))
    rows = "".join(
        f'<tr><td>{_text(a)}</td><td class="r">{_text(b)}</td></tr>' for a, b in chart.table
    )
    return (
        f"<details><summary>{summary}</summary><table><tr>"
        f'<th>{_text(what)}</th><th class="r">{_text(count)}</th></tr>{rows}</table></details>'
    )


def _waits(content: Content) -> str:
    table = _facts_of(content.waits_chart, _("Length of the wait"), _("Tickets answered"))
    return (
        f"<section>{_heading(content.waits_title, content.waits_subtitle)}"
        f'{_figure(content.waits_chart)}<p class="cap">{_runs(content.waits_caption)}</p>'
        f"{table}</section>"
    )


def _satisfaction(content: Content) -> str:
    left = ""
    if content.csat_bar is not None:
        left += _figure(content.csat_bar) + _legend(content.csat_legend)
    left += _figure(content.csat_interval) + f'<p class="cap">{_text(content.csat_caption)}</p>'
    right = "".join(map(_quote, content.quotes))
    return (
        f"<section>{_heading(content.csat_title, content.csat_subtitle)}"
        f'<div class="two"><div>{left}</div><div>{right}</div></div></section>'
    )


def _legend(items: Sequence[Legend]) -> str:
    # Colours are ours (#RRGGBB of the palette).
    shown = "".join(
        f'<li><i style="background:{_text(item.colour)}"></i><b>{_text(item.count)}</b> '
        f"{_text(item.label)}</li>"
        for item in items
    )
    return f'<ul class="leg">{shown}</ul>'


def _quote(quote: Quote) -> str:
    language = ' lang="zh-CN"' if quote.chinese else ""
    words = f"<p{language}>“{_text(quote.text)}”</p>"
    return f"<blockquote>{words}<small>{_text(quote.note)}</small></blockquote>"


def _table(table: Table) -> str:
    right = set(table.right)

    def cells(tag: str, row: Sequence[str]) -> str:
        styles = [' class="r"' if i in right else "" for i in range(len(row))]
        return "".join(
            f"<{tag}{style}>{_text(cell)}</{tag}>" for style, cell in zip(styles, row, strict=True)
        )

    rows = "".join(f"<tr>{cells('td', row)}</tr>" for row in table.rows)
    head = f"<thead><tr>{cells('th', table.headings)}</tr></thead>"
    body = f'<div class="scroll"><table>{head}<tbody>{rows}</tbody></table></div>'
    note = f'<p class="cap">{_text(table.note)}</p>' if table.note else ""
    shown = body if table.rows else ""
    return f"<section>{_heading(table.title, table.subtitle)}{shown}{note}</section>"


def _accounting(content: Content) -> str:
    title = f"{content.accounting_title} {'✓' if content.balanced else '⚠'}"
    return (
        f"<section>{_heading(title)}"
        f"{_figure(content.accounting_bar)}{_legend(content.accounting_legend)}"
        f'<p class="cap">{_runs(content.accounting_caption)}</p></section>'
    )


def _method(content: Content) -> str:
    items = "".join(f"<p><b>{_text(what)}</b>{_text(how)}</p>" for what, how in content.method)
    return f'<section>{_heading(content.method_title)}<div class="method">{items}</div></section>'
