"""The owner's account on the real servers of the tests, and short ways to sync it."""

from dataclasses import dataclass

from solodesk.base.clock import Clock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Timeouts
from solodesk.services import accounts, mailbox_sync
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.mailbox_sync import FolderResult
from solodesk.services.units import Store
from solodesk.store import rows
from tests.support.dovecot import Mailbox
from tests.support.smtp import SmtpSink

QUICK = Timeouts(connect=5, read=10)


@dataclass(frozen=True, slots=True)
class Shop:
    """A store with one account; `sync` is one pass on a connection of its own."""

    store: Store
    account: AccountId
    box: Mailbox

    def source(self) -> ImapSource:
        """A connection to the mailbox."""
        with self.store.read() as reader:
            row = accounts.get(reader, self.account)
        return ImapSource(accounts.receiving(row), self.box.password, QUICK)

    def sync(self) -> list[FolderResult]:
        """One pass."""
        with self.source() as source:
            return mailbox_sync.sync_account(self.store, self.account, source)

    def messages(self) -> list[rows.Message]:
        """Everything stored, in the order of ids."""
        with self.store.read() as reader:
            return reader.messages.select("ORDER BY id")

    def tickets(self) -> list[rows.Ticket]:
        """Every ticket, in the order of ids."""
        with self.store.read() as reader:
            return reader.tickets.select("ORDER BY id")


def open_shop(
    folder: DataFolder,
    clock: Clock,
    box: Mailbox,
    sink: SmtpSink | None = None,
    *,
    history_days: int = 0,
    saves_sent: bool | None = None,
) -> Shop:
    """A store with the mailbox connected, sending through `sink` (nowhere without one)."""
    store = Store.open(folder, clock, origin="engine")
    wanted = accounts.plan(
        AccountInput(
            address=box.address,
            name="Ling's Shop",
            imap=Side(box.host, box.port, "plain"),
            smtp=Side("127.0.0.1", sink.port if sink else 9, "plain"),
            history_days=history_days,
            saves_sent=saves_sent,
        )
    )
    with store.write(actor=Actor.OWNER) as desk:
        account = accounts.add(desk, wanted)
    return Shop(store, account, box)
