"""Macros: the preview says what running does, and one undo takes all of it back."""

import pytest

from solodesk.base import resources
from solodesk.base.errors import KnownError
from solodesk.services import macros, replies, responses, tickets
from tests.services.inbox import Inbox


@pytest.fixture
def stocked(inbox: Inbox) -> Inbox:
    """With the starter pack."""
    pack = resources.read_text("packs", "starter.json")
    with inbox.store.write() as desk:
        responses.import_json(desk, pack)
        macros.import_json(desk, pack)
    return inbox


def test_preview_changes_nothing_and_says_everything(stocked: Inbox) -> None:
    ticket = stocked.mail().ticket
    before = stocked.ticket(ticket)
    with stocked.store.read() as reader:
        steps = macros.preview(reader, macros.get(reader, "refund done"), ticket)
    assert [s.do for s in steps] == ["reply", "tag", "status", "note"]
    assert steps[0].blanks == ("order_number",)
    assert steps[1].added == ("refunded",)
    assert (steps[2].before, steps[2].after, steps[2].when_sent) == ("open", "closed", True)
    assert stocked.ticket(ticket) == before


def test_running_prepares_drafts_and_sends_nothing(stocked: Inbox) -> None:
    ids = [stocked.mail(subject=s).ticket for s in ("a", "b", "c")]
    with stocked.store.write(label=("ticket.macro", {"n": 3})) as desk:
        done = macros.run(desk, macros.get(desk, "Refund done"), ids)
    assert done.drafts == tuple(ids)
    assert done.blanks == dict.fromkeys(ids, ("order_number",))
    with stocked.store.read() as reader:
        assert reader.outbox.in_state("held", "queued") == []
        draft = replies.draft_for(reader, ids[0])
        assert [t.name for t in reader.tags.of_ticket(ids[0])] == ["refunded"]
    assert "your refund for order" in draft.body_html
    assert draft.body_html.endswith("<p>Lin<br>The Shop</p>")
    assert stocked.ticket(ids[0]).status == "open"
    with stocked.store.write() as desk:
        tickets.undo(desk)
    with stocked.store.read() as reader:
        assert reader.drafts.all() == []
        assert reader.notes.of_ticket(ids[0]) == []
        assert reader.tags.of_ticket(ids[0]) == []


def test_the_status_of_a_macro_follows_when_its_reply_is_sent(stocked: Inbox) -> None:
    ticket = stocked.mail("Thanks for all, it works!", subject="x").ticket
    with stocked.store.write() as desk:
        macros.run(desk, macros.get(desk, "感谢并完成"), [ticket])
        draft = replies.draft_for(desk, ticket)
        outbox = replies.send(desk, draft, delay_s=0).outbox
    with stocked.store.read() as reader:
        row = reader.outbox.get(outbox)
        assert row is not None
        assert row.status_after == "closed"


def test_snooze_waits_for_the_reply_too(stocked: Inbox) -> None:
    ticket = stocked.mail().ticket
    with stocked.store.write() as desk:
        macros.run(desk, macros.get(desk, "Shipped"), [ticket])
    assert stocked.ticket(ticket).snoozed_until_ms is None
    with stocked.store.write() as desk:
        macros.run(desk, macros.get(desk, "Urgent"), [ticket])
    assert stocked.ticket(ticket).priority == "high"


def test_unknown_names_and_broken_packs_are_told(stocked: Inbox) -> None:
    with pytest.raises(KnownError, match="no_such_macro"), stocked.store.read() as reader:
        macros.get(reader, "nothing")
    with pytest.raises(KnownError, match="bad_macro"), stocked.store.write() as desk:
        macros.import_json(desk, '[{"name": "x", "actions": [{"do": "send"}]}]')
    with stocked.store.read() as reader:
        pack = macros.export_json(reader)
    with stocked.store.write() as desk:
        assert len(macros.import_json(desk, pack)) == 5
