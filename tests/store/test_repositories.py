"""The named reads and writes that the use cases build on."""

import pytest

from solodesk.base.clock import FixedClock
from solodesk.domain.events import Actor
from solodesk.domain.ids import TicketId
from solodesk.domain.message import Attachment
from solodesk.store.driver import IntegrityError
from solodesk.store.store import Store
from tests.store import samples


def test_values_come_back_as_they_went_in(store: Store, clock: FixedClock) -> None:
    attachment = Attachment(0, "a.pdf", "application/pdf", 3, "ab", False, None, True)
    with store.write() as desk:
        message = samples.letter(
            desk, "您好", attachments=[attachment], refs=["<a>"], seen=True, bounce={"reason": "x"}
        )
        row = desk.messages.get(message)
        assert row is not None
        assert row.attachments[0]["filename"] == "a.pdf"
        assert row.attachments[0]["dangerous"] is True
        assert (row.refs, row.seen, row.bounce, row.survey) == (
            ["<a>"],
            True,
            {"reason": "x"},
            None,
        )
        assert len(row.uid) == 16
        ticket = desk.tickets.get(row.ticket_id)
        assert ticket is not None
        assert (ticket.created_ms, ticket.unread, ticket.number) == (clock.now_ms(), False, None)


def test_raw_bytes_are_kept_byte_for_byte(store: Store) -> None:
    raw = bytes(range(256)) * 50
    with store.write() as desk:
        message = samples.letter(desk, "x")
        desk.raw.add(message, raw)
        assert desk.raw.get(message) == raw
        stored = desk._tx.value("SELECT length(data) FROM raw")
        assert stored < len(raw)
        desk.raw.erase(message)
        assert desk.raw.get(message) is None


def test_numbers_are_given_once_and_in_order(store: Store) -> None:
    with store.write() as desk:
        late = samples.ticket(desk, created_ms=9)
        early = samples.ticket(desk, created_ms=1)
        assert desk.tickets.without_number() == [early, late]
        desk.tickets.give_numbers(desk.tickets.without_number())
        assert [desk.tickets.give_number(t) for t in (early, late, early)] == [1001, 1002, 1001]
        with pytest.raises(LookupError):
            desk.tickets.give_number(TicketId(99))
    with store.write() as desk:
        assert desk.tickets.give_number(samples.ticket(desk)) == 1003


def test_a_place_is_taken_once(store: Store) -> None:
    with store.write() as desk:
        samples.account(desk)
        (account,) = desk.accounts.all()
        folder = desk.folders.add(account_id=account.id, name="INBOX", role="inbox")
        message = samples.letter(desk, "x")
        place = {"folder_id": folder, "uidvalidity": 7, "message_id": message}
        for uid in (5, 3):
            desk.places.add(imap_uid=uid, **place)
        with pytest.raises(IntegrityError):
            desk.places.add(imap_uid=5, **place)
        assert desk.places.uids(folder, 7) == [3, 5]
        found = desk.places.at(folder, 7, 3)
        assert found is not None
        desk.places.update(found.id, gone_ms=1)
        assert desk.places.uids(folder, 7, gone=False) == [5]
        assert desk.places.count(folder, 7) == 1
        assert desk.places.uids(folder, 8) == []


def test_mentions_lead_to_tickets_in_the_order_asked(store: Store) -> None:
    with store.write() as desk:
        one, two = samples.ticket(desk), samples.ticket(desk)
        first = samples.letter(desk, "a", ticket_id=one, rfc_id="<1>", refs=["<0>", "<0>"])
        second = samples.letter(desk, "b", ticket_id=two, rfc_id="<2>")
        desk.mentions.add(["<1>", "<0>", "<0>"], one, first)
        desk.mentions.add(["<2>"], two, second)
        found = desk.mentions.find(["<2>", "<none>", "<0>", "<1>"])
        assert [(m.rfc_id, m.ticket_id) for m in found] == [
            ("<2>", two),
            ("<0>", one),
            ("<1>", one),
        ]
        desk.mentions.move(first, two)
        assert {m.ticket_id for m in desk.mentions.find(["<0>", "<1>"])} == {two}


def test_an_address_belongs_to_one_customer(store: Store) -> None:
    with store.write() as desk:
        one = samples.customer(desk, "One", "a@example.com")
        two = samples.customer(desk, "Two", "b@example.com")
        desk.customers.add_address(two, "a@example.com")
        assert desk.customers.id_by_address("a@example.com") == two
        assert desk.customers.addresses(one) == []
        assert desk.changes().of("customer") == {one, two}


def test_settings_hold_from_their_date(store: Store, clock: FixedClock) -> None:
    now = clock.now_ms()
    with store.write() as desk:
        assert desk.settings.get("goal") is None
        assert desk.settings.set("goal", {"h": 4})
        assert desk.settings.set("goal", {"h": 8}, valid_from_ms=now)
        assert not desk.settings.set("goal", {"h": 8}, valid_from_ms=now)
        desk.settings.set("goal", {"h": 9}, valid_from_ms=now + 1)
        assert desk.settings.get("goal") == {"h": 8}
        assert desk.settings.get("goal", at_ms=now - 1) == {"h": 4}
        assert desk.settings.all() == {"goal": {"h": 8}}
        assert len(desk.settings.history("goal")) == 3


def test_outbox_moves_by_compare_and_set(store: Store, clock: FixedClock) -> None:
    now = clock.now_ms()
    with store.write() as desk:
        ticket, identity = samples.ticket(desk), samples.account(desk)
        later = samples.outbox(
            desk, ticket, identity, state="held", hold_reason="later", not_before_ms=now + 5
        )
        samples.outbox(desk, ticket, identity, state="held", hold_reason="new_mail")
        queued = samples.outbox(desk, ticket, identity)
        assert [row.id for row in desk.outbox.due(now)] == [queued]
        assert [row.id for row in desk.outbox.due(now + 5)] == [later, queued]
        assert desk.outbox.move(queued, ("queued",), "sending", attempts=1)
        assert not desk.outbox.move(queued, ("queued", "held"), "cancelled")
        assert desk.outbox.next_due_ms() == now + 5
        desk.outbox.set_recipient(queued, "a@x", "accepted", "250 ok")
        desk.outbox.set_recipient(queued, "a@x", "refused", "550 no")
        assert [(r.state, r.reply) for r in desk.outbox.recipients(queued)] == [
            ("refused", "550 no")
        ]


def test_drafts_are_one_a_ticket(store: Store, clock: FixedClock) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        first = desk.drafts.save(ticket, body="a", recipients={"to": ["x@example.com"]})
        clock.advance(seconds=5)
        assert desk.drafts.save(ticket, body="b") == first
        assert desk.drafts.save(None, body="new") != desk.drafts.save(None, body="newer")
        draft = desk.drafts.of_ticket(ticket)
        assert draft is not None
        assert (draft.body, draft.recipients) == ("b", {"to": ["x@example.com"]})
        digest = desk.blobs.put(b"bytes")
        assert desk.blobs.put(b"bytes") == digest
        assert desk.blobs.get(digest.hex()) == b"bytes"


def test_tags_are_one_whatever_the_case(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        tag = desk.tags.named("VIP")
        assert desk.tags.named("vip") == tag
        assert desk.tags.put(ticket, tag.id)
        assert not desk.tags.put(ticket, tag.id)
        assert desk.tags.tickets(tag.id) == [ticket]
        assert desk.tags.take(ticket, tag.id)
        assert not desk.tags.take(ticket, tag.id)


def test_events_are_read_by_time_not_by_arrival(store: Store) -> None:
    with store.write(actor=Actor.CUSTOMER) as desk:
        ticket = samples.ticket(desk)
        for moment in (30, 10, 20):
            desk.event("received", ticket=ticket, at_ms=moment)
        assert [event.at_ms for event in desk.events.all()] == [10, 20, 30]
        assert [event.at_ms for event in desk.events.between(10, 30)] == [10, 20]
        assert [event.at_ms for event in desk.events.since(desk.events.last_id() - 1)] == [20]


def test_a_frozen_month_stays(store: Store) -> None:
    with store.write() as desk:
        assert desk.months.freeze("2026-08", {"n": 1})
        assert not desk.months.freeze("2026-08", {"n": 2})
        month = desk.months.get("2026-08")
        assert month is not None
        assert month.figures == {"n": 1}


def test_canned_responses_and_their_languages(store: Store) -> None:
    with store.write() as desk:
        canned = desk.canned.add(name="Refund", shortcut="rf", tags=["money"])
        assert desk.canned.set_variant(canned, "zh", "您好")
        assert desk.canned.set_variant(canned, "zh", "你好")
        assert not desk.canned.set_variant(canned, "zh", "你好")
        found = desk.canned.by_shortcut("rf")
        assert found is not None
        assert found.tags == ["money"]
        assert desk.canned.by_shortcut("") is None
        assert [(v.language, v.body) for v in desk.canned.variants(canned)] == [("zh", "你好")]
        assert desk.canned.delete(canned)
        assert desk.canned.all_variants() == []
