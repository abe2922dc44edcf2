"""A sample mail before it is bytes, and how each mail program quotes the one it answers.

The quote shapes are those seen in the wild (Gmail, Outlook, Apple Mail, Thunderbird, QQ, 163;
English and Chinese). Must not encode anything: see `rawmail`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from typing import Any

from solodesk.demo.files import SampleFile
from solodesk.demo.samples import Mailer, Person, phrases


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: who, when (aware), what; `quoted` is the mail it answers below its own words."""

    sender: Person
    to: Person
    subject: str
    date: datetime
    message_id: str
    text: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    quoted: "Letter | None" = None
    files: tuple[SampleFile, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    reply_to: Person | None = None
    html: str | None = None
    """The HTML body when it is not simply the words as paragraphs (newsletters)."""

    @property
    def lang(self) -> str:
        """The language of the customer at either end."""
        return "zh" if "zh" in (self.sender.lang, self.to.lang) else "en"


def answering(letter: Letter) -> tuple[str, tuple[str, ...]]:
    """(In-Reply-To, References) of an answer to `letter` (RFC 5322, 3.6.4)."""
    return letter.message_id, (*letter.references, letter.message_id)


def reply_subject(subject: str, lang: str, mailer: Mailer) -> str:
    """`Re:`, or 回复： as Chinese programs write it; never doubled."""
    if subject.startswith(("Re:", "回复：", "回复:")):
        return subject
    if lang == "zh" and mailer in (Mailer.QQ, Mailer.OUTLOOK):
        return ("回复：" if mailer is Mailer.QQ else "回复: ") + subject
    return "Re: " + subject


def full_text(letter: Letter, depth: int = 3) -> str:
    """The plain body: new words, then the quoted mail, at most `depth` mails deep."""
    if letter.quoted is None or depth == 0:
        return letter.text
    return letter.text + "\n\n" + _quote_text(letter, letter.quoted, depth - 1)


def _quote_text(letter: Letter, old: Letter, depth: int) -> str:
    body = full_text(old, depth)
    mailer = letter.sender.mailer
    line = attribution(letter, old)
    if mailer in (Mailer.OUTLOOK, Mailer.QQ):
        return f"{line}\n\n{body}"
    if mailer in (Mailer.APPLE, Mailer.IPHONE):
        return _arrows(f"{line}\n\n{body}")
    return f"{line}\n{'' if mailer is Mailer.THUNDERBIRD else chr(10)}{_arrows(body)}"


def _arrows(text: str) -> str:
    return "\n".join(
        (">" if row.startswith(">") else "> ") + row if row else ">" for row in text.split("\n")
    )


def attribution(letter: Letter, old: Letter) -> str:
    """The line or block a mail program puts above the quoted mail `old`."""
    at = old.date.astimezone(letter.sender.zone)
    if letter.sender.lang == "zh":
        return _chinese_attribution(letter.sender.mailer, old, at)
    return _english_attribution(letter.sender.mailer, old, at)


def _chinese_attribution(mailer: Mailer, old: Letter, at: datetime) -> str:
    words: dict[str, Any] = phrases()["quoted"]["zh"]
    who, address = old.sender.name, old.sender.address
    date = f"{at.year}年{at.month}月{at.day}日"
    match mailer:
        case Mailer.APPLE | Mailer.IPHONE:
            return f"在 {date}，{at:%H:%M}，{who} <{address}> 写道："
        case Mailer.OUTLOOK:
            return (
                f"发件人: {who} <{address}>\n发送时间: {date} {at.hour}:{at:%M}\n"
                f"收件人: {old.to.name} <{old.to.address}>\n主题: {old.subject}"
            )
        case Mailer.QQ:
            half = "上午" if at.hour < 12 else "下午"
            return (
                "------------------ 原始邮件 ------------------\n"
                f'发件人: "{who}" <{address}>;\n发送时间: {date}'
                f"({words['weekdays'][at.weekday()]}) {half}{(at.hour - 1) % 12 + 1}:{at:%M}\n"
                f'收件人: "{old.to.name}" <{old.to.address}>;\n主题: {old.subject}'
            )
        case Mailer.NETEASE:
            return f'在 {at:%Y-%m-%d %H:%M:%S}，"{who}" <{address}> 写道：'
        case _:
            day = words["days"][at.weekday()]
            return f"{who} <{address}> 于{date}{day} {at:%H:%M}写道："


def _english_attribution(mailer: Mailer, old: Letter, at: datetime) -> str:
    words: dict[str, Any] = phrases()["quoted"]["en"]
    who, address = old.sender.name, old.sender.address
    month, clock = words["months"][at.month - 1], f"{at:%I:%M %p}".lstrip("0")
    match mailer:
        case Mailer.GMAIL:
            short = f"{words['days'][at.weekday()]}, {month[:3]} {at.day}, {at.year}"
            return f"On {short} at {clock} {who} <{address}> wrote:"
        case Mailer.APPLE | Mailer.IPHONE:
            return f"On {at.day} {month[:3]} {at.year}, at {at:%H:%M}, {who} <{address}> wrote:"
        case Mailer.OUTLOOK:
            sent = f"{words['weekdays'][at.weekday()]}, {month} {at.day}, {at.year} {clock}"
            return (
                f"-----Original Message-----\nFrom: {who} <{address}>\nSent: {sent}\n"
                f"To: {old.to.name} <{old.to.address}>\nSubject: {old.subject}"
            )
        case _:
            return f"On {at:%d/%m/%Y %H:%M}, {who} wrote:"


def full_html(letter: Letter, depth: int = 3) -> str:
    """The HTML body without `<html>`: new words, inline pictures, the quoted mail."""
    own = letter.html if letter.html is not None else paragraphs(letter.text)
    for file in letter.files:
        if file.content_id is not None:
            own += f'<p><img src="cid:{escape(file.content_id)}" width="160" alt="{file.name}"></p>'
    if letter.quoted is None or depth == 0:
        return own
    return own + _quote_html(letter, letter.quoted, depth - 1)


def paragraphs(text: str) -> str:
    """Plain words as HTML paragraphs."""
    blocks = [escape(block, quote=False).replace("\n", "<br>\n") for block in text.split("\n\n")]
    return "\n".join(f"<p>{block}</p>" for block in blocks)


def _quote_html(letter: Letter, old: Letter, depth: int) -> str:
    body = full_html(old, depth)
    line = escape(attribution(letter, old), quote=False).replace("\n", "<br>\n")
    match letter.sender.mailer:
        case Mailer.GMAIL:
            return (
                f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{line}<br>'
                '</div><blockquote class="gmail_quote" style="margin:0 0 0 0.8ex;border-left:'
                f'1px solid #ccc;padding-left:1ex">{body}</blockquote></div>'
            )
        case Mailer.OUTLOOK:
            line = line.removeprefix("-----Original Message-----<br>\n")
            return (
                '<div id="divRplyFwdMsg" style="border:none;border-top:solid #E1E1E1 1.0pt;'
                f'padding:3.0pt 0 0 0"><p>{line}</p></div><div>{body}</div>'
            )
        case Mailer.QQ:
            return (
                f'<div><includetail><div style="font-size:12px">{line}</div>'
                f"<div>{body}</div></includetail></div>"
            )
        case Mailer.NETEASE:
            return (
                f'<p>{line}</p><blockquote id="isReplyContent" style="padding-left:1ex;'
                f'margin:0 0 0 0.8ex;border-left:#ccc 1px solid">{body}</blockquote>'
            )
        case Mailer.APPLE | Mailer.IPHONE:
            return f'<div><br><blockquote type="cite"><div>{line}</div>{body}</blockquote></div>'
        case _:
            return (
                f'<div class="moz-cite-prefix">{line}</div>'
                f'<blockquote type="cite">{body}</blockquote>'
            )


def phone_signature(person: Person) -> str:
    """What a telephone adds, empty for other programs."""
    if person.mailer is not Mailer.IPHONE:
        return ""
    return "发自我的iPhone" if person.lang == "zh" else "Sent from my iPhone"


def later(letter: Letter, **delta: float) -> datetime:
    """The moment `timedelta(**delta)` after `letter`."""
    return letter.date + timedelta(**delta)
