"""`solodesk figures` and `solodesk report`: the literal shapes of cli.md."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.cli.main import main
from solodesk.domain.figure_set import KEYS
from tests.services.desk_of import Shop, at, open_shop

FIGURE = {
    "figure", "value", "unit", "n", "interval", "censored", "left_out", "previous", "change",
    "tickets", "definition",
}  # fmt: skip


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock) -> Iterator[Shop]:
    clock.at_ms = at(2026, 11, 2, 8, 30)
    made = open_shop(data_folder, clock)
    for day in (5, 6, 7, 8, 9, 12):
        ticket = made.ticket("Wang Li", "Refund", at(2026, 10, day, 10, 0))
        made.asks(ticket, at(2026, 10, day, 10, 0))
        if day != 12:
            made.answers(ticket, at(2026, 10, day, 14, 0), close=True)
        made.asks(ticket, at(2026, 10, day, 10, 1), kind="auto_reply")
    yield made
    made.store.close()


def solodesk(shop: Shop, *words: str) -> tuple[int, list[dict[str, Any]], str, str]:
    out, err = io.StringIO(), io.StringIO()
    folder = str(shop.store.folder.root)
    code = main(["--data", folder, *words], out=out, err=err, clock=shop.clock)
    lines = out.getvalue().splitlines()
    parsed = [json.loads(line) for line in lines] if "--json" in words else []
    return code, parsed, out.getvalue(), err.getvalue()


def test_one_line_a_figure(shop: Shop) -> None:
    code, lines, _out, err = solodesk(shop, "figures", "--month", "2026-10", "--json")
    assert (code, err) == (0, "")
    assert [line["figure"] for line in lines] == list(KEYS)
    assert all(line.keys() >= FIGURE for line in lines)
    first = lines[0]
    assert first["value"] == 14_400.0
    assert (first["unit"], first["n"], first["censored"]) == ("s", 6, 1)
    assert first["left_out"] == {"auto_reply": 6}
    assert first["tickets"] == [1001, 1002, 1003, 1004, 1005, 1006]
    assert first["change"] is None


def test_clock_range_and_single_figures(shop: Shop) -> None:
    range_ = ("--from", "2026-10-05", "--until", "2026-10-06")
    _code, lines, _out, _err = solodesk(
        shop, "figures", *range_, "--clock", "calendar", "arrivals", "csat", "--json"
    )
    assert [(line["figure"], line["n"]) for line in lines] == [("arrivals", 2), ("csat", 0)]


def test_for_people_it_is_a_table(shop: Shop) -> None:
    _code, _lines, out, _err = solodesk(shop, "figures", "--month", "2026-10")
    assert "First response" in out
    assert "4 h" in out


def test_report_writes_files_and_says_where(shop: Shop, tmp_path: Path) -> None:
    code, lines, _out, _err = solodesk(
        shop, "report", "--month", "2026-10", "--to", str(tmp_path), "--format", "pdf,html,csv",
        "--lang", "zh", "--json",
    )  # fmt: skip
    assert code == 0
    assert [line["format"] for line in lines] == ["pdf", "html", "csv"]
    assert [line["pages"] for line in lines] == [2, None, None]
    assert all(Path(line["path"]).is_file() for line in lines)
    with shop.store.read() as reader:
        assert reader.months.get("2026-10") is not None


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (("figures", "--month", "2026-13"), 1, "no_such_month"),
        (("figures", "--from", "2026-10-02"), 1, "bad_period"),
        (("figures", "--account", "7"), 1, "no_such_account"),
        (("figures", "karma"), 1, "no_such_figure"),
        (("figures", "--clock", "moon"), 2, "wrong_use"),
        (("report", "--month", "2026-10"), 2, "wrong_use"),
        (("report", "--month", "2026-10", "--to", "{to}", "--format", "docx"), 1, "unknown_format"),
        (("report", "--month", "2024-05", "--to", "{to}"), 1, "nothing_happened"),
    ],
)
def test_faults(shop: Shop, tmp_path: Path, words: tuple[str, ...], code: int, error: str) -> None:
    words = tuple(word.replace("{to}", str(tmp_path)) for word in words)
    got, _lines, out, err = solodesk(shop, *words, "--json")
    told = json.loads(err)
    assert (got, told["error"], out) == (code, error, "")
    assert told["message"]
    assert not list(tmp_path.glob("*.pdf"))
