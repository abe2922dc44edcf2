"""Bytes to meaning: charsets, headers, structure, attachments, and that nothing ever raises."""

import base64
import email
import json
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.domain.message import Kind, ParsedMessage
from solodesk.mail.files import attachment_bytes, inline_images
from solodesk.mail.jsonform import parsed_to_dict
from solodesk.mail.parse import parse_message
from tests.mail.letters import OWN, attachment, letter, multipart


def _valid(p: ParsedMessage) -> None:
    """Every string of the result survives UTF-8, and words in the body are words in new_text."""
    json.dumps(parsed_to_dict(p, None, p.body_html), ensure_ascii=False).encode("utf-8")
    if any(char.isalnum() for char in p.body_text):
        assert any(char.isalnum() for char in p.new_text)


def test_a_plain_letter() -> None:
    p = parse_message(
        letter(extra="In-Reply-To: <x@y.example>\nReferences: <w@y.example>\n <x@y.example>\n"), OWN
    )
    assert p.from_ is not None
    assert (p.from_.name, p.from_.address) == ("Ann Lee", "ann@mail.example")
    assert p.customer == p.from_
    assert (p.date_ms, p.date_offset_min) == (1788771600000, 480)
    assert p.in_reply_to == ("<x@y.example>",)
    assert p.references == ("<w@y.example>", "<x@y.example>")
    assert p.kind is Kind.PERSON
    assert p.language == "en"
    assert not p.damaged


@pytest.mark.parametrize(
    ("charset", "label", "text"),
    [
        ("gb18030", "gb2312", "您好，请问镕基的订单什么时候发货？€"),
        ("gbk", "gbk", "请问我的订单什么时候发货"),
        ("gbk", None, "请问我的订单什么时候发货？谢谢"),
        ("gbk", "us-ascii", "退款申请，请尽快处理"),
        ("gbk", "iso-8859-1", "请问我的订单什么时候发货？谢谢您的帮助"),
        ("big5", "big5", "請問我的訂單什麼時候到"),
        ("utf-8", "unknown-8bit", "你好，世界"),
        ("utf-8", "iso-8859-1", "Größe für Müller"),
        ("utf-8", "gb2312", "退款问题请尽快处理好吗"),
        ("cp949", "ks_c_5601-1987", "안녕하세요 뷁"),
        ("cp1252", "iso-8859-1", "It’s “fine” – 5 €"),
        ("iso-2022-jp", "iso-2022-jp", "注文を確認してください"),
        ("cp932", "shift_jis", "①注文を確認してください"),
        ("koi8-r", "koi8-r", "Здравствуйте"),
        ("cp1251", None, "Здравствуйте, где мой заказ?"),
        ("utf-16", "utf-16", "hello 你好"),
    ],
)
def test_charsets_as_the_world_sends_them(charset: str, label: str | None, text: str) -> None:
    head = b"From: a@b.example\nSubject: x\nContent-Type: text/plain"
    head += f"; charset={label}".encode() if label else b""
    raw = (
        head + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(text.encode(charset))
    )
    assert parse_message(raw).body_text == text


def test_iso_2022_jp_with_vendor_characters() -> None:
    raw = b"From: a@b.example\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B-!\x1b(B ok"
    assert parse_message(raw).body_text == "① ok"


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        (b"=?utf-8?B?6YCA5qy+55Sz6K+3?=", "退款申请"),
        (
            b"=?utf-8?B?6YCA5qw=?=\n =?utf-8?B?vueUs+ivtw==?=",
            "退款申请",
        ),  # split inside a character
        (b"=?gb2312?B?zcu/7g==?= =?gb2312?B?yerH6w==?=", "退款申请"),
        (b"=?UTF-8?Q?Caf=C3=A9_au_lait?= today", "Café au lait today"),
        (b"=?utf-8?B?6YCA5qy+55Sz6K+3", "=?utf-8?B?6YCA5qy+55Sz6K+3"),
        ("退款申请".encode("gbk"), "退款申请"),
        ("退款申请".encode(), "退款申请"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x@y.example?=", "a Bcc: x@y.example"),
        (b"=?nonsense?B?aGVsbG8=?=", "hello"),
        (b"folded\n\tline", "folded line"),
        (b"=?iso-2022-jp?B?GyRCQ21KOBsoQg==?=", "注文"),
    ],
)
def test_subjects(raw: bytes, subject: str) -> None:
    p = parse_message(b"From: a@b.example\nSubject: " + raw + b"\n\nhi")
    assert p.subject == subject


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (
            b'"Doe, John" <J@X.Example>, b@c.example (Bob)',
            [("Doe, John", "J@x.example"), ("Bob", "b@c.example")],
        ),
        (b"Doe, John <j@x.example>", [("Doe, John", "j@x.example")]),
        (b"undisclosed-recipients:;", []),
        (b"Team: a@b.example, c@d.example;", [("", "a@b.example"), ("", "c@d.example")]),
        (
            b"=?utf-8?B?5byg5LiJ?= <a@b.example>; c@d.example",
            [("张三", "a@b.example"), ("", "c@d.example")],
        ),
        (b'"=?utf-8?Q?a=2C_b?=" <x@y.example>', [("a, b", "x@y.example")]),
        (b"joe at ex.example (Joe)", [("Joe", "joe@ex.example")]),
        (b"=?utf-8?Q?Foo_<a@b.example>?=", [("Foo", "a@b.example")]),
        (b'"unclosed <x@y.example>', [("unclosed", "x@y.example")]),
        ("张三 <z@q.example>".encode("gbk"), [("张三", "z@q.example")]),
        (b"<>", []),
        (b"MAILER-DAEMON", [("", "MAILER-DAEMON")]),
    ],
)
def test_addresses(raw: bytes, expected: list[tuple[str, str]]) -> None:
    p = parse_message(b"From: s@t.example\nTo: " + raw + b"\n\nhi")
    assert [(a.name, a.address) for a in p.to] == expected


@pytest.mark.parametrize("bad", ["", "<>", "< >", "<@>", "none", "<a b@c>"])
def test_malformed_message_ids_are_none(bad: str) -> None:
    assert parse_message(f"From: a@b.example\nMessage-ID: {bad}\n\nhi".encode()).message_id is None


@pytest.mark.parametrize(
    ("date", "ms"),
    [
        ("Mon, 7 Sep 2026 17:00:00 +0800 (CST)", 1788771600000),
        ("2026-09-07T09:00:00Z", 1788771600000),
        ("2026年9月7日 17:00 +0800", 1788771600000),
        ("Mo, 7 Sept. 2026 11:00:00 +0200", 1788771600000),
        ("Thu, 1 Jan 1970 00:00:00 -9900", None),
        ("yesterday", None),
        ("Mon, 99 Foo 2026 99:99:99 +0000", None),
    ],
)
def test_dates(date: str, ms: int | None) -> None:
    assert parse_message(f"From: a@b.example\nDate: {date}\n\nhi".encode()).date_ms == ms


def test_a_date_in_the_future_is_none_when_the_time_is_told() -> None:
    raw = b"From: a@b.example\nDate: Thu, 31 Dec 2099 09:00:00 +0000\n\nhi"
    assert parse_message(raw).date_ms is not None
    p = parse_message(raw, now_ms=1788771600000)
    assert (p.date_ms, p.date_offset_min, p.defects) == (None, None, ("date_in_future",))
    raw = b"From: a@b.example\nDate: Mon, 7 Sep 2026 20:00:00 +0000\n\nhi"
    assert parse_message(raw, now_ms=1788771600000).date_ms == 1788811200000


def test_alternatives_and_html_only() -> None:
    html = (
        b"Content-Type: text/html; charset=utf-8\n\n"
        b"<style>p{}</style><p>Hi <b>you</b></p><blockquote>"
        b"old</blockquote>"
    )
    both = parse_message(multipart("alternative", b"Content-Type: text/plain\n\nHi you", html))
    assert both.body_text == "Hi you"
    assert both.body_html is not None
    only = parse_message(
        multipart(
            "alternative", b"Content-Type: text/plain\n\n  ", html, top="In-Reply-To: <q@x>\n"
        )
    )
    assert only.body_text == "Hi you\n\n> old"
    assert only.new_text == "Hi you"


def test_attachments_and_inline_pictures() -> None:
    html = b'Content-Type: text/html\n\n<p>See <img src="cid:p1@x"></p>'
    picture = (
        b"Content-Type: image/png\nContent-ID: <p1@x>\nContent-Disposition: inline\n"
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"\x89PNG data")
    )
    name = b"filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf"
    pdf = (
        b"Content-Type: application/pdf\nContent-Disposition: attachment; " + name + b"\n\n%PDF-1.7"
    )
    raw = multipart("mixed", html, picture, pdf, b"Content-Type: text/plain\n\nfooter words")
    p = parse_message(raw)
    assert [(a.filename, a.inline, a.index, a.size) for a in p.attachments] == [
        ("attachment-2.png", True, 1, 9),
        ("发票.pdf", False, 2, 8),
    ]
    assert attachment_bytes(raw, 2) == b"%PDF-1.7"
    assert attachment_bytes(raw, 99) == b""
    assert inline_images(raw) == {"p1@x": ("image/png", b"\x89PNG data")}
    assert "footer words" in p.body_text


@pytest.mark.parametrize(
    ("sent", "clean", "dangerous"),
    [
        ("../../etc/passwd", "passwd", False),
        ("C:\\\\Users\\\\x\\\\report.pdf", "report.pdf", False),
        ("CON.txt", "_CON.txt", False),
        ("invoice.pdf.exe", "invoice.pdf.exe", True),
        ("photo\u202egpj.exe", "photogpj.exe", True),
        ("cod\u202efdp.txt", "codfdp.txt", True),
        ("a\u0000b\u0007.pdf", "a_b_.pdf", False),
        ("..", "attachment-2.pdf", False),
        ("x" * 300 + ".pdf", "x" * 146 + ".pdf", False),
        ("发" * 100 + ".docm", "发" * 48 + ".docm", True),
        ("run.js", "run.js", True),
        ("notes.txt ", "notes.txt", False),
        ("e\u0301.pdf", "\u00e9.pdf", False),
    ],
)
def test_attachment_names_are_safe(sent: str, clean: str, dangerous: bool) -> None:
    raw = multipart("mixed", b"Content-Type: text/plain\n\nhi", attachment(sent, b"data"))
    file = parse_message(raw).attachments[0]
    if "\x00" in sent:
        assert "\x00" not in file.filename
        assert "\x07" not in file.filename
    else:
        assert file.filename == clean
    assert len(file.filename.encode()) <= 150
    assert file.dangerous is dangerous


def test_a_renamed_program_is_dangerous() -> None:
    raw = multipart(
        "mixed",
        b"Content-Type: text/plain\n\nhi",
        attachment("holiday.jpg", b"MZ\x90\x00", "image/jpeg"),
    )
    assert parse_message(raw).attachments[0].dangerous


def test_flowed_paragraphs_are_joined() -> None:
    p = parse_message(letter("one \ntwo\n\n> q1 \n> q2\n-- \nme", mime="text/plain; format=flowed"))
    assert p.body_text == "one two\n\n> q1 q2\n-- \nme"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"\x00" * 50,
        b"\xff\xfe garbage",
        b"no headers at all\n\njust text",
        b"From ",
    ],
)
def test_what_is_no_mail_is_damaged_but_shown(raw: bytes) -> None:
    p = parse_message(raw)
    assert p.damaged
    assert p.defects
    _valid(p)


def test_a_garbage_header_line_does_not_swallow_the_rest() -> None:
    p = parse_message(
        b"From: a@b.example\nthis is garbage\nSubject: hi\nContent-Type: text/plain\n\nbody"
    )
    assert (p.subject, p.body_text) == ("hi", "body")
    assert "garbage_header_line" in p.defects


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.c\nContent-Type: multipart/mixed\n\n--x\n\nhello\n--x--\n",
        b"From: a@b.c\nContent-Type: multipart/mixed; boundary=never\n\nhello\n",
        b"From: a@b.c\nContent-Type: multipart/mixed;"
        b" boundary=x\n\n--x\nContent-Type: text/plain\n"
        b"\nhello",
        b"From: a@b.c\nContent-Type: text; charset=\n\nhello",
        b"From: a@b.c\nContent-Transfer-Encoding: base64\n\naGVsbG8",
        b"From: a@b.c\r\rhello",
    ],
)
def test_broken_structure_still_shows_the_words(raw: bytes) -> None:
    assert "hello" in parse_message(raw).body_text


def test_bombs_are_capped() -> None:
    parts = b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 100_000
    assert "too_many_parts" in parse_message(parts).defects
    deep = b"Subject: x\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000)
    )
    assert "too_deep" in parse_message(deep).defects
    nested = b"Subject: x\n" + b"Content-Type: message/rfc822\n\n" * 3000 + b"hi"
    assert not parse_message(nested).damaged
    crowd = (
        b"From: a@b.c\nTo: " + b", ".join(b"u%d@x.example" % n for n in range(10_000)) + b"\n\nhi"
    )
    assert len(parse_message(crowd).to) == 1000
    assert (
        len(
            parse_message(
                b"From: a@b.c\nSubject: " + b"=?utf-8?B?5byg?= " * 60_000 + b"\n\nhi"
            ).subject
        )
        < 70_000
    )


@given(st.binary(max_size=2000))
@settings(max_examples=150, deadline=None)
def test_never_raises_on_bytes(raw: bytes) -> None:
    _valid(parse_message(raw, OWN))


_PIECES = st.sampled_from(
    [
        b"From: a@b.c\n",
        b"To: ",
        b"Subject: =?utf-8?B?",
        b"?=\n",
        b"\n\n",
        b"\r\n",
        b"--x\n",
        b"--x--\n",
        b"> ",
        b"wrote:\n",
        b"Content-Type: multipart/mixed; boundary=x\n",
        b"Content-Type: text/html; charset=gb2312\n",
        b"<p>",
        b"</div>",
        b"<!--",
        b"Content-Transfer-Encoding: base64\n",
        b"Content-Type: message/rfc822\n",
        "你好".encode("gbk"),
        b"\xff",
        b"\x00",
        b"=",
        b"Date: Mon, 7 Sep 2026 17:00:00 +0800\n",
        b"Content-Disposition: attachment; filename*0*=utf-8''%ff; filename*1=x\n",
        b"Auto-Submitted: auto-replied\n",
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\n",
        b"Content-Type: message/delivery-status\n",
        b"Final-Recipient: rfc822; a@b\nAction: failed\nStatus: 5.1.1\n",
        b"hello 3\n",
    ]
)


@given(st.lists(_PIECES, max_size=25))
@settings(max_examples=200, deadline=None)
def test_never_raises_on_pieces_of_mail(pieces: list[bytes]) -> None:
    _valid(parse_message(b"".join(pieces), OWN))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=60),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=400
    ),
    st.lists(st.binary(max_size=200), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_agrees_with_the_standard_library(subject: str, text: str, files: list[bytes]) -> None:
    """What `email` builds, we read back: subject, text and every attachment's bytes."""
    made = EmailMessage()
    made["From"] = "Ann <ann@mail.example>"
    made["Subject"] = " ".join(subject.split())
    made.set_content(text)
    for number, data in enumerate(files):
        made.add_attachment(
            data, maintype="application", subtype="octet-stream", filename=f"f{number}.bin"
        )
    raw = made.as_bytes()
    p = parse_message(raw)
    theirs = email.message_from_bytes(raw)
    leaves = [part for part in theirs.walk() if not part.is_multipart()]
    assert [attachment_bytes(raw, a.index) for a in p.attachments] == [
        leaf.get_payload(decode=True) for leaf in leaves[1:]
    ]
    assert p.subject == " ".join(subject.split())
    assert (
        "".join(p.body_text.split()) == "".join(text.replace("\ufeff", "").split())
        or "\ufeff" in text
    )


def test_one_letter_or_a_token_says_nothing_of_the_language() -> None:
    token = "Subject: [rate:16a9bb8f20256863f92c6133cc161b09:3] Great\n\n"
    assert parse_message(token.encode()).language is None
    mail = "Subject: hello there\n\nA real person who answers, how rare.\n"
    assert parse_message(mail.encode()).language in (None, "en")
