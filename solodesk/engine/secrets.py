"""Where the engine finds passwords: what the desk handed over, the environment, the keychain.

`SOLODESK_PASSWORD` (or `SOLODESK_PASSWORD_<account number>`) serves machines without a keychain
and single runs of `solodesk sync`; it is read from the environment and kept in memory only. Must
not write a secret anywhere but into the keychain.
"""

import os
from collections.abc import Mapping

from solodesk.base.errors import KnownError
from solodesk.base.keychain import Keychain, Purpose, SessionKeychain, SystemKeychain
from solodesk.base.log import Redactor
from solodesk.services import accounts
from solodesk.store import rows

ENVIRONMENT = "SOLODESK_PASSWORD"


class Secrets:
    """Passwords of accounts; any thread may ask."""

    def __init__(
        self,
        system: Keychain,
        session: SessionKeychain,
        redactor: Redactor,
        environment: Mapping[str, str],
    ) -> None:
        self._system = system
        self._session = session
        self._redactor = redactor
        self._environment = environment

    def of(self, account: rows.Account, purpose: Purpose = Purpose.IMAP) -> str:
        """The password of an account.

        NeedsOwner `no_secret` when there is none, KnownError `no_keychain`.
        """
        for source in (self._session.get(account.address, Purpose.IMAP), self._given(account)):
            if source:
                self._redactor.hide(source)
                return source
        return accounts.secret_of(self._system, account, purpose)

    def for_sending(self, account: rows.Account) -> str:
        """The password for the outgoing server."""
        return self.of(account, Purpose.SMTP)

    def _given(self, account: rows.Account) -> str | None:
        own = self._environment.get(f"{ENVIRONMENT}_{account.id}")
        return own or self._environment.get(ENVIRONMENT)

    def keep(self, address: str, secret: str) -> KnownError | None:
        """Keep a password in the keychain, or for this session when there is none.

        Returns the `no_keychain` fault in the second case, so that it can be told.
        """
        try:
            accounts.keep_secret(self._system, address, secret)
        except KnownError as error:
            self._session.set(address, Purpose.IMAP, secret)
            return error
        self._session.delete(address, Purpose.IMAP)
        return None

    def forget(self, address: str) -> None:
        """Forget the passwords of an account; without a keychain there is nothing to forget."""
        for purpose in Purpose:
            self._session.delete(address, purpose)
            self._system.delete(address, purpose)


def open_secrets(redactor: Redactor) -> Secrets:
    """The secrets of this process."""
    system = SystemKeychain(on_secret=redactor.hide)
    session = SessionKeychain(on_secret=redactor.hide)
    return Secrets(system, session, redactor, os.environ)
