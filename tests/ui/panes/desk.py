"""A small desk as the panes meet it: a real store with mail in it, and the gate over it."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from email.message import EmailMessage
from typing import Any

from solodesk.base.clock import FixedClock
from solodesk.domain.changes import Changes
from solodesk.domain.ids import AccountId, IdentityId, TicketId
from solodesk.mail.parse import parse_message
from solodesk.services import ingest, settings
from solodesk.store.store import Store
from solodesk.store.uow import Desk, Reader
from tests.support.mails import raw_mail

OWN = frozenset({"hello@lin.example"})
HOUR = 3_600_000
DAY = 24 * HOUR
NEAR_MS = 1_793_777_400_000
"""Wednesday 4 November 2026, 07:30 UTC: 15:30 in Shanghai."""


class StoreOpeners:
    """What the composition root gives the gate, over one store."""

    def __init__(self, store: Store, clock: FixedClock) -> None:
        self._store = store
        self._clock = clock
        self._seq = store.last_seq()

    def read(self) -> AbstractContextManager[Reader]:
        """A snapshot."""
        return self._store.read()

    @contextmanager
    def write(
        self, *, label: tuple[str, dict[str, Any]] | None = None, durable: bool = False
    ) -> Iterator[Desk]:
        """A transaction of the owner."""
        with self._store.write(label=label, durable=durable) as desk:
            yield desk

    def now_ms(self) -> int:
        """The test's time."""
        return self._clock.now_ms()

    def fresh(self) -> Changes:
        """What changed since the last call."""
        self._seq, changes = self._store.changes_since(self._seq)
        return changes


def account(desk: Desk) -> IdentityId:
    """The owner's mailbox, its outgoing server and its address."""
    mailbox = desk.accounts.add(
        address="hello@lin.example", name="Lin", imap_host="127.0.0.1", imap_port=143,
        imap_tls="plain", user="lin",
    )  # fmt: skip
    server = desk.accounts.add_server(
        account_id=mailbox, host="127.0.0.1", port=25, tls="plain", user="lin"
    )
    identity = desk.accounts.add_identity(
        account_id=mailbox, outgoing_server_id=server, address="hello@lin.example", name="Lin",
        is_default=True,
    )  # fmt: skip
    return IdentityId(identity)


def receive(desk: Desk, raw: bytes, at_ms: int) -> TicketId:
    """Take one mail in; the ticket it became part of."""
    parsed = parse_message(raw, OWN)
    taken = ingest.ingest(
        desk, raw, parsed, None, own=OWN, received_ms=at_ms, seen=False, account=AccountId(1)
    )
    assert taken.ticket is not None
    return taken.ticket


def with_file(
    text: str, name: str, data: bytes, *, subject: str, at_ms: int, html: str = ""
) -> bytes:
    """A mail with one attached file."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Wang Li <wang@lumen.example>", "hello@lin.example"
    mail["Subject"], mail["Message-ID"] = subject, f"<{at_ms}@lumen.example>"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


def fill(desk: Desk, now_ms: int) -> TicketId:
    """The desk of the drawings: Wang Li's refund, and what came before it."""
    settings.put(desk, "zone", "Asia/Shanghai")
    settings.put(desk, "business_name", "Lin Studio")
    settings.put(desk, "owner_name", "Lin")
    account(desk)
    for days, subject in ((250, "Is the glaze food-safe?"), (120, "Change of address"),
                          (90, "Invoice for August")):  # fmt: skip
        old = now_ms - days * DAY
        ticket = receive(desk, _from_wang(f"About {subject}", subject, old), old)
        desk.tickets.update(ticket, status="closed")
    first = now_ms - 5 * DAY
    ticket = receive(desk, _from_wang(
        "Hello, where is my refund for A123?", "Refund for order A123", first, "<a1@lumen.example>"
    ), first)  # fmt: skip
    answer = raw_mail(
        "Hi, it is on its way.", subject="Re: Refund for order A123",
        sender="Lin <hello@lin.example>", to="wang@lumen.example", at_ms=first + HOUR,
        message_id="<a2@lin.example>", headers={"In-Reply-To": "<a1@lumen.example>"},
    )  # fmt: skip
    receive(desk, answer, first + HOUR)
    last = now_ms - 2 * DAY - 22_000
    mail = with_file(
        "Hi,\nI still have not received the refund for A123. You wrote last week that it was on its"
        " way. Could you check which account it went to?\nThanks, Wang Li\n\n"
        "On Thu, 29 Oct 2026 at 10:12, Lin <hello@lin.example> wrote:\n> Hi, it is on its way.\n",
        "receipt.pdf", b"%PDF-1.4\n" + b"x" * 84_000, subject="Re: Refund for order A123",
        at_ms=last,
    )  # fmt: skip
    mail = b"In-Reply-To: <a2@lin.example>\r\n" + mail
    assert receive(desk, mail, last) == ticket
    customer = desk.customers.id_by_address("wang@lumen.example")
    assert customer is not None
    desk.customers.update(
        customer, greeting="王女士", company="Lumen Ltd",
        note="Prefers to be written to in Chinese for anything about money.",
    )  # fmt: skip
    desk.notes.add(
        ticket_id=ticket, text="Refunded through Stripe on 1 Nov. Bank says 3–5 days.",
        at_ms=last + HOUR,
    )  # fmt: skip
    desk.tags.put(ticket, desk.tags.named("refund").id)
    _responses(desk)
    return ticket


def _from_wang(text: str, subject: str, at_ms: int, message_id: str | None = None) -> bytes:
    return raw_mail(
        text, subject=subject, sender="Wang Li <wang@lumen.example>", to="hello@lin.example",
        at_ms=at_ms, message_id=message_id,
    )  # fmt: skip


def _responses(desk: Desk) -> None:
    english = (
        "Hi {{ customer.greeting }},\nyour refund for order {{ ask.order_number }} left us on"
        " {{ today }} and usually takes 3–5 working days. If it has not arrived by Friday, just"
        " answer this mail and I will chase the bank.\nBest wishes,\n{{ me.name }}"
    )
    for name, shortcut, used, language, body in (
        ("Refund — on its way", "ref", 42, "en", english),
        ("Refund — not possible", "refno", 0, "en", "Hi {{ customer.greeting }},\nI am sorry."),
        ("Ask for the order number", "order", 3, "en", "Which order is it?"),
        ("退款已处理", "tk", 0, "zh", "{{ customer.greeting }}，您好！退款已处理。"),
    ):
        row = desk.canned.add(name=name, shortcut=shortcut, used=used)
        desk.canned.set_variant(row, language, body)
    desk.macros.add(
        name="Refund done", key="Ctrl+Shift+1", afterwards="next",
        actions=[
            {"do": "reply", "canned": "Refund — on its way"},
            {"do": "tag", "add": ["refunded"], "remove": []},
            {"do": "status", "to": "closed", "when": "sent"},
            {"do": "note", "text": "Refund confirmed"},
        ],
    )  # fmt: skip
