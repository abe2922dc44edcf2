"""Any graph of Message-IDs in any order gives the same tickets, and no stranger enters one."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.services.units import Reader
from tests.services.inbox import OWN, open_inbox
from tests.services.test_settle import HOUR, START, Mail
from tests.support.mails import raw_mail

ANNA, BOB, EVE = "Anna <anna@a.example>", "Bob <bob@b.example>", "Eve <eve@e.example>"
ME = f"Lin <{OWN}>"
_BAD = ["<>", "< >", "<@>", "no brackets", "<a b@c>", "<<x@y>>", "<x@y", ""]
_NAMES = ["a", "b", "c", "d", "phantom"]


def _ids(names: Sequence[str]) -> str:
    return " ".join(name if name in _BAD else f"<{name}@x.example>" for name in names)


@st.composite
def _mails(draw: st.DrawFn) -> list[Mail]:
    """Mails whose ids repeat, loop, lack, answer themselves or nobody, oldest first."""
    made = []
    refs = st.lists(st.sampled_from([*_NAMES, *_BAD]), max_size=4)
    for number in range(draw(st.integers(2, 6))):
        sender = draw(st.sampled_from([ANNA, ANNA, BOB, EVE, ME]))
        name = draw(st.sampled_from([*_NAMES[:4], f"m{number}", *_BAD[:4]]))
        to = draw(st.sampled_from([ANNA, BOB, f"{ANNA}, {BOB}"])) if sender == ME else OWN
        headers = {"References": _ids(draw(refs)), "In-Reply-To": _ids(draw(refs)[:1])}
        raw = raw_mail(
            f"Words number {number}",
            sender=sender,
            to=to,
            subject=f"Subject {number}",
            message_id="<gone@x.example>",
            at_ms=START + number * HOUR,
        )
        given_id = f"Message-ID: {_ids([name])}"
        more = "".join(f"{key}: {value}\n" for key, value in headers.items() if value)
        raw = raw.replace(b"Message-ID: <gone@x.example>", f"{more}{given_id}".encode())
        made.append(Mail(raw, "sent" if sender == ME else "inbox", number))
    return made


def _partition(reader: Reader) -> tuple[frozenset[frozenset[str]], dict[str, frozenset[str]]]:
    """The tickets as sets of messages, and who wrote in each message's ticket."""
    groups: set[frozenset[str]] = set()
    writers: dict[str, frozenset[str]] = {}
    for (ticket,) in reader.tickets._tx.all("SELECT id FROM ticket WHERE merged_into IS NULL"):
        mails = reader.messages.of_ticket(ticket)
        if not mails:
            continue
        groups.add(frozenset(m.sha256.hex()[:10] for m in mails))
        writers |= {m.sha256.hex()[:10]: frozenset(x.from_address for x in mails) for m in mails}
    return frozenset(groups), writers


def _land(mails: Sequence[Mail], factory: pytest.TempPathFactory) -> frozenset[frozenset[str]]:
    folder = DataFolder(factory.mktemp("desk")).create()
    inbox = open_inbox(folder, FixedClock(START + 30 * 24 * HOUR))
    try:
        for each in mails:
            inbox.arrive(each.raw, each.role, at_ms=START + int(each.hour * HOUR))
        with inbox.store.read() as reader:
            return _partition(reader)[0]
    finally:
        inbox.store.close()


@given(mails=_mails(), data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_graph_in_any_order_gives_the_same_tickets(
    mails: list[Mail], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    forward = _land(mails, tmp_path_factory)
    assert _land(mails[::-1], tmp_path_factory) == forward
    assert _land(data.draw(st.permutations(mails)), tmp_path_factory) == forward


@given(refs=st.lists(st.sampled_from(["ours", "theirs", "phantom"]), min_size=1, max_size=3))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_stranger_who_names_a_customer_s_mail_stays_outside(
    late: bool, refs: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """X13: only who takes part, or answers a mail of ours, comes in; the number alone is none."""
    folder = DataFolder(tmp_path_factory.mktemp("desk")).create()
    inbox = open_inbox(folder, FixedClock(START + 24 * HOUR))
    names = [ref for ref in refs if ref != "ours"] or ["theirs"]
    theirs = raw_mail(sender=ANNA, message_id="<theirs@x.example>", subject="Order")
    forged = raw_mail(
        "Pay me.",
        sender=EVE,
        subject="Re: [#1001] Order",
        message_id="<eve@x.example>",
        headers={"In-Reply-To": _ids(names[-1:]), "References": _ids(names)},
    )
    order = [(forged, START + HOUR), (theirs, START)]
    for raw, at_ms in order if late else order[::-1]:
        inbox.arrive(raw, at_ms=at_ms)
    with inbox.store.read() as reader:
        groups, writers = _partition(reader)
    inbox.store.close()
    assert len(groups) == 2
    assert all(len(who) == 1 for who in writers.values())
