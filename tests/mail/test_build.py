"""What leaves is legal, says what was meant, and holds no header but ours."""

import email
import re
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.errors import KnownError
from solodesk.domain.message import Address
from solodesk.mail.build import OutgoingFile, OutgoingMail, build, envelope, new_message_id

ME = Address("Ling's Shop", "me@shop.example")
MEI = Address("Mei Chen", "mei@customer.example")
BASE = [
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version",
    "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip


def mail(
    *,
    to: tuple[Address, ...] = (MEI,),
    subject: str = "Re: order",
    text: str = "Hello",
    html: str | None = None,
    references: tuple[str, ...] = (),
    in_reply_to: str | None = None,
    attachments: tuple[OutgoingFile, ...] = (),
    inline: tuple[OutgoingFile, ...] = (),
) -> OutgoingMail:
    return OutgoingMail(
        from_=ME, to=to, subject=subject, text=text, html=html, references=references,
        in_reply_to=in_reply_to, attachments=attachments, inline=inline,
        message_id=new_message_id("shop.example"), date_ms=1_788_771_600_000, offset_min=480,
    )  # fmt: skip


def read(raw: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


INJECTIONS = [
    "Re: Help =?UTF-8?Q?=0ABcc:_victim@evil.example?=",
    "Re: a\r\nBcc: victim@evil.example",
    "a\nBcc: victim@evil.example\n\nbody",
    "a\rBcc: victim@evil.example",
    "a\u2028Bcc: victim@evil.example",
    "a\x85Bcc: v@evil.example\x0b\x0c\x00",
]


@pytest.mark.parametrize("evil", INJECTIONS)
def test_no_value_becomes_a_header(evil: str) -> None:
    raw = build(
        mail(
            subject=evil,
            to=(Address(evil, "mei@customer.example"),),
            references=(evil, f"<{evil}@x>", "<good@x.example>"),
            in_reply_to=evil,
            attachments=(OutgoingFile(evil, evil, b"x"),),
        )
    )
    head = raw.partition(b"\r\n\r\n")[0]
    assert not re.search(rb"(?mi)^bcc", head)
    names = [name for name, _ in read(raw).raw_items()]
    assert names == [
        "From", "To", "Subject", "Date", "Message-ID", "References", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    assert [part.get_filename() for part in read(raw).iter_attachments()] != [None]


_texts = st.text(max_size=400)


@given(subject=_texts, name=_texts, text=st.text(max_size=2500), filename=_texts)
def test_any_words_survive(subject: str, name: str, text: str, filename: str) -> None:
    raw = build(
        mail(
            subject=subject,
            to=(Address(name, "mei@customer.example"), MEI),
            text=text,
            html=f"<p>{len(text)}</p>",
            attachments=(OutgoingFile(filename, "text/csv", b"a,b\n"),),
        )
    )
    assert raw.isascii()
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", raw)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    parsed = read(raw)
    assert [each.addr_spec for each in parsed["To"].addresses] == [MEI.address, MEI.address]
    attached = next(parsed.iter_attachments())
    assert attached.get_payload(decode=True) == b"a,b\n"
    assert attached.get_filename()


def test_chinese_names_subjects_and_files() -> None:
    name = "发票（二零二六年九月）" * 6 + ".pdf"
    raw = build(
        mail(
            subject="回复：您的订单已发货，请查收附件里的发票和说明书，谢谢！" * 3,
            to=(Address("陈美（退款部）", "mei@例子.example"),),
            text="您好，\n您的包裹已寄出。\n",
            html="<p>您好</p>",
            attachments=(OutgoingFile(name, "application/pdf", b"%PDF"),),
        )
    )
    parsed = read(raw)
    assert parsed["Subject"] == "回复：您的订单已发货，请查收附件里的发票和说明书，谢谢！" * 3
    assert parsed["To"].addresses[0].display_name == "陈美（退款部）"
    assert parsed["To"].addresses[0].addr_spec == "mei@xn--fsqu00a.example"
    assert next(parsed.iter_attachments()).get_filename() == name
    body = parsed.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == "您好，\n您的包裹已寄出。\n"
    assert parsed["Date"].datetime.isoformat() == "2026-09-07T17:00:00+08:00"


def test_structure_with_html_images_and_files() -> None:
    picture = OutgoingFile("logo.png", "image/png", b"\x89PNG", content_id="logo@shop")
    raw = build(
        mail(
            html='<p>Hi <img src="cid:logo@shop"></p>',
            inline=(picture,),
            attachments=(OutgoingFile("m.eml", "message/rfc822", b"Subject: x\r\n\r\n"),),
        )
    )
    kinds = [part.get_content_type() for part in read(raw).walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
        "text/html", "image/png", "application/octet-stream",
    ]  # fmt: skip
    image = next(part for part in read(raw).walk() if part.get_content_type() == "image/png")
    assert image["Content-ID"] == "<logo@shop>"
    assert image.get_content_disposition() == "inline"


@pytest.mark.parametrize(
    "text",
    [
        "dots\n.\n..\n.\r\n.\nMAIL FROM:<x@y>",
        "From the start\n>From quoted",
        "x" * 5000,
        "trailing blanks   \nand\ttabs\t\n",
        "lone\rcarriage\rreturns",
        "",
    ],
)
def test_texts_that_break_mail_elsewhere(text: str) -> None:
    raw = build(mail(text=text))
    body = raw.partition(b"\r\n\r\n")[2]
    assert b"\r\n.\r\n" not in raw
    assert not re.search(rb"(?m)^From ", body)
    payload = read(raw).get_payload(decode=True)
    assert isinstance(payload, bytes)
    got = payload.decode().replace("\r\n", "\n").removesuffix("\n")
    assert got == text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")


def test_references_keep_first_and_newest() -> None:
    ids = tuple(f"<{n}@x.example>" for n in range(200))
    raw = build(mail(references=(*ids, "", "broken", "<a b@c>", "<" + "y" * 900 + "@z>")))
    kept = read(raw)["References"].split()
    assert kept[0] == ids[0]
    assert kept[1:] == list(ids[-20:])


def test_many_recipients_fold_and_bcc_stays_out() -> None:
    people = tuple(Address(f'Doe, J. {n} "x"', f"p{n}@customer.example") for n in range(80))
    secret = Address("", "hidden@other.example")
    made = OutgoingMail(
        from_=ME, to=people, bcc=(secret, people[0]), subject="s", text="t",
        message_id=new_message_id("shop.example"), date_ms=0,
    )  # fmt: skip
    raw = build(made)
    assert b"hidden@other" not in raw
    assert [each.display_name for each in read(raw)["To"].addresses] == [p.name for p in people]
    assert envelope(made) == (*(p.address for p in people), "hidden@other.example")
    assert list(read(raw).keys()) == BASE


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("nobody", "bad_address"),
        ("a b@x.example", "bad_address"),
        ("a@x.example\r\nRCPT TO:<v@y>", "bad_address"),
        ("a@b@x.example", "bad_address"),
        ("<a@x.example>", "bad_address"),
        ("李雷@x.example", "address_not_ascii"),
    ],
)
def test_addresses_that_cannot_be_written(address: str, code: str) -> None:
    with pytest.raises(KnownError) as told:
        build(mail(to=(Address("", address),)))
    assert told.value.code == code


def test_message_ids_cannot_be_guessed() -> None:
    made = {new_message_id("Shop.example") for _ in range(50)}
    assert len(made) == 50
    assert all(re.fullmatch(r"<[0-9a-f]{32}@Shop\.example>", each) for each in made)


def test_reserved_headers_are_refused() -> None:
    base = mail()
    for name in ("Bcc", "subject", "X-Bad\r\nBcc", "X Bad"):
        with pytest.raises(ValueError, match="not an extra header"):
            build(
                OutgoingMail(
                    from_=ME,
                    to=base.to,
                    subject="s",
                    text="t",
                    message_id=base.message_id,
                    date_ms=0,
                    extra_headers=((name, "v"),),
                )
            )
