"""Importing the same files in two orders gives the same tickets, and un-merging works as typed."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from tests.cli.runner import Cli
from tests.services.inbox import OWN, open_inbox

_HOUR = 3_600_000
_START = 1_788_771_600_000
ANNA, BOB, EVE, ME = "Anna <a@a.example>", "Bob <b@b.example>", "Eve <e@e.example>", f"Lin <{OWN}>"
# name, sender, to, what it answers
_MAILS = (
    ("q1", ANNA, OWN, ""),
    ("q2", BOB, OWN, ""),
    ("r1", ME, ANNA, "q1"),
    ("t1", ANNA, OWN, "q1 r1"),
    ("forged", EVE, OWN, "q2"),
    ("r2", ME, BOB, "q2"),
    ("colleague", EVE, OWN, "r2"),
    ("lost", ANNA, OWN, "never_seen"),
    ("lost_too", ANNA, OWN, "never_seen"),
    ("t2", BOB, OWN, "q2 r2 t2 t2"),
    ("out_of_office", ANNA, OWN, "r1"),
)


def _tickets(cli: Cli) -> set[frozenset[tuple[str, str]]]:
    found = set()
    for line in cli.json("tickets", "--view", "all", "--limit", "500").lines:
        told = cli.json("ticket", line["ticket"]).line["conversation"]
        found.add(frozenset((each["from"]["address"], each["text"]) for each in told))
    return found


@pytest.mark.parametrize("history", [(), ("--as-history",)], ids=["live", "history"])
def test_files_imported_in_any_order_give_the_same_tickets(
    history: tuple[str, ...], tmp_path: Path, write_mail: Callable[..., Path]
) -> None:
    files = []
    for number, (name, sender, to, answers) in enumerate(_MAILS):
        refs = [f"<{each}@x.example>" for each in answers.split()]
        files.append(
            write_mail(
                f"{name}.eml",
                f"Words of {name}",
                subject=f"About {name}",
                sender=sender,
                to=to,
                at_ms=_START + number * _HOUR,
                message_id=f"<{name}@x.example>",
                headers={"In-Reply-To": refs[-1], "References": " ".join(refs)} if refs else {},
            )
        )
    shuffled = random.Random(4).sample(files, len(files))
    pictures = []
    for number, order in enumerate((files, files[::-1], shuffled)):
        cli = Cli(tmp_path / f"desk{number}", FixedClock(_START + 48 * _HOUR))
        open_inbox(DataFolder(cli.data), cli.clock).store.close()
        assert cli("import", *order, *history).code == 0
        pictures.append(_tickets(cli))
    assert pictures[0] == pictures[1] == pictures[2]
    together = {frozenset(text.split()[-1] for _, text in each) for each in pictures[0]}
    assert together == {
        frozenset({"q1", "r1", "t1", "out_of_office"}),
        frozenset({"q2", "r2", "t2", "colleague"}),
        frozenset({"forged"}),
        frozenset({"lost", "lost_too"}),
    }


def test_a_merge_is_taken_back_as_typed(shop: Cli, write_mail: Callable[..., Path]) -> None:
    one = write_mail("1.eml", "one", message_id="<1@x.example>", subject="one")
    two = write_mail("2.eml", "two", message_id="<2@x.example>", subject="two", sender=BOB)
    numbers = [line["ticket"] for line in shop.json("import", one, two).lines]
    assert shop.json("merge", numbers[1], numbers[0]).line["messages"] == 2
    answer = {"In-Reply-To": "<2@x.example>"}
    later = write_mail("3.eml", "three", headers=answer, subject="Re: two", sender=BOB)
    assert shop.json("import", later).line["ticket"] == numbers[0]
    back = shop.json("unmerge", numbers[1]).line
    assert (back["ticket"], back["messages"]) == (numbers[1], 2)
    assert shop.json("unmerge", numbers[0]).error["error"] == "not_merged"
    told = shop.json("ticket", numbers[1]).line["conversation"]
    assert shop.json("unjoin", told[1]["message"]).line["messages"] == 1
    assert len(shop.json("tickets", "--view", "all").lines) == 3
