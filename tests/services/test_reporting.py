"""The report of a real store: files whole or not at all, the month frozen, faults told."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.services import figures, reporting
from tests.services.desk_of import Shop, at, open_shop


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock) -> Iterator[Shop]:
    clock.at_ms = at(2026, 11, 2, 8, 30)
    made = open_shop(data_folder, clock)
    yield made
    made.store.close()


def busy_october(shop: Shop) -> None:
    for day in range(5, 17):
        ticket = shop.ticket(f"Customer Number{day}", f"Question {day}", at(2026, 10, day, 10, 0))
        shop.asks(ticket, at(2026, 10, day, 10, 0))
        if day != 16:
            shop.answers(ticket, at(2026, 10, day, 10 + day % 4, 30), close=True)
            shop.rates(ticket, at(2026, 10, day + 3, 9, 0), 3 if day % 3 else 2)


def report(shop: Shop, to: Path, *formats: str, **options: object) -> dict[str, Path]:
    with shop.store.read() as reader:
        period = figures.period_of(reader, month_text="2026-10")
        made = reporting.report(reader, period, to=to, formats=formats, **options)  # type: ignore[arg-type]
    return {file.format: file.path for file in made}


def test_all_formats_say_the_same(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    made = report(shop, tmp_path / "new" / "folder", *reporting.FORMATS)
    assert set(made) == set(reporting.FORMATS)
    assert made["xlsx"].name == "SoloDesk-report-2026-10.xlsx"
    assert not list(made["pdf"].parent.glob(".*")), "nothing half-written is left"
    whole = json.loads(made["json"].read_text("utf-8"))
    arrivals = next(f for f in whole["figures"] if f["figure"] == "arrivals")
    rows = list(csv.reader(io.StringIO(made["csv"].read_text("utf-8-sig"))))
    assert arrivals["value"] == len(whole["tickets"]) == len(rows) - 1 == 12
    assert whole["accounting"]["received"] == whole["accounting"]["accounted"]
    text = " ".join(page.extract_text() for page in PdfReader(made["pdf"]).pages)
    assert "Lin Studio" in text
    assert "12 new tickets arrived" in text
    assert "12 new tickets arrived" in made["html"].read_text("utf-8")


def test_the_open_ticket_has_no_answer_time(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    rows = json.loads(report(shop, tmp_path, "json")["json"].read_text("utf-8"))["tickets"]
    assert rows[-1]["first_response_s"] is None
    assert rows[0]["first_response_s"] == 90 * 60
    assert rows[0]["rating"] == {"scale": "csat3", "value": 3}


def test_chinese_stands_beside_english(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    english, chinese = report(shop, tmp_path, "html"), report(shop, tmp_path, "html", lang="zh")
    assert english["html"] != chinese["html"]
    assert "月度服务报告" in chinese["html"].read_text("utf-8")
    assert "Service report" in english["html"].read_text("utf-8")


def test_anonymous_hides_every_name(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    made = report(shop, tmp_path, "html", "csv", "json", anonymous=True)
    for path in made.values():
        assert "Number" not in path.read_text("utf-8")


def test_a_second_report_replaces_the_first(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    first = report(shop, tmp_path, "csv")["csv"].read_bytes()
    assert report(shop, tmp_path, "csv")["csv"].read_bytes() == first
    assert len(list(tmp_path.glob("*.csv"))) == 1


def test_nothing_is_written_when_a_format_fails(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.set("business_name", "小林工作室")
    busy_october(shop)
    monkeypatch.setattr("solodesk.reports.fonts.system_folders", lambda: ())
    with pytest.raises(KnownError) as fault:
        report(shop, tmp_path / "out", "csv", "pdf")
    assert fault.value.code == "no_cjk_font"
    assert not (tmp_path / "out").exists()


def test_faults_are_told(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(KnownError, match="nothing_happened"):
        report(shop, tmp_path, "csv")
    busy_october(shop)
    with pytest.raises(KnownError, match="unknown_format"):
        report(shop, tmp_path, "docx")
    with shop.store.read() as reader:
        future = figures.period_of(reader, month_text="2027-01")
        with pytest.raises(KnownError, match="period_in_future"):
            reporting.report(reader, future, to=tmp_path, formats=("csv",))
    (tmp_path / "file").write_text("")
    with pytest.raises(KnownError, match="cannot_write"):
        report(shop, tmp_path / "file", "csv")


def test_a_report_of_the_running_month_says_so(shop: Shop, tmp_path: Path) -> None:
    busy_october(shop)
    shop.clock.at_ms = at(2026, 10, 12, 12, 0)
    page = report(shop, tmp_path, "html")["html"].read_text("utf-8")
    assert "The period is not over" in page
    with shop.store.write() as desk:
        assert not reporting.keep(desk, figures.period_of(desk, month_text="2026-10"))


def test_erasing_a_customer_leaves_the_frozen_month(shop: Shop) -> None:
    busy_october(shop)
    with shop.store.write() as desk:
        assert reporting.keep(desk, figures.period_of(desk, month_text="2026-10"))
        kept = desk.months.get("2026-10")
    assert kept is not None
    assert "Number" not in json.dumps(kept.figures)


def test_the_preview_is_a_picture_of_the_first_page(shop: Shop) -> None:
    busy_october(shop)
    with shop.store.read() as reader:
        period = figures.period_of(reader, month_text="2026-10")
        made = reporting.preview(reader, period, lang="en", anonymous=True)
    assert made.startswith(b"\x89PNG")
