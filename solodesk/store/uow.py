"""What a use case is handed: `Reader`, a consistent look at the store, and `Desk`, a transaction.

Both are bundles of repositories on one connection. Each is imported and made when first asked
for: the window reads its lists before anything else is loaded.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from solodesk.domain.changes import Changes
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, TicketId
from solodesk.store.lists import Lists
from solodesk.store.transaction import Transaction

if TYPE_CHECKING:
    from solodesk.store.dictionaries import Dictionaries
    from solodesk.store.repositories.accounts import Accounts, Folders
    from solodesk.store.repositories.files import FileTexts
    from solodesk.store.repositories.history import Events, Meta, Settings
    from solodesk.store.repositories.messages import Messages
    from solodesk.store.repositories.months import Months
    from solodesk.store.repositories.outbox import OutboxRows
    from solodesk.store.repositories.people import Customers
    from solodesk.store.repositories.places import Places
    from solodesk.store.repositories.raw import RawMail
    from solodesk.store.repositories.responses import Canned, Macros, Surveys
    from solodesk.store.repositories.searches import SavedSearches
    from solodesk.store.repositories.server_side import GmailNames, ServerActs
    from solodesk.store.repositories.threads import Mentions, Participants
    from solodesk.store.repositories.tickets import Tickets
    from solodesk.store.repositories.writing import Blobs, Drafts, Notes, Tags
    from solodesk.store.search import Search
    from solodesk.store.undo import Undo


class Reader:
    """A snapshot: everything read through it is of one moment. Its writes are refused."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.now_ms = tx.now_ms

    @cached_property
    def folder(self) -> Path:
        """The data folder in which the store lies."""
        file = self._tx.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
        return Path(str(file)).parent

    @cached_property
    def tickets(self) -> "Tickets":
        """Tickets."""
        from solodesk.store.repositories.tickets import Tickets

        return Tickets(self._tx)

    @cached_property
    def messages(self) -> "Messages":
        """Messages."""
        from solodesk.store.repositories.messages import Messages

        return Messages(self._tx)

    @cached_property
    def raw(self) -> "RawMail":
        """Raw bytes of messages."""
        from solodesk.store.repositories.raw import RawMail

        return RawMail(self._tx)

    @cached_property
    def dictionaries(self) -> "Dictionaries":
        """Dictionaries mail is compressed with."""
        from solodesk.store.dictionaries import Dictionaries

        return Dictionaries(self._tx)

    @cached_property
    def places(self) -> "Places":
        """Where messages lie on servers."""
        from solodesk.store.repositories.places import Places

        return Places(self._tx)

    @cached_property
    def gmail(self) -> "GmailNames":
        """Gmail's names of messages."""
        from solodesk.store.repositories.server_side import GmailNames

        return GmailNames(self._tx)

    @cached_property
    def server_acts(self) -> "ServerActs":
        """Changes to be made in mailboxes."""
        from solodesk.store.repositories.server_side import ServerActs

        return ServerActs(self._tx)

    @cached_property
    def folders(self) -> "Folders":
        """Folders of mailboxes."""
        from solodesk.store.repositories.accounts import Folders

        return Folders(self._tx)

    @cached_property
    def customers(self) -> "Customers":
        """Customers and addresses."""
        from solodesk.store.repositories.people import Customers

        return Customers(self._tx)

    @cached_property
    def participants(self) -> "Participants":
        """Who takes part in a ticket."""
        from solodesk.store.repositories.threads import Participants

        return Participants(self._tx)

    @cached_property
    def mentions(self) -> "Mentions":
        """Message-IDs and where they lead."""
        from solodesk.store.repositories.threads import Mentions

        return Mentions(self._tx)

    @cached_property
    def notes(self) -> "Notes":
        """Notes and logged contacts."""
        from solodesk.store.repositories.writing import Notes

        return Notes(self._tx)

    @cached_property
    def tags(self) -> "Tags":
        """Tags."""
        from solodesk.store.repositories.writing import Tags

        return Tags(self._tx)

    @cached_property
    def drafts(self) -> "Drafts":
        """Drafts."""
        from solodesk.store.repositories.writing import Drafts

        return Drafts(self._tx)

    @cached_property
    def blobs(self) -> "Blobs":
        """Bytes of attachments of drafts and canned responses."""
        from solodesk.store.repositories.writing import Blobs

        return Blobs(self._tx)

    @cached_property
    def outbox(self) -> "OutboxRows":
        """The outbox."""
        from solodesk.store.repositories.outbox import OutboxRows

        return OutboxRows(self._tx)

    @cached_property
    def events(self) -> "Events":
        """The history."""
        from solodesk.store.repositories.history import Events

        return Events(self._tx)

    @cached_property
    def undo(self) -> "Undo":
        """Acts of the owner that can be taken back."""
        from solodesk.store.undo import Undo

        return Undo(self._tx, self.events, self.outbox)

    @cached_property
    def canned(self) -> "Canned":
        """Canned responses."""
        from solodesk.store.repositories.responses import Canned

        return Canned(self._tx)

    @cached_property
    def macros(self) -> "Macros":
        """Macros."""
        from solodesk.store.repositories.responses import Macros

        return Macros(self._tx)

    @cached_property
    def surveys(self) -> "Surveys":
        """Surveys."""
        from solodesk.store.repositories.responses import Surveys

        return Surveys(self._tx)

    @cached_property
    def settings(self) -> "Settings":
        """Business settings."""
        from solodesk.store.repositories.history import Settings

        return Settings(self._tx)

    @cached_property
    def accounts(self) -> "Accounts":
        """Mailboxes, outgoing servers, identities."""
        from solodesk.store.repositories.accounts import Accounts

        return Accounts(self._tx)

    @cached_property
    def months(self) -> "Months":
        """Frozen months."""
        from solodesk.store.repositories.months import Months

        return Months(self._tx)

    @cached_property
    def meta(self) -> "Meta":
        """Facts about the store."""
        from solodesk.store.repositories.history import Meta

        return Meta(self._tx)

    @cached_property
    def files(self) -> "FileTexts":
        """The text inside attachments."""
        from solodesk.store.repositories.files import FileTexts

        return FileTexts(self._tx)

    @cached_property
    def searches(self) -> "SavedSearches":
        """Searches kept as views."""
        from solodesk.store.repositories.searches import SavedSearches

        return SavedSearches(self._tx)

    @cached_property
    def search(self) -> "Search":
        """The search index."""
        from solodesk.store.search import Search

        return Search(self._tx)

    @cached_property
    def lists(self) -> Lists:
        """Read models for the screens."""
        return Lists(self._tx, lambda: self.search)


class Desk(Reader):
    """A transaction: all of it is kept, or nothing."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx)
        self.actor: Actor = tx.actor

    def changes(self) -> Changes:
        """What changed so far."""
        return self._tx.changes()

    def event(
        self,
        kind: str,
        *,
        ticket: TicketId | None = None,
        message: MessageId | None = None,
        at_ms: int | None = None,
        actor: Actor | None = None,
        data: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """Append to the history (kinds and data: domain/events.py); returns the event's id.

        Data that are no Python names ('from') go in `data`, the others may stand as they are.
        """
        return self.events.add(
            kind, {**(data or {}), **more}, ticket=ticket, message=message, at_ms=at_ms, actor=actor
        )
