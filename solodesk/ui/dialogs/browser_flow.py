"""Signing in through the browser, as far as the window has to do with it.

The engine gives an address; it is opened in the owner's browser, or, where there is none, shown
with a code to type on any device. This module must not connect and never sees a token.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

PATIENCE_MS: Final = 610_000
"""The engine gives up after ten minutes; a little later the dialog does."""
Reply = dict[str, Any]


class BrowserFlow:
    """One sign-in at a time: `begin`, then `opened` with its number, or `failed` with the reply."""

    def __init__(self, gate: DeskGate) -> None:
        self._gate = gate
        self._flow: int | None = None

    def begin(
        self,
        request: Mapping[str, Any],
        opened: Callable[[int, str], None],
        failed: Callable[[Reply], None],
    ) -> None:
        """Ask the engine for `request` (do: sign_in); `opened` also gets what to tell the owner."""

        def answered(reply: Reply) -> None:
            if "error" in reply:
                failed(reply)
                return
            self._flow = int(reply["flow"])
            code = reply.get("user_code")
            url = QUrl(str(reply["open_url"]))
            if code:
                words = _("Open {address} on any device and type the code {code}.")
                opened(self._flow, words.format(address=url.toString(), code=code))
            elif url.scheme() == "https" and QDesktopServices.openUrl(url):
                opened(self._flow, _("Finish signing in in your browser; SoloDesk waits here."))
            else:
                self.cancel()
                self.begin({**request, "device": True}, opened, failed)

        self._gate.engine({"do": "sign_in", **request}, answered)

    def cancel(self) -> None:
        """The owner does not want it any more."""
        if self._flow is not None:
            self._gate.engine({"do": "cancel", "flow": self._flow})
            self._flow = None
