"""Threading told anew: where related messages belong when all of them are known.

Mail comes in any order (newest first, INBOX before Sent, a copy in Sent minutes late), but a
message must lie where it would lie had everything come in the order in which it was written:
`decide` (matching.py) is asked again for each message, oldest first, with only what had been
written before it. What the owner arranged stays where it is. Must not look anything up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.matching import (
    Decision,
    JoinedBy,
    Known,
    Letter,
    Standing,
    Trace,
    decide,
    ids_to_look_up,
)

Order = tuple[int, int, str]
"""Time, number of ids pointed at (an answer knows more of them), digest."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One message. `follows`: the message it belongs to by other means than threading
    (a bounce: ours that came back; a rating: the survey mail), with the reason."""

    message: MessageId
    order: Order
    letter: Letter
    ticket: TicketId
    held: bool
    """It stays in `ticket` whatever the rules say."""
    follows: tuple[MessageId, JoinedBy] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a message belongs. `group`: a ticket that keeps its messages, or below 0: a group
    of messages that needs one ticket. `decision` is None for what stays where it is."""

    group: TicketId
    decision: Decision | None


@dataclass(slots=True)
class _Table:
    """What is known so far."""

    standing: Mapping[TicketId, Standing]
    placed: dict[MessageId, Placed] = field(default_factory=dict)
    traces: dict[str, tuple[Trace, ...]] = field(default_factory=dict)
    part: dict[TicketId, frozenset[str]] = field(default_factory=dict)
    stands: dict[TicketId, Standing] = field(default_factory=dict)
    ended_ms: dict[TicketId, int | None] = field(default_factory=dict)

    def put(self, piece: Piece, decision: Decision | None) -> None:
        """Lay a message where `decision` says (None: where it lies)."""
        group = piece.ticket if decision is None else decision.ticket
        if group is None:
            group = TicketId(-len(self.placed) - 1)
        self.placed[piece.message] = Placed(group, decision)
        letter = piece.letter
        for rfc_id in ids_to_look_up(letter):
            own = rfc_id == letter.rfc_id
            self._trace(rfc_id, Trace(group, own and letter.outgoing, mentioned=not own))
        self.part[group] = self.part.get(group, frozenset()) | letter.senders | letter.others
        self._stand(group, piece)

    def _trace(self, rfc_id: str, new: Trace) -> None:
        known = self.traces.get(rfc_id, ())
        for at, old in enumerate(known):
            if old.ticket == new.ticket:
                both = Trace(old.ticket, old.ours or new.ours, old.mentioned or new.mentioned)
                self.traces[rfc_id] = (*known[:at], both, *known[at + 1 :])
                return
        self.traces[rfc_id] = (*known, new)

    def _stand(self, group: TicketId, piece: Piece) -> None:
        """A group is closed when its ticket is; history and notes to ourselves ended at once."""
        letter = piece.letter
        ended = letter.history or (letter.outgoing and not letter.others)
        still = ended and self.ended_ms.get(group, 0) is not None
        self.ended_ms[group] = imported = letter.received_ms if still else None
        there = self.standing.get(piece.ticket, Standing())
        before = self.stands.get(group, there)
        closed = [s.closed_ms for s in (before, there)]
        latest = None if None in closed else max(c for c in closed if c is not None)
        self.stands[group] = Standing(
            closed_ms=imported if imported is not None else latest,
            hidden=there.hidden or before.hidden,
        )


def regroup(
    pieces: Sequence[Piece],
    standing: Mapping[TicketId, Standing],
    participants: Mapping[TicketId, frozenset[str]],
) -> dict[MessageId, Placed]:
    """Where each of `pieces` belongs.

    They must hold everything related to one another. `standing` and `participants` are those of
    the tickets that keep their messages, `standing` also of the others as they are now.
    """
    table = _Table(standing, part=dict(participants))
    waiting: list[Piece] = []
    for piece in sorted(pieces, key=lambda p: p.order):
        if piece.held:
            table.put(piece, None)
        elif piece.follows is not None:
            waiting.append(piece)
        else:
            known = Known(table.traces, table.part, table.stands)
            table.put(piece, decide(piece.letter, known))
        waiting = [late for late in waiting if not _follow(table, late)]
    for orphan in waiting:
        table.put(orphan, decide(orphan.letter, Known(table.traces, table.part, table.stands)))
    return table.placed


def _follow(table: _Table, piece: Piece) -> bool:
    leader, reason = piece.follows or (None, JoinedBy.NEW)
    there = table.placed.get(leader) if leader is not None else None
    if there is None:
        return False
    table.put(piece, Decision(there.group, reason))
    return True
