"""The quoted mail below an answer, and the text of a forward, in the customer's language.

Quoted words are text: they are escaped, never taken as HTML. Must not decide whether to quote
(a setting does).
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Final

from solodesk.domain.message import Address
from solodesk.services import recipients, settings, stored
from solodesk.services.drafts import Draft
from solodesk.services.template_values import language_of
from solodesk.services.units import Reader
from solodesk.wording import dates
from solodesk.wording.gettext import _, speaking

if TYPE_CHECKING:
    from solodesk.store import rows

MAX_QUOTE: Final = 20_000


def with_quote(
    reader: Reader, ticket: rows.Ticket, mode: str, html: str, text: str
) -> tuple[str, str]:
    """HTML and text of a reply with the last word of the customer quoted below."""
    if mode not in ("reply", "reply_all") or settings.get(reader, "quote") == "none":
        return html, text
    last = recipients.last_word(reader, ticket)
    words = "" if last is None else reader.messages.new_text(last.id).strip()[:MAX_QUOTE]
    if last is None or not words:
        return html, text
    with speaking(language_of(reader, ticket.id)):
        head = _("On {date}, {name} wrote:").format(
            date=_moment(reader, last), name=last.from_name or last.from_address
        )
    lines = words.split("\n")
    quoted = "\n".join(f"> {line}".rstrip() for line in lines)
    body = "<br>".join(escape(line, quote=False) for line in lines)
    fold = f'<p>{escape(head, quote=False)}</p><blockquote type="cite"><p>{body}</p></blockquote>'
    return html + fold, f"{text}\n\n{head}\n{quoted}"


def forward(reader: Reader, ticket: rows.Ticket, draft: Draft) -> Draft:
    """A fresh forward of the last message; the owner says to whom."""
    last = recipients.last_word(reader, ticket)
    if last is None:
        return replace(draft, subject=_forwarded(ticket.subject))
    with speaking(language_of(reader, ticket.id)):
        head = [
            _("Forwarded message"),
            _("From: {people}").format(people=_shown(Address(last.from_name, last.from_address))),
            _("Date: {date}").format(date=_moment(reader, last)),
            _("Subject: {subject}").format(subject=last.subject),
            _("To: {people}").format(
                people=", ".join(_shown(p) for p in stored.people(last, "to"))
            ),
        ]
    lines = "<br>".join(escape(line, quote=False) for line in head)
    words = reader.messages.text_of(last.id).text.strip()[:MAX_QUOTE].split("\n")
    body = "<br>".join(escape(line, quote=False) for line in words)
    return replace(
        draft,
        subject=_forwarded(last.subject or ticket.subject),
        body_html=f"{draft.body_html or '<p></p>'}<p>{lines}</p><p>{body}</p>",
    )


def _forwarded(subject: str) -> str:
    words = " ".join(subject.split())
    return words if words.casefold().startswith(("fwd:", "fw:")) else f"Fwd: {words}".strip()


def _shown(person: Address) -> str:
    return f"{person.name} <{person.address}>" if person.name else person.address


def _moment(reader: Reader, message: rows.Message) -> str:
    here = dates.local(message.received_ms, settings.zone(reader))
    return f"{dates.long_date(here.date())} {here:%H:%M}"
