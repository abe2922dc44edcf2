"""search, searches and tickets --query: what is found, how it is shown, what is not understood."""

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest

from solodesk.base.paths import DataFolder
from solodesk.services.units import Store
from tests.cli.runner import Cli

Write = Callable[..., Path]


@pytest.fixture
def filled(shop: Cli, write_mail: Write) -> Cli:
    """Three letters."""
    for number, (text, subject, sender) in enumerate(
        (
            ("我想退貨，订单 A-10023", "退貨", "Wang Li <li@customer.example>"),
            ("Where is my résumé? <b>1 < 2</b>", "Question", "Ann <ann@other.example>"),
            ("call me: 138 0013 8000", "Phone", "Bob <bob@other.example>"),
        )
    ):
        name, ident = f"{number}.eml", f"<{number}@customer.example>"
        path = write_mail(name, text, subject=subject, message_id=ident, sender=sender)
        assert shop.json("import", path).code == 0
    return shop


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        (["退货"], ["退貨"]),
        (["退"], ["退貨"]),
        (["A10023"], ["退貨"]),
        (["RESUME"], ["Question"]),
        (["13800138000"], ["Phone"]),
        (["138-0013-8000"], ["Phone"]),
        (["from:other.example", "-phone"], ["Question"]),
        (["来自：ann"], ["Question"]),
        (["退货", "OR", "resume"], ["Question", "退貨"]),
        (["is:open", "-from:other.example"], ["退貨"]),
        (["#1002"], ["Question"]),
        (["res"], []),
        (["res*"], ["Question"]),
    ],
)
def test_what_is_found(filled: Cli, query: list[str], subjects: list[str]) -> None:
    said = filled.json("search", *query)
    assert said.code == 0
    assert sorted(line["subject"] for line in said.lines) == sorted(subjects)
    assert said.err == ""


def test_the_snippet_is_html_text_with_the_hits_marked(filled: Cli) -> None:
    line = filled.json("search", "resume").line
    assert line["snippet"] == "Where is my <mark>résumé</mark>? &lt;b&gt;1 &lt; 2&lt;/b&gt;"
    assert filled.json("search", "退货").line["snippet"].startswith("我想<mark>退貨</mark>，")


@pytest.mark.parametrize("typed", ["before:whenever resume", "is:nonsense", "csat<=many", "tag:"])
def test_what_is_not_understood_is_said_in_a_sentence(filled: Cli, typed: str) -> None:
    said = filled("search", typed)
    assert said.code in {0, 1}
    assert "Write for example" in said.err
    assert "Traceback" not in said.err


def test_a_note_is_found(filled: Cli) -> None:
    assert filled.json("note", 1003, "--text", "请尽快回电").code == 0
    assert [line["subject"] for line in filled.json("search", "回电").lines] == ["Phone"]
    assert [line["subject"] for line in filled.json("tickets", "--query", "回电").lines] == [
        "Phone"
    ]


def test_searches_are_kept_as_views(filled: Cli) -> None:
    assert filled.json("searches", "save", "Others", "from:other.example").line == {
        "name": "Others",
        "query": "from:other.example",
    }
    assert filled.json("searches", "list").line["tickets"] == 2
    assert len(filled.json("tickets", "--saved", "others").lines) == 2
    assert filled.json("searches", "change", "Others", "--query", "from:ann").code == 0
    assert len(filled.json("tickets", "--saved", "Others").lines) == 1
    assert filled.json("searches", "delete", "Others").code == 0
    assert filled.json("searches", "list").lines == []
    assert filled.json("undo").code == 0
    assert filled.json("searches", "list").line["name"] == "Others"
    assert filled.json("tickets", "--saved", "Nothing").code == 1


def test_an_index_of_an_older_version_is_made_anew_before_it_is_asked(filled: Cli) -> None:
    store = Store.open(DataFolder(filled.data), filled.clock, origin="test")
    with store.write() as desk:
        desk.meta.set("segmenter_version", "0")
        desk._tx.run("INSERT INTO search (search) VALUES ('delete-all')")
    store.close()
    said = filled.json("search", "退货")
    assert [line["subject"] for line in said.lines] == ["退貨"]
    assert "made anew" in said.err
    assert filled.json("search", "退货").err == ""


def test_words_in_an_imported_mails_file_are_found_at_once(shop: Cli, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Mei <mei@customer.example>", "support@shop.example"
    mail["Subject"], mail["Message-ID"] = "List", "<file@customer.example>"
    mail.set_content("See the list.")
    mail.add_attachment("Artikel;Preis\nLampenschirm;12", filename="preise.csv")
    (tmp_path / "file.eml").write_bytes(mail.as_bytes())
    assert shop.json("import", tmp_path / "file.eml").code == 0
    line = shop.json("search", "lampenschirm", "has:attachment").line
    assert line["subject"] == "List"
    assert "<mark>Lampenschirm</mark>" in line["snippet"]
