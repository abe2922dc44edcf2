"""parse, render, import, tickets, ticket, search: literal shapes and what they say."""

import mailbox
from collections.abc import Callable
from pathlib import Path

from tests.cli import shapes
from tests.cli.runner import Cli, misfit
from tests.services.inbox import OWN
from tests.support.mails import raw_mail

Write = Callable[..., Path]
ASK = "<ask@customer.example>"


def test_parse_has_its_literal_shape_and_touches_no_store(cli: Cli, write_mail: Write) -> None:
    said = cli.json("parse", write_mail("1.eml"), "--own", OWN)
    assert said.code == 0
    assert misfit(said.line, shapes.PARSE) == []
    assert said.line["from"] == {"name": "Mei Chen", "address": "mei@customer.example"}
    assert not cli.data.exists()


def test_own_addresses_change_the_kind(cli: Cli, write_mail: Write) -> None:
    path = write_mail("1.eml", sender=f"Lin <{OWN}>", to="mei@customer.example")
    assert cli.json("parse", path).line["kind"] == "person"
    assert cli.json("parse", path, "--own", OWN).line["kind"] == "own"


def test_render_writes_what_the_viewer_is_given(cli: Cli, tmp_path: Path) -> None:
    html = '<p>Hi <a href="https://bank.example/">bank</a><img src="http://t.example/1.gif"></p>'
    raw = raw_mail(html).replace(b"text/plain", b"text/html")
    (tmp_path / "h.eml").write_bytes(raw)
    said = cli.json("render", tmp_path / "h.eml", "--to", tmp_path / "out.html")
    assert said.code == 0
    assert misfit(said.line, shapes.RENDER) == []
    assert said.line["blocked_remote"] + said.line["trackers"] >= 1
    shown = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "t.example" not in shown
    assert "bank" in shown
    assert cli.json("render", "--to", tmp_path / "x.html").code == 1


def test_import_then_tickets_ticket_and_search(shop: Cli, write_mail: Write) -> None:
    path = write_mail("1.eml", "我想退款，订单 A123", subject="退款", message_id=ASK)
    said = shop.json("import", path)
    assert said.code == 0
    assert misfit(said.line, shapes.IMPORT) == []
    assert (said.line["ticket"], said.line["joined_by"]) == (1001, "new")
    listed = shop.json("tickets")
    assert misfit(listed.line, shapes.TICKET) == []
    assert listed.line["ticket"] == 1001
    assert listed.line["goal_due"] is not None
    one = shop.json("ticket", 1001)
    assert misfit(one.line, {**shapes.TICKET, "conversation": [shapes.CONVERSATION]}) == []
    assert one.line["conversation"][0]["direction"] == "in"
    found = shop.json("search", "退款")
    assert misfit(found.line, shapes.SEARCH) == []
    assert "<mark>退款</mark>" in found.line["snippet"]
    assert shop.json("search", "nothing-like-this").out == ""
    assert shop.json("search", " ").code == 1


def test_plain_text_is_for_people(shop: Cli, write_mail: Write) -> None:
    shop("import", write_mail("1.eml", "Where is it?", subject="My order"))
    listed = shop("tickets")
    assert "#1001" in listed.out
    assert "My order" in listed.out
    assert "{" not in listed.out
    assert "Where is it?" in shop("ticket", "1001").out
    assert "#1001" in shop("search", "order").out
    assert "Nothing" in shop("tickets", "--view", "spam").out


def test_importing_twice_adds_nothing(shop: Cli, write_mail: Write) -> None:
    path = write_mail("1.eml")
    first, second = shop.json("import", path).line, shop.json("import", path).line
    assert (second["message"], second["ticket"]) == (first["message"], first["ticket"])
    assert (first["new"], second["new"]) == (True, False)
    assert len(shop.json("tickets").lines) == 1


def test_mbox_maildir_and_folders_keep_one_conversation(
    shop: Cli, tmp_path: Path, write_mail: Write
) -> None:
    answer = raw_mail(
        "Soon", sender=f"Lin <{OWN}>", to="mei@customer.example", headers={"In-Reply-To": ASK}
    )
    box = mailbox.mbox(str(tmp_path / "mail.mbox"))
    box.add(raw_mail("Where?", message_id=ASK))
    box.add(answer)
    box.close()
    lines = shop.json("import", tmp_path / "mail.mbox").lines
    assert [line["joined_by"] for line in lines] == ["new", "in_reply_to"]
    assert {line["ticket"] for line in lines} == {1001}
    folder = mailbox.Maildir(str(tmp_path / "md"))
    folder.add(raw_mail("Other", subject="Other"))
    folder.close()
    assert shop.json("import", tmp_path / "md").line["ticket"] == 1002
    assert shop.json("tickets", "--view", "waiting").line["ticket"] == 1001


def test_history_is_found_but_not_on_the_desk(shop: Cli, write_mail: Write) -> None:
    shop("import", write_mail("1.eml", "An old refund", subject="Old"), "--as-history")
    assert shop.json("tickets").out == ""
    assert shop.json("tickets", "--view", "closed").line["subject"] == "Old"
    assert len(shop.json("search", "refund").lines) == 1


def test_queries_and_views_together(shop: Cli, write_mail: Write) -> None:
    shop("import", write_mail("1.eml", subject="Refund one"))
    shop("import", write_mail("2.eml", subject="Refund two"))
    shop("status", "1001", "closed")
    found = shop.json("tickets", "--query", "refund").lines
    assert {line["ticket"] for line in found} == {1001, 1002}
    assert shop.json("tickets", "--view", "closed", "--query", "refund").line["ticket"] == 1001
    assert len(shop.json("tickets", "--view", "all", "--limit", "1").lines) == 1


def test_a_charset_told_by_hand(shop: Cli, tmp_path: Path) -> None:
    path = tmp_path / "lt.eml"
    text = "Prašome pranešti, kur mano užsakymas"
    head = "From: s@mail.example\nSubject: Klausimas\nContent-Type: text/plain; charset=latin1\n\n"
    path.write_bytes(head.encode() + text.encode("cp1257"))
    assert shop.json("parse", path).line["body_text"] != text
    told = shop.json("parse", path, "--charset", "windows-1257").line
    assert (told["body_text"], told["defects"]) == (text, ["read_as:cp1257"])
    assert shop.json("parse", path, "--charset", "martian").code == 1
    message = shop.json("import", path).line["message"]
    assert shop.json("redecode", message, "windows-1257").code == 0
    assert shop.json("ticket", "1001").line["conversation"][0]["text"] == text
    assert shop.json("redecode", message, "auto").code == 0
    assert shop.json("ticket", "1001").line["conversation"][0]["text"] != text
