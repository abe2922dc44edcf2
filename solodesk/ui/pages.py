"""The other places: insights, reports, canned responses, settings, mailboxes; and what is done
with a reply in doubt or a file.

Dialogs are imported when they are opened, so that the window starts without them. This module
must not compute or send anything.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal, cast

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow

from solodesk.base.errors import KnownError
from solodesk.domain.figures import Figure
from solodesk.domain.ids import MessageId, OutboxId, TicketId
from solodesk.services import lists
from solodesk.services.units import Reader
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.figures.panel import FiguresPanel
from solodesk.ui.frame import DeskFrame
from solodesk.ui.navigation import Navigation
from solodesk.ui.ops import DeskGate


class Pages(QObject):
    """Opens them."""

    device_chosen = Signal(str, object)
    """(name, value) of a setting of this device, chosen in the settings."""
    accounts_changed = Signal()

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        frame: DeskFrame,
        navigation: Navigation,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._gate = gate
        self._look = appearance
        self._frame = frame
        self._navigation = navigation
        self._window = window
        self._panel: FiguresPanel | None = None

    def bind(self, actions: Actions) -> None:
        """Bind the commands of this module."""
        handlers: dict[str, Callable[[], None]] = {
            "go.insights": partial(self.insights_for, ""),
            "go.reports": self.reports,
            "go.responses": self.responses,
            "go.macros": self.macros,
            "settings.open": self.settings,
            "account.add": self.account,
            "account.folders": self.mailboxes,
            "ticket.contact": self.contact,
            "help.manual": self.manual,
            "help.counting": partial(self.insights_for, ""),
        }
        for command_id, handler in handlers.items():
            actions.bind(command_id, handler)

    def insights_for(self, _key: str = "") -> None:
        """The fuller panel of figures, in place of list and conversation."""
        if self._panel is None:
            self._panel = FiguresPanel(self._look, self._window)
            self._panel.wanted.connect(self._on_panel_wanted)
            self._panel.tickets_wanted.connect(self._on_panel_tickets_wanted)
            self._panel.report_wanted.connect(self.reports)
        self._frame.show_page(self._panel)
        self._navigation.mark_page("go.insights")
        self._panel.ask()

    def reports(self) -> None:
        """The monthly service report."""
        from solodesk.ui.dialogs.report import ReportDialog

        ReportDialog(self._gate, self._look, self._window).exec()
        self._navigation.mark_place()

    def responses(self) -> None:
        """Canned responses."""
        from solodesk.ui.dialogs.responses import ResponsesDialog

        ResponsesDialog(self._gate, self._look, self._window).exec()
        self._navigation.mark_place()

    def macros(self) -> None:
        """Macros."""
        from solodesk.ui.dialogs.macros import MacrosDialog

        MacrosDialog(self._gate, self._look, self._window).exec()
        self._navigation.mark_place()

    def settings(self) -> None:
        """Preferences."""
        from solodesk.ui.dialogs.settings import SettingsDialog

        dialog = SettingsDialog(self._gate, self._look, self._window)
        dialog.device_chosen.connect(self.device_chosen)
        dialog.exec()
        self._navigation.mark_place()

    def account(self) -> None:
        """Connect a mailbox, or sign in again."""
        from solodesk.ui.dialogs.account import AccountDialog

        AccountDialog(self._gate, self._look, self._window).exec()
        self._navigation.refresh_standing()

    def mailboxes(self) -> None:
        """How much of each mailbox is here."""
        from solodesk.ui.dialogs.mailboxes import MailboxesDialog

        dialog = MailboxesDialog(self._gate, self._look, self._window)
        dialog.exec()
        dialog.deleteLater()

    def contact(self) -> None:
        """Log a call, chat or visit on the ticket on show."""
        from solodesk.ui.contact_dialog import ContactDialog

        if self._navigation.ticket is not None:
            ContactDialog(self._gate, self._look, self._navigation.ticket, self._window).exec()

    def manual(self) -> None:
        """The manual of this program."""
        from solodesk.ui.dialogs.manual import ManualDialog

        ManualDialog(self._look, self._window).exec()

    def act_on_outbox(self, act: str, outbox: int) -> None:
        """What a notice above a conversation offers for a reply: look again, decide, retry."""
        from solodesk.services import replies

        number = OutboxId(outbox)
        if act == "decide":
            self._decide(number)
        elif act == "retry":
            self._gate.act(lambda desk: replies.retry(desk, number), self._wake, durable=True)
        elif act == "wake":
            self._gate.engine({"do": "sync"})
            self._wake()
        elif act == "take_back":
            self._gate.act(lambda desk: replies.cancel(desk, number), durable=True)
        elif act == "look":
            self._gate.engine({"do": "sync"})

    def _decide(self, outbox: OutboxId) -> None:
        from solodesk.services import settings
        from solodesk.ui.dialogs.decide import DecideDialog

        rows = self._gate.read(lists.outbox)
        zone = self._gate.read(settings.zone)
        row = next((r for r in rows if r.id == outbox), None)
        if row is None:
            return
        dialog = DecideDialog(row, zone, self._gate.now_ms(), self._look, self._window)
        dialog.decided.connect(self._on_decided)
        dialog.exec()

    def _on_decided(self, outbox: int, choice: str) -> None:
        from solodesk.services import replies

        number = OutboxId(outbox)
        how = cast('Literal["delivered", "again", "give_up"]', choice)
        self._gate.act(lambda desk: replies.resolve(desk, number, how), self._wake, durable=True)

    def _wake(self, _done: object = None) -> None:
        """The engine looks at the outbox now, after what was decided is in the store."""
        self._gate.engine({"do": "send"})

    def save_file(self, message: int, index: int) -> None:
        """Save one attachment where the owner says; nothing is opened by itself."""
        from solodesk.ui.dialogs.save_file import ask_and_save

        try:
            ask_and_save(self._gate, MessageId(message), index, self._window)
        except KnownError as error:
            self._gate.failed.emit(error)

    def _on_panel_wanted(self, span: str, clock: str) -> None:
        self._gate.read_later(partial(_figures, span=span, clock=clock), self._on_figures_read)

    def _on_figures_read(self, found: tuple[list[tuple[Figure, str, str]], str]) -> None:
        if self._panel is not None:
            self._panel.show_figures(*found)

    def _on_panel_tickets_wanted(self, title: str, ids: Sequence[int]) -> None:
        self._navigation.show_only(title, tuple(TicketId(ticket) for ticket in ids))


def _figures(reader: Reader, *, span: str, clock: str) -> tuple[list[tuple[Figure, str, str]], str]:
    from solodesk.base.clock import utc
    from solodesk.domain.periods import week_of
    from solodesk.services import figures, settings
    from solodesk.wording import dates
    from solodesk.wording import figures as words

    zone = settings.zone(reader)
    today = utc(reader.now_ms).astimezone(zone)
    if span == "week":
        period = week_of(reader.now_ms, zone)
    else:
        period = figures.period_month(reader, today.year, today.month)
    found = figures.figures(reader, period, clock=clock)
    first = utc(period.start_ms).astimezone(zone).date()
    basis = dates.range_of_days(first, today.date())
    return [(f, words.title(f.key), words.definition(f.definition)) for f in found], basis
