"""The desk's window: the shell that is painted first, and the workbench that follows.

Thin on purpose: navigation, acts on tickets, answering and the window's own commands stand in
modules of their own. This module must not read or write the store.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox

from solodesk.base.device import DeviceSettings
from solodesk.domain.changes import Changes
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.desk_source import DeskSource, Standing
from solodesk.ui.frame import DeskFrame, Shape
from solodesk.ui.header import Header
from solodesk.ui.navigation import Navigation
from solodesk.ui.ops import DeskGate
from solodesk.ui.shell import Shell
from solodesk.ui.sidebar.sidebar import Sidebar
from solodesk.ui.status_words import StatusWords
from solodesk.ui.statusline import StatusLine
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.ui.undo_words import act_words
from solodesk.ui.view_commands import ViewCommands
from solodesk.wording.gettext import _

if TYPE_CHECKING:
    from solodesk.ui.composer.composer import Composer
    from solodesk.ui.conversation.pane import ConversationPane
    from solodesk.ui.customer.panel import CustomerPanel
    from solodesk.ui.palette import Palette
    from solodesk.ui.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the window wants to be remembered on this device."""

    geometry: bytes
    panes: tuple[int, ...]


class MainWindow(QMainWindow):
    """One window a desk."""

    closed = Signal()
    language_chosen = Signal(str)
    device_changed = Signal()
    device_chosen = Signal(str, object)
    """(name, value) of a device setting chosen in the settings."""

    def __init__(
        self, gate: DeskGate, appearance: Appearance, device: DeviceSettings | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setWindowTitle("SoloDesk")
        self.gate = gate
        self.look = appearance
        self.actions_ = Actions(self, appearance, self.complete)
        self.source = DeskSource(gate)
        self.shell = Shell(self.actions_, appearance, self.source)
        self.setCentralWidget(self.frame)
        self.menuBar().hide()
        self.navigation = Navigation(
            self.source, self.sidebar, self.tickets, self.header.search, self.frame,
            self.actions_, self,
        )  # fmt: skip
        self.view_commands = ViewCommands(self, self.frame, appearance, self.actions_)
        self.status_words = StatusWords(gate, self.status, self.shell.banner, self.source, self)
        self._bench: Workbench | None = None
        self._started = False
        self._connect()
        self.resize(appearance.px(1280), appearance.px(800))
        self.setMinimumSize(480, 420)
        if device is not None:
            self._restore(device)
        self.view_commands.tick()

    # -- the parts, under short names

    @property
    def header(self) -> Header:
        """The bar at the top."""
        return self.shell.header

    @property
    def sidebar(self) -> Sidebar:
        """Views, tags, pages."""
        return self.shell.sidebar

    @property
    def tickets(self) -> TicketListPane:
        """The list."""
        return self.shell.tickets

    @property
    def frame(self) -> DeskFrame:
        """How the panes stand."""
        return self.shell.frame

    @property
    def status(self) -> StatusLine:
        """The line at the bottom."""
        return self.shell.status

    @property
    def bench(self) -> "Workbench":
        """What acts; made when first needed."""
        if self._bench is None:
            self._bench = self._make_bench()
        return self._bench

    @property
    def conversation(self) -> "ConversationPane":
        """The ticket on show."""
        return self.bench.conversation

    @property
    def composer(self) -> "Composer":
        """What is being written."""
        return self.bench.composer

    @property
    def customer(self) -> "CustomerPanel":
        """Who wrote."""
        return self.bench.customer

    @property
    def palette_(self) -> "Palette":
        """The command palette."""
        return self.bench.palette

    def complete(self) -> None:
        """Make the workbench, if it is not there yet."""
        if self._bench is None:
            self._bench = self._make_bench()

    def _make_bench(self) -> "Workbench":
        from solodesk.ui.workbench import Workbench

        bench = Workbench(
            self.gate, self.look, self.actions_, self.source, self.shell, self.navigation, self
        )
        bench.said.connect(self._on_said)
        bench.pages.device_chosen.connect(self.device_chosen)
        self.status_words.online_changed.connect(bench.reply_commands.set_online)
        self.gate.changed.connect(bench.take_changes)
        self.view_commands.set_panes(
            (self.sidebar.place_list, self.tickets.view, bench.conversation, bench.customer)
        )
        self.navigation.attach(bench.conversation, bench.customer)
        return bench

    def _connect(self) -> None:
        run = self.actions_.run
        self.actions_.bind("mail.check", self.status_words.check_mail)
        self.tickets.command_wanted.connect(run)
        self.shell.banner.wanted.connect(run)
        self.navigation.page_wanted.connect(run)
        self.navigation.standing_changed.connect(self._on_standing_changed)
        self.status_words.online_changed.connect(self._on_online_changed)
        self.view_commands.language_chosen.connect(self.language_chosen)
        self.view_commands.changed.connect(self.device_changed)
        self.frame.shape_changed.connect(self._on_shape_changed)
        self.gate.changed.connect(self._on_gate_changed)
        self.gate.failed.connect(self.status_words.show_error)
        self.gate.bug.connect(self.status_words.show_bug)
        self.gate.news.connect(self.status_words.take_news)

    def start(self) -> None:
        """Show the first view. Everything else follows after the first painting."""
        self.navigation.show_view(self.source.start_view())
        self.tickets.view.setFocus()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._started:
            self._started = True
            QTimer.singleShot(0, self, self._after_first_paint)
        return super().event(event)

    def _after_first_paint(self) -> None:
        bench = self.bench
        self._show_last_act()
        self.actions_.fill_menu_bar(self.menuBar())
        self.navigation.read_hours()
        bench.figures.refresh()
        bench.reply_commands.load_macro_keys()

    def retranslate(self) -> None:
        """Words of the language chosen now, in everything that is on show."""
        self.actions_.retranslate()
        self.actions_.fill_menu_bar(self.menuBar())
        self.header.retranslate()
        self.navigation.retranslate()
        self.status.retranslate()
        self.look.changed.emit()
        self.bench.figures.refresh()
        self._show_last_act()
        self.view_commands.tick()

    def remembered(self) -> Remembered:
        """Place and widths, for the device settings."""
        return Remembered(bytes(self.saveGeometry().data()), self.frame.widths())

    def open_address(self, said: str) -> None:
        """A mailto link: a new mail to that address (RFC 6068); it is never sent by itself."""
        address = QUrl(said)
        if address.scheme() == "mailto":
            self.bench.reply_commands.new()
            self.composer.write_to(address.path())

    def shut(self) -> None:
        """Save what is being written and let no timer ask for more."""
        if self._bench is not None:
            self._bench.composer.flush()
        for timer in self.findChildren(QTimer):
            timer.stop()
        self.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if not self.frame.close_overlay():
                self.actions_.run("list.back")
        elif not self.actions_.handle_text_key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        leaving = self._bench is not None and self._bench.reply_commands.counting_down()
        if leaving and not self._close_anyway():
            event.ignore()
            return
        if self._bench is not None:
            self._bench.composer.flush()
        self.device_changed.emit()
        self.closed.emit()
        super().closeEvent(event)

    def _close_anyway(self) -> bool:
        """A reply has not left yet: wait for it, or leave it in the outbox."""
        box = QMessageBox(self)
        box.setIcon(QMessageBox.Icon.Question)
        box.setText(_("A reply has not left yet."))
        box.setInformativeText(_("If you close now, it leaves the next time SoloDesk is open."))
        box.addButton(_("Wait"), QMessageBox.ButtonRole.RejectRole)
        close = box.addButton(_("Close"), QMessageBox.ButtonRole.AcceptRole)
        box.exec()
        return box.clickedButton() is close

    def _restore(self, device: DeviceSettings) -> None:
        if device.window:
            self.restoreGeometry(QByteArray.fromBase64(device.window.encode()))
        self.frame.set_widths(device.panes)

    def _show_last_act(self) -> None:
        step = self.gate.read(lambda reader: reader.undo.last())
        label = step.label if step is not None else None
        self.status.show_undo(act_words(label["code"], label["params"]) if label else "")

    def _on_gate_changed(self, changes: Changes) -> None:
        self.navigation.take_changes(changes)
        self._show_last_act()

    def _on_standing_changed(self, standing: Standing) -> None:
        self.status_words.take_standing(standing)

    def _on_said(self, words: str, icon_name: str) -> None:
        if icon_name == "undo-2":
            words = _("Taken back: {act}").format(act=words) if words else _("Nothing to undo")
        self.status.show_message(words, icon_name)

    def _on_online_changed(self, on: bool) -> None:
        self.navigation.online = on
        self.tickets.model.refresh()

    def _on_shape_changed(self) -> None:
        room = self.frame.shape is not Shape.NARROW
        self.status.show_figures(on=room and not self.frame.panel_visible)
