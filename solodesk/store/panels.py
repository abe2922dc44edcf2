"""Read models of the customer panel and of the outbox."""

import json
from typing import Any

from solodesk.domain.ids import CustomerId, OutboxId, TicketId
from solodesk.domain.outbox import HoldReason, OutboxState, is_stale
from solodesk.domain.views import CustomerCard, OutboxRow, TicketBrief
from solodesk.store.transaction import Transaction

_GOING = frozenset({"open", "waiting"})
_OUTBOX = (
    "SELECT o.id, o.ticket_id, t.number, json_extract(o.draft, '$.subject'), t.subject,"
    " coalesce(c.name, ''), o.purpose, o.state, o.hold_reason, o.rfc_id, o.attempts,"
    " o.not_before_ms, o.phase, o.reason, o.queued_ms, o.accepted_ms, o.found_in_sent"
    " FROM outbox o JOIN ticket t ON t.id = o.ticket_id"
    " LEFT JOIN customer c ON c.id = t.customer_id"
    " WHERE (? OR o.state NOT IN ('sent', 'cancelled'))"
)


def customer_card(tx: Transaction, customer: CustomerId) -> CustomerCard | None:
    """What the customer panel shows, or None when there is no such customer."""
    row = tx.one(
        "SELECT name, greeting, company, language, note, not_customer, first_seen_ms"
        " FROM customer WHERE id = ?",
        (customer,),
    )
    if row is None:
        return None
    addresses = tx.all(
        "SELECT address FROM customer_address WHERE customer_id = ? ORDER BY rowid", (customer,)
    )
    languages = tx.all(
        "SELECT language FROM message WHERE customer_id = ? AND direction = 'in'"
        " AND language IS NOT NULL GROUP BY language ORDER BY count(*) DESC, language",
        (customer,),
    )
    briefs = [
        TicketBrief(TicketId(t[0]), t[1], t[2], t[3], t[4])
        for t in tx.all(
            "SELECT id, number, subject, status, last_message_ms FROM ticket"
            " WHERE customer_id = ? AND hidden_ms IS NULL AND merged_into IS NULL"
            " ORDER BY last_message_ms DESC, id DESC",
            (customer,),
        )
    ]
    rating = tx.one(
        "SELECT scale, rating, rated_ms FROM survey WHERE customer_id = ?"
        " AND rating IS NOT NULL ORDER BY rated_ms DESC LIMIT 1",
        (customer,),
    )
    return CustomerCard(
        id=customer,
        name=row[0],
        greeting=row[1],
        company=row[2],
        language=row[3],
        languages=tuple(found[0] for found in languages),
        note=row[4],
        not_customer=bool(row[5]),
        addresses=tuple(found[0] for found in addresses),
        first_seen_ms=row[6],
        tickets=len(briefs),
        last_rating=None if rating is None else (rating[0], rating[1], rating[2]),
        open=tuple(b for b in briefs if b.status in _GOING),
        earlier=tuple(b for b in briefs if b.status not in _GOING),
    )


def outbox(tx: Transaction, *, ended: bool, ticket: TicketId | None = None) -> list[OutboxRow]:
    """Mail on its way, oldest first; with `ended` also what was sent or cancelled."""
    if ticket is None:
        return [_outbox_row(tx, row) for row in tx.all(f"{_OUTBOX} ORDER BY o.id", (ended,))]
    of_ticket = f"{_OUTBOX} AND o.ticket_id = ? ORDER BY o.id"
    return [_outbox_row(tx, row) for row in tx.all(of_ticket, (ended, ticket))]


def _outbox_row(tx: Transaction, row: tuple[Any, ...]) -> OutboxRow:
    recipients = tx.all(
        "SELECT address, state, reply FROM outbox_recipient WHERE outbox_id = ? ORDER BY address",
        (row[0],),
    )
    return OutboxRow(
        id=OutboxId(row[0]),
        ticket=TicketId(row[1]),
        number=row[2],
        subject=row[3] or row[4],
        customer_name=row[5],
        purpose=row[6],
        state=row[7],
        hold_reason=row[8],
        rfc_id=row[9],
        attempts=row[10],
        not_before_ms=row[11],
        phase=row[12],
        reason=_reason(row[13]),
        recipients=tuple((r[0], r[1], r[2]) for r in recipients),
        queued_ms=row[14],
        accepted_ms=row[15],
        found_in_sent=bool(row[16]),
        stale=is_stale(
            OutboxState(row[7]), HoldReason(row[8]) if row[8] else None, row[14], row[11], tx.now_ms
        ),
    )


def _reason(text: str | None) -> tuple[str, dict[str, str]] | None:
    if text is None:
        return None
    known = json.loads(text)
    params = known.get("params") or {}
    return str(known.get("code", "")), {str(k): str(v) for k, v in params.items()}
