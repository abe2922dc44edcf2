"""Acts on tickets from the command line: each prints the ticket line and can be undone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli import shapes
from tests.cli.runner import Cli, misfit

Write = Callable[..., Path]


@pytest.fixture
def two(shop: Cli, write_mail: Write) -> Cli:
    """Two tickets: 1001 with two messages, 1002 with one."""
    ask = "<ask@customer.example>"
    shop("import", write_mail("1.eml", "one", subject="One", message_id=ask))
    more = {"In-Reply-To": ask}
    shop("import", write_mail("2.eml", "more", subject="Re: One", headers=more))
    shop("import", write_mail("3.eml", "two", subject="Two"))
    return shop


@pytest.mark.parametrize(
    ("command", "key", "value"),
    [
        ("status 1002 closed", "status", "closed"),
        ("tag 1002 +refund +急 -none", "tags", ["refund", "急"]),
        ("snooze 1002 3d", "snoozed_until", "2026-09-10T09:00:00Z"),
        ("snooze 1002 2026-09-08T08:00:00Z", "snoozed_until", "2026-09-08T08:00:00Z"),
        ("snooze 1002 tomorrow 07:30", "snoozed_until", "2026-09-08T07:30:00Z"),
    ],
)
def test_an_act_shows_in_the_line_and_undo_takes_it_back(
    two: Cli, command: str, key: str, value: object
) -> None:
    before = two.json("ticket", 1002).line[key]
    said = two.json(*command.split())
    assert said.code == 0
    assert misfit(said.line, shapes.TICKET) == []
    assert said.line[key] == value
    assert two.json("undo").line[key] == before
    assert two.json("undo").code == 1


def test_notes_and_contacts(two: Cli) -> None:
    assert two("note", 1002, "--text", "call back").code == 0
    kinds = [said["direction"] for said in two.json("ticket", 1002).line["conversation"]]
    assert "note" in kinds
    said = two.json(
        "contact", "mei@customer.example", "--channel", "wechat", "--direction", "out",
        "--minutes", 5, "--text", "told her",
    )  # fmt: skip
    assert misfit(said.line, shapes.TICKET) == []
    assert two("contact", "mei@customer.example", "--channel", "fax").code == 2


def test_merge_split_join(two: Cli) -> None:
    assert two.json("merge", 1002, 1001).line["messages"] == 3
    assert two.json("ticket", 1002).line["ticket"] == 1001
    two("undo")
    message = two.json("ticket", 1001).line["conversation"][1]["message"]
    made = two.json("split", 1001, message).line
    assert (made["ticket"], made["messages"]) == (1003, 1)
    assert two.json("join", message, 1001).line["messages"] == 2
    assert two.json("split", 1002, 999).code == 1


def test_undo_of_one_ticket(two: Cli) -> None:
    two("status", 1001, "closed")
    two("status", 1002, "closed")
    assert two.json("undo", 1001).line["ticket"] == 1001
    assert two.json("ticket", 1002).line["status"] == "closed"


@pytest.mark.parametrize("when", ["yesterday", "2020-01-01", "0x", "tomorrow 25:00"])
def test_times_that_make_no_sense_are_refused(two: Cli, when: str) -> None:
    assert two.json("snooze", 1002, when).code == 1


def test_tag_wants_a_ticket_and_a_tag(two: Cli) -> None:
    assert two("tag", "1002").code == 2
    assert two("tag", "+x", "1002").code == 2


def test_every_act_explains_itself(two: Cli) -> None:
    for act in ("note", "tag", "status", "snooze", "merge", "split", "join", "contact", "undo"):
        assert two("help", act).code == 0, act
