"""The gate of automatic mail: no machine is answered, and the caps hold whatever happens."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.automation import (
    ACKNOWLEDGEMENT,
    DAY_MS,
    HOUR_MS,
    PER_ADDRESS,
    SURVEY,
    History,
    Incoming,
    Ourselves,
    Reason,
    Sent,
    Verdict,
    may_send_automatically,
    sign_of_a_machine,
    stacked,
)

NOW = 1_788_771_600_000
US = Ourselves(frozenset({"support@shop.example"}), frozenset({"shop.example"}), 20)
MAIL = Incoming(
    sender="Mei@Customer.example",
    readers=frozenset({"Support@Shop.example"}),
    subject="Where is my order?",
    rfc_id="<1@customer.example>",
    headers=(("Subject", "Where is my order?"), ("Return-Path", "<mei@customer.example>")),
    received_ms=NOW - 60_000,
    written_ms=NOW - 90_000,
    ticket=1,
    person=True,
)


def ask(
    mail: Incoming = MAIL, *, history: History | None = None, purpose: str = ACKNOWLEDGEMENT
) -> Verdict:
    return may_send_automatically(purpose, mail, history or History(), US, NOW)


def test_a_person_who_just_wrote_is_answered() -> None:
    assert ask() == Verdict(allowed=True, reason=Reason.OK)


SIGNS = [
    ("Auto-Submitted", "auto-replied", Reason.AUTOMATIC_HEADER),
    ("AUTO-SUBMITTED", " Auto-Generated; owner-email=x", Reason.AUTOMATIC_HEADER),
    ("Auto-Submitted", "", Reason.AUTOMATIC_HEADER),
    ("Auto-Submitted", "not-a-person", Reason.AUTOMATIC_HEADER),
    ("X-Autoreply", "yes", Reason.AUTOMATIC_HEADER),
    ("X-SoloDesk-Survey", "0123; scale=csat3", Reason.AUTOMATIC_HEADER),
    ("List-Id", "<news.shop.example>", Reason.LIST_HEADER),
    ("List-Unsubscribe-Post", "x", Reason.LIST_HEADER),
    ("Mailing-List", "x", Reason.LIST_HEADER),
    ("Precedence", "BULK", Reason.PRECEDENCE),
    ("Precedence", "auto_reply", Reason.PRECEDENCE),
    ("X-Auto-Response-Suppress", "All", Reason.SUPPRESSED),
    ("X-Auto-Response-Suppress", "DR, OOF, AutoReply", Reason.SUPPRESSED),
    ("X-Loop", "desk@other.example", Reason.LOOP_HEADER),
    ("Return-Path", "<>", Reason.NULL_RETURN_PATH),
    ("Return-Path", "< >", Reason.NULL_RETURN_PATH),
    ("Return-Path", "<MAILER-DAEMON@mx.example>", Reason.NULL_RETURN_PATH),
]


@pytest.mark.parametrize(("name", "value", "reason"), SIGNS)
@pytest.mark.parametrize("purpose", [ACKNOWLEDGEMENT, SURVEY])
def test_no_sign_of_a_machine_is_answered(
    name: str, value: str, reason: Reason, purpose: str
) -> None:
    mail = replace(MAIL, headers=(*MAIL.headers, (name, value)))
    assert ask(mail, purpose=purpose).reason is reason


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Auto-Submitted", "no"),
        ("Auto-Submitted", "No (a person)"),
        ("Auto-Submitted", "no; by=hand"),
        ("Precedence", "normal"),
        ("Precedence", "first-class"),
        ("X-Auto-Response-Suppress", "None"),
        ("X-Mailer", "List-Id: is only mentioned"),
    ],
)
def test_these_headers_are_a_persons(name: str, value: str) -> None:
    assert ask(replace(MAIL, headers=((name, value),))).allowed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"person": False}, Reason.NOT_A_PERSON),
        ({"sender": ""}, Reason.NO_SENDER),
        ({"sender": "nobody"}, Reason.NO_SENDER),
        ({"sender": "SUPPORT@shop.example"}, Reason.OWN_ADDRESS),
        ({"sender": "mailer-daemon@mx.example"}, Reason.ROBOT_SENDER),
        ({"sender": "postmaster@mx.example"}, Reason.ROBOT_SENDER),
        ({"sender": "no-reply@shop2.example"}, Reason.ROBOT_SENDER),
        ({"sender": "orders.noreply@shop2.example"}, Reason.ROBOT_SENDER),
        ({"sender": "bounce+1=x@mx.example"}, Reason.ROBOT_SENDER),
        ({"sender": "users-request@lists.example"}, Reason.ROBOT_SENDER),
        ({"by_form": True}, Reason.NOT_FROM_WRITER),
        ({"rfc_id": "<a@shop.example>"}, Reason.OWN_MESSAGE_ID),
        ({"readers": frozenset({"other@shop.example"})}, Reason.NOT_NAMED),
        ({"readers": frozenset()}, Reason.NOT_NAMED),
        ({"received_ms": NOW - 2 * HOUR_MS - 1}, Reason.TOO_OLD),
        ({"written_ms": NOW - 3 * DAY_MS}, Reason.TOO_OLD),
        ({"answered": True}, Reason.ANSWERED),
        ({"subject": "Re: AW: Re: 回复：hello"}, Reason.SUBJECT_GROWS),
    ],
)
def test_reasons_to_be_silent(change: dict[str, Any], reason: Reason) -> None:
    assert ask(replace(MAIL, **change)).reason is reason


def test_a_person_named_like_a_robot_is_a_person() -> None:
    for sender in ("noreen@x.example", "root.anna@x.example", "norbert@x.example", "dan@x.example"):
        assert ask(replace(MAIL, sender=sender)).allowed, sender


def test_of_a_shared_mail_service_only_our_own_form_is_ours() -> None:
    us = Ourselves(frozenset({"me@qq.com"}), frozenset(), 20)
    mail = replace(MAIL, readers=frozenset({"me@qq.com"}))
    theirs = replace(mail, rfc_id="<tencent_12AB@qq.com>")
    ours = replace(mail, rfc_id=f"<{'0a' * 16}@qq.com>")
    assert may_send_automatically(ACKNOWLEDGEMENT, theirs, History(), us, NOW).allowed
    found = may_send_automatically(ACKNOWLEDGEMENT, ours, History(), us, NOW)
    assert found.reason is Reason.OWN_MESSAGE_ID


def test_a_survey_may_follow_an_old_answered_mail() -> None:
    old = replace(MAIL, received_ms=NOW - 9 * DAY_MS, written_ms=None, answered=True)
    assert ask(old, purpose=SURVEY).allowed


def test_one_a_ticket_and_when_the_next_may_go() -> None:
    sent = Sent(NOW - HOUR_MS, "mei@customer.example", 1, "x")
    verdict = ask(history=History((sent,)))
    assert (verdict.reason, verdict.again_ms) == (Reason.CAP_TICKET, sent.at_ms + DAY_MS)
    assert ask(history=History((replace(sent, at_ms=NOW - DAY_MS),))).allowed
    assert ask(replace(MAIL, ticket=2), history=History((sent,))).allowed


def test_a_subject_that_swallows_ours_grows() -> None:
    sent = Sent(NOW - HOUR_MS, "other@crm.example", 7, "Automatic reply: Hello")
    mail = replace(MAIL, subject="Ticket 5512 created: AUTOMATIC reply:  Hello")
    assert ask(mail, history=History((sent,))).reason is Reason.SUBJECT_GROWS


def test_who_answers_within_seconds_twice_is_a_machine() -> None:
    sent = tuple(Sent(NOW - n * HOUR_MS, "mei@customer.example", 10 + n, f"s{n}") for n in (1, 2))
    quick = tuple(each.at_ms + 4_000 for each in sent)
    assert ask(history=History(sent, quick)).reason is Reason.PING_PONG
    assert ask(history=History(sent, quick[:1])).allowed
    assert ask(history=History(sent, tuple(at + HOUR_MS // 2 for at in quick))).allowed


@given(
    others=st.lists(st.tuples(st.sampled_from(["To", "Date", "X-Mailer"]), st.text(max_size=9))),
    sign=st.sampled_from(SIGNS),
    at=st.integers(0, 9),
    spell=st.sampled_from([str.lower, str.upper, str.title]),
    purpose=st.sampled_from([ACKNOWLEDGEMENT, SURVEY]),
)
def test_a_sign_anywhere_in_any_writing_is_seen(
    others: list[tuple[str, str]],
    sign: tuple[str, str, Reason],
    at: int,
    spell: Any,
    purpose: str,
) -> None:
    headers = [*others]
    headers.insert(at, (spell(sign[0]), f" {spell(sign[1])} "))
    assert sign_of_a_machine(headers) is not None
    assert not ask(replace(MAIL, headers=tuple(headers)), purpose=purpose).allowed


@given(
    mails=st.lists(
        st.tuples(
            st.integers(0, 4 * HOUR_MS),
            st.sampled_from(["a@x.example", "b@x.example", "C@X.example", "c@x.example"]),
            st.integers(1, 6),
            st.sampled_from([ACKNOWLEDGEMENT, SURVEY]),
        ),
        max_size=120,
    ),
    cap=st.integers(0, 15),
)
def test_caps_hold_for_any_sequence(mails: list[tuple[int, str, int, str]], cap: int) -> None:
    now = NOW
    sent: list[Sent] = []
    us = replace(US, cap_day=cap)
    for number, (pause, sender, ticket, purpose) in enumerate(mails):
        now += pause
        mail = replace(
            MAIL, sender=sender, ticket=ticket, subject=f"n {number}.", received_ms=now,
            written_ms=now,
        )  # fmt: skip
        if may_send_automatically(purpose, mail, History(tuple(sent)), us, now).allowed:
            sent.append(Sent(now, sender, ticket, f"about {number}."))
    for each in sent:
        day = [other for other in sent if 0 <= each.at_ms - other.at_ms < DAY_MS]
        same = [other for other in day if other.to.lower() == each.to.lower()]
        assert len(day) <= cap
        assert len(same) <= PER_ADDRESS
        assert len([other for other in same if other.ticket == each.ticket]) == 1


@given(st.text(max_size=200))
def test_any_subject_can_be_counted(subject: str) -> None:
    assert 0 <= stacked(subject) <= 50
    assert stacked(f"Re: {subject}") >= min(50, stacked(subject) + 1)
