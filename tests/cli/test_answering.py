"""reply, responses, macros, surveys, settings, customers from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.base import resources
from tests.cli import shapes
from tests.cli.runner import Cli, misfit

Write = Callable[..., Path]
PACK = resources.path("packs", "starter.json")


@pytest.fixture
def stocked(shop: Cli, write_mail: Write) -> Cli:
    """A ticket 1001, canned responses and macros."""
    shop("import", write_mail("1.eml", "Where is my refund for the order?", subject="Refund"))
    shop("responses", "import", PACK)
    shop("macros", "import", PACK)
    return shop


def test_reply_queues_and_prints_the_outbox_line(stocked: Cli) -> None:
    said = stocked.json("reply", 1001, "--text", "Soon.\n\nReally.")
    assert said.code == 0
    assert misfit(said.line, shapes.OUTBOX) == []
    assert (said.line["state"], said.line["attempts"]) == ("held", 0)
    assert said.line["not_before"] == "2026-09-07T09:00:10Z"
    assert said.line["recipients"] == [
        {"address": "mei@customer.example", "state": "unknown", "reply": None}
    ]
    assert stocked.json("tickets").out == ""
    assert stocked.json("undo").code == 0
    assert stocked.json("tickets").line["ticket"] == 1001


def test_an_open_blank_is_3_and_lists_the_blanks(stocked: Cli) -> None:
    said = stocked.json("reply", 1001, "--canned", "Refund — on its way")
    assert said.code == 3
    assert said.line == {"blanks": [{"key": "order_number", "label": "order number"}]}
    assert said.error["error"] == "blank_open"
    plain = stocked("reply", 1001, "--canned", "/ref")
    assert "--fill order_number=" in plain.out


def test_filled_blanks_are_values_and_options_are_obeyed(stocked: Cli) -> None:
    said = stocked.json(
        "reply", 1001, "--canned", "/ref", "--fill", "order_number={{7*7}}", "--no-delay",
        "--status", "closed",
    )  # fmt: skip
    assert (said.code, said.line["state"]) == (0, "queued")
    text = stocked.json("ticket", 1001).line["conversation"][-1]["text"]
    assert "order {{7*7}} left us" in text
    assert stocked.json("responses", "list").lines[5]["used"] == 1
    later = stocked.json("reply", 1001, "--text", "x", "--later", "2026-09-08 10:00")
    assert (later.line["hold_reason"], later.line["state"]) == ("later", "held")


def test_a_dry_run_stores_nothing(stocked: Cli) -> None:
    said = stocked.json("reply", 1001, "--canned", "/ref", "--dry-run")
    assert said.code == 3
    assert said.line["blanks"][0]["key"] == "order_number"
    done = stocked.json("reply", 1001, "--text", "Hi", "--dry-run").line
    assert done["text"] == "Hi\n\nLin\nThe Shop"
    assert len(stocked.json("ticket", 1001).line["conversation"]) == 1


def test_replies_that_can_not_be(stocked: Cli) -> None:
    assert stocked("reply", 1001).code == 2
    assert stocked.json("reply", 1001, "--canned", "nothing").error["error"] == "no_such_response"
    assert stocked("reply", 1001, "--text", "x", "--fill", "novalue").code == 2
    assert stocked.json("reply", 1001, "--text", "x", "--identity", "a@b.example").code == 1
    assert stocked.json("reply", 5, "--text", "x").code == 1


def test_macros_prepare_and_reply_sends_the_draft(stocked: Cli) -> None:
    said = stocked.json("macros", "run", "Refund done", 1001)
    assert said.code == 0
    assert misfit(said.line, shapes.TICKET) == []
    assert said.line["tags"] == ["refunded"]
    assert stocked.json("reply", 1001).code == 3
    sent = stocked.json("reply", 1001, "--fill", "order_number=A1", "--no-delay")
    assert sent.line["state"] == "queued"
    assert stocked.json("macros", "run", "none", 1001).code == 1


def test_packs_and_lists(stocked: Cli, tmp_path: Path) -> None:
    for command, key in (("responses", "responses"), ("macros", "macros")):
        to = tmp_path / f"{command}.json"
        assert stocked(command, "export", "--to", to).code == 0
        pack = json.loads(to.read_text(encoding="utf-8"))
        assert pack[key] == stocked.json(command, "list").lines
        name = pack[key][0]["name"]
        assert stocked.json(command, "delete", name).line["name"] == name
        assert len(stocked.json(command, "list").lines) == len(pack[key]) - 1
        assert name in [line["name"] for line in stocked.json(command, "import", to).lines]
        (tmp_path / "bad.json").write_text("[{}]", encoding="utf-8")
        assert stocked.json(command, "import", tmp_path / "bad.json").code == 1


def test_surveys_are_asked_and_listed(stocked: Cli) -> None:
    asked = stocked.json("survey", "send", 1001, "--no-delay")
    assert asked.code == 0
    assert misfit(asked.line, shapes.SURVEY) == []
    assert misfit(stocked.json("surveys").line, shapes.SURVEY) == []
    assert stocked.json("survey", "send", 1001).code == 1


def test_settings_are_listed_read_and_set(cli: Cli) -> None:
    assert {"key", "value", "default", "given"} <= set(cli.json("settings", "list").lines[0])
    assert cli.json("settings", "set", "undo_send_s", "30").line["value"] == 30
    assert cli.json("settings", "get", "undo_send_s").line["value"] == 30
    assert cli.json("settings", "set", "undo_send_s", "999").error["error"] == "bad_setting"
    assert cli.json("settings", "get", "nothing").code == 1
    dated = cli.json("settings", "set", "goal_first_s", "7200", "--from", "2026-10-01")
    assert dated.line["value"] == 14_400


def test_customers_are_shown_and_listed(stocked: Cli) -> None:
    listed = stocked.json("customer", "list")
    assert misfit(listed.line, shapes.CUSTOMER) == []
    shown = stocked.json("customer", "show", "Mei@customer.example")
    assert shown.line["customer"] == listed.line["customer"]
    assert [b["ticket"] for b in shown.line["open"]] == [1001]
    assert stocked.json("customer", "show", "9").code == 1
    assert stocked.json("customer", "erase", "1").code == 2


def test_files_that_are_no_text_are_told(shop: Cli, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe{")
    for path, code in ((tmp_path / "bad.json", "not_utf8"), (tmp_path, "file_unreadable")):
        for command in ("responses", "macros"):
            assert shop.json(command, "import", path).error["error"] == code


def test_without_a_mailbox_an_answer_waits_for_one(cli: Cli, write_mail: Write) -> None:
    cli("import", write_mail("1.eml"))
    said = cli.json("reply", 1001, "--text", "Hi")
    assert (said.code, said.error["error"]) == (1, "no_identity")
    assert cli.json("survey", "send", 1001).error["error"] == "no_identity"
