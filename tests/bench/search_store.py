"""A store of many messages, made without a mail server: the search's bench needs the rows only.

python -m tests.bench.search_store FOLDER MESSAGES fills FOLDER; through services.ingest, with ready
ParsedMessages (corpus.py's vocabulary, people and conversations), so that tickets, customers and
the index are what a sync makes. Some tickets carry tags and notes.
"""

import hashlib
import random
import sys
import time
from dataclasses import replace
from itertools import islice
from pathlib import Path

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.message import Address, Attachment, Kind, ParsedMessage
from solodesk.services import housekeeping, tickets
from solodesk.services.ingest import ingest
from solodesk.services.units import Desk, Store
from solodesk.store.spelling import all_runs
from tests.bench import corpus

OWN = "support@solodesk.example"
_POOL = 50_000
_BATCH = 250
_NOTES = ("call back on Monday", "老客户，加急", "refund due")
_LETTERS = {"person": Kind.PERSON, "newsletter": Kind.LIST, "auto_reply": Kind.AUTO_REPLY}


def _plain(raw: bytes) -> ParsedMessage:
    return ParsedMessage(
        hashlib.sha256(raw).hexdigest(), len(raw), None, (), (), None, None, (), (), (), None, "",
        None, None, None, Kind.PERSON, (), None, "", None, "", False, (), None, None, False, (),
        False,
    )  # fmt: skip


class _Writer:
    """Writes letters of conversations; the same numbers give the same letters."""

    def __init__(self) -> None:
        dice = random.Random("pool")
        self._pool = {
            language: [corpus._sentence(dice, language) for _ in range(_POOL)]
            for language in ("en", "zh")
        }
        self._said: dict[int, tuple[list[str], str, str]] = {}

    def letter(self, talk: corpus.Talk, place: int, when_s: int) -> tuple[bytes, ParsedMessage]:
        """The next letter of a conversation."""
        dice, (name, address, language) = talk.random, talk.customer
        ids, quoted, subject = self._said.get(talk.number, ([], "", ""))
        pool = self._pool[language]
        subject = subject or dice.choice(pool)[:60]
        new = "\n".join(dice.choice(pool) for _ in range(dice.randint(2, 14)))
        if dice.random() < 0.2:
            new += f"\nOrder A-{dice.randint(10_000, 99_999)}"
        text = f"{new}\n\n{quoted}" if quoted else new
        ours = talk.kind == "thread" and place % 2 == 1
        customer, owner = Address(name, address), Address("Sam Rivera", OWN)
        own_id = f"<{talk.number}.{place}.{when_s}@mail.example>"
        raw = f"Message-ID: {own_id}\r\n\r\n".encode()
        files = (Attachment(1, f"scan-{dice.randint(1, 999)}.pdf", "application/pdf", 9, "", False,
                            None, False),) if dice.random() < 0.05 else ()  # fmt: skip
        parsed = replace(
            _plain(raw), message_id=own_id, references=tuple(ids[-12:]),
            in_reply_to=tuple(ids[-1:]), from_=owner if ours else customer,
            to=(customer if ours else owner,), customer=customer,
            subject=f"Re: {subject}" if place else subject, date_ms=when_s * 1000,
            kind=Kind.OWN if ours else _LETTERS.get(talk.kind, Kind.PERSON), language=language,
            body_text=text, new_text=new, attachments=files,
        )  # fmt: skip
        said = "\n".join(f"> {line}" for line in text.split("\n")[:60])
        self._said[talk.number] = ([*ids, own_id], said, subject)
        return raw, parsed


def build(folder: Path, messages: int) -> None:
    """Fill an empty data folder."""
    store = Store.open(DataFolder(folder), SystemClock(), origin="bench")
    items, talks = corpus._plan(messages, 1)
    writer = _Writer()
    letters = ((when, *writer.letter(talks[talk], place, when)) for when, talk, place in items)
    while batch := list(islice(letters, _BATCH)):
        with store.write(actor=Actor.ENGINE) as desk:
            for when, raw, parsed in batch:
                ingest(
                    desk, raw, parsed, None, own=frozenset({OWN}), received_ms=when * 1000,
                    seen=True,
                )  # fmt: skip
    with store.write(actor=Actor.ENGINE) as desk:
        _live_in(desk)
    while housekeeping.spell_names(store, all_runs):
        pass
    store.close()


def _live_in(desk: Desk) -> None:
    """Tags, notes and states as after some years."""
    dice = random.Random("life")
    listed = [ticket.id for ticket in desk.tickets.select("ORDER BY last_message_ms")]
    tags = [desk.tags.named(name).id for name in ("refund", "vip", "退款", "发票", "wholesale")]
    for number, ticket in enumerate(listed):
        late = number > len(listed) * 0.97
        status = dice.choice(("open", "waiting")) if late else "closed"
        desk.tickets.update(ticket, status=status, unread=late and dice.random() < 0.3)
        if dice.random() < 0.05:
            desk.tags.put(ticket, dice.choice(tags))
    for ticket in dice.sample(listed, min(300, len(listed))):
        tickets.add_note(desk, ticket, dice.choice(_NOTES))


def main() -> None:
    """Fill the folder named on the command line."""
    start = time.perf_counter()
    build(Path(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(f"made in {time.perf_counter() - start:.0f} s\n")


if __name__ == "__main__":
    main()
