"""Sign-ins through the browser that are under way, each by its number.

The engine talks to the authority; the desk (or the terminal) opens the browser. Must not keep a
token: what came of a sign-in is handed to whoever asks, until it is closed.
"""

import itertools
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.engine.guard import contained
from solodesk.mail.oauth_client import Authority

if TYPE_CHECKING:
    from solodesk.mail.oauth import SignIn, Tokens

_MOST = 8


class _Flow:
    """One sign-in: its thread waits for the owner, so that the browser finds us at once."""

    def __init__(self, number: int, authority: Authority, waiting: "SignIn") -> None:
        self.authority = authority
        self._waiting = waiting
        self._stop = threading.Event()
        self._done = threading.Event()
        self._got: Tokens | KnownError = NeedsOwner("sign_in_not_finished")
        self._thread = threading.Thread(target=self._run, name=f"sign-in {number}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            with contained("sign-in"):
                try:
                    self._got = self._waiting.finish(self._stop)
                except KnownError as error:
                    self._got = error
        finally:
            self._waiting.close()
            self._done.set()

    def result(self) -> "Tokens":
        """Wait, then what came of it."""
        self._done.wait()
        if isinstance(self._got, KnownError):
            raise self._got
        return self._got

    def end(self) -> None:
        """Wait no longer."""
        self._stop.set()


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in the owner goes on with: open the address, type the code if there is one."""

    flow: int
    open_url: str
    user_code: str | None


@dataclass(frozen=True, slots=True)
class Signed:
    """A sign-in the owner has finished; `tokens` as mail.oauth.Tokens."""

    flow: int
    authority: Authority
    tokens: "Tokens" = field(repr=False)


class SignIns:
    """The sign-ins of one engine; any thread may ask."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._flows: dict[int, _Flow] = {}

    def begin(self, authority: Authority, address: str, *, device: bool = False) -> Begun:
        """Ask the authority for a sign-in; KnownError for network and refusal."""
        from solodesk.mail import oauth  # late: it takes long to load

        waiting = (
            oauth.begin_device(authority) if device else oauth.begin_browser(authority, address)
        )
        number = next(self._numbers)
        self._flows[number] = _Flow(number, authority, waiting)
        for old in sorted(self._flows)[:-_MOST]:
            self.close(old)
        return Begun(number, waiting.open_url, waiting.user_code)

    def finish(self, number: int) -> Signed:
        """Wait for the owner; asked again, it is there at once.

        NeedsOwner `sign_in_not_finished`, `sign_in_refused`.
        """
        flow = self._flows.get(number)
        if flow is None:
            raise NeedsOwner("sign_in_not_finished")
        try:
            return Signed(number, flow.authority, flow.result())
        except KnownError:
            self.close(number)
            raise

    def close(self, number: int) -> None:
        """Nobody wants it any more; whoever waits is told `sign_in_not_finished`."""
        flow = self._flows.pop(number, None)
        if flow is not None:
            flow.end()

    def close_all(self) -> None:
        """The engine ends."""
        for number in list(self._flows):
            self.close(number)
