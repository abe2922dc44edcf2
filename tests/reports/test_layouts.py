"""PDF, HTML, CSV, XLSX and JSON: what is said is in the file; what is hostile stays text."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from pypdf import PdfReader

from solodesk.base.errors import KnownError
from solodesk.reports import content, csvfile, html, jsonfile, pdf, xlsxfile
from solodesk.reports.cells import safe
from solodesk.reports.data import Comment, ReportData
from solodesk.wording.gettext import speaking
from tests.domain.history import at
from tests.reports.sample import line, report_data

HOSTILE = '<img src=x onerror=alert(1)> #set page(fill: red) $x$ @ref *b* "\\u{41} \x07'
FORMULA = "=cmd|' /C calc'!A0"


def pdf_text(made: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    return re.sub(r"[\s\u00a0\u202f\u200b]+", " ", text)


def hostile_data() -> ReportData:
    bad = line(1003, FORMULA, HOSTILE, 5)
    return report_data(
        business=HOSTILE,
        slowest=(bad,),
        tickets=(bad, line(1004, "\tTAB", "@SUM(A1)", 1), line(1005, "＝1+1", "-2+3", 1)),
        comments=(Comment("csat3", 1, HOSTILE, at(8)),),
    )


def test_the_pdf_says_what_happened() -> None:
    made = pdf.render(content.content(report_data()))
    text = pdf_text(made)
    assert pdf.pages(made) == len(PdfReader(io.BytesIO(made)).pages) == 2
    for words in (
        "Service report",
        "October 2026",
        "12 new tickets arrived; half were answered within 3 h 15 min",
        "6 of 8 customers who gave a rating were satisfied",
        "Sep 12 · about the same",
        "Goal 4 h",
        "23 received, 23 accounted for",
        "Mon–Fri 09:00–18:00: 22 working days",
        "Asia/Shanghai (UTC+8)",
        "#1001",
        "Wang Li",
        "Still waiting on 31 Oct: 1 ticket.",
        "How we count",
    ):
        assert words in text, words
    assert "Names are hidden" not in text


def test_the_chinese_pdf_is_chinese_and_can_be_searched() -> None:
    with speaking("zh"):
        made = pdf.render(content.content(report_data(business="小林工作室")))
    text = pdf_text(made).replace(" ", "")
    for words in (
        "月度服务报告",
        "2026年10月",
        "首次回复时间",
        "一半的客户在3小时15分内得到首次回复",
        "基本持平",
        "收到23封",
        "小林工作室",
    ):
        assert words in text, words
    assert not re.search("[\u2e80-\u2fdf]", text), "radicals instead of characters"


def test_without_a_chinese_font_it_is_said_and_english_still_works(tmp_path: Path) -> None:
    english = content.content(report_data())
    assert pdf.render(english, font_folders=[tmp_path]).startswith(b"%PDF")
    with pytest.raises(KnownError) as fault:
        pdf.render(replace(english, business="小林工作室"), font_folders=[tmp_path])
    assert fault.value.code == "no_cjk_font"


def test_customer_text_never_becomes_markup() -> None:
    shown = content.content(hostile_data())
    text = pdf_text(pdf.render(shown))
    assert "#set page(fill: red) $x$ @ref *b*" in text
    page = html.render(shown)
    tags = _Tags()
    tags.feed(page)
    assert tags.seen.isdisjoint({"img", "script", "iframe", "link", "object", "a", "form"})
    assert not tags.handlers
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.handlers += [name for name, _value in attrs if name.startswith("on")]


def test_the_html_is_one_file_in_its_language() -> None:
    with speaking("zh"):
        page = html.render(content.content(report_data()))
    assert '<html lang="zh-CN">' in page
    assert page.count("<svg") == 4
    assert "@media print" in page
    assert "default-src 'none'" in page
    assert "客户等待首次回复的时间" in page


def test_csv_has_numbers_times_with_offset_and_no_formulas() -> None:
    made = csvfile.render(hostile_data())
    assert made.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert rows[0][0] == "Ticket"
    first = rows[1]
    assert (first[0], first[1], first[5]) == ("1003", "2026-10-05T09:00:00+08:00", "300.0")
    assert first[2] == f"'{FORMULA}"
    for cell in (c for row in rows[1:] for c in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝")), cell


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", " =1", "＝1", "　=1"])
def test_what_a_spreadsheet_could_run_is_neutralised(text: str) -> None:
    assert safe(text).startswith("'")
    assert safe("Refund = yes") == "Refund = yes"
    assert "\x07" not in safe("a\x07b")


def test_the_workbook_has_three_sheets_with_real_numbers() -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsxfile.render(hostile_data())))
    assert book.sheetnames == ["Tickets", "Summary", "How we count"]
    tickets = book["Tickets"]
    assert tickets.freeze_panes == "A2"
    assert tickets.auto_filter.ref == "A1:J4"
    assert (tickets["A2"].value, tickets["F2"].value) == (1003, 300)
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    summary = {row[0].value: row for row in book["Summary"].iter_rows(min_row=2)}
    assert summary["First response"][1].value == 195
    assert summary["Satisfaction"][1].value == 0.75
    method = " ".join(str(c.value) for row in book["How we count"].iter_rows() for c in row)
    assert "Kaplan–Meier" in method
    assert "Asia/Shanghai" in method


def test_hidden_names_are_in_no_format() -> None:
    data = report_data(anonymous=True, comments=())
    shown = content.content(data)
    whole = [
        pdf_text(pdf.render(shown)),
        html.render(shown),
        csvfile.render(data).decode("utf-8-sig"),
        jsonfile.render(data, []).decode(),
        " ".join(
            str(cell.value)
            for sheet in openpyxl.load_workbook(io.BytesIO(xlsxfile.render(data)))
            for row in sheet.iter_rows()
            for cell in row
        ),
    ]
    for text in whole:
        assert "Customer A" in text
        for secret in ("Wang", "Maya", "Refund for A123", "Parcel"):
            assert secret not in text


def test_json_is_one_object() -> None:
    made = json.loads(jsonfile.render(report_data(), [{"figure": "csat"}]))
    assert made["period"] == "2026-10"
    assert made["tickets"][0]["first_response_s"] == 5.5 * 3600
    assert made["accounting"]["received"] == made["accounting"]["accounted"] == 23


def test_few_data_give_no_percentages() -> None:
    data = report_data()
    thin = {
        key: replace(figure, n=2, hits=2 if figure.hits is not None else None, interval=None)
        for key, figure in data.figures.items()
    }
    shown = content.content(replace(data, figures=thin, ratings={3: 2}))
    csat = next(h for h in shown.headlines if h.title == "Satisfaction")
    assert (csat.small, csat.pieces[0][0]) == (True, "2 of 2")
    first = shown.headlines[0]
    assert first.pieces[0][0] == "not enough data (n = 2)"
    assert shown.csat_interval is None
    assert "Fewer than five" in shown.csat_caption
    assert "within" not in "".join(text for text, _ in shown.lead)
    assert pdf.pages(pdf.render(shown)) == 2


def test_a_sum_that_does_not_add_up_is_printed_as_such() -> None:
    data = report_data()
    shown = content.content(replace(data, accounting=replace(data.accounting, received=25)))
    assert not shown.balanced
    assert "The sums differ by 2" in "".join(text for text, _ in shown.accounting_caption)
