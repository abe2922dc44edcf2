"""The sample mailbox is believable and complete at any moment somebody may start the demo."""

import email
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.demo import samples
from solodesk.demo.mailbox import INBOX, SENT, SampleMessage, build_mailbox
from solodesk.domain.message import Kind, ParsedMessage
from solodesk.mail.parse import parse_message

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
BERLIN = ZoneInfo("Europe/Berlin")

MOMENTS = [
    datetime(2026, 11, 5, 11, 12, tzinfo=SHANGHAI),
    datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI),
    datetime(2027, 1, 1, 0, 5, tzinfo=SHANGHAI),
    datetime(2028, 3, 1, 8, 0, tzinfo=SHANGHAI),
    datetime(2026, 11, 2, 0, 10, tzinfo=SHANGHAI),  # a Monday, the week ten minutes old
    datetime(2026, 6, 1, 0, 30, tzinfo=BERLIN),  # Monday and the first of the month
    datetime(2026, 3, 29, 3, 30, tzinfo=BERLIN),  # 23 hours
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),  # 25 hours
    datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK),
    datetime(2026, 8, 16, 13, 0, tzinfo=NEW_YORK),  # a Sunday
]
_RATING = re.compile(r"\[rate:([0-9a-f]{32}):([123])\]")


def parsed(message: SampleMessage) -> EmailMessage:
    return email.message_from_bytes(message.raw, policy=policy.default)


def surveys(mailbox: list[SampleMessage]) -> dict[str, EmailMessage]:
    """Survey mails by token."""
    found = {}
    for message in mailbox:
        if b"\r\nX-SoloDesk-Survey: " in message.raw:
            mail = parsed(message)
            token, _, scale = str(mail["X-SoloDesk-Survey"]).partition(";")
            assert (message.folder, scale.strip()) == (SENT, "scale=csat3")
            found[token] = mail
    return found


def ratings(mailbox: list[SampleMessage]) -> list[tuple[datetime, str]]:
    """When ratings arrived and for which token, from subjects and from plain replies."""
    asked = {str(mail["Message-ID"]): token for token, mail in surveys(mailbox).items()}
    found = []
    for message in mailbox:
        if message.folder != INBOX:
            continue
        mail = email.message_from_bytes(message.raw)
        linked = _RATING.search(str(make_header(decode_header(mail["Subject"]))))
        if linked:
            found.append((message.internaldate, linked[1]))
        elif mail["In-Reply-To"] in asked:
            mail = parsed(message)
            body = mail.get_body(("plain",))
            assert body is not None
            assert body.get_content()[0] in "123"
            found.append((message.internaldate, asked[str(mail["In-Reply-To"])]))
    return found


def check_counts(mailbox: list[SampleMessage], now: datetime) -> None:
    """What product.md and the demo promise, for one moment."""
    assert 380 <= len(mailbox) <= 440
    dates = [message.internaldate for message in mailbox]
    assert dates == sorted(dates)
    assert now - timedelta(minutes=10) < dates[-1] <= now
    assert now - timedelta(days=125) < dates[0] < now - timedelta(days=110)
    arrived = ratings(mailbox)
    this_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    last_month = (this_month - timedelta(days=1)).replace(day=1, hour=0)
    in_last = [at for at, _ in arrived if last_month <= at < this_month]
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0)
    this_week = [at for at, _ in arrived if at >= monday.replace(microsecond=0)]
    assert len(in_last) >= 20
    if now - monday >= timedelta(minutes=10):
        assert len(this_week) >= 5
    assert len([at for at, _ in arrived if at >= now - timedelta(days=7)]) >= 5
    tokens = [token for _, token in arrived]
    assert len(tokens) == len(set(tokens))
    assert set(tokens) < set(surveys(mailbox))


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_it_has_what_it_promises_at_awkward_moments(now: datetime) -> None:
    zone = now.tzinfo
    assert isinstance(zone, ZoneInfo)
    check_counts(build_mailbox(now, zone), now)


@settings(max_examples=10, deadline=None)
@given(
    minutes=st.integers(0, 4 * 365 * 24 * 60),
    zone=st.sampled_from([SHANGHAI, NEW_YORK, BERLIN, ZoneInfo("Pacific/Auckland")]),
    seed=st.integers(1, 5),
)
def test_it_has_what_it_promises_at_any_moment(minutes: int, zone: ZoneInfo, seed: int) -> None:
    now = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(zone)
    check_counts(build_mailbox(now, zone, seed), now)


@pytest.fixture(scope="module")
def mailbox() -> list[SampleMessage]:
    return build_mailbox(MOMENTS[0], SHANGHAI)


def test_the_same_arguments_give_the_same_bytes(mailbox: list[SampleMessage]) -> None:
    assert build_mailbox(MOMENTS[0], SHANGHAI) == mailbox
    assert build_mailbox(MOMENTS[0], SHANGHAI, seed=2) != mailbox


def test_every_mail_can_be_read_and_only_one_is_damaged(mailbox: list[SampleMessage]) -> None:
    damaged = []
    for message in mailbox:
        mail = parsed(message)
        assert re.fullmatch(r"<[^<>\s@]+@[^<>\s@]+>", str(mail["Message-ID"]))
        assert mail["From"].addresses
        assert str(mail["Subject"])
        assert b"\n" not in message.raw.replace(b"\r\n", b"")
        assert max(len(line) for line in message.raw.split(b"\r\n")) <= 998
        defects = [defect for part in mail.walk() for defect in part.defects]
        if defects:
            damaged.append(str(mail["Subject"]))
            continue
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                assert "\ufffd" not in part.get_content()
                assert "{" not in part.get_content()
    assert damaged == ["Chip in a mug"]


def test_message_ids_are_unique_but_for_the_mail_delivered_twice(
    mailbox: list[SampleMessage],
) -> None:
    counted = Counter(str(parsed(message)["Message-ID"]) for message in mailbox)
    assert [count for count in counted.values() if count > 1] == [2]


def test_answers_continue_known_conversations(mailbox: list[SampleMessage]) -> None:
    known: set[str] = set()
    for message in mailbox:
        mail = parsed(message)
        if mail["In-Reply-To"]:
            assert str(mail["In-Reply-To"]) in known, mail["Subject"]
            assert str(mail["References"]).split()[-1] == str(mail["In-Reply-To"])
        known.add(str(mail["Message-ID"]))


def test_all_sorts_of_mail_are_there(mailbox: list[SampleMessage]) -> None:
    mails = [parsed(message) for message in mailbox]
    inbox = [parsed(message) for message in mailbox if message.folder == INBOX]
    types = Counter(part.get_content_type() for mail in mails for part in mail.walk())
    charsets = {part.get_content_charset() for mail in mails for part in mail.walk()}
    assert {"utf-8", "gb18030", "gbk", "gb2312", "iso-8859-1"} <= charsets
    assert types["application/pdf"] >= 3
    assert types["image/png"] >= 8
    assert types["multipart/related"] >= 1
    assert types["message/delivery-status"] == 1
    assert types["application/gzip"] == 1
    assert sum("List-Id" in mail for mail in inbox) == 7
    assert sum(mail.get("Auto-Submitted") == "auto-replied" for mail in inbox) == 4
    assert sum("X-Spam-Flag" in mail for mail in inbox) == 1
    chinese = sum(bool(re.search("[一-龥]", str(mail["Subject"]))) for mail in inbox)
    assert 0.25 < chinese / len(inbox) < 0.6


def test_nine_customers_wait_for_an_answer_now(mailbox: list[SampleMessage]) -> None:
    now = MOMENTS[0]
    answered = {str(parsed(message)["In-Reply-To"]) for message in mailbox}
    expected = {
        row["person"]: timedelta(minutes=row["age_minutes"]) for row in samples.today()["ticket"]
    }
    waits = {}
    for message in mailbox:
        mail = parsed(message)
        who = (mail["Reply-To"] or mail["From"]).addresses[0].addr_spec
        if message.folder == INBOX and who in expected and str(mail["Message-ID"]) not in answered:
            waits[who] = now - message.internaldate
    assert len(expected) == 9
    for who, age in expected.items():
        assert abs(waits[who] - age) < timedelta(minutes=1), who
    assert max(waits.values()) > timedelta(hours=25)


def test_most_first_answers_come_within_four_business_hours(mailbox: list[SampleMessage]) -> None:
    asked = {}
    waits = []
    for message in mailbox:
        mail = parsed(message)
        if message.folder == INBOX and not mail["In-Reply-To"]:
            asked[str(mail["Message-ID"])] = message.internaldate
        elif message.folder == SENT and str(mail["In-Reply-To"]) in asked:
            waits.append(business_minutes(asked[str(mail["In-Reply-To"])], message.internaldate))
    share = sum(wait <= 240 for wait in waits) / len(waits)
    assert len(waits) > 70
    assert 0.7 < share < 0.97
    assert 60 < sorted(waits)[len(waits) // 2] < 200


def business_minutes(start: datetime, end: datetime) -> int:
    """Open minutes between two moments, counted the slow and plain way."""
    count = 0
    at = start
    while at < end:
        local = at.astimezone(SHANGHAI)
        count += local.weekday() < 5 and 9 <= local.hour < 18
        at += timedelta(minutes=1)
    return count


def test_there_are_sixty_stories_and_texts_seldom_repeat(mailbox: list[SampleMessage]) -> None:
    assert len(samples.stories()) >= 60
    texts: Counter[str] = Counter()
    for story in samples.stories():
        for text in (*story.ask, *story.answer):
            texts[text] += 1
    assert max(texts.values()) == 1
    bodies: Counter[str] = Counter()
    for message in mailbox:
        mail = parsed(message)
        body = mail.get_body(("plain",))
        if message.folder == INBOX and not mail["In-Reply-To"] and body is not None:
            bodies[body.get_content().strip()] += 1
    bodies.pop("", None)
    repeated = [text for text, count in bodies.items() if count > 2 and len(text) > 40]
    assert not [
        text for text in repeated if "automatic" not in text and "automatically" not in text
    ]


def as_read(text: str) -> ParsedMessage:
    head = "From: a@b.example\r\nTo: hello@lin.studio\r\nSubject: Re: x\r\n"
    raw = f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n".encode()
    return parse_message(raw, frozenset({"hello@lin.studio"}))


def test_thanks_close_and_questions_do_not() -> None:
    for lang in ("en", "zh"):
        live = samples.phrases()["live"][lang]
        for text in (*samples.phrases()[lang]["thanks"], *live["thanks"]):
            assert as_read(text).closer, text
        for text in live["question"]:
            assert not as_read(text).closer, text
    for story in samples.stories():
        for text in (*story.ask, *story.again):
            assert not as_read(text).closer, text


def test_the_program_reads_the_kinds_that_were_meant(mailbox: list[SampleMessage]) -> None:
    kinds: Counter[str] = Counter()
    for message in mailbox:
        read = parse_message(message.raw, frozenset({"hello@lin.studio"}))
        kinds[f"{message.folder} {read.kind}"] += 1
        if message.folder == INBOX and read.kind is Kind.PERSON:
            assert read.customer is not None
            assert (
                read.customer.address in samples.people() or "rank-first" in read.customer.address
            )
            assert "wrote:" not in read.new_text
            assert "写道" not in read.new_text
            assert "原始邮件" not in read.new_text
            assert "发送时间" not in read.new_text
    assert kinds["Sent own"] == sum(message.folder == SENT for message in mailbox)
    assert kinds["INBOX list"] == 7
    assert kinds["INBOX bounce"] == 1
    assert kinds["INBOX report"] == 1
    assert kinds["INBOX auto_reply"] == 10
