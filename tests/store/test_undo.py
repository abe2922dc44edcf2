"""Acts of the owner, taken back."""

import itertools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import TicketId
from solodesk.store.store import Store
from solodesk.store.undo import KEPT_STEPS
from solodesk.store.uow import Desk
from tests.store import samples

_TABLES = (
    "ticket", "tag", "ticket_tag", "customer", "customer_address", "draft", "note", "message",
    "mention", "participant", "canned_response", "canned_variant", "macro", "setting",
)  # fmt: skip
_TICKETS = 4
_names = itertools.count()


def _picture(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows undo answers for. A number that was given stays given, so it is left out."""
    with store.read() as reader:
        picture = {
            table: sorted(reader._tx.all(f"SELECT * FROM {table}"), key=repr)
            for table in _TABLES
            if table != "ticket"
        }
        columns = [c[1] for c in reader._tx.all("PRAGMA table_info(ticket)") if c[1] != "number"]
        picture["ticket"] = reader._tx.all(f"SELECT {', '.join(columns)} FROM ticket ORDER BY id")
        return picture


def _tickets() -> st.SearchStrategy[int]:
    return st.integers(1, _TICKETS)


def _move(desk: Desk, ticket: int, other: int) -> None:
    """Merge-like: everything of one ticket goes to another."""
    for message in desk.messages.of_ticket(TicketId(ticket)):
        desk.messages.update(message.id, ticket_id=other)
        desk.mentions.move(message.id, TicketId(other))
    desk.participants.add(TicketId(other), desk.participants.of(TicketId(ticket)))
    desk.tickets.update(TicketId(ticket), merged_into=other if other != ticket else None)


def _split(desk: Desk, ticket: int) -> None:
    made = samples.ticket(desk, subject="split off")
    for message in desk.messages.ids_of_ticket(TicketId(ticket))[-1:]:
        desk.messages.update(message, ticket_id=made)
        desk.mentions.move(message, made)


def _untag(desk: Desk, ticket: int) -> None:
    for tag in desk.tags.of_ticket(TicketId(ticket)):
        desk.tags.take(TicketId(ticket), tag.id)


def _drop_draft(desk: Desk, ticket: int) -> None:
    draft = desk.drafts.of_ticket(TicketId(ticket))
    if draft is not None:
        desk.drafts.delete(draft.id)


def _drop_notes(desk: Desk, ticket: int) -> None:
    for note in desk.notes.of_ticket(TicketId(ticket)):
        desk.notes.delete(note.id)


def _canned(desk: Desk, ticket: int) -> None:
    found = desk.canned.all()
    if len(found) > 1:
        desk.canned.delete(found[0].id)
    else:
        made = desk.canned.add(name=f"response {next(_names)}", tags=["a"])
        desk.canned.set_variant(made, "zh", "您好")
        desk.canned.set_variant(made, "en", f"Hello {ticket}")


def _act(draw: st.DrawFn) -> tuple[Callable[[Desk], Any], ...]:
    ticket, other = TicketId(draw(_tickets())), TicketId(draw(_tickets()))
    word = draw(st.sampled_from(["refund", "退款", "vip", ""]))
    status = draw(st.sampled_from(["open", "waiting", "closed", "spam"]))
    acts: list[Callable[[Desk], Any]] = [
        lambda desk: desk.tickets.update(ticket, status=status, unread=False),
        lambda desk: desk.tickets.update(ticket, snoozed_until_ms=5, snooze_wake_on_reply=False),
        lambda desk: desk.tickets.give_number(ticket),
        lambda desk: desk.tags.put(ticket, desk.tags.named(word or "tag").id),
        lambda desk: _untag(desk, ticket),
        lambda desk: _move(desk, ticket, other),
        lambda desk: _split(desk, ticket),
        lambda desk: desk.drafts.save(ticket, body=f"<p>{word}</p>", subject=word),
        lambda desk: _drop_draft(desk, ticket),
        lambda desk: desk.notes.add(ticket_id=ticket, text=word),
        lambda desk: _drop_notes(desk, ticket),
        lambda desk: desk.customers.update(desk.customers.all()[0].id, greeting=word or None),
        lambda desk: samples.customer(desk, name=word, address=f"{word}@example.com"),
        lambda desk: desk.customers.delete_address(f"{word}@example.com"),
        lambda desk: _canned(desk, ticket),
        lambda desk: desk.macros.add(name=f"macro {next(_names)}", actions=[{"do": "note"}]),
        lambda desk: desk.settings.set("goal", word, valid_from_ms=ticket),
    ]
    return tuple(
        acts[n] for n in draw(st.lists(st.integers(0, len(acts) - 1), min_size=1, max_size=3))
    )


_acts = st.composite(_act)()


@settings(max_examples=100, deadline=None)
@given(st.lists(_acts, max_size=8))
def test_any_acts_undone_in_reverse_leave_no_trace(
    acts: list[tuple[Callable[[Desk], Any], ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clock = FixedClock(1_000_000)
        store = Store.open(DataFolder(Path(folder)), clock, origin="test")
        with store.write(actor=Actor.ENGINE) as desk:
            for number in range(_TICKETS):
                message = samples.letter(desk, f"letter {number}", index=False)
                ticket = desk.messages.get(message)
                assert ticket is not None
                desk.mentions.add([f"<{number}@a>"], ticket.ticket_id, message)
                desk.participants.add(ticket.ticket_id, ["wang@example.com"])
        pictures = []
        for act in acts:
            clock.advance(minutes=1)
            picture = _picture(store)
            with store.write(label=("act", {"n": len(act)})) as desk:
                for part in act:
                    part(desk)
            if desk.changes().undo_step is not None:
                pictures.append(picture)
            else:
                assert _picture(store) == picture
        for picture in reversed(pictures):
            with store.write() as desk:
                undone = desk.undo.undo_last()
            assert undone is not None
            assert undone.conflicts == ()
            assert _picture(store) == picture
        with store.write() as desk:
            assert desk.undo.undo_last() is None
        assert store.check() == ()
        store.close()


def test_undo_keeps_what_has_changed_since(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
    with store.write(label=("close", {"number": 1001})) as desk:
        desk.tickets.update(ticket, status="closed", priority="high")
    with store.write(actor=Actor.ENGINE) as desk:
        desk.tickets.update(ticket, status="open")
    with store.write() as desk:
        undone = desk.undo.undo_last()
    assert undone is not None
    assert undone.label == ("close", {"number": 1001})
    assert [(c.table, c.fields) for c in undone.conflicts] == [("ticket", ("status",))]
    assert undone.changes.tickets == {ticket}
    with store.read() as reader:
        found = reader.tickets.get(ticket)
        assert found is not None
        assert (found.status, found.priority) == ("open", "normal")


def test_undo_appends_to_history_and_is_no_act_itself(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
    with store.write(label=("close", {})) as desk:
        desk.tickets.update(ticket, status="closed")
        event = desk.event("status", ticket=ticket, data={"from": "open", "to": "closed"})
    with store.write(label=("undo", {})) as desk:
        desk.undo.undo_last()
    with store.read() as reader:
        events = reader.events.of_ticket(ticket)
        assert [e.kind for e in events] == ["status", "undone"]
        assert events[1].data == {"event": event}
        assert reader.undo.last() is None


def test_only_labelled_acts_are_on_the_stack(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
    with store.write(actor=Actor.ENGINE) as desk:
        desk.tickets.update(ticket, status="closed")
    with store.read() as reader:
        assert reader.undo.last() is None


def test_undo_cancels_mail_that_has_not_left(store: Store) -> None:
    with store.write() as desk:
        ticket, identity = samples.ticket(desk), samples.account(desk)
        desk.drafts.save(ticket, body="<p>Hello</p>")
    with store.write(label=("send", {})) as desk:
        waiting = samples.outbox(desk, ticket, identity, state="held", hold_reason="undo_window")
        draft = desk.drafts.of_ticket(ticket)
        assert draft is not None
        desk.drafts.delete(draft.id)
    with store.write() as desk:
        undone = desk.undo.undo_last()
        assert undone is not None
        assert undone.conflicts == ()
        row = desk.outbox.get(waiting)
        assert row is not None
        assert row.state == "cancelled"
        assert desk.drafts.of_ticket(ticket) == draft


def test_undo_never_stops_mail_on_the_wire(store: Store) -> None:
    with store.write() as desk:
        ticket, identity = samples.ticket(desk), samples.account(desk)
    with store.write(label=("send", {})) as desk:
        leaving = samples.outbox(desk, ticket, identity)
        desk.tickets.update(ticket, status="waiting")
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        assert desk.outbox.move(leaving, ("queued",), "sending", attempts=1)
    with store.write() as desk:
        undone = desk.undo.undo_last()
        assert undone is not None
        assert [c.table for c in undone.conflicts] == ["outbox"]
        row, found = desk.outbox.get(leaving), desk.tickets.get(ticket)
        assert row is not None
        assert found is not None
        assert (row.state, found.status) == ("sending", "open")


def test_a_split_is_kept_when_new_mail_came_into_it(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        samples.letter(desk, "one", ticket_id=ticket)
        moved = samples.letter(desk, "two", ticket_id=ticket)
    with store.write(label=("split", {})) as desk:
        made = samples.ticket(desk, subject="split")
        desk.messages.update(moved, ticket_id=made)
    with store.write(actor=Actor.ENGINE) as desk:
        samples.letter(desk, "three", ticket_id=made)
    with store.write() as desk:
        undone = desk.undo.undo_last()
        assert undone is not None
        assert [(c.table, c.key) for c in undone.conflicts] == [("ticket", {"id": made})]
        assert desk.messages.ids_of_ticket(ticket) == [1, moved]
        assert len(desk.messages.ids_of_ticket(made)) == 1


def test_steps_survive_a_restart_and_old_ones_are_forgotten(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    store = Store.open(data_folder, clock, origin="test")
    with store.write() as desk:
        ticket = samples.ticket(desk)
    for number in range(KEPT_STEPS + 10):
        with store.write(label=("rename", {"n": number})) as desk:
            desk.tickets.update(ticket, subject=f"name {number}")
    store.close()
    again = Store.open(data_folder, clock, origin="test")
    count = 0
    with again.write() as desk:
        while desk.undo.undo_last() is not None:
            count += 1
        found = desk.tickets.get(ticket)
    assert count == KEPT_STEPS
    assert found is not None
    assert found.subject == "name 9"
    again.close()


def test_undoing_one_step_by_name(store: Store) -> None:
    with store.write() as desk:
        first, second = samples.ticket(desk), samples.ticket(desk)
    with store.write(label=("close", {})) as desk:
        desk.tickets.update_many([first], status="closed")
    with store.write(label=("close", {})) as desk:
        desk.tickets.update_many([second], status="closed")
    with store.write() as desk:
        step = desk.undo.last_of_ticket(first)
        assert step is not None
        desk.undo.undo_step(step.id)
        with pytest.raises(LookupError):
            desk.undo.undo_step(step.id)
    with store.read() as reader:
        statuses = [t.status for t in reader.tickets.many([first, second])]
    assert statuses == ["open", "closed"]
