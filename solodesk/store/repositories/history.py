"""Events (append-only), business settings with their dates, facts about the store, and months."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import MessageId, TicketId, new_uid
from solodesk.store.spec import to_json
from solodesk.store.transaction import Transaction

if TYPE_CHECKING:
    from solodesk.store import rows
    from solodesk.store.gateway import Gateway

_EVENT = "SELECT id, at_ms, recorded_ms, actor, kind, ticket_id, message_id, data FROM event"


def _event(row: tuple[Any, ...]) -> Event:
    return Event(
        row[0],
        row[1],
        row[2],
        Actor(row[3]),
        row[4],
        None if row[5] is None else TicketId(row[5]),
        None if row[6] is None else MessageId(row[6]),
        json.loads(row[7]),
    )


class Events:
    """Table event. It is never changed, only added to."""

    __slots__ = ("_device", "_tx")

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._device: str | None = None

    def add(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        ticket: TicketId | None = None,
        message: MessageId | None = None,
        at_ms: int | None = None,
        actor: Actor | None = None,
    ) -> int:
        """Append one; `at_ms` and `actor` are the transaction's unless given. Returns its id."""
        tx = self._tx
        if self._device is None:
            self._device = str(tx.value("SELECT value FROM meta WHERE key = 'device'"))
        cursor = tx.run(
            "INSERT INTO event (uid, device, at_ms, recorded_ms, actor, kind, ticket_id,"
            " message_id, data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                new_uid(tx.now_ms),
                self._device,
                tx.now_ms if at_ms is None else at_ms,
                tx.now_ms,
                (actor or tx.actor).value,
                kind,
                ticket,
                message,
                to_json(data),
            ),
        )
        event = cursor.lastrowid or 0
        tx.touch("ticket", ticket)
        if tx.recorder is not None:
            tx.recorder.events.append(event)
        return event

    def get(self, event: int) -> Event | None:
        """One event."""
        row = self._tx.one(f"{_EVENT} WHERE id = ?", (event,))
        return None if row is None else _event(row)

    def of_ticket(self, ticket: TicketId) -> list[Event]:
        """A ticket's events in the order they happened."""
        return [
            _event(row)
            for row in self._tx.all(f"{_EVENT} WHERE ticket_id = ? ORDER BY at_ms, id", (ticket,))
        ]

    def between(self, start_ms: int, end_ms: int) -> Iterator[Event]:
        """Events that happened in [start, end), in that order; read while iterated."""
        cursor = self._tx.link.execute(
            f"{_EVENT} WHERE at_ms >= ? AND at_ms < ? ORDER BY at_ms, id", (start_ms, end_ms)
        )
        return map(_event, cursor)

    def all(self, until_ms: int | None = None) -> Iterator[Event]:
        """All events (that happened before `until_ms`), in the order they happened."""
        return self.between(-(1 << 62), 1 << 62 if until_ms is None else until_ms)

    def touching(self, since_ms: int) -> list[Event]:
        """The whole history of every ticket that a look at the time from `since_ms` on needs.

        Those are tickets with an event since then, tickets not closed, and what was merged,
        split or joined (their messages count elsewhere); and everything that was taken back.
        """
        found = self._tx.all(
            f"""
            WITH live (id) AS (
              SELECT ticket_id FROM event WHERE at_ms >= ? AND ticket_id IS NOT NULL
              UNION SELECT id FROM ticket WHERE status IN ('open', 'waiting')
              UNION SELECT id FROM ticket WHERE merged_into IS NOT NULL
              UNION SELECT ticket_id FROM event WHERE kind IN ('split', 'joined', 'merged')
              UNION SELECT ticket_id FROM event WHERE kind IN ('received', 'answered')
                AND message_id IN (SELECT message_id FROM event WHERE kind IN ('split', 'joined'))
            )
            {_EVENT} WHERE ticket_id IN live OR kind = 'undone'
              OR (ticket_id IS NULL AND at_ms >= ?)
            ORDER BY at_ms, id
            """,
            (since_ms, since_ms),
        )
        return [_event(row) for row in found]

    def last_id(self) -> int:
        """Id of the newest event, 0 when there is none."""
        return int(self._tx.value("SELECT coalesce(max(id), 0) FROM event"))

    def since(self, event: int) -> list[Event]:
        """Events recorded after that one."""
        return [_event(row) for row in self._tx.all(f"{_EVENT} WHERE id > ? ORDER BY id", (event,))]


class Settings:
    """Table setting: each value has a date it holds from."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def _table(self) -> "Gateway[rows.Setting]":
        # Late: the window reads settings before the row types are loaded.
        from solodesk.store import specs
        from solodesk.store.gateway import Gateway

        return Gateway(self._tx, specs.SETTING)

    def get(self, key: str, at_ms: int | None = None) -> Any:
        """The value in force at `at_ms` (now), or None when it was never set."""
        found = self._tx.value(
            "SELECT value FROM setting WHERE key = ? AND valid_from_ms <= ?"
            " ORDER BY valid_from_ms DESC LIMIT 1",
            (key, self._tx.now_ms if at_ms is None else at_ms),
        )
        return None if found is None else json.loads(found)

    def set(self, key: str, value: Any, valid_from_ms: int = 0) -> bool:
        """Let a value hold from `valid_from_ms` on (0: always); returns whether it differs.

        With 0, values with a later date are kept and go on holding from theirs.
        """
        found = self._tx.value(
            "SELECT id FROM setting WHERE key = ? AND valid_from_ms = ?", (key, valid_from_ms)
        )
        if found is not None:
            return self._table().change((found,), {"value": value})
        self._table().insert({"key": key, "valid_from_ms": valid_from_ms, "value": value})
        return True

    def all(self, at_ms: int | None = None) -> dict[str, Any]:
        """Every value in force at `at_ms` (now)."""
        found = self._tx.all(
            "SELECT key, value FROM setting WHERE valid_from_ms <= ? ORDER BY valid_from_ms",
            (self._tx.now_ms if at_ms is None else at_ms,),
        )
        return {key: json.loads(value) for key, value in found}

    def history(self, key: str) -> "list[rows.Setting]":
        """All values of a key by date."""
        return self._table().select("WHERE key = ? ORDER BY valid_from_ms", (key,))


class Meta:
    """Table meta: facts about this store, as text."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get(self, key: str) -> str | None:
        """A fact, or None."""
        found: str | None = self._tx.value("SELECT value FROM meta WHERE key = ?", (key,))
        return found

    def set(self, key: str, value: str) -> None:
        """Write a fact down."""
        self._tx.run(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (key, value),
        )
