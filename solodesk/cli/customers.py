"""`customer show|list`; the rest of the command comes with later releases."""

from argparse import Namespace
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.cli import forms
from solodesk.cli.common import moment
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.cli.unbuilt import not_built
from solodesk.domain.ids import CustomerId
from solodesk.domain.views import CustomerCard, TicketBrief
from solodesk.services import customers, lists
from solodesk.services.units import Reader
from solodesk.wording import labels
from solodesk.wording.gettext import _

_LATER = ("merge", "import", "export", "dossier", "erase")


def register(subparsers: Subparsers) -> None:
    """The command and its parts."""
    parser = subparsers.add_parser("customer")
    parts = parser.add_subparsers(dest="part", required=True)
    show = parts.add_parser("show")
    show.add_argument("who", help=_("number or address of a customer"))
    show.set_defaults(run=run_show)
    parts.add_parser("list").set_defaults(run=run_list)
    for name in _LATER:
        later = parts.add_parser(name)
        later.add_argument("rest", nargs="*")
        later.set_defaults(run=run_later)


def run_show(args: Namespace, session: Session) -> int:
    """One customer with their tickets."""
    with session.store.read() as reader:
        found = _customer(reader, args.who)
        card = customers.card(reader, found)
        line = _line(card)
        line["open"] = [_brief(brief) for brief in card.open]
        line["earlier"] = [_brief(brief) for brief in card.earlier]
        now = moment(reader)
    lines = [f"{card.name or card.addresses[0]}  <{', '.join(card.addresses)}>"]
    lines += [
        f"#{b.number}  {cut(b.subject, 50)}  {labels.status(b.status)}  "
        f"{now.text(b.last_message_ms)}"
        for b in (*card.open, *card.earlier)
    ]
    session.output.line(line, "\n".join(lines))
    return 0


def run_list(_args: Namespace, session: Session) -> int:
    """Every customer, by name."""
    with session.store.read() as reader:
        cards = [
            card
            for row in reader.customers.all()
            if (card := lists.customer_card(reader, row.id)) is not None
        ]
        now = moment(reader)
    for card in cards:
        session.output.line(_line(card))
    session.output.table(
        (_("Name"), _("Address"), _("Tickets"), _("Since")),
        [
            (
                cut(card.name, 30),
                cut(", ".join(card.addresses), 40),
                str(card.tickets),
                now.text(card.first_seen_ms),
            )
            for card in cards
        ],
    )
    return 0


def run_later(args: Namespace, session: Session) -> int:
    """Parts of later releases."""
    return not_built(f"customer {args.part}", session)


def _customer(reader: Reader, who: str) -> CustomerId:
    found = CustomerId(int(who)) if who.isdigit() else customers.by_address(reader, who)
    if found is None:
        raise KnownError("no_such_customer", customer=who)
    return found


def _line(card: CustomerCard) -> dict[str, Any]:
    rated = card.last_rating
    return {
        "customer": int(card.id),
        "name": card.name,
        "greeting": card.greeting,
        "addresses": list(card.addresses),
        "tickets": card.tickets,
        "first_seen": forms.iso(card.first_seen_ms),
        "last_rating": None
        if rated is None
        else {"scale": rated[0], "value": rated[1], "rated": forms.iso(rated[2])},
        "purchases": 0,
        "company": card.company,
        "languages": list(card.languages),
        "note": card.note,
        "not_customer": card.not_customer,
    }


def _brief(brief: TicketBrief) -> dict[str, Any]:
    return {
        "ticket": brief.number,
        "subject": brief.subject,
        "status": brief.status,
        "last_message": forms.iso(brief.last_message_ms),
    }
