"""Taking an act of the owner back: each field that still is as the act left it becomes what it
was; what has changed since stays, and is said.
"""

from dataclasses import dataclass
from typing import Any, cast

from solodesk.domain.changes import Changes
from solodesk.domain.ids import MessageId, OutboxId
from solodesk.store import rows, specs
from solodesk.store.driver import IntegrityError, Value
from solodesk.store.gateway import Gateway
from solodesk.store.repositories.history import Events
from solodesk.store.repositories.messages import INDEXED
from solodesk.store.repositories.outbox import OutboxRows
from solodesk.store.transaction import Transaction, unpack

KEPT_STEPS = 50

_CANCELLABLE = ("held", "queued", "retrying")
# Acts that did nothing but hand a mail over; what else they did follows the mail.
_SENDING = "json_extract(label, '$.code') IN ('reply.send', 'ticket.reply', 'survey.send')"
_LEFT = (
    "EXISTS (SELECT 1 FROM undo_entry e JOIN outbox o ON o.id = json_extract(e.row_key, '$.id')"
    " WHERE e.step_id = undo_step.id AND e.table_name = 'outbox'"
    f" AND o.state NOT IN {_CANCELLABLE})"
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A row (or some of its fields) that has changed since the act and was left as it is."""

    table: str
    key: dict[str, Value]
    fields: tuple[str, ...]
    """Columns left alone; empty when the whole row was."""


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did. `label` is the act's (code, params)."""

    step: int
    label: tuple[str, dict[str, Any]]
    changes: Changes
    conflicts: tuple[Conflict, ...]


class Undo:
    """Tables undo_step and undo_entry."""

    __slots__ = ("_events", "_outbox", "_steps", "_tx")

    def __init__(self, tx: Transaction, events: Events, outbox: OutboxRows) -> None:
        self._tx = tx
        self._events = events
        self._outbox = outbox
        self._steps: Gateway[rows.UndoStep] = Gateway(tx, specs.STEP)

    def last(self) -> rows.UndoStep | None:
        """The newest step that can be undone: a mail that has left can not be taken back."""
        return self._steps.first(
            f"WHERE undone_ms IS NULL AND NOT ({_SENDING} AND {_LEFT}) ORDER BY id DESC LIMIT 1"
        )

    def settle(self, outbox: OutboxId) -> None:
        """A mail was taken back by another way than undo: its step has nothing left to undo."""
        self._tx.run(
            f"UPDATE undo_step SET undone_ms = ? WHERE undone_ms IS NULL AND {_SENDING} AND id IN"
            " (SELECT step_id FROM undo_entry WHERE table_name = 'outbox' AND row_key = ?)",
            (self._tx.now_ms, f'{{"id":{int(outbox)}}}'),
        )

    def get(self, step: int) -> rows.UndoStep | None:
        """One step."""
        return self._steps.by_key(step)

    def last_of_ticket(self, ticket: int) -> rows.UndoStep | None:
        """The newest step, not undone, that changed a ticket's row."""
        return self._steps.first(
            "WHERE undone_ms IS NULL AND id IN (SELECT step_id FROM undo_entry"
            " WHERE table_name = 'ticket' AND row_key = ?) ORDER BY id DESC LIMIT 1",
            (f'{{"id":{int(ticket)}}}',),
        )

    def undo_last(self) -> Undone | None:
        """Take the newest act back; None when there is none."""
        step = self.last()
        return None if step is None else self.undo_step(step.id)

    def undo_step(self, step: int) -> Undone:
        """Take one act back; LookupError when there is no such step or it was taken back before.

        Its events stay; an event 'undone' for each says that figures skip both.
        """
        row = self.get(step)
        if row is None or row.undone_ms is not None:
            message = f"no step {step} to undo"
            raise LookupError(message)
        tx = self._tx
        # While an act is undone nothing is recorded: undoing is not itself an act on the stack.
        recorder, tx.recorder = tx.recorder, None
        before, tx.touched = tx.touched, set()
        try:
            conflicts = self._revert(step)
            self._say_undone(row)
            tx.run("UPDATE undo_step SET undone_ms = ? WHERE id = ?", (tx.now_ms, step))
            changes = tx.changes()
        finally:
            tx.recorder = recorder
            tx.touched |= before
        label = (str(row.label.get("code", "")), dict(row.label.get("params", {})))
        return Undone(step, label, changes, tuple(conflicts))

    def _say_undone(self, row: rows.UndoStep) -> None:
        for event in row.events:
            old = self._events.get(event)
            if old is not None:
                self._events.add("undone", {"event": event}, ticket=old.ticket, message=old.message)

    def _revert(self, step: int) -> list[Conflict]:
        entries = self._tx.all(
            "SELECT table_name, row_key, op, before, after FROM undo_entry WHERE step_id = ?"
            " ORDER BY id DESC",
            (step,),
        )
        conflicts: list[Conflict] = []
        for table, key_text, op, before, after in entries:
            key = unpack(key_text)
            if table == "outbox":
                left = self._cancel(key)
            elif op == "update":
                left = self._restore(table, key, unpack(before), unpack(after))
            elif op == "insert":
                left = self._take_out(table, key, unpack(after))
            else:
                left = self._put_back(table, unpack(before))
            if left is not None:
                conflicts.append(Conflict(table, key, left))
        return conflicts

    def _cancel(self, key: dict[str, Value]) -> tuple[str, ...] | None:
        row = self._outbox.by_key(*key.values())
        if row is not None and self._outbox.move(
            row.id, _CANCELLABLE, "cancelled", hold_reason=None, not_before_ms=None
        ):
            return None
        return ()

    def _now(self, table: str, key: dict[str, Value]) -> dict[str, Value] | None:
        spec = specs.ALL[table]
        row = self._tx.one(f"{spec.select} WHERE {spec.by_key}", tuple(key.values()))
        return None if row is None else dict(zip(spec.names, row, strict=True))

    def _touch(self, table: str, raw: dict[str, Value]) -> None:
        for kind, column in specs.ALL[table].touches:
            row_id = raw[column]
            if isinstance(row_id, int):
                self._tx.touch(kind, row_id)

    def _restore(
        self, table: str, key: dict[str, Value], before: dict[str, Value], after: dict[str, Value]
    ) -> tuple[str, ...] | None:
        now = self._now(table, key)
        if now is None:
            return ()
        same = [name for name in before if now[name] == after[name]]
        if same:
            if table == "message" and INDEXED.intersection(same):
                from solodesk.store.search import Search

                Search(self._tx).reword(MessageId(cast("int", key["id"])))
            sets = ", ".join(f"{name} = ?" for name in same)
            try:
                self._tx.run(
                    f"UPDATE {table} SET {sets} WHERE {specs.ALL[table].by_key}",
                    [*(before[name] for name in same), *key.values()],
                )
            except IntegrityError:
                # What it pointed to is gone, or its name was given to another meanwhile.
                return tuple(before)
            self._touch(table, now)
            self._touch(table, {**now, **{name: before[name] for name in same}})
        left = tuple(name for name in before if name not in same)
        return left or None

    def _take_out(
        self, table: str, key: dict[str, Value], after: dict[str, Value]
    ) -> tuple[str, ...] | None:
        now = self._now(table, key)
        if now is None:
            return None
        kept = specs.ALL[table].kept
        if any(now[name] != value for name, value in after.items() if name not in kept):
            return ()
        try:
            self._tx.run(
                f"DELETE FROM {table} WHERE {specs.ALL[table].by_key}", tuple(key.values())
            )
        except IntegrityError:
            return ()
        self._touch(table, now)
        return None

    def _put_back(self, table: str, before: dict[str, Value]) -> tuple[str, ...] | None:
        names = ", ".join(before)
        marks = ", ".join("?" * len(before))
        try:
            self._tx.run(
                f"INSERT INTO {table} ({names}) VALUES ({marks})",
                tuple(before.values()),
            )
        except IntegrityError:
            return ()
        self._touch(table, before)
        return None

    def trim(self) -> None:
        """Forget all but the newest steps."""
        self._tx.run(
            "DELETE FROM undo_step WHERE id <= (SELECT max(id) FROM undo_step) - ?", (KEPT_STEPS,)
        )
