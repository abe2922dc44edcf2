"""Decides what the status line and the banner say: progress, offline, sign-in trouble, faults.

The engine's news and the accounts' states come in; words go out. This module must not fetch mail.
"""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from solodesk.base.errors import KnownError
from solodesk.ui.desk_source import DeskSource, Standing, Trouble
from solodesk.ui.ops import DeskGate
from solodesk.ui.statusline import Banner, Notice, StatusLine
from solodesk.wording import dates
from solodesk.wording.gettext import _, ngettext

_ERROR_STAYS_MS = 12_000
_PROGRESS_STAYS_MS = 4_000
_THERE = frozenset({"unsafe_login", "web_login_needed", "imap_not_allowed"})
"""What the owner mends on the provider's page."""
_BY_BROWSER = frozenset({"sign_in_expired", "token_refused", "sign_in_refused"})


class StatusWords(QObject):
    """One place that knows what matters most now."""

    online_changed = Signal(bool)

    def __init__(
        self,
        gate: DeskGate,
        line: StatusLine,
        banner: Banner,
        source: DeskSource,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._line = line
        self._banner = banner
        self._source = source
        self._standing: Standing | None = None
        self._online = True
        self._failing = False
        self._fault: Notice | None = None
        self._reached: dict[int, bool] = {}
        self._fetching: dict[tuple[int, str], tuple[int, int]] = {}
        self._quiet = QTimer(self, singleShot=True, interval=_PROGRESS_STAYS_MS)
        self._quiet.timeout.connect(self._on_quiet_timeout)
        self._forget = QTimer(self, singleShot=True, interval=_ERROR_STAYS_MS)
        self._forget.timeout.connect(self._on_forget_timeout)

    def check_mail(self) -> None:
        """F5: fetch now."""
        self._gate.engine({"do": "sync", "asked": True})
        self._line.show_message(_("Checking for mail"), "refresh-cw")
        self._quiet.start()

    def take_standing(self, standing: Standing) -> None:
        """Accounts and outbox as the store has them."""
        self._standing = standing
        self._show()

    def take_news(self, news: dict[str, Any]) -> None:
        """One line of the engine (engine/protocol.py)."""
        kind = news.get("news")
        if kind == "connectivity":
            self._reached[int(news.get("account") or 0)] = bool(news.get("online"))
            # One mailbox that answers means there is a connection.
            online = any(self._reached.values())
            if online != self._online:
                self._online = online
                self.online_changed.emit(online)
            self._show()
        elif kind == "progress":
            place = (int(news.get("account") or 0), str(news.get("folder") or ""))
            self._fetching[place] = (int(news.get("here") or 0), int(news.get("server") or 0))
            self._quiet.start()
            self._show()
        elif kind == "engine":
            self._failing = bool(news.get("failing"))
            self._show()
        elif kind == "alarm":
            # What is wrong stands in the store; it is read, not believed from the line.
            self.take_standing(self._source.standing())

    def show_error(self, error: KnownError) -> None:
        """A fault of an act, in plain words, for a while."""
        from solodesk.wording import errors

        self._fault = Notice("error", errors.sentence(error), errors.hint(error))
        self._forget.start()
        self._show()

    def show_bug(self, error: Exception) -> None:
        """Something nobody foresaw."""
        text = _("Nothing was lost. Details: {details}").format(details=type(error).__name__)
        self._fault = Notice("error", _("That did not work."), text)
        self._forget.start()
        self._show()

    def _show(self) -> None:
        self._banner.show_notice(self._notice())
        standing = self._standing
        last = standing.last_receive_ms if standing is not None else None
        now = self._gate.now_ms()
        if not self._online:
            shown = dates.clock_time(last, self._source.zone()) if last is not None else None
            self._line.show_offline(shown)
        elif self._fetching:
            here = sum(h for h, _total in self._fetching.values())
            total = sum(t for _here, t in self._fetching.values())
            first = standing is not None and standing.first_sync
            self._line.show_progress(min(here, total), total, first=first)
        elif standing is not None and standing.trouble is not None:
            self._line.show_behind(last, now)
        else:
            self._line.show_received(last, now, 0 if standing is None else standing.missing)

    def _notice(self) -> Notice | None:
        if self._fault is not None:
            return self._fault
        if self._failing:
            return Notice(
                "error",
                _("Mail is neither fetched nor sent at the moment."),
                _(
                    "The part of SoloDesk that does it keeps stopping. Nothing is lost: what you"
                    " write waits. Close SoloDesk and open it again."
                ),
            )
        standing = self._standing
        if standing is not None and standing.trouble is not None:
            return self._trouble(standing.trouble)
        if not self._online:
            n = standing.leaving if standing is not None else 0
            text = _("You can keep working.")
            if n:
                text = ngettext(
                    "You can keep working; {n} reply goes out later.",
                    "You can keep working; {n} replies go out later.",
                    n,
                ).format(n=n)
            action = ("view.outbox", _("Outbox")) if n else None
            return Notice("offline", _("You're offline."), text, action, "wifi-off")
        return None

    def _trouble(self, trouble: Trouble) -> Notice:
        address, state, fault = trouble.address, trouble.state, trouble.fault
        code = fault.code if fault is not None else ""
        if code in _THERE and fault is not None:
            # Not ours to mend by another password: said as it is, and tried again when asked.
            from solodesk.wording import errors

            again = ("mail.check", _("Try again"))
            return Notice("error", errors.sentence(fault), errors.hint(fault), again, "lock")
        if code == "certificate_changed":
            return Notice(
                "error",
                _("The server of {address} shows another certificate.").format(address=address),
                _("No password was sent. Look at it before mail is fetched again."),
                ("account.add", _("Look at it")),
                "lock",
            )
        if state == "sign_in_needed":
            title = _("{address} did not accept the password.")
            if code in _BY_BROWSER:
                title = _("The sign-in for {address} has ended.")
            return Notice(
                "error",
                title.format(address=address),
                _("Your mail is safe; nothing new comes in until you sign in again."),
                ("account.add", _("Sign in again")),
                "lock",
            )
        if state == "portal":
            return Notice(
                "offline",
                _("{address} cannot be reached from this network.").format(address=address),
                _(
                    "Something else answers in its place: open your browser, perhaps the network"
                    " wants you to sign in first. No password was sent; SoloDesk tries again by"
                    " itself."
                ),
                ("mail.check", _("Try again")),
                "wifi-off",
            )
        return Notice(
            "error",
            _("Mail of {address} cannot be fetched.").format(address=address),
            _("SoloDesk keeps trying. What you write goes out later."),
            ("mail.check", _("Try again")),
        )

    def _on_quiet_timeout(self) -> None:
        self._fetching.clear()
        self._show()

    def _on_forget_timeout(self) -> None:
        self._fault = None
        self._show()
