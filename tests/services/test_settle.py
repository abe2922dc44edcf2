"""The order in which mail comes in does not matter: permutations of small mailboxes, and the
sample mailbox newest first, land exactly as oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock, to_ms
from solodesk.base.paths import DataFolder
from solodesk.demo.mailbox import build_mailbox
from solodesk.domain.events import Actor
from solodesk.domain.periods import month
from solodesk.domain.views import View
from solodesk.domain.waits import alive
from solodesk.mail.parse import parse_message
from solodesk.services import figures, tickets
from solodesk.services.importing import import_paths
from solodesk.services.ingest import Place, ingest, received_time
from solodesk.services.units import Reader
from tests.services.inbox import OWN, Inbox, open_inbox
from tests.support.mails import raw_mail

HOUR = 3_600_000
TOKEN = "0123456789abcdef" * 2


START = 1_788_000_000_000
ANNA, BOB, EVE = "Anna <anna@a.example>", "Bob <bob@b.example>", "Eve <eve@e.example>"
ME = f"Lin <{OWN}>"


@dataclass(frozen=True)
class Mail:
    """One mail of a mailbox: its bytes, folder, and hours after the beginning."""

    raw: bytes
    role: str
    hour: float


def mail(
    name: str,
    hour: float,
    sender: str,
    to: str = OWN,
    text: str = "Where is my order? It should be here by now.",
    **more: object,
) -> Mail:
    """A mail `<name@x.example>`; `refs` names the mails it answers."""
    refs = [f"<{ref}@x.example>" for ref in str(more.pop("refs", "")).split()]
    headers: dict[str, str] = dict(more.pop("headers", {}))  # type: ignore[call-overload]
    if refs:
        headers |= {"In-Reply-To": refs[-1], "References": " ".join(refs)}
    raw = raw_mail(
        text,
        sender=sender,
        to=to,
        subject=str(more.pop("subject", f"About {name}")),
        message_id=f"<{name}@x.example>",
        headers=headers,
    )
    return Mail(raw, str(more.pop("role", "sent" if OWN in sender else "inbox")), hour)


def bounce(name: str, hour: float, original: str, to: str) -> Mail:
    """A delivery report about a mail of ours, which names it only in the returned headers."""
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {OWN}\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{name}@mx.example>\r\nAuto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {to}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        f"Message-ID: <{original}@x.example>\r\nTo: {to}\r\n\r\n--b--\r\n"
    )
    return Mail(raw.encode(), "inbox", hour)


def survey(name: str, hour: float, to: str, refs: str) -> Mail:
    """A survey mail of ours as another computer sent it."""
    return mail(
        name,
        hour,
        ME,
        to,
        "Answer with one digit.",
        refs=refs,
        headers={"X-SoloDesk-Survey": f"{TOKEN}; scale=csat3"},
    )


@st.composite
def threads(draw: st.DrawFn, name: str, start: float) -> list[Mail]:
    """One customer's conversation: 2 to 6 mails, some answered from a phone, some thanks."""
    who = draw(st.sampled_from([ANNA, BOB]))
    kinds = draw(st.lists(st.sampled_from(["ask", "answer", "thanks"]), min_size=1, max_size=5))
    made = [mail(f"{name}0", start, who)]
    chain = [f"{name}0"]
    for number, kind in enumerate(kinds, 1):
        refs = draw(st.sampled_from([chain, chain[-1:], chain[:1]]))
        own, hour = f"{name}{number}", start + number
        if kind == "answer":
            made.append(mail(own, hour, ME, who, "It left today.", refs=" ".join(refs)))
        else:
            text = "Thank you!" if kind == "thanks" else "And where is it now, please?"
            made.append(mail(own, hour, who, text=text, refs=" ".join(refs)))
        chain.append(own)
    return made


@st.composite
def mailboxes(draw: st.DrawFn) -> tuple[list[Mail], list[Mail]]:
    """A small mailbox oldest first, and in another order."""
    made = draw(threads("t", 1.0)) + draw(threads("u", 3.5))
    extras = draw(st.sets(st.sampled_from(["survey", "bounce", "stranger", "copies", "later"])))
    if "survey" in extras:
        made += [
            survey("s", 30, ANNA, "t0"),
            mail("r", 31, ANNA, subject=f"[rate:{TOKEN}:3] Great", text="Great"),
            mail("q", 32, ANNA, subject="Re: survey", text="1\n\nToo slow after all.", refs="s"),
            mail("f", 33, EVE, subject=f"[rate:{TOKEN}:1] Not good", text="Bad"),
        ]
    if "bounce" in extras:
        made += [
            mail("b", 40, ME, BOB, "Your frame is ready.", subject="Frame"),
            bounce("d", 40.1, "b", "bob@b.example"),
        ]
        if draw(st.booleans()):
            made.append(mail("b2", 41, ME, "Bob <bobby@b.example>", "Again.", refs="b"))
    if "stranger" in extras:
        made += [
            mail("e", 8.5, EVE, f"{OWN}, {ANNA}, {BOB}", "Pay me instead.", refs="t0"),
            mail("e2", 9.5, EVE, text="Hello?", refs="t0 e"),
        ]
    if "copies" in extras:
        made += [Mail(made[-1].raw, "other", made[-1].hour + 0.01)]
        listed = b"X-List: 1\r\n" if b"\r\n" in made[0].raw else b"X-List: 1\n"
        made += [Mail(listed + made[0].raw, "other", made[0].hour - 0.01)]
    if "later" in extras:
        made += [mail("v", 60, ME, f"{ANNA}, {EVE}", "For both of you.", refs="t0")]
        made += [mail("w", 61, EVE, text="Fine with me, where is it?", refs="t0")]
    oldest_first = sorted(made, key=lambda each: each.hour)
    return oldest_first, draw(st.permutations(oldest_first))


def take_in(inbox: Inbox, mails: Sequence[Mail]) -> None:
    """All of them, in this order, whenever they were received."""
    for each in mails:
        inbox.arrive(each.raw, each.role, at_ms=START + int(each.hour * HOUR))


def picture(reader: Reader) -> dict[str, object]:
    """Everything that must not depend on the order, without ids and numbers."""
    events = list(reader.events.all())
    name: dict[int, str] = {}
    tickets: dict[int, str] = {}
    told: dict[str, object] = {}
    for row in reader.tickets.many([t for (t,) in reader.tickets._tx.all("SELECT id FROM ticket")]):
        if row.merged_into is not None:
            continue
        mails = reader.messages.of_ticket(row.id)
        name |= {int(m.id): m.sha256.hex()[:12] for m in mails}
        shown = sorted(name[int(m.id)] for m in mails if m.duplicate_of is None)
        tickets[int(row.id)] = ticket = " ".join(shown)
        customer = row.customer_id
        told[ticket] = {
            "row": (row.status, row.alarm, row.kind, row.unread, row.thanked, row.subject),
            "times": (row.created_ms, row.last_message_ms, row.waiting_since_ms),
            "answer": (row.first_response_ms, row.messages, row.last_direction, row.preview),
            "customer": customer and [a.address for a in reader.customers.addresses(customer)],
            "part": sorted(reader.participants.of(row.id)),
            "mails": sorted((name[int(m.id)], m.kind, m.duplicate_of is None) for m in mails),
        }
    ratings = {
        (s.token, s.rating, s.comment, s.rated_ms, s.bounced_ms, tickets[int(s.ticket_id)])
        for s in reader.surveys.all()
    }
    history = sorted(
        (
            event.kind,
            event.at_ms if event.data.get("reason") != "first_sync" else 0,
            tickets.get(int(event.ticket or 0), "?"),
            name.get(int(event.message or 0), ""),
            sorted((k, v) for k, v in event.data.items() if k not in ("survey", "replaces")),
        )
        for event in alive(events, reader.now_ms + 1)
        if event.kind != "merged"
    )
    return {"tickets": told, "ratings": ratings, "history": history, "figures": counted(reader)}


def counted(reader: Reader) -> list[object]:
    """Every figure of the months the mail is of, without ticket ids."""
    found: list[object] = []
    for number in (8, 9):
        period = month(2026, number, ZoneInfo("UTC"))
        for figure in figures.figures(reader, period, clock="calendar"):
            plain = (figure.key, figure.value, figure.n, figure.interval, figure.censored)
            found.append((*plain, dict(figure.left_out), figure.hits, len(figure.tickets)))
        seen = figures.look(reader, period)
        found.append(figures.accounting(reader, seen).by_class)
    return found


@pytest.mark.parametrize("live", [True, False], ids=["live", "first_sync"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(boxes=mailboxes(), end=st.sampled_from([3, 40]))
def test_any_order_of_arrival_lands_like_oldest_first(
    boxes: tuple[list[Mail], list[Mail]],
    end: int,
    live: bool,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    pictures = []
    for mails in boxes:
        clock = FixedClock(START + end * 24 * HOUR)
        folder = DataFolder(tmp_path_factory.mktemp("desk")).create()
        inbox = open_inbox(folder, clock, live=live)
        take_in(inbox, mails)
        inbox.finish()
        with inbox.store.read() as reader:
            pictures.append(picture(reader))
        inbox.store.close()
    in_order, otherwise = pictures
    for part in ("tickets", "ratings", "history", "figures"):
        assert otherwise[part] == in_order[part]


def test_the_sample_mailbox_lands_the_same_newest_first(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    now = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
    sample = build_mailbox(now, ZoneInfo("Asia/Shanghai"))
    own = frozenset({"hello@lin.studio"})
    mails = [(each, parse_message(each.raw, own)) for each in sample]
    newest_first = sorted(
        mails, key=lambda pair: (pair[0].folder != "INBOX", -to_ms(pair[0].internaldate))
    )
    pictures = []
    for order in (mails, newest_first):
        folder = DataFolder(tmp_path_factory.mktemp("desk")).create()
        inbox = open_inbox(folder, FixedClock(to_ms(now)), live=False)
        with inbox.store.write(actor=Actor.ENGINE) as desk:
            for uid, (each, parsed) in enumerate(order, 1):
                role = "inbox" if each.folder == "INBOX" else "sent"
                at_ms = received_time(parsed, to_ms(each.internaldate), desk.now_ms)
                place = Place(inbox.account, inbox.folders[role], 1, uid, role)
                ingest(desk, each.raw, parsed, place, own=own, received_ms=at_ms, seen=True)
        inbox.finish()
        with inbox.store.read() as reader:
            pictures.append(picture(reader))
            assert sum(s.rating is not None for s in reader.surveys.all()) > 40
        inbox.store.close()
    assert pictures[1] == pictures[0]


def test_a_copy_in_sent_that_comes_late_ends_the_wait(inbox: Inbox) -> None:
    asked = inbox.arrive(mail("a", 0, ANNA).raw, at_ms=START)
    inbox.arrive(mail("b", 2, ANNA, text="And?", refs="a").raw, at_ms=START + 2 * HOUR)
    answer = mail("c", 1, ME, ANNA, "Tomorrow.", refs="a")
    assert inbox.arrive(answer.raw, "sent", at_ms=START + HOUR).ticket == asked.ticket
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.waiting_since_ms) == ("open", START + 2 * HOUR)
    assert row.first_response_ms == START + HOUR


@pytest.mark.parametrize("worked_on", [False, True])
def test_a_late_answer_leaves_only_thanks_behind_it(inbox: Inbox, worked_on: bool) -> None:
    asked = inbox.arrive(mail("a", 0, ANNA).raw, at_ms=START)
    if worked_on:
        with inbox.store.write(label=("tag", {})) as desk:
            tickets.tag(desk, [asked.ticket], add=["parcel"])
    inbox.arrive(mail("b", 2, ANNA, text="Thank you!", refs="a").raw, at_ms=START + 2 * HOUR)
    answer = mail("c", 1, ME, ANNA, "It left today.", refs="a")
    inbox.arrive(answer.raw, "sent", at_ms=START + HOUR)
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.waiting_since_ms, row.thanked) == ("waiting", None, True)


def test_what_the_owner_merged_stays_together(inbox: Inbox) -> None:
    one = inbox.arrive(mail("a", 1, ANNA).raw, at_ms=START + HOUR)
    other = inbox.arrive(mail("b", 2, BOB).raw, at_ms=START + 2 * HOUR)
    with inbox.store.write(label=("merge", {})) as desk:
        tickets.merge(desk, [other.ticket], one.ticket)
    before = mail("c", 0, BOB)
    inbox.arrive(mail("d", 3, BOB, refs="c b").raw, at_ms=START + 3 * HOUR)
    late = inbox.arrive(before.raw, at_ms=START)
    with inbox.store.read() as reader:
        kept = {m.rfc_id for m in reader.messages.of_ticket(one.ticket)}
    assert {"<a@x.example>", "<b@x.example>", "<d@x.example>"} <= kept
    assert late.ticket == one.ticket


def test_a_vanished_ticket_wastes_no_number(inbox: Inbox) -> None:
    reply = inbox.arrive(mail("b", 2, BOB, refs="a").raw, at_ms=START + 2 * HOUR)
    late = inbox.arrive(mail("a", 1, ANNA, f"{OWN}, {BOB}").raw, at_ms=START + HOUR)
    following = inbox.arrive(mail("z", 5, EVE).raw, at_ms=START + 5 * HOUR)
    assert late.ticket == reply.ticket
    assert inbox.ticket(following.ticket).number == 1002


def test_an_import_tells_where_its_messages_lie_in_the_end(inbox: Inbox, tmp_path: Path) -> None:
    branches = [
        mail("c", 2, ANNA, refs="a"),
        mail("d", 3, ANNA, refs="b"),
        mail("b", 1, ANNA, refs="a"),
    ]
    for number, each in enumerate(branches):
        (tmp_path / f"{number}.eml").write_bytes(each.raw)
    told = list(import_paths(inbox.store, [tmp_path], own=inbox.own, account=inbox.account))
    assert len({each.ticket for each in told}) == 1
    with inbox.store.read() as reader:
        assert len(reader.lists.ids(View.ALL)) == 1
