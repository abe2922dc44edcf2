"""Mail that machines write to the sample shop: newsletters, notices, out-of-office answers, a
bounce (RFC 3464), a DMARC report, spam, a website's contact form.

Each function gives letters or bytes; when and how many is decided in `mailbox`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from random import Random
from typing import Any

from solodesk.demo.files import gzipped
from solodesk.demo.letters import Letter, answering
from solodesk.demo.rawmail import envelope, multipart, new_id, raw_of
from solodesk.demo.samples import Mailer, Person


def machine(name: str, address: str, owner: Person, lang: str = "en") -> Person:
    """A sender that is no person."""
    return Person(name, address, lang, owner.zone, Mailer.THUNDERBIRD)


def newsletter(
    row: Mapping[str, Any], issue: int, owner: Person, date: datetime, rng: Random
) -> Letter:
    """One issue of a newsletter, with list headers (RFC 2919, 2369) and a remote picture."""
    subject, first, second = row["issues"][issue % len(row["issues"])]
    site = "https://" + row["address"].partition("@")[2]
    lang = "en" if subject.isascii() else "zh"
    sender = machine(row["name"], row["address"], owner, lang)
    leave = f"{site}/unsubscribe?u=41f2{rng.getrandbits(32):08x}"
    stop = "Unsubscribe" if lang == "en" else "退订"
    html = (
        '<table width="600" cellpadding="12" style="border:1px solid #e5e7eb"><tr><td>'
        f'<img src="{site}/header.png" width="560" height="90" alt="{escape(row["name"])}">'
        f'<h2 style="color:#334155">{escape(subject)}</h2><p>{escape(first)}</p>'
        f'<p><a href="{site}/issue/{issue}">{escape(second)}</a></p></td></tr>'
        f'<tr><td style="font-size:11px"><a href="{leave}">{stop}</a>'
        f'<img src="{site}/open.gif?u={rng.getrandbits(32):08x}" width="1" height="1" alt="">'
        "</td></tr></table>"
    )
    headers = (
        ("List-Id", f"<{row['list_id']}>"),
        ("List-Unsubscribe", f"<{leave}>"),
        ("Precedence", "bulk"),
    )
    text = f"{subject}\n\n{first}\n\n{second}\n{site}/issue/{issue}\n\n{stop}: {leave}"
    return Letter(
        sender, owner, subject, date, new_id(sender, rng), text, headers=headers, html=html
    )


def notice(row: Mapping[str, Any], owner: Person, date: datetime, rng: Random) -> Letter:
    """A notice of a carrier or payment service (RFC 3834: auto-generated)."""
    sender = machine(row["name"], row["address"], owner)
    return Letter(
        sender,
        owner,
        row["subject"],
        date,
        new_id(sender, rng),
        row["text"],
        headers=(("Auto-Submitted", "auto-generated"),),
    )


def away(row: Mapping[str, Any], old: Letter, rng: Random) -> Letter:
    """The out-of-office answer of the person the owner wrote `old` to."""
    parent, references = answering(old)
    headers = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))
    return Letter(
        old.to,
        old.sender,
        row["subject"].format(subject=old.subject),
        old.date + timedelta(seconds=50),
        new_id(old.to, rng),
        row["text"],
        parent,
        references,
        headers=headers,
    )


def spam(row: Mapping[str, Any], owner: Person, date: datetime, rng: Random) -> Letter:
    """Unwanted advertising that pretends to be an answer."""
    sender = machine(row["name"], row["address"], owner)
    return Letter(
        sender,
        owner,
        row["subject"],
        date,
        new_id(sender, rng),
        row["text"],
        headers=(("X-Spam-Flag", "YES"), ("X-Spam-Score", "14.2")),
    )


def dmarc(row: Mapping[str, Any], owner: Person, date: datetime, rng: Random) -> Letter:
    """A daily DMARC aggregate report (RFC 7489, 7.2)."""
    sender = machine(row["name"], row["address"], owner)
    end = int(date.timestamp()) // 86400 * 86400
    begin = end - 86400
    name = f"mailwatch.example!lin.studio!{begin}!{end}.xml"
    number = f"{rng.getrandbits(40):010x}"
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feedback><report_metadata>'
        f"<org_name>Mailwatch</org_name><email>{sender.address}</email>"
        f"<report_id>{number}</report_id><date_range><begin>{begin}</begin><end>{end}</end>"
        "</date_range></report_metadata><policy_published><domain>lin.studio</domain>"
        "<p>quarantine</p><pct>100</pct></policy_published><record><row>"
        "<source_ip>192.0.2.25</source_ip><count>14</count><policy_evaluated>"
        "<disposition>none</disposition><dkim>pass</dkim><spf>pass</spf></policy_evaluated>"
        "</row></record></feedback>\n"
    )
    subject = f"Report Domain: lin.studio Submitter: mailwatch.example Report-ID: {number}"
    text = "This is an aggregate DMARC report for lin.studio."
    return Letter(
        sender,
        owner,
        subject,
        date,
        new_id(sender, rng),
        text,
        files=(gzipped(name, xml),),
        headers=(("Auto-Submitted", "auto-generated"),),
    )


def contact_form(
    person: Person,
    text: str,
    subject: str,
    owner: Person,
    date: datetime,
    rng: Random,
    *,
    reply_to: bool,
) -> Letter:
    """What the shop's website sends when `person` fills its form: with Reply-To, or with the
    name and address only in the text."""
    sender = machine("Lin Studio website", "no-reply@lin.studio", owner, person.lang)
    if person.lang == "zh":
        body = (
            "您的网站收到一条新留言：\n\n"
            f"姓名：{person.name}\n邮箱：{person.address}\n\n留言：\n{text}"
        )
    else:
        body = (
            f"You have a new message from your website.\n\nName: {person.name}\n"
            f"Email: {person.address}\n\nMessage:\n{text}"
        )
    return Letter(
        sender,
        owner,
        subject,
        date,
        new_id(sender, rng),
        body,
        reply_to=person if reply_to else None,
    )


def bounce(sent: Letter, date: datetime, rng: Random) -> bytes:
    """The delivery report for the owner's mail `sent` to an unknown address (RFC 3464)."""
    owner, missing = sent.sender, sent.to.address
    sender = machine("Mail Delivery System", "MAILER-DAEMON@mx.lin.studio", owner)
    notice_letter = Letter(
        sender,
        owner,
        "Undelivered Mail Returned to Sender",
        date,
        new_id(sender, rng),
        "",
        headers=(("Auto-Submitted", "auto-replied"),),
    )
    words = (
        "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        "This is the mail system at host mx.lin.studio.\r\n\r\n"
        "I'm sorry to have to inform you that your message could not be delivered to one or\r\n"
        "more recipients. It's attached below.\r\n\r\n"
        f"<{missing}>: host mail.{missing.partition('@')[2]} said: 550 5.1.1\r\n"
        f"    <{missing}>: Recipient address rejected: User unknown (in reply to RCPT TO)\r\n"
    )
    status = (
        "Content-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.lin.studio\r\n"
        f"Arrival-Date: {format_datetime(sent.date)}\r\n\r\n"
        f"Final-Recipient: rfc822; {missing}\r\n"
        f"Original-Recipient: rfc822;{missing}\r\n"
        "Action: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 Recipient address rejected: User unknown\r\n"
    )
    original = b"Content-Type: message/rfc822\r\n\r\n" + raw_of(sent, received=False)
    parts = [words.encode("ascii"), status.encode("ascii"), original]
    head = envelope(notice_letter, "utf-8", received=True).replace(
        b"Return-Path: <MAILER-DAEMON@mx.lin.studio>", b"Return-Path: <>"
    )
    return head + multipart(
        "report", parts, notice_letter.message_id, "; report-type=delivery-status"
    )


def twice(letter: Letter) -> bytes:
    """The same mail delivered a second time through an alias: only the trace differs."""
    return b"Delivered-To: shop@lin.studio\r\n" + raw_of(letter)


def damaged(letter: Letter) -> bytes:
    """`letter` as it arrives when the connection broke: cut within its attachment, without the
    last boundary."""
    raw = raw_of(letter)
    return raw[: len(raw) - len(raw) // 6]


def misaddressed(letter: Letter, address: str) -> Letter:
    """The owner's `letter` with a typing error in the recipient's address."""
    return replace(letter, to=replace(letter.to, address=address))
