"""Words out of attached files: real ones are read, hostile ones end in nothing, soon."""

import time
import zipfile
from io import BytesIO

import pytest
import typst
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.mail.filetext import attachment_text, readable

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_CONTENT_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def _archive(**members: str | bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _CONTENT_TYPES)
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def _docx(body: str) -> bytes:
    return _archive(
        word__document_xml='<?xml version="1.0"?><w:document xmlns:w="urn:w"><w:body>'
        f"{body}</w:body></w:document>"
    )


def _xlsx() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Bestellung")
        sheet.write(0, 0, "退款金额")
        sheet.write(0, 1, 129.5)
        sheet.write(1, 0, "Lamp, green")
    return out.getvalue()


def test_word_paragraphs_and_tables() -> None:
    data = _docx(
        "<w:p><w:r><w:t>Refund for </w:t></w:r><w:r><w:t>order 17</w:t></w:r></w:p>"
        "<w:p><w:r><w:instrText>HYPERLINK x</w:instrText><w:t>退款申请</w:t></w:r></w:p>"
    )
    assert attachment_text("a.docx", _DOCX, data, limit=1000) == "Refund for order 17\n退款申请"


def test_the_bytes_decide_not_the_label() -> None:
    data = _docx("<w:p><w:t>Hello</w:t></w:p>")
    assert attachment_text("a.bin", "application/octet-stream", data, limit=1000) == "Hello"


def test_excel_names_texts_and_numbers() -> None:
    words = attachment_text("a.xlsx", "", _xlsx(), limit=1000)
    assert {"Bestellung", "退款金额", "129.5", "Lamp, green"} <= set(
        words.replace("\t", "\n").split("\n")
    )


def test_pdf_in_both_languages() -> None:
    data = typst.compile(b"Invoice 2026-17, efficient\n\nTotal: 99")
    words = attachment_text("invoice.pdf", "application/pdf", data, limit=1000)
    assert "Invoice 2026-17, efficient" in words
    assert "Total: 99" in words


def test_open_document_and_slides() -> None:
    odt = BytesIO()
    with zipfile.ZipFile(odt, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", '<o xmlns:t="u"><t:p>One <t:span>two</t:span></t:p></o>')
    assert attachment_text("a.odt", "", odt.getvalue(), limit=99) == "One two"
    slides = _archive(ppt__slides__slide2_xml="<a><t>second</t><p/></a>",
                      ppt__slides__slide1_xml="<a><t>first</t><p/></a>")  # fmt: skip
    assert attachment_text("a.pptx", "", slides, limit=99) == "first\nsecond"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("note.txt", "退款".encode("gbk"), "退款"),
        ("data.csv", b"a;b\r\n1;2", "a;b\n1;2"),
        ("page.html", b"<html><p>Hi <b>you</b><script>no()</script>", "Hi you"),
        ("a.rtf", rb"{\rtf1\ansi Gr\'fc\'dfe\par zwei}", "Grüße\nzwei"),
        ("photo.jpg", b"\xff\xd8\xff\xe0 text", ""),
        ("really.txt", b"\0\1\2\3" * 100, ""),
    ],
)
def test_other_files(name: str, data: bytes, words: str) -> None:
    assert attachment_text(name, "", data, limit=1000) == words


def test_readable_asks_name_or_claim() -> None:
    assert readable("a.PDF", "")
    assert readable("", "text/x-anything")
    assert not readable("photo.jpg", "image/jpeg")
    assert not readable("a.zip", "application/zip")


def test_a_bomb_is_not_unpacked() -> None:
    data = _docx("<w:p><w:t>" + "0" * 200_000_000 + "</w:t></w:p>")
    start = time.perf_counter()
    assert attachment_text("bomb.docx", _DOCX, data, limit=1000) == ""
    assert time.perf_counter() - start < 2


def test_entities_are_refused() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "lol">]><w:document xmlns:w="u"><w:t>&b;</w:t></w:document>'
    assert attachment_text("a.docx", _DOCX, _archive(word__document_xml=bomb), limit=99) == ""


def test_the_limit_holds() -> None:
    assert len(attachment_text("a.txt", "", b"word " * 100_000, limit=500)) <= 500


@settings(max_examples=150, deadline=None)
@given(
    start=st.sampled_from(
        [b"%PDF-1.7\n", b"PK\x03\x04", b"{\\rtf1", b"<html", b"", b"\xd0\xcf\x11\xe0"]
    ),
    rest=st.binary(max_size=400),
    name=st.sampled_from(["a.pdf", "a.docx", "a.xlsx", "a.txt", "a.odt", "a.rtf"]),
)
def test_any_bytes_give_text(start: bytes, rest: bytes, name: str) -> None:
    words = attachment_text(name, "", start + rest, limit=200)
    words.encode("utf-8")
    assert len(words) <= 200
