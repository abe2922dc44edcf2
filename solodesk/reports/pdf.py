"""The report as PDF, by typst. User text goes in as JSON data only, never as typst source."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from solodesk.base import resources
from solodesk.base.errors import KnownError
from solodesk.reports import fonts
from solodesk.reports.parts import Content

_CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003134f]")
_PAGE = re.compile(rb"/Type\s*/Page\b")


def render(content: Content, *, font_folders: Sequence[Path] | None = None) -> bytes:
    """The PDF's bytes.

    Raises KnownError: no_cjk_font when there is Chinese text and no font for it;
    report_failed when typst refuses.
    """
    made: bytes = _compiled(content, font_folders, "pdf")
    return made


def picture(
    content: Content, *, dots_per_inch: float = 110, font_folders: Sequence[Path] | None = None
) -> bytes:
    """The first page as PNG; raises as `render`."""
    made = _compiled(content, font_folders, "png", dots_per_inch)
    return bytes(made[0] if isinstance(made, list) else made)


def _compiled(
    content: Content,
    font_folders: Sequence[Path] | None,
    form: Literal["pdf", "png"],
    ppi: float | None = None,
) -> Any:
    """What typst makes of the content: bytes, or a list of them, a page each."""
    import typst  # a large library, needed only here

    found = fonts.find(font_folders)
    if not found.has_cjk and any(_CJK.search(text) for text in _texts(asdict(content))):
        raise KnownError("no_cjk_font")
    values = {
        **asdict(content),
        "fonts": list(found.families),
        "thin_cjk": found.has_cjk and not found.bold_cjk,
    }
    try:
        with fonts.gathered(found) as folder:
            return typst.compile(
                resources.path("report", "report.typ"),
                font_paths=[folder],
                ignore_system_fonts=True,
                format=form,
                ppi=ppi,
                sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
            )
    except (RuntimeError, ValueError) as error:
        raise KnownError("report_failed", detail=str(error).split("\n", 1)[0]) from error


def pages(pdf: bytes) -> int:
    """How many pages the PDF has."""
    return len(_PAGE.findall(pdf))


def _texts(value: Any) -> Iterator[str]:
    """Every string of nested plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
