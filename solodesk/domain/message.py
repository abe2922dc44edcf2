"""What one e-mail means, once its bytes have been read.

`solodesk.mail.parse` makes a `ParsedMessage`; services store it; nothing here does I/O.
Every string is valid Unicode (no surrogates). Times are UTC milliseconds.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What wrote the message. Only `PERSON` counts in the clocks (metrics.md)."""

    PERSON = "person"
    OWN = "own"
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    SURVEY = "survey"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: display name (may be empty) and address, domain lower-cased (IDNA kept)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One attachment as described in the message; its bytes are decoded on demand by `index`.

    `index` is the ordinal among the message's leaf parts in document order, from 0.
    `size` is in decoded bytes, `sha256` hexadecimal over the decoded bytes.
    """

    index: int
    filename: str
    mime: str
    size: int
    sha256: str
    inline: bool
    content_id: str | None
    dangerous: bool
    sniffed: str | None = None
    """The MIME type its bytes show, None when they show none; `mime` is what the mail claims."""


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """One failed recipient of a delivery report (RFC 3464)."""

    address: str
    status: str | None
    action: str | None


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a bounce says: who was not reached, why, and which message of ours it answers."""

    recipients: tuple[BounceRecipient, ...]
    reason: str
    """address_unknown|mailbox_full|host_unknown|policy|spam|too_big|temporary|other"""
    permanent: bool
    original_message_id: str | None


@dataclass(frozen=True, slots=True)
class SurveyAnswer:
    """A rating found in the new text: token when the mail carries one, and the digit."""

    token: str | None
    """The 32 hexadecimal digits of the survey's token, found in subject, address or quoted text."""
    digit: int | None
    """The number the customer wrote alone on the first new line, else None."""
    comment: str | None


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a calendar file in a mail asks or says (RFC 5545, 5546)."""

    method: str
    """request|cancel|reply|counter|declinecounter|publish|add|refresh"""
    summary: str
    start: str | None
    """UTC `2026-09-07T09:00:00Z`; the day `2026-09-07` when it lasts whole days; without `Z` when
    the file does not say which zone's time it is."""
    end: str | None
    """Like `start`; of whole days the last one."""
    zone: str | None
    """The zone the organiser wrote the time in, as far as known: `Europe/Berlin`."""
    place: str
    organiser: Address | None
    repeats: bool
    answer: str | None
    """Of a reply: accepted|declined|tentative|delegated, else None."""
    answered_by: Address | None
    link: str | None
    """The address of an online meeting, https only."""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """The meaning of one message's bytes, by `mail.parse.parse_message`, which never raises."""

    raw_sha256: str
    size: int
    message_id: str | None
    """With angle brackets, or None when absent, empty or malformed."""
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_: Address | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    customer: Address | None
    """Who the customer is: From, or the person named by a contact form (reason in kind_because)."""
    subject: str
    date_ms: int | None
    date_offset_min: int | None
    received_header_ms: int | None
    """Time of the topmost Received header, when there is one."""
    kind: Kind
    kind_because: tuple[str, ...]
    """Evidence codes, e.g. 'auto_submitted:auto-replied', 'list_id', 'contact_form:reply_to'."""
    language: str | None
    """'en', 'zh', another ISO 639-1 code, or None when too little text."""
    body_text: str
    body_html: str | None
    """The HTML body as sent (decoded, NOT sanitised); sanitising happens on opening."""
    new_text: str
    """`body_text` without quoted history and signature; never empty while body_text has words."""
    closer: bool
    """True when a customer only thanks ("thanks!", 谢谢)."""
    attachments: tuple[Attachment, ...]
    bounce: Bounce | None
    survey: SurveyAnswer | None
    damaged: bool
    defects: tuple[str, ...]
    auto_headers: bool
    """Any RFC 3834, list or precedence sign, whatever the kind (the gate of automatic mail)."""
    invitation: Invitation | None = None
    """The first calendar event in the mail."""
    stated: tuple[str, ...] = ()
    """What the mail is besides its words: 'encrypted:pgp', 'encrypted:smime', 'signed:pgp',
    'signed:smime', 'partial:2/5', 'external_body', 'tnef'."""
