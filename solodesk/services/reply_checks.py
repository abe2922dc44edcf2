"""What is looked at before a reply leaves: some findings block, the others ask once.

Must not change anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.ids import TicketId
from solodesk.domain.message import Address, Kind
from solodesk.services import draft_html, stored
from solodesk.services.draft_html import Written
from solodesk.services.drafts import Draft
from solodesk.services.templates import label
from solodesk.services.units import Reader

if TYPE_CHECKING:
    from solodesk.store import rows

TOO_BIG: Final = 20 * 1024 * 1024
_FILE_WORDS: Final = re.compile(
    r"\b(?:attached|attachment|attaching|enclosed|see the file)\b|附件|见附|随附|附上",
    re.IGNORECASE,
)
_ADDRESS: Final = re.compile(r"[^@\s<>,;\"()]+@[^@\s<>,;\"()]+\.[^@\s<>,;\"().]+")


@dataclass(frozen=True, slots=True)
class Check:
    """One finding; its sentence is wording/checks.py's. `blocks`: it can not leave like this."""

    code: str
    blocks: bool
    params: dict[str, Any] = field(default_factory=dict)


def checks(reader: Reader, draft: Draft) -> tuple[Check, ...]:
    """Every finding about a draft, what blocks first."""
    written = draft_html.read(draft.body_html)
    found = [*_blocking(draft, written), *_asking(reader, draft, written)]
    return tuple(sorted(found, key=lambda check: not check.blocks))


def refuse(draft: Draft, written: Written) -> None:
    """Raise for the first finding that blocks: NeedsOwner for open blanks, else KnownError."""
    for check in _blocking(draft, written):
        if check.code == "blank_open":
            names = tuple(label(key) for key in written.blanks)
            raise NeedsOwner("blank_open", count=len(names), blanks=written.blanks, names=names)
        code = "empty_reply" if check.code == "empty" else check.code
        raise KnownError(code, **check.params)


def _blocking(draft: Draft, written: Written) -> list[Check]:
    found = []
    people = (*draft.to, *draft.cc, *draft.bcc)
    if not people:
        found.append(Check("no_recipient", blocks=True))
    bad = [p.address for p in people if not _ADDRESS.fullmatch(p.address.strip())]
    if bad:
        found.append(Check("bad_address", True, {"address": bad[0]}))
    if written.blanks:
        found.append(
            Check("blank_open", True, {"count": len(written.blanks), "blanks": written.blanks})
        )
    if not written.text.strip() and not draft.attachments:
        found.append(Check("empty", blocks=True))
    return found


def _asking(reader: Reader, draft: Draft, written: Written) -> list[Check]:
    found = []
    if _FILE_WORDS.search(written.text) and not draft.attachments:
        found.append(Check("forgotten_attachment", blocks=False))
    size = sum(file.size for file in draft.attachments)
    if size > TOO_BIG:
        found.append(Check("too_big", False, {"size": f"{size / 1_048_576:.0f} MB"}))
    row = None if draft.ticket is None else reader.tickets.get(draft.ticket)
    if row is not None and draft.mode in ("reply", "reply_all"):
        found += _meanwhile(reader, draft, row.id)
        changed = _changed_recipient(reader, draft, row)
        if changed is not None:
            found.append(Check("recipient_changed", False, {"address": changed}))
    return found


def _meanwhile(reader: Reader, draft: Draft, ticket: TicketId) -> list[Check]:
    """What came in since the draft was opened."""
    newer = [
        m
        for m in reader.messages.of_ticket(ticket)
        if m.received_ms > draft.seen_ms and m.duplicate_of is None
    ]
    found = []
    if any(m.direction == "in" and m.kind == Kind.PERSON.value for m in newer):
        found.append(Check("new_mail", blocks=False))
    ours = [m for m in newer if m.direction == "out" and m.kind == Kind.OWN.value]
    if any(m.outbox_id is None for m in ours):
        found.append(Check("answered_elsewhere", blocks=False))
    return found


def _changed_recipient(reader: Reader, draft: Draft, row: rows.Ticket) -> str | None:
    """The address it goes to, when nobody who takes part in the ticket reads it."""
    part = reader.participants.of(row.id)
    last = reader.messages.last_of_ticket(row.id, "in")
    if last is not None:
        writer = Address(last.from_name, last.from_address)
        part |= address_keys((writer, *stored.people(last, "reply_to")))
    people = (*draft.to, *draft.cc)
    if not people or not part or any(address_key(p.address) in part for p in people):
        return None
    return people[0].address
