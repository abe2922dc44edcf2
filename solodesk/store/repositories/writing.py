"""What the owner writes: notes, tags, drafts and the bytes of their attachments."""

import hashlib
from typing import Any

from solodesk.domain.ids import TicketId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway, Repository
from solodesk.store.transaction import Transaction

# Quiet colours, readable on light and dark; a new tag takes the next one.
_COLOURS = ("#4C7BD9", "#2E9E6B", "#C9822B", "#B4559C", "#7A6BD1", "#2B9AA8", "#C25B4E", "#7D8590")


class Notes(Repository[rows.Note, int]):
    """Table note: notes and logged contacts."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.NOTE)

    def of_ticket(self, ticket: TicketId) -> list[rows.Note]:
        """Those of a ticket that were not deleted, oldest first."""
        return self.select(
            "WHERE ticket_id = ? AND deleted_ms IS NULL ORDER BY at_ms, id", (ticket,)
        )


class Tags(Repository[rows.Tag, int]):
    """Tables tag and ticket_tag."""

    __slots__ = ("_links",)

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.TAG)
        self._links: Gateway[rows.TicketTag] = Gateway(tx, specs.TICKET_TAG)

    def all(self) -> list[rows.Tag]:
        """Every tag, by name."""
        return self.select("ORDER BY name COLLATE NOCASE")

    def by_name(self, name: str) -> rows.Tag | None:
        """A tag, case aside."""
        return self.first("WHERE name = ? COLLATE NOCASE", (name,))

    def named(self, name: str) -> rows.Tag:
        """A tag by name, made when there is none."""
        found = self.by_name(name)
        if found is not None:
            return found
        count = int(self._tx.value("SELECT count(*) FROM tag"))
        colour = _COLOURS[count % len(_COLOURS)]
        made = self.get(self.add(name=name, colour=colour))
        assert made is not None  # noqa: S101 - it was stored one line above
        return made

    def of_ticket(self, ticket: TicketId) -> list[rows.Tag]:
        """A ticket's tags, by name."""
        return self.select(
            "WHERE id IN (SELECT tag_id FROM ticket_tag WHERE ticket_id = ?)"
            " ORDER BY name COLLATE NOCASE",
            (ticket,),
        )

    def put(self, ticket: TicketId, tag: int) -> bool:
        """Put a tag on a ticket; False when it was there."""
        if self._links.by_key(ticket, tag) is not None:
            return False
        self._links.insert({"ticket_id": ticket, "tag_id": tag})
        return True

    def take(self, ticket: TicketId, tag: int) -> bool:
        """Take a tag off a ticket; False when it was not there."""
        return self._links.remove(ticket, tag)

    def tickets(self, tag: int) -> list[TicketId]:
        """Tickets that carry a tag."""
        found = self._tx.all("SELECT ticket_id FROM ticket_tag WHERE tag_id = ?", (tag,))
        return [TicketId(row[0]) for row in found]


class Drafts(Repository[rows.Draft, int]):
    """Table draft: one a ticket; new mail has no ticket yet."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.DRAFT)

    def of_ticket(self, ticket: TicketId) -> rows.Draft | None:
        """The draft of a ticket."""
        return self.first("WHERE ticket_id = ?", (ticket,))

    def all(self) -> list[rows.Draft]:
        """Every draft, latest first."""
        return self.select("ORDER BY updated_ms DESC, id DESC")

    def save(self, ticket: TicketId | None, **columns: Any) -> int:
        """Store or overwrite the draft of a ticket (a new one for None); returns its id."""
        found = None if ticket is None else self.of_ticket(ticket)
        if found is None:
            return self.add(ticket_id=ticket, **columns)
        self.update(found.id, **{"updated_ms": self._tx.now_ms, **columns})
        return found.id


class Blobs:
    """Table blob: bytes by their SHA-256. They are shared and stay; undo never needs to."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, data: bytes) -> bytes:
        """Keep bytes once; returns their SHA-256 (32 bytes)."""
        digest = hashlib.sha256(data).digest()
        self._tx.run("INSERT OR IGNORE INTO blob (sha256, data) VALUES (?, ?)", (digest, data))
        return digest

    def get(self, sha256: bytes | str) -> bytes | None:
        """The bytes of a digest (raw or hexadecimal), or None."""
        digest = bytes.fromhex(sha256) if isinstance(sha256, str) else sha256
        found: bytes | None = self._tx.value("SELECT data FROM blob WHERE sha256 = ?", (digest,))
        return found
