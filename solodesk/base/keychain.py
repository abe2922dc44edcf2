"""Where secrets live: the system's keychain, or memory when the owner says so.

A secret is found by the account it belongs to and what it is for. It is never written anywhere
else. This module must not know what an account is; `account` is any text that names one for good.
"""

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol, TypeVar

from solodesk.base.errors import KnownError
from solodesk.base.paths import APP_ID

T = TypeVar("T")


class Purpose(StrEnum):
    """What a secret is for; sending may need another one than receiving. `OAUTH` serves both."""

    IMAP = "imap"
    SMTP = "smtp"
    OAUTH = "oauth"


class Keychain(Protocol):
    """Keeps secrets. Every method raises KnownError('no_keychain') when it cannot."""

    def get(self, account: str, purpose: Purpose) -> str | None:
        """The secret, or None when there is none."""
        ...

    def set(self, account: str, purpose: Purpose, secret: str) -> None:
        """Keep or replace a secret."""
        ...

    def delete(self, account: str, purpose: Purpose) -> None:
        """Forget a secret; nothing happens when there is none."""
        ...


def key_name(account: str, purpose: Purpose) -> str:
    """The name a secret is kept under, as the owner sees it in the system's keychain program."""
    return f"{account} ({purpose.value})"


def _nothing(secret: str) -> None:
    """Nobody needs to know the secrets that pass."""


class SystemKeychain:
    """The system's keychain by way of keyring, under the application's id.

    `on_secret` hears every secret that passes, so that logs can hide it. Raises
    KnownError('no_keychain', detail=…) when there is none, it is locked, or it refuses.
    """

    def __init__(self, on_secret: Callable[[str], None] = _nothing) -> None:
        self._on_secret = on_secret

    def get(self, account: str, purpose: Purpose) -> str | None:
        """The secret, or None when there is none."""
        import keyring  # late: looking for a keychain takes long, and most starts need none

        name = key_name(account, purpose)
        secret = _guarded(lambda: keyring.get_password(APP_ID, name))
        if secret:
            self._on_secret(secret)
        return secret

    def set(self, account: str, purpose: Purpose, secret: str) -> None:
        """Keep or replace a secret."""
        import keyring

        self._on_secret(secret)
        _guarded(lambda: keyring.set_password(APP_ID, key_name(account, purpose), secret))

    def delete(self, account: str, purpose: Purpose) -> None:
        """Forget a secret; nothing happens when there is none."""
        import keyring

        name = key_name(account, purpose)
        if _guarded(lambda: keyring.get_password(APP_ID, name)) is not None:
            _guarded(lambda: keyring.delete_password(APP_ID, name))


def _guarded(ask: Callable[[], T]) -> T:
    from keyring.errors import KeyringError

    try:
        return ask()
    # OSError: the bus the keychain lives on went away.
    except (KeyringError, OSError) as error:
        raise KnownError("no_keychain", detail=str(error) or type(error).__name__) from error


class SessionKeychain:
    """Secrets in memory until the process ends; any thread may call it."""

    def __init__(self, on_secret: Callable[[str], None] = _nothing) -> None:
        self._on_secret = on_secret
        self._lock = threading.Lock()
        self._secrets: dict[str, str] = {}

    def get(self, account: str, purpose: Purpose) -> str | None:
        """The secret, or None when there is none."""
        with self._lock:
            return self._secrets.get(key_name(account, purpose))

    def set(self, account: str, purpose: Purpose, secret: str) -> None:
        """Keep or replace a secret."""
        self._on_secret(secret)
        with self._lock:
            self._secrets[key_name(account, purpose)] = secret

    def delete(self, account: str, purpose: Purpose) -> None:
        """Forget a secret; nothing happens when there is none."""
        with self._lock:
            self._secrets.pop(key_name(account, purpose), None)
