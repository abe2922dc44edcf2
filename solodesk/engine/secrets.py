"""Where the engine finds passwords: what the desk handed over, the environment, the keychain.

`SOLODESK_PASSWORD` (or `SOLODESK_PASSWORD_<account number>`) serves machines without a keychain
and single runs of `solodesk sync`; it is read from the environment and kept in memory only. A
mailbox that signs in through the browser gets an access token instead. Must not write a secret
anywhere but into the keychain.
"""

import contextlib
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.base.keychain import Keychain, Purpose, SessionKeychain, SystemKeychain
from solodesk.base.log import Redactor
from solodesk.engine.tokens import Tokens
from solodesk.mail.oauth_client import Authority
from solodesk.mail.sasl import AccessToken
from solodesk.services import accounts, sign_in
from solodesk.services.sign_in import Kept
from solodesk.store import rows

if TYPE_CHECKING:
    from solodesk.mail.oauth import Tokens as SignedTokens

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
        self._tokens = Tokens(redactor)

    def of(self, account: rows.Account, purpose: Purpose = Purpose.IMAP) -> str:
        """The password of an account, or an access token (network) when it signs in by browser.

        NeedsOwner `no_secret` when there is none, `sign_in_expired` when the sign-in has ended,
        KnownError `no_keychain`, and for the network.
        """
        for source in (self._session.get(account.address, Purpose.IMAP), self._given(account)):
            if source:
                self._redactor.hide(source)
                return source
        kept = self._kept(self._session, account.address)
        if kept is not None:
            return self._token(account, kept)
        try:
            return accounts.secret_of(self._system, account, purpose)
        except NeedsOwner:
            kept = self._kept(self._system, account.address)
            if kept is None:
                raise
        return self._token(account, kept)

    def _kept(self, keychain: Keychain, address: str) -> Kept | None:
        text = keychain.get(address, Purpose.OAUTH)
        return None if text is None else sign_in.from_text(text)

    def _token(self, account: rows.Account, kept: Kept) -> AccessToken:
        # A refused token may have been taken back before its time: get another one.
        refused = account.detail is not None and account.detail.get("code") == "token_refused"

        def keep(newer: Kept) -> None:
            self.keep_sign_in(account.address, newer)

        return self._tokens.of(account.address, kept, keep, renew=refused)

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
        fault = self._keep(address, Purpose.IMAP, secret)
        self._drop(address, Purpose.OAUTH)
        return fault

    def keep_sign_in(self, address: str, kept: Kept) -> KnownError | None:
        """Keep a sign-in by browser in the place of a password; returns as `keep`."""
        self._redactor.hide(kept.refresh)
        fault = self._keep(address, Purpose.OAUTH, sign_in.as_text(kept))
        self._drop(address, Purpose.IMAP, Purpose.SMTP)
        return fault

    def keep_signed(
        self, address: str, authority: Authority, tokens: "SignedTokens"
    ) -> KnownError | None:
        """Keep what a finished sign-in gave; returns as `keep`.

        NeedsOwner `sign_in_refused` when it gave nothing that lasts.
        """
        if tokens.refresh is None:
            text = "no refresh token (offline access)"
            raise NeedsOwner("sign_in_refused", host=authority.host, text=text)
        self._tokens.put(address, tokens.access, tokens.until)
        return self.keep_sign_in(address, Kept(authority, tokens.refresh))

    def _keep(self, address: str, purpose: Purpose, secret: str) -> KnownError | None:
        try:
            self._system.set(address, purpose, secret)
        except KnownError as error:
            self._session.set(address, purpose, secret)
            return error
        self._session.delete(address, purpose)
        return None

    def _drop(self, address: str, *purposes: Purpose) -> None:
        """Forget what another way of signing in took the place of."""
        for purpose in purposes:
            self._session.delete(address, purpose)
            with contextlib.suppress(KnownError):  # no keychain: nothing is in it
                self._system.delete(address, purpose)

    def forget(self, address: str) -> None:
        """Forget the passwords of an account; without a keychain there is nothing to forget."""
        self._tokens.drop(address)
        for purpose in Purpose:
            self._session.delete(address, purpose)
            self._system.delete(address, purpose)


def open_secrets(redactor: Redactor) -> Secrets:
    """The secrets of this process."""
    system = SystemKeychain(on_secret=redactor.hide)
    session = SessionKeychain(on_secret=redactor.hide)
    return Secrets(system, session, redactor, os.environ)
