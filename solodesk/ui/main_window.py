"""The desk's window: makes the panes, lays them out and connects what they say.

Thin on purpose: navigation, acts on tickets, answering and the window's own commands stand in
modules of their own. This module must not read or write the store.
"""

from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QTimer, QUrl, Signal
from PySide6.QtGui import QCloseEvent, QDesktopServices, QKeyEvent
from PySide6.QtWidgets import QMainWindow, QMessageBox, QWidget

from solodesk.base.device import DeviceSettings
from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import COMMANDS, When
from solodesk.ui.composer.composer import Composer
from solodesk.ui.conversation.pane import ConversationPane
from solodesk.ui.customer.panel import CustomerPanel
from solodesk.ui.desk_source import DeskSource, Standing
from solodesk.ui.figures.feed import FiguresFeed
from solodesk.ui.figures.strip import FiguresStrip
from solodesk.ui.frame import DeskFrame, Parts, Shape
from solodesk.ui.header import Header
from solodesk.ui.navigation import Navigation
from solodesk.ui.ops import DeskGate
from solodesk.ui.pages import Pages
from solodesk.ui.palette import Palette
from solodesk.ui.palette_entries import Entry, Sort, commands_for
from solodesk.ui.reply_commands import ReplyCommands
from solodesk.ui.right_panel import RightPanel, Stacked
from solodesk.ui.sidebar.sidebar import Sidebar
from solodesk.ui.status_words import StatusWords
from solodesk.ui.statusline import Banner, StatusLine
from solodesk.ui.ticket_commands import TicketCommands
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.ui.toast import Toast
from solodesk.ui.undo_words import act_words
from solodesk.ui.view_commands import ViewCommands
from solodesk.wording import errors
from solodesk.wording.gettext import _

_RECENT = 8


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

    def __init__(
        self, gate: DeskGate, appearance: Appearance, device: DeviceSettings | None = None
    ) -> None:
        super().__init__()
        self.setObjectName("desk")
        self.setWindowTitle("SoloDesk")
        self.gate = gate
        self.look = appearance
        self._recent: list[str] = []
        self.actions_ = Actions(self, appearance)
        self.source = DeskSource(gate)
        self._make_panes()
        self._make_frame()
        self._make_controllers()
        self._connect()
        self.actions_.fill_menu_bar(self.menuBar())
        self.menuBar().hide()
        self.resize(appearance.px(1280), appearance.px(800))
        self.setMinimumSize(480, 420)
        if device is not None:
            self._restore(device)
        self.view_commands.tick()

    def _make_panes(self) -> None:
        gate, look = self.gate, self.look
        self.header = Header(self.actions_, look)
        self.sidebar = Sidebar(look)
        self.tickets = TicketListPane(self.source, look, self.actions_)
        self.conversation = ConversationPane(gate, look)
        self.composer = Composer(gate, look, self)
        self.strip = FiguresStrip(look)
        self.customer = CustomerPanel(gate, look)
        self.banner = Banner(look)
        self.status = StatusLine(self.actions_, look)

    def _make_frame(self) -> None:
        middle = Stacked(self.conversation, self.composer, name="conversationColumn")
        right = RightPanel(self.strip, self.customer)
        footer = Stacked(self.banner, self.status, name="footer")
        parts = Parts(self.header, self.sidebar, self.tickets, middle, right, footer)
        self.frame = DeskFrame(parts, self.look)
        self.setCentralWidget(self.frame)
        self.toast = Toast(self.look, self, footer)
        self.palette_ = Palette(self.look, self._commands_for, self.source.find, self)

    def _make_controllers(self) -> None:
        gate, look = self.gate, self.look
        self.navigation = Navigation(
            self.source, self.sidebar, self.tickets, self.header.search, self.conversation,
            self.customer, self.frame, self.actions_, self,
        )  # fmt: skip
        self.ticket_commands = TicketCommands(gate, look, self.tickets, self)
        self.reply_commands = ReplyCommands(
            gate, look, self.conversation, self.composer, self.toast, self
        )
        panes = (self.sidebar.place_list, self.tickets.view, self.conversation, self.customer)
        self.view_commands = ViewCommands(self, self.frame, look, self.actions_, panes)
        self.pages = Pages(gate, look, self.frame, self.navigation, self)
        self.figures = FiguresFeed(gate, self.strip, self.status, self)
        self.status_words = StatusWords(gate, self.status, self.banner, self.source, self)
        for controller in (self.ticket_commands, self.reply_commands, self.pages):
            controller.bind(self.actions_)
        self.actions_.bind("palette.open", self.palette_.open)
        self.actions_.bind("mail.check", self.status_words.check_mail)

    def _connect(self) -> None:
        run = self.actions_.run
        self.conversation.command_requested.connect(run)
        self.conversation.menu_requested.connect(self._on_conversation_menu_requested)
        self.conversation.outbox_act_requested.connect(self.pages.act_on_outbox)
        self.conversation.link_requested.connect(self._on_link_requested)
        self.conversation.file_requested.connect(self.pages.save_file)
        self.composer.opened.connect(self._on_composer_opened)
        self.composer.closed.connect(self._on_composer_closed)
        self.composer.manage_responses_requested.connect(self.pages.responses)
        self.customer.ticket_activated.connect(self._on_ticket_activated)
        self.tickets.command_wanted.connect(run)
        self.banner.wanted.connect(run)
        self.toast.wanted.connect(run)
        self.strip.opened.connect(self.pages.insights_for)
        self.status.figures_clicked.connect(self.pages.insights_for)
        self.palette_.chosen.connect(self._on_palette_chosen)
        self.navigation.page_wanted.connect(run)
        self.navigation.standing_changed.connect(self._on_standing_changed)
        self.navigation.ticket_shown.connect(self._on_ticket_shown)
        self.ticket_commands.undone.connect(self._on_undone)
        self.reply_commands.said.connect(self._on_said)
        self.status_words.online_changed.connect(self._on_online_changed)
        self.view_commands.language_chosen.connect(self.language_chosen)
        self.view_commands.changed.connect(self.device_changed)
        self.frame.shape_changed.connect(self._on_shape_changed)
        self.gate.changed.connect(self._on_gate_changed)
        self.gate.failed.connect(self._on_gate_failed)
        self.gate.bug.connect(self._on_gate_bug)
        self.gate.news.connect(self.status_words.take_news)

    def start(self) -> None:
        """Show the first view. Figures and status follow after the first painting."""
        from solodesk.domain.views import View

        self.navigation.show_view(View.NEEDS_REPLY)
        self._show_last_act()
        QTimer.singleShot(0, self.navigation, self.navigation.read_hours)
        QTimer.singleShot(0, self.figures, self.figures.refresh)
        QTimer.singleShot(0, self.reply_commands, self.reply_commands.load_macro_keys)

    def retranslate(self) -> None:
        """Words of the language chosen now, in everything that is on show."""
        self.actions_.retranslate()
        self.actions_.fill_menu_bar(self.menuBar())
        self.header.retranslate()
        self.navigation.retranslate()
        self.status.retranslate()
        self.look.changed.emit()
        self.figures.refresh()
        self._show_last_act()
        self.view_commands.tick()

    def remembered(self) -> Remembered:
        """Place and widths, for the device settings."""
        return Remembered(bytes(self.saveGeometry().data()), self.frame.widths())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == 0x01000000:  # Escape, when nothing else wanted it
            if not self.frame.close_overlay():
                self.actions_.run("list.back")
        elif not self.actions_.handle_text_key(event):
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.reply_commands.counting_down() and not self._close_anyway():
            event.ignore()
            return
        self.composer.flush()
        self.device_changed.emit()
        self.closed.emit()
        super().closeEvent(event)

    def open_address(self, said: str) -> None:
        """A mailto link: a new mail to that address (RFC 6068); it is never sent by itself."""
        address = QUrl(said)
        if address.scheme() == "mailto":
            self.reply_commands.new()
            self.composer.write_to(address.path())

    def shut(self) -> None:
        """Save what is being written and let no timer ask for more."""
        self.composer.flush()
        for timer in self.findChildren(QTimer):
            timer.stop()
        self.hide()

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

    def _commands_for(self, words: str) -> list[Entry]:
        offered = [entry for entry in COMMANDS if self.actions_.available(entry)]
        return commands_for(words, offered, self._recent)

    def _show_last_act(self) -> None:
        step = self.gate.read(lambda reader: reader.undo.last())
        label = step.label if step is not None else None
        self.status.show_undo(act_words(label["code"], label["params"]) if label else "")

    def _on_gate_changed(self, changes: Changes) -> None:
        self.navigation.take_changes(changes)
        self._show_last_act()
        self.figures.refresh_soon()
        if changes.of("macro"):
            self.reply_commands.load_macro_keys()

    def _on_gate_failed(self, error: KnownError) -> None:
        self.status_words.show_error(error)

    def _on_gate_bug(self, error: Exception) -> None:
        self.status_words.show_bug(error)

    def _on_composer_opened(self) -> None:
        self.conversation.set_composer_open(True)
        self.actions_.set_state(When.WRITING, on=True)

    def _on_composer_closed(self) -> None:
        self.conversation.set_composer_open(False)
        self.actions_.set_state(When.WRITING, on=False)
        self.tickets.view.setFocus()

    def _on_conversation_menu_requested(self, anchor: QWidget) -> None:
        from solodesk.ui.catalog import ROW_MENU

        menu = self.actions_.menu(ROW_MENU, self)
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _on_link_requested(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def _on_ticket_activated(self, ticket: int) -> None:
        self.navigation.show_ticket(TicketId(ticket))

    def _on_ticket_shown(self, ticket: TicketId | None) -> None:
        if self.composer.is_open() and self.composer.ticket() != ticket:
            self.composer.close_composer()

    def _on_palette_chosen(self, entry: Entry) -> None:
        if entry.sort is Sort.COMMAND:
            self._recent = [entry.key, *(k for k in self._recent if k != entry.key)][:_RECENT]
            self.actions_.run(entry.key)
        elif entry.sort is Sort.SEARCH:
            self.header.search.set_words(entry.key)
        elif entry.sort is Sort.CANNED:
            self.reply_commands.insert_response(entry.key)
        elif entry.sort is Sort.MACRO:
            self.reply_commands.run_macro(entry.key)
        elif entry.sort is Sort.TAG:
            self.ticket_commands.add_tag(entry.key)
        elif entry.sort is Sort.TICKET:
            self.navigation.show_ticket(TicketId(int(entry.key)))

    def _on_standing_changed(self, standing: Standing) -> None:
        self.status_words.take_standing(standing)

    def _on_undone(self, words: str) -> None:
        self.status.show_message(
            _("Taken back: {act}").format(act=words) if words else _("Nothing to undo"), "undo-2"
        )

    def _on_said(self, words: str) -> None:
        self.status.show_message(words)

    def _on_online_changed(self, on: bool) -> None:
        self.navigation.online = on
        self.reply_commands.set_online(on=on)
        self.tickets.model.refresh()

    def _on_shape_changed(self) -> None:
        room = self.frame.shape is not Shape.NARROW
        self.status.show_figures(on=room and not self.frame.panel_visible)


def describe(error: KnownError | Exception) -> tuple[str, str]:
    """(sentence, what to do) of a fault, for banner and dialogs."""
    if isinstance(error, KnownError):
        return errors.sentence(error), errors.hint(error)
    return _("Something unexpected happened. Your mail is safe."), repr(error)
