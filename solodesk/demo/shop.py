"""Connect SoloDesk to the sample shop's mailbox, as to any account, and set up the shop."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from solodesk.base import resources
from solodesk.demo.process import DemoMailbox
from solodesk.domain.ids import AccountId, OutboxId
from solodesk.engine.receiving import receive
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts, macros, responses, sending, settings
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.mailbox_sync import FolderResult
from solodesk.services.units import Store
from solodesk.store import rows

_HOST = "127.0.0.1"
_INBOX = "INBOX"
_IDLE_S = 1.0


@dataclass(slots=True)
class Shop:
    """The shop's account in a store, with one connection to its mailbox."""

    store: Store
    account: AccountId
    mailbox: DemoMailbox
    _source: ImapSource | None = field(default=None, repr=False)

    def sync(self) -> list[FolderResult]:
        """One pass over the mailbox; KnownError as the engine would get it."""
        return receive(self.store, self.account, self._open())

    def wait_for_mail(self) -> None:
        """Wait until the mailbox tells of something, a second at most."""
        source = self._open()
        source.examine(_INBOX)
        source.idle(_IDLE_S)

    def send(self) -> list[OutboxId]:
        """Hand over what is due; the rows touched."""
        return sending.send_due(self.store, self._secret)

    def close(self) -> None:
        """Close the connection."""
        if self._source is not None:
            self._source.close()
            self._source = None

    def _open(self) -> ImapSource:
        if self._source is None:
            with self.store.read() as reader:
                server = accounts.receiving(accounts.get(reader, self.account))
            self._source = ImapSource(server, self.mailbox.password)
        return self._source

    def _secret(self, _account: rows.Account) -> str:
        return self.mailbox.password


def open_shop(store: Store, mailbox: DemoMailbox, zone: ZoneInfo) -> Shop:
    """Test the connection, store the account, the shop's settings and the starter pack."""
    plan = accounts.plan(
        AccountInput(
            mailbox.address,
            mailbox.name,
            imap=Side(_HOST, mailbox.imap_port, "plain"),
            smtp=Side(_HOST, mailbox.smtp_port, "plain"),
            user=mailbox.user,
            history_days=0,
            saves_sent=True,
        )
    )
    accounts.try_out(plan.imap, plan.smtp, mailbox.password)
    pack = resources.read_text("packs", "starter.json")
    with store.write() as desk:
        account = accounts.add(desk, plan)
        settings.put(desk, "business_name", mailbox.name)
        settings.put(desk, "owner_name", "Lin")
        settings.put(desk, "zone", zone.key)
        responses.import_json(desk, pack)
        macros.import_json(desk, pack)
    return Shop(store, account, mailbox)
