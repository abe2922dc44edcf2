"""Where messages lie on servers. The path all mail comes in by: nothing slow is imported here."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from solodesk.domain.ids import MessageId, new_uid
from solodesk.store import rows, specs
from solodesk.store.gateway import Repository
from solodesk.store.spec import to_json
from solodesk.store.transaction import Transaction

_MANY = 100


class Places(Repository[rows.Place, int]):
    """Table place: the unique key of received mail."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.PLACE)

    def put(self, **columns: Any) -> None:
        """Note that a message lies at a place, unless something is known to lie there."""
        cells = self._spec.cells(columns, self._tx.now_ms, new_uid)
        self._tx.run(f"{self._spec.insert} ON CONFLICT DO NOTHING", cells)

    def at(self, folder: int, uidvalidity: int, imap_uid: int) -> rows.Place | None:
        """What lies at that place."""
        return self.first(
            "WHERE folder_id = ? AND uidvalidity = ? AND imap_uid = ?",
            (folder, uidvalidity, imap_uid),
        )

    def uids(self, folder: int, uidvalidity: int, *, gone: bool = True) -> list[int]:
        """UIDs we have of a folder, ascending; without those that are gone if `gone` is false."""
        found = self._tx.all(
            "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
            " AND (? OR gone_ms IS NULL) ORDER BY imap_uid",
            (folder, uidvalidity, gone),
        )
        return [row[0] for row in found]

    def uids_from(self, folder: int, uidvalidity: int, first: int) -> list[int]:
        """UIDs we have of a folder from `first` on, ascending."""
        found = self._tx.all(
            "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
            " AND imap_uid >= ? ORDER BY imap_uid",
            (folder, uidvalidity, first),
        )
        return [row[0] for row in found]

    def live_within(
        self, folder: int, uidvalidity: int, ranges: Iterable[tuple[int, int]]
    ) -> list[int]:
        """UIDs that are here, not gone, and within any of these ranges, ascending."""
        found: set[int] = set()
        wanted = sorted(ranges)
        if len(wanted) > _MANY:
            # Asking for each would take longer than looking at all.
            for uid in self.uids(folder, uidvalidity, gone=False):
                at = bisect_right(wanted, (uid, 1 << 32)) - 1
                if at >= 0 and uid <= wanted[at][1]:
                    found.add(uid)
            return sorted(found)
        for low, high in wanted:
            rows_ = self._tx.all(
                "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
                " AND imap_uid BETWEEN ? AND ? AND gone_ms IS NULL",
                (folder, uidvalidity, low, high),
            )
            found.update(row[0] for row in rows_)
        return sorted(found)

    def flags(
        self, folder: int, uidvalidity: int, uids: Iterable[int] | None = None
    ) -> dict[int, tuple[bool, bool]]:
        """UID → (seen, answered) as the server said last; of `uids` only, when they are given."""
        if uids is None:
            found = self._tx.all(
                "SELECT imap_uid, seen, answered FROM place"
                " WHERE folder_id = ? AND uidvalidity = ?",
                (folder, uidvalidity),
            )
        else:
            found = self._tx.all(
                "SELECT p.imap_uid, p.seen, p.answered FROM json_each(?3) j CROSS JOIN place p"
                " ON p.folder_id = ?1 AND p.uidvalidity = ?2 AND p.imap_uid = j.value",
                (folder, uidvalidity, to_json(list(uids))),
            )
        return {uid: (bool(seen), bool(answered)) for uid, seen, answered in found}

    def count(self, folder: int, uidvalidity: int) -> int:
        """How many messages of the folder are here and not gone from the server."""
        return int(
            self._tx.value(
                "SELECT count(*) FROM place WHERE folder_id = ? AND uidvalidity = ?"
                " AND gone_ms IS NULL",
                (folder, uidvalidity),
            )
        )

    def doubtful(self, folder: int, uidvalidity: int) -> list[rows.Place]:
        """Not marked as gone, but missed by the last pass or of an older UIDVALIDITY."""
        return self.select(
            "WHERE folder_id = ? AND gone_ms IS NULL AND (missed > 0 OR uidvalidity != ?)",
            (folder, uidvalidity),
        )

    def of_message(self, message: MessageId) -> list[rows.Place]:
        """Where a message lies."""
        return self.select("WHERE message_id = ? ORDER BY id", (message,))
