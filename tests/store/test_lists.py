"""What the screens list: the views as the contract defines them, from indexes alone."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from solodesk.base.clock import FixedClock
from solodesk.domain.ids import CustomerId, TicketId
from solodesk.domain.search_query import parse_query
from solodesk.domain.views import View
from solodesk.store.lists import has_words
from solodesk.store.store import Store
from solodesk.store.uow import Desk, Reader
from tests.store import samples

HOUR = 3_600_000


def views_of(store: Store, ticket: TicketId) -> set[str]:
    """The views a ticket is in."""
    with store.read() as reader:
        return {view.value for view in View if ticket in reader.lists.ids(view)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, {"needs_reply", "all"}),
        ({"status": "waiting"}, {"waiting", "all"}),
        ({"status": "closed"}, {"closed", "all"}),
        ({"status": "spam"}, {"spam"}),
        ({"hidden_ms": 1}, {"hidden"}),
        ({"snoozed_until_ms": HOUR}, {"snoozed", "all"}),
        ({"snoozed_until_ms": -HOUR}, {"needs_reply", "all"}),
        ({"status": "waiting", "snoozed_until_ms": HOUR}, {"snoozed", "all"}),
        ({"kind": "list"}, {"automatic", "all"}),
        ({"kind": "list", "status": "closed"}, {"automatic", "all"}),
        ({"kind": "bounce", "status": "spam"}, {"spam"}),
        ({"status": "closed", "alarm": "bounced"}, {"needs_reply", "closed", "all"}),
        ({"alarm": "failed", "hidden_ms": 1}, {"hidden"}),
    ],
)
def test_views(
    store: Store, clock: FixedClock, columns: dict[str, Any], expected: set[str]
) -> None:
    for name in ("snoozed_until_ms", "hidden_ms"):
        if name in columns:
            columns = {**columns, name: clock.now_ms() + columns[name]}
    with store.write() as desk:
        ticket = samples.ticket(desk, **columns)
    assert views_of(store, ticket) == expected
    with store.read() as reader:
        counts = reader.lists.counts(clock.now_ms())
    assert {view.value for view in View if counts[view]} == expected


def test_people_who_are_no_customers_are_automatic(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        desk.customers.update(samples.customer(desk), not_customer=True)
    assert views_of(store, ticket) == {"automatic", "all"}


def test_merged_tickets_are_only_in_the_one_they_became(store: Store) -> None:
    with store.write() as desk:
        kept = samples.ticket(desk)
        merged = samples.ticket(desk, merged_into=kept)
        number = desk.tickets.give_number(merged)
    assert views_of(store, merged) == set()
    with store.read() as reader:
        assert reader.lists.by_number(number) == kept
        assert reader.tickets.final(merged) == kept


@pytest.mark.parametrize(
    ("columns", "needs_reply", "in_outbox"),
    [
        ({"state": "held", "hold_reason": "undo_window"}, False, True),
        ({"state": "held", "hold_reason": "later"}, False, True),
        ({"state": "held", "hold_reason": "new_mail"}, True, True),
        ({"state": "queued"}, False, True),
        ({"state": "sending"}, False, True),
        ({"state": "retrying"}, False, True),
        ({"state": "uncertain"}, True, True),
        ({"state": "failed"}, True, True),
        ({"state": "sent"}, True, False),
        ({"state": "cancelled"}, True, False),
    ],
)
def test_a_reply_on_its_way_needs_none(
    store: Store, columns: dict[str, Any], needs_reply: bool, in_outbox: bool
) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        samples.outbox(desk, ticket, samples.account(desk), **columns)
    views = views_of(store, ticket)
    assert ("needs_reply" in views, "outbox" in views) == (needs_reply, in_outbox)
    with store.read() as reader:
        row = reader.lists.rows([ticket])[ticket]
        assert row.outbox_state == (columns["state"] if in_outbox else None)
        assert reader.lists.counts()[View.OUTBOX] == in_outbox
        assert len(reader.lists.outbox()) == in_outbox
        assert len(reader.lists.outbox(ended=True)) == 1


def test_needs_reply_order(store: Store, clock: FixedClock) -> None:
    now = clock.now_ms()
    with store.write() as desk:
        new = samples.ticket(desk, waiting_since_ms=now - HOUR, last_message_ms=now)
        old = samples.ticket(desk, waiting_since_ms=now - 9 * HOUR, last_message_ms=now - 1)
        woken = samples.ticket(desk, waiting_since_ms=now, woken_ms=now, last_message_ms=now - 2)
        alarm = samples.ticket(desk, alarm="failed", status="closed", last_message_ms=now - 3)
    with store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == [alarm, woken, old, new]
        assert reader.lists.ids(View.NEEDS_REPLY, newest=True) == [alarm, new, old, woken]
        assert reader.lists.ids(View.NEEDS_REPLY, limit=2) == [alarm, woken]


def test_drafts_with_words(store: Store) -> None:
    with store.write() as desk:
        ticket, empty = samples.ticket(desk), samples.ticket(desk)
        desk.drafts.save(ticket, body="<p>Dear <b>Wang</b></p>")
        desk.drafts.save(empty, body="<p><br></p>")
        desk.drafts.save(None, subject="New offer")
    with store.read() as reader:
        assert reader.lists.ids(View.DRAFTS) == [ticket]
        assert len(reader.lists.new_drafts()) == 1
        assert reader.lists.counts()[View.DRAFTS] == 2
        rows = reader.lists.rows([ticket, empty])
        assert (rows[ticket].has_draft, rows[empty].has_draft) == (True, False)


@pytest.mark.parametrize(
    ("body", "files", "expected"),
    [
        ("", "[]", False),
        ("<p>&nbsp; <br/></p>\n", "[]", False),
        ("<p></p>", '[{"name":"a"}]', True),
        ('<p><span data-blank="x">y</span></p>', "[]", True),
    ],
)
def test_what_counts_as_words(body: str, files: str, expected: bool) -> None:
    assert has_words(body, files) is expected


def test_rows_and_tags(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk, unread=True, preview="Hello", messages=2)
        for name in ("vip", "Refund"):
            desk.tags.put(ticket, desk.tags.named(name).id)
        closed = samples.ticket(desk, status="closed")
        desk.tags.put(closed, desk.tags.named("VIP").id)
    with store.read() as reader:
        rows = reader.lists.rows([ticket, TicketId(999)])
        assert list(rows) == [ticket]
        row = rows[ticket]
        assert [tag.name for tag in row.tags] == ["Refund", "vip"]
        assert (row.customer_name, row.customer_address) == ("Wang Li", "wang@example.com")
        assert (row.unread, row.preview, row.messages) == (True, "Hello", 2)
        assert [(tag.name, count) for tag, count in reader.lists.tag_counts()] == [
            ("Refund", 1),
            ("vip", 1),
        ]
        assert reader.lists.ids(View.ALL, tag="VIP") == [ticket, closed] or set(
            reader.lists.ids(View.ALL, tag="VIP")
        ) == {ticket, closed}
        assert reader.lists.ids(View.NEEDS_REPLY, tag="refund") == [ticket]


def test_conversation(store: Store, clock: FixedClock) -> None:
    with store.write() as desk:
        ticket, identity = samples.ticket(desk), samples.account(desk)
        other = samples.ticket(desk)
        desk.tickets.give_number(other)
        first = samples.letter(
            desk, "Where is it?", ticket_id=ticket, received_ms=1_000, suggested_ticket_id=other,
            attachments=[{"index": 1, "filename": "a.png", "mime": "image/png", "size": 3,
                          "sha256": "00", "inline": False, "content_id": None,
                          "dangerous": False}],
            bounce={"reason": "policy"},
        )  # fmt: skip
        samples.letter(desk, "Where is it?", ticket_id=ticket, duplicate_of=first)
        desk.notes.add(ticket_id=ticket, text="ask the carrier", at_ms=3_000)
        desk.notes.add(
            ticket_id=ticket, kind="contact", channel="phone", direction="in", minutes=4,
            text="called", at_ms=2_000,
        )  # fmt: skip
        desk.notes.add(ticket_id=ticket, text="gone", deleted_ms=1)
        samples.outbox(desk, ticket, identity, state="queued")
        samples.outbox(desk, ticket, identity, state="cancelled")
    with store.read() as reader:
        said = reader.lists.conversation(ticket)
    assert [(item.type, item.text, item.state) for item in said] == [
        ("in", "Where is it?", None),
        ("contact", "called", None),
        ("note", "ask the carrier", None),
        ("out", "Hello", "queued"),
    ]
    assert said[0].suggested_ticket == 1001
    assert said[0].attachments[0].filename == "a.png"
    assert said[0].bounce_reason == "policy"
    assert said[0].to[0].address == "me@shop.example"
    assert (said[1].channel, said[1].minutes) == ("phone", 4)
    assert said[3].from_.address == "me@shop.example"
    assert said[3].to[0].address == "wang@example.com"


def test_customer_card(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk, last_message_ms=2)
        closed = samples.ticket(desk, status="closed", last_message_ms=3)
        customer = samples.customer(desk)
        for language in ("zh", "en", "zh"):
            samples.letter(desk, "x", ticket_id=ticket, customer_id=customer, language=language)
        desk.surveys.add(
            token="a", ticket_id=closed, customer_id=customer, address="wang@example.com",
            scale="csat3", expires_ms=9, rating=3, rated_ms=5,
        )  # fmt: skip
    with store.read() as reader:
        card = reader.lists.customer_card(customer)
        assert reader.lists.customer_card(CustomerId(99)) is None
    assert card is not None
    assert card.languages == ("zh", "en")
    assert card.last_rating == ("csat3", 3, 5)
    assert [brief.id for brief in card.open] == [ticket]
    assert [brief.id for brief in card.earlier] == [closed]
    assert card.tickets == 2


# -- plans


def _fill(desk: Desk) -> None:
    identity = samples.account(desk)
    for number in range(40):
        ticket = samples.ticket(desk, last_message_ms=number)
        samples.letter(desk, "refund", ticket_id=ticket)
        desk.tags.put(ticket, desk.tags.named("vip").id)
        samples.outbox(desk, ticket, identity)
    desk._tx.run("ANALYZE")


_READS: list[Callable[[Reader], object]] = [
    lambda reader: reader.lists.counts(),
    lambda reader: reader.lists.tag_counts(),
    *(lambda reader, v=view: reader.lists.ids(v) for view in View),
    lambda reader: reader.lists.rows([TicketId(3), TicketId(4)]),
    lambda reader: reader.lists.conversation(TicketId(3)),
    lambda reader: reader.lists.customer_card(CustomerId(1)),
    lambda reader: reader.lists.outbox(),
    lambda reader: reader.lists.search(parse_query("refund is:open tag:vip", date(2026, 1, 1))),
    lambda reader: reader.lists.search(parse_query("refund", date(2026, 1, 1)), by="relevance"),
    lambda reader: reader.lists.search(parse_query("is:open #1001", date(2026, 1, 1))),
    lambda reader: reader.messages.by_rfc_id("<a>"),
    lambda reader: reader.messages.last_of_ticket(TicketId(3), "in"),
    lambda reader: reader.mentions.find(["<a>", "<b>"]),
    lambda reader: reader.mentions.of_message(reader.messages.ids_of_ticket(TicketId(3))[0]),
    lambda reader: reader.customers.by_address("wang@example.com"),
    lambda reader: reader.places.at(1, 1, 1),
    lambda reader: reader.outbox.due(0),
    lambda reader: reader.tickets.due(0),
    lambda reader: reader.tickets.without_number(),
    lambda reader: reader.tickets.of_customer(CustomerId(1)),
    lambda reader: list(reader.events.between(0, 1)),
    lambda reader: reader.settings.get("zone"),
]


@pytest.mark.parametrize("number", range(len(_READS)))
def test_no_read_scans_messages_or_the_rows_of_tickets(store: Store, number: int) -> None:
    """Every statement that is run is explained: messages, places, mentions, events and customers
    are always searched; tickets are scanned in covering indexes only."""
    with store.write() as desk:
        _fill(desk)
    statements: list[str] = []
    with store.read() as reader:
        reader._tx.link.set_trace_callback(statements.append)
        _READS[number](reader)
        reader._tx.link.set_trace_callback(None)
        selects = [s for s in statements if s.lstrip().upper().startswith("SELECT")]
        assert selects
        for statement in selects:
            for row in reader._tx.all(f"EXPLAIN QUERY PLAN {statement}"):
                step = str(row[3])
                if "ix_customer_not" in step or "ix_customer_han" in step:
                    continue  # partial indexes: as short as the list of such people
                scanned = re.match(r"SCAN (m|x|message|place|mention|event|c|customer)\b", step)
                assert scanned is None, (statement, step)
                if re.match(r"SCAN (t|ticket)\b", step):
                    assert "COVERING INDEX" in step, (statement, step)
