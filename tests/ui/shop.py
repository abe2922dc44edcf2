"""The little shop of the mockups as a real store: mails taken in by the real services."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from solodesk.base.clock import FixedClock, to_ms
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.mail.parse import parse_message
from solodesk.services import settings, tickets
from solodesk.services.ingest import ingest
from solodesk.services.units import Store

ZONE = ZoneInfo("Asia/Shanghai")
NOW = to_ms(datetime(2026, 11, 4, 14, 0, tzinfo=ZONE))
OWN = "hello@lin.studio"
HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail: who, what, how many hours ago."""

    name: str
    address: str
    subject: str
    text: str
    ago_h: float
    file: str | None = None
    ours: bool = False


LETTERS = (
    Letter("Wang Li", "wang@lumen.cn", "Refund for order A123", "Hello, where is my refund?", 240),
    Letter(
        "Wang Li",
        "wang@lumen.cn",
        "Re: Refund for order A123",
        "It is on its way.",
        230,
        None,
        True,
    ),
    Letter(
        "Wang Li",
        "wang@lumen.cn",
        "Re: Refund for order A123",
        "Hi,\nI still have not received the refund for A123. You wrote last week that it was on "
        "its way. Could you check which account it went to?\nThanks, Wang Li",
        26.1,
        "receipt.pdf",
    ),
    Letter(
        "Maya Okafor",
        "maya@okafor.example",
        "Where is my parcel? (A131)",
        "Tracking has not moved since Thursday. I am away from the 28th, so please tell me.",
        21.4,
        "label.pdf",
    ),
    Letter(
        "陈小雨",
        "chen@morning.example",
        "可以开增值税发票吗？",
        "您好，订单 A127 能开电子发票吗？抬头是上海晨光设计工作室，谢谢您。",
        3.2,
    ),
    Letter(
        "Tom Bergström",
        "tom@fjord.example",
        "Shipping to Norway?",
        "Do you ship the large print to Norway, and what would customs cost me there?",
        2.6,
    ),
    Letter(
        "Jane Doe",
        "jane@doe.example",
        "Invoice for September",
        "Could you send the invoice again? Our accountant needs the VAT number on it.",
        2.1,
        "order.pdf",
    ),
    Letter(
        "Lumen Ltd",
        "office@lumen.example",
        "Bulk order: 40 mugs",
        "We would like 40 mugs with our logo for a fair in January. What would that cost?",
        0.67,
    ),
    Letter(
        "Ana Ruiz",
        "ana@ruiz.example",
        "Thank you + one question",
        "The frame is beautiful! One thing: can the glass be replaced if it breaks one day?",
        0.2,
    ),
)
TAGS = {"Wang Li": "refund", "Maya Okafor": "shipping"}
READ = ("Maya Okafor", "Tom Bergström", "Lumen Ltd")


def letter_bytes(letter: Letter, number: int) -> bytes:
    """The mail as it would come from a server."""
    mail = EmailMessage()
    customer = f"{letter.name} <{letter.address}>"
    mail["From"], mail["To"] = (OWN, customer) if letter.ours else (customer, OWN)
    mail["Subject"] = letter.subject
    mail["Message-ID"] = f"<{number}@{letter.address.split('@')[1]}>"
    if letter.subject.startswith("Re: "):
        mail["In-Reply-To"] = f"<{number - 1}@{letter.address.split('@')[1]}>"
        mail["References"] = mail["In-Reply-To"]
    when = datetime.fromtimestamp((NOW - letter.ago_h * HOUR) / 1000, tz=ZONE)
    mail["Date"] = format_datetime(when)
    mail.set_content(letter.text)
    if letter.file:
        mail.add_attachment(
            b"%PDF-" * 9000, maintype="application", subtype="pdf", filename=letter.file
        )
    return mail.as_bytes()


def open_shop(folder: DataFolder, clock: FixedClock | None = None) -> Store:
    """A store with these mails, numbered from 1042 on, tagged and partly read."""
    clock = clock or FixedClock(NOW)
    store = Store.open(folder, clock, origin="test")
    own = frozenset({OWN})
    found: dict[str, TicketId] = {}
    with store.write() as desk:
        settings.put(desk, "zone", "Asia/Shanghai", 0)
        account = desk.accounts.add(
            address=OWN, name="Lin Studio", imap_host="127.0.0.1", imap_port=143,
            imap_tls="plain", user=OWN, last_receive_ms=NOW - 120_000, first_sync_done_ms=NOW,
        )  # fmt: skip
        server = desk.accounts.add_server(
            account_id=account, host="127.0.0.1", port=25, tls="plain", user=OWN
        )
        desk.accounts.add_identity(
            address=OWN, name="Lin", signature="Best wishes,\nLin", account_id=account,
            outgoing_server_id=server, is_default=1,
        )  # fmt: skip
    for number, letter in enumerate(LETTERS):
        raw = letter_bytes(letter, number)
        parsed = parse_message(raw, own=own)
        received = int(NOW - letter.ago_h * HOUR)
        with store.write() as desk:
            made = ingest(
                desk, raw, parsed, None, own=own, received_ms=received,
                seen=letter.ours or letter.name in READ, account=account,
            )  # fmt: skip
            if made.ticket is not None:
                found[letter.name] = made.ticket
    with store.write() as desk:
        for ticket in found.values():
            desk.tickets.give_number(ticket)
        for name, tag in TAGS.items():
            tickets.tag(desk, [found[name]], add=(tag,))
        for name in READ:
            tickets.mark_read(desk, [found[name]])
    return store
