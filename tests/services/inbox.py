"""A shop with one mailbox in a real store; mail arrives as the sync would bring it."""

from dataclasses import dataclass, field
from typing import Any

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import AccountId, CustomerId, TicketId
from solodesk.mail.parse import parse_message
from solodesk.services.first_sync import finish_first_sync
from solodesk.services.ingest import Ingested, Place, ingest
from solodesk.services.units import Store
from solodesk.store import rows
from tests.support.mails import raw_mail

OWN = "support@shop.example"
MEI = "Mei Chen <mei@customer.example>"
DAY = 86_400_000


@dataclass
class Inbox:
    """The shop. `live`: the first sync is over."""

    store: Store
    clock: FixedClock
    account: AccountId
    folders: dict[str, int]
    uid: int = 0
    own: frozenset[str] = field(default_factory=lambda: frozenset({OWN}))

    def arrive(
        self, raw: bytes, role: str = "inbox", *, at_ms: int | None = None, history: bool = False
    ) -> Ingested:
        """One message arrives now (or arrived at `at_ms`)."""
        self.uid += 1
        parsed = parse_message(raw, self.own)
        with self.store.write(actor=Actor.ENGINE) as desk:
            place = Place(self.account, self.folders[role], 1, self.uid, role)
            return ingest(
                desk,
                raw,
                parsed,
                None if history else place,
                own=self.own,
                received_ms=self.clock.at_ms if at_ms is None else at_ms,
                seen=False,
                history=history,
            )

    def mail(self, text: str = "Where is my order?", **more: Any) -> Ingested:
        """A customer's mail arrives; `reply_to` names the Message-ID it answers."""
        role, at_ms = more.pop("role", "inbox"), more.pop("at_ms", None)
        history = more.pop("history", False)
        return self.arrive(letter(text, **more), role, at_ms=at_ms, history=history)

    def phone(self, text: str, reply_to: str, **more: Any) -> Ingested:
        """An answer written elsewhere is found in Sent."""
        more.setdefault("to", MEI)
        return self.mail(text, sender=f"Lin <{OWN}>", reply_to=reply_to, role="sent", **more)

    def ticket(self, ticket: TicketId) -> rows.Ticket:
        """A ticket's row."""
        with self.store.read() as reader:
            row = reader.tickets.get(ticket)
            assert row is not None
            return row

    def events(self, *kinds: str) -> list[Event]:
        """Events of these kinds (all without any), in order."""
        with self.store.read() as reader:
            return [e for e in reader.events.all() if not kinds or e.kind in kinds]

    def customer(self, ticket: TicketId) -> CustomerId:
        """The customer of a ticket."""
        found = self.ticket(ticket).customer_id
        assert found is not None
        return found

    def finish(self) -> None:
        """The first sync ends."""
        finish_first_sync(self.store, self.account)


def letter(text: str, *, reply_to: str | None = None, **more: Any) -> bytes:
    """The bytes of a text mail, in answer to another when `reply_to` is given."""
    headers = dict(more.pop("headers", {}))
    if reply_to is not None:
        headers |= {"In-Reply-To": reply_to, "References": reply_to}
    return raw_mail(text, headers=headers, **more)


def open_inbox(folder: DataFolder, clock: FixedClock, *, live: bool = True) -> Inbox:
    """A fresh shop with its mailbox, Inbox and Sent."""
    store = Store.open(folder, clock, origin="test")
    with store.write(actor=Actor.ENGINE) as desk:
        account = desk.accounts.add(
            address=OWN,
            name="Lin",
            imap_host="127.0.0.1",
            imap_port=143,
            imap_tls="plain",
            user=OWN,
            idle_close_days=14,
            first_sync_done_ms=clock.at_ms if live else None,
        )
        server = desk.accounts.add_server(
            account_id=account, host="127.0.0.1", port=25, tls="plain", user=OWN
        )
        desk.accounts.add_identity(
            address=OWN,
            name="Lin",
            signature="Lin\nThe Shop",
            account_id=account,
            outgoing_server_id=server,
            is_default=True,
        )
        folders = {
            role: desk.folders.add(account_id=account, name=role, role=role, uidvalidity=1)
            for role in ("inbox", "sent", "other")
        }
    return Inbox(store, clock, account, folders)
