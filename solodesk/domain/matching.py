"""Threading: which ticket a message belongs to, and why (product.md "threading", faults.md X13).

A pure decision over facts that were looked up before: own Message-ID, References, In-Reply-To.
A match counts only when the sender already takes part in that ticket or answers a message of
ours (whose id only its recipients can know). Everything weaker is a suggestion. This module
must not look anything up.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final

from solodesk.domain.ids import TicketId

DAY_MS: Final = 86_400_000
REOPEN_WITHIN_MS: Final = 30 * DAY_MS
"""A customer's mail to a ticket closed longer ago than this starts a new, linked one."""
SUGGEST_WITHIN_MS: Final = 7 * DAY_MS

_RFC_ID: Final = re.compile(r"<[^<>\s@]+@[^<>\s@]+>|<[^<>\s]{8,}>")
_TOKEN: Final = re.compile(r"\[#(\d{1,9})\]")
_PREFIX: Final = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|sv|vs|vl|vb|antw|antwort|rv|tr|res|enc|rif|r|i|odp|pd|ynt|ilt|"
    r"yan|vá|továbbítás|bls|trs|doorst|fs|отв|ответ|пер|пересл|відп|השב|הועבר|رد|"
    r"إعادة توجيه|απ|πρθ|回复|回覆|答复|答覆|回信|返信|转发|轉寄|轉發|转寄|転送|답장|회신|전달|"
    r"automatic reply|auto(?:matic)?[ -]?reply|automatische antwort|réponse automatique|"
    r"respuesta automática|risposta automatica|resposta automática|automatisch antwoord|"
    r"自动回复|自動回覆|自動回復|自動返信|자동 ?회신)"
    r"\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]\s*|\[#\d{1,9}\]\s*)",
    re.IGNORECASE,
)


class JoinedBy(StrEnum):
    """Why a message is where it is (cli.md, `joined_by`)."""

    NEW = "new"
    OWN_MESSAGE_ID = "own_message_id"
    REFERENCES = "references"
    IN_REPLY_TO = "in_reply_to"
    TOKEN = "token"  # noqa: S105 - a reason, not a secret
    BOUNCE_OF = "bounce_of"
    REPLY_TO_OURS = "reply_to_ours"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the decision needs of a message. Addresses are customer keys (lower-case)."""

    rfc_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    senders: frozenset[str]
    """Who wrote: From and, for contact forms, the customer."""
    others: frozenset[str]
    """To and Cc without our own addresses."""
    outgoing: bool
    """Ours. Then any of `others` taking part is as good as the sender doing so."""
    from_sent: bool
    """It lies in our Sent folder: nobody else could have put it there."""
    closer: bool
    history: bool
    received_ms: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A ticket in which a Message-ID was seen or mentioned."""

    ticket: TicketId
    ours: bool
    """The id is that of a message of ours."""
    mentioned: bool
    """The id was mentioned by another message (not only carried by one)."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands. `closed_ms` is when it was closed, None when it is not."""

    closed_ms: int | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The facts that were looked up: traces by id, participants and standing by ticket."""

    traces: Mapping[str, tuple[Trace, ...]] = field(default_factory=dict)
    participants: Mapping[TicketId, frozenset[str]] = field(default_factory=dict)
    standing: Mapping[TicketId, Standing] = field(default_factory=dict)
    by_token: TicketId | None = None
    """The ticket whose number stands in the subject as [#123]."""
    same_subject: TicketId | None = None
    """A ticket of this sender with the same plain subject within 7 days."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a message goes. `ticket` None: a new one, perhaps `linked` to the one it continues."""

    ticket: TicketId | None
    joined_by: JoinedBy
    suggested: TicketId | None = None
    linked: TicketId | None = None


@lru_cache(maxsize=4_096)
def valid_rfc_id(value: str | None) -> bool:
    """Whether a Message-ID is whole enough to match anything (RFC 5322, 3.6.4, leniently)."""
    return value is not None and len(value) <= 998 and _RFC_ID.fullmatch(value) is not None


def linked_ids(letter: Letter) -> tuple[str, ...]:
    """The ids `letter` points at, nearest first, never its own, never malformed ones."""
    seen: dict[str, None] = {}
    for rfc_id in (*reversed(letter.references), *letter.in_reply_to):
        if valid_rfc_id(rfc_id) and rfc_id != letter.rfc_id:
            seen[rfc_id] = None
    return tuple(seen)


def ids_to_look_up(letter: Letter) -> tuple[str, ...]:
    """Every id the decision will ask for."""
    own = (letter.rfc_id,) if letter.rfc_id is not None and valid_rfc_id(letter.rfc_id) else ()
    return (*own, *linked_ids(letter))


def plain_subject(subject: str) -> str:
    """A subject without Re:/Fwd:/回复：/[#123], width, case and spaces folded; may be empty."""
    text = unicodedata.normalize("NFKC", subject)
    while (match := _PREFIX.match(text)) is not None:
        text = text[match.end() :]
    return " ".join(text.split()).casefold()


def subject_number(subject: str) -> int | None:
    """The ticket number in `[#123]`, if there is one."""
    match = _TOKEN.search(subject)
    return int(match.group(1)) if match else None


def decide(letter: Letter, known: Known) -> Decision:
    """The ticket of `letter` and the reason; see the module's rules."""
    refused: TicketId | None = None
    evidence = list(_evidence(letter, known))
    if letter.outgoing:
        # Our own mail goes first where its readers take part already.
        evidence.sort(key=lambda found: not letter.others & _part(known, found[0].ticket))
    for trace, reason in evidence:
        if known.standing.get(trace.ticket, Standing()).hidden and not letter.outgoing:
            # What is hidden stays hidden; a new word from the customer must be seen.
            return Decision(None, JoinedBy.NEW, linked=trace.ticket)
        allowed = _allowed(letter, known, trace, reason)
        if allowed is None:
            refused = refused or trace.ticket
        elif _too_old(letter, known.standing.get(trace.ticket, Standing())):
            return Decision(None, JoinedBy.NEW, linked=trace.ticket)
        else:
            return Decision(trace.ticket, allowed)
    suggested = refused or known.by_token or known.same_subject
    return Decision(None, JoinedBy.NEW, suggested=suggested)


def _evidence(letter: Letter, known: Known) -> Iterator[tuple[Trace, JoinedBy]]:
    if valid_rfc_id(letter.rfc_id) and letter.rfc_id is not None:
        for trace in known.traces.get(letter.rfc_id, ()):
            # Two different mails with one Message-ID are two mails (R12): only a mention counts.
            if trace.mentioned:
                yield trace, JoinedBy.OWN_MESSAGE_ID
    references = frozenset(letter.references)
    for rfc_id in linked_ids(letter):
        reason = JoinedBy.REFERENCES if rfc_id in references else JoinedBy.IN_REPLY_TO
        for trace in known.traces.get(rfc_id, ()):
            yield trace, reason


def _part(known: Known, ticket: TicketId) -> frozenset[str]:
    return known.participants.get(ticket, frozenset())


def _allowed(letter: Letter, known: Known, trace: Trace, reason: JoinedBy) -> JoinedBy | None:
    taking_part = _part(known, trace.ticket)
    if letter.outgoing:
        return reason if letter.from_sent or letter.others & taking_part else None
    if letter.senders & taking_part:
        return reason
    if trace.ours and reason is not JoinedBy.OWN_MESSAGE_ID:
        return JoinedBy.REPLY_TO_OURS
    return None


def _too_old(letter: Letter, standing: Standing) -> bool:
    if letter.outgoing or letter.closer or letter.history or standing.closed_ms is None:
        return False
    return letter.received_ms - standing.closed_ms > REOPEN_WITHIN_MS


def participants_of(letter: Letter, own: Iterable[str] = ()) -> frozenset[str]:
    """Who takes part through this message: its writers and readers, without ourselves."""
    return (letter.senders | letter.others) - frozenset(own)
