"""Access tokens in memory: renewed without asking, one renewal at a time for each mailbox.

Tokens that were taken back are not tried again (faults R7). Must not keep tokens anywhere else;
what lasts goes back to whoever keeps it.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.base.log import Redactor
from solodesk.mail.oauth_client import Authority
from solodesk.mail.sasl import AccessToken
from solodesk.services.sign_in import Kept

Keep = Callable[[Kept], None]


class Tokens:
    """Access tokens by address; any thread may ask."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._lock = threading.Lock()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._fresh: dict[str, tuple[AccessToken, float]] = {}
        self._dead: dict[str, NeedsOwner] = {}

    def put(self, address: str, access: AccessToken, until: float) -> None:
        """A token that was just given; `until` as in mail.oauth.Tokens."""
        self._redactor.hide(access)
        self._fresh[address.lower()] = (access, until)

    def drop(self, address: str) -> None:
        """Forget what is here of a mailbox."""
        self._fresh.pop(address.lower(), None)

    def of(self, address: str, kept: Kept, keep: Keep, *, renew: bool = False) -> AccessToken:
        """A token that is good now; `renew`: the one at hand was refused.

        `keep` is called when the lasting one changed. NeedsOwner `sign_in_expired`,
        `sign_in_refused`; KnownError for the network.
        """
        with self._lock:
            lock = self._locks[address.lower()]
        with lock:
            access, until = self._fresh.get(address.lower(), (None, 0.0))
            if access is not None and not renew and time.monotonic() < until:
                return access
            return self._renewed(address, kept, keep)

    def _renewed(self, address: str, kept: Kept, keep: Keep) -> AccessToken:
        if kept.refresh in self._dead:
            raise self._dead[kept.refresh]
        got = _refresh(address, kept.authority, kept.refresh, self._dead)
        self.put(address, got[0], got[2])
        if got[1] != kept.refresh:
            self._redactor.hide(got[1])
            keep(Kept(kept.authority, got[1]))
        return got[0]


def _refresh(
    address: str, authority: Authority, refresh: str, dead: dict[str, NeedsOwner]
) -> tuple[AccessToken, str, float]:
    from solodesk.mail import oauth  # late: most engines have passwords only

    try:
        got = oauth.refresh(authority, refresh)
    except KnownError as error:
        if error.code != "sign_in_expired":
            raise
        dead[refresh] = NeedsOwner("sign_in_expired", **{**error.params, "address": address})
        raise dead[refresh] from error
    return got.access, got.refresh or refresh, got.until
