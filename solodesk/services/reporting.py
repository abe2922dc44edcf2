"""The service report of a period as files: gathered once, written whole or not at all.

`report` reads and writes files; `keep` freezes the month in the store. Must not know how a page
looks.
"""

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.domain.periods import Period
from solodesk.reports.data import ReportData
from solodesk.reports.speech import period_name
from solodesk.services import figures
from solodesk.services.report_data import gather
from solodesk.services.units import Desk, Reader
from solodesk.wording.gettext import speaking

FORMATS = ("pdf", "html", "csv", "xlsx", "json")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file that was written. `pages` is None for what has no pages."""

    format: str
    path: Path
    pages: int | None


def report(
    reader: Reader,
    period: Period,
    *,
    to: Path,
    formats: Sequence[str] = ("pdf",),
    lang: str = "en",
    anonymous: bool = False,
) -> list[ReportFile]:
    """Write the report of a period into folder `to`, one file a format.

    Every format is made before the first is written, and each file is replaced in one step.
    Raises KnownError: unknown_format, period_in_future, nothing_happened, no_cjk_font,
    report_failed, cannot_write.
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise KnownError("unknown_format", format=unknown[0], known=FORMATS)
    with speaking(lang) as language:
        data = _checked(reader, period, anonymous=anonymous)
        made = [(name, _MAKERS[name](data)) for name in dict.fromkeys(formats)]
        stem = f"SoloDesk-report-{period.name.replace('..', '_')}"
        if language != "en":
            stem += f"-{language}"
    try:
        to.mkdir(parents=True, exist_ok=True)
        return [
            ReportFile(name, _write(to / f"{stem}.{name}", content), _pages(name, content))
            for name, content in made
        ]
    except OSError as error:
        detail = error.strerror or str(error)
        raise KnownError("cannot_write", path=str(to), detail=detail) from error


def preview(reader: Reader, period: Period, *, lang: str, anonymous: bool) -> bytes:
    """The first page as PNG, for the dialog and for pictures; raises as `report`."""
    from solodesk.reports import content, pdf

    with speaking(lang):
        return pdf.picture(content.content(_checked(reader, period, anonymous=anonymous)))


def keep(desk: Desk, period: Period) -> bool:
    """Freeze a month that is over; False when it was frozen before or still runs."""
    return figures.freeze(desk, period, figures.figures(desk, period))


def _checked(reader: Reader, period: Period, *, anonymous: bool) -> ReportData:
    name = period_name(period)
    if period.start_ms > reader.now_ms:
        raise KnownError("period_in_future", text=name)
    data = gather(reader, period, anonymous=anonymous)
    busy = data.accounting.received or data.tickets or data.figures["csat"].n or data.contacts
    if not busy:
        raise KnownError("nothing_happened", period=name)
    return data


def _pdf(data: ReportData) -> bytes:
    from solodesk.reports import content, pdf

    return pdf.render(content.content(data))


def _html(data: ReportData) -> bytes:
    from solodesk.reports import content, html

    return html.render(content.content(data)).encode()


def _csv(data: ReportData) -> bytes:
    from solodesk.reports import csvfile

    return csvfile.render(data)


def _xlsx(data: ReportData) -> bytes:
    from solodesk.reports import xlsxfile

    return xlsxfile.render(data)


def _json(data: ReportData) -> bytes:
    from solodesk.reports import jsonfile

    lines = [figures.as_json(figure, {}) for figure in data.figures.values()]
    return jsonfile.render(data, lines)


_MAKERS: Mapping[str, Callable[[ReportData], bytes]] = {
    "pdf": _pdf,
    "html": _html,
    "csv": _csv,
    "xlsx": _xlsx,
    "json": _json,
}


def _pages(name: str, content: bytes) -> int | None:
    if name != "pdf":
        return None
    from solodesk.reports import pdf

    return pdf.pages(content)


def _write(path: Path, content: bytes) -> Path:
    """Beside the target first, then replaced: a reader never sees half a report."""
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(beside).unlink()
        raise
    return path
