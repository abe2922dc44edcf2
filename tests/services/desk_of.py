"""A store with a made-up history: customers, tickets, answers, ratings at chosen moments."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from solodesk.base.clock import FixedClock, to_ms
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import CustomerId, MessageId, TicketId
from solodesk.services import settings
from solodesk.services.units import Desk, Store

ZONE = ZoneInfo("Asia/Shanghai")


def at(*parts: int) -> int:
    """A moment of Shanghai, e.g. `at(2026, 10, 5, 9, 30)`."""
    return to_ms(datetime(*parts, tzinfo=ZONE))  # type: ignore[arg-type,misc]


@dataclass(slots=True)
class Shop:
    """Writes rows and events as the services do, without mail bytes."""

    store: Store
    clock: FixedClock
    customers: dict[str, CustomerId] = field(default_factory=dict)
    made: int = 0

    def ticket(self, name: str, subject: str, at_ms: int, number: int | None = None) -> TicketId:
        """A ticket of a customer (made when new); its first message comes with `asks`."""
        with self.store.write() as desk:
            if name not in self.customers:
                made = desk.customers.add(name=name, first_seen_ms=at_ms)
                self.customers[name] = made
            ticket = desk.tickets.add(
                subject=subject,
                customer_id=self.customers[name],
                created_ms=at_ms,
                last_message_ms=at_ms,
            )
            if number is None:
                desk.tickets.give_number(ticket)
            else:
                desk.tickets.update(ticket, number=number)
            return ticket

    def asks(self, ticket: TicketId, at_ms: int, **facts: object) -> MessageId:
        """A message of the customer (or `kind=`)."""
        with self.store.write() as desk:
            made = self._message(desk, ticket, at_ms, "in", str(facts.get("kind", "person")))
            desk.event(
                "received",
                ticket=ticket,
                message=made,
                at_ms=at_ms,
                actor=Actor.CUSTOMER,
                data={"kind": "person", **facts},
            )
            return made

    def answers(self, ticket: TicketId, at_ms: int, *, close: bool = False) -> None:
        """The owner's answer has left."""
        with self.store.write() as desk:
            made = self._message(desk, ticket, at_ms, "out", "own")
            desk.event("answered", ticket=ticket, message=made, at_ms=at_ms, data={"by": "smtp"})
            if close:
                desk.tickets.update(ticket, status="closed")
                desk.event(
                    "status", ticket=ticket, at_ms=at_ms, data={"from": "open", "to": "closed"}
                )

    def rates(self, ticket: TicketId, at_ms: int, value: int) -> None:
        """A rating of a survey sent two days earlier."""
        with self.store.write() as desk:
            survey = 900 + self.made
            sent = self._message(desk, ticket, at_ms - 172_800_000, "out", "survey")
            came = self._message(desk, ticket, at_ms, "in", "survey")
            data = {"survey": survey, "scale": "csat3"}
            desk.event(
                "survey_sent", ticket=ticket, message=sent, at_ms=at_ms - 172_800_000, data=data
            )
            desk.event(
                "received",
                ticket=ticket,
                message=came,
                at_ms=at_ms,
                actor=Actor.CUSTOMER,
                data={"kind": "survey"},
            )
            desk.event(
                "rated",
                ticket=ticket,
                message=came,
                at_ms=at_ms,
                actor=Actor.CUSTOMER,
                data={**data, "value": value, "comment": False},
            )

    def set(self, key: str, value: object, valid_from_ms: int | None = None) -> None:
        """A business setting."""
        with self.store.write() as desk:
            settings.put(desk, key, value, valid_from_ms)

    def _message(
        self, desk: Desk, ticket: TicketId, at_ms: int, direction: str, kind: str
    ) -> MessageId:
        self.made += 1
        return desk.messages.add(
            ticket_id=ticket,
            sha256=self.made.to_bytes(32, "big"),
            direction=direction,
            kind=kind,
            received_ms=at_ms,
            joined_by="new",
        )


def open_shop(folder: DataFolder, clock: FixedClock) -> Shop:
    """An empty shop in Shanghai, open Monday to Friday from 9 to 18."""
    shop = Shop(Store.open(folder.create(), clock, origin="test"), clock)
    shop.set("zone", "Asia/Shanghai")
    shop.set("business_name", "Lin Studio")
    return shop
