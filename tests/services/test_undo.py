"""Undo of any sequence of the owner's acts gives back the same tickets, tags, notes and drafts."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.base import resources
from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.services import customers, macros, replies, responses, tickets
from solodesk.services.units import Desk
from tests.services.inbox import DAY, Inbox, open_inbox

Act = Callable[[Desk, Sequence[TicketId]], object]


def _answer(desk: Desk, ids: Sequence[TicketId]) -> None:
    draft = replace(replies.draft_for(desk, ids[0]), body_html="<p>Answer</p>")
    replies.send(desk, draft)


def _draft(desk: Desk, ids: Sequence[TicketId]) -> None:
    draft = replace(replies.draft_for(desk, ids[0]), body_html="<p>Half a thought</p>")
    replies.save_draft(desk, draft)


def _merge(desk: Desk, ids: Sequence[TicketId]) -> None:
    into = desk.tickets.final(ids[-1])
    tickets.merge(desk, [i for i in ids if desk.tickets.final(i) != into], into)


def _split(desk: Desk, ids: Sequence[TicketId]) -> None:
    found = [m.id for m in desk.messages.of_ticket(ids[0])]
    if len(found) > 1:
        tickets.split(desk, ids[0], found[-1])


def _macro(desk: Desk, ids: Sequence[TicketId]) -> None:
    macros.run(desk, macros.get(desk, "Refund done"), ids)


def _greet(desk: Desk, ids: Sequence[TicketId]) -> None:
    row = desk.tickets.get(ids[0])
    if row is not None and row.customer_id is not None:
        customers.set_greeting(desk, row.customer_id, "Ms Chen")


ACTS: dict[str, Act] = {
    "close": tickets.close,
    "reopen": tickets.reopen,
    "spam": tickets.spam,
    "hide": tickets.hide,
    "unhide": tickets.unhide,
    "not_customer": tickets.not_customer,
    "wait": lambda desk, ids: tickets.set_status(desk, ids, "waiting"),
    "snooze": lambda desk, ids: tickets.snooze(desk, ids, desk.now_ms + DAY),
    "unsnooze": tickets.unsnooze,
    "tag": lambda desk, ids: tickets.tag(desk, ids, add=["a", "b"]),
    "untag": lambda desk, ids: tickets.tag(desk, ids, add=["c"], remove=["a"]),
    "priority": lambda desk, ids: tickets.set_priority(desk, ids, "high"),
    "note": lambda desk, ids: tickets.add_note(desk, ids[0], "note"),
    "read": tickets.mark_read,
    "merge": _merge,
    "split": _split,
    "answer": _answer,
    "draft": _draft,
    "macro": _macro,
    "greet": _greet,
}


def _picture(box: Inbox) -> dict[str, Any]:
    """Everything undo must give back."""
    with box.store.read() as reader:
        rows = reader.tickets.select("ORDER BY id")
        return {
            "tickets": rows,
            "messages": [reader.messages.of_ticket(row.id) for row in rows],
            "mentions": reader.mentions.select("ORDER BY rfc_id, message_id"),
            "participants": [sorted(reader.participants.of(row.id)) for row in rows],
            "tags": [reader.tags.of_ticket(row.id) for row in rows],
            "all tags": reader.tags.all(),
            "notes": reader.notes.select("ORDER BY id"),
            "drafts": reader.drafts.select("ORDER BY id"),
            "customers": reader.customers.all(),
            "leaving": reader.outbox.in_state("held", "queued", "retrying"),
        }


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(ACTS)), st.permutations([0, 1, 2])), min_size=1, max_size=8
    )
)
@settings(max_examples=25, deadline=None)
def test_undo_of_any_sequence_gives_everything_back(
    sequence: list[tuple[str, list[int]]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        box = open_inbox(DataFolder(Path(folder)), FixedClock(1_788_771_600_000))
        try:
            _play(box, sequence)
        finally:
            box.store.close()


def _play(box: Inbox, sequence: list[tuple[str, list[int]]]) -> None:
    ids = [box.mail(subject=s, message_id=f"<{s}@customer.example>").ticket for s in "abc"]
    box.mail("more", subject="Re: a", reply_to="<a@customer.example>", message_id="<m@c.example>")
    with box.store.write() as desk:
        pack = resources.read_text("packs", "starter.json")
        responses.import_json(desk, pack)
        macros.import_json(desk, pack)
    before = _picture(box)
    steps = 0
    for name, order in sequence:
        with box.store.write(label=(name, {})) as desk:
            ACTS[name](desk, [ids[i] for i in order[:2]])
            steps += desk.changes().undo_step is not None
    for _ in range(steps):
        with box.store.write() as desk:
            done = tickets.undo(desk)
        assert done is not None
        assert done.conflicts == ()
    assert _picture(box) == before
