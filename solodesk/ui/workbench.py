"""Everything of the window that is not needed for its first painting: conversation, composer,
customer, palette, and the commands that act.

Made right after the list is on the screen (or at the first key, if that comes sooner), because
importing and building it takes longer than showing the list. This module must not read or write
the store by itself.
"""

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMainWindow, QWidget

from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import COMMANDS, ROW_MENU, When
from solodesk.ui.composer.composer import Composer
from solodesk.ui.conversation.pane import ConversationPane
from solodesk.ui.customer.panel import CustomerPanel
from solodesk.ui.desk_source import DeskSource
from solodesk.ui.figures.feed import FiguresFeed
from solodesk.ui.navigation import Navigation
from solodesk.ui.ops import DeskGate
from solodesk.ui.pages import Pages
from solodesk.ui.palette import Palette
from solodesk.ui.palette_entries import Entry, Sort, commands_for
from solodesk.ui.reply_commands import ReplyCommands
from solodesk.ui.saved_searches import SavedSearches
from solodesk.ui.shell import Shell
from solodesk.ui.ticket_commands import TicketCommands
from solodesk.ui.toast import Toast

_RECENT = 8


class Workbench(QObject):
    """Builds and connects it; lives as long as the window."""

    said = Signal(str, str)
    """(sentence, icon) for the status line"""

    def __init__(
        self,
        gate: DeskGate,
        look: Appearance,
        actions: Actions,
        source: DeskSource,
        shell: Shell,
        navigation: Navigation,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._actions = actions
        self._shell = shell
        self._navigation = navigation
        self._window = window
        self._recent: list[str] = []
        self.conversation = ConversationPane(gate, look)
        self.composer = Composer(gate, look, window)
        self.customer = CustomerPanel(gate, look)
        shell.middle.put(self.conversation, self.composer)
        shell.right.put(self.customer)
        self.toast = Toast(look, window, shell.footer)
        self.palette = Palette(look, self._commands_for, source.find, window)
        self.ticket_commands = TicketCommands(gate, look, shell.tickets, window)
        self.reply_commands = ReplyCommands(
            gate,
            look,
            self.conversation,
            self.composer,
            self.toast,
            self.ticket_commands.ids,
            window,
        )
        self.pages = Pages(gate, look, shell.frame, navigation, window)
        self.saved_searches = SavedSearches(
            gate, look, shell.sidebar, shell.tickets, navigation, window
        )
        self.figures = FiguresFeed(gate, shell.strip, shell.status, window)
        for controller in (self.ticket_commands, self.reply_commands, self.pages):
            controller.bind(actions)
        actions.bind("palette.open", self.palette.open)
        self._connect()

    def _connect(self) -> None:
        run = self._actions.run
        self.conversation.command_requested.connect(run)
        self.conversation.menu_requested.connect(self._on_conversation_menu_requested)
        self.conversation.outbox_act_requested.connect(self._on_outbox_act_requested)
        self.conversation.files_dropped.connect(self._on_files_dropped)
        self.conversation.link_requested.connect(self._on_link_requested)
        self.conversation.original_ready.connect(self._on_original_ready)
        self.conversation.file_requested.connect(self.pages.save_file)
        self.composer.opened.connect(self._on_composer_opened)
        self.composer.closed.connect(self._on_composer_closed)
        self.composer.manage_responses_requested.connect(self.pages.responses)
        self.customer.ticket_activated.connect(self._on_ticket_activated)
        self.toast.wanted.connect(run)
        self._shell.strip.opened.connect(self.pages.insights_for)
        self._shell.status.figures_clicked.connect(self.pages.insights_for)
        self.palette.chosen.connect(self._on_palette_chosen)
        self._navigation.ticket_shown.connect(self._on_ticket_shown)
        self.ticket_commands.undone.connect(self._on_undone)
        self.ticket_commands.said.connect(self._on_said)
        self.reply_commands.macros_wanted.connect(self.pages.macros)
        self.reply_commands.said.connect(self._on_said)
        self.reply_commands.ticket_wanted.connect(self._navigation.show_ticket)

    def take_changes(self, changes: Changes) -> None:
        """Refresh what hangs on a transaction."""
        self.figures.refresh_soon()
        if changes.of("macro"):
            self.reply_commands.load_macro_keys()

    def _commands_for(self, words: str) -> list[Entry]:
        offered = [entry for entry in COMMANDS if self._actions.available(entry)]
        return commands_for(words, offered, self._recent)

    def _on_composer_opened(self) -> None:
        new = self.composer.ticket() is None
        self.conversation.set_composer_open(True, new=new)
        if new:
            self.customer.show_customer(None)
        self._actions.set_state(When.WRITING, on=True)

    def _on_composer_closed(self) -> None:
        self.conversation.set_composer_open(False)
        self._navigation.show_customer_again()
        self._actions.set_state(When.WRITING, on=False)
        self._shell.tickets.view.setFocus()

    def _on_outbox_act_requested(self, act: str, outbox: int) -> None:
        if act == "edit":
            self.reply_commands.edit_again(outbox)
        else:
            self.pages.act_on_outbox(act, outbox)

    def _on_files_dropped(self, paths: list[str]) -> None:
        if not self.composer.is_open():
            self.reply_commands.open("reply")
        self.composer.attach(paths)

    def _on_conversation_menu_requested(self, anchor: QWidget) -> None:
        menu = self._actions.menu(ROW_MENU, self._window)
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _on_original_ready(self, file: str) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(file))

    def _on_link_requested(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def _on_ticket_activated(self, ticket: int) -> None:
        self._navigation.show_ticket(TicketId(ticket))

    def _on_ticket_shown(self, ticket: TicketId | None) -> None:
        if self.composer.is_open() and self.composer.ticket() != ticket:
            self.composer.close_composer()

    def _on_palette_chosen(self, entry: Entry) -> None:
        if entry.sort is Sort.COMMAND:
            self._recent = [entry.key, *(k for k in self._recent if k != entry.key)][:_RECENT]
            self._actions.run(entry.key)
        elif entry.sort is Sort.SEARCH:
            self._shell.header.search.set_words(entry.key)
        elif entry.sort is Sort.CANNED:
            self.reply_commands.insert_response(entry.key)
        elif entry.sort is Sort.MACRO:
            self.reply_commands.run_macro(entry.key)
        elif entry.sort is Sort.TAG:
            self.ticket_commands.add_tag(entry.key)
        elif entry.sort is Sort.TICKET:
            self._navigation.show_ticket(TicketId(int(entry.key)))

    def _on_undone(self, words: str) -> None:
        self.said.emit(words, "undo-2")

    def _on_said(self, words: str) -> None:
        self.said.emit(words, "info")
