"""Looks again at stored mail when a late piece comes in, so that ingest depends on no order.

The first sync fetches newest first and INBOX before Sent; later a copy in Sent can come minutes
after the customer's next mail. So a message is first taken in as it comes (ingest.py), and when
anything related to it was written after it, the whole relation (relations.py) is told anew,
oldest first (domain/regroup.py): messages move, ratings and bounces find what they are about, and
each ticket's summary, status and history (retelling.py) become what they would have been. This
happens in the transaction of the late message, so there is nothing pending that a crash could
lose, the desk is right from the first fifty messages on, and the same code serves steady state.

What the owner arranged or answered here (merged, split, sent, hidden, spam) keeps its messages.
The history stays append-only: an event that no longer holds is taken back by `undone`, the right
one is written with the time of its message. Must not talk to servers nor number tickets.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.matching import JoinedBy, Standing
from solodesk.domain.message import Kind
from solodesk.domain.regroup import Piece, Placed, regroup
from solodesk.domain.ticket import Status
from solodesk.services import ratings_again, retelling
from solodesk.services.relations import letter_of_slip, points_at, related
from solodesk.services.stored import order_of
from solodesk.services.units import Desk
from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class _Scene:
    """Everything related to one message, as it lies now."""

    slips: tuple[rows.Slip, ...]
    """Oldest first, copies left out."""
    copies: tuple[rows.Slip, ...]
    tickets: dict[TicketId, rows.Ticket]
    lying: dict[TicketId, list[rows.Slip]]
    held: frozenset[TicketId]
    follows: dict[MessageId, tuple[MessageId, JoinedBy]]
    own: frozenset[str]


def settle(desk: Desk, message: MessageId, own: frozenset[str], *, always: bool = False) -> bool:
    """Set right what depends on `message`, when it is a late piece (or `always`).

    `own`: keys of our addresses. Returns whether anything had to be looked at again.
    """
    found = desk.messages.slips([message])
    slips = related(desk, found[0]) if found else None
    if not slips:
        return False
    if not always and not _is_late(found[0], slips):
        return False
    scene = _scene(desk, slips, own)
    placed = _regrouped(desk, scene)
    homes = _tickets_for(desk, scene, placed)
    before = retelling.before(desk, sorted(scene.tickets))
    moved = _move(desk, scene, homes)
    changed = _reasons(desk, scene, placed, homes)
    changed |= ratings_again.count(desk, scene.slips, scene.follows)
    now = {homes[slip.id] for slip in scene.slips}
    told = retelling.Told(before, frozenset({message, *moved}), scene.follows, own)
    for ticket in sorted(now):
        lying = None if moved or changed else scene.lying.get(ticket)
        retelling.retell(desk, ticket, told, held=ticket in scene.held, lying=lying)
    for ticket in sorted(scene.tickets.keys() - now):
        retelling.fold_away(desk, ticket, told, into=_heir(scene, homes, ticket))
    return True


def _is_late(piece: rows.Slip, slips: Iterable[rows.Slip]) -> bool:
    """Whether something related is told after it (most are older: their time says so)."""
    at_ms = piece.received_ms
    late = (slip for slip in slips if slip.received_ms >= at_ms and slip.id != piece.id)
    return any(order_of(slip) > order_of(piece) for slip in late)


def prefer(desk: Desk, copy: MessageId, first: MessageId | None) -> bool:
    """Which of two copies is shown must not depend on which came in first: ours in Sent, then
    the one received earlier. Makes `copy` the one that is shown when it is; returns whether.
    """
    pair = {slip.id: slip for slip in desk.messages.slips([copy, *([first] if first else [])])}
    if first is None or len(pair) < 2:
        return False
    sent = desk.messages.in_sent(pair)
    rank = {i: (i not in sent, slip.received_ms, slip.sha256) for i, slip in pair.items()}
    row = desk.tickets.get(pair[first].ticket_id)
    lying = [] if row is None else desk.messages.slips_of_ticket(row.id)
    if rank[copy] > rank[first] or row is None or held(desk, row, lying):
        return False
    for slip in lying:
        if slip.duplicate_of == first:
            desk.messages.update(slip.id, duplicate_of=copy)
    desk.messages.update(copy, duplicate_of=None, joined_by=pair[first].joined_by)
    desk.messages.update(first, duplicate_of=copy)
    return True


def _scene(desk: Desk, slips: Sequence[rows.Slip], own: frozenset[str]) -> _Scene:
    ordered = sorted(slips, key=order_of)
    first = {slip.id for slip in slips if slip.duplicate_of is None}
    firsts = tuple(slip for slip in ordered if slip.id in first)
    ids = sorted({slip.ticket_id for slip in slips})
    tickets = {row.id: row for row in desk.tickets.many(ids)}
    lying = {ticket: desk.messages.slips_of_ticket(ticket) for ticket in ids}
    return _Scene(
        slips=firsts,
        copies=tuple(slip for slip in ordered if slip.id not in first),
        tickets=tickets,
        lying=lying,
        held=frozenset(row.id for row in tickets.values() if held(desk, row, lying[row.id])),
        follows={**_bounces(firsts), **ratings_again.that_count(desk, firsts)},
        own=own,
    )


def held(desk: Desk, row: rows.Ticket, lying: Sequence[rows.Slip]) -> bool:
    """Whether the owner (or an answer sent from here) gave the ticket its shape."""
    if row.status == Status.SPAM.value or row.hidden_ms is not None:
        return True
    if row.linked_ticket_id is not None and row.number is not None:
        return True
    for slip in lying:
        if slip.outbox_id is not None or slip.joined_by == JoinedBy.MANUAL.value:
            return True
    merged = desk.tickets.merged_into(row.id)
    return any(_by_owner(desk, ghost.id) for ghost in merged)


def _by_owner(desk: Desk, ghost: TicketId) -> bool:
    return any(
        event.kind == "merged" and event.actor is Actor.OWNER
        for event in desk.events.of_ticket(ghost)
    )


def _bounces(slips: Sequence[rows.Slip]) -> dict[MessageId, tuple[MessageId, JoinedBy]]:
    """Delivery reports and the messages of ours they are about."""
    ours = {slip.rfc_id: slip.id for slip in slips if slip.direction == "out"}
    found: dict[MessageId, tuple[MessageId, JoinedBy]] = {}
    for slip in slips:
        if slip.direction == "in" and slip.kind == Kind.BOUNCE.value:
            about = next((ours[i] for i in points_at(slip) if i in ours), None)
            if about is not None:
                found[slip.id] = (about, JoinedBy.BOUNCE_OF)
    return found


def _regrouped(desk: Desk, scene: _Scene) -> dict[MessageId, Placed]:
    sent = desk.messages.in_sent([s.id for s in scene.slips if s.direction == "out"])
    pieces = [
        Piece(
            slip.id,
            order_of(slip),
            letter_of_slip(desk, slip, scene.own, from_sent=slip.id in sent),
            slip.ticket_id,
            slip.ticket_id in scene.held,
            scene.follows.get(slip.id),
        )
        for slip in scene.slips
    ]
    standing = {row.id: _standing(desk, row) for row in scene.tickets.values()}
    part = {ticket: desk.participants.of(ticket) for ticket in scene.held}
    return regroup(pieces, standing, part)


def _standing(desk: Desk, row: rows.Ticket) -> Standing:
    """A closed ticket since its closing; one that the first sync closed, since its last mail."""
    closed: int | None = None
    if row.status == Status.CLOSED.value:
        closings = [
            row.last_message_ms if event.data.get("reason") == "first_sync" else event.at_ms
            for event in desk.events.of_ticket(row.id)
            if event.kind == "status" and event.data.get("to") == Status.CLOSED.value
        ]
        closed = max(closings, default=None)
    return Standing(closed_ms=closed, hidden=row.hidden_ms is not None)


def _tickets_for(
    desk: Desk, scene: _Scene, placed: dict[MessageId, Placed]
) -> dict[MessageId, TicketId]:
    """The ticket of each message: groups keep one of the tickets their messages lie in."""
    members: dict[TicketId, list[rows.Slip]] = defaultdict(list)
    for slip in scene.slips:
        members[placed[slip.id].group].append(slip)
    taken = set(scene.held)
    chosen: dict[TicketId, TicketId] = {group: group for group in members if group > 0}
    for group, slips in members.items():
        if group > 0:
            continue
        free = [s.ticket_id for s in slips if s.ticket_id not in taken]
        known = [t for t in free if scene.tickets[t].number is not None]
        known.sort(key=lambda ticket: scene.tickets[ticket].number or 0)
        ticket = (known or free or [_made(desk, slips[0])])[0]
        taken.add(ticket)
        chosen[group] = ticket
    return {slip.id: chosen[placed[slip.id].group] for slip in scene.slips}


def _made(desk: Desk, first: rows.Slip) -> TicketId:
    """A ticket for messages that lay with others; the rest of its row is told from them."""
    made = desk.tickets.add(
        subject=first.subject,
        customer_id=first.customer_id,
        account_id=first.account_id,
        status=Status.OPEN.value,
        kind=first.kind,
        created_ms=first.received_ms,
        last_message_ms=first.received_ms,
    )
    account = None if first.account_id is None else desk.accounts.get(first.account_id)
    if account is not None and account.first_sync_done_ms is not None:
        desk.tickets.give_number(made)
    return made


def _move(desk: Desk, scene: _Scene, homes: dict[MessageId, TicketId]) -> list[MessageId]:
    """Lay messages and their copies where they belong; returns those that were elsewhere."""
    moved: list[MessageId] = []
    for slip in (*scene.slips, *scene.copies):
        home = homes.get(slip.duplicate_of or slip.id)
        if home is not None and home != slip.ticket_id:
            desk.messages.update(slip.id, ticket_id=home)
            desk.mentions.move(slip.id, home)
            moved.append(slip.id)
    return moved


def _reasons(
    desk: Desk,
    scene: _Scene,
    placed: dict[MessageId, Placed],
    homes: dict[MessageId, TicketId],
) -> bool:
    """Why each message is where it is, and what it might belong to otherwise."""
    changed = False
    of_group = {placed[slip.id].group: homes[slip.id] for slip in scene.slips}
    for slip in scene.slips:
        decision = placed[slip.id].decision
        if decision is None:
            continue
        columns: dict[str, object] = {"joined_by": decision.joined_by.value}
        if decision.joined_by is JoinedBy.NEW and homes[slip.id] == slip.ticket_id:
            # Come in late, it was joined because another names it: that stays the reason.
            columns = {"joined_by": slip.joined_by}
        if decision.suggested is not None:
            columns["suggested_ticket_id"] = of_group.get(decision.suggested)
        elif decision.ticket is not None:
            columns["suggested_ticket_id"] = None
        if any(getattr(slip, name) != value for name, value in columns.items()):
            changed = desk.messages.update(slip.id, **columns) or changed
        if decision.linked is not None:
            desk.tickets.update(homes[slip.id], linked_ticket_id=of_group.get(decision.linked))
    return changed


def _heir(scene: _Scene, homes: dict[MessageId, TicketId], ticket: TicketId) -> TicketId:
    """Where the first message went that lay in a ticket that is empty now."""
    return next(homes[slip.id] for slip in _of(scene.slips, ticket))


def _of(slips: Iterable[rows.Slip], ticket: TicketId) -> Iterable[rows.Slip]:
    return (slip for slip in slips if slip.ticket_id == ticket)
