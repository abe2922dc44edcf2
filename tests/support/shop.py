"""The owner's account on the real servers of the tests, and short ways to sync it."""

from dataclasses import dataclass

from solodesk.base.clock import Clock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, OutboxId, TicketId
from solodesk.domain.message import Address
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Timeouts
from solodesk.services import accounts, mailbox_sync, outgoing, sending
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

    def secret(self, _account: rows.Account) -> str:
        """The right password."""
        return self.box.password

    def send(self) -> list[OutboxId]:
        """Hand over what is due."""
        return sending.send_due(self.store, self.secret, timeouts=QUICK, chance=lambda: 0.5)

    def queue(
        self, ticket: TicketId, *to: str, text: str = "It is on its way.", delay_s: int = 0
    ) -> OutboxId:
        """Queue a reply in a ticket as the owner's Send does."""
        with self.store.write() as desk:
            last = desk.messages.last_of_ticket(ticket, "in")
            asked = last.rfc_id if last else None
            leaving = outgoing.Leaving(
                ticket=ticket,
                identity=outgoing.identity_for(desk, desk.tickets.get(ticket)),
                purpose="reply",
                to=tuple(Address("", address) for address in to or ("mei@customer.example",)),
                cc=(),
                bcc=(),
                subject="Re: My order",
                text=text,
                html=None,
                in_reply_to=asked,
                references=(asked,) if asked else (),
            )
            after = outgoing.Afterwards(status="waiting")
            return outgoing.queue(desk, leaving, outgoing.Timing(delay_s=delay_s), after, {})

    def outbox(self, row: OutboxId) -> rows.Outbox:
        """A row of the outbox."""
        with self.store.read() as reader:
            found = reader.outbox.get(row)
        assert found is not None
        return found

    def recipients(self, row: OutboxId) -> dict[str, str]:
        """State by recipient."""
        with self.store.read() as reader:
            return {each.address: each.state for each in reader.outbox.recipients(row)}

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
