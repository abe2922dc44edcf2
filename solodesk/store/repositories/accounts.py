"""Mailboxes we read, servers we send through, addresses we write from, and folders."""

from typing import Any

from solodesk.domain.ids import AccountId, IdentityId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway, Repository
from solodesk.store.transaction import Transaction


class Accounts(Repository[rows.Account, AccountId]):
    """Tables account, outgoing_server and identity."""

    __slots__ = ("_identities", "_servers")

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.ACCOUNT)
        self._servers: Gateway[rows.OutgoingServer] = Gateway(tx, specs.SERVER)
        self._identities: Gateway[rows.Identity] = Gateway(tx, specs.IDENTITY)

    def all(self) -> list[rows.Account]:
        """Every mailbox, in the order they were added."""
        return self.select("ORDER BY id")

    def by_address(self, address: str) -> rows.Account | None:
        """The mailbox of an address (lower-case)."""
        return self.first("WHERE address = ?", (address,))

    def own_addresses(self) -> frozenset[str]:
        """Every address that is ours, lower-case."""
        found = self._tx.all(
            "SELECT lower(address) FROM account UNION SELECT lower(address) FROM identity"
        )
        return frozenset(row[0] for row in found)

    def detach(self, account: AccountId) -> bool:
        """Delete a mailbox with its servers, addresses and places; tickets and messages stay.

        False, and nothing done, while mail of it waits or is doubtful.
        """
        ours = "SELECT id FROM identity WHERE account_id = ?"
        ended = "('sent', 'cancelled')"
        waiting = self._tx.value(
            f"SELECT count(*) FROM outbox WHERE identity_id IN ({ours}) AND state NOT IN {ended}",
            (account,),
        )
        if waiting:
            return False
        sent = f"SELECT id FROM outbox WHERE identity_id IN ({ours})"
        self._tx.run(f"DELETE FROM outbox_recipient WHERE outbox_id IN ({sent})", (account,))
        self._tx.run(f"DELETE FROM outbox WHERE identity_id IN ({ours})", (account,))
        self._tx.run(
            f"UPDATE draft SET identity_id = NULL WHERE identity_id IN ({ours})", (account,)
        )
        for table in ("ticket", "message"):
            self._tx.run(f"UPDATE {table} SET account_id = NULL WHERE account_id = ?", (account,))
        return self.delete(account)

    # -- outgoing servers

    def add_server(self, **columns: Any) -> int:
        """Store an outgoing server."""
        return self._servers.insert(columns)

    def update_server(self, server: int, **columns: Any) -> bool:
        """Set columns of one."""
        return self._servers.change((server,), columns)

    def server(self, server: int) -> rows.OutgoingServer | None:
        """One outgoing server."""
        return self._servers.by_key(server)

    def servers(self, account: AccountId) -> list[rows.OutgoingServer]:
        """Outgoing servers of a mailbox."""
        return self._servers.select("WHERE account_id = ? ORDER BY id", (account,))

    # -- identities

    def add_identity(self, **columns: Any) -> IdentityId:
        """Store a sending address."""
        return IdentityId(self._identities.insert(columns))

    def update_identity(self, identity: IdentityId, **columns: Any) -> bool:
        """Set columns of one."""
        return self._identities.change((identity,), columns)

    def delete_identity(self, identity: IdentityId) -> bool:
        """Delete one."""
        return self._identities.remove(identity)

    def identity(self, identity: IdentityId) -> rows.Identity | None:
        """One sending address."""
        return self._identities.by_key(identity)

    def identity_by_address(self, address: str) -> rows.Identity | None:
        """The sending address that is spelt so (case aside)."""
        return self._identities.first("WHERE lower(address) = lower(?) ORDER BY id", (address,))

    def identities(self, account: AccountId | None = None) -> list[rows.Identity]:
        """Sending addresses (of one mailbox), the default first."""
        return self._identities.select(
            "WHERE ?1 IS NULL OR account_id = ?1 ORDER BY is_default DESC, id", (account,)
        )

    def default_identity(self, account: AccountId | None = None) -> rows.Identity | None:
        """The sending address to use when nothing speaks for another."""
        found = self.identities(account)
        return found[0] if found else None


class Folders(Repository[rows.Folder, int]):
    """Table folder."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.FOLDER)

    def of_account(self, account: AccountId) -> list[rows.Folder]:
        """Folders of a mailbox: inbox, then sent, then the others."""
        return self.select(
            "WHERE account_id = ? ORDER BY CASE role WHEN 'inbox' THEN 0 WHEN 'sent' THEN 1"
            " ELSE 2 END, id",
            (account,),
        )

    def by_name(self, account: AccountId, name: str) -> rows.Folder | None:
        """One folder by its name."""
        return self.first("WHERE account_id = ? AND name = ?", (account, name))
