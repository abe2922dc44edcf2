"""What a transaction changed, so that screens refresh only those rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Changes:
    """Row ids by kind. Kinds: ticket, message, customer, outbox, draft, tag, canned_response,
    macro, survey, account, setting, note."""

    by_kind: dict[str, frozenset[int]] = field(default_factory=dict)
    undo_step: int | None = None
    """Id of the undo step the act made, or None."""

    def of(self, kind: str) -> frozenset[int]:
        """Ids of `kind` that changed (empty when none)."""
        return self.by_kind.get(kind, frozenset())

    @property
    def tickets(self) -> frozenset[int]:
        """Ids of the tickets whose row, messages or tags changed."""
        return self.of("ticket")

    def __bool__(self) -> bool:
        return any(self.by_kind.values())

    def __or__(self, other: "Changes") -> "Changes":
        kinds = set(self.by_kind) | set(other.by_kind)
        return Changes(
            {k: self.of(k) | other.of(k) for k in kinds}, other.undo_step or self.undo_step
        )


def changes_from(pairs: Iterable[tuple[str, int]]) -> Changes:
    """Build `Changes` from (kind, id) pairs, as read from table `change`."""
    sets: dict[str, set[int]] = {}
    for kind, row_id in pairs:
        sets.setdefault(kind, set()).add(row_id)
    return Changes({kind: frozenset(ids) for kind, ids in sets.items()})
